//! A person's devices: others join the account, are named, and are removed from it.
//!
//! As soon as an account has more than one device, its chain grows only where the catalog orders it: what another
//! device wrote is read first, and nothing is kept here before it has a receipt. A chain that two devices could grow
//! apart would have to be taken back, with every folder that was built on it.

use std::collections::BTreeMap;

use rusqlite::Connection;

use valise_crypto::{
    Costs, DeviceKey, DeviceSecrets, IndexKey, MAX_DEVICE_NAME, MasterKey, Password, RecoveryKey, Ring, SealedRing,
    SealingPair, SlotFile, open_device_name, open_master_key, seal_device_name, wrap_index_key,
};
use valise_protocol::account::{self, Account, DeviceNamed, Op, SealedName};
use valise_protocol::api::Page;
use valise_protocol::chain::{Head, Verdict};
use valise_protocol::folder::{self, MemberSeal, Purpose};
use valise_protocol::ids::{AccountId, DeviceId, Epoch, FolderId, KeyVersion, RecoverySetId, Seq, WorkspaceId};
use valise_protocol::keys::{DeviceKeys, Seal};
use valise_protocol::place::{SealPlace, WrapPlace};
use valise_protocol::record::{ChainId, Record};
use valise_protocol::sign::{Signature, SigningKey, VerifyKey};
use valise_protocol::workspace::Workspace;

use super::Vault;
use super::folder::{Finding, FolderState};
use super::keys::{Growth, Renewed};
use crate::api::{FileReach, FolderReach, Reach};
use crate::error::EngineError;
use crate::home::{CatalogAddress, Home, INDEX_KEY, Public, SECRETS, SLOTS};
use crate::index::marks::{self, Mark};
use crate::index::{Index, records};

/// Folders whose heads an offer carries: 80 bytes each.
const MAX_FLOORS: usize = 150;

/// What the catalog keeps beside the chain is not what the chain names.
pub const OTHER_RING: &str = "a ring that is not the account's";

/// The master key, sealed to a device by another one of the account.
#[derive(Clone, Debug)]
pub(super) struct MasterSeal {
    /// Who sealed it.
    pub author: DeviceId,
    /// Its version.
    pub version: KeyVersion,
    /// The seal.
    pub seal: Seal,
}

impl MasterSeal {
    /// What a record brought for a device: the next seal, none any more, or nothing (`None`).
    pub fn of(record: &Record, op: &Op, chain: &Account, device: &DeviceId) -> Option<Option<Self>> {
        let author = record.envelope().device;
        match op {
            Op::Keys(keys) => {
                let own = keys.master_seals.iter().find(|seal| seal.device == *device);
                Some(own.map(|own| Self { author, version: keys.master_version, seal: own.seal.clone() }))
            }
            Op::DeviceAdded(added) if added.device.id() == *device => {
                Some(Some(Self { author, version: chain.master().0, seal: added.master_seal.clone() }))
            }
            _ => None,
        }
    }

    /// Opens it, against the chain's commitment.
    pub fn open(
        &self,
        (workspace, account): (WorkspaceId, &Account),
        secrets: &DeviceSecrets,
    ) -> Result<(KeyVersion, MasterKey), EngineError> {
        let place = SealPlace::MasterToDevice {
            workspace,
            account: account.id(),
            version: self.version,
            recipient: secrets.public().id(),
            public: secrets.sealing_pair().public(),
            device: self.author,
        };
        let master = secrets.open_master_key(&place, &self.seal, &account.master().1);
        // Any device of the account may have written it: the chain cannot see into a seal.
        Ok((self.version, master.map_err(|_| EngineError::NotVerified("a key from another computer of yours"))?))
    }
}

/// The master key, sealed to the recovery set in force.
pub(super) struct SetSeal {
    set: RecoverySetId,
    author: DeviceId,
    version: KeyVersion,
    seal: Seal,
}

