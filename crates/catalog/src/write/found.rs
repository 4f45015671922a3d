//! The first workspace that comes is the one this catalog serves.

use rusqlite::Connection;
use valise_protocol::account::Account;
use valise_protocol::api::{Base64, NewWorkspace, Receipts};
use valise_protocol::ids::AccountId;
use valise_protocol::receipt::Receipt;
use valise_protocol::record::{ChainId, Record};

use super::grow::{Growth, grow};
use super::{decode, ring};
use crate::catalog::Catalog;
use crate::chain::Chain;
use crate::db::rings;
use crate::error::{ApiError, rule};
use crate::limits::MAX_RING;
use crate::state::State;
use crate::store::Effects;

/// Takes a workspace and its founder's account. The same once more is answered the same.
pub(crate) fn found(
    catalog: &Catalog,
    db: &Connection,
    state: &State,
    effects: &mut Effects,
    new: NewWorkspace,
) -> Result<Receipts, ApiError> {
    let workspace = decode(&new.workspace)?;
    let account = decode(&new.account)?;
    let (Some(id @ ChainId::Workspace(_)), Some(founder @ ChainId::Account(account_id))) =
        (first_chain(&workspace), first_chain(&account))
    else {
        return Err(rule("not the first records of a workspace and an account"));
    };
    if state.workspace_id().is_some_and(|other| ChainId::Workspace(other) != id) {
        return Err(ApiError::Taken);
    }
    let founding = state.workspace_id().is_none();
    let receipts = vec![
        take(catalog, db, state, effects, id, workspace, founding)?,
        take(catalog, db, state, effects, founder, account, founding)?,
    ];
    if founding {
        check(effects, account_id, &new)?;
        rings::put(db, account_id, ring::hash(&new.ring.0), ring::hash(&new.ring.0), &new.ring.0)?;
        effects.peers = true;
    }
    Ok(Receipts { receipts })
}

fn first_chain(records: &[Record]) -> Option<ChainId> {
    records.first().filter(|record| record.envelope().seq == 0).and_then(Record::chain)
}

/// Later records of either chain come by their own, signed, way.
fn take(
    catalog: &Catalog,
    db: &Connection,
    state: &State,
    effects: &mut Effects,
    id: ChainId,
    records: Vec<Record>,
    founding: bool,
) -> Result<Receipt, ApiError> {
    match grow(db, state, id, records)? {
        Growth::Stands(head) => Ok(catalog.receipt(id, head)),
        Growth::Grown(..) if !founding => Err(ApiError::Conflict),
        Growth::Grown(chain, _) => {
            let head = chain.head();
            effects.chains.push(chain);
            Ok(catalog.receipt(id, head))
        }
    }
}

/// The two chains belong together.
fn check(effects: &Effects, founder: AccountId, new: &NewWorkspace) -> Result<(), ApiError> {
    let [Chain::Workspace(workspace), Chain::Account(account)] = effects.chains.as_slice() else {
        return Err(rule("not a workspace and an account"));
    };
    if workspace.person(&founder).is_none() || account.workspace() != workspace.id() {
        return Err(rule("the account is not the founder's"));
    }
    if new.ring.0.len() > MAX_RING {
        return Err(ApiError::TooLarge("ring"));
    }
    check_ring(account, &new.ring)
}

/// An account begins with its keys, and its ring is the one they name.
pub(super) fn check_ring(account: &Account, sent: &Base64) -> Result<(), ApiError> {
    let stands = account.key().is_some() && account.ring().1 == ring::hash(&sent.0);
    stands.then_some(()).ok_or_else(|| rule("the account's keys and ring do not match"))
}
