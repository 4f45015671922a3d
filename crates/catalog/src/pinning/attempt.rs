//! One attempt to hold one pin: fetch, walk, pin, say so.

use std::sync::Arc;

use valise_blocks::{BlocksError, FetchOptions, PeerId};
use valise_protocol::api::Notice;
use valise_protocol::folder::Pin;
use valise_protocol::ids::AccountId;
use valise_protocol::receipt::Held;

use super::queue::Outcome;
use crate::catalog::{Catalog, now};
use crate::db::pins::{self, Waiting};
use crate::db::{held, unpins};
use crate::error::ApiError;
use crate::limits::{BLOCK_TIME, FETCH_WINDOW};
use crate::store::Audience;

/// Tries. `connected` is sorted.
pub(super) async fn attempt(catalog: Arc<Catalog>, id: i64, waiting: Waiting, connected: Arc<Vec<PeerId>>) -> Outcome {
    let bytes = match hold(&catalog, &waiting, &connected).await {
        Ok(Some(bytes)) => bytes,
        Ok(None) => return Outcome::NoHolder,
        Err(error) => {
            tracing::debug!(%error, "a pin could not be held yet");
            return match error {
                BlocksError::TooLarge { .. } | BlocksError::Unsupported { .. } => Outcome::Wrong,
                _ => Outcome::Again,
            };
        }
    };
    match say_held(&catalog, id, waiting, bytes).await {
        Ok(()) => Outcome::Done,
        Err(error) => {
            tracing::error!(%error, "what is held could not be written down");
            Outcome::Again
        }
    }
}

/// Bytes of the DAG's blocks, all here and pinned; `None` if there is nobody to ask. Each block was read back from the disk
/// and hashed before.
async fn hold(catalog: &Catalog, waiting: &Waiting, connected: &[PeerId]) -> Result<Option<u64>, BlocksError> {
    let (node, root) = (&catalog.pinning.node, waiting.pin.cid.inner());
    let mut whole = node.complete(root).await?;
    if whole.is_none() {
        let from = holders(catalog, waiting, connected);
        if from.is_empty() {
            return Ok(None);
        }
        node.fetch(root, options(catalog, &waiting.pin, from), &|_| ()).await?;
        whole = node.complete(root).await?;
    }
    let whole = whole.ok_or(BlocksError::NotComplete { root })?;
    check(&waiting.pin, whole.bytes, whole.blocks)?;
    node.pin(root).await?;
    Ok(Some(whole.bytes))
}

/// Connected peers that may have it: the device that announced it, the author's others, then those of the
/// other members. Nobody outside the folder is asked, so nobody outside learns its CIDs.
fn holders(catalog: &Catalog, waiting: &Waiting, connected: &[PeerId]) -> Vec<PeerId> {
    let state = catalog.store.state();
    let device = state.account(&waiting.author).and_then(|account| account.device(&waiting.device));
    let device = device.filter(|device| device.is_valid()).map(|device| device.keys.peer);
    let mut holders: Vec<PeerId> = device.iter().map(|peer| PeerId::from_public_key(peer.as_bytes())).collect();
    let members = state.folder(&waiting.folder).into_iter().flat_map(|folder| folder.members().keys());
    let accounts: Vec<&AccountId> = std::iter::once(&waiting.author).chain(members).collect();
    for peer in accounts.into_iter().flat_map(|account| state.peers_of(account)) {
        if !holders.contains(&peer) {
            holders.push(peer);
        }
    }
    holders.retain(|peer| connected.binary_search(peer).is_ok());
    holders
}

/// What is here already, for another folder, is measured as well.
fn check(pin: &Pin, bytes: u64, blocks: u64) -> Result<(), BlocksError> {
    let (most_bytes, most_blocks) = (max_bytes(pin), max_blocks(pin));
    if bytes > most_bytes {
        return Err(BlocksError::TooLarge { limit: most_bytes, unit: "bytes" });
    }
    if blocks > most_blocks {
        return Err(BlocksError::TooLarge { limit: most_blocks, unit: "blocks" });
    }
    Ok(())
}

/// What was announced is the limit: an author cannot make the node fetch more than everybody was told.
fn options(catalog: &Catalog, pin: &Pin, from: Vec<PeerId>) -> FetchOptions {
    FetchOptions {
        from,
        window: FETCH_WINDOW,
        block_timeout: BLOCK_TIME,
        max_bytes: max_bytes(pin),
        max_blocks: max_blocks(pin),
        cancel: catalog.stopping.clone(),
    }
}

/// The file, and for each block a link to it (some 60 bytes) in an inner node.
fn max_bytes(pin: &Pin) -> u64 {
    pin.size.saturating_add(pin.blocks.saturating_mul(128)).saturating_add(4096)
}

fn max_blocks(pin: &Pin) -> u64 {
    pin.blocks.max(1)
}

async fn say_held(catalog: &Arc<Catalog>, id: i64, waiting: Waiting, bytes: u64) -> Result<(), ApiError> {
    let write = catalog.write(move |catalog, db, state, effects| {
        if !pins::set_held(db, id)? {
            // Dropped meanwhile.
            unpins::insert(db, waiting.pin.cid, now())?;
            effects.pins = true;
            return Ok(());
        }
        held::put(db, waiting.folder, &Held::sign(waiting.pin.cid, bytes, catalog.pinning.key()))?;
        let members = state.folder(&waiting.folder).into_iter().flat_map(|folder| folder.members().keys().copied());
        effects.tell(Audience::Accounts(members.collect()), Notice::Held { folder: waiting.folder });
        Ok(())
    });
    write.await
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn pin(size: u64, blocks: u64) -> Pin {
        let cid = "bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy";
        Pin { cid: cid.parse().unwrap(), size, blocks }
    }

    #[test]
    fn an_announcement_of_nothing_or_everything_is_still_a_limit() {
        assert!(max_bytes(&pin(0, 0)) > 0);
        assert_eq!(max_bytes(&pin(u64::MAX, u64::MAX)), u64::MAX);
        assert_eq!(max_blocks(&pin(0, 0)), 1);
    }

    #[test]
    fn what_is_here_already_is_measured_too() {
        let honest = pin(3 << 20, 4);
        let bytes = (3 << 20) + 300;
        assert!(check(&honest, bytes, 4).is_ok());
        assert!(matches!(check(&honest, bytes, 5), Err(BlocksError::TooLarge { limit: 4, unit: "blocks" })));
        assert!(matches!(check(&pin(1000, 4), bytes, 4), Err(BlocksError::TooLarge { unit: "bytes", .. })));
    }
}
