//! The fold: a pure function of the changes in chain order, which alone decides conflicts.
//!
//! - A content change made from another version than the newest becomes a conflict copy beside the file.
//! - Content for, or a create or move into, something in the trash brings it back.
//! - A move that would put a directory inside itself changes nothing.
//! - A name that is taken (NFC, case folded) gets the first free suffix ` (2)`, ` (3)`, ...
//! - A parent that is gone or is a file is replaced by the folder's top: nothing gets lost.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::{Deserialize, Serialize};

use super::change::{Change, More, NewContent};
use crate::hash::{Label, digest};
use crate::ids::{AccountId, Cid, DekId, DeviceId, EntryId, Epoch, RecordHash, Seq};
use crate::names;

/// Deepest directory.
pub const MAX_DEPTH: usize = 128;

/// File or directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub enum EntryKind {
    /// Has content.
    File,
    /// Has entries.
    Directory,
}

impl From<EntryKind> for u8 {
    fn from(kind: EntryKind) -> u8 {
        match kind {
            EntryKind::File => 1,
            EntryKind::Directory => 2,
        }
    }
}

impl TryFrom<u8> for EntryKind {
    type Error = crate::cbor::BadEncoding;
    fn try_from(byte: u8) -> Result<Self, Self::Error> {
        match byte {
            1 => Ok(Self::File),
            2 => Ok(Self::Directory),
            _ => Err(crate::cbor::BadEncoding),
        }
    }
}

/// Where a change stands: the record that carries it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// Place in the chain.
    pub seq: Seq,
    /// The record.
    pub record: RecordHash,
    /// Its author.
    pub author: AccountId,
    /// The author's device.
    pub device: DeviceId,
    /// The epoch of its seal.
    pub epoch: Epoch,
}

/// One version of a file.
#[derive(Clone, Debug, PartialEq)]
pub struct Content {
    /// Bytes of plaintext.
    pub size: u64,
    /// By the author's clock, for display.
    pub mtime: i64,
    /// The executable bit.
    pub executable: bool,
    /// Media type, a hint.
    pub media_type: String,
    /// The encrypted file.
    pub cid: Cid,
    /// Its key, and the version's identity.
    pub dek: DekId,
    /// The record.
    pub stamp: Stamp,
    /// Kept for later versions.
    pub more: More,
}

/// A file or directory.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// Its id.
    pub id: EntryId,
    /// Its directory.
    pub parent: EntryId,
    /// File or directory.
    pub kind: EntryKind,
    /// Its name, unique among its neighbours.
    pub name: String,
    /// Versions, oldest first; empty for a directory, and for a file before its first content.
    pub versions: Vec<Content>,
    /// Put into the trash itself (not only something above it).
    pub trashed: Option<Stamp>,
    /// The file it is a conflict copy of.
    pub copy_of: Option<EntryId>,
    /// The record that created it.
    pub created: Stamp,
    /// Kept for later versions.
    pub more: More,
}

impl Entry {
    /// The newest version.
    pub fn newest(&self) -> Option<&Content> {
        self.versions.last()
    }
}

/// What a change did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// An entry was made.
    Created(EntryId),
    /// A file got a new version.
    Version(EntryId),
    /// A file got a conflict copy: the file, and the copy.
    ConflictCopy(EntryId, EntryId),
    /// Moved or renamed.
    Moved(EntryId),
    /// Into the trash.
    Trashed(EntryId),
    /// Back from it.
    Restored(EntryId),
    /// Gone for good, with all that was in it: the DAGs nobody needs any more.
    Purged(EntryId, Vec<Cid>),
}

/// Why a change changed nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unchanged {
    /// The entry does not exist (any more), or exists already.
    #[error("the entry does not exist")]
    NoEntry,
    /// Content for a directory, or the top where it cannot be meant.
    #[error("the entry is of another kind")]
    WrongKind,
    /// A directory would lie inside itself, or too deep.
    #[error("a directory cannot be moved into itself")]
    Cycle,
    /// Purging what is not in the trash, trashing what is, restoring what is not.
    #[error("the entry is not where it must be for this")]
    WrongState,
}

/// A folder's tree at one place of its chain.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tree {
    name: Option<String>,
    entries: HashMap<EntryId, Entry>,
    children: HashMap<EntryId, BTreeSet<EntryId>>,
    names: HashMap<EntryId, BTreeMap<String, EntryId>>,
}

impl Tree {
    /// An empty tree.
    pub fn new() -> Self {
        Self::default()
    }

