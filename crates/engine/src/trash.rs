//! How long things are kept in a folder's trash, as its owner decided, and what takes out those whose time is over.
//!
//! Records carry no time that anybody vouches for, and nobody's files are lost to a clock that is wrong. So a device goes
//! by what it saw itself: once a day it notes how far the folder's chain has come. What stood in the chain when a note was
//! taken is due when another note was taken so many days later, and a day has passed since that one: a clock that was set
//! ahead for some hours takes nothing out.

use std::sync::Arc;

use valise_protocol::folder::{self, MAX_KEEP_DAYS, Role, TrashPolicy};
use valise_protocol::ids::{EntryId, FolderId, Seq};
use valise_protocol::tree::Change;

use crate::api::Reply;
use crate::edit;
use crate::error::EngineError;
use crate::index::marks::{self, Mark};
use crate::share;
use crate::shared::Shared;
use crate::vault::Vault;
use crate::vault::folder::FolderState;

const DAY: u64 = 24 * 60 * 60 * 1000;

/// How far a folder's chain was known here, and when: the place of its newest record, milliseconds since 1970.
type Note = (Seq, u64);

/// Decides how long things stay in a folder's trash; 0: until somebody empties it.
pub async fn set_policy(shared: &Arc<Shared>, folder: FolderId, days: u32) -> Result<Reply, EngineError> {
    if days > MAX_KEEP_DAYS {
        return Err(EngineError::BadInput(
            "Things can be kept in the trash for ten years, or until somebody empties it.",
        ));
    }
    let session = shared.session()?;
    let policy = TrashPolicy { keep_days: days };
    share::append_folder(shared, &session, folder, |vault| {
        let state = vault.folder(&folder)?;
        if state.role(&vault.me.account) != Some(Role::Owner) {
            return Err(EngineError::NotAllowed("Only an owner of the folder can do this."));
        }
        if state.chain().trash_policy() == policy {
            return Ok(None);
        }
        vault.write_folder(folder, state.chain().epoch(), folder::kind::TRASH_POLICY, &policy).map(Some)
    })
    .await?;
    shared.vault(|vault| Ok(Reply::Folder(vault.folder_row(vault.folder(&folder)?))))
}

/// Takes out of every folder's trash what has been in it long enough. Each member's device that may, does.
pub fn keep_up(shared: &Arc<Shared>) -> Result<(), EngineError> {
    let now = shared.clock.now();
    let due = shared.vault(|vault| vault.due_in_trash(now))?;
    due.iter().try_for_each(|(folder, entries)| edit::take_out(shared, *folder, entries))
}

impl Vault {
    /// What is to go, folder by folder, with the place of the record that put it into the trash. Looks once a day.
    fn due_in_trash(&mut self, now: u64) -> Result<Vec<(FolderId, Vec<Change>)>, EngineError> {
        let mut due = Vec::new();
        let folders: Vec<FolderId> = self.folders.keys().copied().collect();
        for id in folders {
            let state = self.folder(&id)?;
            let days = state.chain().trash_policy().keep_days;
            let acts = self.may_write(&id).is_ok() && self.is_taken_up(state) && !state.stopped;
            let known: Option<Vec<Note>> = marks::find(self.index.read(), Mark::TrashSeen(id))?;
            if days == 0 || !acts || self.is_usurped(state)? {
                if known.is_some() {
                    self.index.write(|db| marks::remove(db, Mark::TrashSeen(id)))?;
                }
                continue;
            }
            let Some(notes) = noted(known.unwrap_or_default(), (state.chain().head().seq, now), days) else { continue };
            let expired = due_by(&notes, days, now).map(|place| expired(state, place)).unwrap_or_default();
            self.index.write(|db| marks::set(db, Mark::TrashSeen(id), &notes))?;
            if !expired.is_empty() {
                due.push((id, expired));
            }
        }
        Ok(due)
    }
}

/// What the records up to a place put into the trash, and is there still.
fn expired(state: &FolderState, place: Seq) -> Vec<Change> {
    let put = |entry: &valise_protocol::tree::Entry| -> Option<(EntryId, Seq)> { Some((entry.id, entry.trashed?.seq)) };
    let entries = state.tree().entries().filter_map(put).filter(|(_, trashed)| *trashed <= place);
    entries.map(|(id, trashed)| Change::Expire { id, trashed }).collect()
}

/// The notes with a new one, and without those that are needed no more; none when a day has not passed since the last.
fn noted(mut notes: Vec<Note>, new: Note, days: u32) -> Option<Vec<Note>> {
    let (_, now) = new;
    let before = notes.len();
    // The clock was ahead.
    notes.retain(|(_, at)| *at <= now);
    let rested = notes.last().is_none_or(|(_, at)| now - at >= DAY);
    if !rested && notes.len() == before {
        return None;
    }
    if rested {
        notes.push(new);
    }
    // One that is due by tomorrow, and all after it.
    let oldest = now.saturating_sub((u64::from(days) + 2) * DAY);
    let first = notes.iter().rposition(|(_, at)| *at <= oldest).unwrap_or(0);
    Some(notes.split_off(first))
}

/// Up to which place of the chain all has been known for long enough.
fn due_by(notes: &[Note], days: u32, now: u64) -> Option<Seq> {
    let (_, confirmed) = notes.iter().rfind(|(_, at)| now.saturating_sub(*at) >= DAY)?;
    let long_ago = confirmed.checked_sub(u64::from(days) * DAY)?;
    notes.iter().rfind(|(_, at)| *at <= long_ago).map(|(place, _)| *place)
}

#[cfg(test)]
mod tests;
