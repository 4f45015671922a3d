//! Table `used`: when what was fetched was used last. Not to the minute: a row is not written at every use.

use std::collections::HashMap;

use rusqlite::{Connection, params};

use valise_protocol::ids::Cid;

use super::{from_sql, to_sql};
use crate::error::EngineError;

pub(super) const MIGRATION: &str = "
CREATE TABLE used (
    cid BLOB PRIMARY KEY NOT NULL,
    at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;";

/// It is used now.
pub fn put(db: &Connection, cid: &Cid, at: u64) -> Result<(), EngineError> {
    let row = params![cid.inner().to_bytes(), to_sql(at)];
    db.prepare_cached("INSERT OR REPLACE INTO used (cid, at) VALUES (?, ?)")?.execute(row)?;
    Ok(())
}

/// It is not here any more.
pub fn remove(db: &Connection, cid: &Cid) -> Result<(), EngineError> {
    db.prepare_cached("DELETE FROM used WHERE cid = ?")?.execute(params![cid.inner().to_bytes()])?;
    Ok(())
}

/// All of them.
pub fn all(db: &Connection) -> Result<HashMap<Cid, u64>, EngineError> {
    let mut statement = db.prepare_cached("SELECT cid, at FROM used")?;
    let rows = statement.query_map([], |row| Ok((row.get::<_, Vec<u8>>(0)?, row.get::<_, i64>(1)?)))?;
    rows.map(|row| {
        let (cid, at) = row?;
        let cid = cid::Cid::try_from(cid.as_slice()).map_err(|_| EngineError::IndexDamaged)?;
        Ok((Cid::new(cid).map_err(|_| EngineError::IndexDamaged)?, from_sql(at)))
    })
    .collect()
}
