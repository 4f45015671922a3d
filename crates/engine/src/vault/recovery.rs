//! A forgotten password: recovery sets are made, and two of a set's shares open the device again.
//!
//! A set stands in three places: its public half and the sealed master key in the account chain, its slot beside the
//! password's in the home, and what a person was asked to prove of the kits in the index. A [`Remembered`] set that no
//! slot opens counts as not made.

use serde::{Deserialize, Serialize};
use serde_bytes::Bytes;
use zeroize::Zeroizing;

use valise_crypto::{
    CODE_GROUPS, Costs, DeviceKey, DeviceSecrets, IndexKey, MasterKey, Password, RecoveryKey, SealedDeviceSecrets,
    SealingPair, Share, ShareIndex, ShareSet, SlotFile, SlotKind, combine, groups_digest, make_bytes, seal_share,
    split, wrap_index_key,
};
use valise_protocol::account::{self, Account, EscrowedShare, Recovered, RecoverySet};
use valise_protocol::ids::{AccountId, Commitment, DeviceId, KeyVersion, RecoverySetId, WorkspaceId};
use valise_protocol::place::SealPlace;
use valise_protocol::record::ChainId;
use valise_protocol::sign::VerifyKey;
use valise_protocol::workspace::{Authority, Holder, Workspace};

use super::Vault;
use super::devices::{self, Belongs, Draft, Given, open_ring};
use super::folder::FolderState;
use super::keys::{Growth, Keyholder, Renewal, Renewed, seal_to_set};
use super::unlock::open_secrets;
use crate::api::{Escrow, Rehearsed};
use crate::error::EngineError;
use crate::home::{BEFORE, CatalogAddress, Home, INDEX_KEY, PUBLIC, Public, SECRETS, SLOTS};
use crate::index::marks::{self, Mark};
use crate::index::{Index, records};

/// What is remembered of the set in force: set, when it was made, whether the keyring took its share, the kits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remembered(pub RecoverySetId, pub u64, pub bool, pub Vec<RememberedKit>);

/// Of a kit: its index (2, 3), the two groups that are asked back, a digest of them, when it was proven to be kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RememberedKit(pub u8, pub (u32, u32), pub Commitment, pub Option<u64>);

/// A set that was made: its shares, to be shown or stored, and then wiped.
pub struct NewSet {
    /// Keyring, kit, second kit.
    pub shares: [Share; 3],
    /// As it is remembered, with nothing proven.
    pub remembered: Remembered,
}

/// The slots of a home.
pub fn slots(home: &Home) -> Result<SlotFile, EngineError> {
    let bytes = home.read(SLOTS)?.ok_or(EngineError::HomeDamaged(SLOTS))?;
    Ok(SlotFile::from_bytes(&bytes)?)
}

