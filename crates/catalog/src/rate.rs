//! Token buckets: how often somebody may ask. Who is unknown has a full one, so memory holds only who asked lately.

use std::collections::HashMap;
use std::hash::Hash;
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use valise_protocol::ids::AccountId;

use crate::error::ApiError;
use crate::limits::{ACCOUNT_RATE, ADDRESS_RATE, MAX_BUCKETS, OPEN_WRITE_RATE, SIGNAL_RATE};

/// So many at once, and then so many a second.
#[derive(Clone, Copy, Debug)]
pub struct Rate {
    /// What a full bucket holds.
    pub burst: u32,
    /// What comes back in a second.
    pub per_second: u32,
}

/// Who asks how often.
pub(crate) struct Rates {
    addresses: Buckets<IpAddr>,
    open_writes: Buckets<IpAddr>,
    accounts: Buckets<AccountId>,
    signals: Buckets<AccountId>,
}

impl Default for Rates {
    fn default() -> Self {
        Self {
            addresses: Buckets::new(ADDRESS_RATE, MAX_BUCKETS),
            open_writes: Buckets::new(OPEN_WRITE_RATE, MAX_BUCKETS),
            accounts: Buckets::new(ACCOUNT_RATE, MAX_BUCKETS),
            signals: Buckets::new(SIGNAL_RATE, MAX_BUCKETS),
        }
    }
}

impl Rates {
    /// Somebody asks for what is open to anybody.
    pub(crate) fn open(&self, from: IpAddr, now: Instant) -> Result<(), ApiError> {
        self.addresses.take(network(from), now).map_err(ApiError::Later)
    }

    /// Somebody sends what anybody may, and what costs the catalog a write.
    pub(crate) fn open_write(&self, from: IpAddr, now: Instant) -> Result<(), ApiError> {
        self.open_writes.take(network(from), now).map_err(ApiError::Later)
    }

    /// A request with a proof comes: refused unheard where too many before it did not stand.
    pub(crate) fn before_proof(&self, from: IpAddr, now: Instant) -> Result<(), ApiError> {
        self.addresses.look(network(from), now).map_err(ApiError::Later)
    }

    /// A proof did not stand. Only then does the address pay: behind one there may be a whole office.
    pub(crate) fn unproven(&self, from: IpAddr, now: Instant) {
        let _ = self.addresses.take(network(from), now);
    }

    /// An account asks, proven.
    pub(crate) fn account(&self, account: AccountId, now: Instant) -> Result<(), ApiError> {
        self.accounts.take(account, now).map_err(ApiError::Later)
    }

    /// An account tells all members of a folder something.
    pub(crate) fn signal(&self, account: AccountId, now: Instant) -> Result<(), ApiError> {
        self.signals.take(account, now).map_err(ApiError::Later)
    }
}

/// Whoever has one address of IPv6 has a whole /64 of them.
pub(crate) fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => IpAddr::V6((u128::from(address) & !u128::from(u64::MAX)).into()),
    }
}

/// Buckets of one kind.
struct Buckets<K> {
    rate: Rate,
    most: usize,
    known: Mutex<HashMap<K, Bucket>>,
}

#[derive(Clone, Copy)]
struct Bucket {
    tokens: f64,
    at: Instant,
}

impl<K: Copy + Eq + Hash> Buckets<K> {
    fn new(rate: Rate, most: usize) -> Self {
        Self { rate, most, known: Mutex::default() }
    }

    /// Takes a token, or says how long it is until there is one.
    fn take(&self, key: K, now: Instant) -> Result<(), Duration> {
        let mut known = self.known();
        if known.len() >= self.most && !known.contains_key(&key) {
            self.make_room(&mut known, now);
        }
        let bucket = known.entry(key).or_insert(self.full(now));
        *bucket = self.refilled(*bucket, now);
        self.has_one(bucket)?;
        bucket.tokens -= 1.0;
        Ok(())
    }

    /// As [`Self::take`], but takes nothing.
    fn look(&self, key: K, now: Instant) -> Result<(), Duration> {
        let known = self.known();
        known.get(&key).map_or(Ok(()), |bucket| self.has_one(&self.refilled(*bucket, now)))
    }

    fn has_one(&self, bucket: &Bucket) -> Result<(), Duration> {
        if bucket.tokens >= 1.0 {
            return Ok(());
        }
        Err(Duration::from_secs_f64((1.0 - bucket.tokens) / f64::from(self.rate.per_second.max(1))))
    }

