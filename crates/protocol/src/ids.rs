//! Ids. Each is a type of its own: one can never be passed for another.
//!
//! In CBOR an id is a byte string of its exact length, in JSON and on screens lower-case hexadecimal.

use std::fmt;
use std::str::FromStr;

use serde::de::{Error as _, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The text or bytes were not an id of that kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a valid id")]
pub struct BadId;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $len:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name([u8; $len]);

        impl $name {
            /// Length in bytes.
            pub const LEN: usize = $len;
            /// All bytes zero: stands for "none yet" where the format says so.
            pub const ZERO: Self = Self([0; $len]);

            /// From its bytes.
            pub const fn new(bytes: [u8; $len]) -> Self {
                Self(bytes)
            }

            /// Its bytes.
            pub const fn as_bytes(&self) -> &[u8; $len] {
                &self.0
            }

            /// Whether all bytes are zero.
            pub fn is_zero(&self) -> bool {
                *self == Self::ZERO
            }
        }

        impl TryFrom<&[u8]> for $name {
            type Error = BadId;
            fn try_from(bytes: &[u8]) -> Result<Self, BadId> {
                Ok(Self(bytes.try_into().map_err(|_| BadId)?))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self)
            }
        }

        impl FromStr for $name {
            type Err = BadId;
            fn from_str(text: &str) -> Result<Self, BadId> {
                let mut bytes = [0; $len];
                parse_hex(text, &mut bytes)?;
                Ok(Self(bytes))
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                match serializer.is_human_readable() {
                    true => serializer.collect_str(self),
                    false => serializer.serialize_bytes(&self.0),
                }
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct IdVisitor;
                impl Visitor<'_> for IdVisitor {
                    type Value = $name;
                    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                        write!(f, "an id of {} bytes", $len)
                    }
                    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<$name, E> {
                        text.parse().map_err(E::custom)
                    }
                    fn visit_bytes<E: serde::de::Error>(self, bytes: &[u8]) -> Result<$name, E> {
                        bytes.try_into().map_err(E::custom)
                    }
                }
                match deserializer.is_human_readable() {
                    true => deserializer.deserialize_str(IdVisitor),
                    false => deserializer.deserialize_bytes(IdVisitor),
                }
            }
        }
    };
}

fn parse_hex(text: &str, out: &mut [u8]) -> Result<(), BadId> {
    let text = text.as_bytes();
    if text.len() != out.len() * 2 {
        return Err(BadId);
    }
    for (pair, byte) in text.chunks_exact(2).zip(out) {
        *byte = nibble(pair[0])? << 4 | nibble(pair[1])?;
    }
    Ok(())
}

/// Lower case only: an id has one spelling.
fn nibble(digit: u8) -> Result<u8, BadId> {
    match digit {
        b'0'..=b'9' => Ok(digit - b'0'),
        b'a'..=b'f' => Ok(digit - b'a' + 10),
        _ => Err(BadId),
    }
}

id!(
    /// A workspace: the hash of its genesis record.
    WorkspaceId, 32
);
id!(
    /// An account: the hash of its genesis record.
    AccountId, 32
);
id!(
    /// A folder: the hash of its genesis record.
    FolderId, 32
);
id!(
    /// A device: the digest of its three public keys.
    DeviceId, 32
);
id!(
    /// A record: the digest of its whole encoding.
    RecordHash, 32
);
id!(
    /// An entry of a folder's tree: random, or derived for a conflict copy. Zero is the folder's top.
    EntryId, 16
);
id!(
    /// A data encryption key, and with it one version of a file: truncated digest of the key.
    DekId, 24
);
id!(
    /// An invitation: random.
    InvitationId, 16
);
id!(
    /// A pairing: derived from its code.
    PairingId, 32
);
id!(
    /// A recovery set: random.
    RecoverySetId, 16
);
id!(
    /// A group of people: random.
    GroupId, 16
);
id!(
    /// SHA-512 of a file's plaintext: what a signature on a document is over.
    ContentDigest, 64
);
id!(
    /// A commitment: a digest which fixes a key without telling it.
    Commitment, 32
);

impl EntryId {
    /// The folder's top directory.
    pub const TOP: Self = Self::ZERO;
}

/// Version of an account key or master key, counted from 1.
pub type KeyVersion = u64;

/// Epoch of a folder key, counted from 1; 0 before the first.
pub type Epoch = u64;

/// Place in a chain, counted from 0 (the genesis).
pub type Seq = u64;

/// CID of a block or DAG: always CIDv1, SHA-256, raw or dag-pb.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cid(cid::Cid);

impl Cid {
    const RAW: u64 = 0x55;
    const DAG_PB: u64 = 0x70;
    const SHA2_256: u64 = 0x12;

    /// Checks version, codec and hash.
    pub fn new(cid: cid::Cid) -> Result<Self, BadId> {
        let known = cid.version() == cid::Version::V1
            && (cid.codec() == Self::RAW || cid.codec() == Self::DAG_PB)
            && cid.hash().code() == Self::SHA2_256
            && cid.hash().digest().len() == 32;
        known.then_some(Self(cid)).ok_or(BadId)
    }

    /// As the IPFS library wants it.
    pub fn inner(&self) -> cid::Cid {
        self.0
    }
}

impl fmt::Display for Cid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for Cid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Cid({})", self.0)
    }
}

impl FromStr for Cid {
    type Err = BadId;
    fn from_str(text: &str) -> Result<Self, BadId> {
        let cid = Self::new(text.parse().map_err(|_| BadId)?)?;
        if cid.to_string() == text { Ok(cid) } else { Err(BadId) }
    }
}

impl Serialize for Cid {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match serializer.is_human_readable() {
            true => serializer.collect_str(&self.0),
            false => serializer.serialize_bytes(&self.0.to_bytes()),
        }
    }
}

impl<'de> Deserialize<'de> for Cid {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() {
            let text = String::deserialize(deserializer)?;
            return text.parse().map_err(D::Error::custom);
        }
        let bytes = serde_bytes::ByteBuf::deserialize(deserializer)?;
        let cid = cid::Cid::try_from(bytes.as_slice()).map_err(D::Error::custom)?;
        if cid.to_bytes() != *bytes {
            return Err(D::Error::custom(BadId));
        }
        Self::new(cid).map_err(D::Error::custom)
    }
}
