//! A person's computers: the list, names, another one that joins by a code, one that is removed, and what it could open.
//!
//! Pairing. The code is made here, typed there, and authenticates both: under keys derived from it, this device tells
//! which account it is of, and the new one answers with its public keys and its consent. The new device is then added to
//! the account's chain with the master key sealed to it alone; whatever else it needs, it reads from the catalog and
//! verifies from the first record on. The code opens nothing by itself.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use serde_tuple::{Deserialize_tuple, Serialize_tuple};
use tokio_util::sync::CancellationToken;

use valise_crypto::{Costs, DeviceSecrets, PairingCode, PairingMessage, RecoveryKey, ShareSet, combine};
use valise_protocol::account::{Account, RecoverySet, check_consent};
use valise_protocol::api::{Answered, ApiCode, Base64, NewPairing, RecoverySetOf};
use valise_protocol::cbor;
use valise_protocol::chain::Head;
use valise_protocol::ids::{AccountId, DeviceId, FolderId, WorkspaceId};
use valise_protocol::keys::DeviceKeys;
use valise_protocol::record::{ChainId, Record};
use valise_protocol::sign::{Signature, VerifyKey};

use crate::api::{ApiError, Code, Device, Event, Pairing, Reach};
use crate::catalog::{Catalog, CatalogError, Signer};
use crate::error::EngineError;
use crate::home::{CatalogAddress, Public};
use crate::keyring::Keyring;
use crate::shared::{Session, Shared, lock};
use crate::vault::devices::{Belongs, Floors, Given, Joining, NewDevice, OTHER_RING, checked_name};
use crate::vault::recovery::{Lost, NewSet};
use crate::views::fingerprint;
use crate::{login, recovery, sync, vault};

/// How long a code counts: as the catalog keeps it.
const CODE_TIME: Duration = Duration::from_secs(600);
/// Between two looks for an answer, or for having been let in.
const LOOK: Duration = Duration::from_millis(700);
/// How long the new one waits to be let in: the other one has to see its answer.
const LET_IN: Duration = Duration::from_secs(120);
/// For telling the catalog that a code counts no more.
const GOODBYE: Duration = Duration::from_secs(2);
/// The catalog is asked when devices were here, but the list does not wait for it.
const GLANCE: Duration = Duration::from_secs(3);
/// What links begin with.
const SCHEME: &str = "valise://pair/";

/// What the device that is of the account tells.
#[derive(Serialize_tuple, Deserialize_tuple)]
struct Offer {
    version: u8,
    workspace: WorkspaceId,
    account: AccountId,
    catalog: VerifyKey,
    /// Account and workspace, as far as they were verified.
    chains: Vec<Head>,
    /// Folders, as far as they were verified.
    folders: Vec<(FolderId, Head)>,
}

/// What the one that is to join answers.
#[derive(Serialize_tuple, Deserialize_tuple)]
struct Answer {
    version: u8,
    device: DeviceKeys,
    consent: Signature,
    name: String,
}

const VERSION: u8 = 1;
/// Give up when keys change while they are read so many times.
const TRIES: usize = 4;

/// What this computer is called in the network, without the domain.
pub fn computer_name() -> String {
    let name = gethostname::gethostname().to_string_lossy().into_owned();
    let name = name.split('.').next().unwrap_or_default();
    checked_name(name).unwrap_or_else(|_| "Computer".to_owned())
}

