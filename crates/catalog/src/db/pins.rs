//! DAGs which folders announced and the pinning node must keep.

use rusqlite::{Connection, OptionalExtension as _, params};
use valise_protocol::folder::Pin;
use valise_protocol::ids::{AccountId, Cid, DeviceId, FolderId};

use super::{damaged, int, uint};

/// AUTOINCREMENT: an id is never given out again, so an attempt never speaks of another pin than it meant.
pub(super) const MIGRATION: &str = "
CREATE TABLE pins (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    folder BLOB NOT NULL,
    cid TEXT NOT NULL,
    size INTEGER NOT NULL,
    blocks INTEGER NOT NULL,
    author BLOB NOT NULL,
    device BLOB NOT NULL,
    held INTEGER NOT NULL DEFAULT 0,
    UNIQUE (folder, cid)
) STRICT;
CREATE INDEX pins_by_cid ON pins (cid);
CREATE INDEX pins_waiting ON pins (id) WHERE held = 0;";

/// A pin that is waiting to be held.
#[derive(Clone, Debug)]
pub(crate) struct Waiting {
    pub(crate) folder: FolderId,
    pub(crate) pin: Pin,
    pub(crate) author: AccountId,
    pub(crate) device: DeviceId,
}

/// Adds a pin. One that waits is replaced, so that a false announcement can be put right and the last to
/// announce it is asked first; one that is held stays.
pub(crate) fn insert(db: &Connection, waiting: &Waiting) -> rusqlite::Result<()> {
    let (folder, cid) = (waiting.folder.as_bytes(), waiting.pin.cid.to_string());
    let sql = "DELETE FROM pins WHERE folder = ? AND cid = ? AND held = 0";
    db.prepare_cached(sql)?.execute(params![folder, cid])?;
    let sql = "INSERT OR IGNORE INTO pins (folder, cid, size, blocks, author, device) VALUES (?, ?, ?, ?, ?, ?)";
    db.prepare_cached(sql)?.execute(params![
        folder,
        cid,
        int(waiting.pin.size),
        int(waiting.pin.blocks),
        waiting.author.as_bytes(),
        waiting.device.as_bytes(),
    ])?;
    Ok(())
}

/// Waiting pins after an id, oldest first: id, who announced it, bytes.
pub(crate) fn waiting_after(db: &Connection, after: i64) -> rusqlite::Result<Vec<(i64, AccountId, u64)>> {
    let mut statement = db.prepare_cached("SELECT id, author, size FROM pins WHERE held = 0 AND id > ? ORDER BY id")?;
    statement.query_map([after], |row| Ok((row.get(0)?, AccountId::new(row.get(1)?), uint(row.get(2)?))))?.collect()
}

/// A pin, if it is still waiting.
pub(crate) fn find_waiting(db: &Connection, id: i64) -> rusqlite::Result<Option<Waiting>> {
    let sql = "SELECT folder, cid, size, blocks, author, device FROM pins WHERE id = ? AND held = 0";
    let read = |row: &rusqlite::Row<'_>| {
        let cid: String = row.get(1)?;
        let cid: Cid = cid.parse().map_err(damaged)?;
        Ok(Waiting {
            folder: FolderId::new(row.get(0)?),
            pin: Pin { cid, size: uint(row.get(2)?), blocks: uint(row.get(3)?) },
            author: AccountId::new(row.get(4)?),
            device: DeviceId::new(row.get(5)?),
        })
    };
    db.prepare_cached(sql)?.query_row([id], read).optional()
}

/// Marks a pin as held. False if it was dropped meanwhile.
pub(crate) fn set_held(db: &Connection, id: i64) -> rusqlite::Result<bool> {
    Ok(db.prepare_cached("UPDATE pins SET held = 1 WHERE id = ?")?.execute([id])? == 1)
}

/// Holds nothing any more: the blocks are gone. Everything waits again, and no word of before is handed out.
pub(crate) fn forget_held(db: &Connection) -> rusqlite::Result<()> {
    db.execute_batch("BEGIN; UPDATE pins SET held = 0; DELETE FROM held; COMMIT;")
}

/// Removes a folder's pin. Answers whether it was there.
pub(crate) fn delete(db: &Connection, folder: FolderId, cid: Cid) -> rusqlite::Result<bool> {
    let mut statement = db.prepare_cached("DELETE FROM pins WHERE folder = ? AND cid = ?")?;
    Ok(statement.execute(params![folder.as_bytes(), cid.to_string()])? > 0)
}

/// Whether any folder wants this DAG.
pub(crate) fn is_wanted(db: &Connection, cid: Cid) -> rusqlite::Result<bool> {
    db.prepare_cached("SELECT 1 FROM pins WHERE cid = ?")?.exists([cid.to_string()])
}
