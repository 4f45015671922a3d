//! Sealed rings. An account has the one its chain names, and for a moment the one it is about to name: ring
//! and `keys` record arrive in either order, and a crash between them loses neither.

use rusqlite::{Connection, OptionalExtension as _, params};
use valise_protocol::ids::{AccountId, Commitment};

pub(super) const MIGRATION: &str = "
CREATE TABLE rings (
    account BLOB NOT NULL,
    hash BLOB NOT NULL,
    bytes BLOB NOT NULL,
    PRIMARY KEY (account, hash)
) STRICT, WITHOUT ROWID;";

/// Keeps this ring and the one in force, no other.
pub(crate) fn put(
    db: &Connection,
    account: AccountId,
    in_force: Commitment,
    hash: Commitment,
    bytes: &[u8],
) -> rusqlite::Result<()> {
    db.prepare_cached("DELETE FROM rings WHERE account = ? AND hash NOT IN (?, ?)")?.execute(params![
        account.as_bytes(),
        in_force.as_bytes(),
        hash.as_bytes()
    ])?;
    db.prepare_cached("INSERT OR IGNORE INTO rings (account, hash, bytes) VALUES (?, ?, ?)")?.execute(params![
        account.as_bytes(),
        hash.as_bytes(),
        bytes
    ])?;
    Ok(())
}

/// The ring with this digest.
pub(crate) fn find(db: &Connection, account: AccountId, hash: Commitment) -> rusqlite::Result<Option<Vec<u8>>> {
    let mut statement = db.prepare_cached("SELECT bytes FROM rings WHERE account = ? AND hash = ?")?;
    statement.query_row(params![account.as_bytes(), hash.as_bytes()], |row| row.get(0)).optional()
}

/// Removes an account's rings.
pub(crate) fn delete(db: &Connection, account: AccountId) -> rusqlite::Result<()> {
    db.prepare_cached("DELETE FROM rings WHERE account = ?")?.execute([account.as_bytes()])?;
    Ok(())
}
