//! What a client or the catalog's pinning node asks of its IPFS node: the contract.

use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use cid::Cid;
use futures::stream::BoxStream;
use tokio::io::AsyncRead;
use tokio_util::sync::CancellationToken;

use crate::error::BlocksError;

/// A libp2p peer id in its usual text form (`12D3KooW...`).
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PeerId(pub String);

/// A dialable address in multiaddr text, without a trailing `/p2p/...`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Address(pub String);

/// What an added file came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Added {
    /// Root of the DAG: CIDv1, a raw leaf when the input fits one block, else dag-pb.
    pub cid: Cid,
    /// Bytes of the input.
    pub size: u64,
    /// Blocks in the DAG, inner nodes included.
    pub blocks: u64,
}

/// How far a fetch has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Bytes of blocks that are now here (those already here count).
    pub bytes: u64,
    /// Blocks that are now here.
    pub blocks: u64,
}

/// How a fetch is to be done.
#[derive(Clone)]
pub struct FetchOptions {
    /// Peers to ask, best first. Empty: any connected peer.
    pub from: Vec<PeerId>,
    /// Blocks in flight, at most 32.
    pub window: usize,
    /// Give up on one block after this long without it.
    pub block_timeout: Duration,
    /// Refuse a DAG that turns out larger than this (bytes of blocks); 0 = no limit.
    pub max_bytes: u64,
    /// Refuse a DAG of more blocks than this; 0 = no limit.
    pub max_blocks: u64,
    /// Stops the fetch; what arrived stays.
    pub cancel: CancellationToken,
}

/// State of the node for status lines and health checks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Health {
    /// Own peer id.
    pub peer: PeerId,
    /// Addresses others can dial.
    pub listening: Vec<Address>,
    /// Peers connected now.
    pub connected: Vec<PeerId>,
    /// Blocks stored.
    pub blocks: u64,
    /// Bytes stored.
    pub bytes: u64,
}

/// Answers a request of a connected, allowed peer on one protocol.
#[async_trait]
pub trait Responder: Send + Sync {
    /// The answer's bytes, or `None` to close without one.
    async fn respond(&self, from: PeerId, request: Bytes) -> Option<Bytes>;
}

/// One IPFS node. Every method may be called from many tasks at once; [`Blocks::collect`] waits for and
/// keeps out everything else that adds, pins or fetches.
#[async_trait]
pub trait Blocks: Send + Sync {
    /// Own peer id.
    fn peer(&self) -> PeerId;

    /// Adds a stream: 1 MiB raw leaves, CIDv1, balanced DAG of the UnixFS defaults. Blocks are on disk and
    /// synced, and the root is pinned, before this returns. On any error nothing of it stays pinned.
    /// Sync is shared between adds that run side by side.
    async fn add(&self, input: &mut (dyn AsyncRead + Send + Unpin)) -> Result<Added, BlocksError>;

    /// The bytes of a DAG that is completely here, in order, each block checked against its CID.
    /// Never waits for the network. Bounded memory. A missing or damaged block ends the stream with an error
    /// that names it.
    fn read(&self, root: Cid) -> BoxStream<'static, Result<Bytes, BlocksError>>;

    /// The bytes of `range` (clamped to the file's length), reading only the blocks it touches. Local only.
    async fn range(&self, root: Cid, range: Range<u64>) -> Result<Vec<u8>, BlocksError>;

    /// Brings the whole DAG here from given peers, `options.window` blocks in flight, verified by hash.
    /// Asks the next peer for a block which one peer cannot or will not give. Ok only when the DAG is
    /// complete. A damaged local block is deleted and fetched again. Does not pin.
    async fn fetch(
        &self,
        root: Cid,
        options: FetchOptions,
        progress: &(dyn Fn(Progress) + Send + Sync),
    ) -> Result<Progress, BlocksError>;

    /// Every block of the DAG, walked and checked against its hash: `Ok(None)` when incomplete or damaged,
    /// else what it amounts to.
    async fn complete(&self, root: Cid) -> Result<Option<Progress>, BlocksError>;

    /// Pins a DAG that is complete here (an error otherwise). Idempotent.
    async fn pin(&self, root: Cid) -> Result<(), BlocksError>;

    /// Removes a pin. Blocks stay until [`Blocks::collect`]. Idempotent.
    async fn unpin(&self, root: Cid) -> Result<(), BlocksError>;

    /// Whether this root is pinned.
    async fn is_pinned(&self, root: Cid) -> Result<bool, BlocksError>;

    /// All pinned roots.
    async fn pins(&self) -> Result<Vec<Cid>, BlocksError>;

    /// Deletes what no pin reaches; answers the number of blocks deleted.
    async fn collect(&self) -> Result<u64, BlocksError>;

    /// Dials a peer; Ok when connected (also when it was before). Names in `/dns4` addresses are resolved here.
    async fn connect(&self, peer: &PeerId, addresses: &[Address]) -> Result<(), BlocksError>;

    /// Peers that may connect, ask and be served from now on; all others are cut off and refused.
    /// Before the first call nobody is allowed.
    async fn allow(&self, peers: Vec<PeerId>) -> Result<(), BlocksError>;

    /// One request and its answer, at most 1 MiB each, over a protocol such as `/valise/receipts/1`.
    async fn ask(
        &self,
        peer: &PeerId,
        protocol: &str,
        request: Bytes,
    ) -> Result<Bytes, BlocksError>;

    /// Who answers requests on a protocol. Protocols are declared when a node is made.
    fn answer(&self, protocol: &str, responder: Arc<dyn Responder>) -> Result<(), BlocksError>;

    /// Sizes, addresses, connections.
    async fn health(&self) -> Result<Health, BlocksError>;

    /// Stops the node and lets go of its repository. Idempotent.
    async fn stop(&self);
}
