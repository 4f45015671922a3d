//! What another catalog took in before, taken in here: by the same rules, but for those of the moment.
//!
//! Who may write is decided when somebody writes: that their account is open, that there is room. Here it is long past. What
//! is true for ever is judged again: what a chain's own rules say, and what one chain says of another.

use rusqlite::Connection;
use valise_protocol::account::Account;
use valise_protocol::api::AskedText;
use valise_protocol::folder;
use valise_protocol::ids::{AccountId, WorkspaceId};
use valise_protocol::invitation::check_redemption;
use valise_protocol::record::Record;
use valise_protocol::workspace::is_name;

use super::append::{check_genesis, check_slice, follow_up, slices};
use super::grow::begin;
use super::join::check_proof;
use super::{ask, ring, succeed};
use crate::chain::{Chain, Op};
use crate::db::asked;
use crate::db::joins::Join;
use crate::db::{records, rings};
use crate::error::{ApiError, rule};
use crate::limits::MAX_RING;
use crate::state::State;
use crate::store::Effects;

/// Takes the next record of a chain, or, where there is none yet, its genesis. `state` has all accounts by the time
/// another chain comes, and the workspace by the time a folder does.
pub(crate) fn replay(
    db: &Connection,
    state: &State,
    workspace: WorkspaceId,
    chain: Option<Chain>,
    record: &Record,
) -> Result<Chain, ApiError> {
    match chain {
        Some(chain) => go_on(db, state, chain, record),
        None => first(db, workspace, record),
    }
}

fn first(db: &Connection, workspace: WorkspaceId, genesis: &Record) -> Result<Chain, ApiError> {
    let id = genesis.chain().ok_or_else(|| rule("a chain of no known kind"))?;
    let chain = begin(db, id, Some(genesis.clone()))?;
    match &chain {
        Chain::Workspace(chain) if chain.id() != workspace => return Err(rule("another workspace")),
        Chain::Account(account) if account.workspace() != workspace => return Err(rule("another workspace's account")),
        Chain::Folder(_) => {
            let open: folder::Genesis = genesis.open().map_err(|_| rule("not the genesis of a folder"))?;
            check_genesis(db, workspace, &open)?;
        }
        _ => {}
    }
    Ok(chain)
}

fn go_on(db: &Connection, state: &State, mut chain: Chain, record: &Record) -> Result<Chain, ApiError> {
    let owners = owners_before(&chain, record);
    let op = chain.apply(record)?;
    records::insert(db, chain.id(), record)?;
    for slice in slices(&op) {
        // Of somebody who was never let in no chain is kept.
        if state.account(&slice.account).is_some() {
            check_slice(db, slice)?;
        }
    }
    match (&op, state.workspace()) {
        (Op::Folder(folder::Op::Succeeded(succeeded)), Some(workspace)) => {
            succeed::check_then(db, workspace, record, succeeded, &owners)?;
        }
        _ => follow_up(db, state, &mut Effects::default(), record, &op)?,
    }
    Ok(chain)
}

fn owners_before(chain: &Chain, record: &Record) -> Vec<AccountId> {
    match chain {
        Chain::Folder(folder) if record.envelope().kind == folder::kind::SUCCEEDED => {
            folder.owners().copied().collect()
        }
        _ => Vec::new(),
    }
}

/// Keeps the ring that an account's chain names.
pub(crate) fn replay_ring(db: &Connection, account: &Account, bytes: &[u8]) -> Result<(), ApiError> {
    let in_force = account.ring().1;
    if bytes.len() > MAX_RING {
        return Err(ApiError::TooLarge("ring"));
    }
    if ring::hash(bytes) != in_force {
        return Err(rule("a ring that the account's chain does not name"));
    }
    Ok(rings::put(db, account.id(), in_force, in_force, bytes)?)
}

/// Whether somebody who waits does so by an invitation that is open.
pub(crate) fn newcomer_stands(state: &State, join: &Join) -> bool {
    let (Some(workspace), Some(account)) = (state.workspace_id(), state.account(&join.account)) else { return false };
    let invitation = &join.redemption.invitation;
    match join.admitted {
        false => check_proof(state, account, &join.redemption).is_ok() && is_name(&join.name),
        true => {
            state.is_or_was_person(&join.account)
                && is_name(&join.name)
                && state.folders_inviting(invitation).any(|folder| {
                    let invited = folder.invitations().get(invitation);
                    invited
                        .is_some_and(|it| check_redemption(workspace, &it.key, join.account, &join.redemption).is_ok())
                })
        }
    }
}

/// Keeps somebody's request for a recovery.
pub(crate) fn replay_asked(db: &Connection, row: asked::Row) -> Result<(), ApiError> {
    let text = AskedText(valise_protocol::api::Base64(row.bytes));
    let request = ask::check_form(&text)?;
    let device = request.device.id();
    if asked::find(db, device)?.is_some() {
        return Err(rule("a request for a recovery that is there already"));
    }
    asked::insert(db, (request.account, device), row.at, &text.0.0)?;
    if row.refused {
        asked::refuse(db, device)?;
    }
    Ok(())
}
