//! Records as this device writes them.

use serde::Serialize;
use serde_bytes::ByteBuf;

use valise_protocol::cbor;
use valise_protocol::chain::Head;
use valise_protocol::ids::{AccountId, DeviceId, Epoch, RecordHash};
use valise_protocol::record::{ChainId, ChainKind, Envelope, FORMAT_VERSION, Kind, Record, Seen};
use valise_protocol::sign::SigningKey;

use crate::error::EngineError;

/// Who writes.
pub struct Author<'a> {
    /// Zero in the genesis of a workspace or account.
    pub account: AccountId,
    /// Zero in the genesis of a workspace.
    pub device: DeviceId,
    /// The device's key.
    pub key: &'a SigningKey,
}

/// Where a record goes.
#[derive(Clone, Debug)]
pub struct Slot {
    chain_kind: ChainKind,
    chain: RecordHash,
    /// Place in the chain.
    pub seq: u64,
    /// The record before.
    pub prev: RecordHash,
    counter: u64,
    epoch: Epoch,
    seen: Vec<Seen>,
}

impl Slot {
    /// The first record of a chain.
    pub fn genesis(chain_kind: ChainKind) -> Self {
        let counter = if chain_kind == ChainKind::WORKSPACE { 0 } else { 1 };
        Self {
            chain_kind,
            chain: RecordHash::ZERO,
            seq: 0,
            prev: RecordHash::ZERO,
            counter,
            epoch: 0,
            seen: Vec::new(),
        }
    }

    /// After a chain's head. `counter`: how many records the device has in the chain.
    pub fn after(chain: &ChainId, head: Head, counter: u64) -> Self {
        Self {
            chain_kind: chain.kind(),
            chain: chain.genesis(),
            seq: head.seq + 1,
            prev: head.hash,
            counter: counter + 1,
            epoch: 0,
            seen: Vec::new(),
        }
    }

    /// In an epoch.
    #[must_use]
    pub fn epoch(mut self, epoch: Epoch) -> Self {
        self.epoch = epoch;
        self
    }

    /// With heads that were verified.
    #[must_use]
    pub fn seen(mut self, heads: impl IntoIterator<Item = (ChainId, Head)>) -> Self {
        let seen = |(chain, head): (ChainId, Head)| Seen {
            kind: chain.kind(),
            chain: chain.genesis(),
            seq: head.seq,
            head: head.hash,
        };
        self.seen = heads.into_iter().map(seen).collect();
        self.seen.sort();
        self
    }

    /// Signs a record with an open part and nothing sealed.
    pub fn write<T: Serialize>(self, author: &Author<'_>, kind: Kind, open: &T) -> Result<Record, EngineError> {
        self.write_sealed(author, kind, open, Vec::new())
    }

    /// Signs a record with an open and a sealed part.
    pub fn write_sealed<T: Serialize>(
        self,
        author: &Author<'_>,
        kind: Kind,
        open: &T,
        sealed: Vec<u8>,
    ) -> Result<Record, EngineError> {
        let envelope = Envelope {
            version: FORMAT_VERSION,
            chain_kind: self.chain_kind,
            chain: self.chain,
            seq: self.seq,
            prev: self.prev,
            epoch: self.epoch,
            author: author.account,
            device: author.device,
            counter: self.counter,
            kind,
            open: ByteBuf::from(cbor::encode(open)?),
            sealed: ByteBuf::from(sealed),
            seen: self.seen,
        };
        Record::sign(envelope, author.key).map_err(|_| EngineError::Internal("a record exceeds a limit"))
    }
}