impl SetSeal {
    /// Opens it with the set's key, against the chain's commitment.
    pub fn open_for_set(
        &self,
        (workspace, account): (WorkspaceId, &Account),
        key: &RecoveryKey,
        pair: &SealingPair,
    ) -> Result<(KeyVersion, MasterKey), EngineError> {
        const OTHER: EngineError = EngineError::Distrusted("it gave another account");
        let known = account.recovery().filter(|set| set.id == self.set);
        let sound =
            known.is_some_and(|set| set.signing == key.signing_key().verify_key() && set.sealing == *pair.public());
        if !sound || self.set != key.set_id(workspace, account.id()) {
            return Err(OTHER);
        }
        let place = SealPlace::MasterToRecovery {
            workspace,
            account: account.id(),
            version: self.version,
            set: self.set,
            public: pair.public(),
            device: self.author,
        };
        let master = open_master_key(pair, &place, &self.seal, &account.master().1);
        Ok((self.version, master.map_err(|_| OTHER)?))
    }
}

/// The account chain, and the master key as it is sealed to the recovery set in force.
pub(super) fn fold_for_recovery(found: &[Record]) -> Result<(Account, Option<SetSeal>), EngineError> {
    let (genesis, rest) = found.split_first().ok_or(EngineError::Distrusted("an empty chain"))?;
    let mut chain = Account::begin(genesis)?;
    let mut newest = None;
    for record in rest {
        let Verdict::Applied(op) = chain.apply(record)? else { continue };
        let author = record.envelope().device;
        match op {
            Op::RecoverySet(set) => {
                newest =
                    Some(SetSeal { set: set.id, author, version: chain.master().0, seal: set.master_seal.clone() });
            }
            Op::Keys(keys) => {
                let set = chain.recovery().map(|set| set.id);
                newest = set.zip(keys.recovery_seal.clone()).map(|(set, seal)| SetSeal {
                    set,
                    author,
                    version: keys.master_version,
                    seal,
                });
            }
            Op::Recovered(_) => newest = None,
            _ => {}
        }
    }
    Ok((chain, newest))
}

/// The end of an account chain that was composed and that the catalog is to order.
pub struct Draft {
    new: Growth,
    keys: Option<Renewed>,
    /// Everything begins anew: nothing is due any more, and an officer's open invitations are withdrawn.
    anew: bool,
}

impl Draft {
    pub(super) fn new(new: Growth, keys: Option<Renewed>) -> Self {
        let anew = keys.as_ref().is_some_and(|keys| keys.master.is_some());
        Self { new, keys, anew }
    }

    /// Its records.
    pub fn records(&self) -> &[Record] {
        &self.new.records
    }

    /// The sealed ring that goes before them.
    pub fn ring(&self) -> Option<&[u8]> {
        self.keys.as_ref().map(|keys| &*keys.ring)
    }
}

/// A recovered device's first records, and the ring that the last of them names.
pub struct ToBring {
    /// In order.
    pub records: Vec<Record>,
    /// Sealed.
    pub ring: Vec<u8>,
}

/// A device that asks to join.
pub struct Joining {
    /// Its public keys.
    pub device: DeviceKeys,
    /// Its signature over account and keys.
    pub consent: Signature,
    /// What its person calls it.
    pub name: String,
}

/// Own account records that the catalog has, verified, and not kept yet.
pub struct Read {
    chain: Account,
    new: Vec<Record>,
    /// Up to here it has what is here, if it said more than before.
    confirmed: Option<Seq>,
    seal: Option<Option<MasterSeal>>,
    /// Devices that others let in.
    joined: Vec<DeviceId>,
    /// One was removed.
    removed: bool,
}

/// What came of it.
#[derive(Default)]
pub struct Kept {
    /// Folders that were waiting for a key.
    pub read_again: Vec<FolderId>,
    /// What is wrong with keys in them.
    pub findings: Vec<Finding>,
    /// Devices that others let in: their names.
    pub joined: Vec<Option<String>>,
}

