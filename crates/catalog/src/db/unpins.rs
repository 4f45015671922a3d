//! DAGs which a folder dropped, until the pinning node has let go of them: a restart forgets none.

use rusqlite::Connection;
use valise_protocol::ids::Cid;

use super::damaged;

pub(super) const MIGRATION: &str = "
CREATE TABLE unpins (
    cid TEXT NOT NULL PRIMARY KEY
) STRICT, WITHOUT ROWID;";

/// Adds one.
pub(crate) fn insert(db: &Connection, cid: Cid) -> rusqlite::Result<()> {
    db.prepare_cached("INSERT OR IGNORE INTO unpins (cid) VALUES (?)")?.execute([cid.to_string()])?;
    Ok(())
}

/// Some that are still to do.
pub(crate) fn some(db: &Connection) -> rusqlite::Result<Vec<Cid>> {
    let mut statement = db.prepare_cached("SELECT cid FROM unpins LIMIT 256")?;
    let rows = statement.query_map([], |row| row.get::<_, String>(0))?;
    rows.map(|cid| cid?.parse().map_err(damaged)).collect()
}

/// Done.
pub(crate) fn delete(db: &Connection, cid: Cid) -> rusqlite::Result<()> {
    db.prepare_cached("DELETE FROM unpins WHERE cid = ?")?.execute([cid.to_string()])?;
    Ok(())
}
