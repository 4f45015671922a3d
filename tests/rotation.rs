//! Keys change, content does not: folder keys, account keys, file keys moved under them, passwords. Real programs, a
//! real catalog, two people.

use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use valise_tests::{
    PATIENCE, args,
    catalog::Catalog,
    cli::{Person, alice, bob},
    home::Home,
    liar::{Asked, Liar},
    until,
};

const TEXT: &str = "an agreement between Brightwater and Acme";

struct World {
    catalog: Catalog,
    liar: Liar,
    alice: Person,
    bob: Person,
}

impl World {
    /// Alice shares three files with Bob, who may change them.
    async fn new() -> Self {
        let catalog = Catalog::start().await;
        let liar = Liar::before(&catalog.url).await;
        let (alice, bob) = (alice(), bob());
        alice.valise(args!["init", "--name", "Alice", "--workspace", "Acme", "--catalog", &liar.url]).await;
        alice.valise(args!["folder", "create", "Contracts"]).await;
        let invitation = alice.valise(args!["invite", "Contracts"]).await;
        let link = invitation["link"].as_str().unwrap().to_owned();
        let mut open = alice.start(args!["sync", "--watch"]).not_worth_telling();
        bob.valise(args!["join", &link, "--name", "Bob"]).await;
        open.kill().await;
        let world = Self { catalog, liar, alice, bob };
        for name in ["a.txt", "b.txt", "c.txt"] {
            world.add(&world.alice, name).await;
        }
        world.bob.valise(args!["sync"]).await;
        world
    }

    async fn add(&self, person: &Person, name: &str) {
        let file = person.home.write(name, format!("{TEXT}, {name}"));
        person.valise(args!["add", file, "--to", "Contracts"]).await;
    }

    /// Every file, as a person reads it.
    async fn reads(&self, person: &Person, names: &[&str]) {
        let out = person.home.path().join("out");
        let _ = fs::remove_dir_all(&out);
        person.valise(args!["get", "Contracts", "-o", &out]).await;
        for name in names {
            assert_eq!(fs::read_to_string(out.join(name)).unwrap(), format!("{TEXT}, {name}"), "{name}");
        }
        assert_eq!(fs::read_dir(&out).unwrap().count(), names.len());
    }

    async fn keys(&self, person: &Person) -> Value {
        person.valise(args!["key", "status", "Contracts"]).await
    }
}

/// `current`, `minimum`, and which version has how many file keys.
fn stands(keys: &Value, current: u64, minimum: u64, files: &[(u64, u64)]) {
    assert_eq!((&keys["current"], &keys["minimum"]), (&json!(current), &json!(minimum)), "{keys}");
    let files: Vec<_> = files.iter().map(|(version, keys)| json!({"version": version, "keys": keys})).collect();
    assert_eq!(keys["files"], json!(files), "{keys}");
}

fn rewraps(asked: &Asked) -> bool {
    asked.method == "POST" && asked.path.ends_with("/wraps")
}

/// The catalog's blocks and what they hold: content that nobody encrypted again.
fn blocks(root: &Path) -> usize {
    fs::read_dir(root).map_or(0, |entries| {
        let paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
        paths.map(|path| if path.is_dir() { blocks(&path) } else { 1 }).sum()
    })
}

#[tokio::test]
async fn a_folder_key_changes_and_file_keys_follow_and_old_versions_are_retired() {
    let world = World::new().await;
    let (alice, bob) = (&world.alice, &world.bob);
    stands(&world.keys(alice).await, 1, 0, &[(1, 3)]);
    let before = blocks(&alice.home.valise().join("blocks"));

    let keys = alice.valise(args!["key", "rotate", "Contracts"]).await;
    stands(&keys, 2, 0, &[(2, 3)]);
    assert_eq!(blocks(&alice.home.valise().join("blocks")), before, "content was stored again");
    world.reads(bob, &["a.txt", "b.txt", "c.txt"]).await;

    // An editor changes it, too, and his computer moves everybody's file keys.
    world.add(bob, "d.txt").await;
    let keys = bob.valise(args!["key", "rotate", "Contracts"]).await;
    assert_eq!((&keys["by"], &keys["mayDecide"]), (&json!("Bob"), &json!(false)));
    stands(&keys, 3, 0, &[(3, 4)]);

    // Alice knows older ones until she is told of another change; they open none the less.
    world.reads(alice, &["a.txt", "b.txt", "c.txt", "d.txt"]).await;
    let dry = alice.valise(args!["key", "rewrap", "Contracts", "--dry-run"]).await;
    assert_eq!(dry["current"], 3);
    stands(&alice.valise(args!["key", "rewrap", "Contracts"]).await, 3, 0, &[(3, 4)]);

    // Only an owner decides that nothing older counts any more.
    let refused = bob.refused(args!["key", "retire", "Contracts"]).await;
    assert_eq!(refused.answer["error"]["code"], "notAllowed", "{}", refused.text);
    stands(&alice.valise(args!["key", "retire", "Contracts"]).await, 3, 3, &[(3, 4)]);
    bob.valise(args!["sync"]).await;
    stands(&world.keys(bob).await, 3, 3, &[(3, 4)]);
    world.reads(bob, &["a.txt", "b.txt", "c.txt", "d.txt"]).await;
    world.reads(alice, &["a.txt", "b.txt", "c.txt", "d.txt"]).await;

    // Nothing alarming about any of it.
    for person in [alice, bob] {
        assert_eq!(person.valise(args!["security"]).await, json!([]), "{}", person.name);
    }
}