impl Read {
    /// Whether the ring that is kept here is another one.
    pub fn needs_ring(&self, vault: &Vault) -> bool {
        self.chain.ring() != vault.account.ring()
    }
}

/// A name for a device, or why it is none.
pub fn checked_name(name: &str) -> Result<String, EngineError> {
    let name = name.trim();
    if name.len() <= MAX_DEVICE_NAME && valise_protocol::workspace::is_name(name) {
        Ok(name.to_owned())
    } else {
        Err(EngineError::BadInput("A computer's name has 1 to 200 characters, all of them visible."))
    }
}

impl Vault {
    /// Whether the account's chain may have grown, or grow, elsewhere: then only the catalog orders what is written.
    pub fn is_ordered(&self) -> Result<bool, EngineError> {
        let asked = marks::find::<bool>(self.index.read(), Mark::AccountAsked)?.is_some();
        Ok(asked || self.account.valid_devices() > 1)
    }

    /// Whether the catalog's word for a chain is one for a record that is here, as far as it is not for a later one.
    pub fn must_agree(&self, page: &Page, chain: &ChainId, key: &VerifyKey) -> Result<(), EngineError> {
        let receipt = &page.receipt;
        if receipt.chain != *chain || receipt.verify(key).is_err() {
            return Err(EngineError::Distrusted("a receipt that is not signed by the catalog"));
        }
        match records::hash(self.index.read(), chain, receipt.seq)? {
            Some(hash) if hash != receipt.hash => Err(EngineError::Distrusted("two histories of one chain")),
            _ => Ok(()),
        }
    }

    /// How far every chain was verified here, for a device that is to join: the largest part that an offer has room for.
    pub fn floors(&self) -> Floors {
        let workspace = self.workspace.as_ref().map(Workspace::head);
        let confirmed = self.folders.values().map(|state| (state.id(), state.chain().head()));
        Floors {
            chains: [self.account.head()].into_iter().chain(workspace).collect(),
            folders: confirmed.take(MAX_FLOORS).collect(),
        }
    }

    /// Whether a folder's chain, read to its end, is at least as far as a new device was told. Then it need not be asked
    /// again: what is here is never less from there on.
    pub fn check_floor(&mut self, folder: FolderId) -> Result<(), EngineError> {
        let Some(floor) = marks::find::<Head>(self.index.read(), Mark::Floor(folder))? else { return Ok(()) };
        let known = records::hash(self.index.read(), &ChainId::Folder(folder), floor.seq)?;
        if known != Some(floor.hash) {
            return Err(EngineError::Distrusted(super::intake::WENT_BACK));
        }
        self.index.write(|db| marks::remove(db, Mark::Floor(folder)))
    }

    /// Another device joins; it is given a name, and this one its own if it has none.
    pub fn compose_joining(&self, joining: &Joining, own_name: &str) -> Result<Draft, EngineError> {
        let mut new = Growth::of(self);
        if self.account.device(&self.me.device).is_some_and(|device| device.name.is_none()) {
            self.name_device(&mut new, self.me.device, own_name)?;
        }
        new.add_device(self, joining.device.clone(), joining.consent.clone())?;
        self.name_device(&mut new, joining.device.id(), &joining.name)?;
        Ok(Draft::new(new, None))
    }

    /// A device is called something else.
    pub fn compose_name(&self, device: DeviceId, name: &str) -> Result<Draft, EngineError> {
        if !self.account.is_valid(&device) {
            return Err(EngineError::NotFound("the computer"));
        }
        let mut new = Growth::of(self);
        self.name_device(&mut new, device, name)?;
        Ok(Draft::new(new, None))
    }

    fn name_device(&self, new: &mut Growth, device: DeviceId, name: &str) -> Result<(), EngineError> {
        let version = self.account.key().map_or(0, |key| key.version);
        let key = self.me.pairs.get(&version).ok_or(EngineError::IndexDamaged)?;
        add_name(new, self.me.workspace, (version, key), device, name)
    }

