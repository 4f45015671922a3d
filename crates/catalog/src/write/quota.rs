//! Quotas: content that there is no room for is refused. What makes room, and what keeps a workspace safe, never is.

use rusqlite::Connection;
use valise_protocol::folder;
use valise_protocol::ids::AccountId;
use valise_protocol::record::Record;

use crate::chain::Op;
use crate::db::quotas::{self, Quota, Whose};
use crate::db::usage::{self, Usage};
use crate::error::ApiError;

/// Checks what an account and all together have once these records and their pins are written; an error takes them back.
pub(super) fn check(db: &Connection, account: AccountId, ops: &[(Record, Op)]) -> Result<(), ApiError> {
    if !ops.iter().any(|(_, op)| announces(op)) {
        return Ok(());
    }
    let own = quotas::of(db, account)?;
    if own != Quota::default() && is_over(own, usage::of(db, account)?) {
        return Err(ApiError::OverQuota("account"));
    }
    let all = quotas::find(db, &Whose::Workspace)?.unwrap_or_default();
    if all != Quota::default() && is_over(all, usage::of_all(db)?) {
        return Err(ApiError::OverQuota("workspace"));
    }
    Ok(())
}

fn announces(op: &Op) -> bool {
    matches!(op, Op::Folder(folder::Op::Content(content)) if !content.pins.is_empty())
}

fn is_over(quota: Quota, usage: Usage) -> bool {
    quota.pinned.is_some_and(|most| usage.pinned > most) || quota.records.is_some_and(|most| usage.record_bytes > most)
}
