//! Where the catalog answers: addresses may change, its identity never does.
//!
//! The workspace chain names the addresses, in the order in which they are to be tried; officers change them. Each computer
//! keeps the one at which it last found the catalog, and looks for it at the others when it does not answer there, or when
//! others are named before that one. What answers is the catalog if it proves the key which the workspace names.
//!
//! So a catalog moves: its new address is made known, its data are brought there, and everybody follows by themselves.

use std::sync::Arc;
use std::time::{Duration, Instant};

use valise_protocol::api::Identity;
use valise_protocol::workspace::{Catalog as CatalogRecord, MAX_ADDRESS, MAX_ADDRESSES};

use crate::api::{ApiError, Network};
use crate::catalog::{Catalog, Signer};
use crate::error::EngineError;
use crate::home::CatalogAddress;
use crate::share::{append_workspace, must_be_officer};
use crate::shared::{CatalogLink, Session, Shared, lock};
use crate::storage;
use crate::vault::Vault;

/// Another address than the usual one has so long to answer.
const GLANCE: Duration = Duration::from_secs(4);
/// An address that would be better, and did not answer, is tried again after this.
const AGAIN: Duration = Duration::from_secs(60);

/// A catalog's identity and its address as it will be kept. Which identity it is was not known before: from now on it
/// counts.
pub async fn reach(url: &str) -> Result<(Identity, String), EngineError> {
    let url = normal(url);
    let identity = Catalog::unknown(&url)?.identity().await?;
    Ok((identity, url))
}

fn normal(url: &str) -> String {
    let url = url.trim();
    let url = if url.contains("://") { url.to_owned() } else { format!("https://{url}") };
    url.trim_end_matches('/').to_owned()
}

/// The way to a catalog at an address, in the name of this device.
pub fn link(address: &CatalogAddress, vault: &Vault) -> Result<CatalogLink, EngineError> {
    let me = &vault.me;
    let signer = Signer { account: me.account, device: me.device, key: me.signing.clone() };
    let client = Arc::new(Catalog::new(&address.url, address.key, Some(signer))?);
    Ok(CatalogLink { client, key: address.key, pinning: None })
}

/// The catalog where it answers now, and what it says of itself: see above.
pub async fn find(shared: &Arc<Shared>, session: &Arc<Session>) -> Result<(CatalogLink, Identity), EngineError> {
    let (now, named, known) = shared.open(|open| {
        let record = open.vault.catalog_record();
        let named = record.map(|catalog| catalog.addresses.clone()).unwrap_or_default();
        Ok((open.public.catalog.clone(), named, record.map(|catalog| catalog.key)))
    })?;
    let now = now.ok_or(EngineError::Offline(None))?;
    // What lies in the open is not to say which catalog is the workspace's.
    if known.is_some_and(|key| key != now.key) {
        return Err(alarmed(shared, EngineError::OtherCatalog));
    }
    // Who has found it where it is not named, by a name of their own network, stays there.
    let better = &named[..named.iter().position(|url| *url == now.url).unwrap_or(0)];
    if is_to_try_better(session, better)
        && let Some(found) = first_that_answers(shared, session, &now, better).await?
    {
        return Ok(found);
    }
    let link = session.link()?;
    match link.client.identity().await {
        Ok(identity) => Ok((link, identity)),
        Err(error) => {
            // Who stands on the line is told of, also if the catalog is found elsewhere.
            let error = alarmed(shared, error.into());
            let rest: Vec<String> = named.iter().filter(|url| **url != now.url).cloned().collect();
            first_that_answers(shared, session, &now, &rest).await?.ok_or(error)
        }
    }
}

/// Raises an alarm if somebody else answers in the catalog's place.
fn alarmed(shared: &Shared, error: EngineError) -> EngineError {
    if matches!(error, EngineError::OtherCatalog) {
        shared.alarm(true, ApiError::from(EngineError::OtherCatalog));
    }
    error
}

