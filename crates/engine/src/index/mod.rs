//! The index: one SQLCipher file, open only while unlocked.
//!
//! It holds what was verified: the records of all chains, the wrapped DEKs, what waits to be sent, and a few
//! marks. Trees, members and keys are folded from the records when the vault opens, so no second truth can
//! disagree with the chains. One file a table: migration, row, reads, writes. SQL stands nowhere else.
//!
//! To change a table: add a migration at the end of [`MIGRATIONS`]; one that has landed is never edited.

pub mod health;
pub mod held;
pub mod in_flight;
pub mod kept;
pub mod marks;
pub mod opened;
pub mod outbox;
pub mod records;
pub mod security;
pub mod transfers;
pub mod used;
pub mod wraps;

use std::path::Path;

use rusqlite::{Connection, Transaction};

use valise_crypto::IndexKey;

use crate::error::EngineError;

/// The first SQLite past the WAL-reset corruption of 3.7.0 to 3.51.2.
const OLDEST_SQLITE: i32 = 3_051_003;

/// In order; the index's `user_version` says how many have run.
const MIGRATIONS: &[&str] = &[
    records::MIGRATION,
    wraps::MIGRATION,
    outbox::MIGRATION,
    in_flight::MIGRATION,
    held::MIGRATION,
    marks::MIGRATION,
    security::MIGRATION,
    opened::MIGRATION,
    transfers::MIGRATION,
    kept::MIGRATION,
    used::MIGRATION,
    wraps::PLACES,
];

/// The open index.
pub struct Index {
    connection: Connection,
}

impl Index {
    /// Opens or makes the index and brings it up to date.
    pub fn open(path: &Path, key: &IndexKey) -> Result<Self, EngineError> {
        if rusqlite::version_number() < OLDEST_SQLITE {
            return Err(EngineError::Internal("this SQLite is too old to be trusted with data"));
        }
        let connection = Connection::open(path)?;
        connection.execute_batch(&key.sqlcipher_pragma())?;
        connection.execute_batch(
            "PRAGMA journal_mode = WAL;
             PRAGMA synchronous = FULL;
             PRAGMA foreign_keys = ON;
             PRAGMA temp_store = MEMORY;
             PRAGMA cache_size = -8000;",
        )?;
        let mut index = Self { connection };
        index.migrate()?;
        Ok(index)
    }

    /// Encrypts a closed index, which nobody else uses, anew under another key.
    pub fn change_key(path: &Path, old: &IndexKey, new: &IndexKey) -> Result<(), EngineError> {
        let connection = Connection::open(path)?;
        connection.execute_batch(&old.sqlcipher_pragma())?;
        // Pages are rewritten through a rollback journal, which is gone when the file is whole.
        let mode: String = connection.query_row("PRAGMA journal_mode = DELETE", [], |row| row.get(0))?;
        if mode != "delete" {
            return Err(EngineError::Internal("the index is in use"));
        }
        connection.execute_batch(&new.sqlcipher_rekey_pragma())?;
        connection.close().map_err(|(_, error)| EngineError::from(error))
    }

    /// Writes a copy of all of it to a new file, under the same key.
    pub fn copy_to(&self, path: &Path) -> Result<(), EngineError> {
        let path = path.to_str().ok_or(EngineError::Internal("a path that is no text"))?;
        self.connection.execute("VACUUM INTO ?", [path])?;
        Ok(())
    }

    /// Closes it, so that all of it is in one file; an error if it is not.
    pub fn close(self) -> Result<(), EngineError> {
        let busy: i64 = self.connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
        if busy != 0 {
            return Err(EngineError::Internal("the index is in use"));
        }
        self.connection.close().map_err(|(_, error)| EngineError::from(error))
    }

    fn migrate(&mut self) -> Result<(), EngineError> {
        let done: usize =
            self.connection.query_row("PRAGMA user_version", [], |row| row.get::<_, i64>(0))?.try_into().unwrap_or(0);
        if done > MIGRATIONS.len() {
            return Err(EngineError::UpdateNeeded);
        }
        let transaction = self.connection.transaction()?;
        for migration in &MIGRATIONS[done..] {
            transaction.execute_batch(migration)?;
        }
        transaction.pragma_update(None, "user_version", MIGRATIONS.len() as i64)?;
        transaction.commit()?;
        Ok(())
    }

    /// Reads.
    pub fn read(&self) -> &Connection {
        &self.connection
    }

    /// Everything in `work`, or nothing.
    pub fn write<T>(
        &mut self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, EngineError>,
    ) -> Result<T, EngineError> {
        let transaction = self.connection.transaction()?;
        let value = work(&transaction)?;
        transaction.commit()?;
        Ok(value)
    }
}

/// An id column's bytes as an id; a wrong length is damage.
pub(crate) fn id<'a, T: TryFrom<&'a [u8]>>(bytes: &'a [u8]) -> Result<T, EngineError> {
    T::try_from(bytes).map_err(|_| EngineError::IndexDamaged)
}

/// Numbers are kept as SQLite's signed integers; ours never reach the sign.
pub(crate) fn to_sql(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// See [`to_sql`].
pub(crate) fn from_sql(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}
