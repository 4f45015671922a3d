//! An engine without a catalog, whose clock is set by hand, and a colleague who throws things away.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tempfile::TempDir;

use valise_protocol::folder::{Content, Purpose, Role as ChainRole, kind};
use valise_protocol::ids::EntryId;
use valise_protocol::tree::change::encode_body;
use valise_protocol::tree::{EntryKind, More};

use super::*;
use crate::api::{Password, Request};
use crate::clock::SetClock;
use crate::colleague::Colleague;
use crate::{Config, Costs, Engine};

const BEGIN: u64 = 1_800_000_000_000;
const OLD: EntryId = EntryId::new([1; 16]);
const YOUNG: EntryId = EntryId::new([2; 16]);

struct World {
    engine: Engine,
    clock: Arc<SetClock>,
    folder: FolderId,
    bao: Colleague,
    _home: TempDir,
}

impl World {
    async fn new() -> Self {
        let (home, clock) = (tempfile::tempdir().unwrap(), Arc::new(SetClock(AtomicU64::new(BEGIN))));
        let mut config = Config::new(home.path().join("valise"));
        config.costs = Costs { memory_kib: 64 << 10, passes: 3, lanes: 4 };
        config.clock = clock.clone();
        let engine = Engine::start(config).unwrap();
        let (name, workspace) = ("Ada".to_owned(), "Acme".to_owned());
        let password = Password("violet ladder marble seven".to_owned());
        engine.handle(Request::Create { name, password, workspace, catalog: None }).await.unwrap();
        let made = engine.shared().vault(|vault| {
            let bao = Colleague::new(vault.me.workspace)?;
            bao.is_admitted(vault, "Bao")?;
            let folder = vault.create_folder("Contracts", Purpose::SHARED)?;
            bao.is_added(vault, folder, ChainRole::Editor)?;
            Ok((folder, bao))
        });
        let (folder, bao) = made.unwrap();
        let world = Self { engine, clock, folder, bao, _home: home };
        world.bao_writes(&[directory(OLD, "old"), directory(YOUNG, "young"), Change::Trash(OLD)]);
        world
    }

    fn bao_writes(&self, changes: &[Change]) {
        let written = self.engine.shared().vault(|vault| {
            let content = Content { pins: Vec::new(), drops: Vec::new() };
            let body = encode_body(changes)?;
            let record = self.bao.write(vault, self.folder, (kind::CONTENT, &content), Some(body), &[])?;
            let findings = vault.take_folder_record(self.folder, &record)?;
            vault.rebuild_view(self.folder)?;
            Ok(findings)
        });
        assert_eq!(written.unwrap(), []);
    }

    fn keeps(&self, keep_days: u32) {
        let decided = self.engine.shared().vault(|vault| {
            let record = vault.write_folder(self.folder, 1, kind::TRASH_POLICY, &TrashPolicy { keep_days })?;
            vault.take_folder_record(self.folder, &record)
        });
        assert_eq!(decided.unwrap(), []);
    }

    /// What lies in the trash on a day, after the device looked.
    fn on_day(&self, day: u64) -> Vec<String> {
        self.clock.0.store(BEGIN + day * DAY, Ordering::Relaxed);
        keep_up(self.engine.shared()).unwrap();
        let hits = self.engine.shared().vault(|vault| vault.trash(Some(self.folder))).unwrap();
        let mut names: Vec<String> = hits.into_iter().map(|hit| hit.entry.name).collect();
        names.sort();
        names
    }
}

fn directory(id: EntryId, name: &str) -> Change {
    Change::Create { id, parent: EntryId::TOP, kind: EntryKind::Directory, name: name.into(), more: More::default() }
}

