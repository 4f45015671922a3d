//! Canonical encoding: deterministic DAG-CBOR, the only encoding of what is signed or sealed.
//!
//! Decoding re-encodes and compares, so a value has exactly one encoding and nothing can hide in a second
//! one: no trailing bytes, no long integers, no unsorted or doubled map keys.

use serde::Serialize;
use serde::de::DeserializeOwned;

/// Bytes were not the canonical encoding of what was expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a valid encoding")]
pub struct BadEncoding;

/// Encodes a value.
///
/// # Errors
/// Only for values that DAG-CBOR cannot hold, which the protocol's own types never are.
pub fn encode<T: Serialize + ?Sized>(value: &T) -> Result<Vec<u8>, BadEncoding> {
    serde_ipld_dagcbor::to_vec(value).map_err(|_| BadEncoding)
}

/// Decodes a value and checks that these bytes are its one encoding.
pub fn decode<T: Serialize + DeserializeOwned>(bytes: &[u8]) -> Result<T, BadEncoding> {
    let value: T = serde_ipld_dagcbor::from_slice(bytes).map_err(|_| BadEncoding)?;
    if encode(&value)? == bytes { Ok(value) } else { Err(BadEncoding) }
}
