//! `kill -9` in the middle of work, of the program and of the catalog: what was acknowledged stays, nothing is doubled,
//! nothing lies open, and the same again works.

use std::collections::hash_map::RandomState;
use std::ffi::OsString;
use std::hash::BuildHasher as _;
use std::time::{Duration, Instant};
use std::{fs, path::Path};

use serde_json::Value;
use valise_tests::{
    PATIENCE, args,
    catalog::Catalog,
    cli::{Person, alice, bob},
    liar::{Asked, Liar},
    process::Process,
    until,
};

/// In every file that is added; it must be in no other place of the home.
const MARKER: &[u8] = b"the price of the company is a very secret number; ";

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

    /// Bob, an editor.
    async fn bob(&self) -> Person {
        let bob = bob();
        let invitation = self.alice.valise(args!["invite", "Contracts"]).await;
        let mut open = self.alice.start(args!["sync", "--watch"]).not_worth_telling();
        bob.valise(args!["join", invitation["link"].as_str().unwrap(), "--name", "Bob"]).await;
        open.stop().await;
        bob
    }

    /// Begins to add a document of so many bytes.
    fn add(&self, name: &str, size: usize) -> Process {
        let file = self.alice.home.write(name, MARKER.repeat(size / MARKER.len()));
        self.alice.start(args!["add", file, "--to", "Contracts", "--timeout", "50"])
    }

    async fn names(&self) -> Vec<String> {
        let listing = self.alice.valise(args!["ls", "Contracts"]).await;
        listing.as_array().unwrap().iter().map(|entry| entry["name"].as_str().unwrap().to_owned()).collect()
    }

    /// Every document is what it was, in the chain and in the pinning node, and nothing was alarming.
    async fn all_is_well(&self, names: &[&str]) {
        assert_eq!(self.names().await, names);
        let status = self.alice.valise(args!["sync"]).await;
        assert_eq!((&status["waiting"], &status["unheld"]), (&0.into(), &0.into()), "{status}");
        let out = self.alice.home.path().join("documents").join("out");
        self.alice.valise(args!["get", "Contracts", "-o", &out]).await;
        for name in names {
            let given = fs::read(self.alice.home.path().join("documents").join(name)).unwrap();
            assert!(fs::read(out.join(name)).unwrap() == given, "{name} differs");
        }
        let events = self.alice.valise(args!["security"]).await;
        assert!(events.as_array().unwrap().is_empty(), "{events}");
    }
}

fn appends(asked: &Asked) -> bool {
    asked.is("POST", "/v1/chains/folder-")
}

