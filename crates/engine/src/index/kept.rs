//! Table `kept`: entries that always stay on this computer.

use std::collections::HashSet;

use rusqlite::{Connection, params};

use valise_protocol::ids::EntryId;

use super::id;
use crate::error::EngineError;

pub(super) const MIGRATION: &str = "
CREATE TABLE kept (
    entry BLOB PRIMARY KEY NOT NULL
) STRICT, WITHOUT ROWID;";

/// It stays.
pub fn put(db: &Connection, entry: &EntryId) -> Result<(), EngineError> {
    db.prepare_cached("INSERT OR IGNORE INTO kept (entry) VALUES (?)")?.execute(params![entry.as_bytes()])?;
    Ok(())
}

/// It need not.
pub fn remove(db: &Connection, entry: &EntryId) -> Result<(), EngineError> {
    db.prepare_cached("DELETE FROM kept WHERE entry = ?")?.execute(params![entry.as_bytes()])?;
    Ok(())
}

/// All of them.
pub fn all(db: &Connection) -> Result<HashSet<EntryId>, EngineError> {
    let mut statement = db.prepare_cached("SELECT entry FROM kept")?;
    let rows = statement.query_map([], |row| row.get::<_, Vec<u8>>(0))?;
    rows.map(|row| id(&row?)).collect()
}
