//! What leaves this computer: changes that wait for the catalog, and bytes on their way to the pinning node.
//!
//! The pinning node fetches; what it was given is counted by the node here, and looked at once a second while anything is
//! under way. A count that is lost, as after a start in the middle, shows less than there is, never more.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use valise_blocks::PeerId;
use valise_protocol::ids::{Cid, EntryId};
use valise_protocol::tree::{Change, Tree};

use crate::api::{Outbox, Sending, SendingFile, WaitingChange, WaitingKind};
use crate::error::EngineError;
use crate::index::outbox;
use crate::shared::{Session, Shared};
use crate::vault::Vault;

/// How often it is looked at.
const LOOK: Duration = Duration::from_secs(1);
/// Lines of each list at most.
const MOST: usize = 500;
/// How much the newest second counts in the rate.
const NEWEST: f64 = 0.3;

/// What is known of the bytes on their way, from when something began to go until nothing does.
#[derive(Default)]
pub struct Uploads {
    /// Size, and how much the pinning node was given of it.
    known: HashMap<Cid, (u64, u64)>,
    shown: Sending,
    rate: f64,
}

impl Uploads {
    /// How much of a file is with the pinning node, of a hundred; never the whole, which it alone can say.
    pub fn percent(&self, cid: &Cid) -> u8 {
        let (size, sent) = self.known.get(cid).copied().unwrap_or_default();
        u8::try_from((u128::from(sent) * 100).checked_div(u128::from(size)).unwrap_or(0)).unwrap_or(99).min(99)
    }

    /// All of it.
    pub fn shown(&self) -> Sending {
        self.shown
    }

    /// Takes in what is missing now, and how much of each the pinning node was given. Answers whether anything moved.
    fn look(&mut self, missing: &HashMap<Cid, u64>, given: impl Fn(&Cid) -> u64, since: Duration) -> bool {
        let before = self.shown;
        if missing.is_empty() {
            *self = Self::default();
            return before != self.shown;
        }
        for (cid, (size, sent)) in &mut self.known {
            // What is missing no more is with the pinning node, or was thrown away here.
            *sent = if missing.contains_key(cid) { given(cid).min(*size).max(*sent) } else { *size };
        }
        for (cid, size) in missing {
            self.known.entry(*cid).or_insert_with(|| (*size, given(cid).min(*size)));
        }
        let (bytes, sent) = self.known.values().fold((0, 0), |(bytes, all), (size, sent)| (bytes + size, all + sent));
        let now = sent.saturating_sub(before.sent) as f64 / since.as_secs_f64().max(0.001);
        self.rate = if before.sent == 0 { now } else { self.rate * (1.0 - NEWEST) + now * NEWEST };
        let files = u32::try_from(missing.len()).unwrap_or(u32::MAX);
        self.shown = Sending { files, bytes, sent, rate: self.rate as u64 };
        before != self.shown
    }
}

/// Looks, and tells, as long as bytes are under way. Ends only when it is dropped.
pub async fn watch(shared: &Arc<Shared>, session: &Arc<Session>) {
    loop {
        let moved = shared.vault(|vault| {
            let nodes = vault.catalog_record().map(|catalog| catalog.pinning.clone()).unwrap_or_default();
            let nodes: Vec<PeerId> = nodes.iter().map(|node| PeerId::from_public_key(node.key.as_bytes())).collect();
            let given = |cid: &Cid| {
                let of = |node: &PeerId| session.blocks.given(&cid.inner(), node);
                nodes.iter().map(of).max().unwrap_or(0)
            };
            let missing = vault.missing_elsewhere();
            let moved = vault.uploads.look(&missing, given, LOOK);
            Ok((moved, missing.is_empty(), if moved { vault.unconfirmed() } else { Vec::new() }))
        });
        match moved {
            Ok((moved, over, folders)) => {
                if moved {
                    folders.into_iter().for_each(|folder| shared.tell_folder(folder));
                    shared.tell_status();
                }
                if over {
                    return std::future::pending().await;
                }
            }
            Err(_) => return std::future::pending().await,
        }
        tokio::time::sleep(LOOK).await;
    }
}

impl Vault {
    /// What this device made and announced, and no pinning node is known to hold: DAGs, with their sizes.
    fn missing_elsewhere(&self) -> HashMap<Cid, u64> {
        let mut missing = HashMap::new();
        for state in self.folders.values() {
            let mine: std::collections::HashSet<&Cid> =
                state.unheld().filter(|(cid, mine)| *mine && !self.held.contains(cid)).map(|(cid, _)| cid).collect();
            if mine.is_empty() {
                continue;
            }
            let versions = state.tree().entries().flat_map(|entry| &entry.versions);
            missing.extend(versions.filter(|it| mine.contains(&it.cid)).map(|it| (it.cid, it.size)));
        }
        missing
    }

