//! A forgotten password, with the help of officers: one or two of them, on a new computer or the same one, with a delay
//! and a no. Real programs, a real catalog, a real keyring.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::Value;
use valise_engine::api::{Password, Reply, Request};
use valise_engine::clock::{Clock, SystemClock};
use valise_engine::{Config, Engine};
use valise_tests::args;
use valise_tests::catalog::Catalog;
use valise_tests::cli::{Person, alice, bob};
use valise_tests::keyring::Keyring;
use valise_tests::softhsm::{PIN, Tokens, address, set};

const TEXT: &str = "an agreement between Brightwater and Acme";

struct World {
    catalog: Catalog,
    alice: Person,
    bob: Person,
}

impl World {
    /// Alice, the only officer, shares a file with Bob.
    async fn new() -> Self {
        let (catalog, alice, bob) = (Catalog::start().await, alice(), bob());
        let world = Self { catalog, alice, bob };
        world
            .alice
            .valise(args!["init", "--name", "Alice", "--workspace", "Acme", "--catalog", &world.catalog.url])
            .await;
        world.alice.valise(args!["folder", "create", "Contracts"]).await;
        let paper = world.alice.home.write("a.txt", TEXT);
        world.alice.valise(args!["add", &paper, "--to", "Contracts"]).await;
        world.joins(&world.bob, "Bob").await;
        world
    }

    async fn joins(&self, person: &Person, name: &str) {
        let invitation = self.alice.valise(args!["invite", "Contracts"]).await;
        let mut open = self.alice.start(args!["sync", "--watch"]).not_worth_telling();
        person.valise(args!["join", invitation["link"].as_str().unwrap(), "--name", name]).await;
        open.stop().await;
    }

    /// Another computer in the hands of whoever says so.
    async fn asks(&self, computer: &Person, code: &str) -> Value {
        let reason = "My laptop was stolen.";
        let ask = args!["recover", "--ask", "--catalog", &self.catalog.url, "--code", code, "--reason", reason];
        computer.valise(ask).await
    }

    async fn requests(&self, person: &Person) -> Vec<Value> {
        person.valise(args!["helper", "list"]).await["requests"].as_array().unwrap().clone()
    }

    async fn reads(&self, person: &Person) {
        let to = person.home.path().join("got.txt");
        person.valise(args!["get", "Contracts/a.txt", "-o", &to]).await;
        assert_eq!(fs::read_to_string(to).unwrap(), TEXT);
    }
}

/// The one kit of somebody whom officers can help.
fn only_code(kits: &Value) -> String {
    assert_eq!(kits["kits"].as_array().unwrap().len(), 1, "{kits}");
    kits["kits"][0]["code"].as_str().unwrap().to_owned()
}

async fn stage(computer: &Person) -> Value {
    computer.valise(args!["recover", "--asked"]).await["stage"].clone()
}

async fn code_of(refused: impl Future<Output = valise_tests::cli::Outcome>) -> String {
    refused.await.answer["error"]["code"].as_str().unwrap().to_owned()
}

