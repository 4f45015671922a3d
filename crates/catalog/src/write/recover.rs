//! A person whose computers are lost, by the recovery key. Open to anybody, and so: nothing is kept that this key did not
//! sign.

use rusqlite::Connection;
use valise_protocol::account::kind;
use valise_protocol::api::Recover;
use valise_protocol::receipt::Receipt;
use valise_protocol::record::ChainId;

use super::append::{check_own, take};
use super::{decode, ring};
use crate::catalog::Catalog;
use crate::db::rings;
use crate::error::{ApiError, rule};
use crate::limits::MAX_RING;
use crate::state::{Asker, Standing, State};
use crate::store::Effects;

/// Takes a new device in, with what it writes as its first records. The chain's rules check the key's signature.
pub(crate) fn recover(
    catalog: &Catalog,
    db: &Connection,
    state: &State,
    effects: &mut Effects,
    request: Recover,
) -> Result<Receipt, ApiError> {
    if request.ring.0.len() > MAX_RING {
        return Err(ApiError::TooLarge("ring"));
    }
    let records = decode(&request.records)?;
    let first = records.first().ok_or(ApiError::BadRequest("no records"))?.envelope();
    if first.kind != kind::RECOVERED {
        return Err(rule("not a recovery"));
    }
    let asker = Asker { account: request.account, device: first.device };
    let id = ChainId::Account(request.account);
    check_own(&asker, id, &records)?;
    let person = state.standing(&request.account) == Some(Standing::Person);
    let account = state.account(&request.account).filter(|_| person).ok_or(ApiError::NotFound)?;
    rings::put(db, request.account, account.ring().1, ring::hash(&request.ring.0), &request.ring.0)?;
    take(catalog, db, state, effects, (asker, id, records, Vec::new()))
}
