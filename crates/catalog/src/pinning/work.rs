//! The pinning node's loop: let go of what was dropped, fetch what is waiting, a few at a time.

use std::collections::HashMap;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures::FutureExt as _;
use tokio::task::JoinSet;
use valise_blocks::PeerId;
use valise_protocol::ids::Cid;

use super::attempt::attempt;
use super::queue::{Lane, Outcome, Queue};
use crate::catalog::{Catalog, now};
use crate::db::{pins, unpins};
use crate::error::ApiError;

/// How often the node is asked who is connected, while something waits.
const LOOK: Duration = Duration::from_secs(1);
/// Waiting pins put off collecting, which would undo what was fetched of them, for so long.
const COLLECT_AT_LATEST: Duration = Duration::from_secs(3600);

/// Works until the catalog stops.
pub(crate) async fn work(catalog: Arc<Catalog>) {
    let mut worker = Worker {
        catalog,
        queue: Queue::default(),
        connected: Arc::default(),
        running: JoinSet::new(),
        tried: HashMap::new(),
        garbage: None,
    };
    while !worker.catalog.stopping.is_cancelled() {
        if let Err(error) = worker.look().await {
            tracing::error!(%error, "the pinning node cannot read what to do");
        }
        worker.fetch().await;
    }
    while worker.running.join_next().await.is_some() {}
}

struct Worker {
    catalog: Arc<Catalog>,
    queue: Queue,
    /// Sorted.
    connected: Arc<Vec<PeerId>>,
    running: JoinSet<(i64, Outcome)>,
    /// Pins that are being tried.
    tried: HashMap<i64, (Cid, Lane)>,
    /// Something was unpinned, or is not what was announced, since the last collection, at this time.
    garbage: Option<Instant>,
}

impl Worker {
    /// Looks what is new: dropped, announced, connected.
    async fn look(&mut self) -> Result<(), ApiError> {
        self.unpin().await?;
        let newest = self.queue.newest();
        let new = self.read(move |db| pins::waiting_after(db, newest)).await?;
        self.queue.add(new, Instant::now());
        if !self.queue.is_empty() {
            let connected = self.catalog.pinning.connected().await;
            if *self.connected != connected {
                self.connected = Arc::new(connected);
                self.queue.all_due(Instant::now());
            }
        }
        self.collect().await;
        Ok(())
    }

    /// Tries what is due, until there is reason to look again.
    async fn fetch(&mut self) {
        let catalog = Arc::clone(&self.catalog);
        let look = tokio::time::sleep(if self.queue.is_empty() { COLLECT_AT_LATEST } else { LOOK });
        tokio::pin!(look);
        loop {
            self.start_due().await;
            tokio::select! {
                () = catalog.stopping.cancelled() => return,
                () = catalog.pinning.wake.notified() => return,
                () = &mut look => return,
                Some(done) = self.running.join_next() => match done {
                    Ok((id, outcome)) => self.finish(id, outcome),
                    Err(error) => tracing::error!(%error, "an attempt to hold a pin ended badly"),
                },
            }
            if self.running.is_empty() && self.is_to_collect() {
                return;
            }
        }
    }

    async fn start_due(&mut self) {
        for lane in Lane::ALL {
            self.start_due_in(lane).await;
        }
    }

    async fn start_due_in(&mut self, lane: Lane) {
        while self.tried.values().filter(|(_, of)| *of == lane).count() < lane.width()
            && !self.queue.brought_too_much()
            && let Some(id) = self.queue.take_due(lane, Instant::now())
        {
            match self.read(move |db| pins::find_waiting(db, id)).await {
                Ok(Some(waiting)) => {
                    self.tried.insert(id, (waiting.pin.cid, lane));
                    let attempt = attempt(Arc::clone(&self.catalog), id, waiting, Arc::clone(&self.connected));
                    // What panics must not keep its place for ever.
                    let attempt = AssertUnwindSafe(attempt).catch_unwind();
                    self.running.spawn(async move { (id, attempt.await.unwrap_or(Outcome::Again)) });
                }
                Ok(None) => self.queue.finish(id, Outcome::Done, Instant::now()),
                Err(_) => self.queue.finish(id, Outcome::Again, Instant::now()),
            }
        }
    }

    fn finish(&mut self, id: i64, outcome: Outcome) {
        self.tried.remove(&id);
        self.queue.finish(id, outcome, Instant::now());
        if self.queue.brought_wrong() {
            self.garbage.get_or_insert_with(Instant::now);
        }
    }

    fn is_to_collect(&self) -> bool {
        let late = self.garbage.is_some_and(|since| since.elapsed() > COLLECT_AT_LATEST);
        self.garbage.is_some() && (late || self.queue.is_idle() || self.queue.brought_too_much())
    }

    /// Not while the same DAG is being pinned for another folder; new attempts begin after this only.
    async fn unpin(&mut self) -> Result<(), ApiError> {
        let grace = u64::try_from(self.catalog.pinning.grace.as_millis()).unwrap_or(u64::MAX);
        let until = now().saturating_sub(grace);
        let dropped = self.read(move |db| unpins::some(db, until)).await?;
        for cid in
            dropped.into_iter().filter(|cid| !self.tried.values().any(|(tried, _)| tried == cid)).collect::<Vec<_>>()
        {
            if !self.read(move |db| pins::is_wanted(db, cid)).await? {
                if let Err(error) = self.catalog.pinning.node.unpin(cid.inner()).await {
                    tracing::warn!(%error, "the pinning node does not let go");
                    continue;
                }
                self.garbage.get_or_insert_with(Instant::now);
            }
            self.catalog.write(move |_, db, _, _| Ok(unpins::delete(db, cid)?)).await?;
        }
        Ok(())
    }

    /// Frees the room of what was let go, and of what was sent beyond what was announced. Keeps out everything else, and takes along what was fetched in part.
    async fn collect(&mut self) {
        if !self.running.is_empty() || !self.is_to_collect() {
            return;
        }
        match self.catalog.pinning.node.collect().await {
            Ok(blocks) => tracing::info!(blocks, "collected"),
            Err(error) => tracing::warn!(%error, "the pinning node does not collect"),
        }
        self.garbage = None;
        self.queue.collected();
    }

    async fn read<T: Send + 'static>(
        &self,
        read: impl FnOnce(&rusqlite::Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, ApiError> {
        self.catalog.blocking(move |catalog| catalog.store.read(|db, _| Ok(read(db)?))).await
    }
}
