//! What stands in an export, one after the other, and how each is encoded.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_bytes::ByteBuf;
use valise_protocol::api::{Base64, Wrap};
use valise_protocol::cbor::{self, BadEncoding};
use valise_protocol::ids::{AccountId, Commitment, DekId, Epoch, FolderId, WorkspaceId};
use valise_protocol::invitation::Redemption;
use valise_protocol::record::MAX_RECORD;
use valise_protocol::sign::{Domain, Signature, SigningKey, VerifyKey};
use zeroize::Zeroizing;

use super::BadExport;
use crate::data::Seeds;
use crate::db::asked;
use crate::db::joins::Join;

/// Largest encoded item: a record, and what says that it is one.
pub(super) const MAX_ITEM: usize = MAX_RECORD + 64;

/// What an export begins with.
const MARK: &str = "valise export";
/// Version of the format.
const VERSION: u8 = 1;

// Kinds, in the order in which they stand.
const KEYS: u8 = 1;
const RECORD: u8 = 2;
const RING: u8 = 3;
const NEWCOMER: u8 = 4;
const ASKED: u8 = 5;
const LISTS: u8 = 6;
const WRAP: u8 = 7;
const END: u8 = 8;

/// Whose export it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) workspace: WorkspaceId,
    pub(super) identity: VerifyKey,
    pub(super) pinning: VerifyKey,
}

/// The numbers that a folder's lists gave out last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Lists {
    pub(super) folder: FolderId,
    pub(super) wraps: u64,
    pub(super) held: u64,
}

/// The catalog's word that this is all of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct End {
    /// Items before this one, and the digest over them.
    pub(super) items: u64,
    pub(super) digest: Commitment,
    pub(super) signature: Signature,
}

/// What follows the header.
pub(super) enum Item {
    Keys(Seeds),
    Record(Vec<u8>),
    Ring(AccountId, Vec<u8>),
    Newcomer(Join),
    Asked(asked::Row),
    Lists(Lists),
    Wrap(FolderId, u64, Wrap),
    End(End),
}

impl Header {
    pub(super) fn encode(&self) -> Result<Vec<u8>, BadEncoding> {
        cbor::encode(&(MARK, VERSION, self.workspace, self.identity, self.pinning))
    }

    /// A later version has the mark and its number at the same place, whatever follows.
    pub(super) fn decode(bytes: &[u8]) -> Result<Self, BadExport> {
        // The head of an array, that of a text of 13 bytes, the text, a small number.
        let mark = bytes.get(1..15).and_then(|mark| mark.strip_prefix(&[0x6d]));
        match (mark, bytes.get(15)) {
            (Some(mark), Some(&VERSION)) if mark == MARK.as_bytes() => {}
            (Some(mark), Some(2..=0x1b)) if mark == MARK.as_bytes() => return Err(BadExport::Newer),
            _ => return Err(BadExport::NotOne),
        }
        let (_, _, workspace, identity, pinning): (String, u8, WorkspaceId, VerifyKey, VerifyKey) =
            cbor::decode(bytes).map_err(|_| BadExport::NotOne)?;
        Ok(Self { workspace, identity, pinning })
    }
}

impl End {
    pub(super) fn sign(workspace: WorkspaceId, items: u64, digest: Commitment, key: &SigningKey) -> Self {
        Self { items, digest, signature: key.sign(Domain::Export, &end_bytes(workspace, items, digest)) }
    }

    /// Whether this catalog ended an export so.
    pub(super) fn stands(&self, header: &Header) -> bool {
        let bytes = end_bytes(header.workspace, self.items, self.digest);
        header.identity.verify(Domain::Export, &bytes, &self.signature).is_ok()
    }
}

fn end_bytes(workspace: WorkspaceId, items: u64, digest: Commitment) -> Vec<u8> {
    cbor::encode(&(workspace, items, digest)).unwrap_or_default()
}

