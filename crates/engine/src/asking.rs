//! Recovery with a colleague's help, on the side of who has forgotten: a share is asked for, waited for, and used.
//!
//! What asks is a new device with keys of its own, sealed behind the new password; with it waits the share that the
//! person has (a kit's), unless the keyring keeps it. Until officers have released the other one, this home is as closed
//! as before: closing Valise, or the computer, loses nothing.

use std::sync::Arc;
use std::time::Duration;

use serde_bytes::ByteBuf;
use serde_tuple::{Deserialize_tuple, Serialize_tuple};

use valise_crypto::{
    Costs, DeviceKey, DeviceSecrets, RecoveryKey, SealedDeviceSecrets, Share, ShareSet, SlotFile, combine,
    open_released, open_waiting_share, seal_waiting_share,
};
use valise_protocol::api::{ApiCode, AskedState, AskedText, RecoverySetOf};
use valise_protocol::asking::Asked;
use valise_protocol::cbor;
use valise_protocol::ids::{AccountId, Commitment, DeviceId, RecoverySetId, WorkspaceId};
use valise_protocol::keys::Seal;
use valise_protocol::place::{SealPlace, WrapPlace};
use valise_protocol::sign::VerifyKey;
use valise_protocol::workspace::MAX_REASON;

use crate::api::{AskedRecovery, AskedStage, Code, Password};
use crate::catalog::{Catalog, CatalogError};
use crate::devices::{computer_name, recover_by};
use crate::error::EngineError;
use crate::home::{ASKED, CatalogAddress, Public};
use crate::keyring::Keyring;
use crate::recovery::{keyring_share, public, read_code};
use crate::shared::{Shared, State};
use crate::vault;
use crate::vault::devices::checked_name;
use crate::vault::recovery::{NewSet, set_of};
use crate::views::fingerprint;

const VERSION: u8 = 1;
/// A person may have to answer the keyring's own question.
const PERSON: Duration = Duration::from_secs(60);
/// For showing how it stands.
const GLANCE: Duration = Duration::from_secs(5);

/// What was asked, as this home keeps it.
#[derive(Serialize_tuple, Deserialize_tuple)]
struct Waiting {
    version: u8,
    at: u64,
    account: AccountId,
    set: RecoverySetId,
    commitment: Commitment,
    workspace: WorkspaceId,
    url: String,
    catalog: VerifyKey,
    device: DeviceId,
    slots: ByteBuf,
    secrets: ByteBuf,
    /// None: the keyring has it.
    share: Option<ByteBuf>,
    name: String,
    alone: bool,
}

/// What a person says when they ask.
pub struct Asking {
    /// Of a kit; none: the keyring has a share.
    pub code: Option<Code>,
    /// The catalog's address, where this home knows none.
    pub catalog: Option<String>,
    /// What this computer is to be called.
    pub name: Option<String>,
    /// The person's other computers are lost.
    pub alone: bool,
    /// For the officers.
    pub reason: String,
}

impl Waiting {
    fn read(shared: &Shared) -> Result<Option<Self>, EngineError> {
        let Some(bytes) = shared.home.read(ASKED)? else { return Ok(None) };
        let waiting: Self = cbor::decode(&bytes).map_err(|_| EngineError::HomeDamaged(ASKED))?;
        if waiting.version == VERSION { Ok(Some(waiting)) } else { Err(EngineError::UpdateNeeded) }
    }

    fn must_be(shared: &Shared) -> Result<Self, EngineError> {
        Self::read(shared)?.ok_or(EngineError::NotNow("Nobody was asked for help from here."))
    }

    fn share_set(&self) -> ShareSet {
        ShareSet { id: self.set, commitment: self.commitment }
    }

    fn share_place(&self) -> WrapPlace {
        WrapPlace::WaitingShare { account: self.account, set: self.set, device: self.device }
    }
}