/// The whole way: an officer can help, a kit is made anew for it, the computer is lost, a new one asks, shows what it is
/// told to be told by, and is let back in with everything; what was used is used up.
#[tokio::test]
async fn one_kit_and_an_officer_bring_back_who_has_lost_every_computer() {
    let world = World::new().await;
    let (alice, bob) = (&world.alice, &world.bob);
    let two = bob.valise(args!["recovery", "kit", "--print"]).await;
    assert_eq!(two["kits"].as_array().unwrap().len(), 2, "nobody can help yet");
    assert_eq!(code_of(bob.refused(args!["helper", "set", "Alice"])).await, "notAllowed");

    let chosen = alice.valise(args!["helper", "set", "Alice", "--wait", "0"]).await;
    assert_eq!((&chosen["holders"][0]["name"], &chosen["holders"][0]["mine"]), (&"Alice".into(), &true.into()));
    assert_eq!(chosen["toCome"], Value::from(vec!["Bob"]), "and not herself, whom nobody else could help");
    assert_eq!(bob.valise(args!["recovery", "status"]).await["escrow"], "offered");
    let kits = bob.valise(args!["recovery", "kit", "--print"]).await;
    let code = only_code(&kits);
    assert_eq!(bob.valise(args!["recovery", "status"]).await["escrow"], "held");
    assert_eq!(alice.valise(args!["helper", "list"]).await["toCome"], Value::Array(Vec::new()));
    let own = alice.valise(args!["recovery", "kit", "--print"]).await;
    assert_eq!(own["kits"].as_array().unwrap().len(), 2, "the only officer keeps two kits");

    let new = Person::new("Newcomer");
    let old = two["kits"][0]["code"].as_str().unwrap();
    let ask = args!["recover", "--ask", "--catalog", &world.catalog.url, "--code", old];
    assert_eq!(code_of(new.refused(ask)).await, "notPaired", "kits of before count no more");
    let asked = world.asks(&new, &code).await;
    assert_eq!((&asked["stage"], &asked["needed"]), (&"asked".into(), &1.into()));
    assert_eq!(new.valise(args!["status"]).await["asked"], true);
    assert_eq!(code_of(new.refused(args!["recover", "--finish"])).await, "notAllowed");

    let requests = world.requests(alice).await;
    let [request] = requests.as_slice() else { panic!("{requests:?}") };
    assert_eq!((&request["name"], &request["reason"]), (&"Bob".into(), &"My laptop was stolen.".into()));
    assert_eq!(request["fingerprint"], asked["fingerprint"], "what is read out is what is shown");
    let begins = request["fingerprint"].as_str().unwrap().to_owned();
    assert_eq!(code_of(alice.refused(args!["helper", "approve", "ffff", "--yes"])).await, "notFound");
    let short = args!["helper", "approve", &begins[..9], "--yes"];
    assert_eq!(code_of(alice.refused(short)).await, "badInput", "unasked, only for all of it");
    alice.valise(args!["helper", "approve", &begins, "--yes"]).await;
    assert_eq!(stage(&new).await, "ready");
    let again = args!["recover", "--ask", "--catalog", &world.catalog.url, "--code", &code];
    assert_eq!(code_of(new.refused(again)).await, "notAllowed", "what was asked is not thrown away");

    let mut other = new.command(args!["recover", "--finish"]);
    let wrong = valise_tests::process::Process::spawn(other.env("VALISE_PASSWORD", "another one")).exit().await;
    assert!(!wrong.success());
    let kits = new.valise(args!["recover", "--finish"]).await;
    let fresh = only_code(&kits);
    world.reads(&new).await;
    assert_eq!(new.valise(args!["status"]).await["asked"], false);
    assert_eq!(code_of(bob.refused(args!["sync"])).await, "removed", "the lost computer counts no more");
    assert_eq!(code_of(new.refused(args!["recovery", "check", &code])).await, "badKit");
    new.valise(args!["recovery", "check", &fresh]).await;
    assert!(world.requests(alice).await.is_empty());
    let paper = new.home.write("b.txt", TEXT);
    new.valise(args!["add", &paper, "--to", "Contracts"]).await;
    alice.valise(args!["get", "Contracts/b.txt", "-o", alice.home.path().join("b.txt")]).await;
}