    /// Applies one change.
    pub fn apply(&mut self, stamp: Stamp, change: &Change) -> Result<Effect, Unchanged> {
        match change {
            Change::Create { id, parent, kind, name, more } => self.create(stamp, *id, *parent, *kind, name, more),
            Change::Content(content) => self.content(stamp, content),
            Change::Move { id, name, .. } if *id == EntryId::TOP => {
                self.name = Some(name.clone());
                Ok(Effect::Moved(EntryId::TOP))
            }
            Change::Move { id, parent, name } => self.move_entry(*id, *parent, name),
            Change::Trash(id) => self.trash(stamp, *id),
            Change::Restore(id) => self.restore(*id),
            Change::Purge(id) => self.purge(*id),
        }
    }

    fn create(
        &mut self,
        stamp: Stamp,
        id: EntryId,
        parent: EntryId,
        kind: EntryKind,
        name: &str,
        more: &More,
    ) -> Result<Effect, Unchanged> {
        if id == EntryId::TOP || self.entries.contains_key(&id) {
            return Err(Unchanged::NoEntry);
        }
        let parent = self.living_directory(parent);
        let entry = Entry {
            id,
            parent,
            kind,
            name: name.to_owned(),
            versions: Vec::new(),
            trashed: None,
            copy_of: None,
            created: stamp,
            more: more.clone(),
        };
        self.insert(entry);
        Ok(Effect::Created(id))
    }

    fn content(&mut self, stamp: Stamp, new: &NewContent) -> Result<Effect, Unchanged> {
        let entry = self.entries.get(&new.id).ok_or(Unchanged::NoEntry)?;
        if entry.kind != EntryKind::File {
            return Err(Unchanged::WrongKind);
        }
        let is_next = entry.newest().map(|content| content.dek) == new.base;
        self.revive(new.id);
        let version = Content {
            size: new.size,
            mtime: new.mtime,
            executable: new.executable,
            media_type: new.media_type.clone(),
            cid: new.cid,
            dek: new.dek,
            stamp,
            more: new.more.clone(),
        };
        if !is_next {
            return self.conflict_copy(new.id, version);
        }
        if let Some(entry) = self.entries.get_mut(&new.id) {
            entry.versions.push(version);
        }
        Ok(Effect::Version(new.id))
    }

    /// Beside the file, under an id and a name that follow from the change alone.
    fn conflict_copy(&mut self, of: EntryId, version: Content) -> Result<Effect, Unchanged> {
        let original = self.entries.get(&of).ok_or(Unchanged::NoEntry)?;
        let seed = digest(Label::ConflictCopy, &[of.as_bytes(), version.dek.as_bytes()]);
        let mut id = [0; EntryId::LEN];
        id.copy_from_slice(&seed[..EntryId::LEN]);
        let id = EntryId::new(id);
        if self.entries.contains_key(&id) {
            return Err(Unchanged::NoEntry);
        }
        let suffix = format!(" (conflicting copy {:02x}{:02x})", seed[30], seed[31]);
        let copy = Entry {
            id,
            parent: original.parent,
            kind: EntryKind::File,
            name: names::with_suffix(&original.name, &suffix),
            created: version.stamp,
            versions: vec![version],
            trashed: None,
            copy_of: Some(of),
            more: More::default(),
        };
        self.insert(copy);
        Ok(Effect::ConflictCopy(of, id))
    }

    fn move_entry(&mut self, id: EntryId, parent: EntryId, name: &str) -> Result<Effect, Unchanged> {
        if !self.entries.contains_key(&id) {
            return Err(Unchanged::NoEntry);
        }
        let parent = if self.is_directory(parent) { parent } else { EntryId::TOP };
        let above = self.ancestors(parent);
        if parent == id || above.contains(&id) || above.len() + self.height(id) > MAX_DEPTH {
            return Err(Unchanged::Cycle);
        }
        self.revive(parent);
        let mut entry = self.take(id).ok_or(Unchanged::NoEntry)?;
        entry.parent = parent;
        entry.name = name.to_owned();
        self.insert(entry);
        Ok(Effect::Moved(id))
    }

    fn trash(&mut self, stamp: Stamp, id: EntryId) -> Result<Effect, Unchanged> {
        let entry = self.entries.get(&id).ok_or(Unchanged::NoEntry)?;
        if entry.trashed.is_some() {
            return Err(Unchanged::WrongState);
        }
        let mut entry = self.take(id).ok_or(Unchanged::NoEntry)?;
        entry.trashed = Some(stamp);
        self.insert(entry);
        Ok(Effect::Trashed(id))
    }

    fn restore(&mut self, id: EntryId) -> Result<Effect, Unchanged> {
        let entry = self.entries.get(&id).ok_or(Unchanged::NoEntry)?;
        if entry.trashed.is_none() {
            return Err(Unchanged::WrongState);
        }
        let parent = self.living_directory(entry.parent);
        let mut entry = self.take(id).ok_or(Unchanged::NoEntry)?;
        entry.trashed = None;
        entry.parent = parent;
        self.insert(entry);
        Ok(Effect::Restored(id))
    }

