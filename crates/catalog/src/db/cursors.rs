//! Numbers that only rise, one for each list of each folder: a reader goes on from the last it saw.
//!
//! Kept apart from the rows they number, so that deleting the newest row never gives its number out again.

use rusqlite::{Connection, OptionalExtension as _, params};
use valise_protocol::ids::FolderId;

use super::{int, uint};

pub(super) const MIGRATION: &str = "
CREATE TABLE cursors (
    folder BLOB NOT NULL,
    list INTEGER NOT NULL,
    value INTEGER NOT NULL,
    PRIMARY KEY (folder, list)
) STRICT, WITHOUT ROWID;";

/// Which list.
#[derive(Clone, Copy, Debug)]
pub(crate) enum List {
    Wraps = 1,
    Held = 2,
}

/// The next number.
pub(super) fn advance(db: &Connection, folder: FolderId, list: List) -> rusqlite::Result<i64> {
    let sql = "INSERT INTO cursors (folder, list, value) VALUES (?, ?, 1)
        ON CONFLICT DO UPDATE SET value = value + 1 RETURNING value";
    db.prepare_cached(sql)?.query_row(params![folder.as_bytes(), list as i64], |row| row.get(0))
}

/// The number that was given out last; 0 if none was.
pub(crate) fn last(db: &Connection, folder: FolderId, list: List) -> rusqlite::Result<u64> {
    let mut statement = db.prepare_cached("SELECT value FROM cursors WHERE folder = ? AND list = ?")?;
    let found = statement.query_row(params![folder.as_bytes(), list as i64], |row| row.get(0));
    Ok(found.optional()?.map_or(0, uint))
}

/// Goes on from the number that another catalog gave out last; the list must have none yet.
pub(crate) fn go_on_from(db: &Connection, folder: FolderId, list: List, last: u64) -> rusqlite::Result<()> {
    let sql = "INSERT INTO cursors (folder, list, value) VALUES (?, ?, ?)";
    db.prepare_cached(sql)?.execute(params![folder.as_bytes(), list as i64, int(last)])?;
    Ok(())
}
