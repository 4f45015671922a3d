//! How much each account has the catalog keep.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension as _, params};
use valise_protocol::ids::AccountId;
use valise_protocol::record::{ChainId, Record};

use super::{int, records, uint};

pub(super) const MIGRATION: &str = "
CREATE TABLE usage (
    account BLOB NOT NULL PRIMARY KEY,
    records INTEGER NOT NULL,
    bytes INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX pins_by_author ON pins (author, size, blocks);";

/// Bytes that a block's links may have beside the file, as the pinning node allows for them.
pub(crate) const LINKS: u64 = 128;

/// What somebody has the catalog keep.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Usage {
    /// Records, and their bytes.
    pub(crate) records: u64,
    pub(crate) record_bytes: u64,
    /// Bytes announced to the pinning node, held or not.
    pub(crate) pinned: u64,
}

/// Counts a record.
pub(super) fn add(db: &Connection, chain: ChainId, record: &Record) -> rusqlite::Result<()> {
    let sql = "INSERT INTO usage (account, records, bytes) VALUES (?, 1, ?)
               ON CONFLICT (account) DO UPDATE SET records = records + 1, bytes = bytes + excluded.bytes";
    let bytes = int(record.bytes().len() as u64);
    db.prepare_cached(sql)?.execute(params![whose(chain, record).as_bytes(), bytes])?;
    Ok(())
}

/// An account's chain is its own, from the genesis on, which names no author.
fn whose(chain: ChainId, record: &Record) -> AccountId {
    match chain {
        ChainId::Account(account) => account,
        _ => record.envelope().author,
    }
}

/// Forgets an account that never counted.
pub(super) fn forget(db: &Connection, account: AccountId) -> rusqlite::Result<()> {
    db.prepare_cached("DELETE FROM usage WHERE account = ?")?.execute([account.as_bytes()])?;
    Ok(())
}

/// Counts what was there before anybody counted.
pub(super) fn count_all(db: &Connection) -> rusqlite::Result<()> {
    records::each(db, |row| {
        let record = Record::decode(&row.bytes).map_err(super::damaged)?;
        add(db, row.chain, &record)
    })
}

/// One account's.
pub(crate) fn of(db: &Connection, account: AccountId) -> rusqlite::Result<Usage> {
    let mut statement = db.prepare_cached("SELECT records, bytes FROM usage WHERE account = ?")?;
    let counted = statement.query_row([account.as_bytes()], |row| Ok((uint(row.get(0)?), uint(row.get(1)?))));
    let (records, record_bytes) = counted.optional()?.unwrap_or_default();
    let sql = format!("SELECT total(size + {LINKS} * blocks) FROM pins WHERE author = ?");
    let pinned = db.prepare_cached(&sql)?.query_row([account.as_bytes()], |row| row.get::<_, f64>(0))?;
    Ok(Usage { records, record_bytes, pinned: pinned as u64 })
}

/// Everybody's together.
pub(crate) fn of_all(db: &Connection) -> rusqlite::Result<Usage> {
    let mut statement = db.prepare_cached("SELECT total(records), total(bytes) FROM usage")?;
    let (records, bytes): (f64, f64) = statement.query_row([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let sql = format!("SELECT total(size + {LINKS} * blocks) FROM pins");
    let pinned = db.prepare_cached(&sql)?.query_row([], |row| row.get::<_, f64>(0))?;
    Ok(Usage { records: records as u64, record_bytes: bytes as u64, pinned: pinned as u64 })
}

/// Each account's that has something here.
pub(crate) fn each(db: &Connection) -> rusqlite::Result<BTreeMap<AccountId, Usage>> {
    let mut statement = db.prepare("SELECT account FROM usage")?;
    let accounts = statement.query_map([], |row| Ok(AccountId::new(row.get(0)?)))?;
    accounts.map(|account| account.and_then(|account| Ok((account, of(db, account)?)))).collect()
}
