//! The real node, on rust-ipfs. Nothing outside this module names that crate.
//!
//! rust-ipfs carries blocks between peers (Bitswap) and stores what arrives; adding, reading, pinning and
//! collecting are done here on the same files, for speed, for durability that is shared between adds, and
//! because rust-ipfs's own have traps (its pin says Ok with blocks missing, its collection deadlocks with
//! an add, its walk fetches one block at a time).
//!
//! `gate` is the one lock: taken shared for the moment in which blocks and their pin get their names, or a
//! block is read or received; exclusively by a collection, which also spares what walks under way have
//! come across. It is never held while waiting for a peer or for input.

mod add;
mod commit;
mod config;
mod direct;
mod fence;
mod fetch;
mod files;
mod messages;
mod pace;
mod peers;
mod pins;

use std::ops::Range;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use async_trait::async_trait;
use bytes::Bytes;
use cid::Cid;
use futures::StreamExt;
use futures::future::BoxFuture;
use futures::stream::BoxStream;
use rust_ipfs::Ipfs;
use tokio::io::AsyncRead;
use tokio::sync::RwLock;
use tokio::task::spawn_blocking;
use tokio_util::sync::CancellationToken;

pub use self::config::{ConnectionLimits, NodeConfig};

use self::add::Adding;
use self::commit::{Committer, Job};
use self::fence::Fence;
use self::fetch::Room;
use self::files::Files;
use self::messages::Messages;
use self::pins::Pin;
use crate::dag::Key;
use crate::dag::read::{self, Source};
use crate::dag::walk::{Bounds, Found, Watched, walk};
use crate::error::BlocksError;
use crate::given::Given;
use crate::store::{Added, Address, Blocks, FetchOptions, Health, PeerId, Progress, Responder};

/// The embedded IPFS node.
pub struct IpfsNode {
    peer: PeerId,
    /// Taken out by [`Blocks::stop`].
    running: Mutex<Option<Running>>,
    stopped: CancellationToken,
    fence: Fence,
    messages: Messages,
    given: Arc<Given>,
    disk: Disk,
}

/// What a running node has, and a stopped one has let go.
#[derive(Clone)]
struct Running {
    ipfs: Ipfs,
    committer: Committer,
}

/// The local side: files, and who uses what of them.
#[derive(Clone)]
struct Disk {
    files: Arc<Files>,
    gate: Arc<RwLock<()>>,
    stopped: CancellationToken,
    room: Arc<Room>,
    /// What walks under way have come across; not to be collected.
    in_use: Arc<Mutex<Vec<Watched>>>,
}

impl IpfsNode {
    /// Opens the repository and starts the node. Nobody may connect before [`Blocks::allow`].
    ///
    /// Boxed, so that the swarm's generic code is compiled in this crate and not again in every user's.
    pub fn open(config: NodeConfig) -> BoxFuture<'static, Result<Self, BlocksError>> {
        Box::pin(Self::open_here(config))
    }

    async fn open_here(config: NodeConfig) -> Result<Self, BlocksError> {
        let directory = config.directory.clone();
        let files = Arc::new(blocking(move || Files::open(&directory)).await?);
        let fence = Fence::new();
        let protocols = config.protocols.clone();
        let (ipfs, peer) = config::start(config, &files, &fence).await?;
        let stopped = CancellationToken::new();
        let given = Arc::new(Given::default());
        let server = direct::Server { files: files.clone(), given: given.clone() };
        let messages = Messages::start(&ipfs, &protocols, server, &fence, &stopped).await?;
        let gate = Arc::new(RwLock::new(()));
        let committer = Committer::start(files.clone(), gate.clone());
        let room = Arc::new(Room::new(files.clone()));
        Ok(Self {
            peer,
            running: Mutex::new(Some(Running { ipfs, committer })),
            stopped: stopped.clone(),
            fence,
            messages,
            given,
            disk: Disk { files, gate, stopped, room, in_use: Arc::default() },
        })
    }

    fn running(&self) -> Result<Running, BlocksError> {
        lock(&self.running).clone().ok_or(BlocksError::Closed)
    }

    /// Runs something, but no longer than until the node is stopped.
    async fn until_stopped<T>(
        &self,
        work: impl Future<Output = Result<T, BlocksError>> + Send,
    ) -> Result<T, BlocksError> {
        tokio::select! {
            biased;
            () = self.stopped.cancelled() => Err(BlocksError::Closed),
            done = work => done,
        }
    }
}

impl Disk {
    /// A set of blocks which a collection spares while it exists.
    fn found(&self) -> Found {
        let found = Found::default();
        let mut in_use = lock(&self.in_use);
        in_use.retain(|walk| walk.strong_count() > 0);
        in_use.push(found.downgrade());
        found
    }

    async fn walk(&self, root: Cid, found: &Found) -> Result<Progress, BlocksError> {
        walk(root, Bounds::LOCAL, found, |cid| self.load(cid), |_| {}).await
    }

    /// Deletes what neither a pin nor a walk under way reaches. Blocking.
    fn collect(&self) -> Result<u64, BlocksError> {
        // listed first: what a walk receives later is not in the list, and what it received before is in its set
        let here = self.files.list()?;
        let mut live = pins::kept(&self.files)?;
        for walk in lock(&self.in_use).iter().filter_map(Weak::upgrade) {
            live.extend(lock(&walk).iter());
        }
        let mut removed = 0;
        for (cid, _) in here {
            if Key::of(&cid).map_or(true, |key| !live.contains(&key)) {
                self.files.remove(&cid)?;
                removed += 1;
            }
        }
        Ok(removed)
    }
}