impl Item {
    /// Wiped when it is dropped: there may be keys in it.
    pub(super) fn encode(&self) -> Result<Zeroizing<Vec<u8>>, BadEncoding> {
        let bytes = match self {
            Self::Keys(seeds) => Ok(encode_keys(seeds)),
            Self::Record(bytes) => cbor::encode(&(RECORD, serde_bytes::Bytes::new(bytes))),
            Self::Ring(account, bytes) => cbor::encode(&(RING, account, serde_bytes::Bytes::new(bytes))),
            Self::Newcomer(join) => {
                cbor::encode(&(NEWCOMER, join.account, &join.name, &join.redemption, join.admitted))
            }
            Self::Asked(row) => cbor::encode(&(ASKED, row.at, row.refused, serde_bytes::Bytes::new(&row.bytes))),
            Self::Lists(lists) => cbor::encode(&(LISTS, lists.folder, lists.wraps, lists.held)),
            Self::Wrap(folder, change, wrap) => {
                let bytes = serde_bytes::Bytes::new(&wrap.bytes.0);
                cbor::encode(&(WRAP, folder, change, wrap.dek, wrap.epoch, bytes))
            }
            Self::End(end) => cbor::encode(&(END, end.items, end.digest, &end.signature)),
        };
        bytes.map(Zeroizing::new)
    }

    pub(super) fn decode(bytes: &[u8]) -> Result<Self, BadEncoding> {
        // The head of a short array, then a small number.
        Ok(match bytes.get(1) {
            Some(&KEYS) => Self::Keys(decode_keys(bytes).ok_or(BadEncoding)?),
            Some(&RECORD) => {
                let (_, bytes) = decode::<(u8, ByteBuf)>(bytes)?;
                Self::Record(bytes.into_vec())
            }
            Some(&RING) => {
                let (_, account, bytes) = decode::<(u8, AccountId, ByteBuf)>(bytes)?;
                Self::Ring(account, bytes.into_vec())
            }
            Some(&NEWCOMER) => {
                let (_, account, name, redemption, admitted) =
                    decode::<(u8, AccountId, String, Redemption, bool)>(bytes)?;
                Self::Newcomer(Join { account, name, redemption, admitted })
            }
            Some(&ASKED) => {
                let (_, at, refused, bytes) = decode::<(u8, u64, bool, ByteBuf)>(bytes)?;
                Self::Asked(asked::Row { at, refused, bytes: bytes.into_vec() })
            }
            Some(&LISTS) => {
                let (_, folder, wraps, held) = decode::<(u8, FolderId, u64, u64)>(bytes)?;
                Self::Lists(Lists { folder, wraps, held })
            }
            Some(&WRAP) => {
                let (_, folder, change, dek, epoch, bytes) =
                    decode::<(u8, FolderId, u64, DekId, Epoch, ByteBuf)>(bytes)?;
                Self::Wrap(folder, change, Wrap { dek, epoch, bytes: Base64(bytes.into_vec()) })
            }
            Some(&END) => {
                let (_, items, digest, signature) = decode::<(u8, u64, Commitment, Signature)>(bytes)?;
                Self::End(End { items, digest, signature })
            }
            _ => return Err(BadEncoding),
        })
    }

    /// Kinds stand in the order of these numbers.
    pub(super) fn kind(&self) -> u8 {
        match self {
            Self::Keys(_) => KEYS,
            Self::Record(_) => RECORD,
            Self::Ring(..) => RING,
            Self::Newcomer(_) => NEWCOMER,
            Self::Asked(_) => ASKED,
            Self::Lists(_) => LISTS,
            Self::Wrap(..) => WRAP,
            Self::End(_) => END,
        }
    }
}

fn decode<T: Serialize + DeserializeOwned>(bytes: &[u8]) -> Result<T, BadEncoding> {
    cbor::decode(bytes)
}

/// An array of the kind and two byte strings of 32 bytes. By hand, so that no copy of a key is left behind.
fn encode_keys([identity, pinning]: &Seeds) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(70);
    bytes.extend_from_slice(&[0x83, KEYS]);
    for seed in [identity, pinning] {
        bytes.extend_from_slice(&[0x58, 32]);
        bytes.extend_from_slice(&**seed);
    }
    bytes
}

fn decode_keys(bytes: &[u8]) -> Option<Seeds> {
    let (head, rest) = bytes.split_at_checked(2)?;
    let (identity, pinning) = rest.split_at_checked(34)?;
    let seed = |bytes: &[u8]| {
        let seed = bytes.strip_prefix(&[0x58, 32])?.try_into().ok()?;
        Some(Zeroizing::new(seed))
    };
    (head == [0x83, KEYS]).then_some([seed(identity)?, seed(pinning)?])
}
