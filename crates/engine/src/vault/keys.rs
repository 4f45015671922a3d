//! Rotation and rewrap: new account keys, new folder keys, and file keys moved under them. Content stays as it is.

use serde::Serialize;

use valise_crypto::{AccountSecret, DeviceSecrets, MasterKey, Rewrapper, Ring, SealingPair, seal_master_key};
use valise_protocol::account::{self, Account, DeviceAdded, DeviceRevoked, DeviceSeal, Keys};
use valise_protocol::api::MAX_WRAPS;
use valise_protocol::folder::{self, KeyPolicy, Role};
use valise_protocol::ids::{AccountId, DeviceId, Epoch, FolderId, KeyVersion, RecoverySetId, WorkspaceId};
use valise_protocol::keys::{DeviceKeys, Seal, SealingPublic};
use valise_protocol::place::{SealPlace, WrapPlace};
use valise_protocol::record::{ChainId, Kind, Record};
use valise_protocol::sign::{Signature, SigningKey};

use super::Vault;
use super::devices::Draft;
use super::fetch_keys::NewWrap;
use super::folder::FolderState;
use crate::api::{FilesUnder, FolderKeys};
use crate::compose::{Author, Slot};
use crate::error::EngineError;
use crate::index::marks::{self, Mark};
use crate::index::wraps::{self, Place};

const DAY: u64 = 86_400_000;

/// What a `keys` record begins anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Renewal {
    /// The account key.
    AccountKey,
    /// The master key as well.
    MasterToo,
}

/// What came of it.
pub(super) struct Renewed {
    /// The sealed ring, to be kept with the record.
    pub ring: Vec<u8>,
    /// Version of the new account key.
    pub version: KeyVersion,
    /// The new account key.
    pub pair: SealingPair,
    /// The new master key, if there is one.
    pub master: Option<MasterKey>,
}

/// Records that will stand at the end of one's own account chain.
pub(super) struct Growth {
    pub chain: Account,
    pub records: Vec<Record>,
    author: (DeviceId, SigningKey),
}

/// Some of a folder's file keys, moved under its newest key in memory.
#[derive(Debug, Default)]
pub struct Moved {
    /// As they are under the newest key.
    pub wraps: Vec<NewWrap>,
    /// Where each of them lies.
    places: Vec<Place>,
    /// The last one that was looked at, be it one that does not open; none: there are no more.
    pub last: Option<Place>,
}

/// What a `keys` record is made from: master key and ring, by an open vault or by a device that recovers the account.
pub(super) struct Keyholder<'a> {
    pub workspace: WorkspaceId,
    pub master: (KeyVersion, &'a MasterKey),
    pub ring: Ring,
}

impl Growth {
    pub fn of(vault: &Vault) -> Self {
        Self::after(vault.account.clone(), (vault.me.device, vault.me.signing.clone()))
    }

    pub fn after(chain: Account, author: (DeviceId, SigningKey)) -> Self {
        Self { chain, records: Vec::new(), author }
    }

    /// The first record of a recovered device is signed by the recovery key; what follows, by its own.
    pub fn sign_as(&mut self, key: SigningKey) {
        self.author.1 = key;
    }

    pub fn add<T: Serialize>(&mut self, kind: Kind, open: &T) -> Result<(), EngineError> {
        let (device, key) = &self.author;
        let account = self.chain.id();
        let slot = Slot::after(&ChainId::Account(account), self.chain.head(), self.chain.counter(device));
        let record = slot.write(&Author { account, device: *device, key }, kind, open)?;
        if self.chain.apply(&record)?.applied().is_none() {
            return Err(EngineError::NotAllowed("This computer was removed from the account."));
        }
        self.records.push(record);
        Ok(())
    }

    /// A new device takes the place of this one: added by the old one's hand, which then counts no more. What follows
    /// is written by the new one. Whoever has a copy of the old one's keys is outside from there on.
    pub fn replace_device(&mut self, vault: &Vault, secrets: &DeviceSecrets) -> Result<(), EngineError> {
        let (device, signing) = (secrets.public(), secrets.signing_key());
        let (id, consent) = (device.id(), account::sign_consent(self.chain.id(), &device, &signing));
        self.add_device(vault, device, consent)?;
        let old = std::mem::replace(&mut self.author, (id, signing)).0;
        self.revoke_device(old)
    }

