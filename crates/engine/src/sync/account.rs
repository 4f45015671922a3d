//! One's own account chain: what this device wrote into it goes to the catalog, and from there to the workspace.

use std::sync::Arc;

use valise_protocol::account::Account;
use valise_protocol::api::{ApiCode, Append, Base64};
use valise_protocol::ids::DeviceId;
use valise_protocol::record::{ChainId, Record};
use valise_protocol::workspace::{self, Anchor, InvitationRevoked};

use crate::api::ApiError;
use crate::catalog::{Catalog, CatalogError, Signer};
use crate::error::EngineError;
use crate::home::BEFORE;
use crate::index::marks::{self, Mark};
use crate::index::records;
use crate::share;
use crate::shared::{CatalogLink, Session, Shared};
use crate::vault::Vault;
use crate::vault::intake::{WENT_BACK, confirms};

/// A first run writes two records, genesis and keys, which are brought with the workspace or the join.
const BROUGHT_AT_FIRST: u64 = 1;

/// Brings what has no receipt yet; the ring first, which the catalog keeps for whoever reads the chain.
///
/// Only this device, and the one whose place it took, write into its account's chain as long as a second one cannot be
/// added: another record in its place is the catalog's fault.
pub async fn send(shared: &Arc<Shared>, session: &Arc<Session>) -> Result<(), EngineError> {
    let order = session.order.lock().await;
    let link = session.link()?;
    look_for_loss(shared, &link).await?;
    let waiting = shared.vault(waiting)?;
    if !waiting.is_empty() {
        link.client.put_ring(&shared.vault(ring)?).await?;
        bring(shared, &link, &link.client, waiting).await?;
    }
    drop(order);
    anchor(shared, session).await?;
    withdraw(shared, session).await
}

/// What a catalog lost of the chain, be it restored from a backup or lying, goes once more.
async fn look_for_loss(shared: &Shared, link: &CatalogLink) -> Result<(), EngineError> {
    let (chain, sent) = shared.vault(|vault| {
        let sent = marks::find(vault.index.read(), Mark::AccountSent)?.unwrap_or(BROUGHT_AT_FIRST);
        Ok((ChainId::Account(vault.me.account), sent))
    })?;
    let page = link.client.records(&chain, Some(sent)).await?;
    let lost = shared.vault(|vault| vault.lost_from(&page, &chain, &link.key))?;
    if let Some(from) = lost.filter(|from| *from <= sent && *from > 0) {
        shared.alarm(true, ApiError::from(EngineError::Distrusted(WENT_BACK)));
        shared.vault(|vault| vault.index.write(|db| marks::set(db, Mark::AccountSent, &(from - 1))))?;
    }
    Ok(())
}

/// After everything began anew, an old copy of this home still opens the secrets of invitations which were sealed to
/// the key before: an officer withdraws them.
async fn withdraw(shared: &Arc<Shared>, session: &Arc<Session>) -> Result<(), EngineError> {
    if shared.vault(|vault| marks::find::<bool>(vault.index.read(), Mark::WithdrawInvitations))?.is_none() {
        return Ok(());
    }
    let next = |vault: &Vault| {
        let open = vault.workspace()?.invitations().keys().next().copied();
        let Some(id) = open.filter(|_| vault.is_officer()) else { return Ok(None) };
        vault.write_workspace(workspace::kind::INVITATION_REVOKED, &InvitationRevoked { id }).map(Some)
    };
    while share::append_workspace(shared, session, next).await? {}
    shared.vault(|vault| vault.index.write(|db| marks::remove(db, Mark::WithdrawInvitations)))
}

/// A device that took another's place: what the one before wrote goes first, by its own hand, because the catalog knows
/// no other yet. Its keys are not needed afterwards.
pub async fn introduce(shared: &Arc<Shared>, session: &Arc<Session>) -> Result<(), EngineError> {
    let _order = session.order.lock().await;
    let link = session.link()?;
    let Some(signer) = shared.vault(|vault| Ok(hand_before(vault)))? else { return Ok(()) };
    let device = signer.device;
    let client = link.client.by(signer);
    loop {
        let by_it = shared.vault(|vault| waiting_by(vault, &device))?;
        if by_it.is_empty() {
            break;
        }
        bring(shared, &link, &client, by_it).await?;
    }
    shared.home.remove(BEFORE)?;
    shared.vault(|vault| {
        vault.me.before = None;
        Ok(())
    })
}

fn hand_before(vault: &Vault) -> Option<Signer> {
    let (device, key) = vault.me.before.clone()?;
    Some(Signer { account: vault.me.account, device, key })
}

/// What comes first of what waits, as far as it is one device's.
fn waiting_by(vault: &mut Vault, device: &DeviceId) -> Result<Vec<Base64>, EngineError> {
    let mut first = waiting(vault)?;
    let by_it = |bytes: &Base64| Record::decode(&bytes.0).is_ok_and(|record| record.envelope().device == *device);
    let count = first.iter().take_while(|bytes| by_it(bytes)).count();
    first.truncate(count);
    Ok(first)
}

/// Appends to one's own chain, and remembers how far the catalog confirmed it.
async fn bring(shared: &Shared, link: &CatalogLink, client: &Catalog, waiting: Vec<Base64>) -> Result<(), EngineError> {
    let last = super::last_record(&waiting)?;
    let chain = last.chain().ok_or(EngineError::IndexDamaged)?;
    match client.append(&chain, &Append { records: waiting, wraps: Vec::new() }).await {
        Ok(receipt) if confirms(&receipt, &last, &link.key) => {}
        Ok(_) => return Err(EngineError::Distrusted(super::NO_RECEIPT)),
        Err(CatalogError::Said(ApiCode::Conflict)) => {
            return Err(EngineError::Distrusted("it has another history of your account"));
        }
        Err(error) => return Err(error.into()),
    }
    let seq = last.envelope().seq;
    shared.vault(|vault| vault.index.write(|db| marks::set(db, Mark::AccountSent, &seq)))
}

fn waiting(vault: &mut Vault) -> Result<Vec<Base64>, EngineError> {
    let chain = ChainId::Account(vault.me.account);
    let sent = marks::find(vault.index.read(), Mark::AccountSent)?.unwrap_or(BROUGHT_AT_FIRST);
    let waiting = records::from(vault.index.read(), &chain, sent + 1)?;
    Ok(waiting.into_iter().take(super::PUBLISH_AT_ONCE).map(Base64).collect())
}

fn ring(vault: &mut Vault) -> Result<Base64, EngineError> {
    let ring: serde_bytes::ByteBuf = marks::find(vault.index.read(), Mark::Ring)?.ok_or(EngineError::IndexDamaged)?;
    Ok(Base64(ring.into_vec()))
}

/// An officer tells the workspace of a new account key: invitations' secrets are sealed to officers' newest.
async fn anchor(shared: &Arc<Shared>, session: &Arc<Session>) -> Result<(), EngineError> {
    share::append_workspace(shared, session, |vault| {
        let roster = vault.workspace()?.roster();
        let anchored = roster.account(&vault.me.account).and_then(Account::key);
        if !vault.is_officer() || anchored == vault.account.key() {
            return Ok(None);
        }
        let slices = vec![vault.own_slice(roster.next_to_embed(&vault.me.account))?];
        vault.write_workspace(workspace::kind::ANCHOR, &Anchor { slices }).map(Some)
    })
    .await?;
    Ok(())
}