    /// A recovered device's first records, as long as the catalog does not know it.
    pub fn recovery_to_bring(&self) -> Result<Option<ToBring>, EngineError> {
        let sent: Option<Seq> = marks::find(self.index.read(), Mark::AccountSent)?;
        let Some(sent) = sent.filter(|sent| *sent < self.account.head().seq) else { return Ok(None) };
        let waiting = records::from(self.index.read(), &ChainId::Account(self.me.account), sent + 1)?;
        let decoded = waiting.iter().map(|bytes| Record::decode(bytes).map_err(|_| EngineError::IndexDamaged));
        let waiting = decoded.collect::<Result<Vec<_>, _>>()?;
        if waiting.first().is_none_or(|first| first.envelope().kind != account::kind::RECOVERED) {
            return Ok(None);
        }
        let ring: serde_bytes::ByteBuf =
            marks::find(self.index.read(), Mark::Ring)?.ok_or(EngineError::IndexDamaged)?;
        Ok(Some(ToBring { records: waiting, ring: ring.into_vec() }))
    }

    /// What a device is called; none if it was given no name.
    pub fn device_name(&self, device: &DeviceId) -> Option<String> {
        let name = self.account.device(device)?.name.as_ref()?;
        let key = self.me.pairs.get(&name.version)?;
        open_device_name(key, &self.name_place(name.version, *device), &name.sealed).ok()
    }

    fn name_place(&self, version: KeyVersion, device: DeviceId) -> WrapPlace {
        WrapPlace::DeviceName { workspace: self.me.workspace, account: self.me.account, version, device }
    }

    /// What a device can open, or could when it was removed: every version under a folder key up to the last one that
    /// was sealed to an account key it had.
    pub fn reach(&self, device: DeviceId) -> Result<Reach, EngineError> {
        let valid = self.account.device(&device).ok_or(EngineError::NotFound("the computer"))?.is_valid();
        let newest = self.newest_key_of(&device)?;
        let mut folders = Vec::new();
        for state in self.folders.values() {
            let reach = self.folder_reach(state, newest)?;
            // One that was left since then could be opened, too.
            if state.role(&self.me.account).is_some() || reach.open > 0 {
                folders.push(reach);
            }
        }
        let personal = |reach: &FolderReach| {
            let state = self.folders.get(&reach.folder);
            state.is_some_and(|state| state.chain().purpose() == Purpose::PERSONAL)
        };
        folders.sort_by_key(|reach| (!personal(reach), reach.name.to_lowercase(), reach.folder));
        Ok(Reach { device, valid, folders })
    }

    /// The newest account key that a device ever had.
    fn newest_key_of(&self, device: &DeviceId) -> Result<KeyVersion, EngineError> {
        let (mut chain, mut newest): (Option<Account>, KeyVersion) = (None, 0);
        records::each(self.index.read(), &ChainId::Account(self.me.account), |bytes| {
            let record = Record::decode(bytes).map_err(|_| EngineError::IndexDamaged)?;
            let chain = match &mut chain {
                None => chain.insert(Account::begin(&record)?),
                Some(chain) => {
                    chain.apply(&record)?;
                    chain
                }
            };
            if chain.is_valid(device) {
                newest = chain.key().map_or(0, |key| key.version);
            }
            Ok(())
        })?;
        Ok(newest)
    }

