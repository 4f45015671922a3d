//! Which pin is to be tried when. Pure: time is passed in.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use valise_protocol::ids::AccountId;

use crate::limits::{FETCH_MIDDLE, FETCH_SMALL, FETCHES};

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

/// Pins of about a size take turns among themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Lane {
    Small,
    Middle,
    Large,
}

impl Lane {
    pub(super) const ALL: [Self; 3] = [Self::Small, Self::Middle, Self::Large];

    /// For a DAG of so many bytes.
    pub(super) fn of(bytes: u64) -> Self {
        if bytes <= FETCH_SMALL {
            Self::Small
        } else if bytes <= FETCH_MIDDLE {
            Self::Middle
        } else {
            Self::Large
        }
    }

    /// How many are fetched side by side.
    pub(super) fn width(self) -> usize {
        FETCHES[self as usize]
    }
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
    /// Those that are not being tried, by who announced them, next first.
    due: BTreeMap<(Lane, AccountId), BTreeSet<(Instant, i64)>>,
    /// Whose turn it was last.
    last: BTreeMap<Lane, AccountId>,
    newest: i64,
    /// Counts [`Queue::all_due`].
    round: u64,
    /// Attempts that brought something else than was announced, since it was collected last.
    wrong: u32,
}

#[derive(Clone, Copy, Debug)]
struct Turn {
    whose: (Lane, AccountId),
    failures: u32,
    /// The round in which it was tried last.
    round: u64,
    /// It was not what was announced.
    wrong: bool,
}

impl Turn {
    fn new(whose: (Lane, AccountId)) -> Self {
        Self { whose, failures: 0, round: 0, wrong: false }
    }
}

impl Queue {
    /// The newest pin it knows.
    pub(super) fn newest(&self) -> i64 {
        self.newest
    }

    /// Adds pins, due at once: id, who announced it, bytes.
    pub(super) fn add(&mut self, pins: Vec<(i64, AccountId, u64)>, now: Instant) {
        for (id, author, bytes) in pins {
            let whose = (Lane::of(bytes), author);
            self.newest = self.newest.max(id);
            self.waiting.insert(id, Turn::new(whose));
            self.due.entry(whose).or_default().insert((now, id));
        }
    }

    /// Of the person whose turn it is, the pin that has been due for longest; it is being tried from now on. People take
    /// turns, so that a letter waits for no one else's thousands.
    pub(super) fn take_due(&mut self, lane: Lane, now: Instant) -> Option<i64> {
        let due = self.due.iter().filter(|((of, _), pins)| *of == lane && pins.first().is_some_and(|pin| pin.0 <= now));
        let mut authors = due.map(|((_, author), _)| *author).peekable();
        let first = *authors.peek()?;
        let last = self.last.get(&lane);
        let author = authors.find(|author| last.is_none_or(|last| author > last)).unwrap_or(first);
        let pins = self.due.get_mut(&(lane, author))?;
        let (_, id) = pins.pop_first()?;
        if pins.is_empty() {
            self.due.remove(&(lane, author));
        }
        self.last.insert(lane, author);
        if let Some(turn) = self.waiting.get_mut(&id) {
            turn.round = self.round;
        }
        Some(id)
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
        let whose = turn.whose;
        self.due.entry(whose).or_default().insert((now + pause, id));
    }

