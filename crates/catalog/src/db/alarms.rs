//! Redemptions that were refused although their proof stands: somebody else has the link.

use rusqlite::{Connection, params};
use valise_protocol::ids::{AccountId, InvitationId};

use super::int;
use crate::limits::MAX_ALARMS;

pub(super) const MIGRATION: &str = "
CREATE TABLE alarms (
    id INTEGER PRIMARY KEY,
    invitation BLOB NOT NULL,
    account BLOB NOT NULL,
    UNIQUE (invitation, account)
) STRICT;";

/// Remembers one, and forgets the oldest over the limit.
pub(crate) fn insert(db: &Connection, invitation: InvitationId, account: AccountId) -> rusqlite::Result<()> {
    let sql = "INSERT OR IGNORE INTO alarms (invitation, account) VALUES (?, ?)";
    db.prepare_cached(sql)?.execute(params![invitation.as_bytes(), account.as_bytes()])?;
    let sql = "DELETE FROM alarms WHERE id <= (SELECT max(id) FROM alarms) - ?";
    db.prepare_cached(sql)?.execute([int(MAX_ALARMS as u64)])?;
    Ok(())
}
