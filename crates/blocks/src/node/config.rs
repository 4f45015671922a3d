//! How a node is opened, and the start of rust-ipfs with it.

use std::path::PathBuf;
use std::time::Duration;

use connexa::prelude::identity::Keypair;
use connexa::prelude::ping;
use connexa::prelude::transport::pnet::PreSharedKey;
use rust_ipfs::Ipfs;
use rust_ipfs::builder::IpfsBuilder;
use rust_ipfs::p2p::IdentifyConfiguration;
use rust_ipfs::repo::{DefaultStorage, LockError, Repo};
use tokio::runtime::Handle;
use tokio::task::spawn_blocking;
use zeroize::Zeroizing;

use super::fence::{Behaviour, Fence};
use super::files::Files;
use super::{messages, peers};
use crate::error::BlocksError;
use crate::store::{Address, PeerId};

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
    /// Request protocols this node speaks, such as `/valise/receipts/1`; at most 9.
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
        Self { total: 256, per_peer: 4, pending_incoming: 64 }
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

/// How often a connection is tried: idle traffic is next to nothing.
const PING: Duration = Duration::from_secs(60);

/// Blocks which are read for serving at once, for all peers together: what bounds memory when many ask.
const SERVED_AT_ONCE: usize = 64;

/// Between two tries of rust-ipfs's own lock, which a node stopped just now lets go of a little later.
const LOCK_RETRY: Duration = Duration::from_millis(20);
const LOCK_TRIES: u32 = 500;

/// Starts rust-ipfs on a repository that is locked and swept already.
pub(super) async fn start(config: NodeConfig, files: &Files, fence: &Fence) -> Result<(Ipfs, PeerId), BlocksError> {
    let listen = config.listen.iter().map(|address| Ok((address.clone(), peers::parse_tcp(address)?)));
    let listen = listen.collect::<Result<Vec<_>, BlocksError>>()?;
    let repo = open_repo(files).await?;
    let (behaviour, runtime) = (fence.behaviour(), Handle::current());
    // the builder cannot be sent between threads, so it lives and dies on one
    let starting = spawn_blocking(move || {
        let (builder, peer) = builder(&config, &repo, behaviour)?;
        let ipfs = runtime.block_on(builder.start()).map_err(node)?;
        Ok::<_, BlocksError>((ipfs, peer))
    });
    let (ipfs, peer) = starting.await.map_err(node)??;
    for (address, parsed) in listen {
        // only this way does it say that a port is taken
        if let Err(error) = ipfs.add_listening_address(parsed).await {
            ipfs.exit_daemon().await;
            return Err(BlocksError::CannotListen { address, why: error.to_string() });
        }
    }
    Ok((ipfs, peer))
}

fn builder(
    config: &NodeConfig,
    repo: &Repo<DefaultStorage>,
    behaviour: Behaviour,
) -> Result<(IpfsBuilder<Behaviour>, PeerId), BlocksError> {
    let mut seed = config.key.clone();
    let keypair = Keypair::ed25519_from_bytes(&mut seed[..]).map_err(node)?;
    let peer = PeerId(keypair.public().to_peer_id().to_string());
    let limits = config.limits;
    let mut builder = IpfsBuilder::with_keypair(&keypair)?
        .set_repo(repo)
        .with_custom_behaviour(move |_| Ok(behaviour))
        .with_identify(IdentifyConfiguration { agent_version: "valise".to_owned(), ..Default::default() })
        .with_ping(ping::Config::new().with_interval(PING))
        .with_bitswap_config(|mut config| {
            config.global_serve_limit = SERVED_AT_ONCE;
            config
        })
        .with_request_response(messages::configure(&config.protocols)?)
        .set_connection_limits(move |all| {
            all.with_max_established(Some(limits.total))
                .with_max_established_per_peer(Some(limits.per_peer))
                .with_max_pending_incoming(Some(limits.pending_incoming))
        })
        .enable_tcp();
    if let Some(key) = &config.swarm_key {
        builder = builder.enable_pnet(PreSharedKey::new(**key));
    }
    Ok((builder, peer))
}

/// Our own lock is held, so whoever holds rust-ipfs's is a node of this process that was just stopped.
async fn open_repo(files: &Files) -> Result<Repo<DefaultStorage>, BlocksError> {
    for _ in 0..LOCK_TRIES {
        let repo = Repo::new_fs(files.root());
        match repo.init().await {
            Ok(()) => return Ok(repo),
            Err(error) if matches!(error.downcast_ref(), Some(LockError::RepoInUse)) => {
                tokio::time::sleep(LOCK_RETRY).await;
            }
            Err(error) => return Err(node(error)),
        }
    }
    Err(BlocksError::RepositoryInUse)
}

/// An error of rust-ipfs which means nothing more precise.
pub(super) fn node(error: impl std::fmt::Display) -> BlocksError {
    BlocksError::Node(error.to_string())
}
