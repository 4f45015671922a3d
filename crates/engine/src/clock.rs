//! The clock as a port: times are shown, and expiry is judged by it; nothing else depends on time.

use std::time::{SystemTime, UNIX_EPOCH};

/// Tells the time.
pub trait Clock: Send + Sync {
    /// Milliseconds since 1970, UTC.
    fn now(&self) -> u64;
}

/// The system's clock.
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> u64 {
        SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| u64::try_from(since.as_millis()).unwrap_or(0))
    }
}

/// A clock that stands where it was set.
pub struct FixedClock(pub u64);

/// For tests: one that can be set again.
#[cfg(test)]
pub struct SetClock(pub std::sync::atomic::AtomicU64);

#[cfg(test)]
impl Clock for SetClock {
    fn now(&self) -> u64 {
        self.0.load(std::sync::atomic::Ordering::Relaxed)
    }
}

impl Clock for FixedClock {
    fn now(&self) -> u64 {
        self.0
    }
}