    fn folder_reach(&self, state: &FolderState, newest: KeyVersion) -> Result<FolderReach, EngineError> {
        let last = self.last_epoch_under(state.id(), newest)?;
        let tree = state.tree();
        let mut reach = FolderReach {
            folder: state.id(),
            name: tree.name().unwrap_or_default().to_owned(),
            open: 0,
            closed: 0,
            key_changed: last < state.chain().epoch(),
            files: Vec::new(),
        };
        for entry in tree.entries().filter(|entry| !entry.versions.is_empty()) {
            let open = entry.versions.iter().filter(|content| content.stamp.epoch <= last).count();
            let closed = entry.versions.len() - open;
            reach.open += open as u64;
            reach.closed += closed as u64;
            if open > 0 {
                let above = tree.ancestors(entry.id).into_iter().filter_map(|id| tree.entry(&id));
                let path: Vec<&str> = above.map(|above| &*above.name).chain([&*entry.name]).collect();
                let (open, closed) = (count(open), count(closed));
                reach.files.push(FileReach { path: path.join("/"), open, closed });
            }
        }
        reach.files.sort_by(|one, other| one.path.cmp(&other.path));
        Ok(reach)
    }

    /// The last epoch whose key was sealed to this account under an account key up to a version. It opens all before it.
    fn last_epoch_under(&self, folder: FolderId, newest: KeyVersion) -> Result<Epoch, EngineError> {
        let (mut last, mut epoch) = (0, 0);
        let own = |seal: &MemberSeal| seal.account == self.me.account && seal.version <= newest;
        records::each(self.index.read(), &ChainId::Folder(folder), |bytes| {
            let record = Record::decode(bytes).map_err(|_| EngineError::IndexDamaged)?;
            let sealed = match record.envelope().kind {
                folder::kind::REKEY => {
                    let rekey = record.open::<folder::Rekey>();
                    epoch = record.envelope().epoch;
                    rekey.is_ok_and(|rekey| rekey.seals.iter().any(own))
                }
                folder::kind::MEMBER_ADDED => record.open::<folder::MemberAdded>().is_ok_and(|it| own(&it.seal)),
                _ => false,
            };
            if sealed {
                last = epoch;
            }
            Ok(())
        })?;
        Ok(last)
    }

    /// Keeps what the catalog has ordered.
    pub fn keep_draft(&mut self, draft: Draft) -> Result<(), EngineError> {
        let chain = ChainId::Account(self.me.account);
        let head = draft.new.chain.head().seq;
        self.index.write(|db| {
            draft.new.records.iter().try_for_each(|record| records::add(db, &chain, record))?;
            if let Some(keys) = &draft.keys {
                marks::set(db, Mark::Ring, serde_bytes::Bytes::new(&keys.ring))?;
            }
            if draft.anew {
                marks::remove(db, Mark::RenewalDue)?;
                marks::set(db, Mark::WithdrawInvitations, &true)?;
            }
            marks::remove(db, Mark::AccountAsked)?;
            marks::set(db, Mark::AccountSent, &head)
        })?;
        self.account = draft.new.chain;
        if let Some(keys) = draft.keys {
            self.me.pairs.insert(keys.version, keys.pair);
            if let Some(master) = keys.master {
                self.master = (self.account.master().0, master);
            }
        }
        Ok(())
    }

    /// Verifies own account records that the catalog has after a place. What is here must be what is there.
    pub fn read_account(&self, found: &[Record]) -> Result<Read, EngineError> {
        let chain = ChainId::Account(self.me.account);
        let confirmed = found.last().map(|record| record.envelope().seq);
        let chain_now = self.account.clone();
        let (joined, removed) = (Vec::new(), false);
        let mut read = Read { chain: chain_now, new: Vec::new(), confirmed, seal: None, joined, removed };
        for record in found {
            let seq = record.envelope().seq;
            if seq <= self.account.head().seq {
                if records::hash(self.index.read(), &chain, seq)? != Some(record.hash()) {
                    return Err(EngineError::Distrusted("it has another history of your account"));
                }
                continue;
            }
            if let Verdict::Applied(op) = read.chain.apply(record)? {
                match &op {
                    Op::DeviceAdded(added) if record.envelope().device != self.me.device => {
                        read.joined.push(added.device.id());
                    }
                    Op::Recovered(recovered) => read.joined.push(recovered.device.id()),
                    Op::DeviceRevoked(_) => read.removed = true,
                    _ => {}
                }
                let seal = MasterSeal::of(record, &op, &read.chain, &self.me.device);
                read.seal = seal.or(read.seal);
            }
            read.new.push(record.clone());
        }
        Ok(read)
    }

