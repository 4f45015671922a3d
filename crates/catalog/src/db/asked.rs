//! Devices that ask for a recovery, and wait for officers.

use rusqlite::{Connection, OptionalExtension as _, params};
use valise_protocol::ids::{AccountId, DeviceId};

use super::{int, uint};

pub(super) const MIGRATION: &str = "
CREATE TABLE asked (
    device BLOB PRIMARY KEY NOT NULL,
    account BLOB NOT NULL,
    at INTEGER NOT NULL,
    refused INTEGER NOT NULL DEFAULT 0,
    bytes BLOB NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX asked_by_account ON asked (account);";

/// One of them.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    /// When, in milliseconds since 1970.
    pub(crate) at: u64,
    /// Somebody who may say no did.
    pub(crate) refused: bool,
    /// What was asked, as it came.
    pub(crate) bytes: Vec<u8>,
}

/// Adds one.
pub(crate) fn insert(
    db: &Connection,
    (account, device): (AccountId, DeviceId),
    at: u64,
    bytes: &[u8],
) -> rusqlite::Result<()> {
    let sql = "INSERT INTO asked (device, account, at, bytes) VALUES (?, ?, ?, ?)";
    db.prepare_cached(sql)?.execute(params![device.as_bytes(), account.as_bytes(), int(at), bytes])?;
    Ok(())
}

/// The one of a device, and whose account it is about.
pub(crate) fn find(db: &Connection, device: DeviceId) -> rusqlite::Result<Option<(AccountId, Row)>> {
    let sql = "SELECT account, at, refused, bytes FROM asked WHERE device = ?";
    db.prepare_cached(sql)?.query_row([device.as_bytes()], read).optional()
}

/// All, oldest first.
pub(crate) fn all(db: &Connection) -> rusqlite::Result<Vec<(AccountId, Row)>> {
    let mut statement = db.prepare_cached("SELECT account, at, refused, bytes FROM asked ORDER BY at, device")?;
    statement.query_map([], read)?.collect()
}

/// Says no to one. It stays, so that who asked is told.
pub(crate) fn refuse(db: &Connection, device: DeviceId) -> rusqlite::Result<()> {
    db.prepare_cached("UPDATE asked SET refused = 1 WHERE device = ?")?.execute([device.as_bytes()])?;
    Ok(())
}

/// Forgets those from before a time.
pub(crate) fn forget_before(db: &Connection, at: u64) -> rusqlite::Result<()> {
    db.prepare_cached("DELETE FROM asked WHERE at < ?")?.execute([int(at)])?;
    Ok(())
}

fn read(row: &rusqlite::Row<'_>) -> rusqlite::Result<(AccountId, Row)> {
    let found = Row { at: uint(row.get(1)?), refused: row.get(2)?, bytes: row.get(3)? };
    Ok((AccountId::new(row.get(0)?), found))
}
