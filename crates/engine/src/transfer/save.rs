//! Saving a file or a directory to a place of the person's choice; exporting a file.

use std::fs;
use std::io::Read as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use futures::stream::{self, StreamExt as _, TryStreamExt as _};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use valise_protocol::ids::{DekId, EntryId, FolderId};
use valise_protocol::tree::{Content, EntryKind, Tree};

use super::content::{NodeReader, mtime};
use super::fetch::{dek, ensure_here, write_to};
use super::life;
use super::local::{Attributes, Pending, real_dir};
use crate::api::{Event, Exported};
use crate::error::EngineError;
use crate::home::private_file;
use crate::index::transfers;
use crate::shared::{Session, Shared};
use crate::vault::Vault;

/// One thing to write.
struct Item {
    target: PathBuf,
    /// None: a directory.
    content: Option<Content>,
}

/// Saves a file (one of its versions, or the newest), or a directory with everything in it, and answers the path.
pub async fn save(
    shared: &Arc<Shared>,
    folder: FolderId,
    entry: EntryId,
    version: Option<DekId>,
    to: PathBuf,
) -> Result<PathBuf, EngineError> {
    let session = shared.session()?;
    let (name, _) = shared.vault(|vault| items(vault, (folder, entry, version), &to))?;
    let job = transfers::Job::Save { entry, version, to: to.clone() };
    let transfer = life::begin(shared, &session, folder, &name, job)?;
    life::ended(&session, transfer.id).await?;
    Ok(to)
}

/// What there is to write, and the name of it all.
fn items(
    vault: &Vault,
    (folder, entry, version): (FolderId, EntryId, Option<DekId>),
    to: &Path,
) -> Result<(String, Vec<Item>), EngineError> {
    let tree = vault.folder(&folder)?.tree();
    if version.is_none() {
        return plan(tree, entry, to);
    }
    let (name, content) = version_of(tree, entry, version)?;
    Ok((name, vec![Item { target: to.to_owned(), content: Some(content) }]))
}

/// An error for the transfer's row; the caller gets the original.
pub fn again(error: &EngineError) -> EngineError {
    match error {
        EngineError::Cancelled => EngineError::Cancelled,
        EngineError::DiskFull => EngineError::DiskFull,
        EngineError::NotVerified(what) => EngineError::NotVerified(what),
        EngineError::NotAllowed(what) => EngineError::NotAllowed(what),
        EngineError::TooLargeToOpen => EngineError::TooLargeToOpen,
        _ => EngineError::NotAvailable,
    }
}

/// A run of it; `again`: but for what an earlier run has written.
pub async fn run(
    shared: &Arc<Shared>,
    session: &Arc<Session>,
    id: u64,
    what: (FolderId, EntryId, Option<DekId>),
    to: &Path,
    (again, cancel): (bool, &CancellationToken),
) -> Result<(), EngineError> {
    let folder = what.0;
    let (_, items) = shared.vault(|vault| items(vault, what, to))?;
    let files = items.iter().filter_map(|item| item.content.as_ref());
    let (count, bytes) = files.fold((0, 0), |(count, bytes), content| (count + 1, bytes + content.size));
    session.transfers.update(id, |transfer| (transfer.files, transfer.bytes) = (count, bytes));
    let (mut directories, mut files) = (Vec::new(), Vec::new());
    for item in items {
        match item.content {
            None => directories.push(item.target),
            Some(content) => files.push((item.target, content)),
        }
    }
    directories.iter().try_for_each(|target| real_dir(target))?;
    let mut before = 0;
    if again {
        // A file has its name only when it is whole.
        let (there, left) = files.into_iter().partition::<Vec<_>, _>(|(target, content)| is_written(target, content));
        before = there.iter().map(|(_, content)| content.size).sum();
        session.transfers.skipped(id, u32::try_from(there.len()).unwrap_or(u32::MAX), before);
        files = left;
    }

    let progress = Progress { shared, session, id, bytes: AtomicU64::new(before) };
    let room = Semaphore::new(BLOCKS_IN_FLIGHT);
    let saving = files.into_iter().map(|(target, content)| {
        let (progress, room) = (&progress, &room);
        async move {
            let blocks = (content.size / BLOCK + 1).min(BLOCKS_IN_FLIGHT as u64) as u32;
            let _room = room.acquire_many(blocks).await.map_err(|_| EngineError::Cancelled)?;
            let seen = AtomicU64::new(0);
            let tell = |fetched: u64| progress.fetched(&seen, fetched.min(content.size));
            let attributes = Attributes { mtime: content.mtime, executable: content.executable, read_only: false };
            write_to(shared, session, folder, &content, (&target, attributes), cancel, &tell).await?;
            progress.fetched(&seen, content.size);
            progress.file();
            Ok(())
        }
    });
    // Files begin in order; the first that fails stops the rest.
    stream::iter(saving).buffer_unordered(BLOCKS_IN_FLIGHT).try_collect().await
}

fn is_written(target: &Path, content: &Content) -> bool {
    let same = |there: fs::Metadata| there.is_file() && there.len() == content.size && mtime(&there) == content.mtime;
    fs::symlink_metadata(target).is_ok_and(same)
}

