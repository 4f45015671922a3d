//! Table `opened`: files that were decrypted into the private place, and the version each was opened from. What a
//! killed program left there is told by it from what nobody changed.

use std::path::PathBuf;

use rusqlite::{Connection, params};

use valise_protocol::cbor;
use valise_protocol::ids::{DekId, EntryId, FolderId};

use super::id;
use crate::error::EngineError;
use crate::opened::Mark;

pub(super) const MIGRATION: &str = "
CREATE TABLE opened (
    directory TEXT PRIMARY KEY NOT NULL,
    name      TEXT NOT NULL,
    folder    BLOB NOT NULL,
    entry     BLOB NOT NULL,
    base      BLOB NOT NULL,
    writable  INTEGER NOT NULL,
    mark      BLOB NOT NULL
) STRICT, WITHOUT ROWID;";

/// An opened file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The directory which holds it and nothing else of ours.
    pub directory: PathBuf,
    /// Its name there.
    pub name: String,
    /// The folder it is from.
    pub folder: FolderId,
    /// The entry.
    pub entry: EntryId,
    /// The version it was opened from, or the one that was last made of it.
    pub base: DekId,
    /// A change becomes a version.
    pub writable: bool,
    /// How it looked when it was that version; none until it was written whole.
    pub mark: Option<Mark>,
}

impl Row {
    /// The file.
    pub fn path(&self) -> PathBuf {
        self.directory.join(&self.name)
    }
}

/// Keeps a row, in place of an older one of the same directory.
pub fn put(db: &Connection, row: &Row) -> Result<(), EngineError> {
    let directory = row.directory.to_str().ok_or(EngineError::Internal("a private place that is not Unicode"))?;
    db.prepare_cached(
        "INSERT OR REPLACE INTO opened (directory, name, folder, entry, base, writable, mark)
         VALUES (?, ?, ?, ?, ?, ?, ?)",
    )?
    .execute(params![
        directory,
        row.name,
        row.folder.as_bytes(),
        row.entry.as_bytes(),
        row.base.as_bytes(),
        row.writable,
        cbor::encode(&row.mark)?,
    ])?;
    Ok(())
}

/// All of them.
pub fn all(db: &Connection) -> Result<Vec<Row>, EngineError> {
    let mut statement = db
        .prepare_cached("SELECT directory, name, folder, entry, base, writable, mark FROM opened ORDER BY directory")?;
    let mut rows = statement.query([])?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        let bytes = |column: usize| -> Result<Vec<u8>, EngineError> { Ok(row.get(column)?) };
        all.push(Row {
            directory: PathBuf::from(row.get::<_, String>(0)?),
            name: row.get(1)?,
            folder: id(&bytes(2)?)?,
            entry: id(&bytes(3)?)?,
            base: id(&bytes(4)?)?,
            writable: row.get(5)?,
            mark: cbor::decode(&bytes(6)?)?,
        });
    }
    Ok(all)
}

/// Forgets one.
pub fn remove(db: &Connection, row: &Row) -> Result<(), EngineError> {
    db.prepare_cached("DELETE FROM opened WHERE directory = ?")?
        .execute([row.directory.to_str().unwrap_or_default()])?;
    Ok(())
}
