//! Appending to a chain, and beginning a folder.

use rusqlite::Connection;
use valise_protocol::account;
use valise_protocol::api::{Append, Base64, MAX_WRAPS, NewFolder, Notice, Wrap};
use valise_protocol::chain::Slice;
use valise_protocol::folder::{self, Content, Folder, Role};
use valise_protocol::ids::{FolderId, WorkspaceId};
use valise_protocol::receipt::Receipt;
use valise_protocol::record::{ChainId, Record};
use valise_protocol::workspace;

use super::grow::{Growth, grow, stands};
use super::{decode, quota, ring, settle, succeed};
use crate::catalog::{Catalog, now};
use crate::chain::{Chain, Op};
use crate::db::{held, pins, rings, unpins, wraps};
use crate::error::{ApiError, rule};
use crate::limits::MAX_RING;
use crate::state::{Asker, State};
use crate::store::{Audience, Effects};

/// Takes records into a chain, with their wraps, pins and drops: all of it or nothing.
pub(crate) fn append(
    catalog: &Catalog,
    db: &Connection,
    state: &State,
    effects: &mut Effects,
    (asker, id, append): (Asker, ChainId, Append),
) -> Result<Receipt, ApiError> {
    let records = decode_some(&append)?;
    may_append(db, state, &asker, id, &records)?;
    check_own(&asker, id, &records)?;
    put_ring(db, state, id, append.ring, &records)?;
    take(catalog, db, state, effects, (asker, id, records, append.wraps))
}

/// A ring comes with the record that names it, in one transaction: another device's cannot take its place between.
fn put_ring(
    db: &Connection,
    state: &State,
    id: ChainId,
    sent: Option<Base64>,
    records: &[Record],
) -> Result<(), ApiError> {
    let Some(sent) = sent else { return Ok(()) };
    let ChainId::Account(account) = id else { return Err(rule("a ring beside a chain that has none")) };
    if sent.0.len() > MAX_RING {
        return Err(ApiError::TooLarge("ring"));
    }
    let keys = records.iter().rev().find(|record| record.envelope().kind == account::kind::KEYS);
    let named = keys.and_then(|record| record.open::<account::Keys>().ok()).map(|keys| keys.ring_hash);
    let hash = ring::hash(&sent.0);
    if named != Some(hash) {
        return Err(rule("a ring that no record names"));
    }
    let in_force = state.account(&account).ok_or(ApiError::NotFound)?.ring().1;
    rings::put(db, account, in_force, hash, &sent.0)?;
    Ok(())
}

/// Takes the first records of a folder of the asker's.
pub(crate) fn begin_folder(
    catalog: &Catalog,
    db: &Connection,
    state: &State,
    effects: &mut Effects,
    (asker, new): (Asker, NewFolder),
) -> Result<Receipt, ApiError> {
    let workspace = state.as_person(&asker)?.id();
    let genesis = Record::decode(&new.records.first().ok_or(ApiError::BadRequest("no records"))?.0);
    let genesis = genesis.map_err(crate::error::Refusal::Record)?;
    let (Some(id @ ChainId::Folder(_)), 0) = (genesis.chain(), genesis.envelope().seq) else {
        return Err(rule("not the genesis of a folder"));
    };
    let open: folder::Genesis = genesis.open().map_err(|_| rule("not the genesis of a folder"))?;
    check_genesis(db, workspace, &open)?;
    let records = decode_some(&new)?;
    check_own(&asker, id, &records)?;
    take(catalog, db, state, effects, (asker, id, records, new.wraps))
}

/// A folder is of this workspace, and of somebody whose account is known here.
pub(super) fn check_genesis(db: &Connection, workspace: WorkspaceId, open: &folder::Genesis) -> Result<(), ApiError> {
    if open.workspace != workspace {
        return Err(rule("a folder of another workspace"));
    }
    check_slice(db, &open.owner)
}

fn decode_some(append: &Append) -> Result<Vec<Record>, ApiError> {
    if append.wraps.len() > MAX_WRAPS {
        return Err(ApiError::TooLarge("wraps"));
    }
    decode(&append.records)
}

/// Whoever sends a record has made it, with whichever device: after a catalog was restored, the one that is there brings
/// what all of that person's wrote. Each is signed by its own.
pub(super) fn check_own(asker: &Asker, id: ChainId, records: &[Record]) -> Result<(), ApiError> {
    let own = records.iter().all(|record| record.chain() == Some(id) && record.envelope().author == asker.account);
    own.then_some(()).ok_or_else(|| rule("a record of another chain or by another account"))
}

/// What one may not see is not there. But who has just left a folder may still ask for the receipt of it.
fn may_append(db: &Connection, state: &State, asker: &Asker, id: ChainId, records: &[Record]) -> Result<(), ApiError> {
    match (id, state.readable(asker, id)) {
        (ChainId::Account(account), Ok(_)) if account != asker.account => Err(rule("an account of somebody else")),
        (_, Ok(_)) => Ok(()),
        (ChainId::Folder(_), Err(hidden)) if state.as_person(asker).is_ok() => {
            for record in records {
                if !stands(db, id, record)? {
                    return Err(hidden);
                }
            }
            Ok(())
        }
        (_, Err(hidden)) => Err(hidden),
    }
}