/// What was added without a network, under a key that is retired meanwhile, is not lost.
#[tokio::test]
async fn what_waits_outlives_the_key_it_was_wrapped_under() {
    let world = World::new().await;
    let file = world.bob.home.write("late.txt", format!("{TEXT}, late.txt"));
    world.liar.away_for(world.bob.valise(args!["add", file, "--to", "Contracts", "--no-wait"])).await;
    world.alice.valise(args!["key", "rotate", "Contracts"]).await;
    stands(&world.alice.valise(args!["key", "retire", "Contracts"]).await, 2, 2, &[(2, 3)]);
    world.bob.valise(args!["sync"]).await;
    stands(&world.keys(&world.bob).await, 2, 2, &[(2, 4)]);
    world.reads(&world.bob, &["a.txt", "b.txt", "c.txt", "late.txt"]).await;
    world.reads(&world.alice, &["a.txt", "b.txt", "c.txt", "late.txt"]).await;
}

/// Killed before the catalog heard of moved file keys, and after it did: the next run goes on.
#[tokio::test]
async fn a_killed_rewrap_goes_on() {
    let world = World::new().await;
    for (number, hold) in [true, false].into_iter().enumerate() {
        let heard = world.liar.heard().len();
        if hold {
            world.liar.hold(rewraps)
        } else {
            world.liar.swallow(rewraps)
        }
        let mut rotating = world.alice.start(args!["key", "rotate", "Contracts"]).not_worth_telling();
        match hold {
            true => world.liar.hears("moved file keys", heard, 1, rewraps).await,
            false => world.liar.swallowed().await,
        }
        rotating.kill().await;
        world.liar.honest();
        let current = 2 + number as u64;
        world.alice.valise(args!["sync"]).await;
        stands(&world.keys(&world.alice).await, current, 0, &[(current, 3)]);
        world.reads(&world.bob, &["a.txt", "b.txt", "c.txt"]).await;
    }
}

/// A catalog that keeps an older wrap back cannot have it taken after its key was retired.
#[tokio::test]
async fn a_retired_file_key_is_not_taken_from_a_lying_catalog() {
    let world = World::new().await;
    let page = |asked: &Asked| asked.is("GET", "/v1/folders/") && asked.path.contains("/wraps");
    // What the catalog hands to somebody who reads from the start: kept by the administrator.
    let kept: Arc<Mutex<Option<Value>>> = Arc::default();
    let keep = kept.clone();
    world.liar.change(move |asked, answer| {
        if page(asked) && answer["wraps"].as_array().is_some_and(|wraps| !wraps.is_empty()) {
            keep.lock().unwrap().get_or_insert_with(|| answer.clone());
        }
    });
    let carol = Person::new("Carol");
    let invitation = world.alice.valise(args!["invite", "Contracts"]).await;
    let mut open = world.alice.start(args!["sync", "--watch"]).not_worth_telling();
    carol.valise(args!["join", invitation["link"].as_str().unwrap(), "--name", "Carol"]).await;
    open.kill().await;
    carol.valise(args!["sync"]).await;
    let old = kept.lock().unwrap().clone().expect("a page of wraps");
    assert_eq!(old["wraps"][0]["epoch"], 1, "{old}");

    world.alice.valise(args!["key", "rotate", "Contracts"]).await;
    world.alice.valise(args!["key", "retire", "Contracts"]).await;
    world.liar.change(move |asked, answer| {
        if page(asked) && answer["wraps"].as_array().is_some_and(|wraps| !wraps.is_empty()) {
            let mut lie = old.clone();
            lie["cursor"] = answer["cursor"].clone();
            *answer = lie;
        }
    });
    // It is no loss for who was there before: the file keys are here, under the newest key.
    carol.valise(args!["sync"]).await;
    stands(&world.keys(&carol).await, 2, 2, &[(2, 3)]);
    world.reads(&carol, &["a.txt", "b.txt", "c.txt"]).await;
    let events = carol.valise(args!["security"]).await;
    assert!(!events.as_array().unwrap().is_empty(), "nobody was told");
}

