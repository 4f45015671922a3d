//! A changed file becomes a version: by itself, when its program is done with it, and before the vault closes.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio_util::sync::CancellationToken;

use valise_crypto::{Dek, decrypt, make_bytes};
use valise_protocol::folder::{Pin, Purpose};
use valise_protocol::ids::{Cid, DekId, EntryId, FolderId};
use valise_protocol::tree::{self, Change, Content, EntryKind, More, NewContent, Tree};

use super::{File, Mark, holders};
use crate::api::{Event, Hit, TransferKind};
use crate::error::EngineError;
use crate::index::opened::{self, Row};
use crate::shared::{Session, Shared};
use crate::transfer::content::{NodeReader, store};
use crate::transfer::save::again;
use crate::vault::Vault;

/// Locking waits so long for programs that are writing ...
const CALM: Duration = Duration::from_secs(5);
/// ... and so long in all. What is not kept by then stays where it is.
const FINISH: Duration = Duration::from_secs(60);
/// Between two looks while waiting.
const LOOK: Duration = Duration::from_millis(50);

/// Where a changed file belongs.
struct Plan {
    folder: FolderId,
    id: EntryId,
    base: Option<DekId>,
    /// The version it was made from.
    content: Option<Content>,
    create: Option<Change>,
}

/// What came of a look at a changed file.
enum Kept {
    /// It is a version now.
    Version(Row),
    /// It has other marks and the same content.
    Same(Row),
    /// It changed while it was read.
    Again,
}

/// Makes a version of a file if its content changed.
pub(super) async fn keep(shared: &Arc<Shared>, session: &Arc<Session>, file: &File) -> Result<(), EngineError> {
    let _one = session.opened.keeping.lock().await;
    // What another look has kept meanwhile is done.
    let known = session.opened.files().get(&file.row.directory).cloned();
    let Some((file, mark)) = known.and_then(|file| file.change().map(|mark| (file, mark))) else { return Ok(()) };
    let told_before = file.failed.is_some_and(|(failed, _)| failed == mark);
    let result = version(shared, session, &file.row, mark, !told_before).await;
    session.opened.update(&file.row.directory, |known| match &result {
        Ok(Kept::Version(row)) => {
            (known.row, known.failed) = (row.clone(), None);
            known.versions += 1;
        }
        Ok(Kept::Same(row)) => (known.row, known.failed) = (row.clone(), None),
        Ok(Kept::Again) => known.touched = Instant::now(),
        Err(_) => known.failed = Some((mark, Instant::now())),
    });
    result.map(|_| ())
}

async fn version(
    shared: &Arc<Shared>,
    session: &Arc<Session>,
    row: &Row,
    mark: Mark,
    tell: bool,
) -> Result<Kept, EngineError> {
    let plan = shared.vault(|vault| plan(vault, row))?;
    if is_same(shared, session, row, mark, &plan).await {
        let row = Row { mark: Some(mark), ..row.clone() };
        shared.vault(|vault| vault.index.write(|db| opened::put(db, &row)))?;
        return Ok(Kept::Same(row));
    }
    let (transfer, cancel) = session.transfers.begin(TransferKind::Version, plan.folder, &row.name, &session.cancel);
    session.transfers.update(transfer.id, |transfer| (transfer.files, transfer.bytes) = (1, mark.size));
    let result = encrypt(shared, session, row, mark, plan, &cancel).await;
    let ended = session.transfers.end(transfer.id, result.as_ref().map(|_| ()).map_err(again));
    let worth_telling = tell && !matches!(result, Ok(Kept::Again) | Err(EngineError::Cancelled));
    if let Some(transfer) = ended.filter(|_| worth_telling) {
        shared.tell(Event::Transfer { transfer });
    }
    result
}

