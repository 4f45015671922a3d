//! A folder whose story is told: one engine without a catalog; Bao, an editor, and Carol, a viewer, write what they like.

use tempfile::TempDir;

use valise_protocol::folder::{self, Content, Pin, Purpose, Role as ChainRole, kind};
use valise_protocol::ids::{Cid, DekId, EntryId, FolderId};
use valise_protocol::record::Record;
use valise_protocol::tree::change::{More, NewContent, encode_body};
use valise_protocol::tree::{Change, EntryKind};

use crate::api::{
    Activity, ActivityFilter, ActivityFormat, ActivityKind, ActivityPage, ActivityPlace, ActivityWhat, Password, Reply,
    Request, Role,
};
use crate::colleague::Colleague;
use crate::vault::Vault;
use crate::{Config, Costs, Engine};

const A: EntryId = EntryId::new([1; 16]);
const B: EntryId = EntryId::new([2; 16]);
const DIRECTORY: EntryId = EntryId::new([3; 16]);

struct World {
    engine: Engine,
    home: TempDir,
    folder: FolderId,
    bao: Colleague,
    carol: Colleague,
}

impl World {
    async fn new() -> Self {
        let home = tempfile::tempdir().unwrap();
        let mut config = Config::new(home.path().join("valise"));
        config.costs = Costs { memory_kib: 64 << 10, passes: 3, lanes: 4 };
        let engine = Engine::start(config).unwrap();
        let (name, workspace) = ("Ada".to_owned(), "Acme".to_owned());
        let password = Password("violet ladder marble seven".to_owned());
        engine.handle(Request::Create { name, password, workspace, catalog: None }).await.unwrap();
        let made = engine.shared().vault(|vault| {
            let [bao, carol] = [(); 2].map(|()| Colleague::new(vault.me.workspace).unwrap());
            bao.is_admitted(vault, "Bao")?;
            carol.is_admitted(vault, "=Carol")?;
            let folder = vault.create_folder("Contracts", Purpose::SHARED)?;
            bao.is_added(vault, folder, ChainRole::Editor)?;
            carol.is_added(vault, folder, ChainRole::Viewer)?;
            Ok((folder, bao, carol))
        });
        let (folder, bao, carol) = made.unwrap();
        Self { engine, home, folder, bao, carol }
    }

    fn vault<T>(&self, work: impl FnOnce(&mut Vault) -> T) -> T {
        self.engine.shared().vault(|vault| Ok(work(vault))).unwrap()
    }

    /// Somebody's changes in one record; answers whether they counted.
    fn writes(&self, by: &Colleague, changes: &[Change], pins: &[Cid]) -> bool {
        self.vault(|vault| {
            let pins = pins.iter().map(|cid| Pin { cid: *cid, size: 1, blocks: 1 }).collect();
            let content = Content { pins, drops: Vec::new() };
            let body = encode_body(changes).unwrap();
            let record = by.write(vault, self.folder, (kind::CONTENT, &content), Some(body), &[]).unwrap();
            vault.take_folder_record(self.folder, &record).unwrap().is_empty()
        })
    }

    fn owner_writes<T: serde::Serialize>(&self, kind: valise_protocol::record::Kind, open: &T) -> Record {
        self.vault(|vault| {
            let record = vault.write_folder(self.folder, 1, kind, open).unwrap();
            vault.take_folder_record(self.folder, &record).unwrap();
            record
        })
    }

    async fn page(&self, filter: ActivityFilter, before: Option<ActivityPlace>, limit: u32) -> ActivityPage {
        match self.engine.handle(Request::Activity { folder: self.folder, filter, before, limit }).await.unwrap() {
            Reply::Activity(page) => page,
            other => panic!("{other:?}"),
        }
    }

    /// In the chain's order: who, what, path and path before.
    async fn story(&self, filter: ActivityFilter) -> Vec<(String, ActivityWhat, String, String)> {
        let page = self.page(filter, None, 1_000).await;
        assert_eq!(page.before, None);
        let row = |it: Activity| (it.by, it.what, it.path.unwrap_or_default(), it.before.unwrap_or_default());
        page.activities.into_iter().rev().map(row).collect()
    }

