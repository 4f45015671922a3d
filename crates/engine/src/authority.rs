//! Recovery with a colleague's help, on the side of those who help: who can, who asks, yes and no.
//!
//! An officer opens a share on their own computer, sealed at once to the device that asks; what this makes is kept here
//! until the delay has passed and nobody has said no, and only then goes into the chain. The share opens nothing without
//! another one, which only the person has.

use std::sync::Arc;

use valise_crypto::SealingPair;
use valise_protocol::api::ApiCode;
use valise_protocol::asking::Asked;
use valise_protocol::chain::Slice;
use valise_protocol::ids::{AccountId, DeviceId};
use valise_protocol::record::Record;
use valise_protocol::workspace::{self, Authority, Holder, MAX_DELAY_HOURS, MAX_HOLDERS};

use crate::api::{self, ApiError, ErrorCode, Event, HolderChoice};
use crate::catalog::CatalogError;
use crate::custody;
use crate::error::EngineError;
use crate::share::{append_workspace, must_be_officer};
use crate::shared::{Session, Shared};
use crate::sync;
use crate::vault::Vault;

/// Most people whose newest account chain is read before the authority is shown.
const READ_AT_ONCE: usize = 200;

/// Who can help, and who asks.
pub async fn show(shared: &Arc<Shared>) -> Result<api::Authority, EngineError> {
    let session = shared.session()?;
    // What is known here is shown without a network, too.
    if session.link().is_ok() && read_asked(shared, &session).await.is_ok() {
        read_people(shared, &session).await?;
    }
    shared.vault(|vault| vault.authority_view())
}

/// Officers are told who has no share in escrow yet: that stands in everybody's account chain.
async fn read_people(shared: &Arc<Shared>, session: &Arc<Session>) -> Result<(), EngineError> {
    let people = shared.vault(|vault| {
        let workspace = vault.workspace()?;
        let wanted = vault.is_officer() && workspace.authority().is_some();
        let others =
            workspace.people().iter().filter(|(account, person)| !person.closed && **account != vault.me.account);
        Ok(if wanted { others.map(|(account, _)| *account).take(READ_AT_ONCE).collect() } else { Vec::new() })
    })?;
    for account in people {
        sync::account_slice(shared, session, account).await?;
    }
    Ok(())
}

/// Chooses who is to help from now on.
pub async fn set(shared: &Arc<Shared>, holders: Vec<HolderChoice>, delay_hours: u32) -> Result<(), EngineError> {
    let session = shared.session()?;
    if holders.len() > MAX_HOLDERS || delay_hours > MAX_DELAY_HOURS {
        return Err(EngineError::BadInput("One or two can help, and wait for at most 30 days."));
    }
    if holders.iter().filter(|choice| matches!(choice, HolderChoice::Kept { .. })).count() > 1 {
        return Err(EngineError::BadInput("At most one key that is kept elsewhere can be needed."));
    }
    shared.vault(|vault| must_be_officer(vault))?;
    let at = shared.vault(|vault| {
        let workspace = vault.workspace()?;
        Ok((workspace.id(), workspace.authority().map_or(0, |authority| authority.version) + 1))
    })?;
    let (mut chosen, mut address) = (Vec::new(), None);
    for choice in holders {
        chosen.push(match choice {
            HolderChoice::Officer { account } => Chosen::Officer(whole(shared, &session, account).await?),
            HolderChoice::Kept { place, secret } => {
                let holder = custody::make_holder(at, &place, secret).await?;
                address = Some(place);
                Chosen::Kept(holder)
            }
        });
    }
    let officer = |chosen: &Chosen| if let Chosen::Officer(whole) = chosen { Some(whole.account) } else { None };
    if matches!(chosen.as_slice(), [one, two] if officer(one).is_some() && officer(one) == officer(two)) {
        return Err(EngineError::BadInput("The two who have to help are to be two different people."));
    }
    append_workspace(shared, &session, |vault| {
        must_be_officer(vault)?;
        compose(vault, &chosen, delay_hours, at.1)
    })
    .await?;
    if let Some(address) = address {
        shared.vault(|vault| vault.remember_keeper(&address))?;
    }
    tracing::info!("a new recovery authority");
    shared.tell(Event::RecoveryChanged);
    shared.tell_status();
    Ok(())
}

