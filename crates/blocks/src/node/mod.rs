//! The real node, on rust-ipfs. Nothing outside this module names that crate.

use std::path::PathBuf;

use zeroize::Zeroizing;

use crate::error::BlocksError;
use crate::store::Address;

/// How a node is opened.
pub struct NodeConfig {
    /// The repository. Made if it does not exist; one process at a time.
    pub directory: PathBuf,
    /// Secret seed of the node's Ed25519 peer key (32 bytes). Never written to disk here.
    pub key: Zeroizing<[u8; 32]>,
    /// Addresses to listen on, TCP only, such as `/ip4/0.0.0.0/tcp/4001`. None: dials only.
    pub listen: Vec<Address>,
    /// Pre-shared key of a private swarm (32 bytes); all its nodes need the same.
    pub swarm_key: Option<Zeroizing<[u8; 32]>>,
    /// Request protocols this node speaks, such as `/valise/receipts/1`; at most 10.
    pub protocols: Vec<String>,
    /// How many connections may stand at once.
    pub limits: ConnectionLimits,
}

/// How many connections may stand at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConnectionLimits {
    /// All connections.
    pub total: u32,
    /// Connections with one peer.
    pub per_peer: u32,
    /// Incoming connections that are still shaking hands.
    pub pending_incoming: u32,
}

impl Default for ConnectionLimits {
    fn default() -> Self {
        Self {
            total: 256,
            per_peer: 4,
            pending_incoming: 64,
        }
    }
}

impl NodeConfig {
    /// A node which listens nowhere, without swarm key or protocols.
    pub fn new(directory: impl Into<PathBuf>, key: Zeroizing<[u8; 32]>) -> Self {
        Self {
            directory: directory.into(),
            key,
            listen: Vec::new(),
            swarm_key: None,
            protocols: Vec::new(),
            limits: ConnectionLimits::default(),
        }
    }
}

/// The embedded IPFS node.
pub struct IpfsNode {
    _inner: (),
}

impl IpfsNode {
    /// Opens the repository and starts the node. Nobody may connect before [`crate::Blocks::allow`].
    pub async fn open(_config: NodeConfig) -> Result<Self, BlocksError> {
        unimplemented!()
    }
}
