//! `kill -9` in the middle of work, of the program and of the catalog: what was acknowledged stays, nothing is doubled,
//! nothing lies open, and the same again works.

use std::{fs, path::Path};

use valise_tests::{
    PATIENCE, args,
    catalog::Catalog,
    cli::{Person, alice},
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