    /// Keeps what was read, and opens what other devices sealed to this one. Folders that were waiting for a key are
    /// read again.
    pub fn keep_read(&mut self, read: Read, ring: Option<Vec<u8>>) -> Result<Kept, EngineError> {
        if !read.chain.is_valid(&self.me.device) {
            return Err(EngineError::Removed);
        }
        let ids = (self.me.workspace, &read.chain);
        let opened = match &read.seal {
            None => None,
            Some(None) => return Err(EngineError::Removed),
            Some(Some(seal)) => Some(seal.open(ids, &self.me.secrets)?),
        };
        let master = opened.as_ref().unwrap_or(&self.master);
        let pairs = ring.as_ref().map(|ring| pairs(&open_ring(ring, ids, master)?)).transpose()?;
        let chain = ChainId::Account(self.me.account);
        self.index.write(|db| {
            read.new.iter().try_for_each(|record| records::add(db, &chain, record))?;
            if let Some(ring) = &ring {
                marks::set(db, Mark::Ring, serde_bytes::Bytes::new(ring))?;
            }
            if read.removed {
                marks::set(db, Mark::WithdrawInvitations, &true)?;
            }
            marks::remove(db, Mark::AccountAsked)?;
            read.confirmed.map_or(Ok(()), |seq| marks::set(db, Mark::AccountSent, &seq))
        })?;
        self.account = read.chain;
        if let Some(opened) = opened {
            self.master = opened;
        }
        let mut kept = Kept::default();
        if let Some(pairs) = pairs {
            self.me.pairs = pairs;
            let waiting = self.folders.iter().filter(|(_, state)| state.lacks_key()).map(|(id, _)| *id);
            kept.read_again = waiting.collect();
            for id in &kept.read_again {
                kept.findings.extend(self.reload_folder(*id)?);
            }
            // What else is wrong was told when it first came.
            kept.findings.retain(|finding| matches!(finding, Finding::BadSeal(_) | Finding::BadPrevious(_)));
        }
        kept.joined = read.joined.iter().map(|device| self.device_name(device)).collect();
        Ok(kept)
    }
}

/// A ring, if it is the one the chain names.
pub(super) fn open_ring(
    ring: &[u8],
    (workspace, chain): (WorkspaceId, &Account),
    (version, master): &(KeyVersion, MasterKey),
) -> Result<Ring, EngineError> {
    let (generation, hash) = chain.ring();
    let place = WrapPlace::Ring { workspace, account: chain.id(), master: *version, generation };
    let ring = SealedRing::from_bytes(ring.to_vec()).open(master, &place, &hash);
    ring.map_err(|_| EngineError::Distrusted(OTHER_RING))
}

/// Gives a device a name.
pub(super) fn add_name(
    new: &mut Growth,
    workspace: WorkspaceId,
    (version, key): (KeyVersion, &SealingPair),
    device: DeviceId,
    name: &str,
) -> Result<(), EngineError> {
    let place = WrapPlace::DeviceName { workspace, account: new.chain.id(), version, device };
    let sealed = seal_device_name(key, &place, name)?;
    new.add(account::kind::DEVICE_NAMED, &DeviceNamed { device, name: SealedName { version, sealed } })
}

/// Account keys as pairs.
pub(super) fn pairs(ring: &Ring) -> Result<BTreeMap<KeyVersion, SealingPair>, EngineError> {
    ring.iter().map(|(version, secret)| Ok((version, SealingPair::of_account(secret)?))).collect()
}

/// The keys of a new device, while it asks to join.
pub struct NewDevice {
    secrets: DeviceSecrets,
}

