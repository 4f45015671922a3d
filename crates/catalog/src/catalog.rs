//! What every request reaches: the parts of a running catalog.

use std::sync::Arc;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use valise_protocol::api::{Base64, Notice};
use valise_protocol::chain::Head;
use valise_protocol::ids::FolderId;
use valise_protocol::receipt::Receipt;
use valise_protocol::record::ChainId;
use valise_protocol::sign::SigningKey;
use valise_protocol::signal::MAX_SIGNAL;

use rusqlite::Transaction;

use crate::db::seen;
use crate::error::{ApiError, Fault};
use crate::health::Health;
use crate::hub::Hub;
use crate::limits::{BODY_BUDGET, MAX_ADDRESS_CONNECTIONS, MAX_CONNECTIONS};
use crate::metrics::Requests;
use crate::pairings::Pairings;
use crate::pinning::Pinning;
use crate::rate::Rates;
use crate::serve::Connections;
use crate::sessions::Sessions;
use crate::state::{Asker, State};
use crate::store::{Audience, Effects, Store};

/// A running catalog.
pub(crate) struct Catalog {
    pub(crate) store: Store,
    pub(crate) sessions: Sessions,
    pub(crate) connections: Connections,
    pub(crate) requests: Requests,
    pub(crate) health: Health,
    pub(crate) rates: Rates,
    pub(crate) hub: Hub,
    pub(crate) pinning: Pinning,
    pub(crate) pairings: Pairings,
    pub(crate) identity: SigningKey,
    /// One permit is one byte of a request's body.
    pub(crate) bodies: Arc<Semaphore>,
    /// Ends event streams and the pinning node's work.
    pub(crate) stopping: CancellationToken,
}

impl Catalog {
    /// Puts the parts together.
    pub(crate) fn new(store: Store, identity: SigningKey, pinning: Pinning) -> Self {
        Self {
            store,
            sessions: Sessions::default(),
            connections: Connections::new(MAX_CONNECTIONS, MAX_ADDRESS_CONNECTIONS),
            requests: Requests::default(),
            health: Health::default(),
            rates: Rates::default(),
            hub: Hub::default(),
            pinning,
            pairings: Pairings::default(),
            identity,
            bodies: Arc::new(Semaphore::new(BODY_BUDGET)),
            stopping: CancellationToken::new(),
        }
    }

    /// Runs what waits for the disk or computes for long.
    pub(crate) async fn blocking<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce(&Self) -> Result<T, ApiError> + Send + 'static,
    ) -> Result<T, ApiError> {
        let catalog = Arc::clone(self);
        let done = tokio::task::spawn_blocking(move || work(&catalog)).await;
        done.map_err(|_| ApiError::Internal(Fault::Panicked))?
    }

    /// Runs a write, then lets everybody know whom it concerns. Runs to its end even if the asker hangs up:
    /// what is committed is told.
    pub(crate) async fn write<T: Send + 'static>(
        self: &Arc<Self>,
        write: impl FnOnce(&Self, &Transaction<'_>, &State, &mut Effects) -> Result<T, ApiError> + Send + 'static,
    ) -> Result<T, ApiError> {
        let catalog = Arc::clone(self);
        let work = async move {
            let (answer, effects) =
                catalog.blocking(|it| it.store.write(|db, state, effects| write(it, db, state, effects))).await?;
            catalog.announce(effects).await;
            Ok(answer)
        };
        tokio::spawn(work).await.map_err(|_| ApiError::Internal(Fault::Panicked))?
    }

    /// New peers are allowed before the answer, so that a newcomer may dial at once.
    async fn announce(&self, effects: Effects) {
        for (audience, notice) in effects.notices {
            self.hub.tell(&audience, &notice);
        }
        if effects.peers {
            self.hub.refresh(&self.store.state());
            self.pinning.allow(&self.store).await;
        }
        if effects.pins {
            self.pinning.wake();
        }
    }

    /// Passes on what a member of a folder tells the others for the moment. It is not kept, and who is slow misses it.
    pub(crate) fn relay(&self, asker: Asker, folder: FolderId, signal: Base64) -> Result<(), ApiError> {
        self.rates.signal(asker.account, Instant::now())?;
        if signal.0.len() > MAX_SIGNAL {
            return Err(ApiError::TooLarge("a signal"));
        }
        let state = self.store.state();
        let members = state.as_member(&asker, &folder)?.members();
        let taken_up = members.iter().filter(|(_, member)| member.accepted.is_some());
        let audience = Audience::Accounts(taken_up.map(|(account, _)| *account).collect());
        self.hub.mention(&audience, &Notice::Signal { folder, signal });
        Ok(())
    }

    /// Notes that a device was here. What is lost with a crash is only when.
    pub(crate) fn note_seen(self: &Arc<Self>, asker: Asker) {
        let (catalog, now) = (Arc::clone(self), now());
        let note = async move {
            let noted = catalog.write(move |_, db, _, _| Ok(seen::put(db, asker.account, asker.device, now)?));
            if noted.await.is_err() {
                tracing::warn!("when a device was here could not be noted");
            }
        };
        // Streams end with the runtime, too.
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(note);
        }
    }

    /// The catalog's word that a record stands at a place.
    pub(crate) fn receipt(&self, chain: ChainId, head: Head) -> Receipt {
        Receipt::sign(chain, head, &self.identity)
    }
}

/// Milliseconds since 1970.
pub(crate) fn now() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
    u64::try_from(now).unwrap_or(u64::MAX)
}

#[cfg(test)]
pub(crate) mod tests {
    use std::path::Path;
    use std::time::Duration;

    use valise_blocks::memory::Network;
    use zeroize::Zeroizing;

    use super::*;

    /// A catalog with nothing in it, on a node in memory.
    pub(crate) fn catalog(data: &Path) -> Arc<Catalog> {
        let key = || SigningKey::from_seed(&Zeroizing::new([1; 32]));
        let pinning = Pinning::new(Network::new().node(1, &[]), key(), Vec::new(), Duration::ZERO);
        let store = Store::open(&data.join("catalog.sqlite")).expect("a database");
        Arc::new(Catalog::new(store, key(), pinning))
    }
}
