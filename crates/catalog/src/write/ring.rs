//! An account's sealed ring.

use rusqlite::Connection;
use valise_protocol::api::Base64;
use valise_protocol::hash::{Label, digest};
use valise_protocol::ids::Commitment;

use crate::db::rings;
use crate::error::ApiError;
use crate::limits::MAX_RING;
use crate::state::{Asker, State};

/// Keeps the asker's ring: the one its chain names, or the one it will name next.
pub(crate) fn put_ring(db: &Connection, state: &State, (asker, ring): (Asker, Base64)) -> Result<(), ApiError> {
    if ring.0.len() > MAX_RING {
        return Err(ApiError::TooLarge("ring"));
    }
    let account = state.account(&asker.account).ok_or(ApiError::NotFound)?;
    rings::put(db, asker.account, account.ring().1, hash(&ring.0), &ring.0)?;
    Ok(())
}

/// As an account chain names a ring.
pub(super) fn hash(ring: &[u8]) -> Commitment {
    Commitment::new(digest(Label::Ring, &[ring]))
}
