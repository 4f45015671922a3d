//! Links to a file for colleagues: made here, and followed here.

use valise_protocol::file_link::FileLink;
use valise_protocol::ids::{EntryId, FolderId};

use crate::api::Linked;
use crate::error::EngineError;
use crate::vault::Vault;

/// A link to a file or directory (none: the folder).
pub fn make(vault: &Vault, folder: FolderId, entry: Option<EntryId>) -> Result<String, EngineError> {
    let state = vault.folder(&folder)?;
    if let Some(entry) = &entry {
        state.tree().entry(entry).ok_or(EngineError::NotFound("the entry"))?;
    }
    Ok(FileLink::new(vault.me.workspace, folder, entry).to_text())
}

/// Where a link leads, for who may go there.
pub fn follow(vault: &Vault, text: &str) -> Result<Linked, EngineError> {
    let link = FileLink::parse(text)
        .map_err(|_| EngineError::BadInput("This is not a link to a file in Valise, or it is damaged."))?;
    if link.workspace != vault.me.workspace {
        return Err(EngineError::BadInput("This link leads to another workspace than yours."));
    }
    if vault.offers.contains_key(&link.folder) {
        return Err(EngineError::NotNow("This link leads to a folder that waits for your answer: accept it first."));
    }
    let state = vault.folders.get(&link.folder).filter(|state| vault.is_taken_up(state));
    let state = state.ok_or(EngineError::NotAllowed("This link leads to a folder that you are not in."))?;
    let tree = state.tree();
    let found = match link.entry {
        None => None,
        Some(entry) => Some(tree.entry(&entry).ok_or(EngineError::NotFound("the entry"))?),
    };
    Ok(Linked {
        folder: link.folder,
        folder_name: tree.name().unwrap_or_default().to_owned(),
        path: link.entry.map(|entry| crate::views::crumbs(tree, entry)).unwrap_or_default(),
        entry: link.entry,
        name: found.map(|entry| entry.name.clone()),
        trashed: link.entry.is_some_and(|entry| tree.is_trashed(entry)),
    })
}
