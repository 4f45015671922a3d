//! Attacks on real programs: a catalog that lies, through [`Liar`], and outsiders who know where it answers.
//!
//! The catalog's administrator is the strongest of them: the tests hold its keys and sign with them. What must hold
//! each time: nothing false is shown, nothing is lost, the error is one of ours, and once the lie ends work goes on.

use std::{
    collections::HashMap,
    fs,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use reqwest::Method;
use serde_json::{Value, json};
use valise_protocol::{
    api::Identity,
    auth::{Proof, Session, Signed},
    cbor,
    chain::Head,
    ids::{AccountId, Cid, DeviceId, RecordHash},
    invitation::Link,
    receipt::{Held, Receipt},
    record::ChainId,
    sign::SigningKey,
};
use valise_tests::{
    args,
    catalog::Catalog,
    cli::{Outcome, Person, alice, bob},
    http,
    liar::{Asked, Liar, PROOF, answer, endless, json_answer},
    process::Process,
};
use zeroize::Zeroizing;

/// A catalog, the liar before it, and Alice with a folder.
struct World {
    catalog: Catalog,
    liar: Liar,
    alice: Person,
}

impl World {
    async fn new() -> Self {
        let catalog = Catalog::start().await;
        let liar = Liar::before(&catalog.url).await;
        let alice = alice();
        alice.valise(args!["init", "--name", "Alice", "--workspace", "Acme", "--catalog", &liar.url]).await;
        alice.valise(args!["folder", "create", "Contracts"]).await;
        Self { catalog, liar, alice }
    }

    /// With Bob as an editor, who reaches the catalog at `url`.
    async fn let_in(&self, guest: &Person, url: &str) {
        let (link, mut open) = self.open_door(url).await;
        guest.valise(args!["join", &link, "--name", guest.name]).await;
        open.stop().await;
    }

    /// An invitation that leads to `url`, and Alice's computer, which lets in whoever has it.
    async fn open_door(&self, url: &str) -> (String, Process) {
        let invitation = self.alice.valise(args!["invite", "Contracts", "--role", "editor"]).await;
        let mut link = Link::parse(invitation["link"].as_str().unwrap()).unwrap();
        link.addresses = vec![url.to_owned()];
        (link.to_text(), self.alice.start(args!["sync", "--watch"]).not_worth_telling())
    }

    /// Alice adds a document, and waits until the pinning node holds it.
    async fn add(&self, name: &str) {
        add(&self.alice, name).await;
    }

    /// The folder's chain.
    fn folder(&self) -> String {
        let appended = |asked: &Asked| asked.path.strip_prefix("/v1/chains/folder-")?.get(..64).map(str::to_owned);
        let heard = self.liar.heard();
        let posts = heard.iter().filter(|asked| asked.method == "POST");
        posts.filter_map(appended).next_back().expect("an append to the folder")
    }
}

async fn add(person: &Person, name: &str) {
    let file = person.home.write(name, format!("what {name} says"));
    person.valise(args!["add", file, "--to", "Contracts", "--timeout", "50"]).await;
}

async fn names(person: &Person) -> Vec<String> {
    let listing = person.valise(args!["ls", "Contracts"]).await;
    listing.as_array().unwrap().iter().map(|entry| entry["name"].as_str().unwrap().to_owned()).collect()
}

/// What a document says, as this person gets it.
async fn reads(person: &Person, name: &str) -> String {
    let to = person.home.path().join(format!("got {name}"));
    let _ = fs::remove_file(&to);
    person.valise(args!["get", format!("Contracts/{name}"), "-o", &to]).await;
    fs::read_to_string(to).unwrap()
}

/// How a command failed: `code: details`. A panic or a signal is no way to fail.
fn failure(outcome: &Outcome) -> String {
    assert!(outcome.status.is_some_and(|status| status != 101), "{}", outcome.text);
    assert!(!outcome.text.contains("panicked"), "{}", outcome.text);
    let error = &outcome.answer["error"];
    format!("{}: {}", error["code"].as_str().unwrap(), error["details"].as_str().unwrap_or_default())
}

async fn lied_to(person: &Person) -> String {
    failure(&person.refused(args!["sync"]).await)
}

/// Details of the alarms this person was told, newest first. The catalog is away meanwhile.
async fn alarms(person: &Person, liar: &Liar) -> Vec<String> {
    liar.away();
    let events = person.valise(args!["security"]).await;
    liar.honest();
    let events = events.as_array().unwrap().iter().filter(|event| event["alarm"] == true);
    events.map(|event| event["words"]["details"].as_str().unwrap().to_owned()).collect()
}

fn unbase64(value: &Value) -> Vec<u8> {
    BASE64_URL_SAFE_NO_PAD.decode(value.as_str().unwrap()).unwrap()
}

fn base64(bytes: &[u8]) -> Value {
    BASE64_URL_SAFE_NO_PAD.encode(bytes).into()
}

fn pages_of(folder: &str) -> impl Fn(&Asked) -> bool + Clone + use<> {
    let path = format!("/v1/chains/folder-{folder}");
    move |asked| asked.is("GET", &path)
}

/// A receipt for a place of a folder's chain, truly signed.
fn receipt(folder: &str, seq: u64, hash: RecordHash, key: &SigningKey) -> Value {
    let chain: ChainId = format!("folder-{folder}").parse().unwrap();
    serde_json::to_value(Receipt::sign(chain, Head { seq, hash }, key)).unwrap()
}

/// The genesis' hash is the folder's id.
fn genesis(folder: &str) -> RecordHash {
    folder.parse().unwrap()
}

/// C1, D1, E2, F1, F3, F4: whatever a page of records is made of, only what follows what was verified counts.
#[tokio::test]
async fn a_chain_is_believed_only_as_it_was_signed() {
    let (world, bob) = (World::new().await, bob());
    world.let_in(&bob, &world.liar.url).await;
    world.add("first.txt").await;
    assert_eq!(names(&bob).await, ["first.txt"]);
    world.add("second.txt").await;
    world.alice.valise(args!["mv", "Contracts/second.txt", "Contracts/third.txt"]).await;
    let (folder, key) = (world.folder(), world.catalog.key());
    let other = foreign_records(&world.liar, &folder);

    type Lie = Box<dyn Fn(&mut Value, u64) + Send + Sync>;
    let (id, signing) = (folder.clone(), key.clone());
    let older = move |page: &mut Value, _: u64| {
        page["records"] = json!([]);
        page["receipt"] = receipt(&id, 0, genesis(&id), &signing);
    };
    let (id, signing) = (folder.clone(), key);
    let other_head = move |page: &mut Value, seen: u64| {
        page["records"] = json!([]);
        page["receipt"] = receipt(&id, seen, genesis(&id), &signing);
    };
    let lies: Vec<(&str, Lie)> = vec![
        ("a byte of a body", Box::new(|page, _| flip(&mut page["records"][0], 2))),
        ("a byte of a signature", Box::new(|page, _| flip(&mut page["records"][0], 1_000_000))),
        ("the order of two", Box::new(|page, _| page["records"].as_array_mut().unwrap().swap(0, 1))),
        ("one left out", Box::new(|page, _| drop(page["records"].as_array_mut().unwrap().remove(0)))),
        ("another folder's", Box::new(move |page, _| page["records"] = other.clone())),
        ("all withheld", Box::new(|page, _| page["records"] = json!([]))),
        ("an older state", Box::new(older)),
        ("another history", Box::new(other_head)),
        ("a forged receipt", Box::new(|page, _| page["receipt"]["seq"] = json!(99))),
        ("no receipt", Box::new(|page, _| page["receipt"] = Value::Null)),
    ];
    for (name, lie) in lies {
        let wanted = pages_of(&folder);
        world.liar.change(move |asked, page| {
            let after = asked.path.split_once("after=").and_then(|(_, after)| after.parse().ok());
            if let (true, Some(after)) = (wanted(asked), after) {
                lie(page, after);
            }
        });
        let said = lied_to(&bob).await;
        assert!(said.starts_with("distrusted: "), "{name}: {said}");
    }
    // What was believed before is what is shown while the catalog is not to be believed.
    world.liar.away();
    assert_eq!(names(&bob).await, ["first.txt"]);
    let told = alarms(&bob, &world.liar).await;
    for told_of in ["signature", "does not follow", "another folder", "withholds", "older state", "two his"] {
        assert!(told.iter().any(|alarm| alarm.contains(told_of)), "no alarm of {told_of:?} in {told:?}");
    }
    assert_eq!(names(&bob).await, ["first.txt", "third.txt"]);
    assert_eq!(reads(&bob, "third.txt").await, "what second.txt says");
}

/// Flips the lowest bit of the middle (2), or of the last byte.
fn flip(record: &mut Value, part: usize) {
    let mut bytes = unbase64(record);
    let at = if part == 2 { bytes.len() / 2 } else { bytes.len() - 1 };
    bytes[at] ^= 1;
    *record = base64(&bytes);
}

/// Records of a folder that is not this one, as they were brought.
fn foreign_records(liar: &Liar, folder: &str) -> Value {
    let heard = liar.heard();
    let brought =
        heard.iter().filter(|asked| asked.is("POST", "/v1/folders")).map(|asked| asked.json()["records"].clone());
    let mut other = brought.filter(|records| {
        let record = valise_protocol::record::Record::decode(&unbase64(&records[0])).unwrap();
        record.hash() != genesis(folder)
    });
    other.next().expect("Alice's own files")
}

/// F6: a catalog restored from a backup contradicts what people hold. They are told, lose nothing, and bring what they
/// signed once more: then all is as before, and what comes after is read.
#[tokio::test]
async fn what_a_restored_catalog_lost_is_brought_again() {
    let (mut world, bob) = (World::new().await, bob());
    world.let_in(&bob, &world.liar.url).await;
    world.add("first.txt").await;
    let backup = world.catalog.back_up().await;
    world.add("second.txt").await;
    add(&bob, "from bob.txt").await;
    world.add("last.txt").await;
    let all = ["first.txt", "from bob.txt", "last.txt", "second.txt"];
    assert_eq!(names(&bob).await, all);

    world.catalog.restore(&backup).await;
    // Bob's own record comes after one of Alice's: he can only wait for her, and says why.
    let said = lied_to(&bob).await;
    assert_eq!(said, "distrusted: the catalog broke a rule: it went back to an older state");
    // Alice brings hers as far as Bob's, he brings his, and she the rest.
    assert!(lied_to(&world.alice).await.starts_with("distrusted: "));
    assert!(lied_to(&bob).await.starts_with("distrusted: "));
    assert_eq!(names(&world.alice).await, all);
    assert_eq!(names(&bob).await, all);
    for person in [&world.alice, &bob] {
        let told = alarms(person, &world.liar).await;
        assert!(told.iter().any(|alarm| alarm.contains("went back to an older state")), "{}: {told:?}", person.name);
    }
    world.add("after.txt").await;
    assert_eq!(reads(&bob, "after.txt").await, "what after.txt says");

    // A third computer with the folder gets all of it from the catalog alone: keys too.
    let carol = Person::new("Carol");
    world.let_in(&carol, &world.liar.url).await;
    assert_eq!(reads(&carol, "second.txt").await, "what second.txt says");
    assert_eq!(reads(&carol, "from bob.txt").await, "what from bob.txt says");
}

/// The same, and since the backup keys were changed and retired: account, workspace and folder are whole again, each
/// before what embeds it.
#[tokio::test]
async fn keys_that_changed_after_a_backup_are_brought_again() {
    let (mut world, bob) = (World::new().await, bob());
    world.let_in(&bob, &world.liar.url).await;
    world.add("first.txt").await;
    let backup = world.catalog.back_up().await;
    world.alice.valise(args!["key", "rotate", "--account"]).await;
    world.add("second.txt").await;
    world.alice.valise(args!["key", "retire", "Contracts"]).await;
    bob.valise(args!["sync"]).await;

    world.catalog.restore(&backup).await;
    world.alice.run_any(args!["sync"]).await;
    let keys = world.alice.valise(args!["key", "status", "Contracts"]).await;
    assert_eq!((&keys["current"], &keys["minimum"], &keys["older"]), (&json!(2), &json!(2), &json!(0)), "{keys}");
    assert_eq!(names(&bob).await, ["first.txt", "second.txt"]);
    let told = alarms(&world.alice, &world.liar).await;
    assert!(told.iter().any(|alarm| alarm.contains("went back to an older state")), "{told:?}");
    add(&bob, "after.txt").await;
    assert_eq!(reads(&world.alice, "after.txt").await, "what after.txt says");
    let carol = Person::new("Carol");
    world.let_in(&carol, &world.liar.url).await;
    assert_eq!(reads(&carol, "first.txt").await, "what first.txt says");
    assert_eq!(reads(&carol, "second.txt").await, "what second.txt says");
}

/// F3: two histories for two people. Each sees what they were shown until they are shown the other's; then the folder
/// stops with an alarm, and nobody's view is replaced by the other's.
#[tokio::test]
async fn a_fork_is_noticed_when_its_ends_meet() {
    let (mut world, bob) = (World::new().await, bob());
    let bobs = Liar::before(&world.catalog.url).await;
    world.let_in(&bob, &bobs.url).await;
    let fork = world.catalog.fork().await;
    bobs.aim(&fork.url);
    // Both have receipts of the one catalog's key for the same place.
    world.add("for alice.txt").await;
    add(&bob, "for bob.txt").await;
    assert_eq!(names(&world.alice).await, ["for alice.txt"]);
    assert_eq!(names(&bob).await, ["for bob.txt"]);

    bobs.aim(&world.catalog.url);
    let said = lied_to(&bob).await;
    assert!(said.starts_with("distrusted: "), "{said}");
    let told = alarms(&bob, &bobs).await;
    assert!(told.iter().any(|alarm| alarm.contains("two histories")), "{told:?}");
    world.add("more.txt").await;
    let said = lied_to(&bob).await;
    assert!(said.starts_with("distrusted: "), "{said}");
    let refused = bob.refused(args!["add", bob.home.write("x.txt", "x"), "--to", "Contracts"]).await;
    assert!(failure(&refused).starts_with("distrusted: "));
    bobs.away();
    assert_eq!(names(&bob).await, ["for bob.txt"]);
    assert_eq!(reads(&bob, "for bob.txt").await, "what for bob.txt says");
    // Where Bob was not forked, he goes on.
    bobs.honest();
    assert_eq!(names(&world.alice).await, ["for alice.txt", "more.txt"]);
}

/// D, E4, O1: keys and words that stand beside the chain. A false one is refused; it neither takes a true one's place
/// nor stands in the way of what comes later.
#[tokio::test]
async fn what_stands_beside_a_chain_cannot_be_poisoned() {
    let (world, bob) = (World::new().await, bob());
    world.let_in(&bob, &world.liar.url).await;
    world.add("first.txt").await;
    let folder = world.folder();
    let wraps = format!("/v1/folders/{folder}/wraps");

    // As if a later key had wrapped it; and as if there were nothing after it, ever.
    for poison in [json!({"epoch": 1u64 << 40}), json!({"bytes": base64(&[7; 60])}), json!({"bytes": base64(b"short")})]
    {
        let path = wraps.clone();
        world.liar.change(move |asked, page| {
            if asked.is("GET", &path) {
                page["cursor"] = json!(1u64 << 50);
                for wrap in page["wraps"].as_array_mut().unwrap() {
                    wrap.as_object_mut().unwrap().extend(poison.as_object().unwrap().clone());
                }
            }
        });
        let refused = bob.refused(args!["get", "Contracts/first.txt", "-o", bob.home.path().join("no")]).await;
        let said = failure(&refused);
        assert!(said.starts_with("distrusted: ") || said.starts_with("notVerified: "), "{said}");
        assert!(!bob.home.path().join("no").exists());
    }
    let path = wraps.clone();
    world.liar.change(move |asked, page| {
        if asked.is("GET", &path) {
            page["cursor"] = json!(1u64 << 50);
            page["wraps"] = json!([]);
        }
    });
    assert!(!names(&bob).await.is_empty());
    world.liar.honest();
    assert_eq!(reads(&bob, "first.txt").await, "what first.txt says");

    // A wrap of the file's author is not replaced either: Alice still sends what opens.
    let path = wraps.clone();
    world.liar.change(move |asked, page| {
        if asked.is("GET", &path) {
            for wrap in page["wraps"].as_array_mut().unwrap() {
                wrap["epoch"] = json!(1u64 << 40);
            }
        }
    });
    add(&bob, "from bob.txt").await;
    let _ = world.alice.run_any(args!["ls", "Contracts"]).await;
    world.liar.honest();
    assert_eq!(reads(&world.alice, "first.txt").await, "what first.txt says");
    assert_eq!(reads(&world.alice, "from bob.txt").await, "what from bob.txt says");

    // "Held", by somebody who is no pinning node of this workspace; and then the true word is heard nevertheless.
    let (path, stranger) = (format!("/v1/folders/{folder}/held"), key(5));
    world.liar.change(move |asked, page| {
        if asked.is("GET", &path) {
            page["cursor"] = json!(1u64 << 50);
            let held = page["held"].as_array_mut().unwrap();
            held.iter_mut().for_each(|held| *held = forged(held, &stranger));
        }
    });
    let file = world.alice.home.write("second.txt", "what second.txt says");
    let refused = world.alice.refused(args!["add", &file, "--to", "Contracts", "--timeout", "4"]).await;
    assert!(failure(&refused).starts_with("timedOut: ") || failure(&refused).starts_with("distrusted: "));
    world.liar.away();
    let listing = world.alice.valise(args!["ls", "Contracts/second.txt"]).await;
    assert_ne!(listing[0]["place"]["type"], "here", "a forged word counted: {listing}");
    let told = alarms(&world.alice, &world.liar).await;
    assert!(told.iter().any(|alarm| alarm.contains("pinning node's word")), "{told:?}");
    world.add("third.txt").await;
    let listing = world.alice.valise(args!["ls", "Contracts/second.txt"]).await;
    assert_eq!(listing[0]["place"]["type"], "here");
}

fn forged(held: &Value, by: &SigningKey) -> Value {
    let cid: Cid = serde_json::from_value(held["cid"].clone()).unwrap();
    serde_json::to_value(Held::sign(cid, held["bytes"].as_u64().unwrap(), by)).unwrap()
}

fn key(seed: u8) -> SigningKey {
    SigningKey::from_seed(&Zeroizing::new([seed; 32]))
}

/// A change counts as sent only with the receipt for that very record; so does a folder, a workspace and a newcomer's
/// request. What was not stored is brought again.
#[tokio::test]
async fn nothing_counts_as_stored_without_its_own_receipt() {
    let catalog = Catalog::start().await;
    let liar = Liar::before(&catalog.url).await;
    let alice = alice();
    // The workspace: "stored", with no receipts at all.
    liar.instead(|asked| asked.is("POST", "/v1/workspaces").then(|| json_answer(200, &json!({"receipts": []}))));
    let init = args!["init", "--name", "Alice", "--workspace", "Acme", "--catalog", &liar.url];
    let said = failure(&alice.refused(init).await);
    assert!(said.starts_with("distrusted: "), "{said}");
    liar.honest();
    alice.valise(args!["sync"]).await;

    // A folder: "stored", with a true receipt of another chain.
    let (spare, signing) = ("11".repeat(32), catalog.key());
    let stale = receipt(&spare, 1, genesis(&spare), &signing);
    let answered = stale.clone();
    liar.instead(move |asked| asked.is("POST", "/v1/folders").then(|| json_answer(200, &answered)));
    let said = failure(&alice.refused(args!["folder", "create", "Contracts"]).await);
    assert!(said.starts_with("distrusted: "), "{said}");
    liar.honest();
    alice.valise(args!["sync"]).await;

    // A change: nothing, a receipt of another chain, one that is not signed.
    let file = alice.home.write("paper.txt", "what paper.txt says");
    for lie in [json!({}), stale.clone(), {
        let mut forged = stale;
        forged["hash"] = json!("22".repeat(32));
        forged
    }] {
        liar.instead(move |asked| asked.is("POST", "/v1/chains/folder-").then(|| json_answer(200, &lie)));
        // The first time round the change is made; later it waits, and is tried again.
        let said = match names_offline(&alice, &liar).await.is_empty() {
            true => failure(&alice.refused(args!["add", &file, "--to", "Contracts", "--timeout", "3"]).await),
            false => failure(&alice.refused(args!["sync"]).await),
        };
        assert!(said.starts_with("distrusted: ") || said.starts_with("timedOut: "), "{said}");
    }
    liar.honest();
    let status = alice.valise(args!["sync"]).await;
    assert_eq!(status["waiting"], 0);
    assert_eq!(reads(&alice, "paper.txt").await, "what paper.txt says");

    // The administrator can sign: then the change counts, until the catalog contradicts its own receipt.
    let administrator = catalog.key();
    liar.instead(move |asked| {
        let record = asked.is("POST", "/v1/chains/folder-").then(|| unbase64(&asked.json()["records"][0]))?;
        let record = valise_protocol::record::Record::decode(&record).unwrap();
        let receipt = Receipt::sign(record.chain().unwrap(), Head::of(&record), &administrator);
        Some(json_answer(200, &serde_json::to_value(receipt).unwrap()))
    });
    // Said at once, or when the catalog is asked again: that depends on which of two rounds comes first.
    let _ = alice.run_any(args!["mv", "Contracts/paper.txt", "Contracts/signed.txt"]).await;
    liar.honest();
    assert_eq!(names(&alice).await, ["signed.txt"]);
    let told = alarms(&alice, &liar).await;
    assert!(told.iter().any(|alarm| alarm.contains("went back")), "{told:?}");
    let bob = bob();
    let world = World { catalog, liar, alice };
    world.let_in(&bob, &world.liar.url).await;
    assert_eq!(names(&bob).await, ["signed.txt"]);
}

/// What is waiting and what is not, without asking the catalog; whatever the liar was told stays.
async fn names_offline(person: &Person, liar: &Liar) -> Vec<String> {
    liar.away_for(names(person)).await
}

/// O1: noise in place of answers is an error of ours each time, in bounded memory, and everything goes on afterwards.
#[tokio::test]
async fn noise_is_survived() {
    let world = World::new().await;
    world.add("first.txt").await;
    let listing = ["first.txt"];
    let noises: [(&str, u16, &str, &[u8]); 6] = [
        ("/v1/identity", 502, "text/html", b"<h1>502 Bad Gateway</h1>"),
        ("/v1/chains/", 500, "application/json", b"{\"code\":\"internal\",\"message\":\"oops\"}"),
        ("/v1/identity", 200, "text/html", b"<html>Welcome to the airport</html>"),
        ("/v1/sessions", 200, "application/json", b"\xff\xfe{{{"),
        ("/v1/folders", 200, "application/json", &[b'['; 200_000]),
        ("/v1/chains/", 200, "application/octet-stream", b""),
    ];
    for (path, status, kind, body) in noises {
        world.liar.instead(move |asked| asked.path.starts_with(path).then(|| answer(status, kind, body)));
        if status >= 500 {
            // A server with a fault is one that is not there: not one that lies.
            assert_eq!(names(&world.alice).await, listing, "{status} at {path}");
        } else {
            let said = lied_to(&world.alice).await;
            assert!(said.starts_with("distrusted: "), "{kind} at {path}: {said}");
        }
    }
    // Answers without an end: what is taken of each has a limit.
    for path in ["/v1/chains/", "/v1/identity"] {
        let (answers, taken) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
        let (answered, counter) = (answers.clone(), taken.clone());
        world.liar.instead(move |asked| {
            asked.path.starts_with(path).then(|| {
                answered.fetch_add(1, Ordering::Relaxed);
                answer(200, "application/json", endless(&[b'['; 65_536], &counter))
            })
        });
        let said = lied_to(&world.alice).await;
        assert!(said.starts_with("distrusted: "), "{said}");
        let each = taken.load(Ordering::Relaxed) / answers.load(Ordering::Relaxed);
        assert!(each < 64 << 20, "{path}: {each} bytes of an answer");
    }
    world.liar.honest();
    assert_eq!(names(&world.alice).await, listing);
}

/// A stream of events that is one line without an end, or leads elsewhere.
#[tokio::test]
async fn an_endless_event_is_let_go_and_nobody_is_led_elsewhere() {
    let world = World::new().await;
    let taken = Arc::new(AtomicU64::new(0));
    let counter = taken.clone();
    world.liar.instead(move |asked| {
        asked.is("GET", "/v1/events").then(|| answer(200, "text/event-stream", endless(&[b'x'; 65_536], &counter)))
    });
    let from = world.liar.heard().len();
    let mut open = world.alice.start(args!["sync", "--watch"]);
    // It is dropped, and asked for again.
    world.liar.hears("the stream, twice", from, 2, |asked| asked.is("GET", "/v1/events")).await;
    assert!(taken.load(Ordering::Relaxed) < 64 << 20, "{taken:?}");
    open.stop().await;

    // Somewhere inside the company's network that only this computer reaches.
    let inside = Liar::before(&world.catalog.url).await;
    let target = inside.url.clone();
    world.liar.instead(move |asked| {
        let mut response = answer(307, "text/plain", "");
        response.headers_mut().insert("location", format!("{target}{}", asked.path).parse().unwrap());
        Some(response)
    });
    let said = lied_to(&world.alice).await;
    assert!(said.starts_with("distrusted: "), "{said}");
    assert!(inside.heard().is_empty(), "led to {:?}", inside.heard());
}

/// Another catalog at the same address; and the right one that names a false pinning node.
#[tokio::test]
async fn another_catalog_or_pinning_node_is_not_taken_for_ours() {
    let world = World::new().await;
    let other = Catalog::start().await;
    world.liar.aim(&other.url);
    let said = lied_to(&world.alice).await;
    assert_eq!(said, "distrusted: another catalog answers at its address");
    // Its answers behind the right name open nothing either.
    world.liar.aim(&world.catalog.url);
    let told = alarms(&world.alice, &world.liar).await;
    assert!(told.iter().any(|alarm| alarm.contains("another catalog")), "{told:?}");

    // The administrator names a node of their own, truly signed: nobody dials it or lets it in.
    let decoy = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("/ip4/127.0.0.1/tcp/{}", decoy.local_addr().unwrap().port());
    let signing = world.catalog.key();
    world.liar.change(move |asked, identity| {
        if asked.is("GET", "/v1/identity") {
            let workspace = serde_json::from_value(identity["workspace"].clone()).unwrap();
            let false_one = Identity::sign(&signing, workspace, key(9).verify_key(), vec![address.clone()]);
            *identity = serde_json::to_value(false_one).unwrap();
        }
    });
    let said = lied_to(&world.alice).await;
    assert!(said.starts_with("distrusted: "), "{said}");
    let dialled = tokio::time::timeout(std::time::Duration::from_millis(1), decoy.accept()).await;
    assert!(dialled.is_err(), "it was dialled");
    world.liar.honest();
    world.add("first.txt").await;
}

/// A newcomer's request that is only said to be kept, and a name that is not the newcomer's.
#[tokio::test]
async fn a_newcomer_is_neither_forgotten_nor_renamed() {
    let (world, bob) = (World::new().await, bob());
    let bobs = Liar::before(&world.catalog.url).await;
    let (link, mut open) = world.open_door(&bobs.url).await;
    bobs.instead(|asked| asked.is("POST", "/v1/joins").then(|| json_answer(200, &json!({"receipts": []}))));
    let refused = bob.refused(args!["join", &link, "--name", "Bob", "--no-wait"]).await;
    assert!(failure(&refused).starts_with("distrusted: "), "{}", refused.text);
    open.stop().await;

    // Alice's computer is told that it is Mallory who waits.
    bobs.honest();
    world.liar.change(|asked, joins| {
        if asked.is("GET", "/v1/joins") {
            joins["joins"].as_array_mut().unwrap().iter_mut().for_each(|join| join["name"] = json!("Mallory"));
        }
    });
    let mut open = world.alice.start(args!["sync", "--watch"]).not_worth_telling();
    bob.valise(args!["join", &link, "--name", "Bob"]).await;
    open.stop().await;
    let told = alarms(&bob, &bobs).await;
    assert!(told.iter().any(|alarm| alarm.contains("another name")), "{told:?}");
}

/// L1, L3, I1: a stranger, a captured request, a member of another workspace, a removed member.
#[tokio::test]
async fn outsiders_get_nothing_and_change_nothing() {
    let (world, bob) = (World::new().await, bob());
    world.let_in(&bob, &world.liar.url).await;
    world.add("first.txt").await;
    let (folder, heard) = (world.folder(), world.liar.heard());
    let routes = routes(&heard, &folder);
    let captured = heard.iter().rfind(|asked| asked.is("POST", "/v1/chains/folder-")).unwrap().clone();
    let member: Proof =
        cbor::decode(&BASE64_URL_SAFE_NO_PAD.decode(captured.proof.as_ref().unwrap()).unwrap()).unwrap();
    let url = &world.catalog.url;

    let strangers = [
        Stranger::new(url, AccountId::new([3; 32]), DeviceId::new([4; 32])),
        // Who claims to be Alice's computer, or Alice with another.
        Stranger::new(url, member.account, member.device),
        Stranger::new(url, member.account, DeviceId::new([4; 32])),
    ];
    for (method, path, body) in &routes {
        for proof in [None, Some("AAAA".to_owned()), Some("!".repeat(4000))] {
            strangers[0].is_refused(method, path, body, proof).await;
        }
        for stranger in &strangers {
            let proof = stranger.proof(method, path, body).await;
            stranger.is_refused(method, path, body, Some(proof)).await;
        }
    }
    // A request that was taken once, byte for byte; its proof for another request; its session for another device.
    let proof = captured.proof.clone().unwrap();
    strangers[0].is_refused(&Method::POST, &captured.path, &captured.body, Some(proof.clone())).await;
    strangers[0].is_refused(&Method::GET, &captured.path, &[], Some(proof)).await;
    for asked in world.liar.answered().iter().filter(|asked| asked.proof.is_some()) {
        let method = asked.method.parse().unwrap();
        strangers[0].is_refused(&method, &asked.path, &asked.body, asked.proof.clone()).await;
    }
    // The link names the catalog; without its secret nobody joins by it, and nobody founds another workspace.
    let joins = heard.iter().find(|asked| asked.is("POST", "/v1/joins")).unwrap().json();
    let mut forged = joins.clone();
    let mut redemption = unbase64(&forged["redemption"]);
    *redemption.last_mut().unwrap() ^= 1;
    forged["redemption"] = base64(&redemption);
    for request in [forged, joins] {
        // The second is Bob's own, spent: the answer tells what he was told, and lets nobody in.
        let _ = strangers[0].post("/v1/joins", &request).await;
    }
    let mallory = Person::new("Mallory");
    let refused = mallory.refused(args!["init", "--name", "M", "--workspace", "W", "--catalog", url]).await;
    assert_eq!(refused.answer["error"]["code"], "notAllowed");
    assert_eq!(world.alice.valise(args!["people"]).await.as_array().unwrap().len(), 2);

    // A member of another workspace, with a sound device and sound signatures.
    let theirs = Catalog::start().await;
    let other = Liar::before(&theirs.url).await;
    let mallory = Person::new("Mallory");
    mallory.valise(args!["init", "--name", "M", "--workspace", "W", "--catalog", &other.url]).await;
    let identity = http().get(format!("{}/v1/identity", theirs.url)).send().await.unwrap().text().await.unwrap();
    let identity: Value = serde_json::from_str(&identity).unwrap();
    let (from, real) = (other.heard().len(), url.clone());
    other.aim(&real);
    other.change(move |asked, value| {
        if asked.is("GET", "/v1/identity") {
            *value = identity.clone();
        }
    });
    let refused = mallory.refused(args!["sync"]).await;
    assert_eq!(refused.answer["error"]["code"], "removed", "{}", refused.text);
    let asked = other.heard();
    assert!(asked[from..].iter().any(|asked| asked.proof.is_some()), "Mallory asked nothing");

    // Bob is removed: the session he had, and every one after, opens nothing of the folder, old or new.
    world.alice.valise(args!["folder", "remove", "Contracts", "Bob"]).await;
    world.add("after.txt").await;
    let refused = bob.refused(args!["get", "Contracts/after.txt", "-o", bob.home.path().join("no")]).await;
    assert_eq!(refused.answer["error"]["code"], "notFound");
    bob.refused(args!["add", bob.home.write("x.txt", "x"), "--to", "Contracts", "--timeout", "3"]).await;
    assert_eq!(names(&world.alice).await, ["after.txt", "first.txt"]);
}

/// Every route that wants a proof, with bodies that a member has sent.
fn routes(heard: &[Asked], folder: &str) -> Vec<(Method, String, Vec<u8>)> {
    let chain = format!("/v1/chains/folder-{folder}");
    let sent = |path: &str| heard.iter().rfind(|asked| asked.is("POST", path)).unwrap().body.to_vec();
    let chains: HashMap<&str, &Asked> =
        heard.iter().filter(|asked| asked.is("GET", "/v1/chains/")).map(|asked| (asked.path.as_str(), asked)).collect();
    let mut routes: Vec<_> = chains.into_keys().map(|path| (Method::GET, path.to_owned(), Vec::new())).collect();
    let reads = [
        chain.clone(),
        format!("{chain}/records/1"),
        format!("/v1/folders/{folder}/wraps?after=0"),
        format!("/v1/folders/{folder}/held?after=0"),
        "/v1/folders".to_owned(),
        "/v1/joins".to_owned(),
        "/v1/ring".to_owned(),
        "/v1/events".to_owned(),
    ];
    routes.extend(reads.map(|path| (Method::GET, path, Vec::new())));
    routes.push((Method::POST, chain, sent("/v1/chains/folder-")));
    routes.push((Method::POST, "/v1/folders".to_owned(), sent("/v1/folders")));
    routes.push((Method::POST, format!("/v1/folders/{folder}/wraps"), b"{\"wraps\":[]}".to_vec()));
    routes.push((Method::PUT, "/v1/ring".to_owned(), b"\"AAAA\"".to_vec()));
    routes
}

/// Somebody with a key of their own.
struct Stranger {
    http: reqwest::Client,
    url: String,
    account: AccountId,
    device: DeviceId,
}

impl Stranger {
    fn new(url: &str, account: AccountId, device: DeviceId) -> Self {
        Self { http: http(), url: url.to_owned(), account, device }
    }

    async fn proof(&self, method: &Method, path: &str, body: &[u8]) -> String {
        let session = self.http.post(format!("{}/v1/sessions", self.url)).send().await.unwrap();
        let session: Session = serde_json::from_str(&session.text().await.unwrap()).unwrap();
        let request = Signed { method: method.as_str(), path, body };
        let proof = Proof::sign(self.account, self.device, session.nonce, 1, request, &key(8));
        BASE64_URL_SAFE_NO_PAD.encode(cbor::encode(&proof).unwrap())
    }

    /// The one answer there is for all of them.
    async fn is_refused(&self, method: &Method, path: &str, body: &[u8], proof: Option<String>) {
        let mut request = self.http.request(method.clone(), format!("{}{path}", self.url)).body(body.to_vec());
        if let Some(proof) = proof {
            request = request.header(PROOF, proof);
        }
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 401, "{method} {path}");
        let said: Value = serde_json::from_str(&response.text().await.unwrap()).unwrap();
        assert_eq!(said["code"], "unauthorized", "{method} {path}");
        assert_eq!(said.as_object().unwrap().len(), 2, "{method} {path}: {said}");
    }

    async fn post(&self, path: &str, body: &Value) -> u16 {
        let request = self.http.post(format!("{}{path}", self.url)).body(body.to_string());
        request.send().await.unwrap().status().as_u16()
    }
}