    /// Bao's day: two files, a new version, another name and place, the trash and back, and out of it.
    fn play(&self) {
        assert!(self.writes(&self.bao, &[file(A, "a.txt"), content(A, None, 1), file(B, "b.txt")], &[cid(1)]));
        assert!(self.writes(&self.bao, &[content(A, Some(1), 2), content(B, None, 3)], &[cid(2), cid(3)]));
        let directory = Change::Create {
            id: DIRECTORY,
            parent: EntryId::TOP,
            kind: EntryKind::Directory,
            name: "Old".into(),
            more: More::default(),
        };
        assert!(self.writes(
            &self.bao,
            &[directory, moved(A, EntryId::TOP, "c.txt"), moved(A, DIRECTORY, "c.txt")],
            &[]
        ));
        assert!(self.writes(
            &self.bao,
            &[Change::Trash(B), Change::Restore(B), Change::Trash(B), Change::Purge(B)],
            &[]
        ));
    }
}

fn cid(number: u8) -> Cid {
    let mut bytes = vec![1, 0x55, 0x12, 32];
    bytes.extend([number; 32]);
    Cid::new(bytes.as_slice().try_into().unwrap()).unwrap()
}

fn file(id: EntryId, name: &str) -> Change {
    Change::Create { id, parent: EntryId::TOP, kind: EntryKind::File, name: name.into(), more: More::default() }
}

fn content(id: EntryId, base: Option<u8>, number: u8) -> Change {
    let dek = |number| DekId::new([number; 24]);
    Change::Content(NewContent {
        id,
        base: base.map(dek),
        size: 1,
        mtime: 0,
        executable: false,
        media_type: String::new(),
        cid: cid(number),
        dek: dek(number),
        more: More::default(),
    })
}

fn moved(id: EntryId, parent: EntryId, name: &str) -> Change {
    Change::Move { id, parent, name: name.into() }
}

fn told(rows: &[(&str, ActivityWhat, &str, &str)]) -> Vec<(String, ActivityWhat, String, String)> {
    rows.iter().map(|(by, what, path, before)| ((*by).into(), *what, (*path).into(), (*before).into())).collect()
}

#[tokio::test]
async fn it_is_told_in_the_order_of_the_chain_with_the_names_of_the_time() {
    use ActivityWhat::*;
    let world = World::new().await;
    world.play();
    let changed = folder::RoleChanged { account: world.carol.id(), role: ChainRole::Editor };
    world.owner_writes(kind::ROLE_CHANGED, &changed);
    world.owner_writes(kind::MEMBER_REMOVED, &folder::MemberRemoved { account: world.carol.id() });
    let story = world.story(ActivityFilter::default()).await;
    let expected = told(&[
        ("Ada", FolderMade, "", ""),
        ("Ada", MemberAdded, "", ""),
        ("Ada", MemberAdded, "", ""),
        ("Bao", FileAdded, "a.txt", ""),
        ("Bao", NewVersion, "a.txt", ""),
        ("Bao", FileAdded, "b.txt", ""),
        ("Bao", DirectoryAdded, "Old", ""),
        ("Bao", Renamed, "c.txt", "a.txt"),
        ("Bao", Moved, "Old/c.txt", "c.txt"),
        ("Bao", Trashed, "b.txt", ""),
        ("Bao", Restored, "b.txt", ""),
        ("Bao", Trashed, "b.txt", ""),
        ("Bao", Purged, "b.txt", ""),
        ("Ada", RoleChanged, "", ""),
        ("Ada", MemberRemoved, "", ""),
    ]);
    assert_eq!(story, expected);
    let last = world.page(ActivityFilter::default(), None, 2).await.activities;
    assert_eq!((last[1].person.as_deref(), last[1].role), (Some("=Carol"), Some(Role::Editor)));
}

