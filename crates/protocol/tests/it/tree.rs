//! The fold of the tree: every operation and every conflict, as `tree/fold.rs` writes it.

use std::time::Instant;

use valise_protocol::hash::{Label, digest};
use valise_protocol::ids::{AccountId, DeviceId, EntryId, RecordHash};
use valise_protocol::tree::{Change, Effect, EntryKind, MAX_DEPTH, More, NewContent, Stamp, Tree, Unchanged};

use crate::support::{cid, dek, entry};

pub const TOP: EntryId = EntryId::TOP;

pub fn stamp(seq: u64) -> Stamp {
    let mut record = [7; 32];
    record[..8].copy_from_slice(&seq.to_be_bytes());
    Stamp {
        seq,
        record: RecordHash::new(record),
        author: AccountId::new([1; 32]),
        device: DeviceId::new([2; 32]),
        epoch: 1,
    }
}

pub fn create(id: EntryId, parent: EntryId, kind: EntryKind, name: &str) -> Change {
    Change::Create { id, parent, kind, name: name.to_owned(), more: More::default() }
}

fn file(id: EntryId, parent: EntryId, name: &str) -> Change {
    create(id, parent, EntryKind::File, name)
}

fn directory(id: EntryId, parent: EntryId, name: &str) -> Change {
    create(id, parent, EntryKind::Directory, name)
}

pub fn moved(id: EntryId, parent: EntryId, name: &str) -> Change {
    Change::Move { id, parent, name: name.to_owned() }
}

pub fn content(id: EntryId, base: Option<u64>, number: u64) -> Change {
    Change::Content(NewContent {
        id,
        base: base.map(dek),
        size: number,
        mtime: 0,
        executable: false,
        media_type: String::new(),
        cid: cid(number),
        dek: dek(number),
        more: More::default(),
    })
}

/// All of them have an effect.
#[track_caller]
fn tree(changes: &[Change]) -> Tree {
    let mut tree = Tree::new();
    for (change, seq) in changes.iter().zip(1..) {
        tree.apply(stamp(seq), change).unwrap_or_else(|unchanged| panic!("{change:?}: {unchanged}"));
    }
    tree
}

#[track_caller]
fn effect(tree: &mut Tree, change: &Change) -> Effect {
    tree.apply(stamp(1000), change).unwrap()
}

/// It is refused and leaves everything as it was.
#[track_caller]
fn unchanged(tree: &mut Tree, change: &Change, why: Unchanged) {
    let before = tree.clone();
    assert_eq!(tree.apply(stamp(1000), change), Err(why));
    assert_eq!(*tree, before);
}

fn name(tree: &Tree, id: EntryId) -> &str {
    &tree.entry(&id).unwrap().name
}

fn living(tree: &Tree, parent: EntryId) -> Vec<&str> {
    let mut names: Vec<&str> =
        tree.children(parent).filter(|entry| entry.trashed.is_none()).map(|entry| entry.name.as_str()).collect();
    names.sort_unstable();
    names
}

#[test]
fn versions_in_order() {
    let mut tree = tree(&[file(entry(1), TOP, "plan"), content(entry(1), None, 1), content(entry(1), Some(1), 2)]);
    let plan = tree.entry(&entry(1)).unwrap();
    assert_eq!(plan.versions.iter().map(|version| version.dek).collect::<Vec<_>>(), [dek(1), dek(2)]);
    assert_eq!(plan.newest().unwrap().stamp, stamp(3));
    assert_eq!(effect(&mut tree, &content(entry(1), Some(2), 3)), Effect::Version(entry(1)));
    unchanged(&mut tree, &content(entry(9), None, 1), Unchanged::NoEntry);
    unchanged(&mut tree, &content(TOP, None, 1), Unchanged::NoEntry);
    effect(&mut tree, &directory(entry(2), TOP, "d"));
    unchanged(&mut tree, &content(entry(2), None, 1), Unchanged::WrongKind);
    assert_eq!(tree.name(), None);
    effect(&mut tree, &moved(TOP, TOP, "Contracts"));
    assert_eq!(tree.name(), Some("Contracts"));
}

