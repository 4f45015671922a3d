//! Table `security`: events that somebody should look at.

use rusqlite::{Connection, params};

use super::{from_sql, to_sql};
use crate::api::SecurityEvent;
use crate::error::EngineError;

pub(super) const MIGRATION: &str = "
CREATE TABLE security (
    id    INTEGER PRIMARY KEY AUTOINCREMENT,
    at    INTEGER NOT NULL,
    alarm INTEGER NOT NULL,
    words TEXT NOT NULL
) STRICT;";

/// Keeps an event.
pub fn add(db: &Connection, event: &SecurityEvent) -> Result<(), EngineError> {
    let words = serde_json::to_string(&event.words).map_err(|_| EngineError::Internal("an event cannot be written"))?;
    db.execute(
        "INSERT INTO security (at, alarm, words) VALUES (?, ?, ?)",
        params![to_sql(event.at), event.alarm, words],
    )?;
    Ok(())
}

/// The newest events, newest first.
pub fn newest(db: &Connection, limit: u32) -> Result<Vec<SecurityEvent>, EngineError> {
    let mut statement = db.prepare("SELECT at, alarm, words FROM security ORDER BY id DESC LIMIT ?")?;
    let rows =
        statement.query_map([limit], |row| Ok((row.get::<_, i64>(0)?, row.get(1)?, row.get::<_, String>(2)?)))?;
    rows.map(|row| {
        let (at, alarm, words) = row?;
        let words = serde_json::from_str(&words).map_err(|_| EngineError::IndexDamaged)?;
        Ok(SecurityEvent { at: from_sql(at), alarm, words })
    })
    .collect()
}
