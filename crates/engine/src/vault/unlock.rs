//! Unlocking: password to device key, device key to secrets and index, index to chains, chains to keys.

use std::collections::{BTreeMap, HashMap, HashSet};

use valise_crypto::{
    Costs, DeviceKey, DeviceSecrets, IndexKey, MasterKey, Ring, SealedDeviceSecrets, SealedRing, unwrap_index_key,
};
use valise_protocol::account::Account;
use valise_protocol::chain::Verdict;
use valise_protocol::ids::{AccountId, DeviceId, FolderId, KeyVersion, Seq, WorkspaceId};
use valise_protocol::keys::WrappedKey;
use valise_protocol::place::WrapPlace;
use valise_protocol::record::{ChainId, ChainKind, Record};
use valise_protocol::sign::SigningKey;
use valise_protocol::workspace::Workspace;

use super::devices::{self, MasterSeal};
use super::folder::{Finding, FolderState, Opener};
use super::recovery::{self, OpenedSlots, Remembered};
use super::{Me, Vault};
use crate::editing::Editing;
use crate::error::EngineError;
use crate::home::{BEFORE, Home, INDEX_KEY, PUBLIC, Public, SECRETS};
use crate::index::marks::{self, Mark};
use crate::index::{Index, held, kept, outbox, records, used};
use crate::news::News;
use crate::sending::Uploads;

impl Vault {
    /// Opens the vault with a password. Costs about a second of CPU: not for the runtime's threads.
    ///
    /// Where a guess would cost less than it should by now, the password's slot is made anew. With the vault comes the
    /// device key, and the slots as they were.
    pub fn unlock(
        home: &Home,
        public: &Public,
        password: &str,
        costs: Costs,
    ) -> Result<(Self, OpenedSlots), EngineError> {
        let opened = recovery::open_slots(home, public, password)?;
        let vault = Self::unlock_opened(home, public, &opened)?;
        if let Some(raised) = opened.slots().password_costs().and_then(|old| old.raised_to(costs))
            && let Err(error) = recovery::raise_costs(home, public, &opened, password, raised)
        {
            tracing::warn!(%error, "the password's slot stays as it is");
        }
        Ok((vault, opened))
    }

    /// Opens the vault with slots that are open, by a token or the system's keyring.
    pub fn unlock_opened(home: &Home, public: &Public, opened: &OpenedSlots) -> Result<Self, EngineError> {
        Self::open(home, public, opened.device_key())
    }

    /// Opens the vault with the device key.
    pub(super) fn open(home: &Home, public: &Public, device_key: &DeviceKey) -> Result<Self, EngineError> {
        let (secrets, index_key) = open_secrets(home, public, device_key)?;
        let mut vault = Self::load(public, secrets, Index::open(&home.index(), &index_key)?)?;
        vault.me.before = open_before(home, public, device_key)?;
        vault.hosts_catalog = home.hosts_catalog();
        let set = recovery::set_of(home)?.map(|set| set.id);
        vault.recovery = marks::find::<Remembered>(vault.index.read(), Mark::Recovery)?.filter(|it| Some(it.0) == set);
        Ok(vault)
    }

    fn load(public: &Public, secrets: DeviceSecrets, index: Index) -> Result<Self, EngineError> {
        let (account, seal) = load_account(&index, public)?;
        let master = seal.ok_or(EngineError::Removed)?.open((public.workspace, &account), &secrets)?;
        let ring = open_ring(&index, (public.workspace, public.account), &account, &master)?;
        let pairs = devices::pairs(&ring)?;
        let me = Me {
            workspace: public.workspace,
            account: public.account,
            device: public.device,
            earlier: public.earlier.clone(),
            before: None,
            signing: secrets.signing_key(),
            peer_seed: secrets.peer_seed(),
            secrets,
            pairs,
        };
        let held = held::all(index.read())?.into_iter().collect();
        let (kept, used) = (kept::all(index.read())?, used::all(index.read())?);
        let workspace = load_workspace(&index, public)?;
        let mut vault = Self {
            me,
            master,
            recovery: None,
            account,
            workspace,
            folders: BTreeMap::new(),
            index,
            hosts_catalog: false,
            held,
            held_unwritten: BTreeMap::new(),
            uploads: Uploads::default(),
            here: HashSet::new(),
            others: HashMap::new(),
            asked: Vec::new(),
            offers: BTreeMap::new(),
            online: HashSet::new(),
            editing: Editing::default(),
            news: News::default(),
            kept,
            used,
        };
        vault.load_folders()?;
        Ok(vault)
    }

    /// The ring, opened once more: account keys are kept as pairs.
    pub(super) fn load_ring(&self) -> Result<Ring, EngineError> {
        open_ring(&self.index, (self.me.workspace, self.me.account), &self.account, &self.master)
    }

    fn load_folders(&mut self) -> Result<(), EngineError> {
        for chain in records::chains(self.index.read(), ChainKind::FOLDER)? {
            if let ChainId::Folder(id) = chain {
                self.reload_folder(id)?;
            }
        }
        Ok(())
    }

    /// Folds a folder anew from what is on disk; a folder that is not there is forgotten.
    pub(super) fn reload_folder(&mut self, id: FolderId) -> Result<Vec<Finding>, EngineError> {
        if records::count(self.index.read(), &ChainId::Folder(id))? == 0 {
            self.folders.remove(&id);
            return Ok(Vec::new());
        }
        let (mut folder, findings) = load_folder(&self.index, &self.me.opener(), id)?;
        let waiting = outbox::of_folder(self.index.read(), &id)?;
        folder.rebuild_view(&waiting, self.me.account, self.me.device);
        folder.take_held(|cid| self.held.contains(cid));
        folder.seen_up_to = marks::find::<Seq>(self.index.read(), Mark::SeenUpTo(id))?.unwrap_or(0);
        folder.news_after = self.folders.get(&id).map_or(folder.seen_up_to, |before| before.news_after);
        self.folders.insert(id, folder);
        Ok(findings)
    }
}