    /// Somebody else is connected: everything may go better now.
    pub(super) fn all_due(&mut self, now: Instant) {
        self.round += 1;
        for (whose, pins) in &mut self.due {
            *pins = pins.iter().map(|(_, id)| (now, *id)).collect();
            self.waiting.extend(pins.iter().map(|(_, id)| (*id, Turn::new(*whose))));
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

    const ALICE: AccountId = AccountId::new([1; 32]);
    const BOB: AccountId = AccountId::new([2; 32]);

    fn small(ids: impl IntoIterator<Item = i64>) -> Vec<(i64, AccountId, u64)> {
        ids.into_iter().map(|id| (id, ALICE, 1)).collect()
    }

    #[test]
    fn nobody_waits_for_anothers_thousands_nor_a_letter_for_a_film() {
        let (mut queue, now) = (Queue::default(), Instant::now());
        queue.add((1..=1000).map(|id| (id, ALICE, 1)).collect(), now);
        queue.add(vec![(1001, BOB, 1), (1002, ALICE, 8 << 30), (1003, BOB, 2 << 20)], now + Duration::from_millis(1));
        let now = now + Duration::from_millis(2);
        let mut next = |lane| queue.take_due(lane, now);
        let first: Vec<_> = (0..4).map(|_| next(Lane::Small)).collect();
        assert_eq!(first, [Some(1), Some(1001), Some(2), Some(1003)]);
        assert_eq!((next(Lane::Small), next(Lane::Middle), next(Lane::Large)), (Some(3), None, Some(1002)));
    }

    #[test]
    fn pauses_grow_up_to_a_minute_and_end_when_a_peer_comes() {
        let (mut queue, start) = (Queue::default(), Instant::now());
        queue.add(small([1, 2]), start);
        assert_eq!(
            (
                queue.take_due(Lane::Small, start),
                queue.take_due(Lane::Small, start),
                queue.take_due(Lane::Small, start)
            ),
            (Some(1), Some(2), None)
        );
        queue.finish(1, Outcome::Again, start);
        queue.finish(2, Outcome::NoHolder, start);
        let later = start + FIRST_PAUSE;
        assert_eq!(
            (
                queue.take_due(Lane::Small, start),
                queue.take_due(Lane::Small, later),
                queue.take_due(Lane::Small, later)
            ),
            (None, Some(1), None)
        );
        queue.finish(1, Outcome::Again, later);
        assert_eq!(queue.take_due(Lane::Small, later + FIRST_PAUSE), None);
        assert_eq!(queue.take_due(Lane::Small, later + 2 * FIRST_PAUSE), Some(1));
        queue.finish(1, Outcome::Again, later);
        assert_eq!(pause(50), LONGEST_PAUSE);
        queue.all_due(start);
        assert_eq!((queue.take_due(Lane::Small, start), queue.take_due(Lane::Small, start)), (Some(1), Some(2)));
    }

    #[test]
    fn who_comes_during_an_attempt_is_asked_after_it() {
        let (mut queue, now) = (Queue::default(), Instant::now());
        queue.add(small([7]), now);
        assert_eq!(queue.take_due(Lane::Small, now), Some(7));
        queue.all_due(now);
        queue.finish(7, Outcome::NoHolder, now);
        assert_eq!(queue.take_due(Lane::Small, now), Some(7));
        queue.finish(7, Outcome::NoHolder, now);
        assert_eq!(queue.take_due(Lane::Small, now), None);
    }

    #[test]
    fn what_was_wrong_is_collected_and_puts_nothing_off() {
        let (mut queue, now) = (Queue::default(), Instant::now());
        let many = i64::from(MOST_WRONG);
        queue.add(small(0..=many), now);
        for id in 0..many {
            assert!(!queue.brought_too_much());
            assert_eq!(queue.take_due(Lane::Small, now), Some(id));
            queue.finish(id, Outcome::Wrong, now);
        }
        assert_eq!((queue.is_idle(), queue.brought_wrong(), queue.brought_too_much()), (false, true, true));
        assert_eq!(queue.take_due(Lane::Small, now), Some(many));
        queue.finish(many, Outcome::Done, now);
        queue.collected();
        assert_eq!((queue.is_idle(), queue.brought_wrong(), queue.is_empty()), (true, false, false));
        // Put right, it may come after all.
        queue.add(small([many + 1]), now);
        assert!(!queue.is_idle());
    }

    #[test]
    fn what_is_being_tried_is_not_tried_twice() {
        let (mut queue, now) = (Queue::default(), Instant::now());
        queue.add(small([7]), now);
        assert_eq!(queue.take_due(Lane::Small, now), Some(7));
        queue.all_due(now);
        assert_eq!((queue.take_due(Lane::Small, now), queue.is_empty()), (None, false));
        queue.finish(7, Outcome::Done, now);
        assert!(queue.is_empty());
        assert_eq!(queue.newest(), 7);
    }
}
