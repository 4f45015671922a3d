//! Keys that sign documents: apart from every other key, made by a device for itself, versioned.
//!
//! A key counts from the record that brings it until it or its device is revoked. What it signed before stays signed:
//! whoever judges a signature looks at the place of the record that carries it (see `document`).

use serde_tuple::{Deserialize_tuple, Serialize_tuple};

use super::{Account, Op};
use crate::cbor;
use crate::chain::{Head, Void};
use crate::ids::{AccountId, DeviceId, KeyVersion};
use crate::keys::DocumentKey;
use crate::record::Record;
use crate::sign::{Domain, Signature};

/// Most keys for signing documents that an account may ever have had.
pub const MAX_SIGNING_KEYS: usize = 256;

/// Another key of the device that writes this.
#[derive(Clone, Debug, PartialEq, Eq, Serialize_tuple, Deserialize_tuple)]
pub struct SigningKeyAdded {
    /// Its version: the next, from 1. Versions are counted through all devices of the account.
    pub version: KeyVersion,
    /// Its public half.
    pub key: DocumentKey,
    /// Its own signature over account, device and key: nobody passes another's key, and with it another's signatures,
    /// off as their own.
    pub proof: Signature,
}

/// A key that signs no more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize_tuple, Deserialize_tuple)]
pub struct SigningKeyRevoked {
    /// Which.
    pub version: KeyVersion,
}

/// A key for signing documents, as the chain knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SigningKeyInfo {
    /// Whose it is.
    pub device: DeviceId,
    /// Its public half.
    pub key: DocumentKey,
    /// Where it was revoked itself; its device may be, besides.
    pub revoked: Option<Head>,
}

/// What a key for signing documents signs, Ed25519 over exactly these bytes, to become a device's.
pub fn signing_key_proof(account: AccountId, device: DeviceId, key: &DocumentKey) -> Vec<u8> {
    Domain::DocumentKey.message(&proof_bytes(account, device, key))
}

fn proof_bytes(account: AccountId, device: DeviceId, key: &DocumentKey) -> Vec<u8> {
    cbor::encode(&(account, device, key)).unwrap_or_default()
}

impl Account {
    /// All keys for signing documents by version, revoked ones too.
    pub fn signing_keys(&self) -> impl Iterator<Item = (KeyVersion, &SigningKeyInfo)> {
        (1..).zip(&self.signing_keys)
    }

    /// A key for signing documents.
    pub fn signing_key(&self, version: KeyVersion) -> Option<&SigningKeyInfo> {
        self.signing_keys.get(index(version)?)
    }

    /// Whether a key for signing documents counts now: neither it nor its device is revoked.
    pub fn signs(&self, version: KeyVersion) -> bool {
        self.signing_key(version).is_some_and(|info| info.revoked.is_none() && self.is_valid(&info.device))
    }

    pub(super) fn signing_key_added(&mut self, record: &Record) -> Result<Op, Void> {
        let added: SigningKeyAdded = record.open().map_err(|_| Void::Malformed)?;
        if added.version != self.signing_keys.len() as u64 + 1 {
            return Err(Void::Version);
        }
        if self.signing_keys.len() >= MAX_SIGNING_KEYS {
            return Err(Void::Limit);
        }
        if self.signing_keys.iter().any(|known| known.key == added.key) {
            return Err(Void::Subject);
        }
        let device = record.envelope().device;
        let proven = added.key.verify(Domain::DocumentKey, &proof_bytes(self.id, device, &added.key), &added.proof);
        proven.map_err(|_| Void::Device)?;
        self.signing_keys.push(SigningKeyInfo { device, key: added.key, revoked: None });
        Ok(Op::SigningKeyAdded(added))
    }

    pub(super) fn signing_key_revoked(&mut self, record: &Record) -> Result<Op, Void> {
        let revoked: SigningKeyRevoked = record.open().map_err(|_| Void::Malformed)?;
        if !self.signs(revoked.version) {
            return Err(Void::Subject);
        }
        let known = index(revoked.version).and_then(|index| self.signing_keys.get_mut(index)).ok_or(Void::Subject)?;
        known.revoked = Some(Head::of(record));
        Ok(Op::SigningKeyRevoked(revoked))
    }
}

fn index(version: KeyVersion) -> Option<usize> {
    usize::try_from(version.checked_sub(1)?).ok()
}
