//! Newcomers after a record that concerns their invitation: let in, or to be forgotten.
//!
//! An invitation may be to the workspace and to a folder. Officers see a newcomer until the account is
//! admitted; owners of such a folder until it is a member there, or the folder's invitation is revoked.

use std::collections::BTreeSet;

use rusqlite::Connection;
use valise_protocol::api::Notice;
use valise_protocol::folder::{self, Folder};
use valise_protocol::ids::{AccountId, InvitationId};
use valise_protocol::record::ChainId;
use valise_protocol::workspace::{self, Workspace};

use super::ask;
use crate::chain::{Chain, Op};
use crate::db::{joins, records, rings};
use crate::error::ApiError;
use crate::state::{State, newcomers};
use crate::store::{Audience, Effects};
use valise_protocol::record::Record;

/// Brings the newcomers up to date with what these records did.
pub(super) fn settle(
    db: &Connection,
    state: &State,
    effects: &mut Effects,
    ops: &[(Record, Op)],
) -> Result<(), ApiError> {
    let mut touched = BTreeSet::new();
    for (record, op) in ops {
        if let Op::Workspace(workspace::Op::RecoveryVetoed(vetoed)) = op {
            ask::refused(db, state, effects, (vetoed.account, vetoed.device))?;
        }
        touched.extend(invitation(op));
        if let Op::Workspace(workspace::Op::Admitted(admitted)) = op {
            joins::admit(db, admitted.account)?;
            touched.extend(invitations_of(db, admitted.account)?);
            let chain = ChainId::Workspace(workspace_id(record));
            let notice = Notice::Chain { chain, seq: record.envelope().seq };
            effects.tell(Audience::Accounts([admitted.account].into()), notice);
        }
    }
    if touched.is_empty() {
        return Ok(());
    }
    for invitation in touched {
        settle_one(db, state, effects, invitation)?;
    }
    effects.newcomers = Some(newcomers(db)?);
    effects.peers = true;
    Ok(())
}

/// The invitation that a record spent or revoked.
fn invitation(op: &Op) -> Option<InvitationId> {
    match op {
        Op::Workspace(workspace::Op::Admitted(admitted)) => admitted.redemption.as_ref().map(|it| it.invitation),
        Op::Workspace(workspace::Op::InvitationRevoked(revoked)) => Some(revoked.id),
        Op::Folder(folder::Op::MemberAdded(added)) => added.redemption.as_ref().map(|it| it.invitation),
        Op::Folder(folder::Op::InvitationRevoked(revoked)) => Some(revoked.id),
        _ => None,
    }
}

fn invitations_of(db: &Connection, account: AccountId) -> Result<Vec<InvitationId>, ApiError> {
    let own = joins::all(db)?.into_iter().filter(|join| join.account == account);
    Ok(own.map(|join| join.redemption.invitation).collect())
}

fn settle_one(db: &Connection, state: &State, effects: &Effects, invitation: InvitationId) -> Result<(), ApiError> {
    let Some(join) = joins::find(db, invitation)? else { return Ok(()) };
    let open = match join.admitted {
        true => open_in_folders(state, effects, &invitation),
        false => open_in_workspace(state, effects, &invitation),
    };
    if open {
        return Ok(());
    }
    joins::delete(db, invitation)?;
    if !join.admitted && invitations_of(db, join.account)?.is_empty() {
        records::delete_chain(db, ChainId::Account(join.account))?;
        rings::delete(db, join.account)?;
    }
    Ok(())
}

fn open_in_workspace(state: &State, effects: &Effects, invitation: &InvitationId) -> bool {
    let new = effects.chains.iter().find_map(|chain| match chain {
        Chain::Workspace(workspace) => Some(&**workspace),
        _ => None,
    });
    let workspace: Option<&Workspace> = new.or(state.workspace());
    workspace.is_some_and(|workspace| workspace.invitations().contains_key(invitation))
}

fn open_in_folders(state: &State, effects: &Effects, invitation: &InvitationId) -> bool {
    let new: Vec<&Folder> = effects
        .chains
        .iter()
        .filter_map(|chain| match chain {
            Chain::Folder(folder) => Some(&**folder),
            _ => None,
        })
        .collect();
    let is_new = |folder: &Folder| new.iter().any(|other| other.id() == folder.id());
    state.folders_inviting(invitation).any(|folder| !is_new(folder))
        || new.iter().any(|folder| folder.invitations().contains_key(invitation))
}

fn workspace_id(record: &Record) -> valise_protocol::ids::WorkspaceId {
    valise_protocol::ids::WorkspaceId::new(*record.envelope().chain.as_bytes())
}