/// The set whose shares open this device; none if there is no such slot.
pub fn set_of(home: &Home) -> Result<Option<ShareSet>, EngineError> {
    match slots(home)?.recovery_set() {
        Ok(set) => Ok(Some(set)),
        Err(valise_crypto::SlotError::NoSuchSlot) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// What begins anew with a set.
enum Anew<'a> {
    /// Nothing else.
    Set,
    /// Master key and account key, and this device, if there are keys of one to take its place.
    Everything(Option<&'a DeviceSecrets>),
    /// Master key and account key, without one of the account's devices.
    Without(DeviceId),
    /// In an account of several devices, without the network: the set is this home's only, until the catalog orders it.
    Later,
}

/// Slots, with the device key that one of them gave.
pub struct OpenedSlots(SlotFile, DeviceKey);

impl OpenedSlots {
    /// Slots, and the device key that one of them gave.
    pub fn new(slots: SlotFile, device_key: DeviceKey) -> Self {
        Self(slots, device_key)
    }

    /// Both.
    pub fn into_parts(self) -> (SlotFile, DeviceKey) {
        (self.0, self.1)
    }

    /// As they were when they were opened.
    pub(super) fn slots(&self) -> &SlotFile {
        &self.0
    }

    /// What they open.
    pub fn device_key(&self) -> &DeviceKey {
        &self.1
    }

    fn without_recovery(&self) -> Result<SlotFile, EngineError> {
        let mut slots = SlotFile::from_bytes(&self.0.to_bytes()?)?;
        slots.remove_kind(SlotKind::RECOVERY);
        Ok(slots)
    }
}

/// Opens the slots with the password, which is asked for once more where a set is made: an unlocked computer that is
/// left alone gives nobody a way in for good. About a second of CPU.
pub fn open_slots(home: &Home, public: &Public, password: &str) -> Result<OpenedSlots, EngineError> {
    let password = Password::new(password).map_err(|_| EngineError::WrongPassword)?;
    let slots = slots(home)?;
    let device_key = slots.open_with_password(public.workspace, &password)?;
    Ok(OpenedSlots(slots, device_key))
}

/// Gives the device another password. The other ways in stay.
pub fn change_password(
    home: &Home,
    public: &Public,
    opened: OpenedSlots,
    password: &Password,
    costs: Costs,
) -> Result<(), EngineError> {
    make_password_slot(home, public, (opened.0, &opened.1), password, costs)
}

/// A guess of the password costs more from now on.
pub(super) fn raise_costs(
    home: &Home,
    public: &Public,
    opened: &OpenedSlots,
    password: &str,
    costs: Costs,
) -> Result<(), EngineError> {
    let slots = SlotFile::from_bytes(&opened.0.to_bytes()?)?;
    make_password_slot(home, public, (slots, &opened.1), &Password::new(password)?, costs)
}

/// Makes the password's slot anew.
fn make_password_slot(
    home: &Home,
    public: &Public,
    (mut slots, device_key): (SlotFile, &DeviceKey),
    password: &Password,
    costs: Costs,
) -> Result<(), EngineError> {
    slots.remove_kind(SlotKind::PASSWORD);
    slots.add_password(public.workspace, device_key, password, costs)?;
    home.write(SLOTS, &slots.to_bytes()?)
}

/// The byte of a kit's index.
pub fn kit_byte(index: ShareIndex) -> u8 {
    match index {
        ShareIndex::Keyring => 1,
        ShareIndex::Kit => 2,
        ShareIndex::SecondKit => 3,
    }
}

/// Opens the device with two shares and begins everything anew behind a new password.
pub fn recover(
    home: &Home,
    public: &Public,
    shares: &[Share; 2],
    password: &Password,
    costs: Costs,
    now: u64,
) -> Result<NewSet, EngineError> {
    let set = slots(home)?.recovery_set().map_err(|_| EngineError::NoRecovery)?;
    recover_by(home, public, &combine(&set, &shares[0], &shares[1])?, None, password, costs, now)
}

/// The same, with the recovery key that they gave. `asked`: the device in whose name this person asked for help.
pub fn recover_by(
    home: &Home,
    public: &Public,
    key: &RecoveryKey,
    asked: Option<DeviceId>,
    password: &Password,
    costs: Costs,
    now: u64,
) -> Result<NewSet, EngineError> {
    begin_anew(home, public, &slots(home)?.open_with_recovery(public.workspace, key)?, asked, password, costs, now)
}

/// Goes through a recovery in a copy of the home, and opens what came of it.
pub fn rehearse(home: &Home, public: &Public, shares: &[Share; 2], now: u64) -> Result<Rehearsed, EngineError> {
    let text: Zeroizing<String> =
        Zeroizing::new(make_bytes::<32>()?.iter().map(|byte| format!("{byte:02x}")).collect());
    recover(home, public, shares, &Password::new(&text)?, Costs::FLOOR, now)?;
    let public = home.public()?.ok_or(EngineError::HomeDamaged(PUBLIC))?;
    let (vault, _) = Vault::unlock(home, &public, &text, Costs::FLOOR)?;
    let opened = |state: &&FolderState| state.current_key().is_some();
    let mut files = 0;
    for (id, state) in &vault.folders {
        let contents = state.tree().entries().flat_map(|entry| &entry.versions);
        files += contents.filter(|content| vault.dek(id, &content.dek).is_ok()).count();
    }
    let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    Ok(Rehearsed { folders: count(vault.folders.values().filter(opened).count()), files: count(files) })
}

/// Somebody may know the password: begins everything anew that it opened, behind another one.
pub fn renew(
    home: &Home,
    public: &Public,
    opened: &OpenedSlots,
    password: &Password,
    costs: Costs,
    now: u64,
) -> Result<NewSet, EngineError> {
    begin_anew(home, public, &opened.1, None, password, costs, now)
}

/// A new device in place of this one, with a new device key behind a new password slot and a new recovery slot, a new
/// index key, master key and account key. Whoever has an old copy of the home and a way to open that copy has what
/// could be read before, and, once the catalog has heard of the change, nothing else.
///
/// All of it is made beside the home, the records in a copy of the index, and takes the place of the old at once: cut
/// short anywhere, either the old ways open the old or the new ones the new.
fn begin_anew(
    home: &Home,
    public: &Public,
    old: &DeviceKey,
    asked: Option<DeviceId>,
    password: &Password,
    costs: Costs,
    now: u64,
) -> Result<NewSet, EngineError> {
    let workspace = public.workspace;
    let (device_key, index_key) = (DeviceKey::make()?, IndexKey::make()?);
    let (old_secrets, old_index_key) = open_secrets(home, public, old)?;
    let vault = Vault::open(home, public, old)?;
    let fresh = if vault.can_be_replaced(public)? { Some(DeviceSecrets::make()?) } else { None };
    let anew = if vault.is_ordered()? { Anew::Later } else { Anew::Everything(fresh.as_ref()) };
    let mut slots = SlotFile::new();
    slots.add_password(workspace, &device_key, password, costs)?;
    let composed = vault.compose_set(slots, &device_key, anew, now)?;
    // Closed, so that all of it is in one file.
    vault.index.close()?;
    let secrets = fresh.as_ref().unwrap_or(&old_secrets).seal(&device_key, workspace)?;
    let wrapped = wrap_index_key(&device_key, workspace, &index_key)?;
    home.replace(|next| {
        next.write(SLOTS, &composed.set.slots)?;
        next.write(SECRETS, secrets.as_bytes())?;
        next.write(INDEX_KEY, wrapped.as_bytes())?;
        match &fresh {
            Some(fresh) => {
                let mut public = public.clone();
                public.earlier.push(std::mem::replace(&mut public.device, fresh.public().id()));
                next.write(BEFORE, old_secrets.seal(&device_key, workspace)?.as_bytes())?;
                next.write(PUBLIC, &public.to_bytes()?)?;
            }
            None => {
                if let Some(before) = home.read(BEFORE)? {
                    let before = SealedDeviceSecrets::from_bytes(before).open(old, workspace);
                    let before = before.map_err(|_| EngineError::HomeDamaged(BEFORE))?;
                    next.write(BEFORE, before.seal(&device_key, workspace)?.as_bytes())?;
                }
            }
        }
        std::fs::copy(home.index(), next.index())?;
        Index::change_key(&next.index(), &old_index_key, &index_key)?;
        let mut index = Index::open(&next.index(), &index_key)?;
        composed.keep(&mut index)?;
        if let Some(asked) = asked {
            // It was this person: no alarm.
            index.write(|db| marks::set(db, Mark::ClaimTold, &asked))?;
        }
        // What cannot be opened must not take the place of what can.
        index.close()
    })?;
    Ok(composed.set.made)
}

/// A new set that nothing knows yet.
struct ComposedSet {
    set: SetToKeep,
    /// The account chain with its new records at the end.
    new: Growth,
    keys: Option<Renewed>,
    /// What the chain is to be told of later.
    due: Option<RecoverySet>,
}

/// A new set, as this home will know it.
pub struct SetToKeep {
    made: NewSet,
    /// Slots, to be written to the home.
    slots: Vec<u8>,
}

impl ComposedSet {
    fn keep(&self, index: &mut Index) -> Result<(), EngineError> {
        let chain = ChainId::Account(self.new.chain.id());
        index.write(|db| {
            self.new.records.iter().try_for_each(|record| records::add(db, &chain, record))?;
            if let Some(keys) = &self.keys {
                marks::set(db, Mark::Ring, Bytes::new(&keys.ring))?;
                marks::set(db, Mark::WithdrawInvitations, &true)?;
            }
            if let Some(due) = &self.due {
                marks::set(db, Mark::RenewalDue, due)?;
            }
            marks::set(db, Mark::Recovery, &self.set.made.remembered)
        })
    }
}

impl Vault {
    /// Whether another device can take this one's place: the catalog knows this one, and everything that only its hand
    /// can bring has been brought.
    pub fn can_be_replaced(&self, public: &Public) -> Result<bool, EngineError> {
        let db = self.index.read();
        let unknown = marks::find::<bool>(db, Mark::UnpublishedWorkspace)?.is_some();
        let mut folders = self.folders.keys();
        let unpublished = folders.try_fold(false, |found, id| {
            Ok::<_, EngineError>(found || marks::find::<bool>(db, Mark::Unpublished(*id))?.is_some())
        })?;
        // The hand of the device before is needed until the catalog knows this one, and there is room for one such hand.
        let free = !unknown && !unpublished && !self.is_ordered()?;
        Ok(public.catalog.is_some() && self.me.before.is_none() && free)
    }

    /// Makes a new set; the one before it opens nothing here any more.
    ///
    /// Chain and index change in one transaction, the slots after them: if that is cut short, the old slot still opens
    /// with the old shares, and the new set, which nobody has seen, counts as not made.
    pub fn make_recovery_set(&mut self, home: &Home, opened: &OpenedSlots, now: u64) -> Result<NewSet, EngineError> {
        let composed = self.compose_set(opened.without_recovery()?, &opened.1, self.anew(), now)?;
        composed.keep(&mut self.index)?;
        self.account = composed.new.chain;
        if let Some(keys) = composed.keys {
            self.me.pairs.insert(keys.version, keys.pair);
            if let Some(master) = keys.master {
                self.master = (self.account.master().0, master);
            }
        }
        home.write(SLOTS, &composed.set.slots)?;
        self.recovery = Some(composed.set.made.remembered.clone());
        Ok(composed.set.made)
    }

    /// The same for an account of several devices: the catalog orders it first. Without one of the devices, if one is
    /// to be removed: then master key and account key begin anew, too.
    pub fn compose_ordered_set(
        &self,
        opened: &OpenedSlots,
        without: Option<DeviceId>,
        now: u64,
    ) -> Result<(Draft, SetToKeep), EngineError> {
        let anew = without.map_or_else(|| self.anew(), Anew::Without);
        let composed = self.compose_set(opened.without_recovery()?, &opened.1, anew, now)?;
        Ok((Draft::new(composed.new, composed.keys), composed.set))
    }

    /// What begins anew with another set. The chain keeps what was sealed to the one before for ever: two of its shares
    /// open what could be read until now, and nothing that comes later.
    fn anew(&self) -> Anew<'static> {
        if self.account.recovery().is_some() { Anew::Everything(None) } else { Anew::Set }
    }

    /// Keeps a set that the catalog has ordered. Cut short before that, the old slot still opens with the old shares.
    pub fn keep_ordered_set(&mut self, home: &Home, set: SetToKeep) -> Result<NewSet, EngineError> {
        self.remember(set.made.remembered.clone())?;
        home.write(SLOTS, &set.slots)?;
        Ok(set.made)
    }

    /// Whether this home was recovered and the account's chain does not know of it.
    pub fn is_renewal_due(&self) -> Result<bool, EngineError> {
        Ok(marks::find::<RecoverySet>(self.index.read(), Mark::RenewalDue)?.is_some())
    }

    /// Tells the chain of it, and begins master key and account key anew.
    pub fn compose_due(&self) -> Result<Draft, EngineError> {
        let due: RecoverySet =
            marks::find(self.index.read(), Mark::RenewalDue)?.ok_or(EngineError::Internal("nothing is due"))?;
        let mut new = Growth::of(self);
        if self.account.recovery().is_none_or(|set| set.id != due.id) {
            let master = (self.master.0, &self.master.1);
            let master_seal = self.seal_to_set(master, due.id, &due.sealing, self.me.device)?;
            new.add(account::kind::RECOVERY_SET, &RecoverySet { master_seal, ..due.clone() })?;
        }
        let keys = self.renew(&mut new, Some((due.id, &due.sealing)), Renewal::MasterToo)?;
        Ok(Draft::new(new, Some(keys)))
    }

    fn compose_set(
        &self,
        slots: SlotFile,
        device_key: &DeviceKey,
        anew: Anew<'_>,
        now: u64,
    ) -> Result<ComposedSet, EngineError> {
        let ids = (self.me.workspace, self.me.account);
        let fresh = FreshSet::make(ids, slots, device_key, self.helpers(), now)?;
        let mut new = Growth::of(self);
        let recovery_set =
            fresh.record((self.me.workspace, self.me.account), (self.master.0, &self.master.1), self.me.device)?;
        let FreshSet { keep: set_to_keep, set, pair, .. } = fresh;
        if let Anew::Later = anew {
            return Ok(ComposedSet { set: set_to_keep, new, keys: None, due: Some(recovery_set) });
        }
        new.add(account::kind::RECOVERY_SET, &recovery_set)?;
        match anew {
            Anew::Set | Anew::Later => return Ok(ComposedSet { set: set_to_keep, new, keys: None, due: None }),
            Anew::Everything(device) => device.map_or(Ok(()), |secrets| new.replace_device(self, secrets))?,
            Anew::Without(device) => new.revoke_device(device)?,
        }
        let keys = self.renew(&mut new, Some((set.id, pair.public())), Renewal::MasterToo)?;
        if let (Anew::Everything(Some(secrets)), Some(name)) = (anew, self.device_name(&self.me.device)) {
            let key = (keys.version, &keys.pair);
            devices::add_name(&mut new, self.me.workspace, key, secrets.public().id(), &name)?;
        }
        Ok(ComposedSet { set: set_to_keep, new, keys: Some(keys), due: None })
    }

    /// Those who can help this person, if there are any.
    pub fn helpers(&self) -> Option<&Authority> {
        let workspace = self.workspace.as_ref()?;
        workspace.authority().filter(|authority| can_help(workspace, authority, &self.me.account))
    }

    /// Whether the catalog has confirmed everything in this account's own chain.
    pub fn is_account_sent(&self) -> Result<bool, EngineError> {
        let sent: Option<u64> = marks::find(self.index.read(), Mark::AccountSent)?;
        Ok(sent.is_some_and(|sent| sent >= self.account.head().seq))
    }

    /// Whether a share of the set in force lies with the workspace.
    pub fn escrow(&self) -> Escrow {
        let set = self.account.recovery();
        match (set.and_then(|set| set.escrow.as_ref()), self.helpers()) {
            (Some(share), Some(helpers)) if share.authority == helpers.version => Escrow::Held,
            (Some(_), _) => Escrow::Outdated,
            (None, Some(_)) => Escrow::Offered,
            (None, None) => Escrow::None,
        }
    }

    /// Two groups of a kit, as they stand on paper: if they are right, the kit counts as kept.
    pub fn confirm_kit(&mut self, index: ShareIndex, groups: &[&str], now: u64) -> Result<(), EngineError> {
        let mut remembered = self.recovery.clone().ok_or(EngineError::NoRecovery)?;
        let kit = remembered.3.iter_mut().find(|kit| kit.0 == kit_byte(index)).ok_or(EngineError::NoRecovery)?;
        if groups_digest(&remembered.0, index, groups) != kit.2 {
            return Err(EngineError::GroupsDiffer);
        }
        kit.3 = Some(now);
        self.remember(remembered)
    }

    /// Whether the keyring took its share.
    pub fn keyring_took(&mut self, took: bool) -> Result<(), EngineError> {
        match self.recovery.clone() {
            Some(mut remembered) if remembered.2 != took => {
                remembered.2 = took;
                self.remember(remembered)
            }
            _ => Ok(()),
        }
    }

    fn remember(&mut self, remembered: Remembered) -> Result<(), EngineError> {
        self.index.write(|db| marks::set(db, Mark::Recovery, &remembered))?;
        self.recovery = Some(remembered);
        Ok(())
    }
}

/// A recovery key that was just made: as this home will know it, and as the chain will.
struct FreshSet {
    keep: SetToKeep,
    set: ShareSet,
    signing: VerifyKey,
    pair: SealingPair,
    escrow: Option<EscrowedShare>,
}

impl FreshSet {
    /// Makes a key, its shares, and a slot that opens with it. The third share is a second kit, or, where colleagues can
    /// help, is sealed to them.
    fn make(
        (workspace, account): (WorkspaceId, AccountId),
        mut slots: SlotFile,
        device_key: &DeviceKey,
        helpers: Option<&Authority>,
        now: u64,
    ) -> Result<Self, EngineError> {
        let key = RecoveryKey::make()?;
        let (set, shares) = split(&key, key.set_id(workspace, account))?;
        slots.add_recovery(workspace, device_key, set.id, &key)?;
        let escrow = helpers.map(|helpers| escrow((workspace, account), set.id, helpers, &shares)).transpose()?;
        let remembered = remember(&set, &shares, escrow.is_some(), now)?;
        let keep = SetToKeep { made: NewSet { shares, remembered }, slots: slots.to_bytes()? };
        let (signing, pair) = (key.signing_key().verify_key(), SealingPair::of_recovery(&key)?);
        Ok(Self { keep, set, signing, pair, escrow })
    }

    fn record(
        &self,
        ids: (WorkspaceId, AccountId),
        master: (KeyVersion, &MasterKey),
        author: DeviceId,
    ) -> Result<RecoverySet, EngineError> {
        Ok(RecoverySet {
            id: self.set.id,
            commitment: self.set.commitment,
            signing: self.signing,
            sealing: self.pair.public().clone(),
            master_seal: seal_to_set(ids, master, (self.set.id, self.pair.public()), author)?,
            escrow: self.escrow.clone(),
        })
    }
}

/// Another computer of an account whose computers are lost.
pub struct Lost<'a> {
    /// The account and its workspace.
    pub belongs: Belongs,
    /// What the catalog has of it.
    pub given: &'a Given,
    /// Its recovery key.
    pub key: &'a RecoveryKey,
    /// The new device's keys.
    pub secrets: &'a DeviceSecrets,
    /// What the computer is called.
    pub name: &'a str,
    /// All others count no more.
    pub alone: bool,
}