/// Two officers who are both needed, and the same computer: what it keeps is the keyring's share.
#[tokio::test]
async fn a_keyring_and_two_officers_open_a_computer_whose_password_is_forgotten() {
    if let Some(why) = Keyring::why_not() {
        println!("not run: recovery with officers and a keyring ({why})");
        return;
    }
    let mut world = World::new().await;
    let carol = Person::new("Carol");
    world.joins(&carol, "Carol").await;
    let keyring = Keyring::unlocked(&world.bob.home).await;
    world.bob.bus = Some(keyring.bus());
    let (alice, bob) = (&world.alice, &world.bob);
    assert_eq!(code_of(alice.refused(args!["helper", "set", "Alice", "Carol"])).await, "notAllowed");
    alice.valise(args!["people", "officer", "Carol"]).await;
    assert_eq!(code_of(alice.refused(args!["helper", "set", "Alice", "Alice"])).await, "badInput");
    let chosen = alice.valise(args!["helper", "set", "Alice", "Carol", "--wait", "0"]).await;
    assert_eq!(chosen["holders"].as_array().unwrap().len(), 2);
    let kits = carol.valise(args!["recovery", "kit", "--print"]).await;
    assert_eq!(kits["kits"].as_array().unwrap().len(), 2, "who is needed is not helped");
    let code = only_code(&bob.valise(args!["recovery", "kit", "--print"]).await);

    // A rehearsal first: it uses nothing up.
    let rehearsed = bob.valise(args!["recovery", "rehearse", "--code", &code]).await;
    assert_eq!(
        (&rehearsed["folders"], &rehearsed["files"]),
        (&2.into(), &1.into()),
        "his own folder and the shared one"
    );
    bob.valise(args!["recovery", "check", &code]).await;
    assert!(!bob.home.valise().join("rehearsal").exists());

    let before = bob.valise(args!["device", "list"]).await;
    let asked = bob.valise(args!["recover", "--ask"]).await;
    assert_eq!((&asked["stage"], &asked["needed"]), (&"asked".into(), &2.into()));
    let begins = asked["fingerprint"].as_str().unwrap().to_owned();
    alice.valise(args!["helper", "approve", &begins, "--yes"]).await;
    assert_eq!(stage(bob).await, "asked", "one of two is not enough");
    assert_eq!(code_of(bob.refused(args!["recover", "--finish"])).await, "notAllowed");
    carol.valise(args!["helper", "approve", &begins, "--yes"]).await;
    assert_eq!(stage(bob).await, "ready");
    only_code(&bob.valise(args!["recover", "--finish"]).await);
    world.reads(bob).await;
    // It was he who asked, and this is the computer that it was.
    assert_eq!(bob.valise(args!["security"]).await, Value::Array(Vec::new()));
    let after = bob.valise(args!["device", "list"]).await;
    assert_eq!((&after[0]["name"], &after[0]["here"]), (&before[0]["name"], &true.into()), "{after}");
}

/// A delay, in which the person's own computer says no: nothing was released, and nothing is.
#[tokio::test]
async fn who_is_posing_as_somebody_is_stopped_by_their_own_computer() {
    let world = World::new().await;
    let (alice, bob) = (&world.alice, &world.bob);
    alice.valise(args!["helper", "set", "Alice"]).await;
    let code = only_code(&bob.valise(args!["recovery", "kit", "--print"]).await);
    let thief = Person::new("Thief");
    let asked = world.asks(&thief, &code).await;
    let begins = asked["fingerprint"].as_str().unwrap().to_owned();
    // Seen by the person from the first moment, and alarming once somebody has believed it.
    assert_eq!(bob.valise(args!["status"]).await["requests"], 1);
    alice.valise(args!["helper", "approve", &begins, "--yes"]).await;
    assert_eq!(stage(&thief).await, "approved");
    assert_eq!(code_of(thief.refused(args!["recover", "--finish"])).await, "notAllowed");
    bob.valise(args!["sync"]).await;
    let events = bob.valise(args!["security"]).await;
    let alarm = events.as_array().unwrap().iter().find(|event| event["alarm"] == true);
    let words = alarm.expect("an alarm")["words"]["happened"].as_str().unwrap().to_owned();
    assert!(words.contains(asked["fingerprint"].as_str().unwrap()) && words.contains("Alice"), "{words}");

    bob.valise(args!["helper", "refuse", &begins]).await;
    assert_eq!(stage(&thief).await, "refused");
    alice.valise(args!["sync"]).await;
    assert_eq!(code_of(thief.refused(args!["recover", "--finish"])).await, "notAllowed");
    assert!(world.requests(alice).await.is_empty() && world.requests(bob).await.is_empty());
    thief.valise(args!["recover", "--give-up"]).await;
    assert_eq!(thief.valise(args!["status"]).await["asked"], false);
}

