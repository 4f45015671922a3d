//! Visiting every block of a DAG once, several at a time, within bounds.

use std::collections::HashSet;
use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use bytes::Bytes;
use cid::Cid;
use futures::StreamExt;
use futures::stream::FuturesUnordered;

use super::{Key, inner};
use crate::error::BlocksError;
use crate::store::Progress;

/// How far a walk may go.
#[derive(Clone, Copy)]
pub(crate) struct Bounds {
    /// Blocks being obtained at once.
    pub(crate) window: usize,
    /// Most bytes of blocks; 0 = no limit.
    pub(crate) max_bytes: u64,
    /// Most blocks; 0 = no limit.
    pub(crate) max_blocks: u64,
}

impl Bounds {
    /// For what is on this disk already: it cannot be larger than the disk.
    pub(crate) const LOCAL: Self = Self { window: 4, max_bytes: 0, max_blocks: 0 };
}

/// What a collector of garbage keeps of a walk: gone when the walk is.
pub(crate) type Watched = Weak<Mutex<HashSet<Key>>>;

/// The blocks that a walk has come across, in the order in which it did. Shared with the collector of
/// garbage, which leaves them alone while anyone holds this.
#[derive(Clone, Default)]
pub(crate) struct Found(Arc<Mutex<HashSet<Key>>>);

impl Found {
    /// Whether it is new.
    pub(crate) fn insert(&self, key: Key) -> bool {
        self.lock().insert(key)
    }

    pub(crate) fn len(&self) -> u64 {
        self.lock().len() as u64
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, HashSet<Key>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn downgrade(&self) -> Watched {
        Arc::downgrade(&self.0)
    }
}

/// Walks from `root`. `obtain` brings a block, verified; `step` hears of every one. Children are visited
/// depth first, so that what waits in memory is bounded by nodes that really arrived.
pub(crate) async fn walk<F, Fut>(
    root: Cid,
    bounds: Bounds,
    found: &Found,
    obtain: F,
    mut step: impl FnMut(Progress),
) -> Result<Progress, BlocksError>
where
    F: Fn(Cid) -> Fut,
    Fut: Future<Output = Result<Bytes, BlocksError>>,
{
    found.insert(Key::of(&root)?);
    let mut waiting = vec![root];
    let mut flight = FuturesUnordered::new();
    let mut progress = Progress::default();
    loop {
        while flight.len() < bounds.window.max(1)
            && let Some(cid) = waiting.pop()
        {
            let block = obtain(cid);
            flight.push(async move { (cid, block.await) });
        }
        let Some((cid, block)) = flight.next().await else { return Ok(progress) };
        let block = block?;
        progress.blocks += 1;
        progress.bytes += block.len() as u64;
        if Key::of(&cid)?.inner {
            for link in inner::parse(&cid, &block)?.links.into_iter().rev() {
                if found.insert(Key::of(&link.cid)?) {
                    waiting.push(link.cid);
                }
            }
        }
        check(bounds, progress.bytes, found.len())?;
        step(progress);
    }
}

fn check(bounds: Bounds, bytes: u64, blocks: u64) -> Result<(), BlocksError> {
    if bounds.max_bytes != 0 && bytes > bounds.max_bytes {
        return Err(BlocksError::TooLarge { limit: bounds.max_bytes, unit: "bytes" });
    }
    if bounds.max_blocks != 0 && blocks > bounds.max_blocks {
        return Err(BlocksError::TooLarge { limit: bounds.max_blocks, unit: "blocks" });
    }
    Ok(())
}
