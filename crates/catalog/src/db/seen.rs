//! When a device was here last: for the list of devices of its own account, and for nobody else.

use rusqlite::{Connection, params};
use valise_protocol::ids::{AccountId, DeviceId};

use super::{int, uint};

pub(super) const MIGRATION: &str = "
CREATE TABLE seen (
    account BLOB NOT NULL,
    device BLOB NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (account, device)
) STRICT, WITHOUT ROWID;";

/// Notes that a device was here, in milliseconds since 1970.
pub(crate) fn put(db: &Connection, account: AccountId, device: DeviceId, at: u64) -> rusqlite::Result<()> {
    let sql = "INSERT INTO seen (account, device, at) VALUES (?, ?, ?)
               ON CONFLICT (account, device) DO UPDATE SET at = max(at, excluded.at)";
    db.prepare_cached(sql)?.execute(params![account.as_bytes(), device.as_bytes(), int(at)])?;
    Ok(())
}

/// Devices of an account that ever were here.
pub(crate) fn of(db: &Connection, account: AccountId) -> rusqlite::Result<Vec<(DeviceId, u64)>> {
    let mut statement = db.prepare_cached("SELECT device, at FROM seen WHERE account = ?")?;
    let row = |row: &rusqlite::Row<'_>| Ok((DeviceId::new(row.get(0)?), uint(row.get(1)?)));
    statement.query_map([account.as_bytes()], row)?.collect()
}
