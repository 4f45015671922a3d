//! Table `records`: verified records of all chains, whole.

use rusqlite::{Connection, OptionalExtension, params};

use valise_protocol::ids::RecordHash;
use valise_protocol::record::{ChainId, ChainKind, Record};

use super::{from_sql, id, to_sql};
use crate::error::EngineError;

pub(super) const MIGRATION: &str = "
CREATE TABLE records (
    kind   INTEGER NOT NULL,
    chain  BLOB NOT NULL,
    seq    INTEGER NOT NULL,
    hash   BLOB NOT NULL,
    bytes  BLOB NOT NULL,
    PRIMARY KEY (kind, chain, seq)
) STRICT, WITHOUT ROWID;";

/// Adds a verified record.
pub fn add(db: &Connection, chain: &ChainId, record: &Record) -> Result<(), EngineError> {
    db.prepare_cached("INSERT INTO records (kind, chain, seq, hash, bytes) VALUES (?, ?, ?, ?, ?)")?.execute(
        params![
            chain.kind().0,
            chain.genesis().as_bytes(),
            to_sql(record.envelope().seq),
            record.hash().as_bytes(),
            record.bytes(),
        ],
    )?;
    Ok(())
}

/// All records of a chain from a place on, in order, whole.
pub fn from(db: &Connection, chain: &ChainId, seq: u64) -> Result<Vec<Vec<u8>>, EngineError> {
    let mut statement =
        db.prepare_cached("SELECT bytes FROM records WHERE kind = ? AND chain = ? AND seq >= ? ORDER BY seq")?;
    let rows =
        statement.query_map(params![chain.kind().0, chain.genesis().as_bytes(), to_sql(seq)], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// At most so many records of a chain from a place on, in order, whole.
pub fn some(db: &Connection, chain: &ChainId, seq: u64, most: usize) -> Result<Vec<Vec<u8>>, EngineError> {
    let mut statement =
        db.prepare_cached("SELECT bytes FROM records WHERE kind = ? AND chain = ? AND seq >= ? ORDER BY seq LIMIT ?")?;
    let genesis = chain.genesis();
    let place = params![chain.kind().0, genesis.as_bytes(), to_sql(seq), to_sql(most as u64)];
    let rows = statement.query_map(place, |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The record at a place, whole.
pub fn at(db: &Connection, chain: &ChainId, seq: u64) -> Result<Option<Vec<u8>>, EngineError> {
    Ok(db
        .prepare_cached("SELECT bytes FROM records WHERE kind = ? AND chain = ? AND seq = ?")?
        .query_row(params![chain.kind().0, chain.genesis().as_bytes(), to_sql(seq)], |row| row.get(0))
        .optional()?)
}

/// Calls `each` with every record of a chain, in order, without holding them all.
pub fn each(
    db: &Connection,
    chain: &ChainId,
    mut each: impl FnMut(&[u8]) -> Result<(), EngineError>,
) -> Result<(), EngineError> {
    let mut statement = db.prepare_cached("SELECT bytes FROM records WHERE kind = ? AND chain = ? ORDER BY seq")?;
    let mut rows = statement.query(params![chain.kind().0, chain.genesis().as_bytes()])?;
    while let Some(row) = rows.next()? {
        each(row.get_ref(0)?.as_blob().map_err(|_| EngineError::IndexDamaged)?)?;
    }
    Ok(())
}

/// Forgets a chain.
pub fn remove_chain(db: &Connection, chain: &ChainId) -> Result<(), EngineError> {
    let genesis = chain.genesis();
    db.prepare_cached("DELETE FROM records WHERE kind = ? AND chain = ?")?
        .execute(params![chain.kind().0, genesis.as_bytes()])?;
    Ok(())
}

/// Chains of one kind.
pub fn chains(db: &Connection, kind: ChainKind) -> Result<Vec<ChainId>, EngineError> {
    let mut statement = db.prepare_cached("SELECT chain FROM records WHERE kind = ? AND seq = 0")?;
    let rows = statement.query_map([kind.0], |row| row.get::<_, Vec<u8>>(0))?;
    rows.map(|row| ChainId::of_genesis(kind, id(&row?)?).ok_or(EngineError::IndexDamaged)).collect()
}

/// Hash of the record at a place.
pub fn hash(db: &Connection, chain: &ChainId, seq: u64) -> Result<Option<RecordHash>, EngineError> {
    let hash: Option<Vec<u8>> = db
        .prepare_cached("SELECT hash FROM records WHERE kind = ? AND chain = ? AND seq = ?")?
        .query_row(params![chain.kind().0, chain.genesis().as_bytes(), to_sql(seq)], |row| row.get(0))
        .optional()?;
    hash.map(|hash| id(&hash)).transpose()
}

/// Number of records of a chain.
pub fn count(db: &Connection, chain: &ChainId) -> Result<u64, EngineError> {
    let last: Option<i64> = db
        .prepare_cached("SELECT max(seq) FROM records WHERE kind = ? AND chain = ?")?
        .query_row(params![chain.kind().0, chain.genesis().as_bytes()], |row| row.get(0))
        .optional()?
        .flatten();
    Ok(last.map_or(0, |seq| from_sql(seq) + 1))
}