#[tokio::test]
async fn it_is_filtered_by_person_kind_and_file() {
    use ActivityWhat::*;
    let world = World::new().await;
    world.play();
    let of = |filter| world.story(filter);
    let removed = ActivityFilter { kind: Some(ActivityKind::Removed), ..ActivityFilter::default() };
    assert_eq!(of(removed).await.len(), 4);
    let bao = ActivityFilter { person: Some(world.bao.id()), ..ActivityFilter::default() };
    assert_eq!(of(bao).await.len(), 10);
    let file = ActivityFilter { entry: Some(A), ..ActivityFilter::default() };
    let whats: Vec<_> = of(file).await.into_iter().map(|it| it.1).collect();
    assert_eq!(whats, [FileAdded, NewVersion, Renamed, Moved]);
    // What came into a directory is its story, too.
    let directory = ActivityFilter { entry: Some(DIRECTORY), ..ActivityFilter::default() };
    let whats: Vec<_> = of(directory).await.into_iter().map(|it| it.1).collect();
    assert_eq!(whats, [DirectoryAdded, Moved]);
}

#[tokio::test]
async fn pages_join_without_gap_or_double() {
    let world = World::new().await;
    world.play();
    let whole = world.page(ActivityFilter::default(), None, 1_000).await.activities;
    for limit in [1, 2, 5, 13] {
        let (mut joined, mut before) = (Vec::new(), None);
        loop {
            let page = world.page(ActivityFilter::default(), before, limit).await;
            assert!(page.activities.len() <= limit as usize);
            joined.extend(page.activities);
            before = page.before;
            if before.is_none() {
                break;
            }
        }
        assert_eq!(joined, whole, "{limit} at once");
    }
}

/// What changed nothing when it came is not told as if it had.
#[tokio::test]
async fn a_hostile_member_tells_no_stories() {
    let world = World::new().await;
    world.play();
    let before = world.story(ActivityFilter::default()).await;
    // A viewer writes; an editor pins other bytes than the sealed changes say; an editor adds somebody; a change that is
    // refused; a sealed body that is none.
    assert!(!world.writes(&world.carol, &[file(B, "by carol.txt"), content(B, None, 9)], &[cid(9)]));
    assert!(!world.writes(&world.bao, &[file(B, "b.txt"), content(B, None, 8)], &[cid(7)]));
    world.vault(|vault| {
        let removed = folder::MemberRemoved { account: world.carol.id() };
        let record = world.bao.write(vault, world.folder, (kind::MEMBER_REMOVED, &removed), None, &[]).unwrap();
        assert!(!vault.take_folder_record(world.folder, &record).unwrap().is_empty());
    });
    assert!(world.writes(&world.bao, &[Change::Restore(A), moved(DIRECTORY, DIRECTORY, "x")], &[]));
    world.vault(|vault| {
        let content = Content { pins: Vec::new(), drops: Vec::new() };
        let body = Some(b"no changes".to_vec());
        let record = world.bao.write(vault, world.folder, (kind::CONTENT, &content), body, &[]).unwrap();
        assert!(!vault.take_folder_record(world.folder, &record).unwrap().is_empty());
    });
    assert_eq!(world.story(ActivityFilter::default()).await, before);
    // The story is that of the tree that is shown.
    world.vault(|vault| assert!(vault.folder(&world.folder).unwrap().tree().entry(&B).is_none()));
}

#[tokio::test]
async fn exports_hold_all_of_it_and_run_nothing() {
    let world = World::new().await;
    world.play();
    assert!(world.writes(&world.bao, &[file(B, "=cmd|' -C calc'!A0"), content(B, None, 4)], &[cid(4)]));
    let whole = world.page(ActivityFilter::default(), None, 1_000).await.activities;
    let export = async |format, name: &str| {
        let to = world.home.path().join(name);
        let filter = ActivityFilter::default();
        let request = Request::ExportActivity { folder: world.folder, filter, format, to: to.clone() };
        world.engine.handle(request).await.unwrap();
        std::fs::read_to_string(to).unwrap()
    };
    let json: Vec<Activity> = serde_json::from_str(&export(ActivityFormat::Json, "a.json").await).unwrap();
    assert!(json.iter().rev().eq(&whole));
    let csv = export(ActivityFormat::Csv, "a.csv").await;
    assert_eq!(csv.lines().count(), whole.len() + 1);
    assert!(csv.starts_with("\"record\",\"change\",\"kind\",\"what\",\"by\""));
    assert!(csv.contains("\"'=Carol\"") && csv.contains("\"'=cmd|' -C calc'!A0\""));
    assert!(
        csv.lines().flat_map(|line| line.split("\",\"")).all(|cell| !cell.trim_start_matches('"').starts_with('='))
    );
}