#[tokio::test]
async fn a_new_account_key_changes_the_key_of_every_folder() {
    let world = World::new().await;
    let keys = world.bob.valise(args!["key", "rotate", "--account"]).await;
    assert_eq!((&keys["accountVersion"], &keys["masterVersion"]), (&json!(2), &json!(1)), "{keys}");
    assert_eq!(keys["foldersBehind"], 0, "{keys}");
    stands(&world.keys(&world.bob).await, 2, 0, &[(2, 3)]);
    world.add(&world.bob, "d.txt").await;
    world.add(&world.alice, "e.txt").await;
    for person in [&world.alice, &world.bob] {
        world.reads(person, &["a.txt", "b.txt", "c.txt", "d.txt", "e.txt"]).await;
    }
    // An officer's new key is told to the workspace: invitations' secrets are sealed to it.
    world.alice.valise(args!["key", "rotate", "--account"]).await;
    world.alice.valise(args!["invite", "Contracts"]).await;
    world.reads(&world.alice, &["a.txt", "b.txt", "c.txt", "d.txt", "e.txt"]).await;
}

#[tokio::test]
async fn a_password_is_changed_and_the_kits_stay() {
    let world = World::new().await;
    let mut alice = world.alice;
    let kits = alice.valise(args!["recovery", "kit"]).await;
    let secrets = fs::read(alice.home.valise().join("device.sealed")).unwrap();
    let new = alice.home.write("new-password", "seven purple trams go to the harbour\n");
    alice.valise(args!["password", "change", "--new-password-file", &new]).await;
    let refused = alice.refused(args!["ls"]).await;
    assert_eq!(refused.answer["error"]["code"], "wrongPassword");
    alice.password = "seven purple trams go to the harbour".to_owned();
    alice.valise(args!["ls", "Contracts"]).await;
    // One slot was written anew, and nothing else.
    assert_eq!(fs::read(alice.home.valise().join("device.sealed")).unwrap(), secrets);
    let good = alice.valise(args!["recovery", "check", kits["kits"][0]["code"].as_str().unwrap()]).await;
    assert_eq!(good["kit"], "a");
    drop(world.catalog);
}

