//! The fold: a pure function of the changes in chain order, which alone decides conflicts.
//!
//! - A content change made from another version than the newest becomes a conflict copy beside the file.
//! - Content for, or a create or move into, something in the trash brings it back.
//! - A move that would put a directory inside itself changes nothing.
//! - A name that is taken (NFC, case folded) gets the first free suffix of ` (2)`, ` (3)`, ... ` (100)`; then
//!   one derived from the record, so that thousands of equal names cost no search.
//! - A parent that is gone, is a file or lies too deep is replaced by the folder's top: nothing gets lost.
//! - A change that is refused ([`Unchanged`]) leaves everything as it was.
//!
//! Each change costs the depth of the tree (at most [`MAX_DEPTH`]) times a look-up, however many entries there
//! are; a purge also what it removes.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::change::{Change, More, NewContent};
use super::entry::{Content, Effect, Entry, EntryKind, Stamp, Unchanged};
use crate::hash::{Label, digest};
use crate::ids::{Cid, EntryId, RecordHash, Seq};
use crate::names;

/// Most levels below the top: an entry in the top directory is at level 1.
pub const MAX_DEPTH: usize = 128;
/// Last number that is tried for a name that is taken.
const MAX_SUFFIX: u64 = 100;

/// A folder's tree at one place of its chain.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tree {
    name: Option<String>,
    entries: HashMap<EntryId, Entry>,
    /// What lies in a directory, the trashed too.
    children: HashMap<EntryId, BTreeSet<EntryId>>,
    /// Folded names of the living in a directory.
    names: HashMap<EntryId, BTreeMap<String, EntryId>>,
    /// How many of a directory's entries have how many levels, themselves included.
    heights: HashMap<EntryId, BTreeMap<usize, usize>>,
    /// How many versions need a DAG.
    holders: HashMap<Cid, usize>,
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
            Change::Move { id, parent, name } => self.move_entry(stamp, *id, *parent, name),
            Change::Trash(id) => self.trash(stamp, *id),
            Change::Restore(id) => self.restore(stamp, *id),
            Change::Purge(id) => self.purge(*id),
            Change::Expire { id, trashed } => self.expire(*id, *trashed),
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
        let parent = self.living_directory(stamp, parent);
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
        self.place(entry);
        Ok(Effect::Created(id))
    }

    fn content(&mut self, stamp: Stamp, new: &NewContent) -> Result<Effect, Unchanged> {
        let entry = self.entries.get(&new.id).ok_or(Unchanged::NoEntry)?;
        if entry.kind != EntryKind::File {
            return Err(Unchanged::WrongKind);
        }
        let newest = entry.newest().map(|content| content.dek);
        if newest == Some(new.dek) {
            return Err(Unchanged::WrongState);
        }
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
        if newest != new.base {
            return self.conflict_copy(new.id, version);
        }
        self.revive(stamp, new.id);
        *self.holders.entry(version.cid).or_default() += 1;
        if let Some(entry) = self.entries.get_mut(&new.id) {
            entry.versions.push(version);
        }
        Ok(Effect::Version(new.id))
    }

    /// Beside the file, under an id and a name that follow from the change alone.
    fn conflict_copy(&mut self, of: EntryId, version: Content) -> Result<Effect, Unchanged> {
        let seed = digest(Label::ConflictCopy, &[of.as_bytes(), version.dek.as_bytes()]);
        let id = self.copy_id(of, &version, &seed)?;
        self.revive(version.stamp, of);
        let original = self.entries.get(&of).ok_or(Unchanged::NoEntry)?;
        let suffix = format!(" (conflicting copy {:02x}{:02x})", seed[30], seed[31]);
        let copy = Entry {
            id,
            parent: original.parent,
            kind: EntryKind::File,
            name: names::with_suffix(&original.name, &suffix),
            created: version.stamp,
            trashed: None,
            copy_of: Some(of),
            more: More::default(),
            versions: vec![version],
        };
        self.place(copy);
        Ok(Effect::ConflictCopy(of, id))
    }

    /// Whoever saw the change early may have taken the id on purpose; the record's hash nobody foresees.
    fn copy_id(&self, of: EntryId, version: &Content, seed: &[u8; 32]) -> Result<EntryId, Unchanged> {
        let first = truncated(seed);
        let Some(other) = self.entries.get(&first) else { return Ok(first) };
        let is_this = other.copy_of == Some(of) && other.versions.iter().any(|held| held.dek == version.dek);
        let parts: [&[u8]; 3] = [of.as_bytes(), version.dek.as_bytes(), version.stamp.record.as_bytes()];
        let second = truncated(&digest(Label::ConflictCopy, &parts));
        let is_free = !is_this && !self.entries.contains_key(&second);
        is_free.then_some(second).ok_or(Unchanged::NoEntry)
    }

    fn move_entry(&mut self, stamp: Stamp, id: EntryId, parent: EntryId, name: &str) -> Result<Effect, Unchanged> {
        if !self.entries.contains_key(&id) {
            return Err(Unchanged::NoEntry);
        }
        let parent = if self.is_directory(parent) { parent } else { EntryId::TOP };
        let into_itself = parent == id || self.ancestors(parent).contains(&id);
        if into_itself || self.depth(parent) + self.height(id) > MAX_DEPTH {
            return Err(Unchanged::Cycle);
        }
        self.revive(stamp, parent);
        self.drop_name(id);
        self.unlink(id);
        if let Some(entry) = self.entries.get_mut(&id) {
            entry.parent = parent;
            entry.name = name.to_owned();
        }
        self.link(id);
        self.take_name(stamp, id);
        Ok(Effect::Moved(id))
    }

    fn trash(&mut self, stamp: Stamp, id: EntryId) -> Result<Effect, Unchanged> {
        let entry = self.entries.get(&id).ok_or(Unchanged::NoEntry)?;
        if entry.trashed.is_some() {
            return Err(Unchanged::WrongState);
        }
        self.drop_name(id);
        if let Some(entry) = self.entries.get_mut(&id) {
            entry.trashed = Some(stamp);
        }
        Ok(Effect::Trashed(id))
    }

    fn restore(&mut self, stamp: Stamp, id: EntryId) -> Result<Effect, Unchanged> {
        let entry = self.entries.get(&id).ok_or(Unchanged::NoEntry)?;
        if entry.trashed.is_none() {
            return Err(Unchanged::WrongState);
        }
        self.revive(stamp, id);
        Ok(Effect::Restored(id))
    }

    fn purge(&mut self, id: EntryId) -> Result<Effect, Unchanged> {
        if !self.entries.contains_key(&id) {
            return Err(Unchanged::NoEntry);
        }
        if !self.is_trashed(id) {
            return Err(Unchanged::WrongState);
        }
        self.drop_name(id);
        self.unlink(id);
        let mut needless = Vec::new();
        let mut gone = vec![id];
        while let Some(id) = gone.pop() {
            gone.extend(self.children.remove(&id).unwrap_or_default());
            self.names.remove(&id);
            self.heights.remove(&id);
            for version in self.entries.remove(&id).map(|entry| entry.versions).unwrap_or_default() {
                if self.release(version.cid) {
                    needless.push(version.cid);
                }
            }
        }
        Ok(Effect::Purged(id, needless))
    }

    fn expire(&mut self, id: EntryId, trashed: Seq) -> Result<Effect, Unchanged> {
        let entry = self.entries.get(&id).ok_or(Unchanged::NoEntry)?;
        if entry.trashed.is_none_or(|stamp| stamp.seq != trashed) {
            return Err(Unchanged::WrongState);
        }
        self.purge(id)
    }

    /// One version less needs a DAG. Whether it was the last.
    fn release(&mut self, cid: Cid) -> bool {
        let Some(holders) = self.holders.get_mut(&cid) else { return false };
        *holders -= 1;
        let was_last = *holders == 0;
        if was_last {
            self.holders.remove(&cid);
        }
        was_last
    }

    /// The directory itself, brought back from the trash, or the top if nothing can be put into it.
    fn living_directory(&mut self, stamp: Stamp, id: EntryId) -> EntryId {
        if !self.is_directory(id) || self.depth(id) >= MAX_DEPTH {
            return EntryId::TOP;
        }
        self.revive(stamp, id);
        id
    }

    /// Takes an entry and everything above it out of the trash.
    fn revive(&mut self, stamp: Stamp, id: EntryId) {
        let mut chain = self.ancestors(id);
        chain.push(id);
        for id in chain {
            let Some(entry) = self.entries.get_mut(&id) else { continue };
            if entry.trashed.take().is_some() {
                self.take_name(stamp, id);
            }
        }
    }

    /// A new entry, under its parent and the first free name.
    fn place(&mut self, entry: Entry) {
        let (id, stamp) = (entry.id, entry.created);
        for version in &entry.versions {
            *self.holders.entry(version.cid).or_default() += 1;
        }
        self.entries.insert(id, entry);
        self.link(id);
        self.take_name(stamp, id);
    }

    /// Gives an entry the first free name, unless it lies in the trash itself.
    fn take_name(&mut self, stamp: Stamp, id: EntryId) {
        let Some(entry) = self.entries.get_mut(&id).filter(|entry| entry.trashed.is_none()) else { return };
        let names = self.names.entry(entry.parent).or_default();
        entry.name = free_name(names, stamp.record, id, &entry.name);
        names.insert(names::fold(&entry.name), id);
    }

    fn drop_name(&mut self, id: EntryId) {
        let Some(entry) = self.entries.get(&id).filter(|entry| entry.trashed.is_none()) else { return };
        let Some(names) = self.names.get_mut(&entry.parent) else { return };
        names.remove(&names::fold(&entry.name));
        if names.is_empty() {
            self.names.remove(&entry.parent);
        }
    }

    fn link(&mut self, id: EntryId) {
        let Some(parent) = self.entries.get(&id).map(|entry| entry.parent) else { return };
        self.children.entry(parent).or_default().insert(id);
        self.height_changed(parent, None, Some(self.height(id)));
    }

    fn unlink(&mut self, id: EntryId) {
        let Some(parent) = self.entries.get(&id).map(|entry| entry.parent) else { return };
        if let Some(siblings) = self.children.get_mut(&parent) {
            siblings.remove(&id);
            if siblings.is_empty() {
                self.children.remove(&parent);
            }
        }
        self.height_changed(parent, Some(self.height(id)), None);
    }

    /// Tells a directory, and those above as far as it matters, that an entry of it has other levels now.
    fn height_changed(&mut self, mut directory: EntryId, mut before: Option<usize>, mut after: Option<usize>) {
        while directory != EntryId::TOP && before != after {
            let height = self.height(directory);
            let below = self.heights.entry(directory).or_default();
            if let Some(after) = after {
                *below.entry(after).or_default() += 1;
            }
            if let Some(count) = before.and_then(|before| below.get_mut(&before)) {
                *count -= 1;
            }
            below.retain(|_, count| *count > 0);
            if below.is_empty() {
                self.heights.remove(&directory);
            }
            (before, after) = (Some(height), Some(self.height(directory)));
            directory = self.entries.get(&directory).map_or(EntryId::TOP, |entry| entry.parent);
        }
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

    /// Level of an entry; 0 is the top.
    fn depth(&self, id: EntryId) -> usize {
        if id == EntryId::TOP { 0 } else { self.ancestors(id).len() + 1 }
    }

    /// Levels of an entry and what is in it, itself included.
    fn height(&self, id: EntryId) -> usize {
        self.heights.get(&id).and_then(BTreeMap::last_key_value).map_or(1, |(highest, _)| highest + 1)
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

fn truncated(digest: &[u8; 32]) -> EntryId {
    let mut id = [0; EntryId::LEN];
    id.copy_from_slice(&digest[..EntryId::LEN]);
    EntryId::new(id)
}

fn free_name(names: &BTreeMap<String, EntryId>, record: RecordHash, id: EntryId, name: &str) -> String {
    let is_free = |name: &String| !names.contains_key(&names::fold(name));
    let numbered = (2..=MAX_SUFFIX).map(|number| format!(" ({number})"));
    let derived = (0_u64..).map(|number| {
        let seed = digest(Label::TakenName, &[record.as_bytes(), id.as_bytes(), &number.to_be_bytes()]);
        format!(" ({:016x})", u64::from_be_bytes(*seed.first_chunk().unwrap_or(&[0; 8])))
    });
    let suffixed = numbered.chain(derived).map(|suffix| names::with_suffix(name, &suffix));
    std::iter::once(name.to_owned()).chain(suffixed).find(is_free).unwrap_or_else(|| name.to_owned())
}
