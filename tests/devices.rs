//! One person, several computers: another one joins by a code, has everything, and is lost again. Real programs, a real
//! catalog.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use valise_protocol::chain::Head;
use valise_protocol::ids::RecordHash;
use valise_protocol::receipt::Receipt;
use valise_protocol::record::Record;
use valise_protocol::sign::SigningKey;
use valise_tests::{
    args,
    catalog::Catalog,
    cli::{Person, alice, bob},
    liar::Liar,
    process::Process,
};

const TEXT: &str = "an agreement between Brightwater and Acme";

struct World {
    catalog: Catalog,
    liar: Liar,
    alice: Person,
    bob: Person,
}

impl World {
    /// Alice shares a file with Bob, who may change it.
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
        add(&world.alice, "a.txt").await;
        // It was called as the computer is in the network.
        let list = world.alice.valise(args!["device", "list"]).await;
        assert!(list[0]["name"].is_string(), "{list}");
        world.alice.valise(args!["device", "rename", list[0]["fingerprint"].as_str().unwrap(), "Desk"]).await;
        world
    }

    /// Another computer of Alice's.
    async fn laptop(&self) -> Person {
        let laptop = Person::new("Laptop");
        let (waiting, code) = code(&self.alice).await;
        laptop.valise(args!["pair", &code, "--catalog", &self.liar.url, "--name", "Laptop"]).await;
        joined(waiting).await;
        laptop
    }
}

async fn add(person: &Person, name: &str) {
    let file = person.home.write(name, format!("{TEXT}, {name}"));
    person.valise(args!["add", file, "--to", "Contracts"]).await;
}

async fn reads(person: &Person, names: &[&str]) {
    let out = person.home.path().join("out");
    let _ = fs::remove_dir_all(&out);
    person.valise(args!["get", "Contracts", "-o", &out]).await;
    for name in names {
        assert_eq!(fs::read_to_string(out.join(name)).unwrap(), format!("{TEXT}, {name}"), "{}: {name}", person.name);
    }
    assert_eq!(fs::read_dir(&out).unwrap().count(), names.len(), "{}", person.name);
}

/// Waits for another computer, with a code.
async fn code(person: &Person) -> (Process, String) {
    let process = person.start(args!["device", "add"]).not_worth_telling();
    let told =
        process.line("a code", |line| serde_json::from_str::<Value>(line).ok()?["code"].as_str().map(str::to_owned));
    let code = told.await;
    (process, code)
}

async fn joined(mut waiting: Process) {
    let status = waiting.exit().await;
    let text: Vec<String> = waiting.output().iter().map(|line| line.text.clone()).collect();
    assert!(status.success() && text.iter().any(|line| line.contains("joined")), "{text:?}");
}

/// Name, whether it is the one that is asked, whether it counts.
fn devices(list: &Value) -> Vec<(String, bool, bool)> {
    let row = |device: &Value| {
        let name = device["name"].as_str().unwrap_or("-").to_owned();
        (name, device["here"].as_bool().unwrap(), device["valid"].as_bool().unwrap())
    };
    list.as_array().unwrap().iter().map(row).collect()
}

async fn refused(person: &Person, args: impl IntoIterator<Item = impl AsRef<std::ffi::OsStr>>) -> Value {
    person.refused(args).await.answer["error"].clone()
}

/// Nothing that somebody should look at.
async fn calm(people: &[&Person]) {
    for person in people {
        assert_eq!(person.valise(args!["security"]).await, json!([]), "{}", person.name);
    }
}

/// How many files below a directory hold the needle.
fn holds(root: &Path, needle: &[u8]) -> usize {
    let mut found = 0;
    for entry in fs::read_dir(root).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found += holds(&path, needle);
        } else if let Ok(bytes) = fs::read(&path) {
            found += usize::from(bytes.windows(needle.len()).any(|window| window == needle));
        }
    }
    found
}

