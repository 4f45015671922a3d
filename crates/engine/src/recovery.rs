//! Ways out of a forgotten password: kits are made, proven, checked and used.
//!
//! What asks the system's keyring waits for it only so long; whatever the keyring says, the kits remain.

use std::sync::Arc;
use std::time::Duration;

use zeroize::Zeroizing;

use valise_crypto::{CodeError, Costs, Password, Share, ShareIndex, ShareSet};
use valise_protocol::ids::DeviceId;

use crate::api::{Code, Escrow, KeyringState, Kit, KitCheck, KitName, KitStatus, Kits, Recovery, Rehearsed};
use crate::error::EngineError;
use crate::home::{Home, Public};
use crate::keyring::{Keyring, KeyringError, within};
use crate::shared::{Shared, State};
use crate::vault::recovery::{self, NewSet, OpenedSlots, Remembered, kit_byte};
use crate::{sync, token};

/// A person may have to answer the keyring's own question.
const PERSON: Duration = Duration::from_secs(60);
/// For showing how things stand.
const GLANCE: Duration = Duration::from_secs(5);

/// Under which name a home's share lies in the keyring: that of its first device, whichever took its place.
fn entry(public: &Public) -> String {
    format!("recovery {}", public.earlier.first().unwrap_or(&public.device))
}

/// What is known of the account while locked, too.
pub fn public(shared: &Shared) -> Result<Public, EngineError> {
    match &*shared.state() {
        State::New => Err(EngineError::NotSetUp),
        State::Locked(public) => Ok(public.clone()),
        State::Open(open) => Ok(open.public.clone()),
    }
}

/// Makes a set; the kits are told once.
pub async fn make(
    shared: &Arc<Shared>,
    keyring: &Arc<dyn Keyring>,
    password: crate::api::Password,
) -> Result<Kits, EngineError> {
    // A newcomer's account is not to grow before it is let in: what was asked for names its last record.
    shared.vault(|_| Ok(()))?;
    let now = shared.clock.now();
    let opened = open_slots(shared, password).await?;
    let session = shared.session()?;
    // Nothing is read or ordered between the question and what follows from it.
    let order = session.order.lock().await;
    let made = if shared.vault(|vault| vault.is_ordered())? {
        drop(order);
        make_ordered(shared, &opened, None).await?
    } else {
        let made = shared.vault(|vault| vault.make_recovery_set(&shared.home, &opened, now))?;
        drop(order);
        made
    };
    let kits = hand_out(shared, keyring, made).await?;
    session.wake.notify_one();
    Ok(kits)
}

/// Makes a set in an account of several devices; without one of them, if one is removed.
pub async fn make_ordered(
    shared: &Arc<Shared>,
    opened: &OpenedSlots,
    without: Option<DeviceId>,
) -> Result<NewSet, EngineError> {
    let (session, now) = (shared.session()?, shared.clock.now());
    // What a recovery left to be done comes first, or it would undo this.
    sync::renew_due(shared, &session).await?;
    let set = sync::grow(shared, &session, |vault| vault.compose_ordered_set(opened, without, now)).await?;
    shared.vault(|vault| vault.keep_ordered_set(&shared.home, set))
}

/// Asks for the password once more, about a second of CPU; or, where there is none, the token for the same with its PIN.
pub async fn open_slots(shared: &Arc<Shared>, password: crate::api::Password) -> Result<OpenedSlots, EngineError> {
    let (worker, public) = (shared.clone(), public(shared)?);
    if token::is_alone(&shared.home)? {
        return token::open_with_pin(shared, &public, &password).await;
    }
    crate::engine::blocking(move || recovery::open_slots(&worker.home, &public, &password.0)).await
}

