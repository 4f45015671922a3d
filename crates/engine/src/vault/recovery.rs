//! A forgotten password: recovery sets are made, and two of a set's shares open the device again.
//!
//! A set stands in three places: its public half and the sealed master key in the account chain, its slot beside the
//! password's in the home, and what a person was asked to prove of the kits in the index. A [`Remembered`] set that no
//! slot opens counts as not made.

use serde::{Deserialize, Serialize};
use serde_bytes::Bytes;

use valise_crypto::{
    CODE_GROUPS, Costs, DeviceKey, DeviceSecrets, IndexKey, Password, RecoveryKey, SealedDeviceSecrets, SealingPair,
    Share, ShareIndex, ShareSet, SlotFile, SlotKind, combine, groups_digest, make_bytes, split, wrap_index_key,
};
use valise_protocol::account::{self, RecoverySet};
use valise_protocol::ids::{Commitment, RecoverySetId};
use valise_protocol::record::ChainId;

use super::Vault;
use super::keys::{Growth, Renewal};
use super::unlock::open_secrets;
use crate::error::EngineError;
use crate::home::{BEFORE, Home, INDEX_KEY, PUBLIC, Public, SECRETS, SLOTS};
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
}

/// Slots, with the device key that one of them gave.
pub struct OpenedSlots(SlotFile, DeviceKey);

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

/// Makes the password's slot anew.
pub(super) fn make_password_slot(
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
    let slots = slots(home)?;
    let set = slots.recovery_set().map_err(|_| EngineError::NoRecovery)?;
    let key = combine(&set, &shares[0], &shares[1])?;
    begin_anew(home, public, &slots.open_with_recovery(public.workspace, &key)?, password, costs, now)
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
    begin_anew(home, public, &opened.1, password, costs, now)
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
    password: &Password,
    costs: Costs,
    now: u64,
) -> Result<NewSet, EngineError> {
    let workspace = public.workspace;
    let (device_key, index_key) = (DeviceKey::make()?, IndexKey::make()?);
    let (old_secrets, old_index_key) = open_secrets(home, public, old)?;
    let vault = Vault::open(home, public, old)?;
    let fresh = if vault.can_be_replaced(public)? { Some(DeviceSecrets::make()?) } else { None };
    let mut slots = SlotFile::new();
    slots.add_password(workspace, &device_key, password, costs)?;
    let composed = vault.compose_set(slots, &device_key, Anew::Everything(fresh.as_ref()), now)?;
    // Closed, so that all of it is in one file.
    vault.index.close()?;
    let secrets = fresh.as_ref().unwrap_or(&old_secrets).seal(&device_key, workspace)?;
    let wrapped = wrap_index_key(&device_key, workspace, &index_key)?;
    home.replace(|next| {
        next.write(SLOTS, &composed.slots)?;
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
        // What cannot be opened must not take the place of what can.
        index.close()
    })?;
    Ok(composed.made)
}

/// A new set that nothing knows yet.
struct ComposedSet {
    made: NewSet,
    /// Slots, to be written to the home.
    slots: Vec<u8>,
    /// The account chain with its new records at the end.
    new: Growth,
    ring: Option<Vec<u8>>,
}

impl ComposedSet {
    fn keep(&self, index: &mut Index) -> Result<(), EngineError> {
        let chain = ChainId::Account(self.new.chain.id());
        index.write(|db| {
            self.new.records.iter().try_for_each(|record| records::add(db, &chain, record))?;
            if let Some(ring) = &self.ring {
                marks::set(db, Mark::Ring, Bytes::new(ring))?;
                marks::set(db, Mark::WithdrawInvitations, &true)?;
            }
            marks::set(db, Mark::Recovery, &self.made.remembered)
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
        Ok(public.catalog.is_some() && self.me.before.is_none() && !unknown && !unpublished)
    }

    /// Makes a new set; the one before it opens nothing here any more.
    ///
    /// Chain and index change in one transaction, the slots after them: if that is cut short, the old slot still opens
    /// with the old shares, and the new set, which nobody has seen, counts as not made.
    pub fn make_recovery_set(&mut self, home: &Home, opened: OpenedSlots, now: u64) -> Result<NewSet, EngineError> {
        let OpenedSlots(mut slots, device_key) = opened;
        slots.remove_kind(SlotKind::RECOVERY);
        let composed = self.compose_set(slots, &device_key, Anew::Set, now)?;
        composed.keep(&mut self.index)?;
        self.account = composed.new.chain;
        home.write(SLOTS, &composed.slots)?;
        self.recovery = Some(composed.made.remembered.clone());
        Ok(composed.made)
    }

    fn compose_set(
        &self,
        mut slots: SlotFile,
        device_key: &DeviceKey,
        anew: Anew<'_>,
        now: u64,
    ) -> Result<ComposedSet, EngineError> {
        let key = RecoveryKey::make()?;
        let (set, shares) = split(&key)?;
        slots.add_recovery(self.me.workspace, device_key, set.id, &key)?;
        let slots = slots.to_bytes()?;
        let remembered = remember(&set, &shares, now)?;
        let pair = SealingPair::of_recovery(&key)?;
        let mut new = Growth::of(self);
        let recovery_set = RecoverySet {
            id: set.id,
            commitment: set.commitment,
            signing: key.signing_key().verify_key(),
            sealing: pair.public().clone(),
            master_seal: self.seal_to_set((self.master.0, &self.master.1), set.id, pair.public(), self.me.device)?,
            escrow: None,
        };
        new.add(account::kind::RECOVERY_SET, &recovery_set)?;
        let ring = match anew {
            Anew::Set => None,
            Anew::Everything(device) => {
                device.map_or(Ok(()), |secrets| new.replace_device(self, secrets))?;
                Some(self.renew(&mut new, Some((set.id, pair.public())), Renewal::MasterToo)?.ring)
            }
        };
        Ok(ComposedSet { made: NewSet { shares, remembered }, slots, new, ring })
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

fn remember(set: &ShareSet, shares: &[Share; 3], now: u64) -> Result<Remembered, EngineError> {
    let kits = shares.iter().filter(|share| share.index() != ShareIndex::Keyring);
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
