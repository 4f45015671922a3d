//! How much may be kept: for one account, for each that has no row of its own, and for all together.

use rusqlite::{Connection, OptionalExtension as _, params};
use valise_protocol::ids::AccountId;

use super::{int, uint};

pub(super) const MIGRATION: &str = "
CREATE TABLE quotas (
    whose BLOB NOT NULL PRIMARY KEY,
    pinned INTEGER,
    records INTEGER
) STRICT, WITHOUT ROWID;";

/// Whom a quota is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    /// One account.
    Account(AccountId),
    /// Each account that has none of its own.
    Each,
    /// All accounts together.
    Workspace,
}

impl Whose {
    /// An account by its id; the other two by keys that are no id.
    fn key(&self) -> &[u8] {
        match self {
            Self::Account(account) => account.as_bytes(),
            Self::Each => b"each",
            Self::Workspace => b"workspace",
        }
    }
}

/// Limits in bytes; none where there is no limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Quota {
    /// What is announced to the pinning node.
    pub pinned: Option<u64>,
    /// Records.
    pub records: Option<u64>,
}

/// Sets one; without any limit it is a row none the less, so that an account can be free of what is for each.
pub(crate) fn put(db: &Connection, whose: &Whose, quota: Quota) -> rusqlite::Result<()> {
    let sql = "INSERT OR REPLACE INTO quotas (whose, pinned, records) VALUES (?, ?, ?)";
    db.prepare_cached(sql)?.execute(params![whose.key(), quota.pinned.map(int), quota.records.map(int)])?;
    Ok(())
}

/// Takes one away.
pub(crate) fn delete(db: &Connection, whose: &Whose) -> rusqlite::Result<()> {
    db.prepare_cached("DELETE FROM quotas WHERE whose = ?")?.execute([whose.key()])?;
    Ok(())
}

/// The row for this very one.
pub(crate) fn find(db: &Connection, whose: &Whose) -> rusqlite::Result<Option<Quota>> {
    let read = |row: &rusqlite::Row<'_>| {
        let (pinned, records): (Option<i64>, Option<i64>) = (row.get(0)?, row.get(1)?);
        Ok(Quota { pinned: pinned.map(uint), records: records.map(uint) })
    };
    let mut statement = db.prepare_cached("SELECT pinned, records FROM quotas WHERE whose = ?")?;
    statement.query_row([whose.key()], read).optional()
}

/// What counts for an account.
pub(crate) fn of(db: &Connection, account: AccountId) -> rusqlite::Result<Quota> {
    let own = find(db, &Whose::Account(account))?;
    Ok(own.map_or_else(|| find(db, &Whose::Each), |own| Ok(Some(own)))?.unwrap_or_default())
}