/// Asks. With a kit's code in an empty home; in a locked one, with the code or with what the keyring has.
pub async fn ask(
    shared: &Arc<Shared>,
    keyring: &Arc<dyn Keyring>,
    asking: Asking,
    (password, costs): (Password, Costs),
) -> Result<(), EngineError> {
    let secret = valise_crypto::Password::new(&password.0)?;
    if Waiting::read(shared)?.is_some() {
        return Err(EngineError::NotNow("You have asked already: wait for the answer, or give up first."));
    }
    let name = asking.name.as_deref().map_or_else(|| Ok(computer_name()), checked_name)?;
    let reason = asking.reason.trim().to_owned();
    if reason.len() > MAX_REASON || reason.chars().any(char::is_control) {
        return Err(EngineError::BadInput("What you say to the officers is to be one line of at most 500 bytes."));
    }
    let own = match &*shared.state() {
        State::New => None,
        State::Locked(public) => Some(public.clone()),
        State::Open(_) => return Err(EngineError::BadInput("Valise is open: nothing needs to be recovered.")),
    };
    let known = own.as_ref().and_then(|public| public.catalog.as_ref().map(|catalog| catalog.url.clone()));
    let url = asking.catalog.or(known).ok_or(EngineError::BadInput("The address of the catalog is needed."))?;
    let share = match (&asking.code, &own) {
        (Some(code), _) => read_code(code)?,
        (None, None) => return Err(EngineError::BadInput("Type the code of a kit.")),
        (None, Some(public)) => {
            let share = keyring_share(keyring, public, PERSON).await.map_err(crate::recovery::no_share)?;
            share.ok_or(EngineError::OtherKitNeeded(crate::api::KeyringState::Empty))?
        }
    };
    let (identity, url) = crate::address::reach(&url).await?;
    if own.as_ref().and_then(|public| public.catalog.as_ref()).is_some_and(|catalog| catalog.key != identity.key) {
        return Err(CatalogError::OtherCatalog.into());
    }
    let client = Catalog::new(&url, identity.key, None)?;
    let found = find(&client, &share).await?;
    if let Some(public) = &own {
        belongs_here(shared, public, &found)?;
    }
    let workspace = identity.workspace.ok_or(NOT_THERE)?;
    let (secrets, device_key) = (DeviceSecrets::make()?, DeviceKey::make()?);
    let mut slots = SlotFile::new();
    slots.add_password(workspace, &device_key, &secret, costs)?;
    let mut waiting = Waiting {
        version: VERSION,
        at: shared.clock.now(),
        account: found.account,
        set: found.set,
        commitment: found.commitment,
        workspace,
        url,
        catalog: identity.key,
        device: secrets.public().id(),
        slots: ByteBuf::from(slots.to_bytes()?),
        secrets: ByteBuf::from(secrets.seal(&device_key, workspace)?.as_bytes().to_vec()),
        share: None,
        name,
        alone: asking.alone,
    };
    if asking.code.is_some() {
        waiting.share = Some(ByteBuf::from(seal_waiting_share(&device_key, &waiting.share_place(), &share)?));
    }
    let asked = Asked::sign(found.account, found.set, secrets.public(), reason, &secrets.signing_key());
    shared.home.write(ASKED, &cbor::encode(&waiting)?)?;
    if let Err(error) = client.ask_recovery(&AskedText::new(&asked)).await {
        // After a lost answer it may have been heard: what it was asked with stays then.
        if matches!(error, CatalogError::Said(_)) {
            shared.home.remove(ASKED)?;
        }
        return Err(match error {
            CatalogError::Said(ApiCode::Refused) => {
                EngineError::NotNow("No share of your key lies with your workspace: the other kit is needed.")
            }
            CatalogError::Said(ApiCode::Busy) => {
                EngineError::NotNow("Too many requests wait for your officers already: speak to one of them.")
            }
            error => error.into(),
        });
    }
    shared.tell_status();
    Ok(())
}

