//! A chain and the records that go on from it.

use rusqlite::Connection;
use valise_protocol::chain::Head;
use valise_protocol::record::{ChainId, Record};

use crate::chain::{Chain, Op};
use crate::db::records;
use crate::error::{ApiError, Refusal, rule};
use crate::state::State;

/// What records come to that somebody sent for a chain.
pub(super) enum Growth {
    /// All of them stand there already: an answer was lost on its way.
    Stands(Head),
    /// The chain, grown and stored, and what each new record did.
    Grown(Chain, Vec<(Record, Op)>),
}

/// Stores what is new of `records`.
///
/// # Errors
/// `Conflict` when the chain went on in another way; `Refused` when a record is broken or void.
pub(super) fn grow(db: &Connection, state: &State, id: ChainId, records: Vec<Record>) -> Result<Growth, ApiError> {
    let chain = state.chain(id);
    let stored = chain.as_ref().map_or(0, |chain| chain.head().seq + 1);
    let last = records.last().map(Head::of).ok_or(ApiError::BadRequest("no records"))?;
    for record in records.iter().filter(|record| record.envelope().seq < stored) {
        if !stands(db, id, record)? {
            return Err(ApiError::Conflict);
        }
    }
    let new: Vec<Record> = records.into_iter().filter(|record| record.envelope().seq >= stored).collect();
    match new.is_empty() {
        true => Ok(Growth::Stands(last)),
        false => store(db, id, chain, new),
    }
}

/// Whether this very record stands at its place.
pub(super) fn stands(db: &Connection, id: ChainId, record: &Record) -> Result<bool, ApiError> {
    Ok(records::hash(db, id, record.envelope().seq)? == Some(record.hash()))
}

fn store(db: &Connection, id: ChainId, chain: Option<Chain>, new: Vec<Record>) -> Result<Growth, ApiError> {
    // Where the first new record does not follow, the sender has another view of the chain. Where a later
    // one does not follow its own predecessor, the sender is wrong, and the record is broken.
    if let (Some(chain), Some(first)) = (&chain, new.first())
        && !follows(chain.head(), first)
    {
        return Err(ApiError::Conflict);
    }
    let mut records = new.into_iter();
    let mut chain = match chain {
        Some(chain) => chain,
        None => begin(db, id, records.next())?,
    };
    let mut ops = Vec::with_capacity(records.len());
    for record in records {
        let op = chain.apply(&record).map_err(ApiError::Refused)?;
        records::insert(db, id, &record)?;
        ops.push((record, op));
    }
    Ok(Growth::Grown(chain, ops))
}

pub(super) fn begin(db: &Connection, id: ChainId, genesis: Option<Record>) -> Result<Chain, ApiError> {
    let genesis = genesis.ok_or(ApiError::BadRequest("no records"))?;
    if genesis.chain() != Some(id) {
        return Err(rule("not a genesis of this chain"));
    }
    let chain = Chain::begin(&genesis).map_err(Refusal::Broken)?;
    records::insert(db, id, &genesis)?;
    Ok(chain)
}

fn follows(head: Head, record: &Record) -> bool {
    let envelope = record.envelope();
    head.seq.checked_add(1) == Some(envelope.seq) && envelope.prev == head.hash
}
