//! The record envelope: what every change of every chain is written in.
//!
//! A record is the encoded envelope, and signatures over it. Its hash covers both, and the next record
//! names that hash. What is public stands in `open`, what is confidential in `sealed`; a [`Record`] knows
//! how to check its form, not yet whether the chain allows it (see `chain`).

use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;
use serde_tuple::{Deserialize_tuple, Serialize_tuple};

use crate::cbor::{self, BadEncoding};
use crate::hash::{Label, digest};
use crate::ids::{AccountId, DeviceId, Epoch, FolderId, RecordHash, Seq, WorkspaceId};
use crate::sign::{BadSignature, Domain, Signature, SigningKey, VerifyKey};

/// Version of every format here. A reader stops at a higher one.
pub const FORMAT_VERSION: u8 = 1;
/// Largest encoded record.
pub const MAX_RECORD: usize = 1 << 20;
/// Most changes in one content record.
pub const MAX_CHANGES: usize = 4096;
/// Most heads in `seen`.
pub const MAX_SEEN: usize = 256;

/// Which chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", content = "id", rename_all = "camelCase")]
pub enum ChainId {
    /// A workspace's chain.
    Workspace(WorkspaceId),
    /// An account's chain.
    Account(AccountId),
    /// A folder's chain.
    Folder(FolderId),
}

impl ChainId {
    /// The kind of chain as it stands in an envelope.
    pub fn kind(&self) -> ChainKind {
        match self {
            Self::Workspace(_) => ChainKind::WORKSPACE,
            Self::Account(_) => ChainKind::ACCOUNT,
            Self::Folder(_) => ChainKind::FOLDER,
        }
    }

    /// The id's 32 bytes: the hash of the genesis.
    pub fn genesis(&self) -> RecordHash {
        RecordHash::new(match self {
            Self::Workspace(id) => *id.as_bytes(),
            Self::Account(id) => *id.as_bytes(),
            Self::Folder(id) => *id.as_bytes(),
        })
    }

    /// The chain which a genesis record of a kind begins.
    pub fn of_genesis(kind: ChainKind, genesis: RecordHash) -> Option<Self> {
        Some(match kind {
            ChainKind::WORKSPACE => Self::Workspace(WorkspaceId::new(*genesis.as_bytes())),
            ChainKind::ACCOUNT => Self::Account(AccountId::new(*genesis.as_bytes())),
            ChainKind::FOLDER => Self::Folder(FolderId::new(*genesis.as_bytes())),
            _ => return None,
        })
    }
}

impl std::fmt::Display for ChainId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let kind = match self {
            Self::Workspace(_) => "workspace",
            Self::Account(_) => "account",
            Self::Folder(_) => "folder",
        };
        write!(f, "{kind}-{}", self.genesis())
    }
}

impl std::str::FromStr for ChainId {
    type Err = crate::ids::BadId;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (kind, id) = text.split_once('-').ok_or(crate::ids::BadId)?;
        Ok(match kind {
            "workspace" => Self::Workspace(id.parse()?),
            "account" => Self::Account(id.parse()?),
            "folder" => Self::Folder(id.parse()?),
            _ => return Err(crate::ids::BadId),
        })
    }
}

/// Kind of chain in an envelope.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ChainKind(pub u8);

impl ChainKind {
    /// Workspace chain.
    pub const WORKSPACE: Self = Self(1);
    /// Account chain.
    pub const ACCOUNT: Self = Self(2);
    /// Folder chain.
    pub const FOLDER: Self = Self(3);
}

/// Kind of record; its meaning depends on the chain's kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Kind(pub u16);

impl Kind {
    /// The first record of any chain.
    pub const GENESIS: Self = Self(0);
}

/// A head that an author had verified when writing.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize_tuple, Deserialize_tuple)]
pub struct Seen {
    /// Kind of that chain.
    pub kind: ChainKind,
    /// Its genesis.
    pub chain: RecordHash,
    /// Its head's place.
    pub seq: Seq,
    /// Its head.
    pub head: RecordHash,
}

/// What is signed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize_tuple, Deserialize_tuple)]
pub struct Envelope {
    /// [`FORMAT_VERSION`].
    pub version: u8,
    /// Kind of chain.
    pub chain_kind: ChainKind,
    /// Hash of the chain's genesis; zero in the genesis itself.
    pub chain: RecordHash,
    /// Place in the chain.
    pub seq: Seq,
    /// Hash of the record before; zero in the genesis.
    pub prev: RecordHash,
    /// Folder chains: the epoch in force, or the one a rekey begins. Else 0.
    pub epoch: Epoch,
    /// Author; zero in the genesis of a workspace or account, which have none yet.
    pub author: AccountId,
    /// The author's device; zero in the genesis of a workspace.
    pub device: DeviceId,
    /// The device's records in this chain, counted from 1.
    pub counter: u64,
    /// Kind of record.
    pub kind: Kind,
    /// Canonical CBOR which everybody may read.
    pub open: ByteBuf,
    /// What only members read; empty if there is nothing, and where the epoch is 0: there is no key yet.
    pub sealed: ByteBuf,
    /// Heads the author had verified, sorted, without doubles: workspace and accounts, never a folder.
    pub seen: Vec<Seen>,
}