/// What a new device was given: the account and the workspace, as the catalog has them.
#[derive(Clone)]
pub struct Given {
    /// All records of the account.
    pub account: Vec<Record>,
    /// All records of the workspace.
    pub workspace: Vec<Record>,
    /// The account's sealed ring.
    pub ring: Vec<u8>,
}

/// To which account a new device belongs, by the word of the one that let it in.
#[derive(Clone, Copy, Debug)]
pub struct Belongs {
    /// The workspace.
    pub workspace: WorkspaceId,
    /// The account.
    pub account: AccountId,
}

/// How far the one that let a device in had verified each chain: a catalog cannot show it less.
#[derive(Clone, Debug, Default)]
pub struct Floors {
    /// Account and workspace.
    pub chains: Vec<Head>,
    /// Folders.
    pub folders: Vec<(FolderId, Head)>,
}

impl Floors {
    /// Account and workspace, each by its own chain.
    fn check(&self, given: &Given) -> Result<(), EngineError> {
        let contains = |head: &Head, records: &[Record]| {
            let place = usize::try_from(head.seq).ok().and_then(|seq| records.get(seq));
            place.is_some_and(|record| record.hash() == head.hash)
        };
        let sound =
            self.chains.iter().zip([&given.account, &given.workspace]).all(|(head, chain)| contains(head, chain));
        sound.then_some(()).ok_or(EngineError::Distrusted(super::intake::WENT_BACK))
    }
}

impl NewDevice {
    /// New keys.
    pub fn make() -> Result<Self, EngineError> {
        Ok(Self { secrets: DeviceSecrets::make()? })
    }

    /// What it tells the device that lets it in.
    pub fn joining(&self, account: AccountId, name: String) -> Joining {
        let device = self.secrets.public();
        let consent = account::sign_consent(account, &device, &self.secrets.signing_key());
        Joining { device, consent, name }
    }

    /// Its id, and what signs its requests.
    pub fn signer(&self) -> (DeviceId, SigningKey) {
        (self.secrets.public().id(), self.secrets.signing_key())
    }

    /// Verifies everything that it was given, from the first record on, and writes the home.
    pub fn keep(
        &self,
        home: &Home,
        (belongs, floors): (Belongs, &Floors),
        given: &Given,
        address: CatalogAddress,
        (password, costs): (&str, Costs),
    ) -> Result<Public, EngineError> {
        floors.check(given)?;
        let device = self.secrets.public().id();
        let (account, seal) = fold_account(&given.account, &device)?;
        if account.id() != belongs.account || account.workspace() != belongs.workspace {
            return Err(EngineError::Distrusted("it gave another account"));
        }
        let ids = (belongs.workspace, &account);
        let master = seal.ok_or(EngineError::Removed)?.open(ids, &self.secrets)?;
        open_ring(&given.ring, ids, &master)?;
        let public = public_of(belongs, device, given, address)?;
        let device_key = DeviceKey::make()?;
        let slots = password_slots(public.workspace, &device_key, &Password::new(password)?, costs)?.to_bytes()?;
        keep_home(home, &public, &self.secrets, (slots, &device_key), |index| {
            index.write(|db| {
                let own = ChainId::Account(public.account);
                given.account.iter().try_for_each(|record| records::add(db, &own, record))?;
                let chain = ChainId::Workspace(public.workspace);
                given.workspace.iter().try_for_each(|record| records::add(db, &chain, record))?;
                floors.folders.iter().try_for_each(|(folder, head)| marks::set(db, Mark::Floor(*folder), head))?;
                marks::set(db, Mark::Ring, serde_bytes::Bytes::new(&given.ring))?;
                marks::set(db, Mark::AccountSent, &account.head().seq)
            })
        })?;
        Ok(public)
    }
}