/// Gives the keyring its share, and the person theirs.
pub async fn hand_out(shared: &Arc<Shared>, keyring: &Arc<dyn Keyring>, made: NewSet) -> Result<Kits, EngineError> {
    let [own, kit, second] = made.shares;
    let name = entry(&public(shared)?);
    let text = own.to_keyring_text();
    let kept = within(PERSON, keyring, move |keyring| keyring.store(&name, &text)).await;
    shared.open(|open| open.vault.keyring_took(kept.is_ok()))?;
    shared.tell_status();
    let keyring = kept.map_or_else(trouble, |()| KeyringState::Kept);
    let kits = [kit, second].iter().filter_map(|share| show(share, &made.remembered)).collect();
    Ok(Kits { set: set_name(made.remembered.0.as_bytes()), kits, keyring })
}

fn show(share: &Share, remembered: &Remembered) -> Option<Kit> {
    let asked = remembered.3.iter().find(|kit| kit.0 == kit_byte(share.index()))?.1;
    Some(Kit { kit: kit_name(share.index())?, code: Code(share.to_code().to_string()), asked: vec![asked.0, asked.1] })
}

/// Two groups of a kit, read from paper.
pub fn confirm(shared: &Shared, kit: KitName, groups: &[Code]) -> Result<(), EngineError> {
    let now = shared.clock.now();
    let groups: Vec<&str> = groups.iter().map(|group| group.0.as_str()).collect();
    shared.vault(|vault| vault.confirm_kit(kit_index(kit), &groups, now))?;
    shared.tell_status();
    Ok(())
}

/// Whether a kit is still good. Costs nothing and changes nothing; locked or not.
pub fn check(shared: &Shared, code: &Code) -> Result<KitCheck, EngineError> {
    let share = read_code(code)?;
    let set = recovery::set_of(&shared.home)?.ok_or(EngineError::NoRecovery)?;
    let kit = sound(&share, &set)?;
    let kept = shared.open(|open| Ok(open.vault.recovery.as_ref().and_then(|it| kept(it, kit)))).unwrap_or(None);
    Ok(KitCheck { kit, set: set_name(set.id.as_bytes()), kept })
}

/// How the ways out stand. The keyring is looked into, which may make it ask the person.
pub async fn status(shared: &Arc<Shared>, keyring: &Arc<dyn Keyring>) -> Result<Recovery, EngineError> {
    let public = public(shared)?;
    let set = recovery::set_of(&shared.home)?;
    let keyring = match (&set, keyring_share(keyring, &public, GLANCE).await) {
        (None, _) => KeyringState::Empty,
        (Some(set), Ok(Some(share))) if share.check(set).is_ok() => KeyringState::Kept,
        (_, Ok(Some(_))) => KeyringState::Other,
        (_, Ok(None)) => KeyringState::Empty,
        (_, Err(error)) => trouble(error),
    };
    let remembered = shared.open(|open| Ok(open.vault.recovery.clone())).unwrap_or(None);
    let kit = |kit: KitName| {
        let asked = remembered.iter().flat_map(|it| &it.3).find(|it| it.0 == kit_byte(kit_index(kit)));
        let asked = asked.map(|it| vec![it.1.0, it.1.1]).unwrap_or_default();
        KitStatus { kit, kept: remembered.as_ref().and_then(|it| kept(it, kit)), asked }
    };
    let escrow = shared.vault(|vault| Ok(vault.escrow())).unwrap_or(Escrow::Unknown);
    let second = !matches!(escrow, Escrow::Held | Escrow::Outdated);
    let kits = match set {
        Some(_) if second => vec![kit(KitName::A), kit(KitName::B)],
        Some(_) => vec![kit(KitName::A)],
        None => Vec::new(),
    };
    let made = remembered.as_ref().map(|it| it.1);
    Ok(Recovery { set: set.map(|set| set_name(set.id.as_bytes())), made, keyring, kits, escrow })
}

