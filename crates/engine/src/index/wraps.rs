//! Table `wraps`: DEKs wrapped under folder keys, the mirror of the catalog's.

use rusqlite::{Connection, OptionalExtension, params};

use valise_protocol::ids::{DekId, Epoch, FolderId};
use valise_protocol::keys::WrappedKey;

use super::{from_sql, to_sql};
use crate::error::EngineError;

pub(super) const MIGRATION: &str = "
CREATE TABLE wraps (
    folder BLOB NOT NULL,
    dek    BLOB NOT NULL,
    epoch  INTEGER NOT NULL,
    bytes  BLOB NOT NULL,
    PRIMARY KEY (folder, dek)
) STRICT, WITHOUT ROWID;";

/// Keeps a wrap, unless one of the same or a later epoch is there.
pub fn put(db: &Connection, folder: &FolderId, dek: &DekId, epoch: Epoch, key: &WrappedKey) -> Result<(), EngineError> {
    db.prepare_cached(
        "INSERT INTO wraps (folder, dek, epoch, bytes) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT DO UPDATE SET epoch = ?3, bytes = ?4 WHERE epoch < ?3",
    )?
    .execute(params![folder.as_bytes(), dek.as_bytes(), to_sql(epoch), key.as_bytes()])?;
    Ok(())
}

/// A wrapped DEK and its epoch.
pub fn find(db: &Connection, folder: &FolderId, dek: &DekId) -> Result<Option<(Epoch, WrappedKey)>, EngineError> {
    let row: Option<(i64, Vec<u8>)> = db
        .prepare_cached("SELECT epoch, bytes FROM wraps WHERE folder = ? AND dek = ?")?
        .query_row(params![folder.as_bytes(), dek.as_bytes()], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    row.map(|(epoch, bytes)| Ok((from_sql(epoch), WrappedKey::new(bytes).ok_or(EngineError::IndexDamaged)?)))
        .transpose()
}