const NOT_THERE: EngineError = EngineError::NotPaired("No account there belongs to this kit.");

async fn find(client: &Catalog, share: &Share) -> Result<RecoverySetOf, EngineError> {
    let found = client.recovery_sets(share.mark()).await?.sets;
    let fits = |found: &RecoverySetOf| share.check(&ShareSet { id: found.set, commitment: found.commitment }).is_ok();
    found.into_iter().find(fits).ok_or(NOT_THERE)
}

/// A home that is there opens with the set that its own slots know, and no other.
fn belongs_here(shared: &Shared, public: &Public, found: &RecoverySetOf) -> Result<(), EngineError> {
    let own = set_of(&shared.home)?.ok_or(EngineError::NoRecovery)?;
    if public.account == found.account && own.id == found.set {
        return Ok(());
    }
    Err(EngineError::NotNow(
        "Your recovery was renewed on another computer: use that one, or its kit on a new computer.",
    ))
}

/// How the request stands.
pub async fn status(shared: &Arc<Shared>) -> Result<Option<AskedRecovery>, EngineError> {
    let Some(waiting) = Waiting::read(shared)? else { return Ok(None) };
    let state = tokio::time::timeout(GLANCE, state(&waiting)).await.unwrap_or(Err(EngineError::TimedOut));
    let (stage, state) = match state {
        Ok(None) => (AskedStage::Gone, None),
        Ok(Some(state)) => (stage(&state), Some(state)),
        Err(_) => (AskedStage::Unreachable, None),
    };
    Ok(Some(AskedRecovery {
        at: waiting.at,
        fingerprint: fingerprint(waiting.device.as_bytes()),
        catalog: waiting.url,
        stage,
        needed: state.as_ref().map_or(1, |state| state.needed),
        approved: state.as_ref().map_or(0, |state| state.approved),
        not_before: state.and_then(|state| state.not_before),
    }))
}

async fn state(waiting: &Waiting) -> Result<Option<AskedState>, EngineError> {
    let client = Catalog::new(&waiting.url, waiting.catalog, None)?;
    client.identity().await?;
    match client.asked_recovery(&waiting.device).await {
        Err(CatalogError::Said(ApiCode::NotFound)) => Ok(None),
        state => Ok(Some(state?)),
    }
}

fn stage(state: &AskedState) -> AskedStage {
    match state {
        AskedState { refused: true, .. } => AskedStage::Refused,
        AskedState { released, needed, .. } if *needed > 0 && released.len() == *needed as usize => AskedStage::Ready,
        AskedState { approved, needed, .. } if approved >= needed => AskedStage::Approved,
        _ => AskedStage::Asked,
    }
}

/// Asks no more. The catalog forgets by itself; officers who approve it meanwhile release to keys that are gone.
pub fn forget(shared: &Shared) -> Result<(), EngineError> {
    shared.home.remove(ASKED)?;
    shared.tell_status();
    Ok(())
}

