//! The shape of a file's DAG: UnixFS, 1 MiB raw leaves, CIDv1, SHA-256, balanced, 174 links a node.
//!
//! Shared by both implementations, so that a CID cannot depend on which one made it; `tests/node.rs`
//! holds it to what rust-ipfs itself makes of the same bytes. Synchronous but for [`walk`] and [`read`],
//! which take what loads a block as a parameter. What is read here may come from a hostile peer: every
//! number is checked before it is believed, and memory is bounded by blocks that really arrived.

pub(crate) mod build;
pub(crate) mod inner;
pub(crate) mod read;
pub(crate) mod walk;

use cid::Cid;
use cid::multihash::Multihash;
use sha2::{Digest, Sha256};

use crate::error::BlocksError;

/// Bytes of a leaf. 1 MiB: three times faster than 256 KiB over 50 ms of latency, and within what every
/// IPFS implementation sends in one message (2 MiB).
pub(crate) const BLOCK: usize = 1 << 20;

/// Largest block accepted: the limit of a Bitswap message.
pub(crate) const MAX_BLOCK: usize = 2 << 20;

/// Multicodec of a raw leaf.
pub(crate) const RAW: u64 = 0x55;
/// Multicodec of an inner node.
pub(crate) const DAG_PB: u64 = 0x70;
/// Multihash code of SHA-256.
const SHA2_256: u64 = 0x12;

/// What identifies a block in sets of many: 33 bytes, where a [`Cid`] takes 96.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Key {
    pub(crate) inner: bool,
    pub(crate) digest: [u8; 32],
}

impl Key {
    /// Of a CID that Valise uses; an error for all others (CIDv0, other codecs, other hashes).
    pub(crate) fn of(cid: &Cid) -> Result<Self, BlocksError> {
        let refuse = |why| BlocksError::Unsupported { cid: *cid, why };
        if cid.version() != cid::Version::V1 {
            return Err(refuse("not a CID of version 1"));
        }
        let inner = match cid.codec() {
            RAW => false,
            DAG_PB => true,
            _ => return Err(refuse("neither a raw leaf nor a dag-pb node")),
        };
        if cid.hash().code() != SHA2_256 {
            return Err(refuse("not hashed with SHA-256"));
        }
        let digest = cid.hash().digest().try_into().map_err(|_| refuse("a hash of the wrong length"))?;
        Ok(Self { inner, digest })
    }

    /// The CID it stands for.
    pub(crate) fn cid(&self) -> Option<Cid> {
        let codec = if self.inner { DAG_PB } else { RAW };
        Multihash::wrap(SHA2_256, &self.digest).ok().map(|hash| Cid::new_v1(codec, hash))
    }
}

/// SHA-256 of a block's bytes.
pub(crate) fn digest(block: &[u8]) -> [u8; 32] {
    Sha256::digest(block).into()
}

/// Whether these bytes are what the CID names.
pub(crate) fn verify(cid: &Cid, block: &[u8]) -> Result<(), BlocksError> {
    match Key::of(cid)?.digest == digest(block) {
        true => Ok(()),
        false => Err(BlocksError::Damaged { cid: *cid }),
    }
}
