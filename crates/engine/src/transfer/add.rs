//! Files on their way out: walk, encrypt into the node, announce in batches.
//!
//! A file counts as soon as its batch is in the index: blocks on disk and pinned, wrap and changes in one
//! transaction. What is complete stays when the rest is stopped, and is skipped when the rest goes on.

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use futures::StreamExt as _;
use tokio::sync::{AcquireError, OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;

use valise_crypto::make_bytes;
use valise_protocol::folder::Pin;
use valise_protocol::ids::{Cid, DekId, EntryId, FolderId};
use valise_protocol::tree::{Change, EntryKind, More, NewContent};

use super::content::{Stored, mtime, store};
use super::walk::{Found, FoundKind, Walked, walk};
use super::{LARGE_EACH, LARGE_FROM, PERMIT, Transfers, life};
use crate::api::{Event, Transfer};
use crate::edit::{self, Undo};
use crate::error::EngineError;
use crate::index::transfers;
use crate::shared::{Session, Shared};
use crate::vault::Vault;
use crate::vault::fetch_keys::NewWrap;
use crate::versions;

/// Files encrypted side by side: their block writes share two syncs. Memory is bounded by [`Turn`]s.
const AT_ONCE: usize = 128;
/// A batch is announced when it has so many files ...
const BATCH_FILES: usize = 512;
/// ... or its first one has waited so long.
const BATCH_TIME: Duration = Duration::from_millis(700);
/// Files and directories of an add that one undo takes back, not counting what is in new directories.
const MOST_TAKEN: usize = 1000;
/// Between two events of progress.
const TELL_EVERY: u64 = 2 << 20;

/// Begins; answers at once.
pub fn begin(
    shared: &Arc<Shared>,
    folder: FolderId,
    parent: Option<EntryId>,
    paths: Vec<PathBuf>,
) -> Result<Transfer, EngineError> {
    let session = shared.session()?;
    let parent = parent.unwrap_or(EntryId::TOP);
    shared.vault(|vault| {
        vault.may_write(&folder)?;
        is_directory(vault, &folder, parent)
    })?;
    let first = paths.first().and_then(|path| path.file_name()).unwrap_or_default().to_string_lossy().into_owned();
    life::begin(shared, &session, folder, &first, transfers::Job::Add { parent, paths })
}

/// A run of it.
pub struct Job {
    shared: Arc<Shared>,
    session: Arc<Session>,
    id: u64,
    folder: FolderId,
    cancel: CancellationToken,
}

/// A file to encrypt, with its place in the tree.
struct Planned {
    path: PathBuf,
    id: EntryId,
    size: u64,
    base: Option<DekId>,
    create: Option<Change>,
    media_type: String,
}

/// Who may encrypt: no transfer starves another.
#[derive(Clone)]
struct Turns {
    small: Arc<Semaphore>,
    large: Arc<Semaphore>,
    /// Of this transfer.
    own_large: Arc<Semaphore>,
}

/// Room for one file, until it is dropped.
struct Turn(#[expect(dead_code, reason = "held, never looked at")] [Option<OwnedSemaphorePermit>; 2]);

impl Turns {
    fn of(transfers: &Transfers) -> Self {
        let (small, large) = (transfers.small.clone(), transfers.large.clone());
        Self { small, large, own_large: Arc::new(Semaphore::new(LARGE_EACH)) }
    }

    async fn take(&self, size: u64) -> Result<Turn, AcquireError> {
        if size >= LARGE_FROM {
            let own = self.own_large.clone().acquire_owned().await?;
            return Ok(Turn([Some(own), Some(self.large.clone().acquire_owned().await?)]));
        }
        // Less than `LARGE_FROM / PERMIT`.
        let permits = u32::try_from(size / PERMIT as u64).unwrap_or(0).saturating_add(1);
        Ok(Turn([Some(self.small.clone().acquire_many_owned(permits).await?), None]))
    }
}

/// What an add makes, to be taken back.
struct Taken {
    /// New, in what was there before.
    new: Vec<EntryId>,
    /// Files that get another version, and the one that was the newest.
    changed: Vec<(EntryId, DekId)>,
}

impl Taken {
    /// None if it is too much to be taken back.
    fn of(directories: &[Change], files: &[Planned]) -> Option<Self> {
        let creates = || directories.iter().chain(files.iter().filter_map(|file| file.create.as_ref()));
        let made: HashSet<EntryId> = creates().map(Change::subject).collect();
        let within = |change: &&Change| match change {
            Change::Create { parent, .. } => !made.contains(parent),
            _ => false,
        };
        let changed: Vec<_> = files.iter().filter_map(|file| Some((file.id, file.base?))).collect();
        let new: Vec<_> = creates().filter(within).map(Change::subject).collect();
        (new.len() <= MOST_TAKEN && changed.len() <= MOST_TAKEN).then_some(Self { new, changed })
    }

    /// None if nothing came of it.
    fn back(self, vault: &Vault, folder: FolderId) -> Result<Option<Undo>, EngineError> {
        let tree = vault.folder(&folder)?.tree();
        let mut undo = Undo { folder, what: "What was added", changes: Vec::new(), pins: Vec::new() };
        undo.changes.extend(self.new.into_iter().filter(|id| tree.entry(id).is_some()).map(Change::Trash));
        for (id, before) in self.changed {
            let Some(entry) = tree.entry(&id) else { continue };
            let (newest, older) = (entry.newest(), entry.versions.iter().find(|version| version.dek == before));
            if let (Some(newest), Some(older)) = (newest, older)
                && newest.dek != before
            {
                undo.pins.push(vault.pin_of(&folder, older)?);
                undo.changes.push(versions::again(id, newest, older.clone()));
            }
        }
        Ok((!undo.changes.is_empty()).then_some(undo))
    }
}

/// A file that is in the node.
struct Finished {
    planned: Planned,
    stored: Stored,
    wrap: NewWrap,
}

impl Job {
    /// A run that ends early when it is told to.
    pub fn new(
        shared: &Arc<Shared>,
        session: &Arc<Session>,
        id: u64,
        folder: FolderId,
        cancel: CancellationToken,
    ) -> Self {
        Self { shared: shared.clone(), session: session.clone(), id, folder, cancel }
    }

    /// Adds what is at the paths; `again`: but for what an earlier run has added.
    pub async fn run(&self, parent: EntryId, paths: Vec<PathBuf>, again: bool) -> Result<(), EngineError> {
        self.shared.vault(|vault| {
            vault.may_write(&self.folder)?;
            is_directory(vault, &self.folder, parent)
        })?;
        let cancel = self.cancel.clone();
        let walked = tokio::task::spawn_blocking(move || walk(&paths, &cancel)).await;
        let walked = walked.map_err(|_| EngineError::Internal("a thread ended"))??;
        self.show(|transfer| {
            let sizes = walked.found.iter().filter_map(size);
            (transfer.files, transfer.bytes) = sizes.fold((0, 0), |(files, bytes), size| (files + 1, bytes + size));
            transfer.left_out.clone_from(&walked.left_out);
        });
        let (directories, mut files) = self.shared.vault(|vault| plan(vault, &self.folder, parent, walked))?;
        if again {
            files = self.skip(files).await?;
        }
        let undo = Taken::of(&directories, &files);
        if !directories.is_empty() {
            self.shared.vault(|vault| vault.change(self.folder, directories, &[], &[], &[]))?;
        }
        let outcome = self.encrypt_all(files).await;
        // What was complete stays when the rest is stopped, and is taken back like the whole.
        match undo {
            Some(undo) => {
                if let Some(undo) = self.shared.vault(|vault| undo.back(vault, self.folder))? {
                    edit::remember(&self.session, undo);
                }
            }
            // Nothing older is to be taken back in its place.
            None => crate::shared::lock(&self.session.undo).clear(),
        }
        outcome
    }

    /// Leaves out what is there as it is here: made by this computer, of the same size and time.
    async fn skip(&self, files: Vec<Planned>) -> Result<Vec<Planned>, EngineError> {
        let known = self.shared.vault(|vault| {
            let (tree, device) = (vault.folder(&self.folder)?.tree(), vault.me.device);
            let newest = |file: &Planned| tree.entry(&file.id).and_then(|entry| entry.newest());
            let own = |file: &Planned| newest(file).filter(|content| content.stamp.device == device);
            Ok(files.iter().map(|file| own(file).map(|content| (content.size, content.mtime))).collect::<Vec<_>>())
        })?;
        let looked = tokio::task::spawn_blocking(move || {
            let is_there = |(file, known): &(Planned, Option<(u64, i64)>)| {
                known.is_some()
                    && std::fs::metadata(&file.path).is_ok_and(|now| *known == Some((now.len(), mtime(&now))))
            };
            files.into_iter().zip(known).partition::<Vec<_>, _>(is_there)
        });
        let (there, left) = looked.await.map_err(|_| EngineError::Internal("a thread ended"))?;
        let bytes = there.iter().map(|(file, _)| file.size).sum();
        self.session.transfers.skipped(self.id, u32::try_from(there.len()).unwrap_or(u32::MAX), bytes);
        Ok(left.into_iter().map(|(file, _)| file).collect())
    }

    async fn encrypt_all(&self, files: Vec<Planned>) -> Result<(), EngineError> {
        let turns = Turns::of(&self.session.transfers);
        let before = self.session.transfers.update(self.id, |_| ()).map_or(0, |transfer| transfer.bytes_done);
        let read = Arc::new(AtomicU64::new(before));
        let mut finished = futures::stream::iter(files)
            .map(|planned| self.encrypt(planned, turns.clone(), read.clone()))
            .buffer_unordered(AT_ONCE);
        let mut batch = Vec::new();
        let mut since = Instant::now();
        let mut fatal = None;
        while let Some(result) = finished.next().await {
            match result {
                Ok(file) => {
                    if batch.is_empty() {
                        since = Instant::now();
                    }
                    batch.push(file);
                }
                Err((_, error @ (EngineError::Cancelled | EngineError::DiskFull | EngineError::Locked))) => {
                    self.cancel.cancel();
                    fatal.get_or_insert(error);
                }
                Err((name, error)) => self.show(|transfer| transfer.left_out.push(format!("{name}: {error}"))),
            }
            if batch.len() >= BATCH_FILES || (!batch.is_empty() && since.elapsed() > BATCH_TIME) {
                self.announce(std::mem::take(&mut batch))?;
            }
        }
        self.announce(batch)?;
        fatal.map_or(Ok(()), Err)
    }

    async fn encrypt(
        &self,
        planned: Planned,
        turns: Turns,
        read: Arc<AtomicU64>,
    ) -> Result<Finished, (String, EngineError)> {
        let name = planned.path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let work = async {
            let _turn = turns.take(planned.size).await.map_err(|_| EngineError::Cancelled)?;
            if self.cancel.is_cancelled() {
                return Err(EngineError::Cancelled);
            }
            let (dek, wrap) = self.shared.vault(|vault| vault.make_dek(&self.folder))?;
            let (shared, session, id) = (self.shared.clone(), self.session.clone(), self.id);
            let progress = move |bytes: u64| {
                let before = read.fetch_add(bytes, Ordering::Relaxed);
                let now = before + bytes;
                if now / TELL_EVERY != before / TELL_EVERY {
                    let shown = session.transfers.update(id, |transfer| transfer.bytes_done = now);
                    shown.into_iter().for_each(|transfer| shared.tell(Event::Transfer { transfer }));
                }
            };
            let stored =
                store(self.session.blocks.as_ref(), planned.path.clone(), dek, self.cancel.clone(), progress).await?;
            Ok((stored, wrap))
        };
        match work.await {
            Ok((stored, wrap)) => Ok(Finished { planned, stored, wrap }),
            Err(error) => Err((name, error)),
        }
    }

    /// Files become visible here, and are sent when the catalog answers.
    fn announce(&self, batch: Vec<Finished>) -> Result<(), EngineError> {
        if batch.is_empty() {
            return Ok(());
        }
        let mut changes = Vec::with_capacity(batch.len() * 2);
        let (mut pins, mut wraps, mut cids) = (Vec::new(), Vec::new(), Vec::new());
        let (mut bytes, files) = (0, u32::try_from(batch.len()).unwrap_or(u32::MAX));
        for file in batch {
            let cid = Cid::new(file.stored.added.cid).map_err(|_| EngineError::Internal("an unknown kind of CID"))?;
            bytes += file.stored.size;
            pins.push(Pin { cid, size: file.stored.added.size, blocks: file.stored.added.blocks });
            cids.push(cid);
            changes.extend(file.planned.create);
            changes.push(Change::Content(NewContent {
                id: file.planned.id,
                base: file.planned.base,
                size: file.stored.size,
                mtime: file.stored.mtime,
                executable: file.stored.executable,
                media_type: file.planned.media_type,
                cid,
                dek: file.wrap.dek,
                more: More::default(),
            }));
            wraps.push(file.wrap);
        }
        self.shared.vault(|vault| {
            vault.here.extend(cids);
            vault.change(self.folder, changes, &pins, &[], &wraps)
        })?;
        self.show(|transfer| {
            transfer.files_done += files;
            transfer.bytes_done = transfer.bytes_done.max(bytes).min(transfer.bytes);
        });
        self.shared.tell_folder(self.folder);
        self.shared.tell_status();
        self.session.wake.notify_one();
        Ok(())
    }

    fn show(&self, change: impl FnOnce(&mut Transfer)) {
        if let Some(transfer) = self.session.transfers.update(self.id, change) {
            self.shared.tell(Event::Transfer { transfer });
        }
    }
}

fn size(found: &Found) -> Option<u64> {
    match found.kind {
        FoundKind::File { size } => Some(size),
        FoundKind::Directory => None,
    }
}

fn is_directory(vault: &Vault, folder: &FolderId, id: EntryId) -> Result<(), EngineError> {
    let tree = vault.folder(folder)?.tree();
    let is_directory = id == EntryId::TOP || tree.entry(&id).is_some_and(|entry| entry.kind == EntryKind::Directory);
    is_directory.then_some(()).ok_or(EngineError::NotFound("the directory"))
}

/// Gives everything an id: a directory that is there already is used, a file that is there gets a new version.
fn plan(
    vault: &Vault,
    folder: &FolderId,
    parent: EntryId,
    walked: Walked,
) -> Result<(Vec<Change>, Vec<Planned>), EngineError> {
    let tree = vault.folder(folder)?.tree();
    let mut ids: Vec<EntryId> = Vec::with_capacity(walked.found.len());
    let (mut directories, mut files) = (Vec::new(), Vec::new());
    for found in walked.found {
        let parent = found.parent.map_or(parent, |index| ids[index]);
        let existing = tree.by_name(parent, &found.name);
        let id = match (existing, found.kind) {
            (Some(entry), FoundKind::Directory) if entry.kind == EntryKind::Directory => entry.id,
            (Some(entry), FoundKind::File { .. }) if entry.kind == EntryKind::File => entry.id,
            _ => EntryId::new(make_bytes()?),
        };
        let known = existing.filter(|entry| entry.id == id);
        let create = |kind| Change::Create { id, parent, kind, name: found.name.clone(), more: More::default() };
        match found.kind {
            FoundKind::Directory if known.is_none() => directories.push(create(EntryKind::Directory)),
            FoundKind::Directory => {}
            FoundKind::File { size } => files.push(Planned {
                id,
                size,
                base: known.and_then(|entry| entry.newest()).map(|content| content.dek),
                create: known.is_none().then(|| create(EntryKind::File)),
                media_type: mime_guess::from_path(&found.path).first_raw().unwrap_or_default().to_owned(),
                path: found.path,
            }),
        }
        ids.push(id);
    }
    Ok((directories, files))
}

#[cfg(test)]
mod tests {
    use futures::FutureExt as _;

    use super::*;

    /// Three films of one transfer hold up neither a letter nor another transfer's film.
    #[tokio::test]
    async fn no_transfer_starves_another() {
        let transfers = Transfers::new(true);
        let (films, other) = (Turns::of(&transfers), Turns::of(&transfers));
        let (film, letter) = (10 << 30, 20 << 10);
        let mut begun = Vec::new();
        for _ in 0..LARGE_EACH {
            begun.push(films.take(film).await.unwrap());
        }
        assert!(films.take(film).now_or_never().is_none(), "one more of the same transfer waits");
        assert!(films.take(letter).now_or_never().is_some(), "a letter does not");
        assert!(other.take(film).now_or_never().is_some(), "nor does another transfer");
        begun.pop();
        assert!(films.take(film).now_or_never().is_some());
        // However large or small they are.
        for size in [0, PERMIT as u64, LARGE_FROM - 1, LARGE_FROM, u64::MAX] {
            assert!(other.take(size).now_or_never().is_some(), "{size}");
        }
    }
}
