//! The pinning node's signed words, by folder.

use rusqlite::{Connection, params};
use valise_protocol::cbor;
use valise_protocol::ids::{Cid, FolderId};
use valise_protocol::receipt::Held;

use super::cursors::{self, List};
use super::{damaged, int, uint};

pub(super) const MIGRATION: &str = "
CREATE TABLE held (
    folder BLOB NOT NULL,
    cid TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    signature BLOB NOT NULL,
    change INTEGER NOT NULL,
    PRIMARY KEY (folder, cid)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX held_by_change ON held (folder, change);";

/// Stores a word.
pub(crate) fn put(db: &Connection, folder: FolderId, held: &Held) -> rusqlite::Result<()> {
    let change = cursors::advance(db, folder, List::Held)?;
    let sql = "INSERT OR REPLACE INTO held (folder, cid, bytes, signature, change) VALUES (?, ?, ?, ?, ?)";
    let signature = cbor::encode(&held.signature).map_err(damaged)?;
    let row = params![folder.as_bytes(), held.cid.to_string(), int(held.bytes), signature, change];
    db.prepare_cached(sql)?.execute(row)?;
    Ok(())
}

/// Words after a cursor with their own, in the order they came.
pub(crate) fn page(db: &Connection, folder: FolderId, after: u64, most: usize) -> rusqlite::Result<Vec<(u64, Held)>> {
    let sql = "SELECT change, cid, bytes, signature FROM held WHERE folder = ? AND change > ? ORDER BY change LIMIT ?";
    let mut statement = db.prepare_cached(sql)?;
    let rows = statement.query_map(params![folder.as_bytes(), int(after), int(most as u64)], |row| {
        let (cid, signature): (String, Vec<u8>) = (row.get(1)?, row.get(3)?);
        let signature = cbor::decode(&signature).map_err(damaged)?;
        let held = Held { cid: cid.parse().map_err(damaged)?, bytes: uint(row.get(2)?), signature };
        Ok((uint(row.get(0)?), held))
    })?;
    rows.collect()
}

/// Takes a word back: the folder dropped the DAG.
pub(crate) fn delete(db: &Connection, folder: FolderId, cid: Cid) -> rusqlite::Result<()> {
    let mut statement = db.prepare_cached("DELETE FROM held WHERE folder = ? AND cid = ?")?;
    statement.execute(params![folder.as_bytes(), cid.to_string()])?;
    Ok(())
}
