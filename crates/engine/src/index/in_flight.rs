//! Table `in_flight`: the record that was signed and sent for a folder and has no receipt yet.
//!
//! It is written before it is sent. After a lost answer the same bytes are sent again, which a catalog that
//! has them answers with the receipt: no change is ever doubled.

use rusqlite::{Connection, OptionalExtension, params};

use valise_protocol::cbor;
use valise_protocol::ids::FolderId;

use crate::error::EngineError;

pub(super) const MIGRATION: &str = "
CREATE TABLE in_flight (
    folder BLOB PRIMARY KEY NOT NULL,
    rows   BLOB NOT NULL,
    bytes  BLOB NOT NULL
) STRICT, WITHOUT ROWID;";

/// A record on its way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InFlight {
    /// Outbox rows it carries.
    pub rows: Vec<u64>,
    /// The record, whole.
    pub bytes: Vec<u8>,
}

/// Remembers a record before it is sent.
pub fn put(db: &Connection, folder: &FolderId, in_flight: &InFlight) -> Result<(), EngineError> {
    db.prepare_cached("INSERT OR REPLACE INTO in_flight (folder, rows, bytes) VALUES (?, ?, ?)")?.execute(params![
        folder.as_bytes(),
        cbor::encode(&in_flight.rows)?,
        in_flight.bytes
    ])?;
    Ok(())
}

/// The record on its way for a folder.
pub fn find(db: &Connection, folder: &FolderId) -> Result<Option<InFlight>, EngineError> {
    let row: Option<(Vec<u8>, Vec<u8>)> = db
        .prepare_cached("SELECT rows, bytes FROM in_flight WHERE folder = ?")?
        .query_row([folder.as_bytes()], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    row.map(|(rows, bytes)| Ok(InFlight { rows: cbor::decode(&rows)?, bytes })).transpose()
}

/// Forgets it: it arrived, or it must be signed again.
pub fn remove(db: &Connection, folder: &FolderId) -> Result<(), EngineError> {
    db.prepare_cached("DELETE FROM in_flight WHERE folder = ?")?.execute([folder.as_bytes()])?;
    Ok(())
}
