//! Table `transfers`: what is on its way to or from this computer and goes on after a crash, a lock or a lost network.
//! A transfer that is done or given up has no row.

use std::path::PathBuf;

use rusqlite::{Connection, params};
use serde::{Deserialize, Serialize};

use valise_protocol::cbor;
use valise_protocol::ids::{DekId, EntryId, FolderId};

use super::{from_sql, id, to_sql};
use crate::error::EngineError;

pub(super) const MIGRATION: &str = "
CREATE TABLE transfers (
    id     INTEGER PRIMARY KEY NOT NULL,
    folder BLOB NOT NULL,
    name   TEXT NOT NULL,
    paused INTEGER NOT NULL,
    job    BLOB NOT NULL
) STRICT;";

/// What there is to do. Doing it again skips what is done already, so that a row needs no progress.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Job {
    /// Files and directories become part of a folder.
    Add {
        /// The directory there.
        parent: EntryId,
        /// What was chosen or dropped.
        paths: Vec<PathBuf>,
    },
    /// A file, or a directory and all that is in it, is written outside Valise.
    Save {
        /// The entry.
        entry: EntryId,
        /// The version's key; none: the newest.
        version: Option<DekId>,
        /// Where to.
        to: PathBuf,
    },
}

/// A transfer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Its id.
    pub id: u64,
    /// To or from where.
    pub folder: FolderId,
    /// Name of the first file.
    pub name: String,
    /// A person stopped it for now.
    pub paused: bool,
    /// What there is to do.
    pub job: Job,
}

impl Job {
    /// Whether it can be kept: a path that is no Unicode cannot.
    pub fn can_be_kept(&self) -> bool {
        match self {
            Self::Add { paths, .. } => paths.iter().all(|path| path.to_str().is_some()),
            Self::Save { to, .. } => to.to_str().is_some(),
        }
    }
}

/// Keeps a new one.
pub fn add(db: &Connection, row: &Row) -> Result<(), EngineError> {
    db.prepare_cached("INSERT INTO transfers (id, folder, name, paused, job) VALUES (?, ?, ?, ?, ?)")?
        .execute(params![to_sql(row.id), row.folder.as_bytes(), row.name, row.paused, cbor::encode(&row.job)?])?;
    Ok(())
}

/// All of them, oldest first.
pub fn all(db: &Connection) -> Result<Vec<Row>, EngineError> {
    let mut statement = db.prepare_cached("SELECT id, folder, name, paused, job FROM transfers ORDER BY id")?;
    let mut rows = statement.query([])?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        all.push(Row {
            id: from_sql(row.get(0)?),
            folder: id(&row.get::<_, Vec<u8>>(1)?)?,
            name: row.get(2)?,
            paused: row.get(3)?,
            job: cbor::decode(&row.get::<_, Vec<u8>>(4)?)?,
        });
    }
    Ok(all)
}

/// Stops one for now, or no longer.
pub fn set_paused(db: &Connection, id: u64, paused: bool) -> Result<(), EngineError> {
    db.prepare_cached("UPDATE transfers SET paused = ? WHERE id = ?")?.execute(params![paused, to_sql(id)])?;
    Ok(())
}

/// Forgets one.
pub fn remove(db: &Connection, id: u64) -> Result<(), EngineError> {
    db.prepare_cached("DELETE FROM transfers WHERE id = ?")?.execute([to_sql(id)])?;
    Ok(())
}
