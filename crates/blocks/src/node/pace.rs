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

#[cfg(test)]
mod tests {
    use futures::FutureExt;

    use super::*;

    fn all_turns(pace: &Pace) -> Vec<Turn<'_>> {
        std::iter::from_fn(|| pace.turn().now_or_never()).collect()
    }

    #[test]
    fn quick_blocks_widen_the_window_up_to_what_was_asked() {
        let pace = Pace::new(6);
        assert_eq!(all_turns(&pace).len(), START);
        for expected in [5, 6, 6] {
            if let Some(turn) = pace.turn().now_or_never() {
                turn.came();
            }
            assert_eq!(all_turns(&pace).len(), expected);
        }
        assert_eq!(all_turns(&Pace::new(1)).len(), 1);
    }

    #[test]
    fn slow_blocks_narrow_it_once_a_window() {
        let pace = Pace::new(32);
        let Some(long_ago) = Instant::now().checked_sub(SLOW * 4) else { return };
        lock(&pace.state).changed = long_ago;
        let mut turns = all_turns(&pace);
        for turn in &mut turns {
            turn.since = long_ago + SLOW;
            turn.came();
        }
        drop(turns);
        assert_eq!(all_turns(&pace).len(), START / 2);
    }
}