/// An officer's no ends what another one has approved; and another delay leaves everybody's kit good.
#[tokio::test]
async fn any_officer_stops_it() {
    let world = World::new().await;
    let (alice, bob) = (&world.alice, &world.bob);
    let carol = Person::new("Carol");
    world.joins(&carol, "Carol").await;
    alice.valise(args!["people", "officer", "Carol"]).await;
    alice.valise(args!["helper", "set", "Alice", "--wait", "24"]).await;
    let code = only_code(&bob.valise(args!["recovery", "kit", "--print"]).await);
    alice.valise(args!["helper", "set", "Alice", "--wait", "0"]).await;
    assert_eq!(bob.valise(args!["recovery", "status"]).await["escrow"], "held", "the same people");
    alice.valise(args!["helper", "set", "Alice", "--wait", "24"]).await;
    let thief = Person::new("Thief");
    let asked = world.asks(&thief, &code).await;
    let shown = asked["fingerprint"].as_str().unwrap().to_owned();
    alice.valise(args!["helper", "approve", &shown, "--yes"]).await;
    assert_eq!(stage(&thief).await, "approved");
    carol.valise(args!["helper", "refuse", &shown]).await;
    assert_eq!(stage(&thief).await, "refused");
    assert!(world.requests(alice).await.is_empty());
}

/// Who helped is no officer any more, and others are chosen: what was sealed to them is to be made anew.
#[tokio::test]
async fn who_could_help_changes() {
    let world = World::new().await;
    let (alice, bob) = (&world.alice, &world.bob);
    let carol = Person::new("Carol");
    world.joins(&carol, "Carol").await;
    alice.valise(args!["people", "officer", "Carol"]).await;
    alice.valise(args!["helper", "set", "Carol", "--wait", "0"]).await;
    let code = only_code(&bob.valise(args!["recovery", "kit", "--print"]).await);
    let new = Person::new("Newcomer");
    let asked = world.asks(&new, &code).await;
    let begins = asked["fingerprint"].as_str().unwrap().to_owned();
    assert_eq!(code_of(alice.refused(args!["helper", "approve", &begins, "--yes"])).await, "notAllowed", "not hers");

    alice.valise(args!["people", "officer", "Carol", "--not"]).await;
    assert_eq!(code_of(carol.refused(args!["helper", "approve", &begins, "--yes"])).await, "notFound", "not told");
    let list = alice.valise(args!["helper", "list"]).await;
    assert_eq!(list["holders"][0]["gone"], true, "{list}");
    assert_eq!(bob.valise(args!["status"]).await["waysOut"], "outdated");
    alice.valise(args!["helper", "set", "Alice", "--wait", "0"]).await;
    assert_eq!(alice.valise(args!["helper", "list"]).await["toCome"], Value::from(vec!["Bob", "Carol"]));
    assert_eq!(code_of(alice.refused(args!["helper", "approve", &begins, "--yes"])).await, "notAllowed", "not for her");
    assert_eq!(stage(&new).await, "asked");
    only_code(&bob.valise(args!["recovery", "kit", "--print"]).await);
    assert_eq!(stage(&new).await, "gone", "with the kit");
    assert_eq!(bob.valise(args!["recovery", "status"]).await["escrow"], "held");
    alice.valise(args!["helper", "end", "--yes"]).await;
    assert_eq!(bob.valise(args!["status"]).await["waysOut"], "outdated");
}

