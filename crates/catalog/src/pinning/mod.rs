//! The pinning node: keeps the ciphertext that folders announce, and says so.
//!
//! What is to be kept stands in the table `pins`, written with the record that announced it; here is only
//! the work of it, so a restart loses nothing.

mod attempt;
mod queue;
mod work;

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use tokio::sync::{Mutex, Notify};
use valise_blocks::{Blocks, PeerId};
use valise_protocol::sign::SigningKey;

use crate::store::Store;

pub(crate) use work::work;

/// The node, and its key.
pub(crate) struct Pinning {
    node: Arc<dyn Blocks>,
    key: SigningKey,
    advertise: Vec<String>,
    /// What was dropped is kept for so long.
    grace: Duration,
    listening: RwLock<Vec<String>>,
    allowed: Mutex<Option<Vec<PeerId>>>,
    wake: Notify,
}

impl Pinning {
    /// A node whose words are signed by `key`. It answers at `advertise`, or where it listens.
    pub(crate) fn new(node: Arc<dyn Blocks>, key: SigningKey, advertise: Vec<String>, grace: Duration) -> Self {
        let (listening, allowed, wake) = (RwLock::default(), Mutex::default(), Notify::new());
        Self { node, key, advertise, grace, listening, allowed, wake }
    }

    /// The key that signs "held".
    pub(crate) fn key(&self) -> &SigningKey {
        &self.key
    }

    /// Where clients dial the node: multiaddrs without peer id.
    pub(crate) fn addresses(&self) -> Vec<String> {
        match self.advertise.is_empty() {
            true => self.listening.read().unwrap_or_else(PoisonError::into_inner).clone(),
            false => self.advertise.clone(),
        }
    }

    /// Lets the devices of all people connect, and nobody else.
    pub(crate) async fn allow(&self, store: &Store) {
        let mut allowed = self.allowed.lock().await;
        let peers = store.state().peers();
        if allowed.as_ref() == Some(&peers) {
            return;
        }
        match self.node.allow(peers.clone()).await {
            Ok(()) => *allowed = Some(peers),
            Err(error) => tracing::error!(%error, "the pinning node does not take its allow-list"),
        }
    }

    /// There is something to fetch, to drop, or somebody new to fetch it from.
    pub(crate) fn wake(&self) {
        self.wake.notify_one();
    }

    /// Who is connected now; none if the node does not say. Keeps the addresses up to date, too.
    pub(crate) async fn connected(&self) -> Vec<PeerId> {
        match self.node.health().await {
            Ok(health) => {
                let listening = health.listening.into_iter().map(|address| address.0).collect();
                *self.listening.write().unwrap_or_else(PoisonError::into_inner) = listening;
                let mut connected = health.connected;
                connected.sort_unstable();
                connected
            }
            Err(error) => {
                tracing::warn!(%error, "the pinning node does not say how it is");
                Vec::new()
            }
        }
    }

    /// Whether the node answers.
    pub(crate) async fn is_up(&self) -> bool {
        self.node.health().await.is_ok()
    }

    /// Blocks that the node stores, and their bytes; none if it does not say.
    pub(crate) async fn stored(&self) -> Option<(u64, u64)> {
        self.node.health().await.ok().map(|health| (health.blocks, health.bytes))
    }

    /// Stops the node.
    pub(crate) async fn stop(&self) {
        self.node.stop().await;
    }
}