/// Files below a directory.
fn files(root: &Path) -> Vec<std::path::PathBuf> {
    let Ok(entries) = fs::read_dir(root) else { return Vec::new() };
    let paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
    paths.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

/// Plaintext anywhere but in what Alice gave.
fn nothing_lies_open(person: &Person) {
    let given = person.home.path().join("documents");
    for file in files(person.home.path()).into_iter().filter(|file| !file.starts_with(&given)) {
        let bytes = fs::read(&file).unwrap_or_default();
        assert!(!bytes.windows(MARKER.len()).any(|window| window == MARKER), "{} holds plaintext", file.display());
    }
}

#[tokio::test]
async fn a_killed_add_loses_nothing_and_leaves_nothing_open() {
    let world = World::new().await;
    let blocks = world.alice.home.valise().join("blocks");
    let moments = ["1 asks.bin", "2 first block.bin", "3 more blocks.bin", "4 sends.bin", "5 sent.bin", "6 waits.bin"];
    for (number, name) in moments.iter().enumerate() {
        let (before, heard) = (files(&blocks).len(), world.liar.heard().len());
        match number {
            3 => world.liar.hold(appends),
            4 => world.liar.swallow(appends),
            _ => {}
        }
        let mut adding = world.add(name, if number < 3 { 12 << 20 } else { 300_000 });
        let more = |files_more: usize| {
            let blocks = &blocks;
            let enough = move || files(blocks).len() >= before + files_more;
            until("blocks on the disk", PATIENCE, move || std::future::ready(enough().then_some(())))
        };
        match number {
            0 => world.liar.hears("the first request", heard, 1, |asked| asked.is("GET", "/v1/identity")).await,
            1 => more(1).await,
            2 => more(6).await,
            3 => world.liar.hears("the append", heard, 1, appends).await,
            4 => world.liar.swallowed().await,
            _ => world.liar.hears("a look for what is held", heard, 1, |asked| asked.path.contains("/held?")).await,
        }
        adding.kill().await;
        world.liar.honest();
        nothing_lies_open(&world.alice);
        if number >= 3 {
            assert!(world.names().await.iter().any(|known| known == name), "{name} was lost");
        }
        let mut again = world.add(name, if number < 3 { 12 << 20 } else { 300_000 });
        assert!(again.exit().await.success(), "{name} again: {:?}", again.output());
        nothing_lies_open(&world.alice);
    }
    world.all_is_well(&moments).await;
}

/// How often work is killed at a moment that nobody chose.
const TIMES: usize = 20;

/// Somewhere in the time that the work takes when it is left alone.
fn sometime(usual: Duration) -> Duration {
    let chance = RandomState::new().hash_one(0);
    usual.mul_f64((chance % 1_000) as f64 / 1_000.0)
}

/// Runs a command that is killed after a while, unless it has ended; whether it ended, and well.
async fn killed(person: &Person, args: &[OsString], after: Duration) -> bool {
    let mut process = person.start(args).not_worth_telling();
    if let Ok(status) = tokio::time::timeout(after, process.exit()).await {
        assert!(status.success(), "{args:?} after {after:?}: {:?}", process.output());
        return true;
    }
    process.kill().await;
    false
}

/// How long a command takes when it is left alone.
async fn usual(person: &Person, args: &[OsString]) -> Duration {
    let begun = Instant::now();
    person.valise(args).await;
    begun.elapsed()
}

#[tokio::test]
async fn adds_that_are_killed_at_any_moment() {
    let world = World::new().await;
    let names: Vec<String> = (0..=TIMES).map(|number| format!("{number:02}.bin")).collect();
    let add = |name: &str| {
        let file = world.alice.home.write(name, MARKER.repeat(40_000));
        args!["add", file, "--to", "Contracts"]
    };
    let usual = usual(&world.alice, &add(&names[0])).await;
    for name in &names[1..] {
        let after = sometime(usual);
        let added = killed(&world.alice, &add(name), after).await;
        nothing_lies_open(&world.alice);
        assert!(!added || world.names().await.contains(name), "{name} was lost, killed after {after:?}");
    }
    for name in &names[1..] {
        world.alice.valise(add(name)).await;
    }
    assert_eq!(world.alice.valise(args!["transfers"]).await, Value::Array(Vec::new()));
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    world.all_is_well(&names).await;
}

#[tokio::test]
async fn gets_that_are_killed_at_any_moment() {
    let world = World::new().await;
    let bob = world.bob().await;
    let tree = world.alice.home.path().join("documents/tree");
    let names: Vec<String> = (0..=TIMES).map(|number| format!("{number:02}.bin")).collect();
    for (number, name) in names.iter().enumerate() {
        let bytes: Vec<u8> = (0..2_000_000).map(|at: usize| (at.wrapping_mul(number + 7) >> 3) as u8).collect();
        world.alice.home.write(&format!("tree/{name}"), [MARKER, &bytes].concat());
    }
    world.alice.valise(args!["add", &tree, "--to", "Contracts"]).await;
    bob.valise(args!["sync"]).await;
    let out = bob.home.path().join("documents/out");
    fs::create_dir_all(&out).unwrap();
    let get = |name: &str| args!["get", format!("Contracts/tree/{name}"), "-o", out.join(name)];
    let usual = usual(&bob, &get(&names[0])).await;
    for name in &names[1..] {
        let after = sometime(usual);
        let got = killed(&bob, &get(name), after).await;
        nothing_lies_open(&bob);
        for file in files(&out) {
            let given = fs::read(tree.join(file.file_name().unwrap()));
            assert!(fs::read(&file).unwrap() == given.unwrap(), "{} is no file of Alice's", file.display());
        }
        assert!(!got || out.join(name).exists(), "{name} was not written");
    }
    for name in &names[1..] {
        bob.valise(get(name)).await;
        assert!(fs::read(out.join(name)).unwrap() == fs::read(tree.join(name)).unwrap(), "{name} differs");
    }
    assert_eq!(bob.valise(args!["transfers"]).await, Value::Array(Vec::new()));
}

#[tokio::test]
async fn syncs_that_are_killed_at_any_moment() {
    let mut world = World::new().await;
    let names: Vec<String> = (0..=TIMES).map(|number| format!("{number:02}.bin")).collect();
    world.catalog.process.kill().await;
    for name in &names {
        let file = world.alice.home.write(name, MARKER.repeat(1_000));
        world.alice.valise(args!["add", file, "--to", "Contracts", "--no-wait"]).await;
    }
    // Three times what unlocking takes: most are killed while there is something to send.
    let usual = usual(&world.alice, &args!["ls", "Contracts"]).await * 3;
    world.catalog.start_again().await;
    let sync = args!["sync"];
    for _ in 0..TIMES {
        killed(&world.alice, &sync, sometime(usual)).await;
        nothing_lies_open(&world.alice);
    }
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    world.all_is_well(&names).await;
    for name in names {
        let versions = world.alice.valise(args!["versions", format!("Contracts/{name}")]).await;
        assert_eq!(versions.as_array().map(Vec::len), Some(1), "{name}: {versions}");
    }
}

#[tokio::test]
async fn key_changes_that_are_killed_at_any_moment() {
    let world = World::new().await;
    let bob = world.bob().await;
    let file = world.alice.home.write("a.bin", MARKER.repeat(1_000));
    world.alice.valise(args!["add", &file, "--to", "Contracts"]).await;
    let rotate = args!["key", "rotate", "Contracts"];
    let usual = usual(&world.alice, &rotate).await;
    let mut changed = 0;
    for _ in 0..TIMES {
        changed += u64::from(killed(&world.alice, &rotate, sometime(usual)).await);
        nothing_lies_open(&world.alice);
    }
    world.alice.valise(&rotate).await;
    let keys = |status: &Value| (status["current"].as_u64().unwrap(), status["older"].clone());
    let hers = keys(&world.alice.valise(args!["key", "status", "Contracts"]).await);
    assert!(hers.0 >= 3 + changed, "a change that was acknowledged is gone: {hers:?}");
    assert_eq!(hers.1, 0, "all file keys follow");
    bob.valise(args!["sync"]).await;
    assert_eq!(keys(&bob.valise(args!["key", "status", "Contracts"]).await), hers);
    let out = bob.home.path().join("documents/a.bin");
    fs::create_dir_all(out.parent().unwrap()).unwrap();
    bob.valise(args!["get", "Contracts/a.bin", "-o", &out]).await;
    assert!(fs::read(&out).unwrap() == fs::read(&file).unwrap());
    world.all_is_well(&["a.bin"]).await;
}

#[tokio::test]
async fn a_killed_catalog_keeps_what_it_acknowledged() {
    let mut world = World::new().await;
    let moments = ["1 before it hears.bin", "2 while it works.bin", "3 before it answers.bin"];
    for (number, name) in moments.iter().enumerate() {
        let heard = world.liar.heard().len();
        match number {
            0 => world.liar.hold(appends),
            2 => world.liar.swallow(appends),
            _ => {}
        }
        let mut adding = world.add(name, 200_000);
        match number {
            2 => world.liar.swallowed().await,
            _ => world.liar.hears("the append", heard, 1, appends).await,
        }
        world.catalog.process.kill().await;
        world.catalog.start_again().await;
        world.liar.honest();
        assert!(adding.exit().await.success(), "{name}: {:?}", adding.output());
    }
    world.all_is_well(&moments).await;
}
