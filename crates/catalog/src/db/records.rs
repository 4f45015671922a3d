//! Records of all chains, as they were signed.

use rusqlite::{Connection, OptionalExtension as _, params};
use valise_protocol::ids::{RecordHash, Seq};
use valise_protocol::record::{ChainId, ChainKind, Record};

use super::{damaged, int, usage};

pub(super) const MIGRATION: &str = "
CREATE TABLE records (
    id INTEGER PRIMARY KEY,
    kind INTEGER NOT NULL,
    chain BLOB NOT NULL,
    seq INTEGER NOT NULL,
    hash BLOB NOT NULL,
    bytes BLOB NOT NULL,
    UNIQUE (kind, chain, seq)
) STRICT;";

/// A row as it is read back at the start.
pub(crate) struct Row {
    pub(crate) chain: ChainId,
    pub(crate) bytes: Vec<u8>,
}

/// Appends; the place must be free.
pub(crate) fn insert(db: &Connection, chain: ChainId, record: &Record) -> rusqlite::Result<()> {
    let sql = "INSERT INTO records (kind, chain, seq, hash, bytes) VALUES (?, ?, ?, ?, ?)";
    db.prepare_cached(sql)?.execute(params![
        chain.kind().0,
        chain.genesis().as_bytes(),
        int(record.envelope().seq),
        record.hash().as_bytes(),
        record.bytes(),
    ])?;
    usage::add(db, chain, record)
}

/// The record that stands at a place.
pub(crate) fn hash(db: &Connection, chain: ChainId, seq: Seq) -> rusqlite::Result<Option<RecordHash>> {
    let sql = "SELECT hash FROM records WHERE kind = ? AND chain = ? AND seq = ?";
    let mut statement = db.prepare_cached(sql)?;
    let found = statement.query_row(params![chain.kind().0, chain.genesis().as_bytes(), int(seq)], |row| row.get(0));
    found.optional().map(|hash| hash.map(RecordHash::new))
}

/// Records after a place (from the genesis if there is none) up to so many and so many bytes, but at least one.
pub(crate) fn page(
    db: &Connection,
    chain: ChainId,
    after: Option<Seq>,
    most: usize,
    most_bytes: usize,
) -> rusqlite::Result<Vec<Vec<u8>>> {
    let sql = "SELECT bytes FROM records WHERE kind = ? AND chain = ? AND seq > ? ORDER BY seq LIMIT ?";
    let mut statement = db.prepare_cached(sql)?;
    let after = after.map_or(-1, int);
    let mut rows = statement.query(params![chain.kind().0, chain.genesis().as_bytes(), after, int(most as u64)])?;
    let (mut page, mut bytes) = (Vec::new(), 0);
    while let Some(row) = rows.next()? {
        let record: Vec<u8> = row.get(0)?;
        bytes += record.len();
        if bytes > most_bytes && !page.is_empty() {
            break;
        }
        page.push(record);
    }
    Ok(page)
}

/// Every record, chain by chain, each in order.
pub(crate) fn each<E: From<rusqlite::Error>>(
    db: &Connection,
    mut take: impl FnMut(Row) -> Result<(), E>,
) -> Result<(), E> {
    for kind in [ChainKind::WORKSPACE, ChainKind::ACCOUNT, ChainKind::FOLDER] {
        each_of(db, kind, &mut take)?;
    }
    Ok(())
}

/// Every record of one kind of chain, chain by chain, each in order.
pub(crate) fn each_of<E: From<rusqlite::Error>>(
    db: &Connection,
    kind: ChainKind,
    mut take: impl FnMut(Row) -> Result<(), E>,
) -> Result<(), E> {
    let mut statement = db.prepare("SELECT chain, bytes FROM records WHERE kind = ? ORDER BY chain, seq")?;
    let mut rows = statement.query([kind.0])?;
    while let Some(row) = rows.next()? {
        let chain = ChainId::of_genesis(kind, RecordHash::new(row.get(0)?));
        let chain = chain.ok_or_else(|| damaged(valise_protocol::ids::BadId))?;
        take(Row { chain, bytes: row.get(1)? })?;
    }
    Ok(())
}

/// Removes a chain that never counted: a newcomer's who was not let in.
pub(crate) fn delete_chain(db: &Connection, chain: ChainId) -> rusqlite::Result<()> {
    let sql = "DELETE FROM records WHERE kind = ? AND chain = ?";
    db.prepare_cached(sql)?.execute(params![chain.kind().0, chain.genesis().as_bytes()])?;
    match chain {
        ChainId::Account(account) => usage::forget(db, account),
        _ => Ok(()),
    }
}