/// All computers of this account, this one first, then those that count, the ones that are here now before others.
pub async fn list(shared: &Arc<Shared>) -> Result<Vec<Device>, EngineError> {
    let session = shared.session()?;
    let seen = match session.link() {
        Ok(link) => tokio::time::timeout(GLANCE, link.client.devices()).await.ok().and_then(Result::ok),
        Err(_) => None,
    };
    let seen: BTreeMap<DeviceId, Option<u64>> =
        seen.iter().flat_map(|seen| &seen.devices).map(|device| (device.device, device.seen)).collect();
    shared.vault(|vault| {
        let row = |(id, device): (&DeviceId, &valise_protocol::account::Device)| Device {
            id: *id,
            name: vault.device_name(id),
            here: *id == vault.me.device,
            valid: device.is_valid(),
            online: device.is_valid() && seen.get(id) == Some(&None),
            seen: seen.get(id).copied().flatten(),
            fingerprint: fingerprint(id.as_bytes()),
        };
        let mut rows: Vec<Device> = vault.account.devices().map(row).collect();
        rows.sort_by_key(|row| (!row.here, !row.valid, !row.online, std::cmp::Reverse(row.seen), row.id));
        Ok(rows)
    })
}

/// A computer is called something else.
pub async fn name(shared: &Arc<Shared>, device: DeviceId, name: &str) -> Result<(), EngineError> {
    let name = checked_name(name)?;
    let session = shared.session()?;
    sync::grow(shared, &session, |vault| Ok((vault.compose_name(device, &name)?, ()))).await
}

/// Removes a computer, and begins anew what it knew. Folders change their keys in the rounds that follow.
pub async fn remove(
    shared: &Arc<Shared>,
    device: DeviceId,
    password: crate::api::Password,
) -> Result<NewSet, EngineError> {
    shared.vault(|vault| {
        if device == vault.me.device {
            return Err(EngineError::NotNow("This is the computer you are at: remove it from another one of yours."));
        }
        if vault.account.is_valid(&device) { Ok(()) } else { Err(EngineError::NotFound("the computer")) }
    })?;
    let opened = recovery::open_slots(shared, password).await?;
    let made = recovery::make_ordered(shared, &opened, Some(device)).await?;
    tracing::info!("a device was removed");
    Ok(made)
}

/// What a computer can open, or could.
pub fn reach(shared: &Shared, device: DeviceId) -> Result<Reach, EngineError> {
    shared.vault(|vault| vault.reach(device))
}

/// Makes a code and waits for another computer, in the background.
pub async fn begin_pairing(
    shared: &Arc<Shared>,
    password: crate::api::Password,
    own_name: Option<&str>,
) -> Result<Pairing, EngineError> {
    let own_name = own_name.map_or_else(|| Ok(computer_name()), checked_name)?;
    // A newcomer has nothing to share yet; and an unlocked computer that is left alone gives nobody a way in.
    shared.vault(|_| Ok(()))?;
    let session = shared.session()?;
    recovery::open_slots(shared, password).await?;
    end_pairing(&session);
    let link = session.link()?;
    let (offer, url) = shared.open(|open| {
        let (workspace, account) = (open.vault.me.workspace, open.vault.me.account);
        let url = open.vault.catalog_record().and_then(|catalog| catalog.addresses.first().cloned());
        let url = url.or_else(|| open.public.catalog.as_ref().map(|catalog| catalog.url.clone())).unwrap_or_default();
        let Floors { chains, folders } = open.vault.floors();
        Ok((Offer { version: VERSION, workspace, account, catalog: link.key, chains, folders }, url))
    })?;
    let code = PairingCode::make()?;
    let offer = Base64(code.seal(PairingMessage::Offer, &cbor::encode(&offer)?)?);
    link.client.begin_pairing(&NewPairing { id: code.id(), offer }).await?;
    let cancel = session.cancel.child_token();
    *lock(&session.pairing) = Some(cancel.clone());
    let text = code.to_text();
    let pairing = Pairing {
        link: Code(format!("{SCHEME}{}@{}", text.replace(' ', ""), url)),
        code: Code(text.to_string()),
        catalog: url,
        expires: shared.clock.now() + u64::try_from(CODE_TIME.as_millis()).unwrap_or(u64::MAX),
    };
    session.tasks.spawn(wait_for_answer(shared.clone(), session.clone(), code, own_name, cancel));
    Ok(pairing)
}