#[tokio::test]
async fn another_computer_joins_by_a_code_and_has_everything() {
    let world = World::new().await;
    let file = world.alice.home.write("own.txt", "my own");
    world.alice.valise(args!["add", file, "--to", "My files"]).await;
    let laptop = world.laptop().await;

    // Everything: shared and own files, as the same person.
    reads(&laptop, &["a.txt"]).await;
    let own = laptop.home.path().join("own.txt");
    laptop.valise(args!["get", "My files/own.txt", "-o", &own]).await;
    assert_eq!(fs::read_to_string(own).unwrap(), "my own");
    let status = laptop.valise(args!["status"]).await;
    assert_eq!((&status["account"]["name"], &status["account"]["officer"]), (&json!("Alice"), &json!(true)));

    // What either writes, the other and a colleague read.
    add(&laptop, "b.txt").await;
    add(&world.alice, "c.txt").await;
    add(&world.bob, "d.txt").await;
    for person in [&world.alice, &laptop, &world.bob] {
        reads(person, &["a.txt", "b.txt", "c.txt", "d.txt"]).await;
    }
    let list = world.alice.valise(args!["device", "list"]).await;
    assert_eq!(devices(&list), [("Desk".to_owned(), true, true), ("Laptop".to_owned(), false, true)]);
    assert!(list[1]["seen"].is_u64(), "{list}");
    let list = laptop.valise(args!["device", "rename", "Laptop", "Travel ✈"]).await;
    assert_eq!(devices(&list), [("Travel ✈".to_owned(), true, true), ("Desk".to_owned(), false, true)]);
    world.alice.valise(args!["sync"]).await;
    let list = world.alice.valise(args!["device", "list"]).await;
    assert_eq!(devices(&list)[1].0, "Travel ✈");

    // An officer's other computer invites, and either lets the newcomer in.
    let link = laptop.valise(args!["invite", "Contracts"]).await["link"].as_str().unwrap().to_owned();
    let carol = Person::new("Carol");
    let mut open = laptop.start(args!["sync", "--watch"]).not_worth_telling();
    carol.valise(args!["join", &link, "--name", "Carol"]).await;
    open.kill().await;
    reads(&carol, &["a.txt", "b.txt", "c.txt", "d.txt"]).await;

    // The catalog knows no name.
    assert_eq!(holds(&world.catalog.data(), b"Travel"), 0);
    assert_eq!(holds(&world.catalog.data(), b"Laptop"), 0);
    calm(&[&world.alice, &laptop, &world.bob, &carol]).await;
}