    /// What has not left this computer.
    pub fn outbox(&self) -> Result<Outbox, EngineError> {
        let mut changes = Vec::new();
        let mut files = Vec::new();
        let missing = self.missing_elsewhere();
        for (id, state) in &self.folders {
            let folder_name = state.tree().name().unwrap_or_default().to_owned();
            let waiting = outbox::of_folder(self.index.read(), id)?;
            let about = by_entry(waiting.iter().flat_map(|row| &row.changes));
            changes.extend(about.into_iter().map(|(entry, kind)| WaitingChange {
                folder: *id,
                folder_name: folder_name.clone(),
                entry,
                name: name_of(state.tree(), entry),
                kind,
            }));
            for entry in state.tree().entries() {
                let of = entry.versions.iter().filter(|version| missing.contains_key(&version.cid));
                files.extend(of.map(|version| SendingFile {
                    folder: *id,
                    folder_name: folder_name.clone(),
                    entry: entry.id,
                    name: entry.name.clone(),
                    bytes: version.size,
                    percent: self.uploads.percent(&version.cid),
                }));
            }
        }
        files.sort_by(|a, b| b.percent.cmp(&a.percent).then_with(|| a.name.cmp(&b.name)));
        let (more_changes, more_files) = (left_out(&changes), left_out(&files));
        changes.truncate(MOST);
        files.truncate(MOST);
        Ok(Outbox { changes, more_changes, files, more_files, sending: self.uploads.shown() })
    }
}

fn left_out<T>(all: &[T]) -> u32 {
    u32::try_from(all.len().saturating_sub(MOST)).unwrap_or(u32::MAX)
}

/// One line for each entry: what a person did to it first among what waits, for a new file is new, whatever followed.
fn by_entry<'a>(changes: impl Iterator<Item = &'a Change>) -> Vec<(EntryId, WaitingKind)> {
    let (mut order, mut kinds) = (Vec::new(), BTreeMap::new());
    for change in changes {
        let kind = match change {
            Change::Create { .. } => WaitingKind::Added,
            Change::Content(_) => WaitingKind::Changed,
            Change::Move { .. } => WaitingKind::Moved,
            Change::Trash(_) => WaitingKind::Trashed,
            Change::Restore(_) => WaitingKind::Restored,
            _ => WaitingKind::Removed,
        };
        let entry = change.subject();
        if kinds
            .insert(entry, *kinds.get(&entry).filter(|before| **before == WaitingKind::Added).unwrap_or(&kind))
            .is_none()
        {
            order.push(entry);
        }
    }
    order.into_iter().filter_map(|entry| Some((entry, *kinds.get(&entry)?))).collect()
}

/// A folder's own name for its top.
fn name_of(tree: &Tree, entry: EntryId) -> String {
    match tree.entry(&entry) {
        Some(entry) => entry.name.clone(),
        None => tree.name().unwrap_or_default().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cid(number: u8) -> Cid {
        let mut bytes = vec![1, 0x55, 0x12, 32];
        bytes.extend([number; 32]);
        Cid::new(bytes.as_slice().try_into().unwrap()).unwrap()
    }

    #[test]
    fn what_is_sent_only_rises_until_nothing_is_missing() {
        let second = Duration::from_secs(1);
        let mut uploads = Uploads::default();
        let mut missing = HashMap::from([(cid(1), 1000), (cid(2), 10)]);
        assert!(uploads.look(&missing, |_| 0, second));
        assert_eq!(uploads.shown(), Sending { files: 2, bytes: 1010, sent: 0, rate: 0 });
        assert!(!uploads.look(&missing, |_| 0, second), "nothing moved");
        uploads.look(&missing, |of| if *of == cid(1) { 400 } else { 0 }, second);
        assert_eq!((uploads.percent(&cid(1)), uploads.percent(&cid(2)), uploads.percent(&cid(3))), (40, 0, 0));
        assert_eq!((uploads.shown().sent, uploads.shown().rate), (400, 400));
        // Asked for twice, it is more than there is; and only the node can say that it has the whole.
        uploads.look(&missing, |of| if *of == cid(1) { 5000 } else { 0 }, second);
        assert_eq!((uploads.percent(&cid(1)), uploads.shown().sent), (99, 1000));
        // Confirmed; and another one came.
        missing.remove(&cid(1));
        missing.insert(cid(3), 90);
        uploads.look(&missing, |_| 0, second);
        assert_eq!(uploads.shown(), Sending { files: 2, bytes: 1100, sent: 1000, ..uploads.shown() });
        missing.clear();
        assert!(uploads.look(&missing, |_| 0, second));
        assert_eq!(uploads.shown(), Sending::default());
    }

    #[test]
    fn one_line_for_each_entry() {
        let (one, two) = (EntryId::new([1; 16]), EntryId::new([2; 16]));
        let moved = |id| Change::Move { id, parent: EntryId::TOP, name: "a".to_owned() };
        let create = Change::Create {
            id: one,
            parent: EntryId::TOP,
            kind: valise_protocol::tree::EntryKind::File,
            name: "b".to_owned(),
            more: Default::default(),
        };
        let changes = [create, moved(two), moved(one), Change::Trash(two)];
        assert_eq!(by_entry(changes.iter()), [(one, WaitingKind::Added), (two, WaitingKind::Trashed)]);
    }
}