#[test]
fn a_stale_base_makes_a_conflict_copy() {
    let begin = [
        directory(entry(9), TOP, "d"),
        file(entry(1), entry(9), "plan.txt"),
        content(entry(1), None, 1),
        content(entry(1), Some(1), 2),
    ];
    for base in [None, Some(1), Some(77)] {
        let mut tree = tree(&begin);
        let Effect::ConflictCopy(of, copy) = effect(&mut tree, &content(entry(1), base, 3)) else { panic!() };
        assert_eq!((of, tree.entry(&copy).unwrap().copy_of), (entry(1), Some(entry(1))));
        let copy = tree.entry(&copy).unwrap();
        assert_eq!((copy.parent, copy.newest().unwrap().dek), (entry(9), dek(3)));
        let seed = digest(Label::ConflictCopy, &[entry(1).as_bytes(), dek(3).as_bytes()]);
        assert_eq!(copy.id.as_bytes()[..], seed[..16]);
        assert_eq!(copy.name, format!("plan (conflicting copy {}).txt", hex::encode(&seed[30..])));
        assert_eq!(tree.entry(&entry(1)).unwrap().newest().unwrap().dek, dek(2));
    }
}

#[test]
fn the_id_of_a_copy_follows_from_the_change() {
    let begin = [file(entry(1), TOP, "a"), content(entry(1), None, 1), content(entry(1), None, 2)];
    let one = tree(&begin);
    let mut other = Tree::new();
    for (change, seq) in begin.iter().zip(50..) {
        other.apply(stamp(seq), change).unwrap();
    }
    let id = |tree: &Tree| tree.entries().find(|entry| entry.copy_of.is_some()).unwrap().id;
    assert_eq!(id(&one), id(&other));
    // The same change again is no second copy, and does not even bring the file back.
    effect(&mut other, &Change::Trash(entry(1)));
    unchanged(&mut other, &begin[2], Unchanged::NoEntry);
    // Somebody who took the id in advance cannot make the content vanish.
    let mut squatted = tree(&[file(entry(1), TOP, "a"), content(entry(1), None, 1), file(id(&one), TOP, "mine")]);
    let Effect::ConflictCopy(_, copy) = effect(&mut squatted, &begin[2]) else { panic!() };
    assert_ne!(copy, id(&one));
    assert_eq!(squatted.entry(&copy).unwrap().newest().unwrap().dek, dek(2));
}

#[test]
fn the_newest_version_again_is_nothing() {
    let mut tree = tree(&[file(entry(1), TOP, "a"), content(entry(1), None, 1)]);
    unchanged(&mut tree, &content(entry(1), None, 1), Unchanged::WrongState);
    unchanged(&mut tree, &content(entry(1), Some(1), 1), Unchanged::WrongState);
}

#[test]
fn an_edit_revives() {
    let begin = [
        directory(entry(1), TOP, "a"),
        directory(entry(2), entry(1), "b"),
        file(entry(3), entry(2), "c"),
        content(entry(3), None, 1),
        Change::Trash(entry(3)),
        Change::Trash(entry(2)),
        Change::Trash(entry(1)),
    ];
    let all_alive = |tree: &Tree| (1..=3).all(|id| !tree.is_trashed(entry(id)));
    for change in [content(entry(3), Some(1), 2), content(entry(3), Some(5), 2)] {
        let mut tree = tree(&begin);
        assert!(tree.is_trashed(entry(3)));
        effect(&mut tree, &change);
        assert!(all_alive(&tree), "{change:?}");
    }
    for change in [file(entry(4), entry(2), "new"), moved(entry(5), entry(2), "moved")] {
        let mut tree = tree(&begin);
        effect(&mut tree, &file(entry(5), TOP, "e"));
        effect(&mut tree, &change);
        assert!(!tree.is_trashed(entry(2)) && !tree.is_trashed(entry(1)), "{change:?}");
        assert!(tree.is_trashed(entry(3)), "only what is above");
    }
}

#[test]
fn what_is_in_the_trash_stays_there_when_it_moves() {
    let mut tree = tree(&[file(entry(1), TOP, "a"), directory(entry(2), TOP, "d"), Change::Trash(entry(1))]);
    assert_eq!(effect(&mut tree, &moved(entry(1), entry(2), "b")), Effect::Moved(entry(1)));
    assert!(tree.is_trashed(entry(1)));
    assert_eq!(living(&tree, entry(2)), [""; 0]);
    effect(&mut tree, &Change::Restore(entry(1)));
    assert_eq!(living(&tree, entry(2)), ["b"]);
}

#[test]
fn no_cycles() {
    let mut tree = tree(&[
        directory(entry(1), TOP, "a"),
        directory(entry(2), entry(1), "b"),
        directory(entry(3), entry(2), "c"),
        Change::Trash(entry(3)),
    ]);
    for into in [1, 2, 3] {
        unchanged(&mut tree, &moved(entry(1), entry(into), "x"), Unchanged::Cycle);
    }
    assert_eq!(effect(&mut tree, &moved(entry(3), TOP, "c")), Effect::Moved(entry(3)));
    assert_eq!(effect(&mut tree, &moved(entry(1), entry(3), "a")), Effect::Moved(entry(1)));
    assert_eq!(tree.ancestors(entry(2)), [entry(1), entry(3)]);
}

