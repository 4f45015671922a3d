//! What lies on a computer: fetched content goes when it takes more than was chosen, the longest unused first; what was
//! added here, what is to stay, and what is not confirmed elsewhere does not. Real programs, a real catalog, real nodes.

use valise_engine::api::{Entry, FolderId, Listing, Password, Reply, Request, Settings, Storage};
use valise_engine::{Config, Engine};
use valise_tests::{
    PATIENCE, args,
    catalog::Catalog,
    cli::{Person, alice, bob},
    until,
};

/// Two of them are within a budget of one MiB, and three are not.
const SIZE: usize = 400 << 10;

struct World {
    alice: Person,
    bob: Person,
    _catalog: Catalog,
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
        Self { alice, bob, _catalog: catalog }
    }

    /// Somebody adds files, and the pinning node has them.
    async fn add(&self, person: &Person, names: &[&str]) {
        for name in names {
            let seed = name.as_bytes()[0];
            let bytes: Vec<u8> = (0..SIZE).map(|at| (at.wrapping_mul(usize::from(seed)) >> 3) as u8).collect();
            let file = person.home.write(name, bytes);
            person.valise(args!["add", file, "--to", "Contracts"]).await;
        }
    }
}

async fn ask(engine: &Engine, request: Request) -> Reply {
    engine.handle(request).await.unwrap_or_else(|error| panic!("{error:?}"))
}

/// An engine that stays, in step, with its budget in MiB.
async fn open(person: &Person, cache_mib: u32) -> (Engine, FolderId) {
    let engine = Engine::start(Config::new(person.home.valise())).unwrap();
    ask(&engine, Request::SetSettings { settings: Settings { cache_mib, ..Settings::default() } }).await;
    ask(&engine, Request::Unlock { password: Password(person.password.clone()) }).await;
    ask(&engine, Request::Sync).await;
    let Reply::Folders(folders) = ask(&engine, Request::Folders).await else { panic!("no folders") };
    let folder = folders.iter().find(|folder| folder.name == "Contracts").unwrap().id;
    (engine, folder)
}

async fn entries(engine: &Engine, folder: FolderId) -> Vec<Entry> {
    let Reply::Listing(Listing { mut entries, .. }) = ask(engine, Request::List { folder, parent: None }).await else {
        panic!("no listing")
    };
    entries.sort_by(|a, b| a.name.cmp(&b.name));
    entries
}

async fn entry(engine: &Engine, folder: FolderId, name: &str) -> Entry {
    let all = entries(engine, folder).await;
    all.into_iter().find(|entry| entry.name == name).unwrap_or_else(|| panic!("{name} is not there"))
}

async fn read(engine: &Engine, folder: FolderId, name: &str) {
    let entry = entry(engine, folder, name).await;
    let (read, bytes) = engine.read(folder, entry.id, None, 32 << 20).await.unwrap();
    assert_eq!((read.as_str(), bytes.len()), (name, SIZE));
}

async fn storage(engine: &Engine) -> Storage {
    match ask(engine, Request::Storage).await {
        Reply::Storage(storage) => storage,
        other => panic!("{other:?}"),
    }
}

/// Names of those whose bytes are here, once it is these.
async fn are_here(engine: &Engine, folder: FolderId, names: &[&str]) {
    until(&format!("only {names:?} are here"), PATIENCE, || async {
        let here = |entry: &Entry| entry.place != valise_engine::api::Place::OnDemand;
        let all = entries(engine, folder).await;
        let found: Vec<&str> = all.iter().filter(|entry| here(entry)).map(|entry| entry.name.as_str()).collect();
        (found == names).then_some(())
    })
    .await;
}