/// Small files are fetched side by side, a large one nearly alone: so much of all of them is in memory at once.
const BLOCKS_IN_FLIGHT: usize = 16;
const BLOCK: u64 = 1 << 20;

/// A transfer of many files, told as one.
struct Progress<'a> {
    shared: &'a Shared,
    session: &'a Session,
    id: u64,
    bytes: AtomicU64,
}

impl Progress<'_> {
    /// One file has so many bytes here now; `seen` is what was told of it before.
    fn fetched(&self, seen: &AtomicU64, bytes: u64) {
        let more = bytes.saturating_sub(seen.fetch_max(bytes, Ordering::Relaxed));
        let now = self.bytes.fetch_add(more, Ordering::Relaxed) + more;
        if let Some(transfer) =
            self.session.transfers.update(self.id, |transfer| transfer.bytes_done = transfer.bytes_done.max(now))
        {
            self.shared.tell(Event::Transfer { transfer });
        }
    }

    /// One more is written.
    fn file(&self) {
        self.session.transfers.update(self.id, |transfer| transfer.files_done += 1);
    }
}

/// Everything to write, directories before what is in them. Names were checked when they were verified: none
/// can lead out of the target.
fn plan(tree: &Tree, entry: EntryId, to: &Path) -> Result<(String, Vec<Item>), EngineError> {
    let mut items = Vec::new();
    let mut open = vec![(entry, to.to_owned())];
    let mut first = String::new();
    while let Some((id, target)) = open.pop() {
        let kind = if id == EntryId::TOP { EntryKind::Directory } else { found(tree, id)?.kind };
        if first.is_empty() {
            first = tree.entry(&id).map_or_else(|| tree.name().unwrap_or("folder").to_owned(), |e| e.name.clone());
        }
        match kind {
            EntryKind::Directory => {
                let children = tree.children(id).filter(|child| child.trashed.is_none());
                open.extend(children.map(|child| (child.id, target.join(&child.name))));
                items.push(Item { target, content: None });
            }
            EntryKind::File => {
                // A file whose first content is still on its way is no file yet.
                if let Some(content) = found(tree, id)?.newest() {
                    items.push(Item { target, content: Some(content.clone()) });
                } else if id == entry {
                    return Err(EngineError::NotAvailable);
                }
            }
        }
    }
    Ok((first, items))
}

fn found(tree: &Tree, id: EntryId) -> Result<&valise_protocol::tree::Entry, EngineError> {
    tree.entry(&id).ok_or(EngineError::NotFound("the entry"))
}

/// A file's name and one of its versions; without a version's id the newest.
pub fn version_of(tree: &Tree, entry: EntryId, version: Option<DekId>) -> Result<(String, Content), EngineError> {
    let entry = found(tree, entry)?;
    let newest = entry.newest().ok_or(EngineError::BadInput("Only files can be opened."))?;
    let content = match version {
        None => newest,
        Some(dek) => {
            let mut versions = entry.versions.iter().rev();
            versions.find(|content| content.dek == dek).ok_or(EngineError::NotFound("the version"))?
        }
    };
    Ok((entry.name.clone(), content.clone()))
}

/// Writes the age file and, beside it, its key.
pub async fn export(
    shared: &Arc<Shared>,
    folder: FolderId,
    entry: EntryId,
    to: PathBuf,
) -> Result<Exported, EngineError> {
    let session = shared.session()?;
    let (_, content) = shared.vault(|vault| version_of(vault.folder(&folder)?.tree(), entry, None))?;
    ensure_here(shared, &session, &content, &session.cancel, &|_| {}).await?;
    let dek = dek(shared, &session, folder, &content).await?;
    let reader = NodeReader::begin(session.blocks.as_ref(), content.cid.inner(), session.cancel.clone());
    let mut key_path = to.clone().into_os_string();
    key_path.push(".key");
    let key_path = PathBuf::from(key_path);
    let (file, key) = (to.clone(), key_path.clone());
    tokio::task::spawn_blocking(move || {
        write_encrypted(reader, &file, content.mtime)?;
        let mut out = private_file(&key)?;
        out.write_all(dek.export_text().as_bytes())?;
        out.write_all(b"\n")?;
        out.sync_all()?;
        Ok::<_, EngineError>(())
    })
    .await
    .map_err(|_| EngineError::Internal("a thread ended"))??;
    Ok(Exported { file: fs::canonicalize(&to)?, key: fs::canonicalize(&key_path)? })
}

fn write_encrypted(mut reader: NodeReader, to: &Path, mtime: i64) -> Result<(), EngineError> {
    let mut pending = Pending::begin(to)?;
    let mut buffer = vec![0; 256 << 10];
    loop {
        let read = reader.read(&mut buffer);
        let read = read.map_err(|_| reader.take_failure().unwrap_or(EngineError::NotVerified("the file")))?;
        if read == 0 {
            break;
        }
        pending.write(&buffer[..read])?;
    }
    pending.finish(Attributes { mtime, executable: false, read_only: false })
}
