//! Newcomers: who redeemed which invitation. One at a time for an invitation.

use rusqlite::{Connection, OptionalExtension as _, params};
use valise_protocol::cbor;
use valise_protocol::ids::{AccountId, InvitationId};
use valise_protocol::invitation::Redemption;

use super::damaged;

pub(super) const MIGRATION: &str = "
CREATE TABLE joins (
    id INTEGER PRIMARY KEY,
    invitation BLOB NOT NULL UNIQUE,
    account BLOB NOT NULL,
    name TEXT NOT NULL,
    redemption BLOB NOT NULL,
    admitted INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX joins_by_account ON joins (account);";

/// A newcomer.
#[derive(Clone, Debug)]
pub(crate) struct Join {
    pub(crate) account: AccountId,
    pub(crate) name: String,
    pub(crate) redemption: Redemption,
    /// In the workspace already, and waiting for the owner of a folder.
    pub(crate) admitted: bool,
}

/// Adds one; the invitation must be free.
pub(crate) fn insert(db: &Connection, join: &Join) -> rusqlite::Result<()> {
    let sql = "INSERT INTO joins (invitation, account, name, redemption, admitted) VALUES (?, ?, ?, ?, ?)";
    db.prepare_cached(sql)?.execute(params![
        join.redemption.invitation.as_bytes(),
        join.account.as_bytes(),
        join.name,
        cbor::encode(&join.redemption).map_err(damaged)?,
        join.admitted,
    ])?;
    Ok(())
}

/// Who redeemed this invitation.
pub(crate) fn find(db: &Connection, invitation: InvitationId) -> rusqlite::Result<Option<Join>> {
    let sql = "SELECT account, name, redemption, admitted FROM joins WHERE invitation = ?";
    db.prepare_cached(sql)?.query_row([invitation.as_bytes()], read).optional()
}

/// All, oldest first.
pub(crate) fn all(db: &Connection) -> rusqlite::Result<Vec<Join>> {
    let mut statement = db.prepare_cached("SELECT account, name, redemption, admitted FROM joins ORDER BY id")?;
    statement.query_map([], read)?.collect()
}

/// Marks an account as let in, whichever invitation it came by.
pub(crate) fn admit(db: &Connection, account: AccountId) -> rusqlite::Result<()> {
    db.prepare_cached("UPDATE joins SET admitted = 1 WHERE account = ?")?.execute([account.as_bytes()])?;
    Ok(())
}

/// Removes one.
pub(crate) fn delete(db: &Connection, invitation: InvitationId) -> rusqlite::Result<()> {
    db.prepare_cached("DELETE FROM joins WHERE invitation = ?")?.execute([invitation.as_bytes()])?;
    Ok(())
}

fn read(row: &rusqlite::Row<'_>) -> rusqlite::Result<Join> {
    let redemption: Vec<u8> = row.get(2)?;
    Ok(Join {
        account: AccountId::new(row.get(0)?),
        name: row.get(1)?,
        redemption: cbor::decode(&redemption).map_err(damaged)?,
        admitted: row.get(3)?,
    })
}
