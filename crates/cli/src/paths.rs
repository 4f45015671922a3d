//! `FOLDER/PATH` as people type it, to ids.

use valise_engine::api::{ApiError, Entry, EntryKind, ErrorCode, Folder, Listing, Reply, Request};
use valise_engine::api::{EntryId, FolderId};

use crate::session::{Session, fault, unexpected};

/// A place in a folder.
pub struct Place {
    /// The folder.
    pub folder: Folder,
    /// The entry; none for the folder's top.
    pub entry: Option<Entry>,
}

impl Place {
    /// The directory itself; an error for a file.
    pub fn directory(&self) -> Result<Option<EntryId>, ApiError> {
        match &self.entry {
            None => Ok(None),
            Some(entry) if entry.kind == EntryKind::Directory => Ok(Some(entry.id)),
            Some(_) => Err(fault(ErrorCode::BadInput, "This is a file, not a directory.", "")),
        }
    }

    /// The entry; an error for the folder itself.
    pub fn entry(&self) -> Result<&Entry, ApiError> {
        self.entry.as_ref().ok_or_else(|| fault(ErrorCode::BadInput, "Name a file or directory inside the folder.", ""))
    }
}

/// All folders.
pub async fn folders(session: &Session) -> Result<Vec<Folder>, ApiError> {
    match session.ask(Request::Folders).await? {
        Reply::Folders(folders) => Ok(folders),
        other => Err(unexpected(&other)),
    }
}

/// A folder by name or id.
pub async fn folder(session: &Session, name: &str) -> Result<Folder, ApiError> {
    let mut found: Vec<Folder> = folders(session)
        .await?
        .into_iter()
        .filter(|folder| folder.name == name || folder.id.to_string() == name)
        .collect();
    match (found.pop(), found.is_empty()) {
        (Some(folder), true) => Ok(folder),
        (Some(_), false) => Err(fault(
            ErrorCode::BadInput,
            "Several folders have this name.",
            "use the id that `folder list --json` shows",
        )),
        (None, _) => Err(fault(ErrorCode::NotFound, "There is no such folder.", "`valise folder list` shows all")),
    }
}

/// A directory's entries.
pub async fn list(session: &Session, folder: FolderId, parent: Option<EntryId>) -> Result<Listing, ApiError> {
    match session.ask(Request::List { folder, parent }).await? {
        Reply::Listing(listing) => Ok(listing),
        other => Err(unexpected(&other)),
    }
}

/// `FOLDER/PATH` to the place.
pub async fn find(session: &Session, path: &str) -> Result<Place, ApiError> {
    let (name, rest) = path.split_once('/').unwrap_or((path, ""));
    let folder = folder(session, name).await?;
    let mut entry: Option<Entry> = None;
    for step in rest.split('/').filter(|step| !step.is_empty()) {
        let listing = list(session, folder.id, entry.as_ref().map(|entry| entry.id)).await?;
        let next = listing.entries.into_iter().find(|entry| entry.name == step);
        entry = Some(next.ok_or_else(|| fault(ErrorCode::NotFound, &format!("There is no “{step}” there."), ""))?);
    }
    Ok(Place { folder, entry })
}

/// `FOLDER/PATH` to its directory and last name.
pub async fn split(session: &Session, path: &str) -> Result<(Place, String), ApiError> {
    let path = path.trim_end_matches('/');
    let (parent, name) = path.rsplit_once('/').ok_or_else(|| fault(ErrorCode::BadInput, "Give FOLDER/PATH.", ""))?;
    Ok((find(session, parent).await?, name.to_owned()))
}
