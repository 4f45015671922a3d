//! How many blocks are asked for at once.
//!
//! rust-ipfs takes five seconds without a block for refusal, and asks the next peer for the same bytes. On
//! a slow line a full window of 1 MiB blocks takes longer than that, and everything would be sent twice.
//! So the window grows while blocks come quickly and shrinks when they do not.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use tokio::sync::Notify;

use super::lock;

/// Blocks that take less make the window wider.
const QUICK: Duration = Duration::from_secs(1);
/// Blocks that take more make it narrower. Half of rust-ipfs's patience.
const SLOW: Duration = Duration::from_millis(2500);
/// Where it starts.
const START: usize = 4;

/// The window of one fetch.
pub(super) struct Pace {
    most: usize,
    state: Mutex<State>,
    done: Notify,
}

struct State {
    window: usize,
    asked: usize,
    /// A block asked for before this says nothing about the window as it is now.
    changed: Instant,
}

/// One block being waited for.
pub(super) struct Turn<'a> {
    pace: &'a Pace,
    since: Instant,
}

impl Pace {
    pub(super) fn new(most: usize) -> Self {
        let state = State { window: START.min(most), asked: 0, changed: Instant::now() };
        Self { most, state: Mutex::new(state), done: Notify::new() }
    }

    /// Waits until one more may be asked for.
    pub(super) async fn turn(&self) -> Turn<'_> {
        loop {
            let done = self.done.notified();
            {
                let mut state = lock(&self.state);
                if state.asked < state.window {
                    state.asked += 1;
                    return Turn { pace: self, since: Instant::now() };
                }
            }
            done.await;
        }
    }
}

impl Turn<'_> {
    /// The block has come.
    pub(super) fn came(&self) {
        let mut state = lock(&self.pace.state);
        let (now, took) = (Instant::now(), self.since.elapsed());
        if took < QUICK {
            state.window = (state.window + 1).min(self.pace.most);
        } else if took > SLOW && self.since > state.changed {
            state.window = (state.window / 2).max(1);
            state.changed = now;
        }
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        lock(&self.pace.state).asked -= 1;
        self.pace.done.notify_waiters();
    }
}