/// No officer's account opens anything here: a token does, with its PIN, on the computer where it is.
#[tokio::test]
async fn a_token_holds_what_opens_the_help() {
    let mut world = World::new().await;
    Tokens::new(&world.alice, "token").put_into(&mut world.alice);
    set(&mut world.alice, "VALISE_KEY_SECRET", PIN);
    let address = address("valise");
    let carol = Person::new("Carol");
    world.joins(&carol, "Carol").await;
    let (alice, bob) = (&world.alice, &world.bob);
    alice.valise(args!["people", "officer", "Carol"]).await;
    assert_eq!(code_of(alice.refused(args!["helper", "set", "--key", &address])).await, "badInput", "no key yet");
    assert_eq!(code_of(alice.refused(args!["helper", "set", "--key", "paper:drawer"])).await, "badInput");
    alice.valise(args!["helper", "make-key", &address]).await;
    let chosen = alice.valise(args!["helper", "set", "--key", &address, "--wait", "0"]).await;
    let name = chosen["holders"][0]["name"].as_str().unwrap();
    assert!(name.contains("valise") && !name.contains("/usr"), "where the module lies is nobody else's: {name}");

    let code = only_code(&bob.valise(args!["recovery", "kit", "--print"]).await);
    let new = Person::new("Newcomer");
    let asked = world.asks(&new, &code).await;
    let begins = asked["fingerprint"].as_str().unwrap().to_owned();
    let approve = || args!["helper", "approve", &begins, "--yes"];
    assert_eq!(code_of(carol.refused(approve())).await, "badInput", "no address is taken from the record");
    let mut wrong = alice.command(approve());
    let status = valise_tests::process::Process::spawn(wrong.env("VALISE_KEY_SECRET", "not-the-pin")).exit().await;
    assert!(!status.success());
    assert_eq!(stage(&new).await, "asked");
    alice.valise(approve()).await;
    assert_eq!(stage(&new).await, "ready");
    new.valise(args!["recover", "--finish"]).await;
    world.reads(&new).await;
}

/// The key on the token is followed by a newer one: what it has wrapped is moved, nobody's kit is cut off, and the older
/// key is needed no more.
#[tokio::test]
async fn a_newer_key_on_the_token_takes_over_and_every_kit_stays_good() {
    let mut world = World::new().await;
    let tokens = Tokens::new(&world.alice, "token");
    tokens.put_into(&mut world.alice);
    set(&mut world.alice, "VALISE_KEY_SECRET", PIN);
    let carol = Person::new("Carol");
    world.joins(&carol, "Carol").await;
    let (alice, bob) = (&world.alice, &world.bob);
    alice.valise(args!["people", "officer", "Carol"]).await;
    assert_eq!(code_of(alice.refused(args!["helper", "rewrap"])).await, "notAllowed", "nobody can help");
    let [older, newer] = ["valise;id=%01", "valise;id=%02"].map(address);
    alice.valise(args!["helper", "make-key", &older]).await;
    let chosen = alice.valise(args!["helper", "set", "--key", &older, "--wait", "0"]).await;
    let code = only_code(&bob.valise(args!["recovery", "kit", "--print"]).await);
    let before = tokens.objects();
    alice.valise(args!["helper", "make-key", &newer]).await;

    assert_eq!(code_of(bob.refused(args!["helper", "rewrap", "--key", &newer])).await, "notAllowed", "no officer");
    assert_eq!(
        code_of(carol.refused(args!["helper", "rewrap"])).await,
        "badInput",
        "no address is taken from the record"
    );
    let unchanged = alice.valise(args!["helper", "rewrap"]).await;
    assert_eq!(unchanged["holders"], chosen["holders"], "under the key of its address already");
    let moved = alice.valise(args!["helper", "rewrap", "--key", &newer]).await;
    assert_eq!((&moved["version"], &moved["holders"]), (&chosen["version"], &chosen["holders"]));
    assert_eq!(moved["toCome"], Value::from(vec!["Alice", "Carol"]), "Bob's kit stays good");
    assert_eq!(bob.valise(args!["recovery", "status"]).await["escrow"], "held");
    // The older key is destroyed.
    before.iter().for_each(|object| fs::remove_file(object).unwrap());

    let new = Person::new("Newcomer");
    let asked = world.asks(&new, &code).await;
    let begins = asked["fingerprint"].as_str().unwrap().to_owned();
    alice.valise(args!["helper", "approve", &begins, "--yes"]).await;
    assert_eq!(stage(&new).await, "ready");
    new.valise(args!["recover", "--finish"]).await;
    world.reads(&new).await;
}

