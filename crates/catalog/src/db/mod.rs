//! The database: one file a table, each with its migration, row, reads and writes.
//!
//! To change a table, add a migration at the end of [`MIGRATIONS`]; one that has landed is never edited.

pub(crate) mod alarms;
pub(crate) mod asked;
pub(crate) mod cursors;
pub(crate) mod held;
pub(crate) mod joins;
pub(crate) mod pins;
pub(crate) mod quotas;
pub(crate) mod records;
pub(crate) mod rings;
pub(crate) mod seen;
pub(crate) mod unpins;
pub(crate) mod usage;
pub(crate) mod wraps;

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use crate::data::StartError;

const MIGRATIONS: &[&str] = &[
    records::MIGRATION,
    rings::MIGRATION,
    joins::MIGRATION,
    alarms::MIGRATION,
    cursors::MIGRATION,
    wraps::MIGRATION,
    pins::MIGRATION,
    held::MIGRATION,
    unpins::MIGRATION,
    seen::MIGRATION,
    asked::MIGRATION,
    usage::MIGRATION,
    quotas::MIGRATION,
    unpins::GRACE_MIGRATION,
];
/// From this version on it is counted what each account has here.
const COUNTED: usize = 12;

/// The first release without the WAL-reset corruption of 3.7.0 to 3.51.2.
const OLDEST_SQLITE: i32 = 3_051_003;

/// Opens the database and brings its tables up to date.
pub(crate) fn open(path: &Path) -> Result<Connection, StartError> {
    if rusqlite::version_number() < OLDEST_SQLITE {
        return Err(StartError::OldSqlite(rusqlite::version()));
    }
    let mut connection = Connection::open(path)?;
    configure(&connection)?;
    let done = version(&connection)?;
    if done > MIGRATIONS.len() {
        return Err(StartError::Newer);
    }
    migrate(&mut connection, done)?;
    Ok(connection)
}

/// Opens the database beside a running catalog of the same version, or of none: nothing is brought up to date.
pub(crate) fn open_beside(path: &Path) -> Result<Connection, StartError> {
    let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    connection.busy_timeout(Duration::from_secs(30))?;
    connection.pragma_update(None, "trusted_schema", "OFF")?;
    if version(&connection)? != MIGRATIONS.len() {
        return Err(StartError::OtherVersion);
    }
    Ok(connection)
}

/// FULL: what is acknowledged survives a power cut, not only a crash.
fn configure(connection: &Connection) -> rusqlite::Result<()> {
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "trusted_schema", "OFF")?;
    connection.set_prepared_statement_cache_capacity(64);
    Ok(())
}

fn version(connection: &Connection) -> rusqlite::Result<usize> {
    let version: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    Ok(usize::try_from(version).unwrap_or(usize::MAX))
}

fn migrate(connection: &mut Connection, done: usize) -> rusqlite::Result<()> {
    let transaction = connection.transaction()?;
    for migration in &MIGRATIONS[done..] {
        transaction.execute_batch(migration)?;
    }
    if done < COUNTED {
        usage::count_all(&transaction)?;
    }
    transaction.pragma_update(None, "user_version", int(MIGRATIONS.len() as u64))?;
    transaction.commit()
}

/// Writes what stands there already: whether it goes is all there is to know.
pub(crate) fn probe(connection: &Connection) -> rusqlite::Result<()> {
    connection.pragma_update(None, "user_version", int(MIGRATIONS.len() as u64))
}

/// As SQLite stores it; what is too large for it is no place or count that can occur.
pub(crate) fn int(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

pub(crate) fn uint(value: i64) -> u64 {
    u64::try_from(value).unwrap_or(0)
}

/// A stored value that does not parse.
pub(crate) fn damaged<E: std::error::Error + Send + Sync + 'static>(error: E) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(0, rusqlite::types::Type::Blob, Box::new(error))
}
