//! DAGs which a folder dropped, until the pinning node has let go of them: a restart forgets none, and none goes at once.

use rusqlite::{Connection, params};
use valise_protocol::ids::Cid;

use super::{damaged, int};

pub(super) const MIGRATION: &str = "
CREATE TABLE unpins (
    cid TEXT NOT NULL PRIMARY KEY
) STRICT, WITHOUT ROWID;";

/// Those from before were dropped long ago.
pub(super) const GRACE_MIGRATION: &str = "ALTER TABLE unpins ADD COLUMN since INTEGER NOT NULL DEFAULT 0;";

/// Adds one, dropped at a time in milliseconds since 1970; dropped again, it is kept from then on.
pub(crate) fn insert(db: &Connection, cid: Cid, since: u64) -> rusqlite::Result<()> {
    let sql = "INSERT OR REPLACE INTO unpins (cid, since) VALUES (?, ?)";
    db.prepare_cached(sql)?.execute(params![cid.to_string(), int(since)])?;
    Ok(())
}

/// Some that were dropped up to a time and are still to do, the oldest first.
pub(crate) fn some(db: &Connection, until: u64) -> rusqlite::Result<Vec<Cid>> {
    let mut statement = db.prepare_cached("SELECT cid FROM unpins WHERE since <= ? ORDER BY since LIMIT 256")?;
    let rows = statement.query_map([int(until)], |row| row.get::<_, String>(0))?;
    rows.map(|cid| cid?.parse().map_err(damaged)).collect()
}

/// Done.
pub(crate) fn delete(db: &Connection, cid: Cid) -> rusqlite::Result<()> {
    db.prepare_cached("DELETE FROM unpins WHERE cid = ?")?.execute([cid.to_string()])?;
    Ok(())
}

/// Forgets all: there is nothing to let go of.
pub(crate) fn forget(db: &Connection) -> rusqlite::Result<()> {
    db.execute_batch("DELETE FROM unpins")
}