/// Waits no longer.
pub fn end_pairing(session: &Session) {
    if let Some(cancel) = lock(&session.pairing).take() {
        cancel.cancel();
    }
}

async fn wait_for_answer(
    shared: Arc<Shared>,
    session: Arc<Session>,
    code: PairingCode,
    own_name: String,
    cancel: CancellationToken,
) {
    let waiting = tokio::time::timeout(CODE_TIME, answered(&session, &code));
    let joined = match cancel.run_until_cancelled(waiting).await {
        None => None,
        Some(Err(_)) => Some(Err(EngineError::NotPaired("The code has run out."))),
        Some(Ok(Err(error))) => Some(Err(error)),
        // Locked meanwhile: what the catalog was asked for, the next reading shows.
        Some(Ok(Ok(answer))) => {
            session.cancel.run_until_cancelled(take_in(&shared, &session, &code, &answer, &own_name)).await
        }
    };
    // Nobody waits for this: the catalog forgets the code by itself.
    if let Ok(link) = session.link() {
        let _ = tokio::time::timeout(GOODBYE, link.client.end_pairing(&code.id())).await;
    }
    match joined {
        None => {}
        Some(Ok(name)) => {
            tracing::info!("another device joined the account");
            shared.tell(Event::Paired { name: Some(name), trouble: None });
        }
        Some(Err(error)) => {
            tracing::debug!(%error, "no device joined");
            shared.tell(Event::Paired { name: None, trouble: Some(ApiError::from(error)) });
        }
    }
}

async fn answered(session: &Session, code: &PairingCode) -> Result<Base64, EngineError> {
    loop {
        match session.link()?.client.pairing_answer(&code.id()).await {
            Ok(Answered { answer: Some(answer) }) => return Ok(answer),
            Ok(Answered { answer: None }) | Err(CatalogError::Unreachable(_)) => {}
            // The catalog was started anew, and keeps codes in memory only.
            Err(CatalogError::Said(ApiCode::NotFound)) => {
                return Err(EngineError::NotPaired("The code counts no more."));
            }
            Err(error) => return Err(error.into()),
        }
        tokio::time::sleep(LOOK).await;
    }
}

async fn take_in(
    shared: &Arc<Shared>,
    session: &Arc<Session>,
    code: &PairingCode,
    answer: &Base64,
    own_name: &str,
) -> Result<String, EngineError> {
    const BAD: EngineError = EngineError::NotPaired("What answered the code is not a Valise that could join.");
    let answer = code.open(PairingMessage::Answer, &answer.0).map_err(|_| BAD)?;
    let answer: Answer = cbor::decode(&answer).map_err(|_| BAD)?;
    if answer.version != VERSION {
        return Err(EngineError::UpdateNeeded);
    }
    let joining = Joining { name: checked_name(&answer.name)?, device: answer.device, consent: answer.consent };
    let account = shared.vault(|vault| Ok(vault.me.account))?;
    check_consent(account, &joining.device, &joining.consent).map_err(|_| BAD)?;
    let device = joining.device.id();
    let grown = sync::grow(shared, session, |vault| Ok((vault.compose_joining(&joining, own_name)?, ()))).await;
    if let Err(error) = grown {
        // The answer may have been lost, not the record.
        let _order = session.order.lock().await;
        let read = sync::pull(shared, &session.link()?).await;
        let joined = read.is_ok() && shared.vault(|vault| Ok(vault.account.is_valid(&device)))?;
        return if joined { Ok(joining.name) } else { Err(error) };
    }
    Ok(joining.name)
}

/// Where a code leads.
pub struct Target {
    code: PairingCode,
    url: String,
}