/// Takes the share of a home that is being removed out of the keyring, as far as the keyring lets it.
pub async fn take_back(keyring: &Arc<dyn Keyring>, public: &Public) {
    let name = entry(public);
    if let Err(error) = within(GLANCE, keyring, move |keyring| keyring.remove(&name)).await {
        tracing::warn!(%error, "a share stays in the keyring; alone it opens nothing");
    }
}

/// The set of this device and the two shares that will open it: of the codes, or of one code and the keyring.
pub async fn gather(
    shared: &Arc<Shared>,
    keyring: &Arc<dyn Keyring>,
    codes: &[Code],
) -> Result<[Share; 2], EngineError> {
    let set = recovery::set_of(&shared.home)?.ok_or(EngineError::NoRecovery)?;
    let mut shares = Vec::new();
    for code in codes {
        let share = read_code(code)?;
        sound(&share, &set)?;
        shares.push(share);
    }
    let mut shares = shares.into_iter();
    match (shares.next(), shares.next()) {
        (None, _) => Err(EngineError::BadInput("Type the code of a kit.")),
        (Some(one), Some(two)) if one.index() == two.index() => Err(EngineError::SameKit),
        (Some(one), Some(two)) => Ok([one, two]),
        (Some(one), None) => {
            let own = keyring_share(keyring, &public(shared)?, PERSON).await;
            let own = match own {
                Ok(Some(own)) if own.check(&set).is_ok() => own,
                Ok(Some(_)) => return Err(EngineError::OtherKitNeeded(KeyringState::Other)),
                Ok(None) => return Err(EngineError::OtherKitNeeded(KeyringState::Empty)),
                Err(error) => return Err(EngineError::OtherKitNeeded(trouble(error))),
            };
            Ok([own, one])
        }
    }
}

/// The shares of two kits, of whichever set.
pub fn two_kits(codes: &[Code]) -> Result<[Share; 2], EngineError> {
    match codes {
        [one, two] => match [read_code(one)?, read_code(two)?] {
            [one, two] if one.index() == two.index() => Err(EngineError::SameKit),
            shares => Ok(shares),
        },
        _ => Err(EngineError::BadInput("The codes of both kits are needed.")),
    }
}

/// Opens the locked home with two shares. What it gives is to be handed out once the vault is open.
pub async fn recover(
    shared: &Arc<Shared>,
    shares: [Share; 2],
    password: crate::api::Password,
    costs: Costs,
) -> Result<NewSet, EngineError> {
    let public = public(shared)?;
    let (worker, now) = (shared.clone(), shared.clock.now());
    crate::engine::blocking(move || {
        let password = Password::new(&password.0)?;
        recovery::recover(&worker.home, &public, &shares, &password, costs, now)
    })
    .await
}

/// Goes through a whole recovery in a copy of the home: it opens, or it says why not. Nothing is used up.
pub async fn rehearse(
    shared: &Arc<Shared>,
    keyring: &Arc<dyn Keyring>,
    codes: &[Code],
) -> Result<Rehearsed, EngineError> {
    let shares = gather(shared, keyring, codes).await?;
    let (worker, public, now) = (shared.clone(), public(shared)?, shared.clock.now());
    crate::engine::blocking(move || {
        let rehearsed = in_a_copy(&worker, |home| recovery::rehearse(home, &public, &shares, now));
        worker.home.end_rehearsal()?;
        rehearsed
    })
    .await
}

fn in_a_copy<T>(shared: &Shared, work: impl FnOnce(&Home) -> Result<T, EngineError>) -> Result<T, EngineError> {
    let copy = shared.home.rehearse(|to| {
        match shared.open(|open| open.vault.index.copy_to(to)) {
            // Closed, all of it is in one file.
            Err(EngineError::Locked) => Ok(std::fs::copy(shared.home.index(), to).map(|_| ())?),
            copied => copied,
        }
    })?;
    work(&copy)
}

