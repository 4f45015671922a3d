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

impl PeerId {
    /// The peer id of an Ed25519 public key: base58 of the identity multihash of its protobuf form.
    ///
    /// See <https://github.com/libp2p/specs/blob/master/peer-ids/peer-ids.md>.
    pub fn from_public_key(key: &[u8; 32]) -> Self {
        let mut bytes = vec![0x00, 0x24, 0x08, 0x01, 0x12, 0x20];
        bytes.extend_from_slice(key);
        // Base58Btc.encode puts no multibase prefix before it
        Self(cid::multibase::Base::Base58Btc.encode(bytes))
    }
}

impl std::fmt::Display for PeerId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// Most bytes of a request or an answer.
pub const MAX_MESSAGE: usize = 1 << 20;

/// Most blocks in flight in one fetch: a peer that serves holds all of them in memory.
pub const MAX_WINDOW: usize = 32;

/// A dialable address in multiaddr text, without a trailing `/p2p/...`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Address(pub String);

impl std::fmt::Display for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// What an added file came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Added {
    /// Root of the DAG: CIDv1, a raw leaf when the input fits one block, else dag-pb.
    pub cid: Cid,
    /// Bytes of the input.
    pub size: u64,
    /// Blocks in the DAG, inner nodes included, equal ones counted once.
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
    /// Peers to ask, best first. Empty: any connected peer. What none of them gives, the real node asks all connected
    /// peers for over Bitswap.
    pub from: Vec<PeerId>,
    /// Blocks in flight, at most 32. The real node begins with fewer, and comes back to fewer on a slow line.
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

/// One IPFS node. Every method may be called from many tasks at once. Dropping the future of a call ends it;
/// an add or a pin that is dropped leaves no pin. After [`Blocks::stop`] everything answers
/// [`BlocksError::Closed`].
#[async_trait]
pub trait Blocks: Send + Sync {
    /// Own peer id.
    fn peer(&self) -> PeerId;

    /// Adds a stream: 1 MiB raw leaves, CIDv1, balanced DAG of the UnixFS defaults. Blocks are on disk and
    /// synced, and the root is pinned, before this returns. On any error nothing of it stays pinned.
    /// Sync is shared between adds that run side by side. No other call has to wait while `input` does.
    async fn add(&self, input: &mut (dyn AsyncRead + Send + Unpin)) -> Result<Added, BlocksError>;

    /// The bytes of a DAG that is completely here, in order, each block checked against its CID.
    /// Never waits for the network. Bounded memory. A missing or damaged block ends the stream with an error
    /// that names it. What is not pinned may be collected while it is read.
    fn read(&self, root: Cid) -> BoxStream<'static, Result<Bytes, BlocksError>>;

    /// The bytes of `range` (clamped to the file's length; at most 64 MiB), reading only the blocks it
    /// touches. Local only.
    async fn range(&self, root: Cid, range: Range<u64>) -> Result<Vec<u8>, BlocksError>;

    /// Brings the whole DAG here from given peers, `options.window` blocks in flight, verified by hash.
    /// Asks the next peer for a block which one peer cannot or will not give. Ok only when the DAG is
    /// complete. A damaged local block is deleted and fetched again. Does not pin: what it brought is safe
    /// from collections only while it runs. [`BlocksError::NoPeer`] at once when nobody can be asked.
    async fn fetch(
        &self,
        root: Cid,
        options: FetchOptions,
        progress: &(dyn Fn(Progress) + Send + Sync),
    ) -> Result<Progress, BlocksError>;

    /// Every block of the DAG, walked and checked against its hash: `Ok(None)` when incomplete or damaged,
    /// else what it amounts to, each block counted once.
    async fn complete(&self, root: Cid) -> Result<Option<Progress>, BlocksError>;

    /// Pins a DAG that is complete here (an error otherwise). Idempotent.
    async fn pin(&self, root: Cid) -> Result<(), BlocksError>;

    /// Removes a pin. Blocks stay until [`Blocks::collect`]. Idempotent.
    async fn unpin(&self, root: Cid) -> Result<(), BlocksError>;

    /// Whether this root is pinned.
    async fn is_pinned(&self, root: Cid) -> Result<bool, BlocksError>;

    /// All pinned roots.
    async fn pins(&self) -> Result<Vec<Cid>, BlocksError>;

    /// Deletes what neither a pin nor an add, pin or fetch under way reaches; answers the number of blocks
    /// deleted. Other calls wait for it, it waits for no transfer.
    async fn collect(&self) -> Result<u64, BlocksError>;

    /// Dials a peer; Ok when it has let us in (also when it had before). Names in `/dns4` addresses are
    /// resolved here. [`BlocksError::NotAllowed`] when it is not on our list, or hung up on learning who we are.
    async fn connect(&self, peer: &PeerId, addresses: &[Address]) -> Result<(), BlocksError>;

    /// Peers that may connect, ask and be served from now on; all others are cut off and refused.
    /// Before the first call nobody is allowed.
    async fn allow(&self, peers: Vec<PeerId>) -> Result<(), BlocksError>;

    /// One request and its answer, at most 1 MiB each, over a protocol such as `/valise/receipts/1`.
    async fn ask(&self, peer: &PeerId, protocol: &str, request: Bytes) -> Result<Bytes, BlocksError>;

    /// Who answers requests on a protocol. Protocols are declared when a node is made.
    fn answer(&self, protocol: &str, responder: Arc<dyn Responder>) -> Result<(), BlocksError>;

    /// Bytes of a DAG's blocks that a peer was given since this node started, as far as it said which DAG it was after.
    /// What it asked for twice counts twice, what it had before not at all.
    fn given(&self, root: &Cid, to: &PeerId) -> u64;

    /// Sizes, addresses, connections.
    async fn health(&self) -> Result<Health, BlocksError>;

    /// Stops the node and lets go of its repository. Idempotent.
    async fn stop(&self);
}