impl Target {
    /// Reads a code with an address beside it, or a link that has both.
    pub fn parse(text: &Code, catalog: Option<&str>) -> Result<Self, EngineError> {
        let text = text.0.trim();
        let (code, url) = match text.strip_prefix(SCHEME).map(|rest| rest.split_once('@')) {
            Some(Some((code, url))) => (code, Some(url)),
            Some(None) => return Err(EngineError::BadInput("The link is not complete: copy it again, whole.")),
            None => (text, None),
        };
        let code = PairingCode::from_text(code).map_err(EngineError::BadPairingCode)?;
        let url = catalog.filter(|url| !url.trim().is_empty()).or(url);
        let url = url.ok_or(EngineError::BadInput("The address of the catalog is needed beside the code."))?;
        Ok(Self { code, url: url.to_owned() })
    }
}

/// Joins an account as another computer of the same person: writes the home of a new device. Nothing is written before
/// everything was verified; what is then missing is read in rounds like any other.
pub async fn join_account(
    shared: &Arc<Shared>,
    target: &Target,
    own_name: Option<&str>,
    password: &crate::api::Password,
    costs: Costs,
) -> Result<Public, EngineError> {
    valise_crypto::Password::new(&password.0)?;
    let own_name = own_name.map_or_else(|| Ok(computer_name()), checked_name)?;
    let (identity, url) = crate::address::reach(&target.url).await?;
    let open = Catalog::new(&url, identity.key, None)?;
    let offer = match open.pairing(&target.code.id()).await {
        Err(CatalogError::Said(ApiCode::NotFound)) => {
            return Err(EngineError::NotPaired("Nobody waits for this code there, or no more."));
        }
        offer => offer?.offer,
    };
    let offer = target.code.open(PairingMessage::Offer, &offer.0);
    let offer: Offer =
        cbor::decode(&offer.map_err(|_| EngineError::Distrusted("an offer that the code did not seal"))?)
            .map_err(|_| EngineError::UpdateNeeded)?;
    if offer.version != VERSION {
        return Err(EngineError::UpdateNeeded);
    }
    if identity.key != offer.catalog {
        return Err(CatalogError::OtherCatalog.into());
    }
    let new = NewDevice::make()?;
    let Joining { device, consent, name } = new.joining(offer.account, own_name);
    let answer = cbor::encode(&Answer { version: VERSION, device, consent, name })?;
    let answer = Answered { answer: Some(Base64(target.code.seal(PairingMessage::Answer, &answer)?)) };
    match open.answer_pairing(&target.code.id(), &answer).await {
        Err(CatalogError::Said(ApiCode::Refused)) => {
            return Err(EngineError::NotPaired("Another computer has used this code."));
        }
        answered => answered?,
    }
    let (id, key) = new.signer();
    let client = open.by(Signer { account: offer.account, device: id, key });
    let given = tokio::time::timeout(LET_IN, let_in(&client, &offer)).await;
    let mut given =
        given.map_err(|_| EngineError::NotPaired("The other computer did not answer: is it open there?"))??;
    let address = CatalogAddress { url, key: offer.catalog };
    let belongs = Belongs { workspace: offer.workspace, account: offer.account };
    let floors = Floors { chains: offer.chains.clone(), folders: offer.folders.clone() };
    let new = Arc::new(new);
    for _ in 0..TRIES {
        let (worker, secret, (new, floors)) = (shared.clone(), password.clone(), (new.clone(), floors.clone()));
        let (address, again) = (address.clone(), given.clone());
        let kept = crate::engine::blocking(move || {
            new.keep(&worker.home, (belongs, &floors), &again, address, (&secret.0, costs))
        });
        match kept.await {
            // Keys changed between the reading of the chain and of the ring.
            Err(EngineError::Distrusted(OTHER_RING)) => given = let_in(&client, &offer).await?,
            kept => return kept,
        }
    }
    Err(EngineError::Distrusted(OTHER_RING))
}

/// Reads account, ring and workspace, as soon as the catalog knows this device.
async fn let_in(client: &Catalog, offer: &Offer) -> Result<Given, EngineError> {
    loop {
        match sync::whole(client, &ChainId::Account(offer.account), &offer.catalog).await {
            Ok(account) => {
                let workspace = sync::whole(client, &ChainId::Workspace(offer.workspace), &offer.catalog).await?;
                return Ok(Given { account, workspace, ring: client.ring().await?.0 });
            }
            Err(EngineError::Removed | EngineError::Offline(_)) => tokio::time::sleep(LOOK).await,
            Err(error) => return Err(error),
        }
    }
}

