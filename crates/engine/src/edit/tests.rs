//! Taking back, in one engine without a catalog.

use std::fs;

use tempfile::TempDir;

use crate::api::{Entry, EntryId, FolderId, Password, Reply, Request, TransferState};
use crate::{Config, Costs, Engine};

struct Alone {
    home: TempDir,
    engine: Engine,
    folder: FolderId,
}

impl Alone {
    async fn new() -> Self {
        let home = tempfile::tempdir().unwrap();
        let mut config = Config::new(home.path().join("valise"));
        config.costs = Costs::FLOOR;
        let engine = Engine::start(config).unwrap();
        let (name, workspace) = ("Ada".to_owned(), "Acme".to_owned());
        let password = Password("violet ladder marble seven".to_owned());
        engine.handle(Request::Create { name, password, workspace, catalog: None }).await.unwrap();
        let Reply::Folders(folders) = engine.handle(Request::Folders).await.unwrap() else { panic!("folders") };
        Self { home, engine, folder: folders[0].id }
    }

    async fn ask(&self, request: Request) -> Reply {
        self.engine.handle(request).await.unwrap()
    }

    /// Adds a file, or a tree, and waits until it is there.
    async fn add(&self, path: &str, content: &str) {
        let file = self.home.path().join(path);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(&file, content).unwrap();
        let first = self.home.path().join(path.split('/').next().unwrap());
        let Reply::Transfer(begun) =
            self.ask(Request::Add { folder: self.folder, parent: None, paths: vec![first] }).await
        else {
            panic!("a transfer")
        };
        loop {
            let Reply::Transfers(all) = self.ask(Request::Transfers).await else { panic!("transfers") };
            if all.iter().any(|it| it.id == begun.id && it.state == TransferState::Done) {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
    }

    async fn entries(&self, parent: Option<EntryId>) -> Vec<Entry> {
        let Reply::Listing(listing) = self.ask(Request::List { folder: self.folder, parent }).await else {
            panic!("a listing")
        };
        listing.entries
    }

    async fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = self.entries(None).await.into_iter().map(|entry| entry.name).collect();
        names.sort();
        names
    }

    async fn size(&self, name: &str) -> u64 {
        self.entries(None).await.iter().find(|entry| entry.name == name).unwrap().size
    }

    async fn undo(&self) -> Option<String> {
        let Reply::Undone(what) = self.ask(Request::Undo).await else { panic!("undone") };
        what
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_change_is_taken_back_first() {
    let alone = Alone::new().await;
    alone.add("plan.txt", "first").await;
    let plan = alone.entries(None).await[0].id;
    alone.ask(Request::Rename { folder: alone.folder, entry: plan, name: "agreement.txt".to_owned() }).await;
    alone.ask(Request::MakeDirectory { folder: alone.folder, parent: None, name: "Annexes".to_owned() }).await;
    alone.add("letters/may.txt", "a letter").await;
    alone.add("agreement.txt", "second, and longer").await;
    assert_eq!(alone.names().await, ["Annexes", "agreement.txt", "letters"]);
    assert_eq!(alone.size("agreement.txt").await, 18);

    assert_eq!(alone.undo().await.as_deref(), Some("What was added"));
    assert_eq!(alone.size("agreement.txt").await, 5, "the version before is the newest again");
    // More in a directory that was there already: it alone goes.
    alone.add("letters/june.txt", "another").await;
    alone.undo().await;
    let letters = alone.entries(None).await.into_iter().find(|entry| entry.name == "letters").unwrap().id;
    let inside: Vec<String> = alone.entries(Some(letters)).await.into_iter().map(|entry| entry.name).collect();
    assert_eq!(inside, ["may.txt"]);

    assert_eq!(alone.undo().await.as_deref(), Some("What was added"));
    assert_eq!(alone.names().await, ["Annexes", "agreement.txt"]);
    assert_eq!(alone.undo().await.as_deref(), Some("The new folder"));
    assert_eq!(alone.undo().await.as_deref(), Some("The name"));
    assert_eq!(alone.names().await, ["plan.txt"]);
    assert_eq!(alone.undo().await.as_deref(), Some("What was added"));
    assert_eq!(alone.names().await, [""; 0]);
    assert_eq!(alone.undo().await, None);
    alone.engine.stop().await;
}