#[tokio::test]
async fn fetched_content_goes_and_nothing_else() {
    let world = World::new().await;
    world.add(&world.alice, &["a.bin", "b.bin", "c.bin", "d.bin"]).await;
    world.add(&world.bob, &["own 1.bin", "own 2.bin", "own 3.bin"]).await;

    let (engine, folder) = open(&world.bob, 1).await;
    let own = ["own 1.bin", "own 2.bin", "own 3.bin"];
    are_here(&engine, folder, &own).await;
    assert_eq!(storage(&engine).await.fetched, 0, "what was added here is no copy of something fetched");

    for name in ["a.bin", "b.bin"] {
        read(&engine, folder, name).await;
    }
    are_here(&engine, folder, &["a.bin", "b.bin", own[0], own[1], own[2]]).await;
    read(&engine, folder, "c.bin").await;
    are_here(&engine, folder, &["b.bin", "c.bin", own[0], own[1], own[2]]).await;
    let lies = storage(&engine).await;
    assert!(lies.fetched <= 1 << 20 && lies.fetched >= 2 * SIZE as u64, "{lies:?}");
    // What is dropped counts as gone at once; its blocks go right after.
    until("the blocks are gone too", PATIENCE, || async {
        (storage(&engine).await.bytes < 6 * SIZE as u64).then_some(())
    })
    .await;

    // What was dropped is fetched again.
    read(&engine, folder, "a.bin").await;
    are_here(&engine, folder, &["a.bin", "c.bin", own[0], own[1], own[2]]).await;
    engine.stop().await;
}

#[tokio::test]
async fn what_is_to_stay_stays_and_comes_by_itself() {
    let world = World::new().await;
    world.add(&world.alice, &["a.bin", "b.bin", "c.bin", "d.bin"]).await;
    let (engine, folder) = open(&world.bob, 1).await;
    let kept = entry(&engine, folder, "a.bin").await;
    ask(&engine, Request::Keep { folder, entries: vec![kept.id], keep: true }).await;
    are_here(&engine, folder, &["a.bin"]).await;
    assert!(entry(&engine, folder, "a.bin").await.kept);
    for name in ["b.bin", "c.bin", "d.bin"] {
        read(&engine, folder, name).await;
    }
    are_here(&engine, folder, &["a.bin", "c.bin", "d.bin"]).await;
    engine.stop().await;
    drop(engine);

    // It is remembered, and can be taken back.
    let (engine, folder) = open(&world.bob, 1).await;
    assert!(entry(&engine, folder, "a.bin").await.kept);
    ask(&engine, Request::Keep { folder, entries: vec![kept.id], keep: false }).await;
    are_here(&engine, folder, &["c.bin", "d.bin"]).await;
    engine.stop().await;
}

#[tokio::test]
async fn news_are_marked_until_one_looked() {
    let world = World::new().await;
    world.add(&world.alice, &["a.bin"]).await;
    let (engine, folder) = open(&world.bob, 0).await;
    let unread = async |engine: &Engine| match ask(engine, Request::Folders).await {
        Reply::Folders(folders) => folders.iter().find(|row| row.id == folder).unwrap().unread,
        other => panic!("{other:?}"),
    };
    let is_fresh = async |engine: &Engine, name: &str| entry(engine, folder, name).await.fresh;
    assert_eq!((unread(&engine).await, is_fresh(&engine, "a.bin").await), (1, true), "a list alone is no look");
    ask(&engine, Request::Look { folder }).await;
    assert_eq!((unread(&engine).await, is_fresh(&engine, "a.bin").await), (0, true), "marked while one is there");
    let Reply::Folders(folders) = ask(&engine, Request::Folders).await else { panic!("no folders") };
    let other = folders.iter().find(|row| row.personal).unwrap().id;
    ask(&engine, Request::Look { folder: other }).await;
    assert!(!is_fresh(&engine, "a.bin").await, "and no more when one comes back");
    engine.stop().await;
    drop(engine);

    world.add(&world.alice, &["b.bin", "c.bin"]).await;
    let (engine, _) = open(&world.bob, 0).await;
    assert_eq!(unread(&engine).await, 2, "this computer remembers");
    assert!(!is_fresh(&engine, "a.bin").await && is_fresh(&engine, "b.bin").await);
    read(&engine, folder, "b.bin").await;
    assert!(!is_fresh(&engine, "b.bin").await && is_fresh(&engine, "c.bin").await, "what is opened is looked at");
    engine.stop().await;
}
