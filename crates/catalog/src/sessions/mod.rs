//! Sessions: nonces handed out to anybody, each bound to the first device that proves itself in it.
//!
//! In memory only: after a restart every client makes a new session. Nonces that were not used yet are a
//! pool of their own, so that whoever asks for many only pushes out others that were not used yet.

mod window;

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use valise_protocol::auth::Session;
use valise_protocol::ids::{AccountId, Commitment};

use crate::error::{ApiError, Fault};
use crate::limits::{MAX_ACCOUNT_SESSIONS, MAX_FRESH_SESSIONS, SESSION_IDLE};
use crate::state::Asker;
use window::Window;

/// All sessions.
#[derive(Default)]
pub(crate) struct Sessions(Mutex<Pool>);

#[derive(Default)]
struct Pool {
    fresh: HashMap<Commitment, Instant>,
    /// Fresh ones in the order of their making; some may be bound by now.
    order: VecDeque<Commitment>,
    bound: HashMap<Commitment, Bound>,
}

struct Bound {
    asker: Asker,
    used: Instant,
    counters: Window,
}

impl Sessions {
    /// A new session.
    pub(crate) fn begin(&self, now: Instant) -> Result<Session, ApiError> {
        let mut nonce = [0; 32];
        getrandom::fill(&mut nonce).map_err(|_| Fault::Randomness)?;
        let nonce = Commitment::new(nonce);
        self.pool().add(nonce, now);
        Ok(Session { nonce })
    }

    /// Whether a session stands: asked before a body is read. It is not used by this.
    pub(crate) fn stands(&self, nonce: &Commitment, now: Instant) -> bool {
        let pool = self.pool();
        let last = pool.fresh.get(nonce).or_else(|| pool.bound.get(nonce).map(|bound| &bound.used));
        last.is_some_and(|last| !is_idle(*last, now))
    }

    /// Uses a counter of a session, after the signature was checked.
    pub(crate) fn spend(&self, nonce: Commitment, asker: Asker, counter: u64, now: Instant) -> Result<(), ApiError> {
        self.pool().spend(nonce, asker, counter, now).map_err(ApiError::Unauthorized)
    }

    fn pool(&self) -> MutexGuard<'_, Pool> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Pool {
    fn add(&mut self, nonce: Commitment, now: Instant) {
        if self.order.len() >= MAX_FRESH_SESSIONS
            && let Some(oldest) = self.order.pop_front()
        {
            self.fresh.remove(&oldest);
        }
        self.fresh.insert(nonce, now);
        self.order.push_back(nonce);
    }

    fn spend(&mut self, nonce: Commitment, asker: Asker, counter: u64, now: Instant) -> Result<(), &'static str> {
        if let Some(made) = self.fresh.remove(&nonce) {
            self.bind(nonce, asker, made);
        }
        let bound = self.bound.get_mut(&nonce).ok_or("unknown session")?;
        if is_idle(bound.used, now) {
            self.bound.remove(&nonce);
            return Err("expired session");
        }
        if bound.asker != asker {
            return Err("session of another device");
        }
        if !bound.counters.take(counter) {
            return Err("counter used before");
        }
        bound.used = now;
        Ok(())
    }

    fn bind(&mut self, nonce: Commitment, asker: Asker, made: Instant) {
        self.bound.retain(|_, bound| !is_idle(bound.used, made));
        while self.of_account(&asker.account).count() >= MAX_ACCOUNT_SESSIONS {
            let Some(oldest) = self.of_account(&asker.account).min_by_key(|(_, used)| *used) else { break };
            self.bound.remove(&oldest.0);
        }
        self.bound.insert(nonce, Bound { asker, used: made, counters: Window::default() });
    }

    fn of_account(&self, account: &AccountId) -> impl Iterator<Item = (Commitment, Instant)> {
        let account = *account;
        let own = self.bound.iter().filter(move |(_, bound)| bound.asker.account == account);
        own.map(|(nonce, bound)| (*nonce, bound.used))
    }
}

fn is_idle(last: Instant, now: Instant) -> bool {
    now.saturating_duration_since(last) >= SESSION_IDLE
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::time::Duration;

    use valise_protocol::ids::DeviceId;

    use super::*;

    fn asker(account: u8, device: u8) -> Asker {
        Asker { account: AccountId::new([account; 32]), device: DeviceId::new([device; 32]) }
    }

    #[test]
    fn a_session_belongs_to_the_first_device_that_uses_it() {
        let (sessions, now) = (Sessions::default(), Instant::now());
        let nonce = sessions.begin(now).unwrap().nonce;
        assert!(sessions.stands(&nonce, now));
        assert!(sessions.spend(nonce, asker(1, 1), 1, now).is_ok());
        assert!(sessions.spend(nonce, asker(1, 1), 1, now).is_err());
        assert!(sessions.spend(nonce, asker(1, 2), 2, now).is_err());
        assert!(sessions.spend(nonce, asker(1, 1), 2, now).is_ok());
    }

    #[test]
    fn an_idle_session_is_gone() {
        let (sessions, start) = (Sessions::default(), Instant::now());
        let (used, unused) = (sessions.begin(start).unwrap().nonce, sessions.begin(start).unwrap().nonce);
        let almost = start + SESSION_IDLE - Duration::from_secs(1);
        assert!(sessions.spend(used, asker(1, 1), 1, almost).is_ok());
        assert!(sessions.stands(&used, start + SESSION_IDLE));
        assert!(!sessions.stands(&unused, start + SESSION_IDLE));
        assert!(sessions.spend(unused, asker(1, 1), 1, start + SESSION_IDLE).is_err());
        assert!(sessions.spend(used, asker(1, 1), 2, almost + SESSION_IDLE).is_err());
    }

    #[test]
    fn a_flood_of_new_sessions_leaves_those_in_use() {
        let (sessions, now) = (Sessions::default(), Instant::now());
        let used = sessions.begin(now).unwrap().nonce;
        assert!(sessions.spend(used, asker(1, 1), 1, now).is_ok());
        let first = sessions.begin(now).unwrap().nonce;
        for _ in 0..MAX_FRESH_SESSIONS {
            sessions.begin(now).unwrap();
        }
        assert!(!sessions.stands(&first, now));
        assert!(sessions.spend(used, asker(1, 1), 2, now).is_ok());
        assert!(sessions.pool().fresh.len() <= MAX_FRESH_SESSIONS);
    }

    #[test]
    fn an_account_keeps_the_sessions_it_used_last() {
        let (sessions, start) = (Sessions::default(), Instant::now());
        let nonces: Vec<_> = (0..=MAX_ACCOUNT_SESSIONS as u64)
            .map(|index| {
                let now = start + Duration::from_secs(index);
                let nonce = sessions.begin(now).unwrap().nonce;
                sessions.spend(nonce, asker(1, 1), 1, now).unwrap();
                nonce
            })
            .collect();
        let now = start + Duration::from_secs(100);
        assert!(!sessions.stands(&nonces[0], now));
        assert!(nonces[1..].iter().all(|nonce| sessions.stands(nonce, now)));
    }
}
