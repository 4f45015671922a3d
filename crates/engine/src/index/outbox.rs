//! Table `outbox`: changes made here that have no receipt yet, in the order they were made.
//!
//! A row holds the operation, never a signed record: what stands before it in the chain may change until it
//! is sent, and then it is signed and sealed again with the same operation.

use rusqlite::{Connection, params};
use serde::{Deserialize, Serialize};

use valise_protocol::cbor;
use valise_protocol::folder::Pin;
use valise_protocol::ids::FolderId;
use valise_protocol::tree::Change;
use valise_protocol::tree::change::{decode_body, encode_body};

use super::{from_sql, to_sql};
use crate::error::EngineError;

pub(super) const MIGRATION: &str = "
CREATE TABLE outbox (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    folder  BLOB NOT NULL,
    changes BLOB NOT NULL,
    extra   BLOB NOT NULL
) STRICT;
CREATE INDEX outbox_folder ON outbox (folder, id);";

/// Content changes of one folder that wait.
#[derive(Clone, Debug, PartialEq)]
pub struct Waiting {
    /// Rises.
    pub id: u64,
    /// The changes.
    pub changes: Vec<Change>,
    /// DAGs to keep.
    pub pins: Vec<Pin>,
    /// DAGs nobody needs any more.
    pub drops: Vec<valise_protocol::ids::Cid>,
}

#[derive(Serialize, Deserialize)]
struct Extra(Vec<Pin>, Vec<valise_protocol::ids::Cid>);

/// Adds changes; answers the row's id.
pub fn add(
    db: &Connection,
    folder: &FolderId,
    changes: &[Change],
    pins: &[Pin],
    drops: &[valise_protocol::ids::Cid],
) -> Result<u64, EngineError> {
    let changes = encode_body(changes)?;
    let extra = cbor::encode(&Extra(pins.to_vec(), drops.to_vec()))?;
    db.prepare_cached("INSERT INTO outbox (folder, changes, extra) VALUES (?, ?, ?)")?.execute(params![
        folder.as_bytes(),
        changes,
        extra
    ])?;
    Ok(from_sql(db.last_insert_rowid()))
}

/// What waits for a folder, oldest first.
pub fn of_folder(db: &Connection, folder: &FolderId) -> Result<Vec<Waiting>, EngineError> {
    let mut statement = db.prepare_cached("SELECT id, changes, extra FROM outbox WHERE folder = ? ORDER BY id")?;
    let mut rows = statement.query([folder.as_bytes()])?;
    let mut waiting = Vec::new();
    while let Some(row) = rows.next()? {
        let changes: Vec<u8> = row.get(1)?;
        let extra: Vec<u8> = row.get(2)?;
        let Extra(pins, drops) = cbor::decode(&extra)?;
        waiting.push(Waiting { id: from_sql(row.get(0)?), changes: decode_body(&changes)?, pins, drops });
    }
    Ok(waiting)
}

/// Removes rows which are in the chain now.
pub fn remove(db: &Connection, ids: &[u64]) -> Result<(), EngineError> {
    let mut statement = db.prepare_cached("DELETE FROM outbox WHERE id = ?")?;
    for id in ids {
        statement.execute([to_sql(*id)])?;
    }
    Ok(())
}