/// Moves what a key that is kept elsewhere has wrapped under that key's newest version. Who can help stays the same, and
/// so does every kit.
pub async fn rewrap(
    shared: &Arc<Shared>,
    place: Option<String>,
    secret: Option<api::Password>,
) -> Result<(), EngineError> {
    let session = shared.session()?;
    let (at, old, remembered) = shared.vault(|vault| {
        must_be_officer(vault)?;
        let version = vault.workspace()?.authority().map_or(0, |authority| authority.version);
        let kept = vault.keeper_wanted();
        let kept = kept.ok_or(EngineError::NotNow("No key that is kept elsewhere is needed here to help anybody."))?;
        Ok(((vault.me.workspace, version), kept, vault.keeper()?))
    })?;
    let address = place.or(remembered).ok_or(WHERE)?;
    let rewrapped = custody::rewrap_holder(at, &old, &address, secret).await?;
    shared.vault(|vault| vault.remember_keeper(&address))?;
    let Some(new) = rewrapped else { return Ok(()) };
    append_workspace(shared, &session, |vault| {
        must_be_officer(vault)?;
        let authority = vault.workspace()?.authority().filter(|it| it.version == at.1);
        let same = authority.filter(|it| it.holders.get(usize::from(old.index)) == Some(&old.holder));
        let mut authority = same.cloned().ok_or(EngineError::NotNow(
            "Another officer has just changed who can help, or moved this: look, and try again.",
        ))?;
        if let Some(holder) = authority.holders.get_mut(usize::from(old.index)) {
            *holder = new.clone();
        }
        vault.write_workspace(workspace::kind::AUTHORITY, &authority).map(Some)
    })
    .await?;
    tracing::info!("the recovery authority's secret was wrapped anew");
    shared.tell(Event::RecoveryChanged);
    Ok(())
}

const WHERE: EngineError =
    EngineError::BadInput("Say where the key is kept: its address is needed once on each computer.");

/// Somebody who is to help.
enum Chosen {
    /// An officer, by their whole account chain.
    Officer(Slice),
    /// Whoever may use a key that is kept elsewhere.
    Kept(Holder),
}

fn compose(vault: &Vault, chosen: &[Chosen], delay_hours: u32, version: u64) -> Result<Option<Record>, EngineError> {
    let (mut holders, mut slices) = (Vec::new(), Vec::new());
    for chosen in chosen {
        match chosen {
            Chosen::Kept(holder) => holders.push(holder.clone()),
            Chosen::Officer(whole) => {
                let (holder, slice) = vault.officer_holder(whole)?;
                holders.push(holder);
                slices.extend(slice);
            }
        }
    }
    // What was wrapped elsewhere is bound to its version.
    let old = vault.workspace()?.authority();
    if old.map_or(0, |authority| authority.version) + 1 != version {
        return Err(EngineError::NotNow("Another officer has just chosen who can help: look, and choose again."));
    }
    // The same people with another delay: everybody's kit stays good.
    let version = old.filter(|old| old.holders == holders).map_or(version, |old| old.version);
    let authority = Authority { version, holders, delay_hours, slices };
    vault.write_workspace(workspace::kind::AUTHORITY, &authority).map(Some)
}

async fn whole(shared: &Arc<Shared>, session: &Arc<Session>, account: AccountId) -> Result<Slice, EngineError> {
    if shared.vault(|vault| Ok(vault.me.account == account))? {
        return shared.vault(|vault| vault.own_slice(0));
    }
    sync::account_slice(shared, session, account).await
}

/// Approves a request: what this person opens is kept until its time.
pub async fn approve(
    shared: &Arc<Shared>,
    device: DeviceId,
    place: Option<String>,
    secret: Option<api::Password>,
) -> Result<(), EngineError> {
    let session = shared.session()?;
    shared.vault(|vault| must_be_officer(vault))?;
    read_asked(shared, &session).await?;
    let subject = shared.vault(|vault| {
        let subject = vault.subject(&device)?;
        let own = subject == vault.me.account;
        if own {
            Err(EngineError::NotNow("Nobody approves their own recovery: ask another officer."))
        } else {
            Ok(subject)
        }
    })?;
    sync::account_slice(shared, &session, subject).await?;
    let now = shared.clock.now();
    let unwrapped = unwrap(shared, place, secret).await?;
    let (request, promises) = shared.vault(|vault| {
        let request = vault.request(&device)?;
        let promises = vault.promise(&request, unwrapped.as_ref(), now)?;
        // Before the chain says so: what was approved can be released, whatever happens here.
        vault.keep_promises(promises.clone())?;
        Ok((request, promises))
    })?;
    append_workspace(shared, &session, |vault| vault.compose_approval(&request, &promises)).await?;
    release(shared, &session).await?;
    shared.tell(Event::RecoveryChanged);
    shared.tell_status();
    Ok(())
}