/// A record in its checked form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    envelope: Envelope,
    signature: Signature,
    bytes: Vec<u8>,
    hash: RecordHash,
    signed_len: usize,
}

/// Why bytes are not a record that this version can judge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadRecord {
    /// Not a record in canonical form, or too large.
    #[error("not a valid record")]
    Malformed,
    /// A later format: this version must not guess.
    #[error("made by a newer version of Valise")]
    UpdateNeeded,
}

impl From<BadEncoding> for BadRecord {
    fn from(_: BadEncoding) -> Self {
        Self::Malformed
    }
}

#[derive(Serialize_tuple, Deserialize_tuple)]
struct Wire {
    envelope: ByteBuf,
    signature: Signature,
}

impl Record {
    /// Signs an envelope.
    ///
    /// # Errors
    /// [`BadRecord::Malformed`] when the envelope breaks a limit: nobody would accept it.
    pub fn sign(envelope: Envelope, key: &SigningKey) -> Result<Self, BadRecord> {
        let encoded = cbor::encode(&envelope)?;
        let signature = key.sign(Domain::Record, &encoded);
        let bytes = cbor::encode(&Wire { envelope: ByteBuf::from(encoded), signature })?;
        Self::decode(&bytes)
    }

    /// Reads a record and checks its form. Not its signature: see [`Record::verify`].
    pub fn decode(bytes: &[u8]) -> Result<Self, BadRecord> {
        if bytes.len() > MAX_RECORD {
            return Err(BadRecord::Malformed);
        }
        match version(bytes) {
            Some(FORMAT_VERSION) => {}
            Some(later) if later > FORMAT_VERSION => return Err(BadRecord::UpdateNeeded),
            _ => return Err(BadRecord::Malformed),
        }
        let wire: Wire = cbor::decode(bytes)?;
        let envelope: Envelope = cbor::decode(&wire.envelope)?;
        check_form(&envelope)?;
        let hash = RecordHash::new(digest(Label::Record, &[bytes]));
        let signed_len = wire.envelope.len();
        Ok(Self { envelope, signature: wire.signature, bytes: bytes.to_vec(), hash, signed_len })
    }

    /// Checks the signature against a device's key.
    pub fn verify(&self, key: &VerifyKey) -> Result<(), BadSignature> {
        let encoded = cbor::encode(&self.envelope).map_err(|_| BadSignature)?;
        debug_assert_eq!(encoded.len(), self.signed_len);
        key.verify(Domain::Record, &encoded, &self.signature)
    }

    /// What is signed.
    pub fn envelope(&self) -> &Envelope {
        &self.envelope
    }

    /// The whole encoding.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Digest of the whole encoding.
    pub fn hash(&self) -> RecordHash {
        self.hash
    }

    /// The chain this record is of; for a genesis, the one it begins.
    pub fn chain(&self) -> Option<ChainId> {
        let genesis = if self.envelope.seq == 0 { self.hash } else { self.envelope.chain };
        ChainId::of_genesis(self.envelope.chain_kind, genesis)
    }

    /// The open part as its type.
    pub fn open<T: Serialize + serde::de::DeserializeOwned>(&self) -> Result<T, BadEncoding> {
        cbor::decode(&self.envelope.open)
    }
}

/// The version of an encoded record, whatever else it holds: an array whose first element is a byte string,
/// in which stands an array whose first element is a number below 24 (RFC 8949, section 3).
fn version(record: &[u8]) -> Option<u8> {
    let envelope = match record {
        [0x80..=0x97, 0x40..=0x57, envelope @ ..]
        | [0x80..=0x97, 0x58, _, envelope @ ..]
        | [0x80..=0x97, 0x59, _, _, envelope @ ..]
        | [0x80..=0x97, 0x5a, _, _, _, _, envelope @ ..] => envelope,
        _ => return None,
    };
    match envelope {
        [0x80..=0x97, version @ 0..=23, ..] => Some(*version),
        _ => None,
    }
}

fn check_form(envelope: &Envelope) -> Result<(), BadRecord> {
    let is_genesis = envelope.seq == 0;
    let well_formed = envelope.chain.is_zero() == is_genesis
        && envelope.prev.is_zero() == is_genesis
        && (envelope.kind == Kind::GENESIS) == is_genesis
        && ChainId::of_genesis(envelope.chain_kind, envelope.chain).is_some()
        && (envelope.epoch > 0 || envelope.sealed.is_empty())
        && envelope.seen.len() <= MAX_SEEN
        && envelope.seen.iter().all(|seen| matches!(seen.kind, ChainKind::WORKSPACE | ChainKind::ACCOUNT))
        && envelope.seen.windows(2).all(|pair| (pair[0].kind, pair[0].chain) < (pair[1].kind, pair[1].chain));
    well_formed.then_some(()).ok_or(BadRecord::Malformed)
}