#[tokio::test]
async fn everything_behind_a_known_password_begins_anew() {
    let world = World::new().await;
    let old_password = world.alice.password.clone();
    let kits = world.alice.valise(args!["recovery", "kit"]).await;
    let files = ["slots.cbor", "device.sealed", "index.sealed", "index.db"];
    let read = |name: &str| fs::read(world.alice.home.valise().join(name)).unwrap();
    let before = files.map(read);
    let new = world.alice.home.write("new-password", "seven purple trams go to the harbour\n");
    let wrong = world.alice.home.write("wrong", "not this one\n");
    let refused =
        world.alice.refused(args!["--password-file", &wrong, "password", "renew", "--new-password-file", &new]).await;
    assert_eq!(refused.answer["error"]["code"], "wrongPassword");

    // Somebody who knows the password has a copy of the disk, too.
    let thief = Person {
        name: "Thief",
        home: Home::new("thief"),
        password: old_password.clone(),
        bus: None,
        environment: Vec::new(),
    };
    copy(&world.alice.home.valise(), &thief.home.valise());

    let name = world.alice.valise(args!["device", "list"]).await[0]["name"].clone();
    let renewed = world.alice.valise(args!["password", "renew", "--new-password-file", &new]).await;
    assert_eq!(renewed["kits"].as_array().unwrap().len(), 2);
    for (name, before) in files.iter().zip(&before) {
        assert_ne!(&read(name), before, "{name} is what it was");
    }
    assert!(!world.alice.home.valise().join("next").exists());
    // The old password opens nothing, nor do old kits; neither opens the new index with old slots put back.
    let refused = world.alice.refused(args!["ls"]).await;
    assert_eq!(refused.answer["error"]["code"], "wrongPassword");
    let code = kits["kits"][0]["code"].as_str().unwrap();
    world.alice.refused(args!["recovery", "check", code]).await;
    let slots = read("slots.cbor");
    fs::write(world.alice.home.valise().join("slots.cbor"), &before[0]).unwrap();
    assert_eq!(world.alice.password, old_password);
    world.alice.refused(args!["ls"]).await;
    fs::write(world.alice.home.valise().join("slots.cbor"), slots).unwrap();

    let mut alice = world.alice;
    alice.password = "seven purple trams go to the harbour".to_owned();
    assert!(name.is_string());
    assert_eq!(alice.valise(args!["device", "list"]).await[0]["name"], name, "it is the same computer");
    let keys = alice.valise(args!["key", "status"]).await;
    assert_eq!((&keys["account"]["accountVersion"], &keys["account"]["masterVersion"]), (&json!(2), &json!(2)));
    let world = World { alice, ..world };
    stands(&world.keys(&world.alice).await, 2, 0, &[(2, 3)]);
    world.add(&world.alice, "d.txt").await;
    for person in [&world.alice, &world.bob] {
        world.reads(person, &["a.txt", "b.txt", "c.txt", "d.txt"]).await;
    }
    let good = world.alice.valise(args!["recovery", "check", renewed["kits"][1]["code"].as_str().unwrap()]).await;
    assert_eq!(good["kit"], "b");
    for person in [&world.alice, &world.bob] {
        assert_eq!(person.valise(args!["security"]).await, json!([]), "{}", person.name);
    }

    // The copy is of a device that counts no more: it reads what it could, and nothing since.
    let refused = thief.refused(args!["ls", "Contracts"]).await;
    assert_eq!(refused.answer["error"]["code"], "removed", "{}", refused.text);
    let names = world.liar.away_for(thief.valise(args!["ls", "Contracts"])).await;
    assert_eq!(names.as_array().unwrap().len(), 3, "{names}");
    let file = thief.home.write("forged.txt", "pay the thief");
    thief.run_any(args!["add", file, "--to", "Contracts", "--timeout", "5"]).await;
    world.reads(&world.bob, &["a.txt", "b.txt", "c.txt", "d.txt"]).await;
}

/// Without the network when it happens: the catalog hears of the new device from the one before, and of its end.
#[tokio::test]
async fn what_began_anew_without_a_network_is_told_later() {
    let world = World::new().await;
    let new = world.alice.home.write("new-password", "seven purple trams go to the harbour\n");
    let renew = world.alice.valise(args!["password", "renew", "--new-password-file", &new]);
    world.liar.away_for(renew).await;
    let before = world.alice.home.valise().join("device.before");
    assert!(before.exists(), "the device before is needed yet");
    let mut alice = world.alice;
    alice.password = "seven purple trams go to the harbour".to_owned();
    // Added offline as the new device, before anybody knows it.
    let file = alice.home.write("d.txt", format!("{TEXT}, d.txt"));
    world.liar.away_for(alice.valise(args!["add", file, "--to", "Contracts", "--no-wait"])).await;
    // Once more: only when the catalog knows the device that was made, and so can be told of another.
    let renew = alice.refused(args!["password", "renew", "--new-password-file", &new]);
    let refused = world.liar.away_for(renew).await;
    assert_eq!(refused.answer["error"]["code"], "notAllowed", "{}", refused.text);
    let world = World { alice, ..world };
    world.alice.valise(args!["sync"]).await;
    assert!(!before.exists(), "the keys of the device before are kept for nothing");
    let keys = world.alice.valise(args!["key", "status"]).await;
    assert_eq!((&keys["account"]["accountVersion"], &keys["account"]["masterVersion"]), (&json!(2), &json!(2)));
    world.alice.valise(args!["sync"]).await;
    for person in [&world.alice, &world.bob] {
        world.reads(person, &["a.txt", "b.txt", "c.txt", "d.txt"]).await;
    }
    world.add(&world.bob, "e.txt").await;
    world.reads(&world.alice, &["a.txt", "b.txt", "c.txt", "d.txt", "e.txt"]).await;
}