#[tokio::test]
async fn what_lay_there_long_enough_goes() {
    let world = World::new().await;
    assert_eq!(world.on_day(5_000), ["old"], "nobody wanted it");
    world.clock.0.store(BEGIN, Ordering::Relaxed);
    world.keeps(30);
    assert_eq!(world.on_day(0), ["old"], "it counts from when it is wanted");
    world.on_day(20);
    world.bao_writes(&[Change::Trash(YOUNG)]);
    for day in 21..31 {
        assert_eq!(world.on_day(day), ["old", "young"], "day {day}");
    }
    assert_eq!(world.on_day(31), ["young"]);
    for day in 32..52 {
        assert_eq!(world.on_day(day), ["young"], "day {day}");
    }
    assert_eq!(world.on_day(52), [""; 0]);
    world.engine.stop().await;
}

#[tokio::test]
async fn what_came_back_and_went_again_has_its_time_anew() {
    let world = World::new().await;
    world.keeps(30);
    world.on_day(0);
    world.on_day(30);
    world.bao_writes(&[Change::Restore(OLD)]);
    world.bao_writes(&[Change::Trash(OLD)]);
    assert_eq!(world.on_day(31), ["old"]);
    assert_eq!(world.on_day(61), ["old"]);
    assert_eq!(world.on_day(62), [""; 0]);
    world.engine.stop().await;
}

/// What a device wants to take out by a record it has not seen superseded changes nothing.
#[tokio::test]
async fn the_chain_decides_who_was_first() {
    let world = World::new().await;
    let trashed = |vault: &mut Vault| Ok(vault.folder(&world.folder)?.tree().entry(&OLD).and_then(|it| it.trashed));
    let first = world.engine.shared().vault(trashed).unwrap().unwrap().seq;
    world.bao_writes(&[Change::Restore(OLD)]);
    world.bao_writes(&[Change::Expire { id: OLD, trashed: first }]);
    world.bao_writes(&[Change::Trash(OLD)]);
    world.bao_writes(&[Change::Expire { id: OLD, trashed: first }]);
    assert_eq!(world.on_day(0), ["old"]);
    let second = world.engine.shared().vault(trashed).unwrap().unwrap().seq;
    world.bao_writes(&[Change::Expire { id: OLD, trashed: second }]);
    assert_eq!(world.on_day(0), [""; 0]);
    world.engine.stop().await;
}

#[tokio::test]
async fn a_clock_that_was_ahead_for_some_hours_takes_nothing_out() {
    let world = World::new().await;
    world.keeps(30);
    world.on_day(0);
    assert_eq!(world.on_day(4_000), ["old"]);
    world.clock.0.fetch_add(DAY / 2, Ordering::Relaxed);
    keep_up(world.engine.shared()).unwrap();
    for day in 1..31 {
        assert_eq!(world.on_day(day), ["old"], "day {day}");
    }
    assert_eq!(world.on_day(31), [""; 0]);
    world.engine.stop().await;
}

#[tokio::test]
async fn who_may_not_change_the_folder_takes_nothing_out() {
    let world = World::new().await;
    world.keeps(1);
    world.on_day(0);
    let changed = world.engine.shared().vault(|vault| {
        let owner = folder::RoleChanged { account: world.bao.id(), role: ChainRole::Owner };
        let viewer = folder::RoleChanged { account: vault.me.account, role: ChainRole::Viewer };
        for changed in [owner, viewer] {
            let record = vault.write_folder(world.folder, 1, kind::ROLE_CHANGED, &changed)?;
            vault.take_folder_record(world.folder, &record)?;
        }
        Ok(())
    });
    changed.unwrap();
    assert_eq!(world.on_day(10), ["old"]);
    assert_eq!(world.on_day(20), ["old"]);
    world.engine.stop().await;
}

/// However long, one a day is kept, and none that is needed no more.
#[test]
fn notes_stay_few() {
    let mut notes = Vec::new();
    for hour in 0..24 * 400 {
        let now = BEGIN + hour * DAY / 24;
        notes = noted(notes.clone(), (hour, now), 30).unwrap_or(notes);
        assert!(notes.len() <= 34, "{}", notes.len());
    }
    let now = BEGIN + 400 * DAY;
    let due = due_by(&notes, 30, now).unwrap();
    assert!((24 * 367..=24 * 370).contains(&due), "{due}");
}
