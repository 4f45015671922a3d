//! One's own account chain: what this device wrote into it goes to the catalog, and from there to the workspace.

use std::sync::Arc;

use valise_protocol::account::Account;
use valise_protocol::api::{ApiCode, Append, Base64, Page, Recover};
use valise_protocol::ids::DeviceId;
use valise_protocol::record::{ChainId, Record};
use valise_protocol::sign::VerifyKey;
use valise_protocol::workspace::{self, InvitationRevoked};

use crate::api::{ApiError, Event};
use crate::catalog::{Catalog, CatalogError, Signer};
use crate::error::EngineError;
use crate::home::BEFORE;
use crate::index::marks::{self, Mark};
use crate::index::records;
use crate::share;
use crate::shared::{CatalogLink, Session, Shared};
use crate::vault::Vault;
use crate::vault::devices::{Draft, OTHER_RING, ToBring};
use crate::vault::intake::{WENT_BACK, confirms};

/// Give up when other devices were faster so many times.
const TRIES: usize = 8;

/// Most records of one chain that are read before they are verified.
const MAX_READ: usize = 65_536;

/// Reads what other devices of the account wrote, then brings what has no receipt yet; the ring first, which the catalog
/// keeps for whoever reads the chain.
///
/// What waits here was written while the account had no other device: another record in its place is the catalog's
/// fault.
pub async fn send(shared: &Arc<Shared>, session: &Arc<Session>) -> Result<(), EngineError> {
    let order = session.order.lock().await;
    let link = session.link()?;
    pull(shared, &link).await?;
    bring_waiting(shared, &link).await?;
    drop(order);
    renew_due(shared, session).await?;
    anchor(shared, session).await?;
    withdraw(shared, session).await
}

async fn bring_waiting(shared: &Arc<Shared>, link: &CatalogLink) -> Result<(), EngineError> {
    let waiting = shared.vault(waiting)?;
    if !waiting.is_empty() {
        link.client.put_ring(&shared.vault(ring)?).await?;
        bring(shared, link, &link.client, waiting).await?;
    }
    Ok(())
}

/// Reads the account's own chain: whoever calls it has the order.
pub async fn pull(shared: &Arc<Shared>, link: &CatalogLink) -> Result<(), EngineError> {
    for _ in 0..TRIES {
        let found = read(shared, link).await?;
        let read = shared.vault(|vault| vault.read_account(&found))?;
        let needs_ring = shared.vault(|vault| Ok(read.needs_ring(vault)))?;
        let ring = if needs_ring { Some(link.client.ring().await?.0) } else { None };
        let kept = shared.vault(|vault| {
            let wakes = needs_ring || !found.is_empty();
            Ok((vault.keep_read(read, ring)?, wakes))
        });
        match kept {
            // A newer ring than the records that were read: again.
            Err(EngineError::Distrusted(OTHER_RING)) => {}
            kept => {
                let (kept, changed) = kept?;
                shared.findings(&kept.findings);
                kept.read_again.into_iter().for_each(|folder| shared.tell_folder(folder));
                for joined in kept.joined {
                    shared.alarm(false, crate::words::joined(joined.as_deref()));
                }
                if changed {
                    shared.tell(Event::DevicesChanged);
                }
                return Ok(());
            }
        }
    }
    Err(EngineError::Distrusted(OTHER_RING))
}

/// What the catalog has after the place it confirmed. What it lost of the chain, be it restored from a backup or lying,
/// goes once more.
async fn read(shared: &Arc<Shared>, link: &CatalogLink) -> Result<Vec<Record>, EngineError> {
    let (chain, sent) = shared.vault(|vault| Ok((ChainId::Account(vault.me.account), sent(vault)?)))?;
    let mut found: Vec<Record> = Vec::new();
    loop {
        let after = found.last().map_or(sent, |record| record.envelope().seq);
        let page = link.client.records(&chain, Some(after)).await?;
        if found.is_empty() {
            shared.vault(|vault| vault.must_agree(&page, &chain, &link.key))?;
            let lost = shared.vault(|vault| vault.lost_from(&page, &chain, &link.key))?;
            if let Some(from) = lost.filter(|from| *from <= sent && *from > 0) {
                shared.alarm(true, ApiError::from(EngineError::Distrusted(WENT_BACK)));
                shared.vault(|vault| vault.index.write(|db| marks::set(db, Mark::AccountSent, &(from - 1))))?;
            }
        }
        take_page(&mut found, &page, (&chain, after + 1), &link.key)?;
        if found.last().map_or(sent, |record| record.envelope().seq) >= page.receipt.seq {
            return Ok(found);
        }
    }
}

/// Adds a page's records, which follow one another from a place on: at least one as long as the receipt speaks of more.
fn take_page(
    found: &mut Vec<Record>,
    page: &Page,
    (chain, next): (&ChainId, u64),
    key: &VerifyKey,
) -> Result<(), EngineError> {
    if page.receipt.chain != *chain || page.receipt.verify(key).is_err() {
        return Err(EngineError::Distrusted("a receipt that is not signed by the catalog"));
    }
    let before = found.len();
    for (bytes, seq) in page.records.iter().zip(next..) {
        let record = Record::decode(&bytes.0).map_err(valise_protocol::chain::Broken::from)?;
        if record.chain() != Some(*chain) || record.envelope().seq != seq {
            return Err(EngineError::Distrusted("a record of another chain or place"));
        }
        found.push(record);
    }
    if found.len() > MAX_READ {
        return Err(EngineError::Distrusted("a chain without an end"));
    }
    if found.len() == before && page.receipt.seq >= next {
        return Err(EngineError::Distrusted("it withholds records"));
    }
    let last = found.last().filter(|last| last.envelope().seq == page.receipt.seq);
    match last {
        Some(last) if last.hash() != page.receipt.hash => Err(EngineError::Distrusted("two histories of one chain")),
        _ => Ok(()),
    }
}

