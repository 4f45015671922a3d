//! The contract, on memory.

use std::collections::{BTreeSet, HashSet};
use std::ops::Range;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use bytes::{BufMut, Bytes};
use cid::Cid;
use futures::StreamExt;
use futures::stream::BoxStream;
use tokio::io::{AsyncRead, AsyncReadExt};

use super::fetch::Fetch;
use super::{MemoryNode, Network, State, may_connect};
use crate::dag::build::{Builder, Subtree};
use crate::dag::read::{self, Source};
use crate::dag::walk::{Bounds, Found, walk};
use crate::dag::{self, BLOCK, Key};
use crate::error::BlocksError;
use crate::store::{
    Added, Address, Blocks, FetchOptions, Health, MAX_MESSAGE, MAX_WINDOW, PeerId, Progress, Responder,
};

impl MemoryNode {
    fn with<T>(&self, then: impl FnOnce(&mut State) -> T) -> Result<T, BlocksError> {
        let mut nodes = self.network.lock();
        match nodes.get_mut(&self.peer) {
            Some(node) if !node.stopped => Ok(then(node)),
            _ => Err(BlocksError::Closed),
        }
    }

    pub(super) fn local(&self, cid: &Cid) -> Result<Bytes, BlocksError> {
        local(&self.network, &self.peer, cid)
    }

    pub(super) fn connected(&self) -> BTreeSet<PeerId> {
        self.with(|node| node.connected.clone()).unwrap_or_default()
    }

    /// Stores one block, if there is room.
    pub(super) fn store(&self, key: Key, block: &Bytes) -> Result<(), BlocksError> {
        self.with(|node| {
            if let Some(room) = &mut node.faults.room {
                *room = room.checked_sub(block.len() as u64).ok_or(BlocksError::DiskFull)?;
            }
            node.blocks.insert(key, block.clone());
            Ok(())
        })?
    }

    fn found(&self) -> Result<Found, BlocksError> {
        let found = Found::default();
        self.with(|node| node.in_use.push(found.downgrade()))?;
        Ok(found)
    }

    async fn walk(&self, root: Cid, found: &Found) -> Result<Progress, BlocksError> {
        walk(root, Bounds::LOCAL, found, |cid| async move { self.local(&cid) }, |_| {}).await
    }

    /// Stores what is added as it comes; `blocks` is what to take away again if it fails.
    async fn take(&self, input: &mut (dyn AsyncRead + Send + Unpin), found: &Found) -> Result<Added, BlocksError> {
        let mut builder = Builder::default();
        let mut size = 0;
        loop {
            let leaf = fill(input).await?;
            if leaf.is_empty() && size > 0 {
                break;
            }
            let key = Key { inner: false, digest: dag::digest(&leaf) };
            let length = leaf.len() as u64;
            self.keep(key, leaf, found)?;
            for node in builder.push(Subtree { key, size: length, stored: length }) {
                self.keep(node.key, node.block.into(), found)?;
            }
            size += length;
            if length < BLOCK as u64 {
                break;
            }
        }
        let (rest, root) = builder.finish().ok_or(BlocksError::Closed)?;
        for node in rest {
            self.keep(node.key, node.block.into(), found)?;
        }
        let cid = root.key.cid().ok_or(BlocksError::Closed)?;
        self.with(|node| node.pins.insert(cid, found.lock().clone()))?;
        Ok(Added { cid, size, blocks: found.len() })
    }

    fn keep(&self, key: Key, block: Bytes, found: &Found) -> Result<(), BlocksError> {
        if found.insert(key) { self.store(key, &block) } else { Ok(()) }
    }
}

fn local(network: &Network, peer: &PeerId, cid: &Cid) -> Result<Bytes, BlocksError> {
    let key = Key::of(cid)?;
    let nodes = network.lock();
    let node = nodes.get(peer).filter(|node| !node.stopped).ok_or(BlocksError::Closed)?;
    let block = node.blocks.get(&key).ok_or(BlocksError::Missing { cid: *cid })?;
    dag::verify(cid, block)?;
    Ok(block.clone())
}

