//! The fold under random changes: what must hold of any tree, and that batches make no difference.

use std::collections::BTreeSet;

use proptest::prelude::*;
use valise_protocol::ids::EntryId;
use valise_protocol::names;
use valise_protocol::tree::change::{decode_body, encode_body};
use valise_protocol::tree::{Change, EntryKind, MAX_DEPTH, Tree};

use crate::support::entry;
use crate::tree::{TOP, content, create, moved, stamp};

/// Few ids and names, so that they meet.
fn change() -> impl Strategy<Value = Change> {
    let id = || (0_u64..12).prop_map(entry);
    let place = || prop_oneof![1 => Just(TOP), 4 => (0_u64..14).prop_map(entry)];
    let name = || prop_oneof![Just("a"), Just("A"), Just("a (2)"), Just("b.txt"), Just("B.TXT"), Just("ß"), Just("ss")];
    let kind = prop_oneof![1 => Just(EntryKind::File), 2 => Just(EntryKind::Directory)];
    prop_oneof![
        4 => (id(), place(), kind, name()).prop_map(|(id, parent, kind, name)| create(id, parent, kind, name)),
        4 => (id(), prop::option::of(0_u64..6), 0_u64..6).prop_map(|(id, base, number)| content(id, base, number)),
        5 => (place(), place(), name()).prop_map(|(id, parent, name)| moved(id, parent, name)),
        3 => place().prop_map(Change::Trash),
        2 => place().prop_map(Change::Restore),
        1 => place().prop_map(Change::Purge),
        1 => (place(), 0_u64..60).prop_map(|(id, trashed)| Change::Expire { id, trashed }),
    ]
}

/// What holds of every tree.
fn check(tree: &Tree) {
    let mut reached = 0;
    let mut open = vec![(TOP, 0)];
    while let Some((directory, depth)) = open.pop() {
        assert!(depth <= MAX_DEPTH);
        let mut folded = BTreeSet::new();
        for child in tree.children(directory) {
            reached += 1;
            assert_eq!(child.parent, directory);
            assert_eq!(names::normalize(&child.name).as_deref(), Some(child.name.as_str()));
            let above = tree.ancestors(child.id);
            assert_eq!(above.len(), depth, "no cycles, and all lies where it says");
            if child.trashed.is_none() {
                assert!(folded.insert(names::fold(&child.name)), "{} twice", child.name);
                assert_eq!(tree.by_name(directory, &child.name).map(|found| found.id), Some(child.id));
            }
            if child.kind == EntryKind::File {
                assert_eq!(tree.children(child.id).count(), 0);
            } else {
                assert!(child.versions.is_empty());
            }
            open.push((child.id, depth + 1));
        }
    }
    assert_eq!(reached, tree.entries().count(), "every entry is reached from the top");
    assert!(tree.entry(&TOP).is_none());
    for id in (0..14).map(entry).filter(|id| tree.entry(id).is_none()) {
        assert_eq!(tree.children(id).count(), 0);
        assert!(["a", "b.txt", "ss"].iter().all(|name| tree.by_name(id, name).is_none()));
    }
}

/// Levels below an entry, by a walk.
fn height(tree: &Tree, id: EntryId) -> usize {
    tree.children(id).map(|child| height(tree, child.id) + 1).max().unwrap_or(0)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn a_tree_is_a_tree(changes in prop::collection::vec(change(), 1..80)) {
        let mut tree = Tree::new();
        for (change, seq) in changes.iter().zip(1..) {
            let before = tree.clone();
            if tree.apply(stamp(seq), change).is_err() {
                prop_assert_eq!(&tree, &before);
            }
            check(&tree);
        }
        prop_assert!(height(&tree, TOP) <= MAX_DEPTH);
    }

    /// However the records arrive: one by one, all at once, again from the start, or encoded in between.
    #[test]
    fn batches_make_no_difference(
        records in prop::collection::vec(prop::collection::vec(change(), 0..6), 1..20),
        cut in any::<prop::sample::Index>(),
    ) {
        let fold = |tree: &mut Tree, records: &[Vec<Change>], first: u64| {
            for (record, seq) in records.iter().zip(first..) {
                for change in decode_body(&encode_body(record).unwrap()).unwrap() {
                    let _ = tree.apply(stamp(seq), &change);
                }
            }
        };
        let mut at_once = Tree::new();
        fold(&mut at_once, &records, 1);
        let (before, after) = records.split_at(cut.index(records.len()));
        let mut in_two = Tree::new();
        fold(&mut in_two, before, 1);
        let mut in_two = in_two.clone();
        fold(&mut in_two, after, 1 + before.len() as u64);
        prop_assert_eq!(at_once, in_two);
    }

}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    /// The levels that are kept count as a walk counts: a move is refused exactly when it would be too deep.
    #[test]
    fn depth_is_what_a_walk_finds(changes in prop::collection::vec(change(), 1..40), levels in 118_u64..128) {
        let mut tree = Tree::new();
        let mut parent = TOP;
        for id in 100..100 + levels {
            tree.apply(stamp(0), &create(entry(id), parent, EntryKind::Directory, "deep")).unwrap();
            parent = entry(id);
        }
        for (change, seq) in changes.iter().zip(1..) {
            let _ = tree.apply(stamp(seq), change);
        }
        let levels = usize::try_from(levels).unwrap();
        for id in (0..12).map(entry).filter(|id| tree.entry(id).is_some()) {
            let fits = levels + height(&tree, id) < MAX_DEPTH;
            prop_assert_eq!(tree.clone().apply(stamp(99), &moved(id, parent, "x")).is_ok(), fits);
        }
    }
}