impl Source for Disk {
    async fn load(&self, cid: Cid) -> Result<Bytes, BlocksError> {
        let shared = self.gate.clone().read_owned().await;
        if self.stopped.is_cancelled() {
            return Err(BlocksError::Closed);
        }
        let files = self.files.clone();
        blocking(move || {
            let _shared = shared;
            files.load(&cid)
        })
        .await
    }
}

#[async_trait]
impl Blocks for IpfsNode {
    fn peer(&self) -> PeerId {
        self.peer.clone()
    }

    async fn add(&self, input: &mut (dyn AsyncRead + Send + Unpin)) -> Result<Added, BlocksError> {
        let committer = self.running()?.committer;
        self.until_stopped(Adding::new(self.disk.files.clone(), committer).run(input)).await
    }

    fn read(&self, root: Cid) -> BoxStream<'static, Result<Bytes, BlocksError>> {
        read::stream(self.disk.clone(), root, 0..u64::MAX).boxed()
    }

    async fn range(&self, root: Cid, range: Range<u64>) -> Result<Vec<u8>, BlocksError> {
        read::range(self.disk.clone(), root, range).await
    }

    async fn fetch(
        &self,
        root: Cid,
        options: FetchOptions,
        progress: &(dyn Fn(Progress) + Send + Sync),
    ) -> Result<Progress, BlocksError> {
        let running = self.running()?;
        let fetching = fetch::fetch(&self.disk, &running.ipfs, &self.fence, root, &options, progress);
        tokio::select! {
            biased;
            () = options.cancel.cancelled() => Err(BlocksError::Cancelled),
            done = self.until_stopped(fetching) => done,
        }
    }

    async fn complete(&self, root: Cid) -> Result<Option<Progress>, BlocksError> {
        self.running()?;
        match self.disk.walk(root, &self.disk.found()).await {
            Ok(progress) => Ok(Some(progress)),
            Err(BlocksError::Missing { .. } | BlocksError::Damaged { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn pin(&self, root: Cid) -> Result<(), BlocksError> {
        let committer = self.running()?.committer;
        let found = self.disk.found();
        self.disk.walk(root, &found).await.map_err(|error| error.not_complete(root))?;
        let pin = Pin::make(&self.disk.files, root, &found).await?;
        let unsynced = pin.unsynced().into_iter().collect();
        self.until_stopped(committer.commit(Job { unsynced, blocks: Vec::new(), pin: Some(pin) })).await
    }

    async fn unpin(&self, root: Cid) -> Result<(), BlocksError> {
        self.running()?;
        Key::of(&root)?;
        let files = self.disk.files.clone();
        blocking(move || pins::remove(&files, &root)).await
    }

    async fn is_pinned(&self, root: Cid) -> Result<bool, BlocksError> {
        self.running()?;
        let files = self.disk.files.clone();
        blocking(move || Ok(pins::path(&files, &root).try_exists()?)).await
    }

    async fn pins(&self) -> Result<Vec<Cid>, BlocksError> {
        self.running()?;
        let files = self.disk.files.clone();
        blocking(move || pins::list(&files)).await
    }

    async fn collect(&self) -> Result<u64, BlocksError> {
        self.running()?;
        let alone = self.disk.gate.clone().write_owned().await;
        let disk = self.disk.clone();
        blocking(move || {
            let _alone = alone;
            disk.collect()
        })
        .await
    }

    async fn connect(&self, peer: &PeerId, addresses: &[Address]) -> Result<(), BlocksError> {
        let ipfs = self.running()?.ipfs;
        self.until_stopped(peers::connect(&ipfs, &self.fence, peer, addresses)).await
    }

    async fn allow(&self, peers: Vec<PeerId>) -> Result<(), BlocksError> {
        self.running()?;
        let peers = peers.iter().map(peers::parse).collect::<Result<_, _>>()?;
        self.until_stopped(async {
            self.fence.allow(peers).await;
            Ok(())
        })
        .await
    }

    async fn ask(&self, peer: &PeerId, protocol: &str, request: Bytes) -> Result<Bytes, BlocksError> {
        let ipfs = self.running()?.ipfs;
        self.until_stopped(self.messages.ask(&ipfs, &self.fence, peer, protocol, request)).await
    }

    fn answer(&self, protocol: &str, responder: Arc<dyn Responder>) -> Result<(), BlocksError> {
        self.running()?;
        self.messages.answer(protocol, responder)
    }

    fn given(&self, root: &Cid, to: &PeerId) -> u64 {
        self.given.of(root, to)
    }

    async fn health(&self) -> Result<Health, BlocksError> {
        let ipfs = self.running()?.ipfs;
        let files = self.disk.files.clone();
        let blocks = blocking(move || Ok(files.list()?)).await?;
        Ok(Health {
            peer: self.peer.clone(),
            listening: peers::listening(&ipfs).await?,
            connected: self.fence.ready().iter().map(|peer| PeerId(peer.to_string())).collect(),
            blocks: blocks.len() as u64,
            bytes: blocks.iter().map(|(_, length)| length).sum(),
        })
    }

    async fn stop(&self) {
        self.stopped.cancel();
        // what is being committed or collected now is let finish
        let _alone = self.disk.gate.write().await;
        let running = lock(&self.running).take();
        if let Some(running) = running {
            running.ipfs.exit_daemon().await;
            self.disk.files.unlock();
        }
    }
}

impl Drop for IpfsNode {
    fn drop(&mut self) {
        self.stopped.cancel();
    }
}

/// Runs disk work where it may block.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, BlocksError> + Send + 'static,
) -> Result<T, BlocksError> {
    match spawn_blocking(work).await {
        Ok(result) => result,
        Err(error) => Err(BlocksError::Node(format!("a disk task ended early: {error}"))),
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
