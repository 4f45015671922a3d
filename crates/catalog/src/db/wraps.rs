//! Wrapped DEKs beside the chains, replaced only by those of a later epoch.

use rusqlite::{Connection, params};
use valise_protocol::api::{Base64, Wrap};
use valise_protocol::ids::{DekId, FolderId};

use super::cursors::{self, List};
use super::{int, uint};

pub(super) const MIGRATION: &str = "
CREATE TABLE wraps (
    folder BLOB NOT NULL,
    dek BLOB NOT NULL,
    epoch INTEGER NOT NULL,
    bytes BLOB NOT NULL,
    change INTEGER NOT NULL,
    PRIMARY KEY (folder, dek)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX wraps_by_change ON wraps (folder, change);";

/// Stores a wrap unless one of this epoch or a later one stands there. Answers whether it was stored.
pub(crate) fn put(db: &Connection, folder: FolderId, wrap: &Wrap) -> rusqlite::Result<bool> {
    let sql = "SELECT count(*) FROM wraps WHERE folder = ? AND dek = ? AND epoch >= ?";
    let key = params![folder.as_bytes(), wrap.dek.as_bytes(), int(wrap.epoch)];
    let stands: i64 = db.prepare_cached(sql)?.query_row(key, |row| row.get(0))?;
    if stands > 0 {
        return Ok(false);
    }
    let change = cursors::advance(db, folder, List::Wraps)?;
    let sql = "INSERT OR REPLACE INTO wraps (folder, dek, epoch, bytes, change) VALUES (?, ?, ?, ?, ?)";
    let row = params![folder.as_bytes(), wrap.dek.as_bytes(), int(wrap.epoch), wrap.bytes.0, change];
    db.prepare_cached(sql)?.execute(row)?;
    Ok(true)
}

/// Stores a wrap under the number it had at another catalog; neither may be there yet.
pub(crate) fn put_as(db: &Connection, folder: FolderId, change: u64, wrap: &Wrap) -> rusqlite::Result<()> {
    let sql = "INSERT INTO wraps (folder, dek, epoch, bytes, change) VALUES (?, ?, ?, ?, ?)";
    let row = params![folder.as_bytes(), wrap.dek.as_bytes(), int(wrap.epoch), wrap.bytes.0, int(change)];
    db.prepare_cached(sql)?.execute(row)?;
    Ok(())
}

/// Whether there is a wrap of this DEK.
pub(crate) fn is_there(db: &Connection, folder: FolderId, dek: DekId) -> rusqlite::Result<bool> {
    let mut statement = db.prepare_cached("SELECT 1 FROM wraps WHERE folder = ? AND dek = ?")?;
    statement.exists(params![folder.as_bytes(), dek.as_bytes()])
}

/// Wraps after a cursor with their own, in the order of their change; none of an epoch before `minimum`.
pub(crate) fn page(
    db: &Connection,
    folder: FolderId,
    (after, minimum): (u64, u64),
    most: usize,
) -> rusqlite::Result<Vec<(u64, Wrap)>> {
    let sql = "SELECT change, dek, epoch, bytes FROM wraps
               WHERE folder = ? AND change > ? AND epoch >= ? ORDER BY change LIMIT ?";
    let mut statement = db.prepare_cached(sql)?;
    let place = params![folder.as_bytes(), int(after), int(minimum), int(most as u64)];
    let rows = statement.query_map(place, |row| {
        let wrap = Wrap { dek: DekId::new(row.get(1)?), epoch: uint(row.get(2)?), bytes: Base64(row.get(3)?) };
        Ok((uint(row.get(0)?), wrap))
    })?;
    rows.collect()
}