    /// Another device joins: the master key in force is sealed to it.
    pub fn add_device(&mut self, vault: &Vault, device: DeviceKeys, consent: Signature) -> Result<(), EngineError> {
        let place = SealPlace::MasterToDevice {
            workspace: vault.me.workspace,
            account: self.chain.id(),
            version: vault.master.0,
            recipient: device.id(),
            public: &device.sealing,
            device: self.author.0,
        };
        let master_seal = seal_master_key(&place, &vault.master.1)?;
        self.add(account::kind::DEVICE_ADDED, &DeviceAdded { device, consent, master_seal })
    }

    /// A device counts no more.
    pub fn revoke_device(&mut self, device: DeviceId) -> Result<(), EngineError> {
        self.add(account::kind::DEVICE_REVOKED, &DeviceRevoked { device })
    }

    /// Who writes now.
    fn device(&self) -> DeviceId {
        self.author.0
    }
}

impl Keyholder<'_> {
    /// Writes a `keys` record: the master key sealed to every valid device and to the recovery set, if there is one.
    pub fn renew(
        self,
        new: &mut Growth,
        set: Option<(RecoverySetId, &SealingPublic)>,
        renewal: Renewal,
    ) -> Result<Renewed, EngineError> {
        let (workspace, account) = (self.workspace, new.chain.id());
        let fresh = match renewal {
            Renewal::AccountKey => None,
            Renewal::MasterToo => Some(MasterKey::make()?),
        };
        let (master_version, master) = match &fresh {
            None => self.master,
            Some(fresh) => (self.master.0 + 1, fresh),
        };
        let secret = AccountSecret::make()?;
        let pair = SealingPair::of_account(&secret)?;
        let version = new.chain.key().map_or(0, |key| key.version) + 1;
        let generation = new.chain.ring().0 + 1;
        let mut ring = self.ring;
        ring.add(version, secret)?;
        let ring = ring.seal(master, &WrapPlace::Ring { workspace, account, master: master_version, generation })?;
        let author = new.device();
        let seal = |(id, device): (&_, &account::Device)| {
            let place = SealPlace::MasterToDevice {
                workspace,
                account,
                version: master_version,
                recipient: *id,
                public: &device.keys.sealing,
                device: author,
            };
            Ok(DeviceSeal { device: *id, seal: seal_master_key(&place, master)? })
        };
        let valid = new.chain.devices().filter(|(_, device)| device.is_valid());
        let to_set =
            set.map(|(id, public)| seal_to_set((workspace, account), (master_version, master), (id, public), author));
        let keys = Keys {
            account_version: version,
            account_public: pair.public().clone(),
            master_version,
            master_commitment: master.commitment(),
            master_seals: valid.map(seal).collect::<Result<_, EngineError>>()?,
            recovery_seal: to_set.transpose()?,
            ring_generation: generation,
            ring_hash: ring.hash(),
        };
        new.add(account::kind::KEYS, &keys)?;
        let ring = ring.as_bytes().to_vec();
        Ok(Renewed { ring, version, pair, master: fresh })
    }
}

/// For a device that is made by recovery: it finds the master key sealed to the set.
pub(super) fn seal_to_set(
    (workspace, account): (WorkspaceId, AccountId),
    (version, master): (KeyVersion, &MasterKey),
    (set, public): (RecoverySetId, &SealingPublic),
    author: DeviceId,
) -> Result<Seal, EngineError> {
    let place = SealPlace::MasterToRecovery { workspace, account, version, set, public, device: author };
    Ok(seal_master_key(&place, master)?)
}

impl Vault {
    /// A new account key under the master key in force. Folders learn of it with the next rekey of theirs.
    pub fn compose_account_key(&self) -> Result<Draft, EngineError> {
        let set = self.account.recovery().map(|set| (set.id, set.sealing.clone()));
        let mut new = Growth::of(self);
        let renewed = self.renew(&mut new, set.as_ref().map(|(id, public)| (*id, public)), Renewal::AccountKey)?;
        Ok(Draft::new(new, Some(renewed)))
    }