/// Makes a new device by the recovery key, with everything anew: recovery set, master key, account key. The home is
/// complete before the catalog hears of it; the records wait in it ([`Vault::recovery_to_bring`]).
pub fn recover_account(
    home: &Home,
    lost: &Lost<'_>,
    address: CatalogAddress,
    (password, costs): (&str, Costs),
    now: u64,
) -> Result<(Public, NewSet), EngineError> {
    let Belongs { workspace, account: id } = lost.belongs;
    let (secrets, device) = (lost.secrets, lost.secrets.public());
    let of_workspace = devices::fold_workspace(&lost.given.workspace)?;
    let helpers = of_workspace.authority().filter(|authority| can_help(&of_workspace, authority, &id));
    let (chain, seal) = devices::fold_for_recovery(&lost.given.account)?;
    if chain.id() != id || chain.workspace() != workspace {
        return Err(EngineError::Distrusted("it gave another account"));
    }
    let pair = SealingPair::of_recovery(lost.key)?;
    let master = seal.ok_or(EngineError::NoRecovery)?.open_for_set((workspace, &chain), lost.key, &pair)?;
    let ring = open_ring(&lost.given.ring, (workspace, &chain), &master)?;
    let sent = chain.head().seq;

    let (device_id, others) = (device.id(), valid_devices(&chain));
    let mut new = Growth::after(chain, (device_id, lost.key.signing_key()));
    let consent = account::sign_consent(id, &device, &secrets.signing_key());
    let set = lost.key.set_id(workspace, id);
    new.add(account::kind::RECOVERED, &Recovered { set, device, consent })?;
    new.sign_as(secrets.signing_key());
    let device_key = DeviceKey::make()?;
    let slots = devices::password_slots(workspace, &device_key, &Password::new(password)?, costs)?;
    let fresh = FreshSet::make((workspace, id), slots, &device_key, helpers, now)?;
    new.add(account::kind::RECOVERY_SET, &fresh.record((workspace, id), (master.0, &master.1), device_id)?)?;
    if lost.alone {
        others.iter().try_for_each(|other| new.revoke_device(*other))?;
    }
    let holder = Keyholder { workspace, master: (master.0, &master.1), ring };
    let keys = holder.renew(&mut new, Some((fresh.set.id, fresh.pair.public())), Renewal::MasterToo)?;
    devices::add_name(&mut new, workspace, (keys.version, &keys.pair), device_id, lost.name)?;
    let kept = (fresh.keep.slots, &device_key);
    let records = (&*new.records, &*keys.ring, sent);
    let public = devices::keep_recovered(home, secrets, kept, (lost.belongs, lost.given, address), records, |db| {
        marks::set(db, Mark::Recovery, &fresh.keep.made.remembered)?;
        marks::set(db, Mark::WithdrawInvitations, &true)
    })?;
    Ok((public, fresh.keep.made))
}