/// Whose home it will be, by the workspace's chain, which is verified.
fn public_of(
    belongs: Belongs,
    device: DeviceId,
    given: &Given,
    address: CatalogAddress,
) -> Result<Public, EngineError> {
    let workspace = fold_workspace(&given.workspace)?;
    let person = workspace.person(&belongs.account).filter(|_| workspace.id() == belongs.workspace);
    let person = person.ok_or(EngineError::Distrusted("it gave another workspace"))?;
    if workspace.catalog().is_none_or(|catalog| catalog.key != address.key) {
        return Err(EngineError::Distrusted("another catalog answers at its address"));
    }
    Ok(Public {
        version: 1,
        workspace: belongs.workspace,
        account: belongs.account,
        device,
        earlier: Vec::new(),
        name: person.name.clone(),
        workspace_name: workspace.name().to_owned(),
        catalog: Some(address),
        waiting: None,
    })
}

/// Writes the home of a recovered device: what the catalog has, and what waits to be brought there.
pub(super) fn keep_recovered(
    home: &Home,
    secrets: &DeviceSecrets,
    slots: (Vec<u8>, &DeviceKey),
    (belongs, given, address): (Belongs, &Given, CatalogAddress),
    (new, ring, sent): (&[Record], &[u8], Seq),
    fill: impl FnOnce(&Connection) -> Result<(), EngineError>,
) -> Result<Public, EngineError> {
    let public = public_of(belongs, secrets.public().id(), given, address)?;
    keep_home(home, &public, secrets, slots, |index| {
        index.write(|db| {
            let own = ChainId::Account(public.account);
            given.account.iter().chain(new).try_for_each(|record| records::add(db, &own, record))?;
            let chain = ChainId::Workspace(public.workspace);
            given.workspace.iter().try_for_each(|record| records::add(db, &chain, record))?;
            marks::set(db, Mark::Ring, serde_bytes::Bytes::new(ring))?;
            marks::set(db, Mark::AccountSent, &sent)?;
            fill(db)
        })
    })?;
    Ok(public)
}

/// Slots that a password opens.
pub(super) fn password_slots(
    workspace: WorkspaceId,
    device_key: &DeviceKey,
    password: &Password,
    costs: Costs,
) -> Result<SlotFile, EngineError> {
    let mut slots = SlotFile::new();
    slots.add_password(workspace, device_key, password, costs)?;
    Ok(slots)
}

/// Writes a new home: slots, sealed secrets, index; public state last.
pub(super) fn keep_home(
    home: &Home,
    public: &Public,
    secrets: &DeviceSecrets,
    (slots, device_key): (Vec<u8>, &DeviceKey),
    fill: impl FnOnce(&mut Index) -> Result<(), EngineError>,
) -> Result<(), EngineError> {
    let index_key = IndexKey::make()?;
    home.write(SLOTS, &slots)?;
    home.write(SECRETS, secrets.seal(device_key, public.workspace)?.as_bytes())?;
    home.write(INDEX_KEY, wrap_index_key(device_key, public.workspace, &index_key)?.as_bytes())?;
    home.remove_index()?;
    fill(&mut Index::open(&home.index(), &index_key)?)?;
    home.set_public(public)
}

fn count(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

fn fold_account(found: &[Record], device: &DeviceId) -> Result<(Account, Option<MasterSeal>), EngineError> {
    let (genesis, rest) = found.split_first().ok_or(EngineError::Distrusted("an empty chain"))?;
    let mut chain = Account::begin(genesis)?;
    let mut seal = None;
    for record in rest {
        if let Verdict::Applied(op) = chain.apply(record)?
            && let Some(next) = MasterSeal::of(record, &op, &chain, device)
        {
            seal = next;
        }
    }
    let valid = chain.is_valid(device);
    Ok((chain, seal.filter(|_| valid)))
}

pub(super) fn fold_workspace(found: &[Record]) -> Result<Workspace, EngineError> {
    let (genesis, rest) = found.split_first().ok_or(EngineError::Distrusted("an empty chain"))?;
    let mut chain = Workspace::begin(genesis)?;
    for record in rest {
        chain.apply(record)?;
    }
    Ok(chain)
}