/// Finds the account by two kits and writes the home of a new device of it. Nothing is written before everything was
/// verified: the kits themselves say whose account it is.
pub async fn recover_account(
    shared: &Arc<Shared>,
    codes: &[Code],
    catalog: &str,
    (own_name, alone): (Option<&str>, bool),
    (password, costs): (&crate::api::Password, Costs),
) -> Result<NewSet, EngineError> {
    valise_crypto::Password::new(&password.0)?;
    let own_name = own_name.map_or_else(|| Ok(computer_name()), checked_name)?;
    let shares = recovery::two_kits(codes)?;
    let (identity, url) = crate::address::reach(catalog).await?;
    let open = Catalog::new(&url, identity.key, None)?;
    let found = open.recovery_sets(shares[0].mark()).await?.sets;
    let mut trouble = EngineError::NotPaired("No account there belongs to these kits.");
    for found in found {
        let set = ShareSet { id: found.set, commitment: found.commitment };
        let key = match combine(&set, &shares[0], &shares[1]) {
            Ok(key) => key,
            Err(error) => {
                trouble = error.into();
                continue;
            }
        };
        let address = CatalogAddress { url, key: identity.key };
        let as_device = (DeviceSecrets::make()?, own_name.as_str(), alone);
        return recover_by(shared, address, (found, key), as_device, (password, costs)).await;
    }
    Err(trouble)
}

/// Writes the home of a new device of an account whose recovery key is known. Nothing is written before everything was
/// verified.
pub async fn recover_by(
    shared: &Arc<Shared>,
    address: CatalogAddress,
    (found, key): (RecoverySetOf, RecoveryKey),
    (secrets, own_name, alone): (DeviceSecrets, &str, bool),
    (password, costs): (&crate::api::Password, Costs),
) -> Result<NewSet, EngineError> {
    let signer = Signer { account: found.account, device: RecoverySet::asks_as(&found.set), key: key.signing_key() };
    let client = Catalog::new(&address.url, address.key, Some(signer))?;
    let account = sync::whole(&client, &ChainId::Account(found.account), &address.key).await?;
    let workspace = workspace_of(&account)?;
    if key.set_id(workspace, found.account) != found.set {
        return Err(EngineError::Distrusted("it gave another account"));
    }
    let records = sync::whole(&client, &ChainId::Workspace(workspace), &address.key).await?;
    let given = Given { account, workspace: records, ring: client.ring().await?.0 };
    let belongs = Belongs { workspace, account: found.account };
    let (worker, secret, name) = (shared.clone(), password.clone(), own_name.to_owned());
    let now = shared.clock.now();
    let made = crate::engine::blocking(move || {
        let lost = Lost { belongs, given: &given, key: &key, secrets: &secrets, name: &name, alone };
        vault::recovery::recover_account(&worker.home, &lost, address, (&secret.0, costs), now)
    });
    made.await.map(|(_, made)| made)
}

/// The workspace that an account's first record names. Nothing is believed yet.
fn workspace_of(account: &[Record]) -> Result<WorkspaceId, EngineError> {
    let genesis = account.first().ok_or(EngineError::Distrusted("an empty chain"))?;
    Ok(Account::begin(genesis)?.workspace())
}

/// Removes the account from this computer: the closed home is emptied, and the keyring's share taken out.
pub async fn forget(shared: &Arc<Shared>, keyring: &Arc<dyn Keyring>, public: Public) -> Result<(), EngineError> {
    recovery::take_back(keyring, &public).await;
    login::take_back(keyring, &public).await;
    let worker = shared.clone();
    crate::engine::blocking(move || worker.home.erase()).await
}
