//! Transfers: files on their way in and out, with their progress.

pub mod add;
pub mod content;
pub mod fetch;
pub mod life;
pub mod local;
pub mod save;
pub mod walk;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use tokio::sync::{Notify, Semaphore};
use tokio_util::sync::CancellationToken;

use valise_protocol::ids::FolderId;

use crate::api::{ApiError, Transfer, TransferKind, TransferState};
use crate::error::EngineError;

/// Ended transfers that are still told of.
const REMEMBERED: usize = 20;
/// Memory for what is encrypted, of all transfers, in permits of [`PERMIT`]. A small file waits for no large one; among
/// small ones who asks first is served first, which is soon.
const SMALL_MEMORY: usize = (20 << 20) / PERMIT;
/// Of large files so many are encrypted side by side, by all transfers ...
const LARGE: usize = 12;
/// ... and by one of them, so that another one's need not wait for it.
const LARGE_EACH: usize = 2;
/// From so many bytes a file is large: more than this it never takes.
const LARGE_FROM: u64 = 4 << 20;
/// Bytes that one permit stands for: about what a small file takes.
const PERMIT: usize = 128 << 10;

/// All transfers of an open vault.
pub struct Transfers {
    all: Mutex<Table>,
    small: Arc<Semaphore>,
    large: Arc<Semaphore>,
    /// Something ended, for now or for good.
    ended: Notify,
    /// What is kept goes on by itself.
    goes_on: bool,
}

#[derive(Default)]
struct Table {
    last: u64,
    rows: BTreeMap<u64, Running>,
}

struct Running {
    shown: Transfer,
    /// When it last began, and how much was done then.
    began: (Instant, u64),
    cancel: CancellationToken,
    why: Option<Stop>,
    /// What it failed with, for who waits for it.
    failure: Option<EngineError>,
}

/// Why a transfer is asked to stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// For now.
    Pause,
    /// For good.
    Cancel,
}

impl Transfers {
    /// None yet. `goes_on`: what is found, or lacks the network, goes on by itself.
    pub fn new(goes_on: bool) -> Self {
        Self {
            all: Mutex::default(),
            small: Arc::new(Semaphore::new(SMALL_MEMORY)),
            large: Arc::new(Semaphore::new(LARGE)),
            ended: Notify::new(),
            goes_on,
        }
    }

    /// A new transfer.
    pub fn begin(
        &self,
        kind: TransferKind,
        folder: FolderId,
        name: &str,
        parent: &CancellationToken,
    ) -> (Transfer, CancellationToken) {
        let mut all = self.lock();
        let id = all.last + 1;
        let shown = shown(id, kind, folder, name);
        let cancel = parent.child_token();
        all.put(shown.clone(), cancel.clone());
        (shown, cancel)
    }

    /// One that is kept from before, at rest.
    fn put(&self, transfer: Transfer, parent: &CancellationToken) {
        self.lock().put(transfer, parent.child_token());
    }

    /// Begins one again that is at rest; none if there is none.
    fn begin_again(&self, id: u64, parent: &CancellationToken) -> Option<(Transfer, CancellationToken)> {
        let mut all = self.lock();
        let running = all.rows.get_mut(&id).filter(|running| is_at_rest(&running.shown.state))?;
        let cancel = parent.child_token();
        running.shown.state = TransferState::Running;
        (running.shown.files_done, running.shown.bytes_done, running.shown.rate) = (0, 0, 0);
        running.shown.left_out.clear();
        (running.cancel, running.why, running.failure) = (cancel.clone(), None, None);
        running.began = (Instant::now(), 0);
        Some((running.shown.clone(), cancel))
    }

    /// Changes what is shown; answers it.
    pub fn update(&self, id: u64, change: impl FnOnce(&mut Transfer)) -> Option<Transfer> {
        let mut all = self.lock();
        let running = all.rows.get_mut(&id)?;
        change(&mut running.shown);
        let (began, before) = running.began;
        let seconds = began.elapsed().as_secs_f64().max(0.001);
        running.shown.rate = (running.shown.bytes_done.saturating_sub(before) as f64 / seconds) as u64;
        Some(running.shown.clone())
    }

    /// So much was done before: it is counted, and does not make it look fast.
    pub fn skipped(&self, id: u64, files: u32, bytes: u64) {
        let mut all = self.lock();
        if let Some(running) = all.rows.get_mut(&id) {
            running.shown.files_done += files;
            running.shown.bytes_done += bytes;
            running.began = (Instant::now(), running.shown.bytes_done);
        }
    }