/// The holder's secret half that is kept elsewhere, unless this officer is a holder without it.
async fn unwrap(
    shared: &Arc<Shared>,
    place: Option<String>,
    secret: Option<api::Password>,
) -> Result<Option<(u8, SealingPair)>, EngineError> {
    let wanted = shared.vault(|vault| {
        let authority = vault.workspace()?.authority();
        let at = authority.map(|authority| (vault.me.workspace, authority.version));
        Ok(at.zip(vault.keeper_wanted()).zip(Some(vault.keeper()?)))
    })?;
    let Some(((at, kept), remembered)) = wanted else { return Ok(None) };
    // Said now, or used here before; never taken from the record.
    let Some(address) = place.clone().or(remembered) else {
        return match shared.vault(|vault| Ok(vault.holds()))? {
            true => Ok(None),
            false => Err(WHERE),
        };
    };
    if place.is_none() && secret.is_none() && shared.vault(|vault| Ok(vault.holds()))? {
        return Ok(None);
    }
    let pair = custody::open_holder(at, &kept, &address, secret).await?;
    shared.vault(|vault| vault.remember_keeper(&address))?;
    Ok(Some((kept.index, pair)))
}

/// Says no: in the chain, if somebody has approved it already and it is one's own account; to the catalog in any case.
pub async fn refuse(shared: &Arc<Shared>, device: DeviceId) -> Result<(), EngineError> {
    let session = shared.session()?;
    let link = session.link()?;
    shared.vault(|vault| vault.break_promises(&device))?;
    append_workspace(shared, &session, |vault| vault.compose_veto(&device)).await?;
    match link.client.refuse_recovery(&device).await {
        // It may have forgotten what it was asked: then only the chain counted.
        Ok(()) | Err(CatalogError::Said(ApiCode::NotFound)) => {}
        Err(error) => return Err(error.into()),
    }
    read_asked(shared, &session).await?;
    shared.tell(Event::RecoveryChanged);
    shared.tell_status();
    Ok(())
}

/// In each round: who asks, what was promised, and whether somebody poses as this person.
pub async fn keep_up(shared: &Arc<Shared>, session: &Arc<Session>) -> Result<(), EngineError> {
    if shared.vault(|vault| Ok(vault.workspace()?.authority().is_none()))? {
        return Ok(());
    }
    // First, and whatever the catalog answers to anything else: this stands in the chain.
    if let Some(claim) = shared.vault(|vault| vault.claim())? {
        shared.alarm(true, posing(&claim));
    }
    read_asked(shared, session).await?;
    release(shared, session).await
}

async fn read_asked(shared: &Arc<Shared>, session: &Arc<Session>) -> Result<(), EngineError> {
    let found = session.link()?.client.recovery_requests().await?.asked;
    // What a device did not sign is the catalog's own invention.
    let sound =
        |at: &valise_protocol::api::AskedAt| at.asked.parse().ok().filter(|asked: &Asked| asked.verify().is_ok());
    let asked: Vec<(u64, Asked)> = found.iter().filter_map(|at| Some((at.at, sound(at)?))).collect();
    let changed = shared.vault(|vault| Ok(std::mem::replace(&mut vault.asked, asked.clone()) != asked))?;
    if changed {
        shared.tell(Event::RecoveryChanged);
        shared.tell_status();
    }
    Ok(())
}

/// Keeps promises whose time has come.
async fn release(shared: &Arc<Shared>, session: &Arc<Session>) -> Result<(), EngineError> {
    let now = shared.clock.now();
    for account in shared.vault(|vault| vault.promised_to(now))? {
        sync::account_slice(shared, session, account).await?;
    }
    while append_workspace(shared, session, |vault| vault.compose_release(now)).await? {
        shared.tell(Event::RecoveryChanged);
    }
    shared.vault(|vault| vault.settle_promises())
}

fn posing(claim: &api::RecoveryRequest) -> ApiError {
    ApiError {
        code: ErrorCode::NotAllowed,
        happened: format!(
            "A new computer ({}) is about to recover your account, with the help of {}.",
            claim.fingerprint,
            claim.approved_by.join(" and ")
        ),
        safe: Some("It also needs your recovery kit or the keyring of your computer.".into()),
        todo: Some("If that is not you: say no to it on the page Security, and tell your officers.".into()),
        details: None,
    }
}