    fn purge(&mut self, id: EntryId) -> Result<Effect, Unchanged> {
        if !self.entries.contains_key(&id) {
            return Err(Unchanged::NoEntry);
        }
        if !self.is_trashed(id) {
            return Err(Unchanged::WrongState);
        }
        let mut cids = Vec::new();
        let mut gone = vec![id];
        while let Some(id) = gone.pop() {
            gone.extend(self.children.remove(&id).unwrap_or_default());
            self.names.remove(&id);
            if let Some(entry) = self.take(id) {
                cids.extend(entry.versions.iter().map(|version| version.cid));
            }
        }
        Ok(Effect::Purged(id, cids))
    }

    /// The directory itself, brought back from the trash, or the top if there is none such.
    fn living_directory(&mut self, id: EntryId) -> EntryId {
        if !self.is_directory(id) || self.ancestors(id).len() >= MAX_DEPTH {
            return EntryId::TOP;
        }
        self.revive(id);
        id
    }

    /// Takes an entry and everything above it out of the trash.
    fn revive(&mut self, id: EntryId) {
        let mut chain = self.ancestors(id);
        chain.push(id);
        for id in chain {
            if self.entries.get(&id).is_some_and(|entry| entry.trashed.is_some()) {
                if let Some(mut entry) = self.take(id) {
                    entry.trashed = None;
                    self.insert(entry);
                }
            }
        }
    }

    /// Puts an entry under its parent, with the first free name unless it lies in the trash itself.
    fn insert(&mut self, mut entry: Entry) {
        if entry.trashed.is_none() {
            let names = self.names.entry(entry.parent).or_default();
            entry.name = free_name(names, &entry.name);
            names.insert(names::fold(&entry.name), entry.id);
        }
        self.children.entry(entry.parent).or_default().insert(entry.id);
        self.entries.insert(entry.id, entry);
    }

    /// Takes an entry out of its place; what is in it keeps pointing to it.
    fn take(&mut self, id: EntryId) -> Option<Entry> {
        let entry = self.entries.remove(&id)?;
        if let Some(siblings) = self.children.get_mut(&entry.parent) {
            siblings.remove(&id);
        }
        if let Some(names) = self.names.get_mut(&entry.parent) {
            let key = names::fold(&entry.name);
            if names.get(&key) == Some(&id) {
                names.remove(&key);
            }
        }
        Some(entry)
    }

    /// Directories above an entry, nearest first, without the top.
    pub fn ancestors(&self, id: EntryId) -> Vec<EntryId> {
        let mut above = Vec::new();
        let mut at = id;
        while let Some(entry) = self.entries.get(&at) {
            if entry.parent == EntryId::TOP {
                break;
            }
            above.push(entry.parent);
            at = entry.parent;
        }
        above
    }

    /// Levels below an entry, itself included.
    fn height(&self, id: EntryId) -> usize {
        let mut deepest = 0;
        let mut open = vec![(id, 1)];
        while let Some((id, depth)) = open.pop() {
            deepest = deepest.max(depth);
            open.extend(self.children(id).map(|child| (child.id, depth + 1)));
        }
        deepest
    }

    fn is_directory(&self, id: EntryId) -> bool {
        id == EntryId::TOP || self.entries.get(&id).is_some_and(|entry| entry.kind == EntryKind::Directory)
    }

    /// The folder's name, once it has one.
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// An entry.
    pub fn entry(&self, id: &EntryId) -> Option<&Entry> {
        self.entries.get(id)
    }

    /// Everything, in no order.
    pub fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.entries.values()
    }

    /// What lies in a directory, the trashed too, by id.
    pub fn children(&self, id: EntryId) -> impl Iterator<Item = &Entry> {
        self.children.get(&id).into_iter().flatten().filter_map(|child| self.entries.get(child))
    }

    /// The living entry of a name in a directory.
    pub fn by_name(&self, parent: EntryId, name: &str) -> Option<&Entry> {
        let id = self.names.get(&parent)?.get(&names::fold(name))?;
        self.entries.get(id)
    }

    /// In the trash, itself or with something above it.
    pub fn is_trashed(&self, id: EntryId) -> bool {
        let trashed = |id: &EntryId| self.entries.get(id).is_some_and(|entry| entry.trashed.is_some());
        trashed(&id) || self.ancestors(id).iter().any(trashed)
    }
}

fn free_name(names: &BTreeMap<String, EntryId>, name: &str) -> String {
    if !names.contains_key(&names::fold(name)) {
        return name.to_owned();
    }
    (2_u64..)
        .map(|number| names::with_suffix(name, &format!(" ({number})")))
        .find(|candidate| !names.contains_key(&names::fold(candidate)))
        .unwrap_or_else(|| name.to_owned())
}