async fn fill(input: &mut (dyn AsyncRead + Send + Unpin)) -> Result<Bytes, BlocksError> {
    let mut leaf = Vec::new();
    while leaf.len() < BLOCK {
        let room = BLOCK - leaf.len();
        if input.read_buf(&mut (&mut leaf).limit(room)).await? == 0 {
            break;
        }
    }
    Ok(leaf.into())
}

#[derive(Clone)]
struct Local(Network, PeerId);

impl Source for Local {
    async fn load(&self, cid: Cid) -> Result<Bytes, BlocksError> {
        local(&self.0, &self.1, &cid)
    }
}

#[async_trait]
impl Blocks for MemoryNode {
    fn peer(&self) -> PeerId {
        self.peer.clone()
    }

    async fn add(&self, input: &mut (dyn AsyncRead + Send + Unpin)) -> Result<Added, BlocksError> {
        let found = self.found()?;
        self.take(input, &found).await
    }

    fn read(&self, root: Cid) -> BoxStream<'static, Result<Bytes, BlocksError>> {
        read::stream(Local(self.network.clone(), self.peer.clone()), root, 0..u64::MAX).boxed()
    }

    async fn range(&self, root: Cid, range: Range<u64>) -> Result<Vec<u8>, BlocksError> {
        read::range(Local(self.network.clone(), self.peer.clone()), root, range).await
    }

    async fn fetch(
        &self,
        root: Cid,
        options: FetchOptions,
        progress: &(dyn Fn(Progress) + Send + Sync),
    ) -> Result<Progress, BlocksError> {
        let found = self.found()?;
        let bounds = Bounds {
            window: options.window.clamp(1, MAX_WINDOW),
            max_bytes: options.max_bytes,
            max_blocks: options.max_blocks,
        };
        let fetch = Fetch { node: self, options: &options, root, demoted: Mutex::default() };
        let obtain = async |cid| {
            // as on a network, others get their turn between two blocks
            tokio::task::yield_now().await;
            fetch.obtain(cid).await
        };
        let walking = walk(root, bounds, &found, obtain, progress);
        tokio::select! {
            biased;
            () = options.cancel.cancelled() => Err(BlocksError::Cancelled),
            () = self.stopped.cancelled() => Err(BlocksError::Closed),
            done = walking => done,
        }
    }

    async fn complete(&self, root: Cid) -> Result<Option<Progress>, BlocksError> {
        match self.walk(root, &Found::default()).await {
            Ok(progress) => Ok(Some(progress)),
            Err(BlocksError::Missing { .. } | BlocksError::Damaged { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn pin(&self, root: Cid) -> Result<(), BlocksError> {
        let found = self.found()?;
        self.walk(root, &found).await.map_err(|error| error.not_complete(root))?;
        self.with(|node| node.pins.insert(root, found.lock().clone())).map(drop)
    }

    async fn unpin(&self, root: Cid) -> Result<(), BlocksError> {
        Key::of(&root)?;
        self.with(|node| node.pins.remove(&root)).map(drop)
    }

    async fn is_pinned(&self, root: Cid) -> Result<bool, BlocksError> {
        self.with(|node| node.pins.contains_key(&root))
    }

    async fn pins(&self) -> Result<Vec<Cid>, BlocksError> {
        self.with(|node| node.pins.keys().copied().collect())
    }

    async fn collect(&self) -> Result<u64, BlocksError> {
        self.with(|node| {
            let mut live: HashSet<Key> = node.pins.values().flatten().copied().collect();
            node.in_use.retain(|walk| walk.strong_count() > 0);
            for walk in node.in_use.iter().filter_map(std::sync::Weak::upgrade) {
                live.extend(walk.lock().unwrap_or_else(std::sync::PoisonError::into_inner).iter());
            }
            let before = node.blocks.len();
            node.blocks.retain(|key, _| live.contains(key));
            (before - node.blocks.len()) as u64
        })
    }

    async fn connect(&self, peer: &PeerId, addresses: &[Address]) -> Result<(), BlocksError> {
        self.with(|_| ())?;
        let mut nodes = self.network.lock();
        may_connect(&nodes, &self.peer, peer)?;
        let connected = nodes.get(&self.peer).is_some_and(|node| node.connected.contains(peer));
        let reached = nodes.get(peer).is_some_and(|far| addresses.contains(&far.address));
        if !connected && !reached {
            return Err(BlocksError::Unreachable { peer: peer.clone(), why: "nobody at that address".to_owned() });
        }
        for (near, far) in [(&self.peer, peer), (peer, &self.peer)] {
            if let Some(node) = nodes.get_mut(near) {
                node.connected.insert(far.clone());
            }
        }
        drop(nodes);
        self.network.notify();
        Ok(())
    }

    async fn allow(&self, peers: Vec<PeerId>) -> Result<(), BlocksError> {
        self.with(|node| node.allowed = peers.into_iter().collect())?;
        Network::cut(&mut self.network.lock());
        self.network.notify();
        Ok(())
    }

    async fn ask(&self, peer: &PeerId, protocol: &str, request: Bytes) -> Result<Bytes, BlocksError> {
        let unknown = || BlocksError::UnknownProtocol { protocol: protocol.to_owned() };
        self.with(|node| node.responders.contains_key(protocol).then_some(()))?.ok_or_else(unknown)?;
        check_size(&request)?;
        if !self.with(|node| node.allowed.contains(peer))? {
            return Err(BlocksError::NotAllowed { peer: peer.clone() });
        }
        if !self.connected().contains(peer) {
            return Err(BlocksError::Unreachable { peer: peer.clone(), why: "not connected".to_owned() });
        }
        self.network.pass_stall(&self.peer, peer).await;
        let silent = || BlocksError::NoAnswer { peer: peer.clone() };
        let responder = {
            let nodes = self.network.lock();
            let far = nodes.get(peer).filter(|far| far.connected.contains(&self.peer)).ok_or_else(silent)?;
            far.responders.get(protocol).cloned().flatten().ok_or_else(silent)?
        };
        let answer = responder.respond(self.peer.clone(), request).await;
        answer.filter(|answer| answer.len() <= MAX_MESSAGE).ok_or_else(silent)
    }

    fn answer(&self, protocol: &str, responder: Arc<dyn Responder>) -> Result<(), BlocksError> {
        self.with(|node| match node.responders.get_mut(protocol) {
            Some(place) => {
                *place = Some(responder);
                Ok(())
            }
            None => Err(BlocksError::UnknownProtocol { protocol: protocol.to_owned() }),
        })?
    }

    fn given(&self, root: &Cid, to: &PeerId) -> u64 {
        self.network.lock().get(&self.peer).map_or(0, |node| node.given.of(root, to))
    }

    async fn health(&self) -> Result<Health, BlocksError> {
        self.with(|node| Health {
            peer: self.peer.clone(),
            listening: vec![node.address.clone()],
            connected: node.connected.iter().cloned().collect(),
            blocks: node.blocks.len() as u64,
            bytes: node.blocks.values().map(|block| block.len() as u64).sum(),
        })
    }

    async fn stop(&self) {
        self.stopped.cancel();
        let mut nodes = self.network.lock();
        if let Some(node) = nodes.get_mut(&self.peer) {
            node.stopped = true;
        }
        Network::cut(&mut nodes);
        drop(nodes);
        self.network.notify();
    }
}

pub(crate) fn check_size(message: &Bytes) -> Result<(), BlocksError> {
    match message.len() <= MAX_MESSAGE {
        true => Ok(()),
        false => Err(BlocksError::TooLarge { limit: MAX_MESSAGE as u64, unit: "bytes" }),
    }
}
