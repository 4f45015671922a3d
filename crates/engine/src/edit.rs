//! Changes of a tree that need no bytes: directories, names, places, trash; and taking them back.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use valise_crypto::make_bytes;
use valise_protocol::folder::{Pin, Purpose};
use valise_protocol::ids::{Cid, EntryId, FolderId};
use valise_protocol::names;
use valise_protocol::tree::{Change, EntryKind, More, Tree};

use crate::api::Reply;
use crate::error::EngineError;
use crate::shared::{Session, Shared};

/// Entries in one purge record: its drops stand in the same one.
const PURGE_AT_ONCE: usize = 256;
/// Changes that can be taken back, one after the other.
const UNDOS: usize = 50;

/// A new shared folder.
pub fn create_folder(shared: &Arc<Shared>, name: &str) -> Result<Reply, EngineError> {
    let row = shared.vault(|vault| {
        let id = vault.create_folder(name.trim(), Purpose::SHARED)?;
        Ok(vault.folder_row(vault.folder(&id)?))
    })?;
    told(shared, row.id)?;
    Ok(Reply::Folder(row))
}

/// Another name for a folder.
pub fn rename_folder(shared: &Arc<Shared>, folder: FolderId, name: &str) -> Result<Reply, EngineError> {
    let name = name_of(name)?;
    let named = |name: &str| Change::Move { id: EntryId::TOP, parent: EntryId::TOP, name: name.to_owned() };
    change_with_undo(shared, folder, "The name", |tree| {
        Ok((vec![named(&name)], tree.name().map(named).into_iter().collect()))
    })
}

/// A new directory.
pub fn make_directory(
    shared: &Arc<Shared>,
    folder: FolderId,
    parent: Option<EntryId>,
    name: &str,
) -> Result<Reply, EngineError> {
    let (id, name, parent) = (EntryId::new(make_bytes()?), name_of(name)?, parent.unwrap_or(EntryId::TOP));
    change_with_undo(shared, folder, "The new folder", |_| {
        let kind = EntryKind::Directory;
        let create = Change::Create { id, parent, kind, name: name.clone(), more: More::default() };
        Ok((vec![create], vec![Change::Trash(id)]))
    })?;
    shared.vault(|vault| {
        let state = vault.folder(&folder)?;
        let entry = state.tree().entry(&id).ok_or(EngineError::NotFound("the directory"))?;
        Ok(Reply::Entry(vault.row(state, entry)))
    })
}

/// Another name.
pub fn rename(shared: &Arc<Shared>, folder: FolderId, entry: EntryId, name: &str) -> Result<Reply, EngineError> {
    let name = name_of(name)?;
    change_with_undo(shared, folder, "The name", |tree| {
        let old = found(tree, entry)?;
        let change = Change::Move { id: entry, parent: old.parent, name: name.clone() };
        let back = Change::Move { id: entry, parent: old.parent, name: old.name.clone() };
        Ok((vec![change], vec![back]))
    })
}

/// Another place.
pub fn move_entries(
    shared: &Arc<Shared>,
    folder: FolderId,
    entries: &[EntryId],
    parent: Option<EntryId>,
) -> Result<Reply, EngineError> {
    let parent = parent.unwrap_or(EntryId::TOP);
    change_with_undo(shared, folder, "The move", |tree| {
        let into = |id: EntryId| id == parent || tree.ancestors(parent).contains(&id);
        if entries.iter().any(|id| into(*id)) {
            return Err(EngineError::BadInput("A directory cannot be moved into itself."));
        }
        pairs(tree, entries, |entry| {
            let change = Change::Move { id: entry.id, parent, name: entry.name.clone() };
            (change, Change::Move { id: entry.id, parent: entry.parent, name: entry.name.clone() })
        })
    })
}

/// Into the trash.
pub fn remove(shared: &Arc<Shared>, folder: FolderId, entries: &[EntryId]) -> Result<Reply, EngineError> {
    change_with_undo(shared, folder, "The removal", |tree| {
        pairs(tree, entries, |entry| (Change::Trash(entry.id), Change::Restore(entry.id)))
    })
}

/// Back from the trash.
pub fn restore(shared: &Arc<Shared>, folder: FolderId, entries: &[EntryId]) -> Result<Reply, EngineError> {
    change_with_undo(shared, folder, "The restoring", |tree| {
        pairs(tree, entries, |entry| (Change::Restore(entry.id), Change::Trash(entry.id)))
    })
}

/// Out of the trash for good: cannot be taken back, nor can what was done before in this folder.
pub fn purge(shared: &Arc<Shared>, folder: FolderId, entries: &[EntryId]) -> Result<Reply, EngineError> {
    take_out(shared, folder, &entries.iter().copied().map(Change::Purge).collect::<Vec<_>>())?;
    crate::shared::lock(&shared.session()?.undo).retain(|undo| undo.folder != folder);
    Ok(Reply::Done)
}

