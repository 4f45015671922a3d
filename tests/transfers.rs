//! Files on their way: stopped for now, cut short by a kill or a lock, without a network; they go on where they were,
//! and nothing is there twice. Real programs, real nodes, a real catalog.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::{Value, json};
use valise_engine::api::{Event, Password, Reply, Request, Transfer, TransferState};
use valise_engine::{Config, Engine};
use valise_tests::{
    PATIENCE, args,
    catalog::Catalog,
    cli::{Person, alice, bob},
    until,
};

const FILES: usize = 24;
/// Large enough that they do not all fit into what is encrypted side by side.
const SIZE: usize = 8 << 20;

struct World {
    catalog: Catalog,
    alice: Person,
    bob: Person,
}

impl World {
    async fn new() -> Self {
        let catalog = Catalog::start().await;
        let (alice, bob) = (alice(), bob());
        alice.valise(args!["init", "--name", "Alice", "--workspace", "Acme", "--catalog", &catalog.url]).await;
        alice.valise(args!["folder", "create", "Contracts"]).await;
        let invitation = alice.valise(args!["invite", "Contracts"]).await;
        let mut open = alice.start(args!["sync", "--watch"]).not_worth_telling();
        bob.valise(args!["join", invitation["link"].as_str().unwrap(), "--name", "Bob"]).await;
        open.stop().await;
        Self { catalog, alice, bob }
    }
}

/// A directory of documents.
fn tree(person: &Person) -> PathBuf {
    let write = |number: usize| {
        let bytes: Vec<u8> = (0..SIZE).map(|at| (at.wrapping_mul(number + 7) >> 3) as u8).collect();
        person.home.write(&format!("tree/part {}/{number}.bin", number % 3), bytes)
    };
    let first = write(0);
    (1..FILES).for_each(|number| drop(write(number)));
    first.ancestors().nth(2).unwrap().to_owned()
}

/// As the window does it: what was cut short goes on.
async fn stays(person: &Person) -> Engine {
    let engine = Engine::start(Config { transfers_go_on: true, ..Config::new(person.home.valise()) }).unwrap();
    engine.handle(Request::Unlock { password: Password(person.password.clone()) }).await.unwrap();
    engine
}

async fn transfers(engine: &Engine) -> Vec<Transfer> {
    match engine.handle(Request::Transfers).await.unwrap() {
        Reply::Transfers(all) => all,
        other => panic!("{other:?}"),
    }
}

/// Waits until the only transfer looks so.
async fn reaches(engine: &Engine, what: &str, looks: impl Fn(&Transfer) -> bool) -> Transfer {
    let mut events = engine.events();
    let reached = async {
        loop {
            let all = transfers(engine).await;
            assert_eq!(all.len(), 1, "{all:?}");
            if looks(&all[0]) {
                return all[0].clone();
            }
            let next = async { while !matches!(events.recv().await, Ok(Event::Transfer { .. })) {} };
            let _ = tokio::time::timeout(Duration::from_secs(1), next).await;
        }
    };
    tokio::time::timeout(PATIENCE, reached).await.unwrap_or_else(|_| panic!("{what}"))
}

async fn begin_adding(engine: &Engine, tree: &Path) {
    let Reply::Folders(folders) = engine.handle(Request::Folders).await.unwrap() else { panic!("no folders") };
    let folder = folders.iter().find(|folder| folder.name == "Contracts").unwrap().id;
    engine.handle(Request::Add { folder, parent: None, paths: vec![tree.to_owned()] }).await.unwrap();
}

/// Every document is in the folder once, in one version, and what a colleague gets is what it was.
async fn is_whole(world: &World, tree: &Path) {
    world.alice.valise(args!["sync"]).await;
    assert_eq!(world.alice.valise(args!["transfers"]).await, json!([]));
    let mut names = Vec::new();
    for part in ["part 0", "part 1", "part 2"] {
        let list = world.alice.valise(args!["ls", format!("Contracts/tree/{part}")]).await;
        for entry in list.as_array().unwrap() {
            let name = format!("{part}/{}", entry["name"].as_str().unwrap());
            let versions = world.alice.valise(args!["versions", format!("Contracts/tree/{name}")]).await;
            assert_eq!(versions.as_array().map(Vec::len), Some(1), "{name} {versions}");
            names.push(name);
        }
    }
    assert_eq!(names.len(), FILES, "{names:?}");
    let to = world.bob.home.path().join("got");
    world.bob.valise(args!["sync"]).await;
    world.bob.valise(args!["get", "Contracts/tree", "-o", &to]).await;
    for name in names {
        assert!(fs::read(to.join(&name)).unwrap() == fs::read(tree.join(&name)).unwrap(), "{name} differs");
    }
}