    /// Ends a transfer that is not kept.
    pub fn end(&self, id: u64, result: Result<(), EngineError>) -> Option<Transfer> {
        let ended = self.update(id, |transfer| {
            transfer.state = match result {
                Ok(()) => TransferState::Done,
                Err(EngineError::Cancelled) => TransferState::Cancelled,
                Err(error) => TransferState::Failed { error: ApiError::from(error) },
            }
        });
        self.ended.notify_waiters();
        ended
    }

    /// All of them, oldest first.
    pub fn list(&self) -> Vec<Transfer> {
        self.lock().rows.values().map(|running| running.shown.clone()).collect()
    }

    /// How many are running.
    pub fn running(&self) -> u32 {
        let all = self.lock();
        let running = all.rows.values().filter(|running| running.shown.state == TransferState::Running).count();
        u32::try_from(running).unwrap_or(u32::MAX)
    }

    /// Asks one that is running to stop; answers whether it was.
    fn stop(&self, id: u64, why: Stop) -> Result<bool, EngineError> {
        let mut all = self.lock();
        let running = all.rows.get_mut(&id).ok_or(NO_TRANSFER)?;
        if running.shown.state != TransferState::Running {
            return Ok(false);
        }
        if why == Stop::Pause && !running.shown.kept {
            return Err(EngineError::NotNow("This cannot be paused, only cancelled."));
        }
        running.why = Some(why);
        running.cancel.cancel();
        Ok(true)
    }

    fn is_at_rest(&self, id: u64) -> bool {
        self.lock().rows.get(&id).is_some_and(|running| is_at_rest(&running.shown.state))
    }

    fn why(&self, id: u64) -> Option<Stop> {
        self.lock().rows.get(&id)?.why
    }

    /// Those that wait for somebody who has the bytes.
    fn waiting(&self) -> Vec<u64> {
        let all = self.lock();
        let waits = |running: &&Running| running.shown.state == TransferState::Waiting;
        all.rows.values().filter(waits).map(|running| running.shown.id).collect()
    }

    fn fail(&self, id: u64, error: EngineError) {
        if let Some(running) = self.lock().rows.get_mut(&id) {
            running.failure = Some(error);
        }
    }

    /// Until it is done, given up, or failed.
    async fn ended(&self, id: u64) -> Result<(), EngineError> {
        loop {
            // Registered before the look, or an end in between would not be heard.
            let mut next = std::pin::pin!(self.ended.notified());
            next.as_mut().enable();
            if let Some(result) = self.result(id) {
                return result;
            }
            next.await;
        }
    }

    fn result(&self, id: u64) -> Option<Result<(), EngineError>> {
        let mut all = self.lock();
        let Some(running) = all.rows.get_mut(&id) else { return Some(Err(NO_TRANSFER)) };
        match &running.shown.state {
            TransferState::Done => Some(Ok(())),
            TransferState::Cancelled => Some(Err(EngineError::Cancelled)),
            TransferState::Failed { .. } => Some(Err(running.failure.take().unwrap_or(EngineError::NotAvailable))),
            TransferState::Running | TransferState::Paused | TransferState::Waiting => None,
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Table> {
        self.all.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

const NO_TRANSFER: EngineError = EngineError::NotFound("the transfer");

impl Table {
    fn put(&mut self, shown: Transfer, cancel: CancellationToken) {
        self.last = self.last.max(shown.id);
        let began = (Instant::now(), 0);
        self.rows.insert(shown.id, Running { shown, began, cancel, why: None, failure: None });
        self.forget_old();
    }

    fn forget_old(&mut self) {
        let is_over = |running: &Running| match running.shown.state {
            TransferState::Done | TransferState::Cancelled => true,
            TransferState::Failed { .. } => !running.shown.kept,
            TransferState::Running | TransferState::Paused | TransferState::Waiting => false,
        };
        let over: Vec<u64> = self.rows.values().filter(|row| is_over(row)).map(|row| row.shown.id).collect();
        for id in over.iter().rev().skip(REMEMBERED) {
            self.rows.remove(id);
        }
    }
}

fn shown(id: u64, kind: TransferKind, folder: FolderId, name: &str) -> Transfer {
    Transfer {
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
        kept: false,
        left_out: Vec::new(),
    }
}

/// It can begin again.
fn is_at_rest(state: &TransferState) -> bool {
    matches!(state, TransferState::Paused | TransferState::Waiting | TransferState::Failed { .. })
}
