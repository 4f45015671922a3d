//! The associated data of every wrap.

use crate::error::CustodyError;

/// Longest place in bytes.
pub const MAX_PLACE: usize = 1024;

/// Keeps a keeper's key that is used for something else, too, from opening or making what is ours.
const LABEL: &[u8] = b"valise v1 custody\0";

/// Label and place. It is the same for all keepers: their keys tell them apart.
pub(crate) fn associated_data(place: &[u8]) -> Result<Vec<u8>, CustodyError> {
    if place.len() > MAX_PLACE {
        return Err(CustodyError::PlaceTooLong);
    }
    Ok([LABEL, place].concat())
}
