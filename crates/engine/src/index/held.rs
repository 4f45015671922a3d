//! Table `held`: DAGs which a pinning node has confirmed.

use rusqlite::{Connection, params};

use valise_protocol::ids::Cid;

use crate::error::EngineError;

pub(super) const MIGRATION: &str = "
CREATE TABLE held (
    cid BLOB PRIMARY KEY NOT NULL
) STRICT, WITHOUT ROWID;";

/// Keeps a verified word.
pub fn put(db: &Connection, cid: &Cid) -> Result<(), EngineError> {
    db.prepare_cached("INSERT OR IGNORE INTO held (cid) VALUES (?)")?.execute(params![cid.inner().to_bytes()])?;
    Ok(())
}

/// All of them.
pub fn all(db: &Connection) -> Result<Vec<Cid>, EngineError> {
    let mut statement = db.prepare_cached("SELECT cid FROM held")?;
    let rows = statement.query_map([], |row| row.get::<_, Vec<u8>>(0))?;
    rows.map(|row| {
        let cid = cid::Cid::try_from(row?.as_slice()).map_err(|_| EngineError::IndexDamaged)?;
        Cid::new(cid).map_err(|_| EngineError::IndexDamaged)
    })
    .collect()
}