#[test]
fn a_taken_name_gets_a_suffix() {
    let mut tree = tree(&[
        file(entry(1), TOP, "Plan.txt"),
        file(entry(2), TOP, "PLAN.TXT"),
        directory(entry(3), TOP, "plan.txt"),
        file(entry(4), TOP, "plan (2).txt"),
        file(entry(5), TOP, "e\u{301}"),
    ]);
    assert_eq!(name(&tree, entry(2)), "PLAN (2).TXT");
    assert_eq!(name(&tree, entry(3)), "plan (3).txt");
    assert_eq!(name(&tree, entry(4)), "plan (2) (2).txt");
    effect(&mut tree, &file(entry(6), TOP, "É"));
    assert_eq!(name(&tree, entry(6)), "É (2)");
    // The same entry in another case takes nothing from itself.
    effect(&mut tree, &moved(entry(1), TOP, "plan.TXT"));
    assert_eq!(name(&tree, entry(1)), "plan.TXT");
    assert_eq!(tree.by_name(TOP, "Plan.txt").unwrap().id, entry(1));
    // What is in the trash keeps its name and takes none.
    effect(&mut tree, &Change::Trash(entry(1)));
    effect(&mut tree, &moved(entry(2), TOP, "Plan.txt"));
    assert_eq!(name(&tree, entry(2)), "Plan.txt");
    effect(&mut tree, &Change::Restore(entry(1)));
    assert_eq!(name(&tree, entry(1)), "plan (2).TXT");
}

#[test]
fn trash_restore_purge() {
    let mut tree = tree(&[
        directory(entry(1), TOP, "a"),
        file(entry(2), entry(1), "b"),
        content(entry(2), None, 1),
        content(entry(2), Some(1), 2),
        file(entry(3), TOP, "c"),
        content(entry(3), None, 3),
    ]);
    unchanged(&mut tree, &Change::Restore(entry(1)), Unchanged::WrongState);
    unchanged(&mut tree, &Change::Purge(entry(1)), Unchanged::WrongState);
    for missing in [TOP, entry(9)] {
        unchanged(&mut tree, &Change::Trash(missing), Unchanged::NoEntry);
        unchanged(&mut tree, &Change::Restore(missing), Unchanged::NoEntry);
        unchanged(&mut tree, &Change::Purge(missing), Unchanged::NoEntry);
    }
    assert_eq!(effect(&mut tree, &Change::Trash(entry(1))), Effect::Trashed(entry(1)));
    unchanged(&mut tree, &Change::Trash(entry(1)), Unchanged::WrongState);
    unchanged(&mut tree, &Change::Restore(entry(2)), Unchanged::WrongState);
    assert_eq!(effect(&mut tree, &Change::Restore(entry(1))), Effect::Restored(entry(1)));
    effect(&mut tree, &Change::Trash(entry(1)));
    assert_eq!(effect(&mut tree, &Change::Purge(entry(1))), Effect::Purged(entry(1), vec![cid(1), cid(2)]));
    assert!(tree.entry(&entry(2)).is_none());
    unchanged(&mut tree, &moved(entry(2), TOP, "b"), Unchanged::NoEntry);
    assert_eq!(living(&tree, TOP), ["c"]);
    // Of what lies below something trashed, a part can be purged too.
    effect(&mut tree, &directory(entry(4), TOP, "d"));
    effect(&mut tree, &file(entry(5), entry(4), "e"));
    effect(&mut tree, &Change::Trash(entry(4)));
    assert_eq!(effect(&mut tree, &Change::Purge(entry(5))), Effect::Purged(entry(5), vec![]));
    effect(&mut tree, &Change::Restore(entry(4)));
    assert_eq!(living(&tree, entry(4)), [""; 0]);
}

/// A DAG that another file's version needs as well is not among those nobody needs.
#[test]
fn a_dag_of_two_files() {
    let same = |id, number| match content(id, None, number) {
        Change::Content(new) => Change::Content(NewContent { cid: cid(1), ..new }),
        other => other,
    };
    let mut tree = tree(&[
        file(entry(1), TOP, "a"),
        same(entry(1), 1),
        file(entry(2), TOP, "b"),
        same(entry(2), 2),
        Change::Trash(entry(1)),
        Change::Trash(entry(2)),
    ]);
    assert_eq!(effect(&mut tree, &Change::Purge(entry(1))), Effect::Purged(entry(1), vec![]));
    assert_eq!(effect(&mut tree, &Change::Purge(entry(2))), Effect::Purged(entry(2), vec![cid(1)]));
}