/// Takes things out of the trash for good by these changes.
pub fn take_out(shared: &Arc<Shared>, folder: FolderId, changes: &[Change]) -> Result<(), EngineError> {
    for some in changes.chunks(PURGE_AT_ONCE) {
        shared.vault(|vault| {
            let drops = needless(vault.folder(&folder)?.tree(), some);
            vault.change(folder, some.to_vec(), &[], &drops, &[])
        })?;
    }
    told(shared, folder)
}

/// Purges all that lies in the trash, in one folder or wherever this account may.
pub fn empty_trash(shared: &Arc<Shared>, folder: Option<FolderId>) -> Result<Reply, EngineError> {
    let mut trashed: BTreeMap<FolderId, Vec<EntryId>> = BTreeMap::new();
    shared.vault(|vault| {
        if let Some(folder) = &folder {
            vault.may_write(folder)?;
        }
        for hit in vault.trash(folder)? {
            if vault.may_write(&hit.folder).is_ok() {
                trashed.entry(hit.folder).or_default().push(hit.entry.id);
            }
        }
        Ok(())
    })?;
    for (folder, entries) in trashed {
        purge(shared, folder, &entries)?;
    }
    Ok(Reply::Done)
}

/// Keeps what takes the last change back, so that it is the next to be taken back.
pub fn remember(session: &Session, undo: Undo) {
    let mut all = crate::shared::lock(&session.undo);
    if all.len() == UNDOS {
        all.remove(0);
    }
    all.push(undo);
}

/// Takes back the last change made here, then the one before; answers which, in words.
pub fn undo(shared: &Arc<Shared>) -> Result<Option<String>, EngineError> {
    let session = shared.session()?;
    let Some(undo) = crate::shared::lock(&session.undo).pop() else { return Ok(None) };
    shared.vault(|vault| vault.change(undo.folder, undo.changes, &undo.pins, &[], &[]))?;
    told(shared, undo.folder)?;
    Ok(Some(undo.what.to_owned()))
}

/// What takes a change back.
pub struct Undo {
    /// Where.
    pub folder: FolderId,
    /// In words.
    pub what: &'static str,
    /// By these.
    pub changes: Vec<Change>,
    /// The DAGs that they bring.
    pub pins: Vec<Pin>,
}

fn change_with_undo(
    shared: &Arc<Shared>,
    folder: FolderId,
    what: &'static str,
    compose: impl Fn(&Tree) -> Result<(Vec<Change>, Vec<Change>), EngineError>,
) -> Result<Reply, EngineError> {
    let session = shared.session()?;
    let back = shared.vault(|vault| {
        let (changes, back) = compose(vault.folder(&folder)?.tree())?;
        vault.change(folder, changes, &[], &[], &[])?;
        Ok(back)
    })?;
    remember(&session, Undo { folder, what, changes: back, pins: Vec::new() });
    told(shared, folder)?;
    Ok(Reply::Done)
}

/// Says that something of a folder changed here.
pub fn told(shared: &Arc<Shared>, folder: FolderId) -> Result<(), EngineError> {
    shared.tell_folder(folder);
    shared.tell_status();
    shared.session()?.wake.notify_one();
    Ok(())
}

fn pairs(
    tree: &Tree,
    entries: &[EntryId],
    pair: impl Fn(&valise_protocol::tree::Entry) -> (Change, Change),
) -> Result<(Vec<Change>, Vec<Change>), EngineError> {
    let found = entries.iter().map(|id| found(tree, *id)).collect::<Result<Vec<_>, _>>()?;
    Ok(found.into_iter().map(pair).unzip())
}

fn found(tree: &Tree, id: EntryId) -> Result<&valise_protocol::tree::Entry, EngineError> {
    tree.entry(&id).ok_or(EngineError::NotFound("the entry"))
}

/// DAGs which no version needs once these have taken out what they name. A restored version and a conflict copy share
/// theirs with others.
fn needless(tree: &Tree, out: &[Change]) -> Vec<Cid> {
    let mut gone = BTreeSet::new();
    let mut open: Vec<EntryId> = out.iter().map(Change::subject).collect();
    while let Some(id) = open.pop() {
        if gone.insert(id) {
            open.extend(tree.children(id).map(|child| child.id));
        }
    }
    let cids =
        |entry: &valise_protocol::tree::Entry| entry.versions.iter().map(|content| content.cid).collect::<Vec<_>>();
    let mut needless: BTreeSet<Cid> = gone.iter().filter_map(|id| tree.entry(id)).flat_map(cids).collect();
    for entry in tree.entries().filter(|entry| !gone.contains(&entry.id)) {
        entry.versions.iter().for_each(|content| {
            needless.remove(&content.cid);
        });
    }
    needless.into_iter().collect()
}

fn name_of(name: &str) -> Result<String, EngineError> {
    names::normalize(name.trim()).ok_or(EngineError::BadName)
}

#[cfg(test)]
mod tests;