#[tokio::test]
async fn a_code_counts_once_and_only_as_it_was_made() {
    let world = World::new().await;
    let (waiting, code) = code(&world.alice).await;
    // Mistyped, of nobody, without an address.
    let laptop = Person::new("Laptop");
    let url = &world.liar.url;
    let mistyped: String = code.chars().rev().collect();
    assert_eq!(refused(&laptop, args!["pair", &mistyped, "--catalog", url]).await["code"], "badInput");
    let nobodys = "QQQQ QQQQ QQQQ QQQQ QQQQ QQQQ QZ2M";
    assert_eq!(refused(&laptop, args!["pair", nobodys, "--catalog", url]).await["code"], "notPaired");
    assert_eq!(refused(&laptop, args!["pair", &code]).await["code"], "badInput");
    assert_eq!(laptop.valise(args!["status"]).await["stage"]["type"], "new");

    // What the catalog hands out in place of the offer, the code did not seal.
    world.liar.change(|asked, answer| {
        if asked.method == "GET" && asked.path.starts_with("/v1/pairings/") && answer["offer"].is_string() {
            answer["offer"] = json!("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
        }
    });
    assert_eq!(refused(&laptop, args!["pair", &code, "--catalog", url]).await["code"], "distrusted");
    world.liar.honest();

    laptop.valise(args!["pair", &code, "--catalog", url, "--name", "Laptop"]).await;
    joined(waiting).await;
    let second = Person::new("Second");
    assert_eq!(refused(&second, args!["pair", &code, "--catalog", url]).await["code"], "notPaired");
    assert_eq!(devices(&world.alice.valise(args!["device", "list"]).await).len(), 2);
}

/// A catalog that answers the code in the new computer's place has not got the code.
#[tokio::test]
async fn a_catalog_cannot_join_in_a_computers_place() {
    let world = World::new().await;
    let (mut waiting, code) = code(&world.alice).await;
    world.liar.change(|asked, answer| {
        if asked.method == "GET" && asked.path.ends_with("/answer") {
            answer["answer"] = json!("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
        }
    });
    let status = waiting.exit().await;
    assert!(!status.success());
    drop(code);
    world.liar.honest();
    assert_eq!(devices(&world.alice.valise(args!["device", "list"]).await).len(), 1);
}

#[tokio::test]
async fn keys_that_change_on_one_computer_are_known_on_the_other() {
    let world = World::new().await;
    let laptop = world.laptop().await;
    let keys = laptop.valise(args!["key", "rotate", "--account"]).await;
    assert_eq!(keys["accountVersion"], 2);
    add(&laptop, "b.txt").await;
    add(&world.bob, "c.txt").await;
    reads(&world.alice, &["a.txt", "b.txt", "c.txt"]).await;
    let keys = world.alice.valise(args!["key", "rotate", "--account"]).await;
    assert_eq!(keys["accountVersion"], 3);
    add(&world.alice, "d.txt").await;
    reads(&laptop, &["a.txt", "b.txt", "c.txt", "d.txt"]).await;

    // Kits, too: those of the newest set are the account's; either computer's open that computer.
    world.alice.valise(args!["recovery", "kit", "--print"]).await;
    let kits = laptop.valise(args!["recovery", "kit", "--print"]).await;
    world.alice.valise(args!["sync"]).await;
    let renewed = refused(&laptop, args!["password", "renew", "--print", "--new-password-file", "/dev/null"]).await;
    assert!(["notAllowed", "badInput"].contains(&renewed["code"].as_str().unwrap()), "{renewed}");

    // A forgotten password, without the network: the account hears of it later, and everything begins anew.
    let code = |kit: usize| kits["kits"][kit]["code"].as_str().unwrap().to_owned();
    let mut recovered = Person { password: "another one for the laptop".to_owned(), ..laptop };
    world.liar.away_for(recovered.valise(args!["recover", "--code", code(0), "--code", code(1), "--print"])).await;
    reads(&recovered, &["a.txt", "b.txt", "c.txt", "d.txt"]).await;
    let keys = recovered.valise(args!["key", "status"]).await;
    // The laptop's kits took the place of the desk's: that began keys anew, as the recovery did.
    assert_eq!((&keys["account"]["accountVersion"], &keys["account"]["masterVersion"]), (&json!(5), &json!(3)));
    add(&world.bob, "e.txt").await;
    for person in [&world.alice, &recovered] {
        reads(person, &["a.txt", "b.txt", "c.txt", "d.txt", "e.txt"]).await;
    }
    calm(&[&world.alice, &recovered, &world.bob]).await;
    recovered.password.clear();
}

#[tokio::test]
async fn a_lost_computer_is_refused_at_once_and_reads_nothing_new() {
    let world = World::new().await;
    let laptop = world.laptop().await;
    add(&laptop, "b.txt").await;
    let thief = Person { name: "Thief", password: laptop.password.clone(), ..Person::new("Thief") };
    copy(&laptop.home.valise(), &thief.home.valise());

    let kits = world.alice.valise(args!["device", "remove", "Laptop", "--print"]).await;
    assert_eq!(kits["kits"].as_array().unwrap().len(), 2, "{kits}");
    add(&world.bob, "c.txt").await;
    reads(&world.alice, &["a.txt", "b.txt", "c.txt"]).await;
    reads(&world.bob, &["a.txt", "b.txt", "c.txt"]).await;

    // It and its copies are refused, and say so; what they have is not new.
    for lost in [&laptop, &thief] {
        assert_eq!(refused(lost, args!["sync"]).await["code"], "removed", "{}", lost.name);
        assert_eq!(refused(lost, args!["add", "/etc/hostname", "--to", "Contracts"]).await["code"], "removed");
    }
    let list = world.alice.valise(args!["device", "list"]).await;
    assert_eq!(devices(&list), [("Desk".to_owned(), true, true), ("Laptop".to_owned(), false, false)]);

    // What it could open, and what it no longer can.
    let reach = world.alice.valise(args!["device", "reach", "Laptop"]).await;
    let contracts = reach["folders"].as_array().unwrap().iter().find(|folder| folder["name"] == "Contracts").unwrap();
    assert_eq!((&contracts["open"], &contracts["closed"]), (&json!(2), &json!(1)), "{reach}");
    let paths: Vec<_> = contracts["files"].as_array().unwrap().iter().map(|file| file["path"].clone()).collect();
    assert_eq!((contracts["keyChanged"].clone(), paths), (json!(true), vec![json!("a.txt"), json!("b.txt")]));

    // Not the one you are at; not twice.
    assert_eq!(refused(&world.alice, args!["device", "remove", "Desk", "--print"]).await["code"], "notAllowed");
    assert_eq!(refused(&world.alice, args!["device", "remove", "Laptop", "--print"]).await["code"], "notFound");

    // The same computer, found again: its data goes, and it joins anew.
    laptop.valise(args!["forget", "--yes"]).await;
    assert_eq!(laptop.valise(args!["status"]).await["stage"]["type"], "new");
    let left: Vec<_> = fs::read_dir(laptop.home.valise()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, ["lock"]);
    let (waiting, code) = code(&world.alice).await;
    laptop.valise(args!["pair", &code, "--catalog", &world.liar.url, "--name", "Laptop again"]).await;
    joined(waiting).await;
    reads(&laptop, &["a.txt", "b.txt", "c.txt"]).await;
    calm(&[&world.alice, &laptop, &world.bob]).await;
}

/// The end of a chain is kept back, with a truly signed word for what is left.
fn shortened(page: &mut Value, key: &SigningKey) {
    let records = page["records"].as_array_mut().unwrap();
    records.pop();
    let last = records.last().and_then(Value::as_str).unwrap();
    let record = Record::decode(&BASE64_URL_SAFE_NO_PAD.decode(last).unwrap()).unwrap();
    page["receipt"] = serde_json::to_value(Receipt::sign(record.chain().unwrap(), Head::of(&record), key)).unwrap();
}

/// Who removes somebody from a folder and then adds a computer: a catalog cannot show the new one the state from before.
#[tokio::test]
async fn a_new_computer_is_shown_nothing_older_than_the_one_that_let_it_in_knows() {
    let world = World::new().await;
    let key = Arc::new(world.catalog.key());
    for (what, kind) in [("account", "/v1/chains/account-"), ("workspace", "/v1/chains/workspace-")] {
        world.alice.valise(args!["key", "rotate", "--account"]).await;
        let (mut waiting, code) = code(&world.alice).await;
        let signing = key.clone();
        world.liar.change(move |asked, answer| {
            if asked.method == "GET" && asked.path.starts_with(kind) && !asked.path.contains("after") {
                // The new computer reads from the start. Of the account it must see its own addition.
                let own = what == "account";
                if !own {
                    shortened(answer, &signing);
                } else if answer["records"].as_array().is_some_and(|records| records.len() > 3) {
                    // Another history: what it was let in with is there, and the rotation before it is not.
                    answer["records"].as_array_mut().unwrap().remove(2);
                }
            }
        });
        let laptop = Person::new("Laptop");
        let said = refused(&laptop, args!["pair", &code, "--catalog", &world.liar.url]).await;
        assert_eq!(said["code"], "distrusted", "{what}: {said}");
        world.liar.honest();
        waiting.kill().await;
    }

    // A folder: the key change after somebody's removal is kept back.
    let (mut waiting, code) = code(&world.alice).await;
    let laptop = Person::new("Laptop");
    let signing = key.clone();
    world.liar.change(move |asked, answer| {
        if asked.method == "GET" && asked.path.starts_with("/v1/chains/folder-") && answer["records"].is_array() {
            let many = answer["records"].as_array().is_some_and(|records| records.len() > 3);
            if many && !asked.path.contains("after") {
                shortened(answer, &signing);
            }
        }
    });
    // The next round may already have been shown the rest: then only what was told is left of it.
    laptop.run_any(args!["pair", &code, "--catalog", &world.liar.url]).await;
    world.liar.honest();
    waiting.kill().await;
    laptop.valise(args!["sync"]).await;
    let told = laptop.valise(args!["security"]).await;
    assert!(told.as_array().unwrap().iter().any(|event| event["alarm"] == true), "{told}");
    reads(&laptop, &["a.txt"]).await;
}

/// The catalog truly signs another end of one's own account chain: that is told, not passed over.
#[tokio::test]
async fn another_end_of_the_own_chain_is_told() {
    let world = World::new().await;
    let _laptop = world.laptop().await;
    let key = world.catalog.key();
    world.liar.change(move |asked, answer| {
        if asked.method == "GET" && asked.path.starts_with("/v1/chains/account-") && asked.path.contains("after") {
            let mut receipt: Receipt = serde_json::from_value(answer["receipt"].clone()).unwrap();
            receipt = Receipt::sign(receipt.chain, Head { seq: receipt.seq, hash: RecordHash::new([7; 32]) }, &key);
            answer["receipt"] = serde_json::to_value(receipt).unwrap();
        }
    });
    assert_eq!(refused(&world.alice, args!["sync"]).await["code"], "distrusted");
    // It speaks of more, and gives nothing.
    let key = world.catalog.key();
    world.liar.change(move |asked, answer| {
        if asked.method == "GET" && asked.path.starts_with("/v1/chains/account-") && asked.path.contains("after") {
            let receipt: Receipt = serde_json::from_value(answer["receipt"].clone()).unwrap();
            let more = Head { seq: receipt.seq + 5, hash: RecordHash::new([7; 32]) };
            answer["receipt"] = serde_json::to_value(Receipt::sign(receipt.chain, more, &key)).unwrap();
        }
    });
    assert_eq!(refused(&world.alice, args!["sync"]).await["code"], "distrusted");
    world.liar.honest();
    world.alice.valise(args!["sync"]).await;
}

/// An answer that was lost while the only computer let its chain grow: nothing that is written next forks it.
#[tokio::test]
async fn a_lost_answer_does_not_fork_the_account() {
    let world = World::new().await;
    world.liar.swallow(|asked| asked.method == "POST" && asked.path.starts_with("/v1/chains/account-"));
    let mut rotating = world.alice.start(args!["key", "rotate", "--account"]).not_worth_telling();
    world.liar.swallowed().await;
    rotating.kill().await;
    // Away: kits would be written over what the catalog has.
    let kits = world.liar.away_for(world.alice.refused(args!["recovery", "kit", "--print"])).await;
    assert_eq!(kits.answer["error"]["code"], "offline", "{}", kits.text);
    world.liar.honest();
    world.alice.valise(args!["recovery", "kit", "--print"]).await;
    let keys = world.alice.valise(args!["key", "status"]).await;
    assert_eq!(keys["account"]["accountVersion"], 2, "{keys}");
    add(&world.bob, "b.txt").await;
    reads(&world.alice, &["a.txt", "b.txt"]).await;
    calm(&[&world.alice, &world.bob]).await;
}

/// A catalog restored to before a computer was added: whichever is there brings what all of them wrote.
#[tokio::test]
async fn a_restored_catalog_learns_of_all_computers_again() {
    let mut world = World::new().await;
    let backup = world.catalog.back_up().await;
    let laptop = world.laptop().await;
    laptop.valise(args!["device", "rename", "Laptop", "Travel"]).await;
    world.alice.valise(args!["sync"]).await;
    world.catalog.restore(&backup).await;
    assert_eq!(refused(&laptop, args!["sync"]).await["code"], "removed");
    // Told, and mended: what either of them wrote.
    world.alice.run_any(args!["sync"]).await;
    world.alice.valise(args!["sync"]).await;
    laptop.valise(args!["sync"]).await;
    add(&laptop, "b.txt").await;
    reads(&world.alice, &["a.txt", "b.txt"]).await;
    assert_eq!(devices(&world.alice.valise(args!["device", "list"]).await)[1].0, "Travel");
}

/// Every computer lost: two kits bring the account to a new one, and the lost ones are outside.
#[tokio::test]
async fn two_kits_bring_the_account_to_a_new_computer() {
    let world = World::new().await;
    let kits = world.alice.valise(args!["recovery", "kit", "--print"]).await;
    let code = |kits: &Value, kit: usize| kits["kits"][kit]["code"].as_str().unwrap().to_owned();
    add(&world.alice, "b.txt").await;
    let url = &world.liar.url;
    let new = Person::new("New");
    let recover = |kits: &Value| {
        args![
            "recover",
            "--catalog",
            url,
            "--name",
            "New desk",
            "--print",
            "--code",
            code(kits, 0),
            "--code",
            code(kits, 1)
        ]
    };

    // One kit twice; kits that nobody has; a catalog that shows another account.
    let twice = args!["recover", "--catalog", url, "--print", "--code", code(&kits, 0), "--code", code(&kits, 0)];
    assert_eq!(refused(&new, twice).await["code"], "badKit");
    let bobs = world.bob.valise(args!["recovery", "kit", "--print"]).await;
    let mixed = args!["recover", "--catalog", url, "--print", "--code", code(&kits, 0), "--code", code(&bobs, 1)];
    assert_eq!(refused(&new, mixed).await["code"], "badKit");
    let bob = world.bob.valise(args!["status"]).await["account"]["id"].clone();
    world.liar.change(move |asked, answer| {
        if asked.path.starts_with("/v1/recoveries/") {
            answer["sets"][0]["account"] = bob.clone();
        }
    });
    refused(&new, recover(&kits)).await;
    world.liar.honest();
    assert_eq!(new.valise(args!["status"]).await["stage"]["type"], "new");

    let fresh = new.valise(recover(&kits)).await;
    assert_eq!(fresh["kits"].as_array().unwrap().len(), 2);
    reads(&new, &["a.txt", "b.txt"]).await;
    add(&new, "c.txt").await;
    add(&world.bob, "d.txt").await;
    reads(&new, &["a.txt", "b.txt", "c.txt", "d.txt"]).await;
    reads(&world.bob, &["a.txt", "b.txt", "c.txt", "d.txt"]).await;
    let list = new.valise(args!["device", "list"]).await;
    assert_eq!(devices(&list), [("New desk".to_owned(), true, true), ("Desk".to_owned(), false, false)]);
    let status = new.valise(args!["status"]).await;
    assert_eq!((&status["account"]["name"], &status["account"]["officer"]), (&json!("Alice"), &json!(true)));

    // The lost one is outside, and the kits are used up.
    assert_eq!(refused(&world.alice, args!["sync"]).await["code"], "removed");
    let again = Person::new("Again");
    assert_eq!(refused(&again, recover(&kits)).await["code"], "notPaired");
    // The new ones work, on the next new computer; the other one is kept this time.
    let mut args = recover(&fresh).to_vec();
    args.push("--keep-others".into());
    again.valise(args).await;
    reads(&again, &["a.txt", "b.txt", "c.txt", "d.txt"]).await;
    reads(&new, &["a.txt", "b.txt", "c.txt", "d.txt"]).await;
    assert_eq!(again.valise(args!["device", "list"]).await.as_array().unwrap().len(), 3);
    calm(&[&again, &world.bob]).await;
    // The one that was kept is told of the other.
    let told = new.valise(args!["security"]).await;
    let told: Vec<_> = told.as_array().unwrap().iter().map(|event| event["words"]["happened"].clone()).collect();
    assert_eq!(told, ["A computer joined your account: New desk."]);
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
