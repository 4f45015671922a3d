//! Sealed signals: what members of a folder tell each other for the moment.
//!
//! Padded to a Padmé size, then AES-256-GCM-SIV (nonce 12, ciphertext, tag 16) under a subkey of the folder key of the
//! epoch in force, for the place [`WrapPlace::Signal`].

use valise_protocol::padding::{pad, unpad};
use valise_protocol::place::WrapPlace;
use valise_protocol::signal::MAX_SIGNAL;
use zeroize::Zeroizing;

use crate::aead::Aead;
use crate::error::{DoesNotOpen, MakeError};
use crate::key::{FolderKey, Purpose};

/// Seals a signal at its place.
///
/// # Errors
/// [`MakeError::WrongPlace`], [`MakeError::TooLarge`], [`MakeError::Randomness`].
pub fn seal_signal(key: &FolderKey, place: &WrapPlace, signal: &[u8]) -> Result<Vec<u8>, MakeError> {
    if !matches!(place, WrapPlace::Signal { .. }) {
        return Err(MakeError::WrongPlace);
    }
    let padded = pad(signal).filter(|padded| padded.len() <= MAX_SIGNAL).ok_or(MakeError::TooLarge)?;
    Aead::new(&key.derive_subkey(Purpose::Signals))?.seal(&place.associated_data(), &Zeroizing::new(padded))
}

/// Opens a signal at its place. Authenticated, not yet parsed.
///
/// # Errors
/// [`DoesNotOpen`].
pub fn open_signal(key: &FolderKey, place: &WrapPlace, sealed: &[u8]) -> Result<Vec<u8>, DoesNotOpen> {
    if !matches!(place, WrapPlace::Signal { .. }) || sealed.len() > MAX_SIGNAL {
        return Err(DoesNotOpen);
    }
    let aead = Aead::new(&key.derive_subkey(Purpose::Signals)).map_err(DoesNotOpen::from)?;
    let padded = Zeroizing::new(aead.open(&place.associated_data(), sealed)?);
    unpad(&padded).map(<[u8]>::to_vec).ok_or(DoesNotOpen)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use valise_protocol::ids::{FolderId, WorkspaceId};

    use super::*;

    #[test]
    fn a_signal_opens_in_its_place_only() {
        let (key, other) = (FolderKey::make().unwrap(), FolderKey::make().unwrap());
        let workspace = WorkspaceId::new([1; 32]);
        let place = |folder, epoch| WrapPlace::Signal { workspace, folder: FolderId::new([folder; 32]), epoch };
        let sealed = seal_signal(&key, &place(2, 1), b"words").unwrap();
        assert_eq!(open_signal(&key, &place(2, 1), &sealed).unwrap(), b"words");
        for wrong in [place(3, 1), place(2, 2), WrapPlace::IndexKey { workspace }] {
            assert!(open_signal(&key, &wrong, &sealed).is_err());
        }
        assert!(open_signal(&other, &place(2, 1), &sealed).is_err());
        assert!(seal_signal(&key, &WrapPlace::IndexKey { workspace }, b"words").is_err());
        assert!(seal_signal(&key, &place(2, 1), &[0; MAX_SIGNAL]).is_err());
        assert_eq!(sealed.len(), seal_signal(&key, &place(2, 1), b"other words").unwrap().len(), "padded");
    }
}
