//! Fetching: a bounded parallel walk in which every block comes from the disk or from a peer.
//!
//! A block is asked for directly first, peer by peer in the order of `FetchOptions::from` (see [`direct`]): one
//! round trip. What nobody gives that way is wanted over Bitswap, which asks every connected peer, also those of other
//! makes, and takes seconds to ask one that connected just now.

use std::collections::HashSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use cid::Cid;
use connexa::prelude::PeerId as Peer;
use rust_ipfs::{Block, Ipfs};
use tokio::sync::Notify;

use super::direct::{self, Said};
use super::fence::{Fence, Table, is_ready};
use super::files::Files;
use super::pace::Pace;
use super::{Disk, blocking, lock, peers};
use crate::dag::MAX_BLOCK;
use crate::dag::read::Source;
use crate::dag::walk::{Bounds, walk};
use crate::error::BlocksError;
use crate::store::{FetchOptions, MAX_WINDOW, Progress};

/// Peers that did not have a block are asked again after this.
const AGAIN: Duration = Duration::from_secs(1);

/// Brings a DAG here.
pub(super) async fn fetch(
    disk: &Disk,
    ipfs: &Ipfs,
    fence: &Fence,
    root: Cid,
    options: &FetchOptions,
    progress: &(dyn Fn(Progress) + Send + Sync),
) -> Result<Progress, BlocksError> {
    let from = options.from.iter().map(peers::parse).collect::<Result<Vec<_>, _>>()?;
    let bounds = Bounds {
        window: options.window.clamp(1, MAX_WINDOW),
        max_bytes: options.max_bytes,
        max_blocks: options.max_blocks,
    };
    let fetch = Fetch {
        disk,
        ipfs,
        fence,
        from,
        patience: options.block_timeout,
        pace: Pace::new(bounds.window),
        root,
        demoted: Mutex::default(),
    };
    walk(root, bounds, &disk.found(), |cid| fetch.obtain(cid), progress).await
}

struct Fetch<'a> {
    disk: &'a Disk,
    ipfs: &'a Ipfs,
    fence: &'a Fence,
    from: Vec<Peer>,
    patience: Duration,
    pace: Pace,
    root: Cid,
    /// Peers that lied or kept silent when asked directly: asked last from then on.
    demoted: Mutex<HashSet<Peer>>,
}

impl Fetch<'_> {
    async fn obtain(&self, cid: Cid) -> Result<Bytes, BlocksError> {
        match self.disk.load(cid).await {
            Err(BlocksError::Missing { .. }) => {}
            Err(BlocksError::Damaged { .. }) => {
                // rust-ipfs sees that a block is damaged, and keeps it: only without the file will it fetch
                tracing::warn!(%cid, "a damaged block is deleted and fetched again");
                let files = self.disk.files.clone();
                blocking(move || files.remove(&cid)).await?;
            }
            here => return here,
        }
        let turn = self.pace.turn().await;
        let _place = self.disk.room.admit().await?;
        let block = tokio::select! {
            biased;
            block = self.receive(cid) => block,
            () = self.fence.until(|table| !self.anyone(table)) => Err(BlocksError::NoPeer { cid }),
        }?;
        turn.came();
        Ok(block)
    }

    /// Whether anybody is connected who could be asked.
    fn anyone(&self, table: &Table) -> bool {
        match self.from.is_empty() {
            true => table.keys().any(|peer| is_ready(table, peer) && self.fence.allows(peer)),
            false => self.from.iter().any(|peer| is_ready(table, peer)),
        }
    }

    async fn receive(&self, cid: Cid) -> Result<Bytes, BlocksError> {
        if let Some(block) = self.directly(cid).await {
            return Ok(block);
        }
        tokio::select! {
            biased;
            block = self.over_bitswap(cid) => block,
            block = self.directly_in_time(cid) => Ok(block),
        }
    }

    /// Somebody may connect, or get the block, while Bitswap waits for a peer that claims much and sends nothing.
    async fn directly_in_time(&self, cid: Cid) -> Bytes {
        loop {
            tokio::time::sleep(AGAIN).await;
            if let Some(block) = self.directly(cid).await {
                return block;
            }
        }
    }

    async fn over_bitswap(&self, cid: Cid) -> Result<Bytes, BlocksError> {
        let want = self.ipfs.get_block(cid).providers(self.order()).timeout(self.patience);
        match want.await {
            Ok(block) => Ok(block.into_inner().1),
            Err(_) => {
                // rust-ipfs tells nobody that a block which arrived could not be stored
                let files = self.disk.files.clone();
                blocking(move || files.try_write()).await?;
                Err(BlocksError::TimedOut { cid })
            }
        }
    }

    /// Asks one peer after the other, and stores what the first one gives.
    async fn directly(&self, cid: Cid) -> Option<Bytes> {
        for peer in self.order() {
            match direct::ask(self.ipfs, peer, &cid, &self.root).await {
                Said::Block(bytes) => {
                    // through rust-ipfs, which stores it and ends any want of its own for it
                    let block = Block::new_unchecked(cid, bytes.clone());
                    return self.ipfs.put_block(&block).await.ok().map(|_| bytes);
                }
                Said::No => {}
                Said::Nonsense => {
                    tracing::warn!(%peer, %cid, "a peer sent wrong bytes or none in time, and is asked last now");
                    lock(&self.demoted).insert(peer);
                }
            }
        }
        None
    }

    /// Connected peers in the order asked for; those that lied or kept silent last.
    fn order(&self) -> Vec<Peer> {
        let ready = self.fence.ready();
        let mut peers = match self.from.is_empty() {
            false => self.from.iter().filter(|peer| ready.contains(peer)).copied().collect(),
            true => ready,
        };
        let demoted = lock(&self.demoted);
        peers.sort_by_key(|peer| demoted.contains(peer));
        peers
    }
}

/// Admits as many receipts at once as the disk has room for.
pub(super) struct Room {
    files: Arc<Files>,
    expected: Mutex<u64>,
    landed: Notify,
}

/// Room for one block. Gives it back when dropped.
struct Place<'a>(&'a Room);

impl Room {
    pub(super) fn new(files: Arc<Files>) -> Self {
        Self { files, expected: Mutex::new(0), landed: Notify::new() }
    }

    /// Where blocks that are still expected would fill the disk, waits for one of them to land.
    async fn admit(&self) -> Result<Place<'_>, BlocksError> {
        loop {
            let landed = self.landed.notified();
            {
                let mut expected = lock(&self.expected);
                if self.files.free()? >= (*expected + 1) * MAX_BLOCK as u64 {
                    *expected += 1;
                    return Ok(Place(self));
                }
                if *expected == 0 {
                    return Err(BlocksError::DiskFull);
                }
            }
            landed.await;
        }
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        *lock(&self.0.expected) -= 1;
        self.0.landed.notify_waiters();
    }
}