pub(super) fn take(
    catalog: &Catalog,
    db: &Connection,
    state: &State,
    effects: &mut Effects,
    (asker, id, records, new_wraps): (Asker, ChainId, Vec<Record>, Vec<Wrap>),
) -> Result<Receipt, ApiError> {
    let (chain, ops) = match grow(db, state, id, records)? {
        Growth::Stands(head) => return Ok(catalog.receipt(id, head)),
        Growth::Grown(chain, ops) => (chain, ops),
    };
    match &chain {
        Chain::Folder(folder) => put_wraps(db, &asker, folder, &new_wraps)?,
        _ if !new_wraps.is_empty() => return Err(rule("wraps beside a chain that has none")),
        _ => {}
    }
    for (record, op) in &ops {
        check_slices(db, op)?;
        follow_up(db, state, effects, record, op)?;
    }
    quota::check(db, asker.account, &ops)?;
    tell(state, effects, &chain);
    let head = chain.head();
    effects.chains.push(chain);
    settle::settle(db, state, effects, &ops)?;
    Ok(catalog.receipt(id, head))
}

/// Embedded account records are those that stand in the account's chain here. A device that was revoked, or whoever has
/// its keys, could write another history from before the revocation: in a chain that does not know the revocation yet,
/// it would count.
fn check_slices(db: &Connection, op: &Op) -> Result<(), ApiError> {
    slices(op).iter().try_for_each(|slice| check_slice(db, slice))
}

pub(super) fn slices(op: &Op) -> &[Slice] {
    match op {
        Op::Folder(op) => op.slices(),
        Op::Workspace(op) => op.slices(),
        Op::Account(_) => &[],
    }
}

pub(super) fn check_slice(db: &Connection, slice: &Slice) -> Result<(), ApiError> {
    for bytes in &slice.records {
        let record = Record::decode(bytes).map_err(crate::error::Refusal::Record)?;
        if !stands(db, ChainId::Account(slice.account), &record)? {
            return Err(rule("an account record that does not stand in the account's chain"));
        }
    }
    Ok(())
}

/// Wraps that come with records are of the epoch in force after them.
fn put_wraps(db: &Connection, asker: &Asker, folder: &Folder, new: &[Wrap]) -> Result<(), ApiError> {
    if new.is_empty() {
        return Ok(());
    }
    may_wrap(folder, asker)?;
    for wrap in new {
        if wrap.epoch != folder.epoch() || wrap.key().is_none() {
            return Err(rule("a wrap of another epoch or length"));
        }
        wraps::put(db, folder.id(), wrap)?;
    }
    Ok(())
}

/// Viewers hold the folder key, but change nothing.
pub(super) fn may_wrap(folder: &Folder, asker: &Asker) -> Result<(), ApiError> {
    let role = folder.members().get(&asker.account).map(|member| member.role);
    match role {
        Some(Role::Owner | Role::Editor) => Ok(()),
        _ => Err(rule("wraps by somebody who may not write")),
    }
}

pub(super) fn follow_up(
    db: &Connection,
    state: &State,
    effects: &mut Effects,
    record: &Record,
    op: &Op,
) -> Result<(), ApiError> {
    match op {
        Op::Folder(folder::Op::Content(content)) => pin_and_drop(db, effects, record, content),
        Op::Folder(folder::Op::Succeeded(succeeded)) => succeed::check(db, state, record, succeeded),
        Op::Account(account::Op::DeviceAdded(_) | account::Op::DeviceRevoked(_) | account::Op::Recovered(_)) => {
            effects.peers = true;
            Ok(())
        }
        Op::Workspace(workspace::Op::Closed(_)) => {
            effects.peers = true;
            Ok(())
        }
        Op::Workspace(workspace::Op::Admitted(admitted)) => {
            // Its requests are checked by its chain, which comes with a join.
            state.account(&admitted.account).ok_or_else(|| rule("an account that never came here"))?;
            effects.peers = true;
            Ok(())
        }
        _ => Ok(()),
    }
}

fn pin_and_drop(db: &Connection, effects: &mut Effects, record: &Record, content: &Content) -> Result<(), ApiError> {
    let envelope = record.envelope();
    let folder = FolderId::new(*envelope.chain.as_bytes());
    for pin in &content.pins {
        let (author, device) = (envelope.author, envelope.device);
        pins::insert(db, &pins::Waiting { folder, pin: pin.clone(), author, device })?;
        effects.pins = true;
    }
    for cid in &content.drops {
        if pins::delete(db, folder, *cid)? {
            held::delete(db, folder, *cid)?;
            unpins::insert(db, *cid, now())?;
            effects.pins = true;
        }
    }
    Ok(())
}

/// Who reads a chain hears of it; so does who just stopped being one who reads it.
fn tell(state: &State, effects: &mut Effects, chain: &Chain) {
    let audience = match chain {
        Chain::Workspace(_) => Audience::People,
        Chain::Account(account) if state.is_or_was_person(&account.id()) => Audience::People,
        Chain::Account(account) => Audience::Accounts([account.id()].into()),
        Chain::Folder(folder) => {
            let before = state.folder(&folder.id()).into_iter().flat_map(|before| before.members().keys());
            Audience::Accounts(folder.members().keys().chain(before).copied().collect())
        }
    };
    effects.tell(audience, Notice::Chain { chain: chain.id(), seq: chain.head().seq });
}
