//! Newcomers. Open to anybody, and so: nothing is kept that does not carry the proof of an open invitation.

use rusqlite::Connection;
use valise_protocol::account::Account;
use valise_protocol::api::{JoinRequest, Notice, Receipts};
use valise_protocol::invitation::{Redemption, check_redemption};
use valise_protocol::record::{ChainId, Record};
use valise_protocol::workspace::is_name;

use super::found::check_ring;
use super::grow::{Growth, grow};
use super::{decode, ring};
use crate::catalog::Catalog;
use crate::chain::Chain;
use crate::db::joins::{self, Join};
use crate::db::{alarms, rings};
use crate::error::{ApiError, Refusal, rule};
use crate::limits::{MAX_JOIN_BYTES, MAX_JOIN_RECORDS, MAX_PENDING_JOINS, MAX_RING};
use crate::state::{State, newcomers};
use crate::store::{Audience, Effects};

/// What came of a redemption whose proof stands.
pub(crate) enum Joined {
    /// Waiting, from now or from before.
    Waiting(Receipts),
    /// Somebody else redeemed this invitation and waits: remembered, and refused.
    SomebodyElse,
}

/// Takes a newcomer in, to wait for an officer. The same once more is answered the same.
pub(crate) fn join(
    catalog: &Catalog,
    db: &Connection,
    state: &State,
    effects: &mut Effects,
    request: JoinRequest,
) -> Result<Joined, ApiError> {
    let records = check_form(&request)?;
    let account = fold(&records)?;
    let redemption = request.redemption.parse().map_err(|_| ApiError::BadRequest("redemption"))?;
    if let Some(join) = joins::find(db, redemption.invitation)?
        && join.account == account.id()
        && join.redemption == redemption
    {
        return Ok(Joined::Waiting(stand_again(catalog, db, state, &account, records)?));
    }
    check_proof(state, &account, &redemption)?;
    check_ring(&account, &request.ring)?;
    if joins::find(db, redemption.invitation)?.is_some() {
        alarms::insert(db, redemption.invitation, account.id())?;
        return Ok(Joined::SomebodyElse);
    }
    if joins::all(db)?.len() >= MAX_PENDING_JOINS {
        return Err(ApiError::Busy("newcomers"));
    }
    let receipts = wait(catalog, db, state, effects, &account, records)?;
    rings::put(db, account.id(), account.ring().1, ring::hash(&request.ring.0), &request.ring.0)?;
    let audience = Audience::Accounts(state.may_let_in(&redemption.invitation));
    joins::insert(db, &Join { account: account.id(), name: request.name, redemption, admitted: false })?;
    effects.newcomers = Some(newcomers(db)?);
    effects.tell(audience, Notice::Join);
    Ok(Joined::Waiting(receipts))
}

fn check_form(request: &JoinRequest) -> Result<Vec<Record>, ApiError> {
    let bytes = request.account.iter().map(|record| record.0.len()).fold(0, usize::saturating_add);
    if request.account.len() > MAX_JOIN_RECORDS || bytes > MAX_JOIN_BYTES {
        return Err(ApiError::TooLarge("records of a newcomer"));
    }
    if request.ring.0.len() > MAX_RING {
        return Err(ApiError::TooLarge("ring"));
    }
    if !is_name(&request.name) {
        return Err(ApiError::BadRequest("name"));
    }
    decode(&request.account)
}

fn fold(records: &[Record]) -> Result<Account, ApiError> {
    let (genesis, rest) = records.split_first().ok_or(ApiError::BadRequest("no records"))?;
    let mut chain = Chain::begin(genesis).map_err(Refusal::Broken)?;
    for record in rest {
        chain.apply(record)?;
    }
    match chain {
        Chain::Account(account) => Ok(*account),
        _ => Err(rule("not an account")),
    }
}

/// By an open invitation of this workspace, for an account of this workspace that is not in it.
pub(super) fn check_proof(state: &State, account: &Account, redemption: &Redemption) -> Result<(), ApiError> {
    let workspace = state.workspace().ok_or_else(|| rule("no workspace"))?;
    let invited = workspace.invitations().get(&redemption.invitation).ok_or_else(|| rule("no such invitation"))?;
    check_redemption(workspace.id(), &invited.key, account.id(), redemption).map_err(Refusal::Void)?;
    if account.workspace() != workspace.id() || state.is_or_was_person(&account.id()) {
        return Err(rule("an account of another workspace, or in this one already"));
    }
    Ok(())
}

fn wait(
    catalog: &Catalog,
    db: &Connection,
    state: &State,
    effects: &mut Effects,
    account: &Account,
    records: Vec<Record>,
) -> Result<Receipts, ApiError> {
    let id = ChainId::Account(account.id());
    let head = match grow(db, state, id, records)? {
        Growth::Stands(head) => head,
        // The account waits with another invitation; its chain grows by its own, signed, way.
        Growth::Grown(..) if state.head(id).is_some() => return Err(ApiError::Conflict),
        Growth::Grown(chain, _) => {
            let head = chain.head();
            effects.chains.push(chain);
            head
        }
    };
    Ok(Receipts { receipts: vec![catalog.receipt(id, head)] })
}

fn stand_again(
    catalog: &Catalog,
    db: &Connection,
    state: &State,
    account: &Account,
    records: Vec<Record>,
) -> Result<Receipts, ApiError> {
    let id = ChainId::Account(account.id());
    match grow(db, state, id, records)? {
        Growth::Stands(head) => Ok(Receipts { receipts: vec![catalog.receipt(id, head)] }),
        Growth::Grown(..) => Err(ApiError::Conflict),
    }
}
