//! Asking one peer for one block: what Bitswap in rust-ipfs cannot do.
//!
//! Bitswap asks all peers at once and waits five seconds for whoever claims to have a block, again and
//! again: one peer that claims much and sends nothing, or nonsense, slows a fetch to a crawl; and it takes
//! seconds to ask a peer that connected just now. So peers are first asked one by one over a protocol of
//! our own, and who lies or keeps silent comes last from then on. Peers of other makes do not speak it and
//! are simply passed over.
//!
//! Request: the CID's bytes, then those of the root of the DAG it is wanted for, so that whoever gives it knows how far
//! that is. Answer: the block's bytes.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use cid::Cid;
use connexa::prelude::PeerId as Peer;
use rust_ipfs::Ipfs;

use super::files::Files;
use super::{blocking, messages};
use crate::dag;
use crate::given::Given;
use crate::store::{PeerId, Responder};

/// Name of the protocol.
pub(super) const PROTOCOL: &str = "/valise/block/2";

/// For one block from one peer.
const PATIENCE: Duration = Duration::from_secs(20);

/// What one peer said.
pub(super) enum Said {
    Block(Bytes),
    /// It does not have it, or does not speak this protocol.
    No,
    /// Nothing in time, or other bytes.
    Nonsense,
}

/// Asks one peer for a block of a DAG.
pub(super) async fn ask(ipfs: &Ipfs, peer: Peer, cid: &Cid, root: &Cid) -> Said {
    let bytes = [cid.to_bytes(), root.to_bytes()].concat();
    let asking = messages::exchange(ipfs, peer, PROTOCOL, &bytes);
    match tokio::time::timeout(PATIENCE, asking).await {
        Ok(Some(block)) if dag::verify(cid, &block).is_ok() => Said::Block(block),
        Ok(None) => Said::No,
        Ok(Some(_)) | Err(_) => Said::Nonsense,
    }
}

/// Answers with what is on the disk.
pub(super) struct Server {
    pub(super) files: Arc<Files>,
    pub(super) given: Arc<Given>,
}

#[async_trait]
impl Responder for Server {
    async fn respond(&self, from: PeerId, request: Bytes) -> Option<Bytes> {
        let mut request = &request[..];
        let cid = Cid::read_bytes(&mut request).ok()?;
        let root = Cid::read_bytes(&mut request).ok()?;
        let files = self.files.clone();
        let block = blocking(move || files.load(&cid)).await.ok()?;
        self.given.add(from, root, block.len());
        Some(block)
    }
}
