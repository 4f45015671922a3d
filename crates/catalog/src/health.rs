//! Whether the catalog can do its work: asked of the database and the pinning node themselves, and not too often.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::Mutex;

use crate::catalog::Catalog;
use crate::db;

/// How long an answer stands: anybody may ask, and each answer costs a write.
const STANDS: Duration = Duration::from_secs(5);

/// The database takes no write.
pub(crate) const DATABASE: &str = "the database cannot be written";
/// The pinning node does not answer.
pub(crate) const NODE: &str = "the pinning node does not answer";

/// The last answer.
#[derive(Default)]
pub(crate) struct Health(Mutex<Option<(Instant, Vec<&'static str>)>>);

impl Catalog {
    /// What is wrong; nothing if all is well.
    pub(crate) async fn troubles(self: &Arc<Self>, now: Instant) -> Vec<&'static str> {
        let mut last = self.health.0.lock().await;
        if let Some((at, troubles)) = &*last
            && now.saturating_duration_since(*at) < STANDS
        {
            return troubles.clone();
        }
        let written = self.blocking(|catalog| catalog.store.write(|db, _, _| Ok(db::probe(db)?))).await;
        let mut troubles = Vec::new();
        if let Err(error) = written {
            tracing::error!(%error, "the database cannot be written");
            troubles.push(DATABASE);
        }
        if !self.pinning.is_up().await {
            troubles.push(NODE);
        }
        *last = Some((Instant::now(), troubles.clone()));
        troubles
    }
}
