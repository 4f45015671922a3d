//! A device's name, as only the devices of its account read it.
//!
//! Padded to a Padmé size, then AES-256-GCM-SIV (nonce 12, ciphertext, tag 16) under a subkey of an account key: every
//! device has all of an account's keys, and a new one gets them.

use valise_protocol::padding::{pad, unpad};
use valise_protocol::place::WrapPlace;
use zeroize::Zeroizing;

use crate::aead::Aead;
use crate::error::{DoesNotOpen, MakeError};
use crate::key::Purpose;
use crate::seal::SealingPair;

/// Longest name, in bytes.
pub const MAX_DEVICE_NAME: usize = 256;

/// Seals a device's name at its place, which is a [`WrapPlace::DeviceName`].
///
/// # Errors
/// [`MakeError::TooLarge`], [`MakeError::WrongPlace`], [`MakeError::Randomness`].
pub fn seal_device_name(key: &SealingPair, place: &WrapPlace, name: &str) -> Result<Vec<u8>, MakeError> {
    if !matches!(place, WrapPlace::DeviceName { .. }) {
        return Err(MakeError::WrongPlace);
    }
    if name.len() > MAX_DEVICE_NAME {
        return Err(MakeError::TooLarge);
    }
    let padded = Zeroizing::new(pad(name.as_bytes()).ok_or(MakeError::TooLarge)?);
    Aead::new(&key.secret().derive_subkey(Purpose::DeviceNames))?.seal(&place.associated_data(), &padded)
}

/// Opens a device's name at its place.
///
/// # Errors
/// [`DoesNotOpen`], also for what is no text.
pub fn open_device_name(key: &SealingPair, place: &WrapPlace, sealed: &[u8]) -> Result<String, DoesNotOpen> {
    if !matches!(place, WrapPlace::DeviceName { .. }) || sealed.len() > 2 * MAX_DEVICE_NAME {
        return Err(DoesNotOpen);
    }
    let aead = Aead::new(&key.secret().derive_subkey(Purpose::DeviceNames)).map_err(DoesNotOpen::from)?;
    let padded = aead.open(&place.associated_data(), sealed)?;
    let name = unpad(&padded).ok_or(DoesNotOpen)?;
    std::str::from_utf8(name).map(str::to_owned).map_err(|_| DoesNotOpen)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use valise_protocol::ids::{AccountId, DeviceId, WorkspaceId};

    use super::*;

    #[test]
    fn a_name_opens_in_its_place_only() {
        let (key, other) = (SealingPair::make().unwrap(), SealingPair::make().unwrap());
        let (workspace, account) = (WorkspaceId::new([1; 32]), AccountId::new([2; 32]));
        let place =
            |device| WrapPlace::DeviceName { workspace, account, version: 1, device: DeviceId::new([device; 32]) };
        let sealed = seal_device_name(&key, &place(3), "Bürorechner").unwrap();
        assert_eq!(open_device_name(&key, &place(3), &sealed).unwrap(), "Bürorechner");
        assert!(open_device_name(&key, &place(4), &sealed).is_err());
        assert!(open_device_name(&other, &place(3), &sealed).is_err());
        assert!(seal_device_name(&key, &WrapPlace::IndexKey { workspace }, "x").is_err());
        assert!(seal_device_name(&key, &place(3), &"x".repeat(MAX_DEVICE_NAME + 1)).is_err());
    }
}
