//! Sealed bodies of folder records: what only members read.
//!
//! Padded to a Padmé size, then AES-256-GCM-SIV under the folder key's body subkey: nonce (12), ciphertext,
//! tag (16). Bound to workspace, folder, epoch, place in the chain, author, device and kind of record.

use valise_protocol::padding::{pad, padme, unpad};
use valise_protocol::place::WrapPlace;
use valise_protocol::record::MAX_RECORD;
use zeroize::Zeroizing;

use crate::aead::{Aead, OVERHEAD};
use crate::error::{DoesNotOpen, LibraryFailed, MakeError};
use crate::key::{FolderKey, Purpose};

/// A body that members have opened: names, sizes, DEK ids. Wiped when dropped.
pub struct OpenedBody(Zeroizing<Vec<u8>>);

impl OpenedBody {
    /// Canonical CBOR that is to be sealed.
    pub fn new(bytes: Vec<u8>) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// Canonical CBOR, as the author sealed it. Authenticated, not yet parsed.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl std::fmt::Debug for OpenedBody {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("OpenedBody(..)")
    }
}

/// A body as it stands in a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedBody(Vec<u8>);

impl SealedBody {
    /// From the record's `sealed` field. Nothing is checked before opening.
    pub fn from_bytes(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// For the record's `sealed` field.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// For the record's `sealed` field.
    pub fn into_bytes(self) -> Vec<u8> {
        self.0
    }
}

/// Seals a body at its place, which is a [`WrapPlace::Body`].
///
/// # Errors
/// [`MakeError::TooLarge`] for what no record can hold ([`MAX_RECORD`]): split the batch.
pub fn seal_body(key: &FolderKey, place: &WrapPlace, body: &OpenedBody) -> Result<SealedBody, MakeError> {
    if !matches!(place, WrapPlace::Body { .. }) {
        return Err(MakeError::WrongPlace);
    }
    if body.0.len() > MAX_RECORD || padme(body.0.len() + 4) + OVERHEAD > MAX_RECORD {
        return Err(MakeError::TooLarge);
    }
    let padded = Zeroizing::new(pad(&body.0).ok_or(MakeError::TooLarge)?);
    let aead = Aead::new(&key.derive_subkey(Purpose::Bodies))?;
    aead.seal(&place.associated_data(), &padded).map(SealedBody)
}

/// Opens a body at its place.
///
/// # Errors
/// [`DoesNotOpen`] also for a body that is larger or otherwise padded than [`seal_body`] makes it.
pub fn open_body(key: &FolderKey, place: &WrapPlace, sealed: &SealedBody) -> Result<OpenedBody, DoesNotOpen> {
    if !matches!(place, WrapPlace::Body { .. }) || sealed.0.len() > MAX_RECORD {
        return Err(DoesNotOpen);
    }
    let aead = Aead::new(&key.derive_subkey(Purpose::Bodies)).map_err(|LibraryFailed| DoesNotOpen)?;
    let padded = aead.open(&place.associated_data(), &sealed.0)?;
    let body = unpad(&padded).ok_or(DoesNotOpen)?;
    Ok(OpenedBody::new(body.to_vec()))
}