/// Opens what was released, puts the key together, and recovers: the locked home, or, in an empty one, the account on
/// this new computer. The request is forgotten by the caller once the vault is open.
pub async fn finish(
    shared: &Arc<Shared>,
    keyring: &Arc<dyn Keyring>,
    (password, costs): (Password, Costs),
) -> Result<NewSet, EngineError> {
    let waiting = Arc::new(Waiting::must_be(shared)?);
    let (worker, secret) = (waiting.clone(), password.clone());
    let opened = crate::engine::blocking(move || open(&worker, &secret)).await?;
    let state = state(&waiting).await?.ok_or(GONE)?;
    match stage(&state) {
        AskedStage::Ready => {}
        AskedStage::Refused => {
            return Err(EngineError::NotNow("Your request was refused. Speak to an officer, then ask again."));
        }
        _ => return Err(EngineError::NotNow("Your officers have not helped yet, or the time to wait is not over.")),
    }
    let own = match opened.share {
        Some(share) => share,
        None => {
            let share = keyring_share(keyring, &public(shared)?, PERSON).await.map_err(crate::recovery::no_share)?;
            share.ok_or(EngineError::OtherKitNeeded(crate::api::KeyringState::Empty))?
        }
    };
    let released = released(&waiting, &opened.secrets, &state)?;
    let key = join(&waiting, &own, &released)?;
    let own_public = match &*shared.state() {
        State::New => None,
        State::Locked(public) => Some(public.clone()),
        State::Open(_) => return Err(EngineError::BadInput("Valise is open: nothing needs to be recovered.")),
    };
    let now = shared.clock.now();
    let Some(public) = own_public else {
        let address = CatalogAddress { url: waiting.url.clone(), key: waiting.catalog };
        let found = RecoverySetOf { account: waiting.account, set: waiting.set, commitment: waiting.commitment };
        let as_device = (opened.secrets, waiting.name.as_str(), waiting.alone);
        return recover_by(shared, address, (found, key), as_device, (&password, costs)).await;
    };
    let worker = shared.clone();
    crate::engine::blocking(move || {
        let password = valise_crypto::Password::new(&password.0)?;
        vault::recovery::recover_by(&worker.home, &public, &key, Some(waiting.device), &password, costs, now)
    })
    .await
}

const GONE: EngineError =
    EngineError::NotNow("Your request counts no more: your account was changed meanwhile, or too long has passed.");

/// The keys of the device that asked, and the share that waited with them.
struct Opened {
    secrets: DeviceSecrets,
    share: Option<Share>,
}

fn open(waiting: &Waiting, password: &Password) -> Result<Opened, EngineError> {
    const DAMAGED: EngineError = EngineError::HomeDamaged(ASKED);
    let password = valise_crypto::Password::new(&password.0).map_err(|_| EngineError::WrongPassword)?;
    let slots = SlotFile::from_bytes(&waiting.slots).map_err(|_| DAMAGED)?;
    let key = slots.open_with_password(waiting.workspace, &password)?;
    let secrets = SealedDeviceSecrets::from_bytes(waiting.secrets.to_vec()).open(&key, waiting.workspace);
    let share = waiting.share.as_ref().map(|share| open_waiting_share(&key, &waiting.share_place(), share));
    Ok(Opened { secrets: secrets.map_err(|_| DAMAGED)?, share: share.transpose().map_err(|_| DAMAGED)? })
}

/// The share that officers released. What does not open, or does not fit, is theirs or the catalog's fault.
fn released(waiting: &Waiting, secrets: &DeviceSecrets, state: &AskedState) -> Result<Share, EngineError> {
    let seals = state.released.iter().map(|bytes| cbor::decode::<Seal>(&bytes.0));
    let seals = seals.collect::<Result<Vec<_>, _>>().map_err(|_| NOT_A_SHARE)?;
    let pair = secrets.sealing_pair();
    let place = SealPlace::ReleasedShare {
        workspace: waiting.workspace,
        account: waiting.account,
        set: waiting.set,
        device: waiting.device,
        public: pair.public(),
    };
    let seals: Vec<&Seal> = seals.iter().collect();
    open_released(pair, &place, &seals, &waiting.share_set()).map_err(|_| NOT_A_SHARE)
}

const NOT_A_SHARE: EngineError = EngineError::NotVerified("the share from your officers");

fn join(waiting: &Waiting, own: &Share, released: &Share) -> Result<RecoveryKey, EngineError> {
    let set = waiting.share_set();
    own.check(&set).map_err(|_| EngineError::OtherKitNeeded(crate::api::KeyringState::Other))?;
    let key = combine(&set, own, released).map_err(|_| NOT_A_SHARE)?;
    // The set's id is a digest of key, account and workspace: whoever named another account or workspace is found out.
    if key.set_id(waiting.workspace, waiting.account) != waiting.set {
        return Err(EngineError::Distrusted("it gave another account"));
    }
    Ok(key)
}
