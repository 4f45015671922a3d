//! Opening a version in the private place, and finding again what an earlier run left there.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use valise_protocol::ids::{DekId, EntryId, FolderId};
use valise_protocol::tree::Content;

use super::{File, Mark, Opened, holders, place};
use crate::api::{Event, TransferKind};
use crate::error::EngineError;
use crate::home::private_dir;
use crate::index::opened::{self, Row};
use crate::shared::{Session, Shared};
use crate::transfer::fetch::write_to;
use crate::transfer::local::Attributes;
use crate::transfer::save::{again, version_of};
use crate::vault::Vault;

/// What is to be opened.
struct Wanted {
    name: String,
    content: Content,
    writable: bool,
}

/// Decrypts a version (none: the newest) into the private place and answers its path. The newest version is writable
/// for who may change the folder, and what is saved there becomes a version.
pub async fn open(
    shared: &Arc<Shared>,
    folder: FolderId,
    entry: EntryId,
    version: Option<DekId>,
) -> Result<PathBuf, EngineError> {
    let session = shared.session()?;
    let (wanted, known) = shared.vault(|vault| {
        let wanted = wanted(vault, folder, entry, version)?;
        let known = session.opened.find(&entry, &wanted.content.dek, wanted.writable);
        Ok((wanted, known))
    })?;
    if let Some(row) = known.filter(|row| Mark::of(&row.path()).is_some()) {
        return Ok(row.path());
    }
    let directory = session.opened.directory(&entry, &wanted.content.dek, wanted.content.size, wanted.writable)?;
    let row = Row {
        directory,
        name: wanted.name.clone(),
        folder,
        entry,
        base: wanted.content.dek,
        writable: wanted.writable,
        mark: None,
    };
    // Known before it is there: whatever happens, it is found again.
    shared.vault(|vault| vault.index.write(|db| opened::put(db, &row)))?;
    match write(shared, &session, &row, &wanted.content).await {
        Ok(row) => {
            let path = row.path();
            session.opened.adopt(File::new(row));
            Ok(path)
        }
        Err(error) => {
            place::remove(&row.directory);
            shared.vault(|vault| vault.index.write(|db| opened::remove(db, &row)))?;
            Err(error)
        }
    }
}

fn wanted(vault: &Vault, folder: FolderId, entry: EntryId, version: Option<DekId>) -> Result<Wanted, EngineError> {
    let tree = vault.folder(&folder)?.tree();
    let (name, content) = version_of(tree, entry, version)?;
    let newest = tree.entry(&entry).and_then(|entry| entry.newest()).is_some_and(|newest| newest.dek == content.dek);
    Ok(Wanted { name, content, writable: newest && vault.may_write(&folder).is_ok() })
}

/// Writes the file; the row that comes back says how it looks.
async fn write(shared: &Arc<Shared>, session: &Arc<Session>, row: &Row, content: &Content) -> Result<Row, EngineError> {
    private_dir(&row.directory)?;
    let (transfer, cancel) = session.transfers.begin(TransferKind::Fetch, row.folder, &row.name, &session.cancel);
    session.transfers.update(transfer.id, |transfer| (transfer.files, transfer.bytes) = (1, content.size));
    let tell = |fetched: u64| {
        let shown = session.transfers.update(transfer.id, |transfer| transfer.bytes_done = fetched.min(content.size));
        if let Some(transfer) = shown {
            shared.tell(Event::Transfer { transfer });
        }
    };
    // Never executable: it is opened by a double click.
    let attributes = Attributes { mtime: content.mtime, executable: false, read_only: !row.writable };
    let path = row.path();
    let written = write_to(shared, session, row.folder, content, (&path, attributes), &cancel, &tell).await;
    if let Some(transfer) = session.transfers.end(transfer.id, written.as_ref().copied().map_err(again)) {
        shared.tell(Event::Transfer { transfer });
    }
    shared.tell_folder(row.folder);
    written?;
    if !row.writable {
        place::read_only_dir(&row.directory)?;
    }
    let row = Row { mark: Mark::of(&path), ..row.clone() };
    shared.vault(|vault| vault.index.write(|db| opened::put(db, &row)))?;
    Ok(row)
}

/// After an unlock: what a killed run left in the private places. A file that somebody changed, or still has in hand,
/// is taken care of again; the rest is removed. Blocks for a moment.
pub fn recover(vault: &mut Vault, opened: &Opened) -> Result<(), EngineError> {
    let rows = opened::all(vault.index.read())?;
    let (kept, gone): (Vec<Row>, Vec<Row>) = rows.into_iter().partition(is_wanted);
    vault.index.write(|db| gone.iter().try_for_each(|row| opened::remove(db, row)))?;
    for directory in opened.places.directories() {
        if !kept.iter().any(|row| row.directory == directory) {
            place::remove(&directory);
        }
    }
    gone.iter().for_each(|row| place::remove(&row.directory));
    for row in kept {
        opened.adopt(File { was_used: true, closed: true, alone_since: Some(Instant::now()), ..File::new(row) });
    }
    Ok(())
}

/// One that was never written whole was never given to anybody.
fn is_wanted(row: &Row) -> bool {
    let (Some(mark), Some(known)) = (Mark::of(&row.path()), row.mark) else { return false };
    let changed = row.writable && mark != known;
    changed || holders::of(&row.directory).is_some_and(|holders| holders.any)
}