#[test]
fn a_parent_that_is_gone_or_a_file_is_the_top() {
    let mut tree = tree(&[
        directory(entry(1), TOP, "a"),
        file(entry(2), TOP, "f"),
        Change::Trash(entry(1)),
        Change::Purge(entry(1)),
    ]);
    effect(&mut tree, &file(entry(3), entry(1), "late"));
    effect(&mut tree, &file(entry(4), entry(2), "under a file"));
    effect(&mut tree, &directory(entry(5), entry(77), "under nothing"));
    effect(&mut tree, &moved(entry(5), entry(1), "moved"));
    effect(&mut tree, &moved(entry(2), entry(2), "file into itself"));
    assert_eq!(living(&tree, TOP), ["file into itself", "late", "moved", "under a file"]);
    unchanged(&mut tree, &file(entry(2), TOP, "again"), Unchanged::NoEntry);
    unchanged(&mut tree, &file(TOP, TOP, "top"), Unchanged::NoEntry);
}

/// A chain of directories, ids from `first`.
fn deep(first: u64, levels: usize) -> Vec<Change> {
    let mut parent = TOP;
    (first..).take(levels).map(|id| directory(entry(id), std::mem::replace(&mut parent, entry(id)), "d")).collect()
}

#[test]
fn so_deep_and_no_deeper() {
    let mut tree = tree(&deep(1, MAX_DEPTH));
    let last = entry(MAX_DEPTH as u64);
    assert_eq!(tree.ancestors(last).len() + 1, MAX_DEPTH);
    effect(&mut tree, &file(entry(900), last, "too deep"));
    assert_eq!(tree.entry(&entry(900)).unwrap().parent, TOP);
    unchanged(&mut tree, &moved(entry(900), last, "x"), Unchanged::Cycle);
    for change in deep(1001, 3) {
        effect(&mut tree, &change);
    }
    let level = |level: usize| entry(level as u64);
    unchanged(&mut tree, &moved(entry(1001), level(MAX_DEPTH - 2), "x"), Unchanged::Cycle);
    effect(&mut tree, &moved(entry(1001), level(MAX_DEPTH - 3), "x"));
    assert_eq!(tree.ancestors(entry(1003)).len() + 1, MAX_DEPTH);
    // Once the deepest part is elsewhere, there is room again.
    effect(&mut tree, &moved(entry(1002), TOP, "away"));
    effect(&mut tree, &moved(entry(1001), level(MAX_DEPTH - 1), "x"));
    effect(&mut tree, &Change::Trash(entry(1001)));
    effect(&mut tree, &Change::Purge(entry(1001)));
    effect(&mut tree, &moved(entry(900), level(MAX_DEPTH - 1), "just so"));
}

/// Thirty thousand entries, hundreds of one name, and their directory moved to and fro: each change costs
/// about the same. Far below what a quadratic fold would need (minutes), far above a slow machine's time.
#[test]
fn large_trees() {
    let begin = Instant::now();
    let mut tree = Tree::new();
    let mut seq = 0;
    let mut apply = |tree: &mut Tree, change: &Change| {
        seq += 1;
        tree.apply(stamp(seq), change).unwrap();
    };
    apply(&mut tree, &directory(entry(0), TOP, "all"));
    apply(&mut tree, &directory(entry(1), TOP, "other"));
    for id in 10..30_000 {
        apply(&mut tree, &file(entry(id), entry(0), &format!("file {id}")));
    }
    for id in 90_000..90_300 {
        apply(&mut tree, &file(entry(id), entry(0), "the same.jpg"));
    }
    for round in 0..4_000 {
        let into = if round % 2 == 0 { entry(1) } else { TOP };
        apply(&mut tree, &moved(entry(0), into, "all"));
        apply(&mut tree, &Change::Trash(entry(0)));
        apply(&mut tree, &Change::Restore(entry(0)));
    }
    assert_eq!(tree.children(entry(0)).count(), 30_290);
    let names: std::collections::BTreeSet<&str> = living(&tree, entry(0)).into_iter().collect();
    assert_eq!(names.len(), 30_290);
    assert!(names.contains("the same.jpg") && names.contains("the same (100).jpg"));
    assert!(!names.contains("the same (101).jpg"));
    assert!(begin.elapsed().as_secs() < 60, "{:?}", begin.elapsed());
}
