//! A device's secret keys: made on it, sealed under its device key, never leaving it.
//!
//! File: version (1 byte, 1), then AES-256-GCM-SIV (nonce 12, ciphertext 96, tag 16) under the device key's
//! subkey over signing seed (Ed25519, 32), sealing secret (X-Wing, 32), peer seed (Ed25519, 32): 125 bytes.

use valise_protocol::ids::{Commitment, WorkspaceId};
use valise_protocol::keys::{DeviceKeys, Seal, WrappedKey};
use valise_protocol::place::{SealPlace, WrapPlace};
use valise_protocol::sign::SigningKey;
use zeroize::Zeroizing;

use crate::aead::{Aead, OVERHEAD};
use crate::error::{DoesNotOpen, MakeError, OpenError};
use crate::key::{DeviceKey, IndexKey, MasterKey, Purpose, Secret32};
use crate::seal::{SealingPair, open_master_key};
use crate::wrap::{unwrap_key, wrap_key};

const FILE_VERSION: u8 = 1;
const PLAIN_LEN: usize = 96;

/// A device's opened secret keys.
pub struct DeviceSecrets {
    signing: Secret32,
    sealing: SealingPair,
    peer: Secret32,
}

/// A device's secret keys as its disk holds them: 125 bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedDeviceSecrets(Vec<u8>);

impl DeviceSecrets {
    /// New random keys.
    ///
    /// # Errors
    /// [`MakeError::Randomness`]: the operating system gives none.
    pub fn make() -> Result<Self, MakeError> {
        Ok(Self { signing: Secret32::make()?, sealing: SealingPair::make()?, peer: Secret32::make()? })
    }

    /// The public halves, computed from the secrets.
    pub fn public(&self) -> DeviceKeys {
        DeviceKeys {
            signing: self.signing_key().verify_key(),
            sealing: self.sealing.public().clone(),
            peer: SigningKey::from_seed(&self.peer_seed()).verify_key(),
        }
    }

    /// Signs records and requests.
    pub fn signing_key(&self) -> SigningKey {
        SigningKey::from_seed(&Zeroizing::new(*self.signing.expose_secret()))
    }

    /// Ed25519 seed of the IPFS peer key, which the node's library wants raw.
    pub fn peer_seed(&self) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(*self.peer.expose_secret())
    }

    /// For tests that look for them in memory: what signs, and what opens seals.
    #[cfg(debug_assertions)]
    #[doc(hidden)]
    pub fn disguised(&self) -> [crate::key::Disguised; 2] {
        [self.signing.disguised(), self.sealing.disguised()]
    }

    /// What keys for documents are wrapped under on this device's disk.
    pub(crate) fn document_subkey(&self) -> Secret32 {
        self.signing.derive_subkey(Purpose::DocumentKeys)
    }

    /// What master keys are sealed to.
    pub fn sealing_pair(&self) -> &SealingPair {
        &self.sealing
    }

    /// Opens a master key sealed to this device, at a [`SealPlace::MasterToDevice`].
    ///
    /// # Errors
    /// As [`open_master_key`].
    pub fn open_master_key(
        &self,
        place: &SealPlace<'_>,
        seal: &Seal,
        expected: &Commitment,
    ) -> Result<MasterKey, OpenError> {
        open_master_key(&self.sealing, place, seal, expected)
    }

    /// Seals the secrets for this device's disk.
    ///
    /// # Errors
    /// [`MakeError::Randomness`]: the operating system gives none.
    pub fn seal(&self, key: &DeviceKey, workspace: WorkspaceId) -> Result<SealedDeviceSecrets, MakeError> {
        let mut plain = Zeroizing::new([0; PLAIN_LEN]);
        let parts = [&self.signing, self.sealing.secret(), &self.peer];
        for (room, secret) in plain.chunks_exact_mut(32).zip(parts) {
            room.copy_from_slice(secret.expose_secret());
        }
        let aead = Aead::new(&key.derive_subkey(Purpose::DeviceSecrets))?;
        let mut bytes = vec![FILE_VERSION];
        bytes.extend(aead.seal(&place(workspace), &*plain)?);
        Ok(SealedDeviceSecrets(bytes))
    }
}

impl std::fmt::Debug for DeviceSecrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("DeviceSecrets(..)")
    }
}

impl SealedDeviceSecrets {
    /// From the disk. Nothing is checked before opening.
    pub fn from_bytes(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// For the disk.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Opens the secrets with the device key.
    ///
    /// # Errors
    /// [`OpenError::DoesNotOpen`], [`OpenError::UpdateNeeded`].
    pub fn open(&self, key: &DeviceKey, workspace: WorkspaceId) -> Result<DeviceSecrets, OpenError> {
        let sealed = match self.0.split_first() {
            Some((&FILE_VERSION, sealed)) if sealed.len() == PLAIN_LEN + OVERHEAD => sealed,
            Some((version, _)) if *version > FILE_VERSION => return Err(OpenError::UpdateNeeded),
            _ => return Err(OpenError::DoesNotOpen),
        };
        let aead = Aead::new(&key.derive_subkey(Purpose::DeviceSecrets)).map_err(DoesNotOpen::from)?;
        let plain = aead.open(&place(workspace), sealed)?;
        secrets_from(&plain).ok_or(OpenError::DoesNotOpen)
    }
}

fn secrets_from(plain: &[u8]) -> Option<DeviceSecrets> {
    let (signing, rest) = plain.split_first_chunk()?;
    let (sealing, rest) = rest.split_first_chunk()?;
    let peer = rest.first_chunk()?;
    Some(DeviceSecrets {
        signing: Secret32::copy_of(signing),
        sealing: SealingPair::from_secret(Secret32::copy_of(sealing)).ok()?,
        peer: Secret32::copy_of(peer),
    })
}

fn place(workspace: WorkspaceId) -> Vec<u8> {
    WrapPlace::DeviceSecrets { workspace }.associated_data()
}

/// Wraps the index key under the device key.
///
/// # Errors
/// [`MakeError::Randomness`]: the operating system gives none.
pub fn wrap_index_key(device: &DeviceKey, workspace: WorkspaceId, index: &IndexKey) -> Result<WrappedKey, MakeError> {
    let subkey = device.derive_subkey(Purpose::IndexKey);
    wrap_key(&subkey, &WrapPlace::IndexKey { workspace }, index.expose_secret())
}

/// Opens the index key. A false one opens no index: SQLCipher authenticates its pages.
///
/// # Errors
/// [`DoesNotOpen`].
pub fn unwrap_index_key(
    device: &DeviceKey,
    workspace: WorkspaceId,
    wrapped: &WrappedKey,
) -> Result<IndexKey, DoesNotOpen> {
    let subkey = device.derive_subkey(Purpose::IndexKey);
    let key = unwrap_key(&subkey, &WrapPlace::IndexKey { workspace }, wrapped)?;
    Ok(IndexKey::copy_of(key.expose_secret()))
}