    /// Writes a `keys` record.
    pub(super) fn renew(
        &self,
        new: &mut Growth,
        set: Option<(RecoverySetId, &SealingPublic)>,
        renewal: Renewal,
    ) -> Result<Renewed, EngineError> {
        self.holder()?.renew(new, set, renewal)
    }

    pub(super) fn holder(&self) -> Result<Keyholder<'_>, EngineError> {
        let master = (self.master.0, &self.master.1);
        Ok(Keyholder { workspace: self.me.workspace, master, ring: self.load_ring()? })
    }

    /// For a device that is made by recovery: it finds the master key sealed to the set.
    pub(super) fn seal_to_set(
        &self,
        master: (KeyVersion, &MasterKey),
        set: RecoverySetId,
        public: &SealingPublic,
        author: DeviceId,
    ) -> Result<Seal, EngineError> {
        seal_to_set((self.me.workspace, self.me.account), master, (set, public), author)
    }
    /// Folders whose key has not changed since the newest account key.
    pub fn folders_behind(&self) -> usize {
        self.folders.values().filter(|state| self.is_outdated(state)).count()
    }

    /// How a folder's keys stand.
    pub fn folder_keys(&self, id: &FolderId) -> Result<FolderKeys, EngineError> {
        let state = self.folder(id)?;
        let (chain, role) = (state.chain(), state.role(&self.me.account));
        let counts = wraps::count_by_epoch(self.index.read(), id)?;
        let older = counts.iter().filter(|(epoch, _)| *epoch < chain.epoch()).map(|(_, keys)| keys).sum();
        let since: Option<(Epoch, u64)> = marks::find(self.index.read(), Mark::EpochSince(*id))?;
        Ok(FolderKeys {
            folder: *id,
            current: chain.epoch(),
            minimum: chain.policy().minimum,
            since: since.filter(|(epoch, _)| *epoch == chain.epoch()).map(|(_, at)| at),
            by: chain.epoch_info(chain.epoch()).map(|info| self.name_of(&info.author)).unwrap_or_default(),
            change_waiting: chain.key_change_waiting(),
            rotate_days: chain.policy().rotate_days,
            files: counts.iter().map(|(version, keys)| FilesUnder { version: *version, keys: *keys }).collect(),
            older,
            may_rotate: matches!(role, Some(Role::Owner | Role::Editor)),
            may_decide: role == Some(Role::Owner),
        })
    }

    /// Remembers when this device first saw each folder's key in force.
    pub fn note_epochs(&mut self, now: u64) -> Result<(), EngineError> {
        let mut new = Vec::new();
        for (id, state) in &self.folders {
            let known: Option<(Epoch, u64)> = marks::find(self.index.read(), Mark::EpochSince(*id))?;
            if known.map(|(epoch, _)| epoch) != Some(state.chain().epoch()) {
                new.push((*id, state.chain().epoch()));
            }
        }
        if new.is_empty() {
            return Ok(());
        }
        self.index
            .write(|db| new.iter().try_for_each(|(id, epoch)| marks::set(db, Mark::EpochSince(*id), &(*epoch, now))))
    }

    /// Whether a folder's key is to change, or the folder is to be told of a newer account key or of this device.
    pub fn wants_rekey(&self, state: &FolderState, now: u64) -> Result<bool, EngineError> {
        let tells = self.is_outdated(state) || !self.is_known_in(state) || self.owes_revocation(state);
        Ok(tells || self.demands_rekey(state, now)? || self.closed_member(state).is_some())
    }

    /// A member whose account is closed, if one is an owner of the folder and so can remove them. Where somebody made
    /// themselves owner, that would decide about them: it is left to a person.
    pub fn closed_member(&self, state: &FolderState) -> Option<AccountId> {
        let owner = state.role(&self.me.account) == Some(Role::Owner) && !self.is_usurped(state).unwrap_or(true);
        let people = self.workspace.as_ref().filter(|_| owner)?.people();
        let closed = |account: &&AccountId| people.get(*account).is_some_and(|person| person.closed);
        state.chain().members().keys().find(closed).copied()
    }

    /// Whether this account is to change a folder's key.
    pub fn demands_rekey(&self, state: &FolderState, now: u64) -> Result<bool, EngineError> {
        let writes = matches!(state.role(&self.me.account), Some(Role::Owner | Role::Editor));
        let demanded = self.is_outdated(state) || state.chain().key_change_waiting();
        Ok(writes && (demanded || self.is_due(state, now)?))
    }

    /// Whether the folder's owner wants its key changed by now, and this account may do it.
    fn is_due(&self, state: &FolderState, now: u64) -> Result<bool, EngineError> {
        let days = state.chain().policy().rotate_days;
        if days == 0 || !matches!(state.role(&self.me.account), Some(Role::Owner | Role::Editor)) {
            return Ok(false);
        }
        let since: Option<(Epoch, u64)> = marks::find(self.index.read(), Mark::EpochSince(state.id()))?;
        let since = since.filter(|(epoch, _)| *epoch == state.chain().epoch());
        Ok(since.is_some_and(|(_, at)| now.saturating_sub(at) >= u64::from(days) * DAY))
    }

    /// Whether file keys of a folder are to be moved by this account's devices: who changes the key tidies up.
    pub fn is_to_rewrap(&self, state: &FolderState) -> Result<bool, EngineError> {
        let chain = state.chain();
        let mine = chain.epoch_info(chain.epoch()).is_some_and(|info| info.author == self.me.account);
        if !mine || chain.epoch() < 2 || chain.key_change_waiting() || self.may_write(&state.id()).is_err() {
            return Ok(false);
        }
        let done: Option<Epoch> = marks::find(self.index.read(), Mark::RewrappedTo(state.id()))?;
        Ok(done.is_none_or(|done| done < chain.epoch()))
    }

    /// The next of a folder's file keys, after one and of an epoch before another, moved under the key in force in
    /// memory. One that does not open stays as it is.
    pub fn move_wraps(&self, id: &FolderId, after: Option<Place>, below: Epoch) -> Result<Moved, EngineError> {
        let state = self.folder(id)?;
        let epoch = state.chain().epoch();
        let to = state.wrapper(epoch).ok_or(EngineError::NotVerified("the folder's key"))?;
        let mut rewrapper = Rewrapper::new(to);
        let mut moved = Moved::default();
        for wrap in wraps::older(self.index.read(), id, after, below.min(epoch), MAX_WRAPS)? {
            moved.last = Some(wrap.place);
            let from = state.wrapper(wrap.epoch);
            if let Some(key) = from.and_then(|from| rewrapper.rewrap_dek(from, wrap.dek, &wrap.key).ok()) {
                moved.wraps.push(NewWrap { dek: wrap.dek, epoch, key });
                moved.places.push(wrap.place);
            }
        }
        Ok(moved)
    }

    /// Keeps what was moved.
    pub fn keep_moved(&mut self, moved: &Moved) -> Result<(), EngineError> {
        let wraps = moved.places.iter().zip(&moved.wraps).map(|(place, wrap)| (*place, wrap.epoch, &wrap.key));
        self.index.write(|db| wraps::replace(db, wraps))
    }

    /// Remembers that no file key is left under earlier keys.
    pub fn is_rewrapped(&mut self, id: FolderId) -> Result<(), EngineError> {
        let epoch = self.folder(&id)?.chain().epoch();
        self.index.write(|db| marks::set(db, Mark::RewrappedTo(id), &epoch))
    }

    /// What is still here under keys that an owner has retired, and may never have been sent and so never been moved by
    /// others, moves now, some of it: nothing is lost by the decision. Answers where to go on, if there is more.
    pub fn retire(&mut self, id: FolderId, after: Option<Place>) -> Result<Option<Place>, EngineError> {
        let minimum = self.folder(&id)?.chain().policy().minimum;
        let done: Epoch = marks::find(self.index.read(), Mark::RetiredBelow(id))?.unwrap_or(0);
        if minimum <= done {
            return Ok(None);
        }
        let moved = self.move_wraps(&id, after, minimum)?;
        self.keep_moved(&moved)?;
        if moved.last.is_none() {
            self.index.write(|db| marks::set(db, Mark::RetiredBelow(id), &minimum))?;
        }
        Ok(moved.last)
    }

    /// The record of a decision about a folder's keys.
    pub fn compose_policy(&self, id: FolderId, policy: &KeyPolicy) -> Result<Record, EngineError> {
        let chain = self.folder(&id)?.chain();
        self.write_folder(id, chain.epoch(), folder::kind::KEY_POLICY, policy)
    }
}