#[tokio::test]
async fn what_is_paused_stays_paused_and_goes_on() {
    let world = World::new().await;
    let tree = tree(&world.alice);
    let engine = stays(&world.alice).await;
    begin_adding(&engine, &tree).await;
    let begun = reaches(&engine, "some of it", |transfer| transfer.bytes_done > 0).await;
    assert!(begun.kept);
    engine.handle(Request::PauseTransfer { transfer: begun.id }).await.unwrap();
    let paused = reaches(&engine, "a pause", |transfer| transfer.state == TransferState::Paused).await;
    assert!((paused.files_done as usize) < FILES, "{paused:?}");
    engine.stop().await;
    drop(engine);

    // Also after a restart.
    let engine = stays(&world.alice).await;
    let found = transfers(&engine).await;
    assert_eq!((found.len(), &found[0].state, found[0].id), (1, &TransferState::Paused, begun.id));
    engine.handle(Request::ResumeTransfer { transfer: begun.id }).await.unwrap();
    let done = reaches(&engine, "its end", |transfer| transfer.state == TransferState::Done).await;
    assert_eq!((done.files_done as usize, done.bytes_done), (FILES, (FILES * SIZE) as u64));
    engine.stop().await;
    drop(engine);
    is_whole(&world, &tree).await;
}

#[tokio::test]
async fn what_a_lock_cuts_short_goes_on_by_itself() {
    let world = World::new().await;
    let tree = tree(&world.alice);
    let engine = stays(&world.alice).await;
    begin_adding(&engine, &tree).await;
    reaches(&engine, "some of it", |transfer| transfer.bytes_done > 0).await;
    engine.handle(Request::Lock).await.unwrap();
    engine.handle(Request::Unlock { password: Password(world.alice.password.clone()) }).await.unwrap();
    let done = reaches(&engine, "its end", |transfer| transfer.state == TransferState::Done).await;
    assert_eq!(done.files_done as usize, FILES);
    engine.stop().await;
    drop(engine);
    is_whole(&world, &tree).await;
}

/// A command that was killed: its transfer is listed, and goes on when it is told to.
#[tokio::test]
async fn a_killed_add_and_a_killed_get_go_on() {
    let world = World::new().await;
    let tree = tree(&world.alice);
    let blocks = world.alice.home.valise().join("blocks");
    let mut adding = world.alice.start(args!["add", &tree, "--to", "Contracts"]).not_worth_telling();
    until("blocks on the disk", PATIENCE, || async { (files(&blocks) > 4).then_some(()) }).await;
    adding.kill().await;
    let number = only(&world.alice).await;
    let done = world.alice.valise(args!["transfers", "resume", &number]).await;
    assert_eq!(done["filesDone"], FILES);
    is_whole(&world, &tree).await;

    let to = world.alice.home.path().join("out");
    let mut getting = world.alice.start(args!["get", "Contracts/tree", "-o", &to]).not_worth_telling();
    until("a file that is whole", PATIENCE, || async { (files(&to) > 0).then_some(()) }).await;
    getting.kill().await;
    let number = only(&world.alice).await;
    world.alice.valise(args!["transfers", "resume", &number]).await;
    for part in 0..3 {
        let saved = fs::read_dir(to.join(format!("part {part}"))).unwrap().map(|entry| entry.unwrap().file_name());
        assert_eq!(saved.count(), FILES / 3, "nothing of what was cut short lies about");
    }
    // Given up: it is not asked for again.
    let to = world.alice.home.path().join("another");
    let mut getting = world.alice.start(args!["get", "Contracts/tree", "-o", &to]).not_worth_telling();
    until("a file", PATIENCE, || async { (files(&to) > 0).then_some(()) }).await;
    getting.kill().await;
    let number = only(&world.alice).await;
    assert_eq!(world.alice.valise(args!["transfers", "cancel", &number]).await, json!([]));
}

/// Nobody who has it can be reached: it waits, and goes on when they can.
#[tokio::test]
async fn what_lacks_the_network_waits() {
    let mut world = World::new().await;
    let file = world.alice.home.write("a.txt", "an agreement");
    world.alice.valise(args!["add", file, "--to", "Contracts"]).await;
    world.bob.valise(args!["sync"]).await;
    world.catalog.process.kill().await;
    let engine = stays(&world.bob).await;
    let Reply::Folders(folders) = engine.handle(Request::Folders).await.unwrap() else { panic!("no folders") };
    let folder = folders.iter().find(|folder| folder.name == "Contracts").unwrap().id;
    let Reply::Listing(listing) = engine.handle(Request::List { folder, parent: None }).await.unwrap() else {
        panic!("no listing")
    };
    let to = world.bob.home.path().join("got.txt");
    let save = Request::Save { folder, entry: listing.entries[0].id, version: None, to: to.clone() };
    let back = async {
        reaches(&engine, "a wait", |transfer| transfer.state == TransferState::Waiting).await;
        assert!(!to.exists());
        world.catalog.start_again().await;
    };
    let (saved, ()) = tokio::join!(engine.handle(save), back);
    saved.unwrap();
    assert_eq!(fs::read_to_string(&to).unwrap(), "an agreement");
    engine.stop().await;
    drop(engine);
}

async fn only(person: &Person) -> String {
    let all = person.valise(args!["transfers"]).await;
    assert_eq!(all.as_array().map(Vec::len), Some(1), "{all}");
    assert_eq!(all[0]["state"]["type"], Value::from("paused"), "{all}");
    all[0]["id"].to_string()
}

/// How many files are below a directory.
fn files(root: &Path) -> usize {
    let Ok(entries) = fs::read_dir(root) else { return 0 };
    entries.flatten().map(|entry| if entry.path().is_dir() { files(&entry.path()) } else { 1 }).sum()
}
