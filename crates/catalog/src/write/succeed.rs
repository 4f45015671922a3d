//! Handing a folder over: whether its owners' accounts are closed stands in another chain than its own.

use rusqlite::Connection;
use valise_protocol::folder::Succeeded;
use valise_protocol::ids::{AccountId, FolderId, RecordHash};
use valise_protocol::record::{ChainId, ChainKind, Record};
use valise_protocol::workspace::Workspace;

use crate::db::records;
use crate::error::{ApiError, rule};
use crate::state::State;

/// Only once the accounts of all who own the folder are closed, and its author has seen so: then every reader can check
/// it, whenever they come to it. `state` is as it was before the record.
pub(super) fn check(db: &Connection, state: &State, record: &Record, succeeded: &Succeeded) -> Result<(), ApiError> {
    let folder = FolderId::new(*record.envelope().chain.as_bytes());
    let (workspace, folder) = state.workspace().zip(state.folder(&folder)).ok_or(ApiError::NotFound)?;
    if workspace.person(&succeeded.account).is_none() {
        return Err(rule("a successor who is nobody of the workspace"));
    }
    check_then(db, workspace, record, succeeded, folder.owners())
}

/// The part of it that is true for ever: what was when the record was written.
pub(super) fn check_then<'a>(
    db: &Connection,
    workspace: &Workspace,
    record: &Record,
    succeeded: &Succeeded,
    owners: impl IntoIterator<Item = &'a AccountId>,
) -> Result<(), ApiError> {
    let (chain, kind) = (RecordHash::new(*workspace.id().as_bytes()), ChainKind::WORKSPACE);
    let seen = record.envelope().seen.iter().find(|seen| seen.kind == kind && seen.chain == chain);
    let seen = seen.ok_or_else(|| rule("a folder handed over without a look at the workspace"))?;
    let stands = records::hash(db, ChainId::Workspace(workspace.id()), seen.seq)? == Some(seen.head);
    let successor =
        workspace.people().contains_key(&succeeded.account) && !workspace.were_closed([&succeeded.account], seen.seq);
    if stands && successor && workspace.were_closed(owners, seen.seq) {
        return Ok(());
    }
    Err(rule("a folder handed over whose owners are people of the workspace"))
}