fn valid_devices(chain: &Account) -> Vec<DeviceId> {
    chain.devices().filter(|(_, device)| device.is_valid()).map(|(id, _)| *id).collect()
}

/// Whether an authority can open a share for somebody: all who are needed are officers still.
pub fn can_help(workspace: &Workspace, authority: &Authority, account: &AccountId) -> bool {
    let there = |holder: &Holder| holder.officer.is_none_or(|it| workspace.officers().contains(&it.account));
    authority.can_help(account, workspace.officers()) && authority.holders.iter().all(there)
}

/// The third share, sealed to those who can help.
fn escrow(
    (workspace, account): (WorkspaceId, AccountId),
    set: RecoverySetId,
    helpers: &Authority,
    [_, _, third]: &[Share; 3],
) -> Result<EscrowedShare, EngineError> {
    let authority = helpers.version;
    let place = |holder| escrow_place((workspace, account), set, authority, holder);
    let places: Vec<SealPlace<'_>> = helpers.holders.iter().map(place).collect();
    Ok(EscrowedShare { authority, seals: seal_share(&places, third)? })
}

/// Where a holder's part of a share belongs.
pub fn escrow_place(
    (workspace, account): (WorkspaceId, AccountId),
    set: RecoverySetId,
    authority: KeyVersion,
    holder: &Holder,
) -> SealPlace<'_> {
    SealPlace::EscrowShare { workspace, account, set, authority, public: &holder.public }
}