async fn encrypt(
    shared: &Arc<Shared>,
    session: &Arc<Session>,
    row: &Row,
    mark: Mark,
    plan: Plan,
    cancel: &CancellationToken,
) -> Result<Kept, EngineError> {
    let (dek, wrap) = shared.vault(|vault| vault.make_dek(&plan.folder))?;
    let stored = store(session.blocks.as_ref(), row.path(), dek, cancel.clone(), |_| {}).await;
    if Mark::of(&row.path()) != Some(mark) {
        if let Ok(stored) = stored {
            session.blocks.unpin(stored.added.cid).await?;
        }
        return Ok(Kept::Again);
    }
    let stored = stored?;
    let cid = Cid::new(stored.added.cid).map_err(|_| EngineError::Internal("an unknown kind of CID"))?;
    let pin = Pin { cid, size: stored.added.size, blocks: stored.added.blocks };
    let media_type = || mime_guess::from_path(&row.name).first_raw().unwrap_or_default().to_owned();
    let content = NewContent {
        id: plan.id,
        base: plan.base,
        size: stored.size,
        mtime: stored.mtime,
        executable: plan.content.as_ref().is_some_and(|content| content.executable),
        media_type: plan.content.map_or_else(media_type, |content| content.media_type),
        cid,
        dek: wrap.dek,
        more: More::default(),
    };
    let row = Row { folder: plan.folder, entry: plan.id, base: wrap.dek, mark: Some(mark), ..row.clone() };
    let changes = plan.create.into_iter().chain([Change::Content(content)]).collect();
    shared.vault(|vault| {
        vault.here.insert(cid);
        vault.change_opened(row.folder, changes, (&[pin], &[], &[wrap]), Some(&row))?;
        // Together: who opens the newest version from now on is given this file.
        session.opened.update(&row.directory, |known| known.row = row.clone());
        Ok(())
    })?;
    shared.tell_folder(row.folder);
    shared.tell_status();
    session.wake.notify_one();
    Ok(Kept::Version(row))
}

/// The entry that has the version which was opened: after a conflict that is the copy. Where the folder does not take a
/// change any more (the person was made a viewer or removed, the file was purged), it becomes a file of their own:
/// nothing that was saved is lost.
fn plan(vault: &Vault, row: &Row) -> Result<Plan, EngineError> {
    if vault.may_write(&row.folder).is_ok() {
        let tree = vault.folder(&row.folder)?.tree();
        if let Some((entry, content)) = with_version(tree, row) {
            let (id, content) = (entry.id, Some(content.clone()));
            return Ok(Plan { folder: row.folder, id, base: Some(row.base), content, create: None });
        }
    }
    let personal = vault.folders.values().find(|state| state.chain().purpose() == Purpose::PERSONAL);
    let folder = personal.ok_or(EngineError::NotFound("the folder"))?.id();
    let id = EntryId::new(make_bytes()?);
    let (kind, more) = (EntryKind::File, More::default());
    let create = Change::Create { id, parent: EntryId::TOP, kind, name: row.name.clone(), more };
    Ok(Plan { folder, id, base: None, content: None, create: Some(create) })
}

fn with_version<'a>(tree: &'a Tree, row: &Row) -> Option<(&'a tree::Entry, &'a Content)> {
    let version = |entry: &'a tree::Entry| {
        entry.versions.iter().rev().find(|content| content.dek == row.base).map(|content| (entry, content))
    };
    tree.entry(&row.entry).and_then(version).or_else(|| tree.entries().find_map(version))
}

/// Whether a file has the content of the version it was made from. When that cannot be told, it has not.
async fn is_same(shared: &Arc<Shared>, session: &Arc<Session>, row: &Row, mark: Mark, plan: &Plan) -> bool {
    let Some(content) = plan.content.as_ref().filter(|content| content.size == mark.size) else { return false };
    let dek = shared.vault(|vault| match vault.here.contains(&content.cid) {
        true => vault.dek(&plan.folder, &content.dek),
        false => Err(EngineError::NotAvailable),
    });
    let Ok(dek) = dek else { return false };
    let reader = NodeReader::begin(session.blocks.as_ref(), content.cid.inner(), session.cancel.clone());
    let path = row.path();
    let comparing = tokio::task::spawn_blocking(move || compare(&path, &dek, reader));
    matches!(comparing.await, Ok(Ok(true)))
}

