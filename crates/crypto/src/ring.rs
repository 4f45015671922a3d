//! The account ring: all versions of an account's secret key, sealed under the master key.
//!
//! The catalog keeps it; the account chain holds its hash and generation, so that an older ring is refused.
//! Bytes: version (1 byte, 1), then AES-256-GCM-SIV (nonce 12, ciphertext, tag 16) under the master key's
//! subkey over entries of 40 bytes, key version (8, big endian) and secret (32), versions ascending.

use std::collections::BTreeMap;

use valise_protocol::hash::{Label, digest};
use valise_protocol::ids::{Commitment, KeyVersion};
use valise_protocol::place::WrapPlace;
use zeroize::Zeroizing;

use crate::aead::{Aead, OVERHEAD};
use crate::error::{DoesNotOpen, MakeError, RingError};
use crate::key::{AccountSecret, MasterKey, Purpose};

/// Most account keys in a ring: 40 KiB.
pub const MAX_RING_KEYS: usize = 1024;
const FORMAT: u8 = 1;
const ENTRY_LEN: usize = 40;

/// An opened ring.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Ring {
    keys: BTreeMap<KeyVersion, AccountSecret>,
}

/// A ring as the catalog keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedRing(Vec<u8>);

impl Ring {
    /// An empty ring.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds the next account key. Versions start at 1 and only grow.
    ///
    /// # Errors
    /// [`RingError::OutOfOrder`], [`RingError::Full`].
    pub fn add(&mut self, version: KeyVersion, secret: AccountSecret) -> Result<(), RingError> {
        if version == 0 || self.newest().is_some_and(|(newest, _)| version <= newest) {
            return Err(RingError::OutOfOrder);
        }
        if self.keys.len() >= MAX_RING_KEYS {
            return Err(RingError::Full);
        }
        self.keys.insert(version, secret);
        Ok(())
    }

    /// The account key of a version.
    pub fn key(&self, version: KeyVersion) -> Option<&AccountSecret> {
        self.keys.get(&version)
    }

    /// The newest account key.
    pub fn newest(&self) -> Option<(KeyVersion, &AccountSecret)> {
        self.keys.last_key_value().map(|(version, secret)| (*version, secret))
    }

    /// All account keys, oldest first.
    pub fn iter(&self) -> impl Iterator<Item = (KeyVersion, &AccountSecret)> {
        self.keys.iter().map(|(version, secret)| (*version, secret))
    }

    /// Seals the ring at a [`WrapPlace::Ring`].
    ///
    /// # Errors
    /// [`MakeError`].
    pub fn seal(&self, key: &MasterKey, place: &WrapPlace) -> Result<SealedRing, MakeError> {
        if !matches!(place, WrapPlace::Ring { .. }) {
            return Err(MakeError::WrongPlace);
        }
        // Reserved in full: a growing vector would leave copies behind.
        let mut plain = Zeroizing::new(Vec::with_capacity(self.keys.len() * ENTRY_LEN));
        for (version, secret) in &self.keys {
            plain.extend_from_slice(&version.to_be_bytes());
            plain.extend_from_slice(secret.expose_secret());
        }
        let aead = Aead::new(&key.derive_subkey(Purpose::Ring))?;
        let mut bytes = vec![FORMAT];
        bytes.extend(aead.seal(&place.associated_data(), &plain)?);
        Ok(SealedRing(bytes))
    }

    fn from_plain(plain: &[u8]) -> Result<Self, RingError> {
        let mut ring = Self::new();
        let (entries, []) = plain.as_chunks::<ENTRY_LEN>() else { return Err(RingError::DoesNotOpen) };
        for entry in entries {
            let (version, secret) = entry.split_first_chunk::<8>().ok_or(RingError::DoesNotOpen)?;
            let secret = secret.first_chunk().ok_or(RingError::DoesNotOpen)?;
            ring.add(KeyVersion::from_be_bytes(*version), AccountSecret::copy_of(secret))
                .map_err(|_| RingError::DoesNotOpen)?;
        }
        Ok(ring)
    }
}

impl SealedRing {
    /// From the catalog. Nothing is checked before opening.
    pub fn from_bytes(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// For the catalog.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// What the account chain holds.
    pub fn hash(&self) -> Commitment {
        Commitment::new(digest(Label::Ring, &[&self.0]))
    }

    /// Opens the ring at a [`WrapPlace::Ring`], if it is the one whose hash stands in the account chain.
    /// The place carries the chain's generation.
    ///
    /// # Errors
    /// [`RingError::NotCurrent`] for any other ring, [`RingError::UpdateNeeded`], [`RingError::DoesNotOpen`].
    pub fn open(&self, key: &MasterKey, place: &WrapPlace, expected: &Commitment) -> Result<Ring, RingError> {
        if self.0.len() > 1 + OVERHEAD + MAX_RING_KEYS * ENTRY_LEN || self.hash() != *expected {
            return Err(RingError::NotCurrent);
        }
        let sealed = match self.0.split_first() {
            Some((&FORMAT, sealed)) => sealed,
            Some((version, _)) if *version > FORMAT => return Err(RingError::UpdateNeeded),
            _ => return Err(RingError::DoesNotOpen),
        };
        if !matches!(place, WrapPlace::Ring { .. }) {
            return Err(RingError::DoesNotOpen);
        }
        let aead = Aead::new(&key.derive_subkey(Purpose::Ring)).map_err(DoesNotOpen::from)?;
        Ring::from_plain(&aead.open(&place.associated_data(), sealed)?)
    }
}