/// For the test that looks for them in memory: device key and index key.
#[cfg(all(test, debug_assertions))]
pub fn disguised_keys(
    home: &Home,
    password: &valise_crypto::Password,
) -> Result<[valise_crypto::Disguised; 2], EngineError> {
    let public = home.public()?.ok_or(EngineError::NotSetUp)?;
    let device_key = recovery::slots(home)?.open_with_password(public.workspace, password)?;
    let (_, index_key) = open_secrets(home, &public, &device_key)?;
    Ok([device_key.disguised(), index_key.disguised()])
}

/// What the device key opens: the device's secret keys and the index key.
pub(super) fn open_secrets(
    home: &Home,
    public: &Public,
    device_key: &DeviceKey,
) -> Result<(DeviceSecrets, IndexKey), EngineError> {
    let secrets = home.read(SECRETS)?.ok_or(EngineError::HomeDamaged(SECRETS))?;
    let secrets = SealedDeviceSecrets::from_bytes(secrets)
        .open(device_key, public.workspace)
        .map_err(|_| EngineError::HomeDamaged(SECRETS))?;
    let wrapped = home.read(INDEX_KEY)?.and_then(WrappedKey::new);
    let wrapped = wrapped.ok_or(EngineError::HomeDamaged(INDEX_KEY))?;
    let index_key =
        unwrap_index_key(device_key, public.workspace, &wrapped).map_err(|_| EngineError::HomeDamaged(INDEX_KEY))?;
    if secrets.public().id() != public.device {
        return Err(EngineError::HomeDamaged(PUBLIC));
    }
    Ok((secrets, index_key))
}

/// The device before this one, as long as its hand is needed.
fn open_before(
    home: &Home,
    public: &Public,
    device_key: &DeviceKey,
) -> Result<Option<(DeviceId, SigningKey)>, EngineError> {
    let Some(sealed) = home.read(BEFORE)? else { return Ok(None) };
    let secrets = SealedDeviceSecrets::from_bytes(sealed).open(device_key, public.workspace);
    let secrets = secrets.map_err(|_| EngineError::HomeDamaged(BEFORE))?;
    let device = secrets.public().id();
    if public.earlier.last() == Some(&device) {
        Ok(Some((device, secrets.signing_key())))
    } else {
        Err(EngineError::HomeDamaged(BEFORE))
    }
}

/// The account chain, and the master key in force as it is sealed to this device; none after its removal.
fn load_account(index: &Index, public: &Public) -> Result<(Account, Option<MasterSeal>), EngineError> {
    let mut state: Option<Account> = None;
    let mut newest = None;
    records::each(index.read(), &ChainId::Account(public.account), |bytes| {
        let record = decode(bytes)?;
        match &mut state {
            None => state = Some(Account::begin(&record)?),
            Some(state) => {
                if let Verdict::Applied(op) = state.apply(&record)?
                    && let Some(seal) = MasterSeal::of(&record, &op, state, &public.device)
                {
                    newest = seal;
                }
            }
        }
        Ok(())
    })?;
    let state = state.ok_or(EngineError::IndexDamaged)?;
    let valid = state.is_valid(&public.device);
    Ok((state, newest.filter(|_| valid)))
}

fn open_ring(
    index: &Index,
    (workspace, id): (WorkspaceId, AccountId),
    account: &Account,
    (version, master): &(KeyVersion, MasterKey),
) -> Result<Ring, EngineError> {
    let sealed: serde_bytes::ByteBuf = marks::find(index.read(), Mark::Ring)?.ok_or(EngineError::IndexDamaged)?;
    let (generation, hash) = account.ring();
    let place = WrapPlace::Ring { workspace, account: id, master: *version, generation };
    let ring = SealedRing::from_bytes(sealed.into_vec()).open(master, &place, &hash);
    ring.map_err(|_| EngineError::IndexDamaged)
}

fn load_workspace(index: &Index, public: &Public) -> Result<Option<Workspace>, EngineError> {
    let mut state: Option<Workspace> = None;
    records::each(index.read(), &ChainId::Workspace(public.workspace), |bytes| {
        let record = decode(bytes)?;
        match &mut state {
            None => state = Some(Workspace::begin(&record)?),
            Some(state) => {
                state.apply(&record)?;
            }
        }
        Ok(())
    })?;
    Ok(state)
}

/// With its findings, which most often were told when the records first came.
fn load_folder(index: &Index, opener: &Opener<'_>, id: FolderId) -> Result<(FolderState, Vec<Finding>), EngineError> {
    let mut state: Option<FolderState> = None;
    let mut findings = Vec::new();
    records::each(index.read(), &ChainId::Folder(id), |bytes| {
        let record = decode(bytes)?;
        match &mut state {
            None => state = Some(FolderState::begin(&record)?),
            Some(state) => {
                findings.extend(state.take(opener, &record)?);
            }
        }
        Ok(())
    })?;
    Ok((state.ok_or(EngineError::IndexDamaged)?, findings))
}

fn decode(bytes: &[u8]) -> Result<Record, EngineError> {
    Record::decode(bytes).map_err(|_| EngineError::IndexDamaged)
}