fn compare(path: &Path, dek: &Dek, reader: NodeReader) -> Result<bool, EngineError> {
    let mut saved = std::io::BufReader::with_capacity(256 << 10, std::fs::File::open(path)?);
    let mut plain = decrypt(dek, reader)?;
    let mut theirs = zeroize::Zeroizing::new(vec![0; 64 << 10]);
    let mut ours = zeroize::Zeroizing::new(vec![0; 64 << 10]);
    loop {
        let read = plain.read(&mut theirs)?;
        if read == 0 {
            return Ok(saved.read(&mut ours[..1])? == 0);
        }
        match saved.read_exact(&mut ours[..read]) {
            Ok(()) if ours[..read] == theirs[..read] => {}
            _ => return Ok(false),
        }
    }
}

/// Whether a program can write to a file now; none where the system does not tell.
pub(super) async fn writers(file: &File) -> Option<bool> {
    let directory = file.row.directory.clone();
    let looked = tokio::task::spawn_blocking(move || holders::of(&directory)).await;
    looked.ok().flatten().map(|holders| holders.writing)
}

/// Before the vault closes: every changed file becomes a version, as far as it can in the time there is.
pub async fn finish(shared: &Arc<Shared>, session: &Arc<Session>) {
    if let Err(error) = keep_all(shared, session, || session.opened.list()).await {
        tracing::warn!(%error, "not every changed file could be kept");
    }
}

/// Takes what was saved in an entry's opened file, removes the file, and answers what it became; nothing if it did not
/// change.
pub async fn close(shared: &Arc<Shared>, folder: FolderId, entry: EntryId) -> Result<Vec<Hit>, EngineError> {
    let session = shared.session()?;
    let files: Vec<PathBuf> =
        session.opened.of_entry(&folder, &entry).into_iter().map(|file| file.row.directory).collect();
    let mine = || session.opened.list().into_iter().filter(|file| files.contains(&file.row.directory)).collect();
    keep_all(shared, &session, mine).await?;
    let mut became = Vec::new();
    for file in mine() {
        if file.change().is_some() {
            return Err(EngineError::NotKept);
        }
        shared.vault(|vault| {
            if file.versions > 0 {
                became.extend(vault.hit_of_version(&file.row.folder, &file.row.base));
            }
            vault.index.write(|db| opened::remove(db, &file.row))
        })?;
        session.opened.forget(&file.row.directory);
    }
    Ok(became)
}

async fn keep_all(
    shared: &Arc<Shared>,
    session: &Arc<Session>,
    files: impl Fn() -> Vec<File>,
) -> Result<(), EngineError> {
    let keeping = tokio::time::timeout(FINISH, keep_each(shared, session, files)).await;
    keeping.unwrap_or(Err(EngineError::NotKept))
}

/// Each look of each file is tried once, when its program is done with it, or has had its time. The last trouble.
async fn keep_each(
    shared: &Arc<Shared>,
    session: &Arc<Session>,
    files: impl Fn() -> Vec<File>,
) -> Result<(), EngineError> {
    let calm_by = Instant::now() + CALM;
    let mut tried: BTreeMap<PathBuf, Mark> = BTreeMap::new();
    let mut trouble = Ok(());
    loop {
        let mut waiting = false;
        for file in files() {
            let Some(mark) = file.change() else { continue };
            if tried.get(&file.row.directory) == Some(&mark) {
                continue;
            }
            if Instant::now() < calm_by && !file.is_quiet(writers(&file).await) {
                waiting = true;
                continue;
            }
            match keep(shared, session, &file).await {
                Ok(()) => waiting = true,
                Err(error) => {
                    tried.insert(file.row.directory.clone(), mark);
                    trouble = Err(error);
                }
            }
        }
        if !waiting {
            return trouble;
        }
        tokio::time::sleep(LOOK).await;
    }
}