/// Not in each round: where nobody answers, a round would wait for it.
fn is_to_try_better(session: &Session, better: &[String]) -> bool {
    if better.is_empty() {
        return false;
    }
    let mut tried = lock(&session.better_tried);
    if tried.is_some_and(|at| at.elapsed() < AGAIN) {
        return false;
    }
    *tried = Some(Instant::now());
    true
}

/// The catalog at the first of these addresses where it answers; kept from now on.
async fn first_that_answers(
    shared: &Arc<Shared>,
    session: &Arc<Session>,
    now: &CatalogAddress,
    urls: &[String],
) -> Result<Option<(CatalogLink, Identity)>, EngineError> {
    let workspace = shared.open(|open| Ok(open.vault.me.workspace))?;
    for url in urls {
        // Without TLS an identity is no proof: anybody can repeat it. Only who typed such an address goes on with it.
        if !url.starts_with("https://") && now.url.starts_with("https://") {
            continue;
        }
        let address = CatalogAddress { url: url.clone(), key: now.key };
        // What somebody named may be no address.
        let Ok(found) = shared.open(|open| link(&address, &open.vault)) else { continue };
        match tokio::time::timeout(GLANCE, found.client.identity()).await {
            // One that holds the keys and nothing else, or another workspace, is not where to go.
            Ok(Ok(identity)) if identity.workspace == Some(workspace) => {
                shared.open(|open| {
                    open.public.catalog = Some(address.clone());
                    open.vault.hosts_catalog = shared.home.hosts_catalog();
                    shared.home.set_public(&open.public)
                })?;
                *lock(&session.catalog) = Some(found.clone());
                // Kept for a listener that is just at something else.
                session.catalog_moved.notify_one();
                tracing::info!("the catalog answers at another address now");
                return Ok(Some((found, identity)));
            }
            Ok(Ok(_)) => tracing::debug!("a catalog without this workspace"),
            Ok(Err(error)) => tracing::debug!(%error, "not the catalog, or not now"),
            Err(_) => tracing::debug!("an address does not answer"),
        }
    }
    Ok(None)
}

/// Officers: makes known where the catalog answers, in this order. The one in use stays the last of them if it is not
/// named: until somebody answers elsewhere, everybody goes on finding it there.
pub async fn set(shared: &Arc<Shared>, addresses: &[String]) -> Result<Network, EngineError> {
    let mut wanted: Vec<String> = Vec::new();
    for url in addresses.iter().map(|url| normal(url)) {
        // Whether it can be one at all.
        Catalog::unknown(&url)?;
        if !url.starts_with("https://") {
            return Err(EngineError::BadInput("The address has to begin with https://."));
        }
        if url.len() > MAX_ADDRESS {
            return Err(EngineError::BadInput("The address is too long."));
        }
        if !wanted.contains(&url) {
            wanted.push(url);
        }
    }
    if wanted.is_empty() {
        return Err(EngineError::BadInput("Name at least one address."));
    }
    let session = shared.session()?;
    let used = shared.open(|open| Ok(open.public.catalog.as_ref().map(|address| address.url.clone())))?;
    append_workspace(shared, &session, |vault| {
        must_be_officer(vault)?;
        let known = vault.catalog_record().ok_or(EngineError::Offline(None))?.clone();
        let mut addresses = wanted.clone();
        let here = used.iter().chain(known.addresses.first());
        for url in here.filter(|url| known.addresses.contains(url)) {
            if !addresses.contains(url) {
                addresses.push(url.clone());
            }
        }
        if addresses.len() > MAX_ADDRESSES {
            return Err(EngineError::BadInput("There are too many addresses."));
        }
        if addresses == known.addresses {
            return Ok(None);
        }
        vault.compose_catalog(&CatalogRecord { addresses, ..known }).map(Some)
    })
    .await?;
    *lock(&session.better_tried) = None;
    session.wake.notify_one();
    storage::network(shared).await
}
