//! One engine, a home, real files: what happens at lock, and to what cannot be kept.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tempfile::TempDir;

use crate::api::{EntryId, ErrorCode, FolderId, Password, Reply, Request, TransferState, Version};
use crate::{Config, Costs, Engine};

const PASSWORD: &str = "violet ladder marble seven";

struct Alone {
    _home: TempDir,
    engine: Engine,
    folder: FolderId,
    entry: EntryId,
}

impl Alone {
    /// A workspace without a catalog, with one file in the person's own folder.
    async fn new() -> Self {
        let home = tempfile::tempdir().unwrap();
        let mut config = Config::new(home.path().join("valise"));
        config.costs = Costs { memory_kib: 64 << 10, passes: 3, lanes: 4 };
        let engine = Engine::start(config).unwrap();
        let (name, workspace) = ("Ada".to_owned(), "Acme".to_owned());
        ask(&engine, Request::Create { name, password: password(), workspace, catalog: None }).await;
        let Reply::Folders(folders) = ask(&engine, Request::Folders).await else { panic!("folders") };
        let folder = folders[0].id;
        let file = home.path().join("plan.txt");
        fs::write(&file, "first").unwrap();
        ask(&engine, Request::Add { folder, parent: None, paths: vec![file] }).await;
        let entry = until(|| async {
            let Reply::Listing(listing) = ask(&engine, Request::List { folder, parent: None }).await else {
                return None;
            };
            listing.entries.first().map(|entry| entry.id)
        })
        .await;
        Self { _home: home, engine, folder, entry }
    }

    async fn open(&self) -> PathBuf {
        let (folder, entry) = (self.folder, self.entry);
        match ask(&self.engine, Request::Open { folder, entry, version: None }).await {
            Reply::Path(path) => path,
            other => panic!("{other:?}"),
        }
    }

    async fn versions(&self) -> Vec<Version> {
        match ask(&self.engine, Request::Details { folder: self.folder, entry: self.entry }).await {
            Reply::Details(details) => details.versions,
            other => panic!("{other:?}"),
        }
    }

    async fn unlock(&self) {
        ask(&self.engine, Request::Unlock { password: password() }).await;
    }
}

fn password() -> Password {
    Password(PASSWORD.to_owned())
}

async fn ask(engine: &Engine, request: Request) -> Reply {
    engine.handle(request).await.unwrap()
}

async fn until<T, F: Future<Output = Option<T>>>(mut look: impl FnMut() -> F) -> T {
    let looking = async {
        loop {
            if let Some(found) = look().await {
                return found;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), looking).await.unwrap()
}

fn directory(path: &Path) -> &Path {
    path.parent().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn locking_keeps_what_was_saved_a_moment_before_and_removes_it() {
    let alone = Alone::new().await;
    let path = alone.open().await;
    assert_eq!(fs::read(&path).unwrap(), b"first");
    assert_eq!(alone.open().await, path);
    fs::write(&path, "second, in haste").unwrap();
    ask(&alone.engine, Request::Lock).await;
    assert!(!directory(&path).exists());
    alone.unlock().await;
    assert_eq!(alone.versions().await.len(), 2);
    assert_eq!(fs::read(alone.open().await).unwrap(), b"second, in haste");
    alone.engine.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_kept_stays_is_told_and_is_kept_after_the_next_unlock() {
    let alone = Alone::new().await;
    let mut events = alone.engine.events();
    let path = alone.open().await;
    // As a full disk does, this makes every new block fail.
    alone.engine.shared().session().unwrap().blocks.stop().await;
    fs::write(&path, "second").unwrap();
    let told = until(|| {
        let told = loop {
            match events.try_recv() {
                Ok(crate::api::Event::Transfer { transfer }) => match transfer.state {
                    TransferState::Failed { error } => break Some(error),
                    _ => {}
                },
                Ok(_) => {}
                Err(_) => break None,
            }
        };
        std::future::ready(told)
    })
    .await;
    assert!(!told.happened.is_empty());
    let refused = alone.engine.handle(Request::Lock).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::NotKept);
    assert_eq!(fs::read(&path).unwrap(), b"second");

    alone.unlock().await;
    until(|| async { (alone.versions().await.len() == 2).then_some(()) }).await;
    ask(&alone.engine, Request::Lock).await;
    assert!(!directory(&path).exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_old_version_opens_read_only_beside_the_newest_and_can_be_restored_and_that_undone() {
    let alone = Alone::new().await;
    let path = alone.open().await;
    fs::write(&path, "second").unwrap();
    until(|| async { (alone.versions().await.len() == 2).then_some(()) }).await;
    assert_eq!(alone.open().await, path, "the file that was saved is the newest version");

    let (folder, entry) = (alone.folder, alone.entry);
    let oldest = alone.versions().await.pop().unwrap();
    let old = match ask(&alone.engine, Request::Open { folder, entry, version: Some(oldest.dek_id) }).await {
        Reply::Path(path) => path,
        other => panic!("{other:?}"),
    };
    assert_eq!(
        (fs::read(&old).unwrap(), fs::metadata(&old).unwrap().permissions().readonly()),
        (b"first".to_vec(), true)
    );

    let newest = |versions: Vec<Version>| versions[0].dek_id;
    let second = newest(alone.versions().await);
    ask(&alone.engine, Request::RestoreVersion { folder, entry, version: oldest.dek_id }).await;
    assert_eq!(newest(alone.versions().await), oldest.dek_id);
    ask(&alone.engine, Request::Undo).await;
    assert_eq!((newest(alone.versions().await), alone.versions().await.len()), (second, 4));
    alone.engine.stop().await;
    assert!(!directory(&old).exists() && !directory(&path).exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_purged_file_was_saved_as_becomes_a_file_of_ones_own() {
    let alone = Alone::new().await;
    let path = alone.open().await;
    let (folder, entries) = (alone.folder, vec![alone.entry]);
    ask(&alone.engine, Request::Remove { folder, entries }).await;
    ask(&alone.engine, Request::EmptyTrash { folder: None }).await;
    assert!(matches!(ask(&alone.engine, Request::Undo).await, Reply::Undone(None)), "a purge is final");
    fs::write(&path, "second").unwrap();
    let name = until(|| async {
        let Reply::Listing(listing) = ask(&alone.engine, Request::List { folder, parent: None }).await else {
            return None;
        };
        listing.entries.first().map(|entry| entry.name.clone())
    })
    .await;
    assert_eq!(name, "plan.txt");
    alone.engine.stop().await;
}
