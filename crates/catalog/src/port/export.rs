//! Writing what a catalog keeps of its workspace into a file.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter};
use std::path::{Path, PathBuf};

use rusqlite::Connection;
use valise_protocol::account::Account;
use valise_protocol::ids::{AccountId, FolderId};
use valise_protocol::record::{ChainId, ChainKind};
use valise_protocol::sign::SigningKey;

use super::Ported;
use super::item::{End, Header, Item, Lists};
use super::stream::Writer;
use crate::data::{self, Seeds, StartError, private_file, sync_directory};
use crate::db::cursors::{self, List};
use crate::db::joins::Join;
use crate::db::{self, asked, joins, records, rings, wraps};
use crate::limits::MAX_ROWS;
use crate::state::State;
use crate::write::newcomer_stands;

/// Exports the workspace into a new file, while the catalog runs or not. With `keys`, its private keys, too: then whoever has
/// the file can stand in for this catalog.
pub fn export(directory: &Path, to: &Path, keys: bool) -> Result<Ported, StartError> {
    let (seeds, db) = (data::seeds(directory)?, db::open_beside(&data::database(directory))?);
    if fs::symlink_metadata(to).is_ok() {
        return Err(StartError::Export(io::ErrorKind::AlreadyExists.into()));
    }
    let draft = draft_of(to)?;
    let written = write(&db, &seeds, &draft, keys).and_then(|ported| {
        let parent = to.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        fs::rename(&draft, to).and_then(|()| sync_directory(parent)).map_err(StartError::Export)?;
        Ok(ported)
    });
    if written.is_err() {
        // What went wrong is told; what is left of it the next run removes as well.
        let _ = fs::remove_file(&draft);
    }
    written
}

/// Beside where it is to be. One from a run that was cut short goes.
fn draft_of(to: &Path) -> Result<PathBuf, StartError> {
    let invalid = || StartError::Export(io::ErrorKind::InvalidInput.into());
    let mut name = to.file_name().ok_or_else(invalid)?.to_owned();
    name.push(".part");
    let draft = to.with_file_name(name);
    match fs::remove_file(&draft) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(StartError::Export(error)),
        _ => Ok(draft),
    }
}

fn write(db: &Connection, seeds: &Seeds, draft: &Path, keys: bool) -> Result<Ported, StartError> {
    // All of it is of one moment.
    db.execute_batch("BEGIN")?;
    let state = State::load(db)?;
    let workspace = state.workspace_id().ok_or(StartError::Nothing)?;
    let [identity, pinning] = seeds.each_ref().map(SigningKey::from_seed);
    let header = Header { workspace, identity: identity.verify_key(), pinning: pinning.verify_key() };
    let file = private_file(draft, OpenOptions::new().create_new(true).write(true)).map_err(StartError::Export)?;
    let mut export = Export { db, state: &state, to: Writer::new(BufWriter::new(file)) };
    export.to.put(&header.encode().map_err(db::damaged)?)?;
    if keys {
        export.put(&Item::Keys(seeds.clone()))?;
    }
    let ported = export.all(header)?;
    let sum = export.to.sum;
    export.put(&Item::End(End::sign(workspace, sum.items, sum.digest, &identity)))?;
    let file = export.to.into_inner().into_inner().map_err(|error| StartError::Export(error.into_error()))?;
    file.sync_all().map_err(StartError::Export)?;
    Ok(ported)
}

struct Export<'a> {
    db: &'a Connection,
    state: &'a State,
    to: Writer<BufWriter<File>>,
}

impl Export<'_> {
    fn put(&mut self, item: &Item) -> Result<(), StartError> {
        self.to.put(&item.encode().map_err(db::damaged)?)
    }

    /// Each after what it is judged by.
    fn all(&mut self, header: Header) -> Result<Ported, StartError> {
        let state = self.state;
        let (mut waiting, db) = (joins::all(self.db)?, self.db);
        waiting.retain(|join| newcomer_stands(state, join));
        let accounts = accounts(state, &waiting);
        let mut many = 0;
        for kind in [ChainKind::ACCOUNT, ChainKind::WORKSPACE, ChainKind::FOLDER] {
            records::each_of(db, kind, |row| {
                if matches!(row.chain, ChainId::Account(account) if !accounts.contains_key(&account)) {
                    return Ok(());
                }
                many += 1;
                self.put(&Item::Record(row.bytes))
            })?;
        }
        for account in accounts.values() {
            if let Some(ring) = rings::find(db, account.id(), account.ring().1)? {
                self.put(&Item::Ring(account.id(), ring))?;
            }
        }
        waiting.into_iter().try_for_each(|join| self.put(&Item::Newcomer(join)))?;
        asked::all(db)?.into_iter().try_for_each(|(_, row)| self.put(&Item::Asked(row)))?;
        let folders = self.wraps()?;
        let Header { workspace, identity, .. } = header;
        Ok(Ported { workspace, identity, records: many, accounts: accounts.len() as u64, folders })
    }

    /// The lists of all folders, then what is in them. Answers how many folders there are.
    fn wraps(&mut self) -> Result<u64, StartError> {
        let mut folders: Vec<FolderId> = self.state.folders().map(|folder| folder.id()).collect();
        folders.sort_unstable();
        for folder in &folders {
            let last = |list| cursors::last(self.db, *folder, list);
            let lists = Lists { folder: *folder, wraps: last(List::Wraps)?, held: last(List::Held)? };
            self.put(&Item::Lists(lists))?;
        }
        for folder in &folders {
            let mut after = 0;
            loop {
                let page = wraps::page(self.db, *folder, (after, 0), MAX_ROWS)?;
                let Some((last, _)) = page.last() else { break };
                after = *last;
                page.into_iter().try_for_each(|(change, wrap)| self.put(&Item::Wrap(*folder, change, wrap)))?;
            }
        }
        Ok(folders.len() as u64)
    }
}

/// Of people, whether they are here still or not, and of those who wait.
fn accounts<'a>(state: &'a State, waiting: &[Join]) -> BTreeMap<AccountId, &'a Account> {
    let waits = |account: &AccountId| waiting.iter().any(|join| join.account == *account);
    let all = state.accounts().filter(|account| state.is_or_was_person(&account.id()) || waits(&account.id()));
    all.map(|account| (account.id(), account)).collect()
}