/// Nobody is locked out of a catalog by beginning anew before it has heard of what was made: where there is none yet,
/// the device stays; where there is one, it is to hear of it first.
#[tokio::test]
async fn beginning_anew_before_the_catalog_knows_of_it() {
    const NEW: &str = "seven purple trams go to the harbour";
    let catalog = Catalog::start().await;
    let mut alice = alice();
    alice.valise(args!["init", "--name", "Alice", "--workspace", "Acme"]).await;
    alice.valise(args!["folder", "create", "Contracts"]).await;
    let new = alice.home.write("new-password", format!("{NEW}\n"));
    alice.valise(args!["password", "renew", "--new-password-file", &new]).await;
    alice.password = NEW.to_owned();
    alice.valise(args!["attach", &catalog.url]).await;
    let file = alice.home.write("a.txt", format!("{TEXT}, a.txt"));
    alice.valise(args!["add", file, "--to", "Contracts"]).await;

    let mut catalog = catalog;
    catalog.process.stop().await;
    alice.valise(args!["folder", "create", "Made offline"]).await;
    let refused = alice.refused(args!["password", "renew", "--new-password-file", &new]).await;
    assert_eq!(refused.answer["error"]["code"], "notAllowed", "{}", refused.text);
    catalog.start_again().await;
    alice.valise(args!["sync"]).await;
    alice.valise(args!["password", "renew", "--new-password-file", &new]).await;
    let file = alice.home.write("b.txt", format!("{TEXT}, b.txt"));
    alice.valise(args!["add", file, "--to", "Made offline"]).await;
    assert_eq!(alice.valise(args!["security"]).await, json!([]));
}

/// An old copy of an officer's home opens the secrets of invitations that were open then: they are withdrawn.
#[tokio::test]
async fn open_invitations_are_withdrawn_when_everything_begins_anew() {
    let world = World::new().await;
    let invitation = world.alice.valise(args!["invite", "Contracts"]).await;
    let new = world.alice.home.write("new-password", "seven purple trams go to the harbour\n");
    world.alice.valise(args!["password", "renew", "--new-password-file", &new]).await;
    let mut alice = world.alice;
    alice.password = "seven purple trams go to the harbour".to_owned();
    alice.valise(args!["sync"]).await;
    let late = Person::new("Late");
    let refused =
        late.refused(args!["join", invitation["link"].as_str().unwrap(), "--name", "Late", "--no-wait"]).await;
    assert_eq!(refused.answer["error"]["code"], "badInvitation", "{}", refused.text);
    // A new one lets in.
    let invitation = alice.valise(args!["invite", "Contracts"]).await;
    let mut open = alice.start(args!["sync", "--watch"]).not_worth_telling();
    let carol = Person::new("Carol");
    carol.valise(args!["join", invitation["link"].as_str().unwrap(), "--name", "Carol"]).await;
    open.kill().await;
    let world = World { alice, ..world };
    world.reads(&carol, &["a.txt", "b.txt", "c.txt"]).await;
}

/// Killed while everything begins anew: either the old password opens what was, or the new one what came of it.
#[tokio::test]
async fn a_killed_new_beginning_locks_nobody_out() {
    const NEW: &str = "seven purple trams go to the harbour";
    let mut world = World::new().await;
    let root = world.alice.home.valise();
    let (mut old, mut new) = (world.alice.password.clone(), NEW.to_owned());
    let moments =
        ["next.tmp", "next.tmp/slots.cbor", "next.tmp/index.sealed", "next.tmp/index.db", "next", "slots.cbor"];
    for moment in moments {
        let file = world.alice.home.write("new-password", format!("{new}\n"));
        let slots = fs::read(root.join("slots.cbor")).unwrap();
        let mut renewing =
            world.alice.start(args!["password", "renew", "--new-password-file", &file]).not_worth_telling();
        until("it comes so far", PATIENCE, || {
            let there = match moment {
                "slots.cbor" => fs::read(root.join(moment)).is_ok_and(|now| now != slots),
                // The moment may be too short to be seen.
                _ => root.join(moment).exists() || fs::read(root.join("slots.cbor")).is_ok_and(|now| now != slots),
            };
            std::future::ready(there.then_some(()))
        })
        .await;
        renewing.kill().await;
        let outcome = world.alice.run_any(args!["sync"]).await;
        if outcome.status != Some(0) {
            assert_eq!(outcome.answer["error"]["code"], "wrongPassword", "{moment}: {}", outcome.text);
            world.alice.password = new.clone();
            world.alice.valise(args!["sync"]).await;
            std::mem::swap(&mut old, &mut new);
        }
        assert!(!root.join("next").exists() && !root.join("next.tmp").exists(), "{moment}");
        world.reads(&world.alice, &["a.txt", "b.txt", "c.txt"]).await;
        world.reads(&world.bob, &["a.txt", "b.txt", "c.txt"]).await;
    }
    assert_eq!(world.alice.valise(args!["security"]).await, json!([]));
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let from = entry.unwrap().path();
        let to = to.join(from.file_name().unwrap());
        if from.is_dir() {
            copy(&from, &to);
        } else {
            fs::copy(&from, &to).unwrap();
        }
    }
}
