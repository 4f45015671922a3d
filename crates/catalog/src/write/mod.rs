//! What may be written, by whom, and what it brings about: one transaction each.

mod append;
mod ask;
mod found;
mod grow;
mod join;
mod quota;
mod recover;
mod replay;
mod ring;
mod settle;
mod succeed;
mod wraps;

pub(crate) use append::{append, begin_folder};
pub(crate) use ask::{ask, refuse};
pub(crate) use found::found;
pub(crate) use join::{Joined, join};
pub(crate) use recover::recover;
pub(crate) use replay::{newcomer_stands, replay, replay_asked, replay_ring};
pub(crate) use ring::put_ring;
pub(crate) use wraps::rewrap;

use valise_protocol::api::{Base64, MAX_BYTES, MAX_PAGE};
use valise_protocol::record::Record;

use crate::error::{ApiError, Refusal};

/// Records as they were sent, in their checked form and within the limits.
fn decode(records: &[Base64]) -> Result<Vec<Record>, ApiError> {
    if records.len() > MAX_PAGE {
        return Err(ApiError::TooLarge("records"));
    }
    if records.iter().map(|record| record.0.len()).sum::<usize>() > MAX_BYTES {
        return Err(ApiError::TooLarge("bytes of records"));
    }
    if records.is_empty() {
        return Err(ApiError::BadRequest("no records"));
    }
    let records: Result<_, _> = records.iter().map(|record| Record::decode(&record.0)).collect();
    records.map_err(|bad| Refusal::Record(bad).into())
}
