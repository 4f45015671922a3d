//! Numbers that only rise, one for each list of each folder: a reader goes on from the last it saw.
//!
//! Kept apart from the rows they number, so that deleting the newest row never gives its number out again.

use rusqlite::{Connection, params};
use valise_protocol::ids::FolderId;

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
