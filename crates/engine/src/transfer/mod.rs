//! Transfers: files on their way in and out, with their progress.

pub mod add;
pub mod content;
pub mod fetch;
pub mod local;
pub mod save;
pub mod walk;

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use tokio_util::sync::CancellationToken;

use valise_protocol::ids::FolderId;

use crate::api::{ApiError, Transfer, TransferKind, TransferState};
use crate::error::EngineError;

/// Ended transfers that are still told of.
const REMEMBERED: usize = 20;

/// All transfers of an open vault.
#[derive(Default)]
pub struct Transfers {
    next: AtomicU64,
    all: Mutex<BTreeMap<u64, Running>>,
}

struct Running {
    shown: Transfer,
    began: Instant,
    cancel: CancellationToken,
}

impl Transfers {
    /// A new transfer.
    pub fn begin(
        &self,
        kind: TransferKind,
        folder: FolderId,
        name: &str,
        parent: &CancellationToken,
    ) -> (Transfer, CancellationToken) {
        let id = self.next.fetch_add(1, Ordering::Relaxed) + 1;
        let shown = Transfer {
            id,
            kind,
            folder,
            name: name.to_owned(),
            files_done: 0,
            files: 0,
            bytes_done: 0,
            bytes: 0,
            rate: 0,
            state: TransferState::Running,
            left_out: Vec::new(),
        };
        let cancel = parent.child_token();
        let running = Running { shown: shown.clone(), began: Instant::now(), cancel: cancel.clone() };
        let mut all = self.lock();
        all.insert(id, running);
        forget_old(&mut all);
        (shown, cancel)
    }

    /// Changes what is shown; answers it.
    pub fn update(&self, id: u64, change: impl FnOnce(&mut Transfer)) -> Option<Transfer> {
        let mut all = self.lock();
        let running = all.get_mut(&id)?;
        change(&mut running.shown);
        let seconds = running.began.elapsed().as_secs_f64().max(0.001);
        running.shown.rate = (running.shown.bytes_done as f64 / seconds) as u64;
        Some(running.shown.clone())
    }

    /// Ends a transfer.
    pub fn end(&self, id: u64, result: Result<(), EngineError>) -> Option<Transfer> {
        self.update(id, |transfer| {
            transfer.state = match result {
                Ok(()) => TransferState::Done,
                Err(EngineError::Cancelled) => TransferState::Cancelled,
                Err(error) => TransferState::Failed { error: ApiError::from(error) },
            }
        })
    }

    /// All of them, oldest first.
    pub fn list(&self) -> Vec<Transfer> {
        self.lock().values().map(|running| running.shown.clone()).collect()
    }

    /// How many are running.
    pub fn running(&self) -> u32 {
        let running = self.lock().values().filter(|running| running.shown.state == TransferState::Running).count();
        u32::try_from(running).unwrap_or(u32::MAX)
    }

    /// Asks one to stop.
    pub fn cancel(&self, id: u64) -> Result<(), EngineError> {
        self.lock().get(&id).ok_or(EngineError::NotFound("the transfer"))?.cancel.cancel();
        Ok(())
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<u64, Running>> {
        self.all.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

fn forget_old(all: &mut BTreeMap<u64, Running>) {
    let ended: Vec<u64> =
        all.iter().filter(|(_, running)| running.shown.state != TransferState::Running).map(|(id, _)| *id).collect();
    for id in ended.iter().rev().skip(REMEMBERED) {
        all.remove(id);
    }
}