/// Checks both passwords before anything is closed. About a second of CPU.
pub async fn prepare(
    shared: &Arc<Shared>,
    password: crate::api::Password,
    new: &crate::api::Password,
) -> Result<OpenedSlots, EngineError> {
    Password::new(&new.0)?;
    let public = public(shared)?;
    if shared.vault(|vault| vault.is_ordered())? {
        return Err(EngineError::NotNow(
            "You use Valise on other computers, too. To begin anew here, remove this computer from another one of yours, and then add it again.",
        ));
    }
    // Without a catalog there is nobody to whom the old identity would count.
    if public.catalog.is_some() && !shared.vault(|vault| vault.can_be_replaced(&public))? {
        return Err(EngineError::NotNow(
            "What was made here without the network has to reach the catalog first: connect, then try again.",
        ));
    }
    open_slots(shared, password).await
}

/// Begins the closed home anew behind another password. What it gives is to be handed out once the vault is open.
pub async fn renew(
    shared: &Arc<Shared>,
    opened: OpenedSlots,
    new: crate::api::Password,
    costs: Costs,
) -> Result<NewSet, EngineError> {
    let public = public(shared)?;
    let (worker, now) = (shared.clone(), shared.clock.now());
    crate::engine::blocking(move || {
        let new = Password::new(&new.0)?;
        recovery::renew(&worker.home, &public, &opened, &new, costs, now)
    })
    .await
}

/// This home's share in the keyring, if there is one.
pub async fn keyring_share(
    keyring: &Arc<dyn Keyring>,
    public: &Public,
    limit: Duration,
) -> Result<Option<Share>, KeyringError> {
    let name = entry(public);
    let text: Option<Zeroizing<String>> = within(limit, keyring, move |keyring| keyring.read(&name)).await?;
    // What somebody else put there is as good as nothing.
    Ok(text.and_then(|text| Share::from_keyring_text(&text).ok()).filter(|it| it.index() == ShareIndex::Keyring))
}

/// The share of a printed code.
pub fn read_code(code: &Code) -> Result<Share, EngineError> {
    match Share::from_code(&code.0) {
        Ok(share) if share.index() == ShareIndex::Keyring => Err(EngineError::BadCode(CodeError::NotACode)),
        Ok(share) => Ok(share),
        Err(error) => Err(EngineError::BadCode(error)),
    }
}

fn sound(share: &Share, set: &ShareSet) -> Result<KitName, EngineError> {
    let kit = kit_name(share.index()).ok_or(EngineError::BadCode(CodeError::NotACode))?;
    share.check(set).map_err(|fault| EngineError::WrongKit(kit, fault))?;
    Ok(kit)
}

fn kept(remembered: &Remembered, kit: KitName) -> Option<u64> {
    remembered.3.iter().find(|it| it.0 == kit_byte(kit_index(kit))).and_then(|it| it.3)
}

/// The keyring gives no share.
pub fn no_share(error: KeyringError) -> EngineError {
    EngineError::OtherKitNeeded(trouble(error))
}

fn trouble(error: KeyringError) -> KeyringState {
    match error {
        KeyringError::Absent => KeyringState::Absent,
        KeyringError::Locked => KeyringState::Locked,
        KeyringError::NoAnswer => KeyringState::NoAnswer,
        KeyringError::Failed => KeyringState::Failed,
    }
}

/// Which kit an index is.
pub fn kit_name(index: ShareIndex) -> Option<KitName> {
    match index {
        ShareIndex::Keyring => None,
        ShareIndex::Kit => Some(KitName::A),
        ShareIndex::SecondKit => Some(KitName::B),
    }
}

fn kit_index(kit: KitName) -> ShareIndex {
    match kit {
        KitName::A => ShareIndex::Kit,
        KitName::B => ShareIndex::SecondKit,
    }
}

/// How people tell one set of kits from another: `3F2A 91C0`.
pub fn set_name(id: &[u8]) -> String {
    let hex: String = id.iter().take(4).map(|byte| format!("{byte:02X}")).collect();
    format!("{} {}", &hex[..4], &hex[4..])
}
