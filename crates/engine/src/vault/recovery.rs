//! A forgotten password: recovery sets are made, and two of a set's shares open the device again.
//!
//! A set stands in three places: its public half and the sealed master key in the account chain, its slot beside the
//! password's in the home, and what a person was asked to prove of the kits in the index. Chain and index change in
//! one transaction, the slot after them: if that is cut short, the old slot still opens with the old shares, and the
//! new set, which nobody has seen, counts as not made ([`Remembered`] of a set that no slot opens).

use serde::{Deserialize, Serialize};
use serde_bytes::Bytes;

use valise_crypto::{
    AccountSecret, CODE_GROUPS, Costs, DeviceKey, MasterKey, Password, RecoveryKey, SealingPair, Share, ShareIndex,
    ShareSet, SlotFile, SlotKind, combine, groups_digest, make_bytes, seal_master_key, split,
};
use valise_protocol::account::{self, Account, DeviceSeal, Keys, RecoverySet};
use valise_protocol::ids::{Commitment, KeyVersion, RecoverySetId};
use valise_protocol::keys::Seal;
use valise_protocol::place::{SealPlace, WrapPlace};
use valise_protocol::record::{ChainId, Kind, Record};

use super::Vault;
use crate::compose::Slot;
use crate::error::EngineError;
use crate::home::{Home, Public};
use crate::index::marks::{self, Mark};
use crate::index::records;

/// Where the slots lie in a home.
pub const SLOTS: &str = "slots.cbor";

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

/// The byte of a kit's index.
pub fn kit_byte(index: ShareIndex) -> u8 {
    match index {
        ShareIndex::Keyring => 1,
        ShareIndex::Kit => 2,
        ShareIndex::SecondKit => 3,
    }
}

/// Opens the device with two shares, gives it a new password, and a new set in place of the one that was used. With
/// it begin a new master key and a new account key: what the old shares open is what could be read before.
pub fn recover(
    home: &Home,
    public: &Public,
    shares: &[Share; 2],
    password: &Password,
    costs: Costs,
    now: u64,
) -> Result<NewSet, EngineError> {
    let mut slots = slots(home)?;
    let set = slots.recovery_set().map_err(|_| EngineError::NoRecovery)?;
    let key = combine(&set, &shares[0], &shares[1])?;
    let device_key = slots.open_with_recovery(public.workspace, &key)?;
    let mut vault = Vault::open(home, public, &device_key)?;
    slots.remove_kind(SlotKind::PASSWORD);
    slots.add_password(public.workspace, &device_key, password, costs)?;
    vault.make_set(home, slots, &device_key, true, now)
}

impl Vault {
    /// Makes a new set; the one before it opens nothing here any more.
    pub fn make_recovery_set(&mut self, home: &Home, opened: OpenedSlots, now: u64) -> Result<NewSet, EngineError> {
        self.make_set(home, opened.0, &opened.1, false, now)
    }

    fn make_set(
        &mut self,
        home: &Home,
        mut slots: SlotFile,
        device_key: &DeviceKey,
        renew_keys: bool,
        now: u64,
    ) -> Result<NewSet, EngineError> {
        let key = RecoveryKey::make()?;
        let (set, shares) = split(&key)?;
        slots.remove_kind(SlotKind::RECOVERY);
        slots.add_recovery(self.me.workspace, device_key, set.id, &key)?;
        let slots = slots.to_bytes()?;
        let remembered = remember(&set, &shares, now)?;
        let pair = SealingPair::of_recovery(&key)?;
        let mut new = Growth { chain: self.account.clone(), records: Vec::new() };
        let recovery_set = RecoverySet {
            id: set.id,
            commitment: set.commitment,
            signing: key.signing_key().verify_key(),
            sealing: pair.public().clone(),
            master_seal: self.seal_to_set(self.master.0, &self.master.1, set.id, &pair)?,
            escrow: None,
        };
        new.add(self, account::kind::RECOVERY_SET, &recovery_set)?;
        let ring = if renew_keys { Some(self.renew_keys(&mut new, set.id, &pair)?) } else { None };
        let chain = ChainId::Account(self.me.account);
        self.index.write(|db| {
            new.records.iter().try_for_each(|record| records::add(db, &chain, record))?;
            if let Some(ring) = &ring {
                marks::set(db, Mark::Ring, Bytes::new(ring))?;
            }
            marks::set(db, Mark::Recovery, &remembered)
        })?;
        self.account = new.chain;
        home.write(SLOTS, &slots)?;
        self.recovery = Some(remembered.clone());
        Ok(NewSet { shares, remembered })
    }

    /// A new master key and a new account key, sealed to every valid device and to the set. The ring to keep.
    fn renew_keys(&self, new: &mut Growth, set: RecoverySetId, pair: &SealingPair) -> Result<Vec<u8>, EngineError> {
        let (workspace, account) = (self.me.workspace, self.me.account);
        let (master, secret) = (MasterKey::make()?, AccountSecret::make()?);
        let master_version = self.master.0 + 1;
        let account_version = self.account.key().map_or(0, |key| key.version) + 1;
        let account_public = SealingPair::of_account(&secret)?.public().clone();
        let generation = self.account.ring().0 + 1;
        let mut ring = self.load_ring()?;
        ring.add(account_version, secret)?;
        let ring = ring.seal(&master, &WrapPlace::Ring { workspace, account, master: master_version, generation })?;
        let seal = |(id, device): (&_, &account::Device)| {
            let place = SealPlace::MasterToDevice {
                workspace,
                account,
                version: master_version,
                recipient: *id,
                public: &device.keys.sealing,
                device: self.me.device,
            };
            Ok(DeviceSeal { device: *id, seal: seal_master_key(&place, &master)? })
        };
        let valid = self.account.devices().filter(|(_, device)| device.is_valid());
        let keys = Keys {
            account_version,
            account_public,
            master_version,
            master_commitment: master.commitment(),
            master_seals: valid.map(seal).collect::<Result<_, EngineError>>()?,
            recovery_seal: Some(self.seal_to_set(master_version, &master, set, pair)?),
            ring_generation: generation,
            ring_hash: ring.hash(),
        };
        new.add(self, account::kind::KEYS, &keys)?;
        Ok(ring.as_bytes().to_vec())
    }

    /// For a device that is made by recovery: it finds the master key sealed to the set.
    fn seal_to_set(
        &self,
        version: KeyVersion,
        master: &MasterKey,
        set: RecoverySetId,
        pair: &SealingPair,
    ) -> Result<Seal, EngineError> {
        let place = SealPlace::MasterToRecovery {
            workspace: self.me.workspace,
            account: self.me.account,
            version,
            set,
            public: pair.public(),
            device: self.me.device,
        };
        Ok(seal_master_key(&place, master)?)
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

/// Records that will stand at the end of one's own account chain.
struct Growth {
    chain: Account,
    records: Vec<Record>,
}

impl Growth {
    fn add<T: Serialize>(&mut self, vault: &Vault, kind: Kind, open: &T) -> Result<(), EngineError> {
        let counter = self.chain.counter(&vault.me.device);
        let slot = Slot::after(&ChainId::Account(vault.me.account), self.chain.head(), counter);
        let record = slot.write(&vault.me.author(), kind, open)?;
        if self.chain.apply(&record)?.applied().is_none() {
            return Err(EngineError::NotAllowed("This computer was removed from the account."));
        }
        self.records.push(record);
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