/// A whole chain, from its first record to the one of the catalog's word.
pub async fn whole(client: &Catalog, chain: &ChainId, key: &VerifyKey) -> Result<Vec<Record>, EngineError> {
    let mut found: Vec<Record> = Vec::new();
    loop {
        let page = client.records(chain, found.last().map(|record| record.envelope().seq)).await?;
        let next = found.len() as u64;
        take_page(&mut found, &page, (chain, next), key)?;
        match found.last() {
            None => return Err(EngineError::Distrusted("an empty chain")),
            Some(last) if last.envelope().seq >= page.receipt.seq => return Ok(found),
            Some(_) => {}
        }
    }
}

/// Grows the account's chain by what is composed on top of everything that is in it. Nothing is kept here before the
/// catalog has ordered it; what was composed for it is answered.
pub async fn grow<T>(
    shared: &Arc<Shared>,
    session: &Arc<Session>,
    compose: impl Fn(&Vault) -> Result<(Draft, T), EngineError>,
) -> Result<T, EngineError> {
    let _order = session.order.lock().await;
    let link = session.link()?;
    for _ in 0..TRIES {
        pull(shared, &link).await?;
        bring_waiting(shared, &link).await?;
        let (draft, made) = shared.vault(|vault| compose(vault))?;
        let Some(last) = draft.records().last().cloned() else { return Ok(made) };
        let chain = last.chain().ok_or(EngineError::Internal("a record without a chain"))?;
        let records = draft.records().iter().map(|record| Base64(record.bytes().to_vec())).collect();
        let ring = draft.ring().map(|ring| Base64(ring.to_vec()));
        // From here on the catalog may have more than is here, until its answer or the next reading says so.
        shared.vault(|vault| vault.index.write(|db| marks::set(db, Mark::AccountAsked, &true)))?;
        match link.client.append(&chain, &Append { records, ring, ..Append::default() }).await {
            Ok(receipt) if confirms(&receipt, &last, &link.key) => {
                shared.vault(|vault| vault.keep_draft(draft))?;
                shared.tell(Event::DevicesChanged);
                session.wake.notify_one();
                return Ok(made);
            }
            Ok(_) => return Err(EngineError::Distrusted(super::NO_RECEIPT)),
            // Another device was faster.
            Err(CatalogError::Said(ApiCode::Conflict)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(EngineError::TimedOut)
}

/// A home that was recovered without the network, in an account of several devices: set and keys begin anew now.
pub async fn renew_due(shared: &Arc<Shared>, session: &Arc<Session>) -> Result<(), EngineError> {
    if shared.vault(|vault| vault.is_renewal_due())? {
        grow(shared, session, |vault| Ok((vault.compose_due()?, ()))).await?;
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
    if let Some(ToBring { records, ring }) = shared.vault(|vault| vault.recovery_to_bring())? {
        bring_recovered(shared, &link, &records, ring).await?;
    }
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

/// A recovered device: its first records are proven by the recovery key, because the catalog knows no device of its
/// account that would bring them.
async fn bring_recovered(
    shared: &Arc<Shared>,
    link: &CatalogLink,
    records: &[Record],
    ring: Vec<u8>,
) -> Result<(), EngineError> {
    let last = records.last().ok_or(EngineError::Internal("nothing to bring"))?;
    let account = shared.vault(|vault| Ok(vault.me.account))?;
    let records = records.iter().map(|record| Base64(record.bytes().to_vec())).collect();
    match link.client.recover(&Recover { account, records, ring: Base64(ring) }).await {
        Ok(receipt) if confirms(&receipt, last, &link.key) => {}
        Ok(_) => return Err(EngineError::Distrusted(super::NO_RECEIPT)),
        Err(CatalogError::Said(ApiCode::Conflict | ApiCode::Refused)) => return Err(EngineError::RecoveredTooLate),
        Err(error) => return Err(error.into()),
    }
    let seq = last.envelope().seq;
    shared.vault(|vault| vault.index.write(|db| marks::set(db, Mark::AccountSent, &seq)))
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
async fn bring(
    shared: &Arc<Shared>,
    link: &CatalogLink,
    client: &Catalog,
    waiting: Vec<Base64>,
) -> Result<(), EngineError> {
    let last = super::last_record(&waiting)?;
    let chain = last.chain().ok_or(EngineError::IndexDamaged)?;
    match client.append(&chain, &Append { records: waiting, ..Append::default() }).await {
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
    let sent = sent(vault)?;
    let waiting = records::from(vault.index.read(), &chain, sent + 1)?;
    Ok(waiting.into_iter().take(super::PUBLISH_AT_ONCE).map(Base64).collect())
}

/// The place up to which the catalog has confirmed the chain, or was given it with the workspace or a join.
fn sent(vault: &Vault) -> Result<u64, EngineError> {
    marks::find(vault.index.read(), Mark::AccountSent)?.ok_or(EngineError::IndexDamaged)
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
        if vault.is_officer() && anchored != vault.account.key() { vault.compose_officer().map(Some) } else { Ok(None) }
    })
    .await?;
    Ok(())
}