fn remember(set: &ShareSet, shares: &[Share; 3], escrowed: bool, now: u64) -> Result<Remembered, EngineError> {
    let printed =
        |share: &&Share| share.index() == ShareIndex::Kit || (share.index() == ShareIndex::SecondKit && !escrowed);
    let kits = shares.iter().filter(printed);
    let kits = kits.map(|share| {
        let asked = asked_groups(make_bytes()?);
        let code = share.to_code();
        let group = |number: u32| code.split(' ').nth(number as usize - 1).unwrap_or_default();
        let digest = groups_digest(&set.id, share.index(), &[group(asked.0), group(asked.1)]);
        Ok(RememberedKit(kit_byte(share.index()), asked, digest, None))
    });
    Ok(Remembered(set.id, now, false, kits.collect::<Result<_, EngineError>>()?))
}

/// Two groups, counted from 1: one of the first half and one of the second, and never the prefix.
fn asked_groups(random: [u8; 2]) -> (u32, u32) {
    let half = CODE_GROUPS as u32 / 2;
    (2 + u32::from(random[0]) % (half - 1), half + 1 + u32::from(random[1]) % half)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_that_are_asked_back_are_two_and_never_the_prefix() {
        for first in 0..=255 {
            let (one, two) = asked_groups([first, 255 - first]);
            assert!((2..=10).contains(&one) && (11..=20).contains(&two), "{one} {two}");
        }
    }
}