/// Under the newest wrap nobody opens anything (its key is gone, or only one officer ever had it): the one before does, and
/// moving it again mends it.
#[tokio::test]
async fn a_wrap_that_nobody_opens_does_not_end_the_help() {
    let mut world = World::new().await;
    let tokens = Tokens::new(&world.alice, "token");
    tokens.put_into(&mut world.alice);
    set(&mut world.alice, "VALISE_KEY_SECRET", PIN);
    let (alice, bob) = (&world.alice, &world.bob);
    let [older, newer] = ["valise;id=%01", "valise;id=%02"].map(address);
    alice.valise(args!["helper", "make-key", &older]).await;
    alice.valise(args!["helper", "set", "--key", &older, "--wait", "0"]).await;
    let code = only_code(&bob.valise(args!["recovery", "kit", "--print"]).await);
    let before = tokens.objects();
    alice.valise(args!["helper", "make-key", &newer]).await;
    alice.valise(args!["helper", "rewrap", "--key", &newer]).await;
    let new = tokens.objects().into_iter().filter(|object| !before.contains(object));
    new.for_each(|object| fs::remove_file(object).unwrap());

    let new = Person::new("Newcomer");
    let asked = world.asks(&new, &code).await;
    let begins = asked["fingerprint"].as_str().unwrap().to_owned();
    alice.valise(args!["helper", "approve", &begins, "--key", &older, "--yes"]).await;
    assert_eq!(stage(&new).await, "ready");
    new.valise(args!["recover", "--finish"]).await;
    world.reads(&new).await;
    alice.valise(args!["helper", "rewrap", "--key", &older]).await;
}

/// The system's clock, and so many milliseconds more.
struct Ahead(AtomicU64);

impl Clock for Ahead {
    fn now(&self) -> u64 {
        SystemClock.now() + self.0.load(Ordering::Relaxed)
    }
}

/// What was approved is released by the officer's computer when the time has come, and not before.
#[tokio::test]
async fn the_delay_is_kept() {
    let world = World::new().await;
    let (alice, bob) = (&world.alice, &world.bob);
    alice.valise(args!["helper", "set", "Alice", "--wait", "24"]).await;
    let code = only_code(&bob.valise(args!["recovery", "kit", "--print"]).await);
    let new = Person::new("Newcomer");
    let asked = world.asks(&new, &code).await;
    let begins = asked["fingerprint"].as_str().unwrap().to_owned();
    let list = alice.valise(args!["helper", "approve", &begins, "--yes"]).await;
    let approved = &list["requests"][0];
    assert_eq!((&approved["released"], &approved["approvedBy"]), (&false.into(), &Value::from(vec!["Alice"])));

    let clock = Arc::new(Ahead(AtomicU64::new(0)));
    let mut config = Config::new(alice.home.valise());
    config.clock = clock.clone();
    let engine = Engine::start(config).unwrap();
    let password = Password(alice.password.clone());
    engine.handle(Request::Unlock { password }).await.unwrap();
    for (hours, stands) in [(0, "approved"), (23, "approved"), (25, "ready")] {
        clock.0.store(hours * 3_600_000, Ordering::Relaxed);
        let Reply::Status(_) = engine.handle(Request::Sync).await.unwrap() else { panic!("no status") };
        assert_eq!(stage(&new).await, stands, "after {hours} hours");
    }
    engine.stop().await;
    new.valise(args!["recover", "--finish"]).await;
    world.reads(&new).await;
}
