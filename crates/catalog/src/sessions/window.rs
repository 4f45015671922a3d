//! Counters that were used: each once, out of order within a window (as RFC 4303, section 3.4.3).

/// How far a counter may lag behind the highest.
pub(crate) const WINDOW: u64 = 1024;
const WORDS: usize = (WINDOW / 64) as usize;

/// Which of the last counters were used.
#[derive(Clone, Debug, Default)]
pub(crate) struct Window {
    /// One more than the highest counter; 0 before the first.
    next: u64,
    used: [u64; WORDS],
}

impl Window {
    /// Uses a counter. False if it was used before or lies too far back.
    pub(crate) fn take(&mut self, counter: u64) -> bool {
        let Some(next) = counter.checked_add(1) else { return false };
        if next > self.next {
            self.forget(self.next, next);
            self.next = next;
        } else if self.next - counter > WINDOW {
            return false;
        }
        let (word, bit) = place(counter);
        let fresh = self.used[word] & bit == 0;
        self.used[word] |= bit;
        fresh
    }

    /// Places in a ring are used again: clears those of the counters from `first` to before `end`.
    fn forget(&mut self, first: u64, end: u64) {
        if end - first >= WINDOW {
            self.used = [0; WORDS];
            return;
        }
        for counter in first..end {
            let (word, bit) = place(counter);
            self.used[word] &= !bit;
        }
    }
}

fn place(counter: u64) -> (usize, u64) {
    let index = counter % WINDOW;
    ((index / 64) as usize, 1 << (index % 64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_counter_once() {
        let mut window = Window::default();
        for counter in [0, 5, 3, 1, 4, 2, 1023, 1024, 7] {
            assert!(window.take(counter), "{counter}");
            assert!(!window.take(counter), "{counter} again");
        }
    }

    #[test]
    fn what_lies_too_far_back_is_refused_used_or_not() {
        let mut window = Window::default();
        assert!(window.take(5000));
        assert!(window.take(5000 - 1023));
        assert!(!window.take(5000 - 1024));
        assert!(window.take(5001));
        assert!(!window.take(5001 - 1024));
    }

    #[test]
    fn a_leap_forgets_nothing_that_matters() {
        let mut window = Window::default();
        assert!(window.take(1) && window.take(1_000_000) && window.take(1_000_000 - 500));
        assert!(!window.take(1_000_000) && !window.take(1_000_000 - 500) && !window.take(1));
        assert!(!window.take(u64::MAX));
        assert!(window.take(u64::MAX - 1) && !window.take(u64::MAX - 1));
    }
}
