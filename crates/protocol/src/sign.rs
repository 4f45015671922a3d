//! Ed25519 signatures over domain-separated digests.
//!
//! A [`SigningKey`] signs only what a [`Domain`] names: there is no way to have chosen bytes signed as
//! something else. Verification is strict (RFC 8032 with the small-order checks of `verify_strict`).

use std::fmt;

use ed25519_dalek::Signer as _;
use serde::{Deserialize, Serialize};
use serde_tuple::{Deserialize_tuple, Serialize_tuple};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

/// What a signature is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Domain {
    /// A record of a chain.
    Record,
    /// A new device's consent to be part of an account.
    DeviceConsent,
    /// Redeeming an invitation.
    Redeem,
    /// A catalog's receipt.
    Receipt,
    /// A pinning node's word that it holds a DAG.
    Held,
    /// A request to a catalog.
    Request,
    /// What a catalog says of itself.
    Identity,
    /// The key of a catalog's TLS certificate.
    TlsKey,
    /// A new device asks for a recovery.
    RecoveryAsked,
    /// A key for signing documents is a device's. The only domain that such a key signs in; see `document`.
    DocumentKey,
    /// What a device tells the members of a folder for the moment.
    Signal,
    /// Everything that a catalog exports.
    Export,
}

impl Domain {
    /// The label that is signed.
    pub fn text(self) -> &'static str {
        match self {
            Domain::Record => "valise v1 sign record",
            Domain::DeviceConsent => "valise v1 sign device consent",
            Domain::Redeem => "valise v1 sign redeem",
            Domain::Receipt => "valise v1 sign receipt",
            Domain::Held => "valise v1 sign held",
            Domain::Request => "valise v1 sign request",
            Domain::Identity => "valise v1 sign identity",
            Domain::TlsKey => "valise v1 sign tls key",
            Domain::RecoveryAsked => "valise v1 sign recovery asked",
            Domain::DocumentKey => "valise v1 sign document key",
            Domain::Signal => "valise v1 sign signal",
            Domain::Export => "valise v1 sign export",
        }
    }

    /// Label, zero byte, SHA-256 of the bytes.
    pub(crate) fn message(self, bytes: &[u8]) -> Vec<u8> {
        let mut message = self.text().as_bytes().to_vec();
        message.push(0);
        message.extend_from_slice(&Sha256::digest(bytes));
        message
    }
}

/// The only algorithm so far; the byte keeps room for ML-DSA.
pub const ED25519: u8 = 1;

/// A signature with its algorithm.
#[derive(Clone, Debug, PartialEq, Eq, Serialize_tuple, Deserialize_tuple)]
pub struct Signature {
    algorithm: u8,
    #[serde(with = "serde_bytes")]
    bytes: Vec<u8>,
}

impl Signature {
    /// An Ed25519 signature that was made elsewhere, by a key that is no [`SigningKey`].
    pub fn ed25519(bytes: [u8; 64]) -> Self {
        Self { algorithm: ED25519, bytes: bytes.to_vec() }
    }
}

/// The signature does not stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the signature does not stand")]
pub struct BadSignature;

/// A public key that verifies: 32 bytes, checked to be a curve point when used.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct VerifyKey(crate::ids::Commitment);

impl VerifyKey {
    /// From its 32 bytes.
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(crate::ids::Commitment::new(bytes))
    }

    /// Its 32 bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        self.0.as_bytes()
    }

    /// Checks a signature.
    pub fn verify(&self, domain: Domain, bytes: &[u8], signature: &Signature) -> Result<(), BadSignature> {
        if signature.algorithm != ED25519 {
            return Err(BadSignature);
        }
        let key = ed25519_dalek::VerifyingKey::from_bytes(self.as_bytes()).map_err(|_| BadSignature)?;
        let signature = ed25519_dalek::Signature::from_slice(&signature.bytes).map_err(|_| BadSignature)?;
        key.verify_strict(&domain.message(bytes), &signature).map_err(|_| BadSignature)
    }
}

impl fmt::Debug for VerifyKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "VerifyKey({})", self.0)
    }
}

impl fmt::Display for VerifyKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A secret key that signs. Boxed, wiped when dropped, never printed.
#[derive(Clone)]
pub struct SigningKey(Box<ed25519_dalek::SigningKey>);

impl SigningKey {
    /// From a 32-byte seed (RFC 8032 private key).
    pub fn from_seed(seed: &Zeroizing<[u8; 32]>) -> Self {
        Self(Box::new(ed25519_dalek::SigningKey::from_bytes(seed)))
    }

    /// Its public half.
    pub fn verify_key(&self) -> VerifyKey {
        VerifyKey::new(self.0.verifying_key().to_bytes())
    }

    /// Signs bytes in a domain.
    pub fn sign(&self, domain: Domain, bytes: &[u8]) -> Signature {
        let signature = self.0.sign(&domain.message(bytes));
        Signature { algorithm: ED25519, bytes: signature.to_bytes().to_vec() }
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningKey(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_stands_only_in_its_domain() {
        let key = SigningKey::from_seed(&Zeroizing::new([7; 32]));
        let signature = key.sign(Domain::Record, b"bytes");
        let public = key.verify_key();
        assert_eq!(public.verify(Domain::Record, b"bytes", &signature), Ok(()));
        assert_eq!(public.verify(Domain::Receipt, b"bytes", &signature), Err(BadSignature));
        assert_eq!(public.verify(Domain::Record, b"other", &signature), Err(BadSignature));
        let other = Signature { algorithm: 2, ..signature };
        assert_eq!(public.verify(Domain::Record, b"bytes", &other), Err(BadSignature));
    }
}
