//! Signed words of the servers: a catalog's receipts, a pinning node's "held".

use serde::{Deserialize, Serialize};
use serde_tuple::{Deserialize_tuple, Serialize_tuple};

use crate::cbor;
use crate::chain::Head;
use crate::ids::{Cid, RecordHash, Seq};
use crate::record::ChainId;
use crate::sign::{BadSignature, Domain, Signature, SigningKey, VerifyKey};

/// A catalog's word that a record has a place in a chain. Two for one place with different hashes prove to
/// anybody that the catalog lied.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// The chain.
    pub chain: ChainId,
    /// The place.
    pub seq: Seq,
    /// The record there.
    pub hash: RecordHash,
    /// By the catalog's identity key.
    pub signature: Signature,
}

#[derive(Serialize_tuple, Deserialize_tuple)]
struct ReceiptBytes {
    kind: crate::record::ChainKind,
    chain: RecordHash,
    seq: Seq,
    hash: RecordHash,
}

impl Receipt {
    /// Signs a receipt.
    pub fn sign(chain: ChainId, head: Head, key: &SigningKey) -> Self {
        let signature = key.sign(Domain::Receipt, &receipt_bytes(&chain, head));
        Self { chain, seq: head.seq, hash: head.hash, signature }
    }

    /// Checks it against the catalog's key.
    pub fn verify(&self, key: &VerifyKey) -> Result<(), BadSignature> {
        key.verify(Domain::Receipt, &receipt_bytes(&self.chain, self.head()), &self.signature)
    }

    /// The head it speaks of.
    pub fn head(&self) -> Head {
        Head { seq: self.seq, hash: self.hash }
    }

    /// Whether two receipts together prove that the catalog forked a chain.
    pub fn contradicts(&self, other: &Self) -> bool {
        self.chain == other.chain && self.seq == other.seq && self.hash != other.hash
    }
}

fn receipt_bytes(chain: &ChainId, head: Head) -> Vec<u8> {
    let bytes = ReceiptBytes { kind: chain.kind(), chain: chain.genesis(), seq: head.seq, hash: head.hash };
    cbor::encode(&bytes).unwrap_or_default()
}

/// A pinning node's word that it has walked a whole DAG and keeps it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    /// The DAG's root.
    pub cid: Cid,
    /// Bytes of its blocks.
    pub bytes: u64,
    /// By the key of the pinning node, which the workspace chain names.
    pub signature: Signature,
}

impl Held {
    /// Signs.
    pub fn sign(cid: Cid, bytes: u64, key: &SigningKey) -> Self {
        Self { cid, bytes, signature: key.sign(Domain::Held, &held_bytes(&cid, bytes)) }
    }

    /// Checks it against the pinning node's key.
    pub fn verify(&self, key: &VerifyKey) -> Result<(), BadSignature> {
        key.verify(Domain::Held, &held_bytes(&self.cid, self.bytes), &self.signature)
    }
}

fn held_bytes(cid: &Cid, bytes: u64) -> Vec<u8> {
    cbor::encode(&(cid, bytes)).unwrap_or_default()
}
