//! Whether the database is sound. No table of its own.

use rusqlite::Connection;

use super::MIGRATIONS;
use crate::error::EngineError;

/// Versions of SQLite and SQLCipher.
pub fn versions() -> Result<(String, String), EngineError> {
    let cipher = Connection::open_in_memory()?.query_row("PRAGMA cipher_version", [], |row| row.get(0))?;
    Ok((rusqlite::version().to_owned(), cipher))
}

/// How many migrations have run, and how many there are.
pub fn migrations(db: &Connection) -> Result<(usize, usize), EngineError> {
    let done: i64 = db.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    Ok((usize::try_from(done).unwrap_or(0), MIGRATIONS.len()))
}

/// How many faults there are: of pages that were changed from outside, and of the database in them. What they are names
/// places in the file alone, and is not needed. Reads all of it.
pub fn faults(db: &Connection) -> Result<usize, EngineError> {
    let rows = |pragma: &str| -> Result<Vec<String>, EngineError> {
        let mut statement = db.prepare(pragma)?;
        let rows = statement.query_map([], |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    };
    let cipher = rows("PRAGMA cipher_integrity_check")?.len();
    let inside = rows("PRAGMA integrity_check(100)")?.into_iter().filter(|row| row != "ok").count();
    Ok(cipher + inside)
}
