//! Which pin is to be tried when. Pure: time is passed in.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

/// What came of an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// Held, or wanted no longer.
    Done,
    /// Nobody who may have it is connected.
    NoHolder,
    /// It failed in a way that may pass.
    Again,
    /// It is not what was announced, or nothing that can be kept.
    Wrong,
}

const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(60);
/// A block store may have been repaired, an announcement never is; so seldom, but not never.
const WRONG_PAUSE: Duration = Duration::from_secs(3600);
/// An attempt leaves up to a window of blocks beyond what was announced, and a small announcement counts as little.
const MOST_WRONG: u32 = 64;

/// Waiting pins.
#[derive(Debug, Default)]
pub(super) struct Queue {
    waiting: BTreeMap<i64, Turn>,
    /// Those that are not being tried, next first.
    due: BTreeSet<(Instant, i64)>,
    newest: i64,
    /// Counts [`Queue::all_due`].
    round: u64,
    /// Attempts that brought something else than was announced, since it was collected last.
    wrong: u32,
}

#[derive(Clone, Copy, Debug, Default)]
struct Turn {
    failures: u32,
    /// The round in which it was tried last.
    round: u64,
    /// It was not what was announced.
    wrong: bool,
}

impl Queue {
    /// The newest pin it knows.
    pub(super) fn newest(&self) -> i64 {
        self.newest
    }

    /// Adds pins, due at once.
    pub(super) fn add(&mut self, ids: Vec<i64>, now: Instant) {
        for id in ids {
            self.newest = self.newest.max(id);
            self.waiting.insert(id, Turn::default());
            self.due.insert((now, id));
        }
    }

    /// The pin that has been due for longest; it is being tried from now on.
    pub(super) fn take_due(&mut self, now: Instant) -> Option<i64> {
        let first = *self.due.first().filter(|(due, _)| *due <= now)?;
        self.due.remove(&first);
        if let Some(turn) = self.waiting.get_mut(&first.1) {
            turn.round = self.round;
        }
        Some(first.1)
    }

    /// What came of an attempt.
    pub(super) fn finish(&mut self, id: i64, outcome: Outcome, now: Instant) {
        let Some(turn) = self.waiting.get_mut(&id) else { return };
        let pause = match outcome {
            Outcome::Done => {
                self.waiting.remove(&id);
                return;
            }
            // Tried by what was known before somebody else came.
            Outcome::NoHolder | Outcome::Again if turn.round < self.round => Duration::ZERO,
            Outcome::NoHolder => LONGEST_PAUSE,
            Outcome::Again => pause(turn.failures),
            Outcome::Wrong => WRONG_PAUSE,
        };
        turn.failures = turn.failures.saturating_add(1);
        turn.wrong = outcome == Outcome::Wrong;
        self.wrong = self.wrong.saturating_add(turn.wrong.into());
        self.due.insert((now + pause, id));
    }

    /// Somebody else is connected: everything may go better now.
    pub(super) fn all_due(&mut self, now: Instant) {
        self.round += 1;
        let idle = std::mem::take(&mut self.due);
        for (_, id) in idle {
            self.waiting.insert(id, Turn::default());
            self.due.insert((now, id));
        }
    }

    /// Nothing waits, nothing is being tried.
    pub(super) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// Nothing waits that may come, so that nothing is undone by collecting.
    pub(super) fn is_idle(&self) -> bool {
        self.waiting.values().all(|turn| turn.wrong)
    }

    /// Something was fetched that is not what was announced.
    pub(super) fn brought_wrong(&self) -> bool {
        self.wrong > 0
    }

    /// So much of it that it is time to collect: what lies about uncounted is bounded.
    pub(super) fn brought_too_much(&self) -> bool {
        self.wrong >= MOST_WRONG
    }

    /// It was collected.
    pub(super) fn collected(&mut self) {
        self.wrong = 0;
    }
}

fn pause(failures: u32) -> Duration {
    FIRST_PAUSE.saturating_mul(2_u32.saturating_pow(failures)).min(LONGEST_PAUSE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_up_to_a_minute_and_end_when_a_peer_comes() {
        let (mut queue, start) = (Queue::default(), Instant::now());
        queue.add(vec![1, 2], start);
        assert_eq!((queue.take_due(start), queue.take_due(start), queue.take_due(start)), (Some(1), Some(2), None));
        queue.finish(1, Outcome::Again, start);
        queue.finish(2, Outcome::NoHolder, start);
        let later = start + FIRST_PAUSE;
        assert_eq!((queue.take_due(start), queue.take_due(later), queue.take_due(later)), (None, Some(1), None));
        queue.finish(1, Outcome::Again, later);
        assert_eq!(queue.take_due(later + FIRST_PAUSE), None);
        assert_eq!(queue.take_due(later + 2 * FIRST_PAUSE), Some(1));
        queue.finish(1, Outcome::Again, later);
        assert_eq!(pause(50), LONGEST_PAUSE);
        queue.all_due(start);
        assert_eq!((queue.take_due(start), queue.take_due(start)), (Some(1), Some(2)));
    }

    #[test]
    fn who_comes_during_an_attempt_is_asked_after_it() {
        let (mut queue, now) = (Queue::default(), Instant::now());
        queue.add(vec![7], now);
        assert_eq!(queue.take_due(now), Some(7));
        queue.all_due(now);
        queue.finish(7, Outcome::NoHolder, now);
        assert_eq!(queue.take_due(now), Some(7));
        queue.finish(7, Outcome::NoHolder, now);
        assert_eq!(queue.take_due(now), None);
    }

    #[test]
    fn what_was_wrong_is_collected_and_puts_nothing_off() {
        let (mut queue, now) = (Queue::default(), Instant::now());
        let many = i64::from(MOST_WRONG);
        queue.add((0..=many).collect(), now);
        for id in 0..many {
            assert!(!queue.brought_too_much());
            assert_eq!(queue.take_due(now), Some(id));
            queue.finish(id, Outcome::Wrong, now);
        }
        assert_eq!((queue.is_idle(), queue.brought_wrong(), queue.brought_too_much()), (false, true, true));
        assert_eq!(queue.take_due(now), Some(many));
        queue.finish(many, Outcome::Done, now);
        queue.collected();
        assert_eq!((queue.is_idle(), queue.brought_wrong(), queue.is_empty()), (true, false, false));
        // Put right, it may come after all.
        queue.add(vec![many + 1], now);
        assert!(!queue.is_idle());
    }

    #[test]
    fn what_is_being_tried_is_not_tried_twice() {
        let (mut queue, now) = (Queue::default(), Instant::now());
        queue.add(vec![7], now);
        assert_eq!(queue.take_due(now), Some(7));
        queue.all_due(now);
        assert_eq!((queue.take_due(now), queue.is_empty()), (None, false));
        queue.finish(7, Outcome::Done, now);
        assert!(queue.is_empty());
        assert_eq!(queue.newest(), 7);
    }
}
