//! Database and folded chains, which change together or not at all.
//!
//! One connection behind a mutex, used on blocking threads. A write sees the state that its transaction is
//! based on, commits, and only then is its new state shown to anybody. Signatures of requests are checked
//! by the state alone, so nobody waits for the disk only to be known.

use std::collections::{BTreeSet, HashSet};
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard};

use rusqlite::{Connection, Transaction, TransactionBehavior};
use valise_protocol::api::Notice;
use valise_protocol::ids::AccountId;

use crate::chain::Chain;
use crate::data::StartError;
use crate::db;
use crate::error::ApiError;
use crate::state::State;

/// See the module.
pub(crate) struct Store {
    db: Mutex<Connection>,
    state: RwLock<State>,
}

/// What a write brings about besides its rows.
#[derive(Default)]
pub(crate) struct Effects {
    /// New states of chains.
    pub(crate) chains: Vec<Chain>,
    /// Who is waiting to be let in, if that changed.
    pub(crate) newcomers: Option<HashSet<AccountId>>,
    /// Whom to tell what.
    pub(crate) notices: Vec<(Audience, Notice)>,
    /// Devices or people came or went.
    pub(crate) peers: bool,
    /// The pinning node has something to fetch or to drop.
    pub(crate) pins: bool,
}

/// Who is to be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Audience {
    People,
    Accounts(BTreeSet<AccountId>),
}

impl Effects {
    /// Adds a notice.
    pub(crate) fn tell(&mut self, audience: Audience, notice: Notice) {
        self.notices.push((audience, notice));
    }
}

impl Store {
    /// Opens the database and folds what is in it.
    pub(crate) fn open(path: &Path) -> Result<Self, StartError> {
        let db = db::open(path)?;
        let state = State::load(&db)?;
        Ok(Self { db: Mutex::new(db), state: RwLock::new(state) })
    }

    /// The state now. Never held across a write of the same thread.
    pub(crate) fn state(&self) -> RwLockReadGuard<'_, State> {
        self.state.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads rows, with the state they belong to.
    pub(crate) fn read<T>(&self, read: impl FnOnce(&Connection, &State) -> Result<T, ApiError>) -> Result<T, ApiError> {
        let db = self.db();
        let state = self.state();
        read(&db, &state)
    }

    /// Writes in one transaction. On an error nothing has changed.
    pub(crate) fn write<T>(
        &self,
        write: impl FnOnce(&Transaction<'_>, &State, &mut Effects) -> Result<T, ApiError>,
    ) -> Result<(T, Effects), ApiError> {
        let mut db = self.db();
        let mut effects = Effects::default();
        let transaction = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let answer = write(&transaction, &self.state(), &mut effects)?;
        transaction.commit()?;
        self.publish(&mut effects);
        Ok((answer, effects))
    }

    fn publish(&self, effects: &mut Effects) {
        let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
        effects.chains.drain(..).for_each(|chain| state.put(chain));
        effects.newcomers.take().into_iter().for_each(|newcomers| state.set_newcomers(newcomers));
    }

    /// A panic in a write has rolled its transaction back, so the connection is sound.
    fn db(&self) -> MutexGuard<'_, Connection> {
        self.db.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
