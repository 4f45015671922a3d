//! Table `wraps`: DEKs wrapped under folder keys, the mirror of the catalog's.

use rusqlite::{Connection, OptionalExtension, params};

use valise_protocol::ids::{DekId, Epoch, FolderId};
use valise_protocol::keys::WrappedKey;

use super::{from_sql, id, to_sql};
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

/// Puts wraps of a later epoch in the place of those that are there, in their order. One that is not there any more is
/// not made again.
pub fn replace<'a>(
    db: &Connection,
    folder: &FolderId,
    wraps: impl IntoIterator<Item = (&'a DekId, Epoch, &'a WrappedKey)>,
) -> Result<(), EngineError> {
    let mut statement =
        db.prepare_cached("UPDATE wraps SET epoch = ?3, bytes = ?4 WHERE folder = ?1 AND dek = ?2 AND epoch < ?3")?;
    for (dek, epoch, key) in wraps {
        statement.execute(params![folder.as_bytes(), dek.as_bytes(), to_sql(epoch), key.as_bytes()])?;
    }
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

/// So many wraps of a folder after one, by id, of epochs before another.
pub fn older(
    db: &Connection,
    folder: &FolderId,
    after: Option<&DekId>,
    below: Epoch,
    most: usize,
) -> Result<Vec<(DekId, Epoch, WrappedKey)>, EngineError> {
    let mut statement = db.prepare_cached(
        "SELECT dek, epoch, bytes FROM wraps WHERE folder = ? AND dek > ? AND epoch < ? ORDER BY dek LIMIT ?",
    )?;
    let after = after.map_or(&[][..], |dek| &dek.as_bytes()[..]);
    let mut rows = statement.query(params![folder.as_bytes(), after, to_sql(below), to_sql(most as u64)])?;
    let mut wraps = Vec::new();
    while let Some(row) = rows.next()? {
        let key = WrappedKey::new(row.get::<_, Vec<u8>>(2)?).ok_or(EngineError::IndexDamaged)?;
        wraps.push((id(row.get_ref(0)?.as_blob().map_err(rusqlite::Error::from)?)?, from_sql(row.get(1)?), key));
    }
    Ok(wraps)
}

/// How many of a folder's wraps are of which epoch, newest first.
pub fn count_by_epoch(db: &Connection, folder: &FolderId) -> Result<Vec<(Epoch, u64)>, EngineError> {
    let mut statement =
        db.prepare_cached("SELECT epoch, count(*) FROM wraps WHERE folder = ? GROUP BY epoch ORDER BY epoch DESC")?;
    let rows = statement.query_map([folder.as_bytes()], |row| Ok((from_sql(row.get(0)?), from_sql(row.get(1)?))))?;
    Ok(rows.collect::<Result<_, _>>()?)
}
