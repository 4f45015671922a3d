//! What is new here: files that others brought since one last looked. Each computer remembers for itself how far that is
//! (`marks::Mark::SeenUpTo`), and tells nobody.
//!
//! A folder has news until it is looked at. Its files stay marked while one is there, and are not any more when one comes
//! back from another folder; a file that is opened is looked at in any case.

use std::collections::HashSet;

use valise_protocol::ids::{EntryId, FolderId, Seq};
use valise_protocol::tree;

use crate::api::Event;
use crate::error::EngineError;
use crate::index::marks::{self, Mark};
use crate::shared::Shared;
use crate::vault::Vault;
use crate::vault::folder::FolderState;

/// What is marked as new while this is unlocked.
#[derive(Default)]
pub struct News {
    /// The folder that is looked at.
    visited: Option<FolderId>,
    /// Files that were opened.
    opened: HashSet<EntryId>,
}

/// A person looks at a folder.
pub fn look(shared: &Shared, folder: FolderId) -> Result<(), EngineError> {
    if shared.vault(|vault| vault.look(folder))? {
        shared.tell(Event::FoldersChanged);
    }
    Ok(())
}

/// A person opens a file.
pub fn opened(shared: &Shared, folder: FolderId, entry: EntryId) {
    let was_fresh = shared.vault(|vault| {
        let state = vault.folder(&folder)?;
        let fresh = state.tree().entry(&entry).is_some_and(|entry| vault.is_fresh(state, entry));
        Ok(fresh && vault.news.opened.insert(entry))
    });
    if was_fresh.unwrap_or(false) {
        shared.tell(Event::FolderChanged { folder });
    }
}

impl Vault {
    /// Answers whether anything was new.
    fn look(&mut self, folder: FolderId) -> Result<bool, EngineError> {
        let state = self.folder_mut(&folder)?;
        let (unread, seq) = (state.unread() > 0, state.chain().head().seq);
        if state.seen_up_to < seq {
            state.seen_up_to = seq;
            if unread {
                self.index.write(|db| marks::set(db, Mark::SeenUpTo(folder), &seq))?;
            }
        }
        let before = self.news.visited.replace(folder).filter(|before| *before != folder);
        if let Some(left) = before.and_then(|before| self.folders.get_mut(&before)) {
            left.news_after = left.seen_up_to;
        }
        Ok(unread)
    }

    /// Whether somebody else brought the newest version of a file since one last looked.
    pub fn is_fresh(&self, state: &FolderState, entry: &tree::Entry) -> bool {
        let brought = |seq: Seq| seq > state.news_after;
        let newest = entry.newest().filter(|content| content.stamp.author != self.me.account);
        newest.is_some_and(|content| brought(content.stamp.seq)) && !self.news.opened.contains(&entry.id)
    }
}