    fn full(&self, now: Instant) -> Bucket {
        Bucket { tokens: f64::from(self.rate.burst), at: now }
    }

    fn refilled(&self, bucket: Bucket, now: Instant) -> Bucket {
        let back = now.saturating_duration_since(bucket.at).as_secs_f64() * f64::from(self.rate.per_second);
        Bucket { tokens: (bucket.tokens + back).min(f64::from(self.rate.burst)), at: now.max(bucket.at) }
    }

    /// Full buckets say nothing. Are all in use, the fuller half is forgotten: who asks most stays known.
    fn make_room(&self, known: &mut HashMap<K, Bucket>, now: Instant) {
        known.retain(|_, bucket| self.refilled(*bucket, now).tokens < f64::from(self.rate.burst));
        if known.len() < self.most {
            return;
        }
        let mut tokens: Vec<f64> = known.values().map(|bucket| self.refilled(*bucket, now).tokens).collect();
        let half = tokens.len() / 2;
        let (_, middle, _) = tokens.select_nth_unstable_by(half, f64::total_cmp);
        let middle = *middle;
        known.retain(|_, bucket| self.refilled(*bucket, now).tokens < middle);
    }

    fn known(&self) -> MutexGuard<'_, HashMap<K, Bucket>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn buckets(most: usize) -> Buckets<u32> {
        Buckets::new(Rate { burst: 3, per_second: 2 }, most)
    }

    #[test]
    fn so_many_at_once_and_then_so_many_a_second() {
        let (buckets, now) = (buckets(10), Instant::now());
        assert!((0..3).all(|_| buckets.take(1, now).is_ok()));
        assert_eq!(buckets.take(1, now), Err(SECOND / 2));
        assert_eq!(buckets.look(1, now), Err(SECOND / 2));
        assert!(buckets.take(2, now).is_ok(), "others are not concerned");
        assert!((0..2).all(|_| buckets.take(1, now + SECOND).is_ok()));
        assert!(buckets.take(1, now + SECOND).is_err());
        assert!((0..3).all(|_| buckets.take(1, now + 60 * SECOND).is_ok()));
        assert!(buckets.take(1, now + 60 * SECOND).is_err(), "no more than full");
        assert!(buckets.take(1, now).is_err(), "a clock that goes back gives nothing");
    }

    #[test]
    fn who_looks_takes_nothing() {
        let (buckets, now) = (buckets(10), Instant::now());
        assert!((0..9).all(|_| buckets.look(1, now).is_ok()));
        assert_eq!(buckets.known().len(), 0);
    }

    #[test]
    fn memory_is_bounded_and_who_asks_most_stays_known() {
        let (buckets, now) = (buckets(8), Instant::now());
        assert!((0..3).all(|_| buckets.take(0, now).is_ok()));
        for key in 1..1000 {
            assert!(buckets.take(key, now).is_ok());
            assert!(buckets.known().len() <= 8);
        }
        assert!(buckets.take(0, now).is_err());
        assert!((0..3).all(|_| buckets.take(0, now + 60 * SECOND).is_ok()));
    }

    #[test]
    fn an_account_pays_for_itself_and_an_address_for_what_does_not_stand() {
        let (rates, now) = (Rates::default(), Instant::now());
        let (here, there) = (IpAddr::from([10, 0, 0, 1]), IpAddr::from([10, 0, 0, 2]));
        let (one, other) = (AccountId::new([1; 32]), AccountId::new([2; 32]));
        assert!((0..ACCOUNT_RATE.burst).all(|_| rates.account(one, now).is_ok()));
        assert!(matches!(rates.account(one, now), Err(ApiError::Later(_))));
        assert!(rates.account(other, now).is_ok() && rates.before_proof(here, now).is_ok());
        (0..ADDRESS_RATE.burst).for_each(|_| rates.unproven(here, now));
        assert!(matches!(rates.before_proof(here, now), Err(ApiError::Later(_))));
        assert!(matches!(rates.open(here, now), Err(ApiError::Later(_))));
        assert!(rates.before_proof(there, now).is_ok() && rates.account(other, now).is_ok());
    }

    #[test]
    fn an_address_is_a_network() {
        let same = |one: &str, other: &str| network(one.parse().unwrap()) == network(other.parse().unwrap());
        assert!(same("2001:db8::1", "2001:db8::ffff:ffff:ffff:1"));
        assert!(!same("2001:db8::1", "2001:db8:0:1::1"));
        assert!(same("::ffff:10.0.0.7", "10.0.0.7"));
        assert!(!same("10.0.0.7", "10.0.0.8"));
    }
}
