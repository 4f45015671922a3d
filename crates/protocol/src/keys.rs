//! Public keys and sealed keys as they stand in records. Nothing here opens anything.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use serde_tuple::{Deserialize_tuple, Serialize_tuple};

use crate::cbor;
use crate::hash::{Label, digest};
use crate::ids::DeviceId;
use crate::sign::{BadSignature, Domain, Signature, VerifyKey};

/// Length of an X-Wing public key (draft-connolly-cfrg-xwing-kem): ML-KEM-768 and X25519.
pub const SEALING_PUBLIC_LEN: usize = 1216;
/// Length of an X-Wing encapsulation.
pub const ENCAPSULATION_LEN: usize = 1120;

macro_rules! fixed_bytes {
    ($(#[$doc:meta])* $name:ident, $len:expr) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
        #[serde(transparent)]
        pub struct $name(#[serde(with = "serde_bytes")] Vec<u8>);

        impl $name {
            /// From its bytes; `None` unless the length is right.
            pub fn new(bytes: Vec<u8>) -> Option<Self> {
                (bytes.len() == $len).then_some(Self(bytes))
            }

            /// Its bytes.
            pub fn as_bytes(&self) -> &[u8] {
                &self.0
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let bytes = serde_bytes::ByteBuf::deserialize(deserializer)?;
                Self::new(bytes.into_vec()).ok_or_else(|| D::Error::custom("wrong length"))
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, concat!(stringify!($name), "({} bytes)"), self.0.len())
            }
        }
    };
}

fixed_bytes!(
    /// An X-Wing public key: keys are sealed to it.
    SealingPublic, SEALING_PUBLIC_LEN
);
fixed_bytes!(
    /// An X-Wing encapsulation.
    Encapsulation, ENCAPSULATION_LEN
);
fixed_bytes!(
    /// A 32-byte key sealed to somebody: ciphertext and tag.
    SealedKey, 48
);
fixed_bytes!(
    /// A 32-byte key wrapped by another: nonce (12), ciphertext (32), tag (16).
    WrappedKey, 60
);

impl SealingPublic {
    /// Digest that a seal's associated data carries.
    pub fn digest(&self) -> [u8; 32] {
        digest(Label::PublicKey, &[&self.0])
    }
}

/// A 32-byte key sealed to one public key: HPKE base mode (RFC 9180), X-Wing, HKDF-SHA256, ChaCha20-Poly1305.
#[derive(Clone, Debug, PartialEq, Eq, Serialize_tuple, Deserialize_tuple)]
pub struct Seal {
    /// Encapsulation.
    pub enc: Encapsulation,
    /// The sealed key.
    pub key: SealedKey,
}

/// The public half of a key that signs documents: Ed25519. Such a key signs nothing else but that it is its device's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DocumentKey(VerifyKey);

impl DocumentKey {
    /// From its 32 bytes.
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(VerifyKey::new(bytes))
    }

    /// Its 32 bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        self.0.as_bytes()
    }

    pub(crate) fn verify(&self, domain: Domain, bytes: &[u8], signature: &Signature) -> Result<(), BadSignature> {
        self.0.verify(domain, bytes, signature)
    }
}

/// A device's three public keys. Its id is their digest, so they cannot be mixed with another device's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize_tuple, Deserialize_tuple)]
pub struct DeviceKeys {
    /// Ed25519: signs records and requests.
    pub signing: VerifyKey,
    /// X-Wing: master keys are sealed to it.
    pub sealing: SealingPublic,
    /// Ed25519: the IPFS peer key.
    pub peer: VerifyKey,
}

impl DeviceKeys {
    /// The device's id.
    pub fn id(&self) -> DeviceId {
        // Encoding a struct of byte strings cannot fail; an empty input would still be unique to it.
        let bytes = cbor::encode(self).unwrap_or_default();
        DeviceId::new(digest(Label::Device, &[&bytes]))
    }
}
