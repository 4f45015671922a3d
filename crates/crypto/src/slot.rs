//! Key slots: the ways to open the device key, as in LUKS. They stay on the device.
//!
//! Password slot: Argon2id (RFC 9106, version 0x13) over the normalised password and 32 random bytes of salt
//! gives 32 bytes; of its two subkeys one wraps the device key and the other stands behind the slot's
//! commitment, because AES-GCM-SIV does not commit to keys: a slot opens for one password only. Costs stand
//! in the slot and are held against a compiled floor and ceiling before anything is derived.
//!
//! File: canonical CBOR `[version 1, [[kind, index, bytes], ...]]`, indices ascending, at most [`MAX_SLOTS`]
//! slots; `bytes` of a password slot: canonical CBOR `[KiB, passes, lanes, salt, wrapped key, commitment]`.
//! Recovery slot: the recovery key's subkey wraps the device key; the slot carries set and commitment, so that
//! shares can be checked while locked. Its `bytes`: canonical CBOR `[set id, commitment, wrapped key]`.
//! Token slot: a random secret, wrapped by a key on a PKCS#11 token, stands where the derived key does in a password's
//! slot. Wrapping and unwrapping are not this crate's: it carries the bytes. Its `bytes`: canonical CBOR `[address,
//! wrapped secret, wrapped key, commitment]`.
//! Log-in slot: a random secret that lies in the system's keyring stands there. Its `bytes`: canonical CBOR `[wrapped key,
//! commitment]`.
//! A new kind of slot takes a new kind byte; versions that do not know it keep it and do not use it.

use argon2::{Algorithm, Argon2, Block, Params, Version};
use serde::{Deserialize, Serialize};
use serde_bytes::{ByteArray, ByteBuf};
use serde_tuple::{Deserialize_tuple, Serialize_tuple};
use subtle::ConstantTimeEq;
use valise_protocol::cbor;
use valise_protocol::hash::{Label, digest};
use valise_protocol::ids::{Commitment, RecoverySetId, WorkspaceId};
use valise_protocol::keys::WrappedKey;
use valise_protocol::place::WrapPlace;
use zeroize::{Zeroize, Zeroizing};

use crate::error::{MakeError, SlotError};
use crate::key::{DeviceKey, LoginSecret, Purpose, RecoveryKey, Secret32, SlotSecret};
use crate::password::Password;
use crate::random;
use crate::shares::ShareSet;
use crate::wrap::{unwrap_key, wrap_key};

/// Most slots in a file: a damaged file cannot ask for more work than this many derivations.
pub const MAX_SLOTS: usize = 8;
/// Largest slot file in bytes.
const MAX_FILE: usize = 16 << 10;
/// Version of the file.
const FILE_VERSION: u8 = 1;

/// What opens a slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SlotKind(pub u8);

impl SlotKind {
    /// A password.
    pub const PASSWORD: Self = Self(1);
    /// The recovery key of a set, of which two shares are brought together.
    pub const RECOVERY: Self = Self(2);
    /// A token and its PIN.
    pub const TOKEN: Self = Self(3);
    /// A secret that the system's keyring gives whoever is logged in.
    pub const LOGIN: Self = Self(4);
}

/// What deriving a key from a password costs (RFC 9106, section 3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Costs {
    /// Memory in KiB (`m`).
    pub memory_kib: u32,
    /// Passes over the memory (`t`).
    pub passes: u32,
    /// Lanes (`p`).
    pub lanes: u32,
}

impl Costs {
    /// What new slots are made with: 256 MiB, 3 passes, 4 lanes; somewhat under a second of CPU.
    pub const DEFAULT: Self = Self { memory_kib: 256 << 10, passes: 3, lanes: 4 };
    /// The least that is ever accepted, and no less than RFC 9106, section 4, recommends for little memory.
    /// Slots at the floor are for tests: they are cheap and yet what a client accepts.
    pub const FLOOR: Self = Self { memory_kib: 64 << 10, passes: 3, lanes: 4 };
    /// The most that is ever accepted: 2 GiB, 64 passes, 16 lanes.
    pub const CEILING: Self = Self { memory_kib: 2 << 20, passes: 64, lanes: 16 };

    /// Within floor and ceiling, each cost for itself.
    fn check(self) -> Result<(), SlotError> {
        if self.any(Self::FLOOR, |cost, floor| cost < floor) {
            return Err(SlotError::CostsTooLow);
        }
        if self.any(Self::CEILING, |cost, ceiling| cost > ceiling) {
            return Err(SlotError::CostsTooHigh);
        }
        Ok(())
    }

    /// The larger of each cost, if any of these is below the others.
    pub fn raised_to(self, least: Self) -> Option<Self> {
        let raised = Self {
            memory_kib: self.memory_kib.max(least.memory_kib),
            passes: self.passes.max(least.passes),
            lanes: self.lanes.max(least.lanes),
        };
        (raised != self).then_some(raised)
    }

    fn any(self, limit: Self, breaks: fn(u32, u32) -> bool) -> bool {
        breaks(self.memory_kib, limit.memory_kib)
            || breaks(self.passes, limit.passes)
            || breaks(self.lanes, limit.lanes)
    }
}

/// The slots of one device.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SlotFile {
    slots: Vec<Slot>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize_tuple, Deserialize_tuple)]
struct Slot {
    kind: SlotKind,
    index: u32,
    bytes: ByteBuf,
}

#[derive(Serialize_tuple, Deserialize_tuple)]
struct Wire {
    version: u8,
    slots: Vec<Slot>,
}

#[derive(Serialize_tuple, Deserialize_tuple)]
struct PasswordSlot {
    memory_kib: u32,
    passes: u32,
    lanes: u32,
    salt: ByteArray<32>,
    wrapped: WrappedKey,
    commitment: Commitment,
}

#[derive(Serialize_tuple, Deserialize_tuple)]
struct RecoverySlot {
    set: RecoverySetId,
    commitment: Commitment,
    wrapped: WrappedKey,
}

#[derive(Serialize_tuple, Deserialize_tuple)]
struct TokenSlot {
    address: String,
    secret: ByteBuf,
    wrapped: WrappedKey,
    commitment: Commitment,
}

#[derive(Serialize_tuple, Deserialize_tuple)]
struct LoginSlot {
    wrapped: WrappedKey,
    commitment: Commitment,
}

/// How the token of a home is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenWay {
    /// The slot's index: part of the place that the secret is wrapped for.
    pub index: u32,
    /// Where the token's key is, without a PIN. It helps to find the key; a false one opens nothing.
    pub address: String,
    /// The secret, wrapped by that key.
    pub secret: Vec<u8>,
}

impl SlotFile {
    /// Without slots: add one before writing it.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a slot that a password opens, and gives its index. Takes as long as the costs ask for.
    ///
    /// # Errors
    /// Costs beyond floor or ceiling, too many slots, no memory, no randomness.
    pub fn add_password(
        &mut self,
        workspace: WorkspaceId,
        device_key: &DeviceKey,
        password: &Password,
        costs: Costs,
    ) -> Result<u32, SlotError> {
        let index = self.next_index()?;
        let made = PasswordSlot::make(workspace, index, device_key, password, costs)?;
        let bytes = ByteBuf::from(cbor::encode(&made).map_err(|_| SlotError::Library)?);
        self.slots.push(Slot { kind: SlotKind::PASSWORD, index, bytes });
        Ok(index)
    }

    /// Adds the slot that a recovery key opens, and gives its index.
    ///
    /// # Errors
    /// Too many slots, no randomness.
    pub fn add_recovery(
        &mut self,
        workspace: WorkspaceId,
        device_key: &DeviceKey,
        set: RecoverySetId,
        key: &RecoveryKey,
    ) -> Result<u32, SlotError> {
        let index = self.next_index()?;
        let place = place(workspace, SlotKind::RECOVERY, index);
        let wrapped = wrap_key(&recovery_subkey(key), &place, device_key.expose_secret())?;
        let made = RecoverySlot { set, commitment: key.commitment(), wrapped };
        let bytes = ByteBuf::from(cbor::encode(&made).map_err(|_| SlotError::Library)?);
        self.slots.push(Slot { kind: SlotKind::RECOVERY, index, bytes });
        Ok(index)
    }

    /// The set whose recovery key opens the newest recovery slot: what shares are checked against.
    ///
    /// # Errors
    /// [`SlotError::NoSuchSlot`], [`SlotError::Damaged`].
    pub fn recovery_set(&self) -> Result<ShareSet, SlotError> {
        let slot = self.recovery_slot()?.1;
        Ok(ShareSet { id: slot.set, commitment: slot.commitment })
    }

    /// Opens the device key with the recovery key of the newest recovery slot.
    ///
    /// # Errors
    /// [`SlotError::WrongRecoveryKey`]: of another set; [`SlotError::Damaged`], [`SlotError::NoSuchSlot`].
    pub fn open_with_recovery(&self, workspace: WorkspaceId, key: &RecoveryKey) -> Result<DeviceKey, SlotError> {
        let (index, slot) = self.recovery_slot()?;
        let same: bool = key.commitment().as_bytes().ct_eq(slot.commitment.as_bytes()).into();
        if !same {
            return Err(SlotError::WrongRecoveryKey);
        }
        let place = place(workspace, SlotKind::RECOVERY, index);
        let opened = unwrap_key(&recovery_subkey(key), &place, &slot.wrapped).map_err(|_| SlotError::Damaged)?;
        Ok(DeviceKey::copy_of(opened.expose_secret()))
    }

    fn recovery_slot(&self) -> Result<(u32, RecoverySlot), SlotError> {
        let slot = self.slots.iter().rfind(|slot| slot.kind == SlotKind::RECOVERY).ok_or(SlotError::NoSuchSlot)?;
        Ok((slot.index, cbor::decode(&slot.bytes).map_err(|_| SlotError::Damaged)?))
    }

    /// The index that the next slot will have: what is to be wrapped for its place is wrapped before it is added.
    ///
    /// # Errors
    /// [`SlotError::TooManySlots`].
    pub fn index_to_come(&self) -> Result<u32, SlotError> {
        self.next_index()
    }

    /// Adds the slot that a secret opens which a token has wrapped, and gives its index.
    ///
    /// # Errors
    /// Too many slots, or larger than a file can be; no randomness.
    pub fn add_token(
        &mut self,
        workspace: WorkspaceId,
        device_key: &DeviceKey,
        secret: &SlotSecret,
        (address, wrapped_secret): (&str, &[u8]),
    ) -> Result<u32, SlotError> {
        let index = self.next_index()?;
        let key = secret.derive_subkey(Purpose::TokenSlot);
        let place = place(workspace, SlotKind::TOKEN, index);
        let wrapped = wrap_key(&key.derive_subkey(Purpose::SlotWrap), &place, device_key.expose_secret())?;
        let (address, secret) = (address.to_owned(), ByteBuf::from(wrapped_secret));
        let made = TokenSlot { address, secret, wrapped, commitment: commitment(&key) };
        let bytes = ByteBuf::from(cbor::encode(&made).map_err(|_| SlotError::Library)?);
        self.slots.push(Slot { kind: SlotKind::TOKEN, index, bytes });
        Ok(index)
    }

    /// How the token of the newest token slot is asked for its secret.
    ///
    /// # Errors
    /// [`SlotError::NoSuchSlot`], [`SlotError::Damaged`].
    pub fn token(&self) -> Result<TokenWay, SlotError> {
        let (index, slot) = self.token_slot()?;
        Ok(TokenWay { index, address: slot.address, secret: slot.secret.into_vec() })
    }

    /// Opens the device key with what the token gave for the newest token slot.
    ///
    /// # Errors
    /// [`SlotError::WrongSlotSecret`], [`SlotError::Damaged`], [`SlotError::NoSuchSlot`].
    pub fn open_with_token(&self, workspace: WorkspaceId, secret: &SlotSecret) -> Result<DeviceKey, SlotError> {
        let (index, slot) = self.token_slot()?;
        let key = secret.derive_subkey(Purpose::TokenSlot);
        let matches: bool = commitment(&key).as_bytes().ct_eq(slot.commitment.as_bytes()).into();
        if !matches {
            return Err(SlotError::WrongSlotSecret);
        }
        let place = place(workspace, SlotKind::TOKEN, index);
        let opened = unwrap_key(&key.derive_subkey(Purpose::SlotWrap), &place, &slot.wrapped);
        Ok(DeviceKey::copy_of(opened.map_err(|_| SlotError::Damaged)?.expose_secret()))
    }

    fn token_slot(&self) -> Result<(u32, TokenSlot), SlotError> {
        let slot = self.slots.iter().rfind(|slot| slot.kind == SlotKind::TOKEN).ok_or(SlotError::NoSuchSlot)?;
        Ok((slot.index, cbor::decode(&slot.bytes).map_err(|_| SlotError::Damaged)?))
    }

    /// Adds the slot that a secret in the system's keyring opens, and gives its index.
    ///
    /// # Errors
    /// Too many slots, no randomness.
    pub fn add_login(
        &mut self,
        workspace: WorkspaceId,
        device_key: &DeviceKey,
        secret: &LoginSecret,
    ) -> Result<u32, SlotError> {
        let index = self.next_index()?;
        let key = secret.derive_subkey(Purpose::LoginSlot);
        let place = place(workspace, SlotKind::LOGIN, index);
        let wrapped = wrap_key(&key.derive_subkey(Purpose::SlotWrap), &place, device_key.expose_secret())?;
        let made = LoginSlot { wrapped, commitment: commitment(&key) };
        let bytes = ByteBuf::from(cbor::encode(&made).map_err(|_| SlotError::Library)?);
        self.slots.push(Slot { kind: SlotKind::LOGIN, index, bytes });
        Ok(index)
    }

    /// Opens the device key with what the keyring gave for the newest log-in slot.
    ///
    /// # Errors
    /// [`SlotError::WrongSlotSecret`], [`SlotError::Damaged`], [`SlotError::NoSuchSlot`].
    pub fn open_with_login(&self, workspace: WorkspaceId, secret: &LoginSecret) -> Result<DeviceKey, SlotError> {
        let slot = self.slots.iter().rfind(|slot| slot.kind == SlotKind::LOGIN).ok_or(SlotError::NoSuchSlot)?;
        let LoginSlot { wrapped, commitment: expected } = cbor::decode(&slot.bytes).map_err(|_| SlotError::Damaged)?;
        let key = secret.derive_subkey(Purpose::LoginSlot);
        let matches: bool = commitment(&key).as_bytes().ct_eq(expected.as_bytes()).into();
        if !matches {
            return Err(SlotError::WrongSlotSecret);
        }
        let place = place(workspace, SlotKind::LOGIN, slot.index);
        let opened = unwrap_key(&key.derive_subkey(Purpose::SlotWrap), &place, &wrapped);
        Ok(DeviceKey::copy_of(opened.map_err(|_| SlotError::Damaged)?.expose_secret()))
    }

    /// Whether there is a slot of a kind.
    pub fn has(&self, kind: SlotKind) -> bool {
        self.slots.iter().any(|slot| slot.kind == kind)
    }

    /// Removes all slots of a kind; the bytes they were written to are the caller's to replace.
    pub fn remove_kind(&mut self, kind: SlotKind) {
        self.slots.retain(|slot| slot.kind != kind);
    }

    fn next_index(&self) -> Result<u32, SlotError> {
        if self.slots.len() >= MAX_SLOTS {
            return Err(SlotError::TooManySlots);
        }
        self.slots.last().map_or(Some(0), |slot| slot.index.checked_add(1)).ok_or(SlotError::TooManySlots)
    }

    /// Opens the device key with a password: tries each password slot, normally one.
    ///
    /// # Errors
    /// [`SlotError::WrongPassword`] when no slot's commitment matches, [`SlotError::Damaged`] when one does
    /// and the key in it does not open here, [`SlotError::NoSuchSlot`] without any password slot; costs
    /// outside floor and ceiling stop everything.
    pub fn open_with_password(&self, workspace: WorkspaceId, password: &Password) -> Result<DeviceKey, SlotError> {
        let mut result = Err(SlotError::NoSuchSlot);
        for slot in self.slots.iter().filter(|slot| slot.kind == SlotKind::PASSWORD) {
            result = slot.open_with_password(workspace, password);
            match result {
                Err(SlotError::WrongPassword) => {}
                other => return other,
            }
        }
        result
    }

    /// Opens the device key by one slot with a password.
    ///
    /// # Errors
    /// As [`Self::open_with_password`], and [`SlotError::UnknownKind`] if a password is not what opens it.
    pub fn open_slot_with_password(
        &self,
        index: u32,
        workspace: WorkspaceId,
        password: &Password,
    ) -> Result<DeviceKey, SlotError> {
        let slot = self.slots.iter().find(|slot| slot.index == index).ok_or(SlotError::NoSuchSlot)?;
        match slot.kind {
            SlotKind::PASSWORD => slot.open_with_password(workspace, password),
            _ => Err(SlotError::UnknownKind),
        }
    }

    /// What a guess of the password costs, by the newest password slot that can be read.
    pub fn password_costs(&self) -> Option<Costs> {
        let slot = self.slots.iter().rfind(|slot| slot.kind == SlotKind::PASSWORD)?;
        let PasswordSlot { memory_kib, passes, lanes, .. } = cbor::decode(&slot.bytes).ok()?;
        Some(Costs { memory_kib, passes, lanes })
    }

    /// Removes a slot; the bytes it was written to are the caller's to replace.
    ///
    /// # Errors
    /// [`SlotError::NoSuchSlot`].
    pub fn remove(&mut self, index: u32) -> Result<(), SlotError> {
        let place = self.slots.iter().position(|slot| slot.index == index).ok_or(SlotError::NoSuchSlot)?;
        self.slots.remove(place);
        Ok(())
    }

    /// Index and kind of each slot.
    pub fn slots(&self) -> impl Iterator<Item = (u32, SlotKind)> {
        self.slots.iter().map(|slot| (slot.index, slot.kind))
    }

    /// The file, at most 16 KiB.
    ///
    /// # Errors
    /// [`SlotError::TooManySlots`] when it would be larger.
    pub fn to_bytes(&self) -> Result<Vec<u8>, SlotError> {
        let wire = Wire { version: FILE_VERSION, slots: self.slots.clone() };
        let bytes = cbor::encode(&wire).map_err(|_| SlotError::Library)?;
        if bytes.len() > MAX_FILE { Err(SlotError::TooManySlots) } else { Ok(bytes) }
    }

    /// Reads a file and checks its form; what the slots hold shows when they are opened.
    ///
    /// # Errors
    /// [`SlotError::Damaged`], [`SlotError::UpdateNeeded`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, SlotError> {
        // An array of two whose first is a small number (RFC 8949, section 3).
        match bytes {
            [0x82, FILE_VERSION, ..] if bytes.len() <= MAX_FILE => {}
            [0x82, version @ ..=23, ..] if *version > FILE_VERSION => return Err(SlotError::UpdateNeeded),
            _ => return Err(SlotError::Damaged),
        }
        let wire: Wire = cbor::decode(bytes).map_err(|_| SlotError::Damaged)?;
        let ascending = wire.slots.windows(2).all(|pair| pair[0].index < pair[1].index);
        if wire.slots.len() > MAX_SLOTS || !ascending {
            return Err(SlotError::Damaged);
        }
        Ok(Self { slots: wire.slots })
    }
}

impl Slot {
    fn open_with_password(&self, workspace: WorkspaceId, password: &Password) -> Result<DeviceKey, SlotError> {
        let slot: PasswordSlot = cbor::decode(&self.bytes).map_err(|_| SlotError::Damaged)?;
        slot.open(workspace, self.index, password)
    }
}

impl PasswordSlot {
    fn make(
        workspace: WorkspaceId,
        index: u32,
        device_key: &DeviceKey,
        password: &Password,
        costs: Costs,
    ) -> Result<Self, SlotError> {
        let salt: [u8; 32] = random::make_bytes()?;
        let user_key = derive_user_key(password, &salt, costs)?;
        let subkey = user_key.derive_subkey(Purpose::SlotWrap);
        let wrapped = wrap_key(&subkey, &place(workspace, SlotKind::PASSWORD, index), device_key.expose_secret())?;
        let Costs { memory_kib, passes, lanes } = costs;
        Ok(Self { memory_kib, passes, lanes, salt: ByteArray::new(salt), wrapped, commitment: commitment(&user_key) })
    }

    fn open(&self, workspace: WorkspaceId, index: u32, password: &Password) -> Result<DeviceKey, SlotError> {
        let costs = Costs { memory_kib: self.memory_kib, passes: self.passes, lanes: self.lanes };
        self.open_with_user_key(workspace, index, &derive_user_key(password, &self.salt, costs)?)
    }

    fn open_with_user_key(
        &self,
        workspace: WorkspaceId,
        index: u32,
        user_key: &Secret32,
    ) -> Result<DeviceKey, SlotError> {
        let matches: bool = commitment(user_key).as_bytes().ct_eq(self.commitment.as_bytes()).into();
        if !matches {
            return Err(SlotError::WrongPassword);
        }
        let subkey = user_key.derive_subkey(Purpose::SlotWrap);
        let device_key = unwrap_key(&subkey, &place(workspace, SlotKind::PASSWORD, index), &self.wrapped)
            .map_err(|_| SlotError::Damaged)?;
        Ok(DeviceKey::copy_of(device_key.expose_secret()))
    }
}

/// As with a password, a key of the slot's own stands between: here it needs no salt.
fn recovery_subkey(key: &RecoveryKey) -> Secret32 {
    key.derive_subkey(Purpose::RecoverySlot).derive_subkey(Purpose::SlotWrap)
}

fn place(workspace: WorkspaceId, kind: SlotKind, index: u32) -> WrapPlace {
    WrapPlace::Slot { workspace, slot: kind.0, index }
}

fn commitment(user_key: &Secret32) -> Commitment {
    Commitment::new(digest(Label::Slot, &[user_key.derive_subkey(Purpose::SlotCommitment).expose_secret()]))
}

/// Argon2id, version 0x13, 32 bytes of output. The costs are checked first; the memory is asked for politely
/// and wiped, because the derived key can be computed from it.
fn derive_user_key(password: &Password, salt: &[u8; 32], costs: Costs) -> Result<Secret32, SlotError> {
    costs.check()?;
    let params = Params::new(costs.memory_kib, costs.passes, costs.lanes, Some(32)).map_err(|_| SlotError::Library)?;
    let mut memory = Vec::new();
    memory.try_reserve_exact(params.block_count()).map_err(|_| SlotError::OutOfMemory)?;
    memory.resize(params.block_count(), Block::new());
    let mut key = Zeroizing::new([0; 32]);
    let derived = Argon2::new(Algorithm::Argon2id, Version::V0x13, params).hash_password_into_with_memory(
        password.expose_secret(),
        salt,
        &mut *key,
        &mut memory,
    );
    memory.iter_mut().zeroize();
    derived.map_err(|_| SlotError::Library)?;
    Ok(Secret32::copy_of(&key))
}

impl From<MakeError> for SlotError {
    fn from(error: MakeError) -> Self {
        match error {
            MakeError::Randomness(error) => Self::Randomness(error),
            _ => Self::Library,
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const WORKSPACE: WorkspaceId = WorkspaceId::new([1; 32]);

    fn file_with(slot: &PasswordSlot) -> SlotFile {
        let bytes = ByteBuf::from(cbor::encode(slot).unwrap());
        SlotFile { slots: vec![Slot { kind: SlotKind::PASSWORD, index: 0, bytes }] }
    }

    fn slot() -> (PasswordSlot, Password, DeviceKey) {
        let (password, device_key) = (Password::new("one password").unwrap(), DeviceKey::make().unwrap());
        let slot = PasswordSlot::make(WORKSPACE, 0, &device_key, &password, Costs::FLOOR).unwrap();
        (slot, password, device_key)
    }

    /// Attack B1: refused before deriving, so that nothing here takes time or memory.
    #[test]
    fn costs_beyond_floor_and_ceiling_are_refused() {
        let (mut slot, password, _) = slot();
        let mut result_with = |memory_kib, passes, lanes| {
            (slot.memory_kib, slot.passes, slot.lanes) = (memory_kib, passes, lanes);
            file_with(&slot).open_with_password(WORKSPACE, &password).unwrap_err()
        };
        for (memory_kib, passes, lanes) in
            [((64 << 10) - 1, 3, 4), (8, 1, 1), (0, 0, 0), (64 << 10, 2, 4), (64 << 10, 3, 3), (u32::MAX, 3, 3)]
        {
            assert_eq!(result_with(memory_kib, passes, lanes), SlotError::CostsTooLow);
        }
        for (memory_kib, passes, lanes) in
            [((2 << 20) + 1, 3, 4), (u32::MAX, u32::MAX, u32::MAX), (64 << 10, 65, 4), (64 << 10, 3, 17)]
        {
            assert_eq!(result_with(memory_kib, passes, lanes), SlotError::CostsTooHigh);
        }
        let mut file = SlotFile::new();
        let weak = Costs { memory_kib: 1024, ..Costs::FLOOR };
        let made = file.add_password(WORKSPACE, &DeviceKey::make().unwrap(), &password, weak);
        assert_eq!(made, Err(SlotError::CostsTooLow));
    }

    /// Attacks C1 and C2, without deriving ten thousand times: a flip in salt or costs derives another key,
    /// every other flip meets the right one.
    #[test]
    fn every_flipped_bit_is_refused() {
        let (slot, password, device_key) = slot();
        let costs = |slot: &PasswordSlot| (slot.memory_kib, slot.passes, slot.lanes, *slot.salt);
        let user_key = derive_user_key(&password, &slot.salt, Costs::FLOOR).unwrap();
        assert!(slot.open_with_user_key(WORKSPACE, 0, &user_key).unwrap() == device_key);
        let bytes = file_with(&slot).to_bytes().unwrap();
        let mut derived_otherwise = 0;
        for bit in 0..bytes.len() * 8 {
            let mut bytes = bytes.clone();
            bytes[bit / 8] ^= 1 << (bit % 8);
            let Ok(file) = SlotFile::from_bytes(&bytes) else { continue };
            let [flipped] = file.slots.as_slice() else { panic!("a slot was lost") };
            if flipped.kind != SlotKind::PASSWORD {
                assert_eq!(file.open_with_password(WORKSPACE, &password), Err(SlotError::NoSuchSlot));
                continue;
            }
            let Ok(parsed) = cbor::decode::<PasswordSlot>(&flipped.bytes) else { continue };
            if costs(&parsed) == costs(&slot) {
                assert!(parsed.open_with_user_key(WORKSPACE, flipped.index, &user_key).is_err(), "bit {bit}");
            } else {
                derived_otherwise += 1;
                let cheap = parsed.passes == 3 && parsed.memory_kib == Costs::FLOOR.memory_kib;
                if cheap && derived_otherwise % 100 == 0 {
                    assert_eq!(file.open_with_password(WORKSPACE, &password), Err(SlotError::WrongPassword));
                }
            }
        }
        assert!(derived_otherwise >= 256);
    }

    #[test]
    fn a_slot_opens_for_one_password_and_place_only() {
        let (slot, password, device_key) = slot();
        let file = file_with(&slot);
        assert!(file.open_with_password(WORKSPACE, &password).unwrap() == device_key);
        let other = Password::new("one passwor").unwrap();
        assert_eq!(file.open_with_password(WORKSPACE, &other), Err(SlotError::WrongPassword));
        let elsewhere = WorkspaceId::new([2; 32]);
        assert_eq!(file.open_with_password(elsewhere, &password), Err(SlotError::Damaged));
        assert_eq!(file.open_slot_with_password(1, WORKSPACE, &password), Err(SlotError::NoSuchSlot));
        let mut moved = file.clone();
        moved.slots[0].index = 1;
        assert_eq!(moved.open_with_password(WORKSPACE, &password), Err(SlotError::Damaged));
    }

    #[test]
    fn unknown_versions_kinds_and_forms_are_told_apart() {
        let (slot, password, device_key) = slot();
        let bytes = file_with(&slot).to_bytes().unwrap();
        let with = |at: usize, byte: u8| {
            let mut bytes = bytes.clone();
            bytes[at] = byte;
            SlotFile::from_bytes(&bytes)
        };
        assert_eq!(with(1, 2), Err(SlotError::UpdateNeeded));
        assert_eq!(with(1, 0), Err(SlotError::Damaged));
        assert_eq!(SlotFile::from_bytes(&[&bytes[..], &[0]].concat()), Err(SlotError::Damaged));
        assert_eq!(SlotFile::from_bytes(&bytes[..bytes.len() - 1]), Err(SlotError::Damaged));
        assert_eq!(SlotFile::from_bytes(&[]), Err(SlotError::Damaged));
        // A slot of a later kind is kept, not used, and does no harm to the others.
        let mut mixed = file_with(&slot);
        mixed.slots.push(Slot { kind: SlotKind(9), index: 1, bytes: ByteBuf::from(vec![1, 2, 3]) });
        let read = SlotFile::from_bytes(&mixed.to_bytes().unwrap()).unwrap();
        assert_eq!(read, mixed);
        assert!(read.open_with_password(WORKSPACE, &password).unwrap() == device_key);
        assert_eq!(read.open_slot_with_password(1, WORKSPACE, &password), Err(SlotError::UnknownKind));
        mixed.remove(0).unwrap();
        assert_eq!(mixed.open_with_password(WORKSPACE, &password), Err(SlotError::NoSuchSlot));
    }

    /// Attacks C1 and C2 on the recovery slot, and slots swapped between places, workspaces, kinds and sets.
    #[test]
    fn a_recovery_slot_opens_for_one_key_and_place_only() {
        let (password_slot, password, device_key) = slot();
        let (key, other) = (RecoveryKey::make().unwrap(), RecoveryKey::make().unwrap());
        let set = RecoverySetId::new([5; 16]);
        let mut file = file_with(&password_slot);
        assert_eq!(file.open_with_recovery(WORKSPACE, &key), Err(SlotError::NoSuchSlot));
        assert_eq!(file.add_recovery(WORKSPACE, &device_key, set, &key), Ok(1));
        let file = SlotFile::from_bytes(&file.to_bytes().unwrap()).unwrap();
        assert_eq!(file.recovery_set(), Ok(ShareSet { id: set, commitment: key.commitment() }));
        assert!(file.open_with_recovery(WORKSPACE, &key).unwrap() == device_key);
        assert!(file.open_with_password(WORKSPACE, &password).unwrap() == device_key);
        assert_eq!(file.open_with_recovery(WORKSPACE, &other), Err(SlotError::WrongRecoveryKey));
        assert_eq!(file.open_with_recovery(WorkspaceId::new([2; 32]), &key), Err(SlotError::Damaged));
        assert_eq!(file.open_slot_with_password(1, WORKSPACE, &password), Err(SlotError::UnknownKind));
        let mut moved = file.clone();
        moved.slots[1].index = 2;
        assert_eq!(moved.open_with_recovery(WORKSPACE, &key), Err(SlotError::Damaged));
        let mut swapped = file.clone();
        swapped.slots[1].kind = SlotKind::PASSWORD;
        swapped.slots[0].kind = SlotKind::RECOVERY;
        assert_eq!(swapped.open_with_recovery(WORKSPACE, &key), Err(SlotError::Damaged));
        assert_eq!(swapped.open_with_password(WORKSPACE, &password), Err(SlotError::Damaged));
        for bit in 0..file.slots[1].bytes.len() * 8 {
            let mut flipped = file.clone();
            flipped.slots[1].bytes[bit / 8] ^= 1 << (bit % 8);
            let of_set = flipped.recovery_set().is_ok_and(|flipped| flipped.id != set);
            // The set's id names shares; what opens is decided by key and commitment alone.
            assert!(of_set || flipped.open_with_recovery(WORKSPACE, &key).is_err(), "bit {bit}");
        }
        let mut used = file.clone();
        used.remove_kind(SlotKind::RECOVERY);
        used.add_recovery(WORKSPACE, &device_key, RecoverySetId::new([6; 16]), &other).unwrap();
        assert_eq!(used.open_with_recovery(WORKSPACE, &key), Err(SlotError::WrongRecoveryKey));
    }

    /// Attacks C1 and C2 on the token's slot: moved, of another workspace or kind, another secret, bits flipped, and what
    /// one device's token wrapped put into another's slot.
    #[test]
    fn a_token_slot_opens_for_one_secret_and_place_only() {
        let (password_slot, password, device_key) = slot();
        let (secret, other) = (SlotSecret::make().unwrap(), SlotSecret::make().unwrap());
        let mut file = file_with(&password_slot);
        assert_eq!(file.open_with_token(WORKSPACE, &secret), Err(SlotError::NoSuchSlot));
        assert_eq!(file.index_to_come(), Ok(1));
        assert_eq!(file.add_token(WORKSPACE, &device_key, &secret, ("pkcs11:token=org", &[7; 90])), Ok(1));
        let file = SlotFile::from_bytes(&file.to_bytes().unwrap()).unwrap();
        let way = TokenWay { index: 1, address: "pkcs11:token=org".to_owned(), secret: vec![7; 90] };
        assert_eq!(file.token(), Ok(way));
        assert!(file.has(SlotKind::TOKEN) && file.has(SlotKind::PASSWORD) && !file.has(SlotKind::RECOVERY));
        assert!(file.open_with_token(WORKSPACE, &secret).unwrap() == device_key);
        assert!(file.open_with_password(WORKSPACE, &password).unwrap() == device_key);
        assert_eq!(file.open_with_token(WORKSPACE, &other), Err(SlotError::WrongSlotSecret));
        assert_eq!(file.open_with_token(WorkspaceId::new([2; 32]), &secret), Err(SlotError::Damaged));
        assert_eq!(file.open_slot_with_password(1, WORKSPACE, &password), Err(SlotError::UnknownKind));
        let mut moved = file.clone();
        moved.slots[1].index = 2;
        assert_eq!(moved.open_with_token(WORKSPACE, &secret), Err(SlotError::Damaged));
        for kind in [SlotKind::PASSWORD, SlotKind::RECOVERY] {
            let mut posing = file.clone();
            posing.slots[1].kind = kind;
            posing.slots[0].kind = SlotKind::TOKEN;
            assert_eq!(posing.open_with_token(WORKSPACE, &secret), Err(SlotError::Damaged));
        }
        // Another device's slot in the place of this one's: what its token gives opens that device's key, not this one's.
        let mut theirs = SlotFile::new();
        theirs.add_token(WORKSPACE, &DeviceKey::make().unwrap(), &other, ("pkcs11:token=org", &[8; 90])).unwrap();
        let mut swapped = file.clone();
        swapped.slots[1].bytes = theirs.slots[0].bytes.clone();
        assert_eq!(swapped.open_with_token(WORKSPACE, &secret), Err(SlotError::WrongSlotSecret));
        assert_eq!(swapped.open_with_token(WORKSPACE, &other), Err(SlotError::Damaged), "it was at another index");
        for bit in 0..file.slots[1].bytes.len() * 8 {
            let mut flipped = file.clone();
            flipped.slots[1].bytes[bit / 8] ^= 1 << (bit % 8);
            // Address and wrapped secret are the token's to judge; what opens is decided by secret and commitment.
            let of_token = flipped.token().is_ok_and(|way| Ok(way) != file.token());
            assert!(of_token || flipped.open_with_token(WORKSPACE, &secret).is_err(), "bit {bit}");
        }
        let mut without = file.clone();
        without.remove_kind(SlotKind::PASSWORD);
        assert_eq!(without.open_with_password(WORKSPACE, &password), Err(SlotError::NoSuchSlot));
        assert!(without.open_with_token(WORKSPACE, &secret).unwrap() == device_key);
    }

    /// Attacks C1 and C2 on the log-in slot, and its removal: what was in the keyring before opens nothing after it.
    #[test]
    fn a_login_slot_opens_for_one_secret_and_place_only() {
        let (password_slot, password, device_key) = slot();
        let (secret, other) = (LoginSecret::make().unwrap(), LoginSecret::make().unwrap());
        let mut file = file_with(&password_slot);
        assert_eq!(file.open_with_login(WORKSPACE, &secret), Err(SlotError::NoSuchSlot));
        assert_eq!(file.add_login(WORKSPACE, &device_key, &secret), Ok(1));
        let file = SlotFile::from_bytes(&file.to_bytes().unwrap()).unwrap();
        assert!(file.open_with_login(WORKSPACE, &secret).unwrap() == device_key);
        assert!(file.open_with_password(WORKSPACE, &password).unwrap() == device_key);
        assert_eq!(file.open_with_login(WORKSPACE, &other), Err(SlotError::WrongSlotSecret));
        assert_eq!(file.open_with_login(WorkspaceId::new([2; 32]), &secret), Err(SlotError::Damaged));
        assert_eq!(file.open_slot_with_password(1, WORKSPACE, &password), Err(SlotError::UnknownKind));
        let mut moved = file.clone();
        moved.slots[1].index = 2;
        assert_eq!(moved.open_with_login(WORKSPACE, &secret), Err(SlotError::Damaged));
        for kind in [SlotKind::PASSWORD, SlotKind::RECOVERY, SlotKind::TOKEN] {
            let mut posing = file.clone();
            posing.slots[1].kind = kind;
            posing.slots[0].kind = SlotKind::LOGIN;
            assert_eq!(posing.open_with_login(WORKSPACE, &secret), Err(SlotError::Damaged));
        }
        // The same 32 bytes as a token's secret open no log-in slot, and the other way round.
        let token = SlotSecret::copy_of(secret.expose_secret());
        let mut of_token = file_with(&password_slot);
        of_token.add_token(WORKSPACE, &device_key, &token, ("pkcs11:token=org", &[7; 90])).unwrap();
        let TokenSlot { wrapped, commitment, .. } = cbor::decode(&of_token.slots[1].bytes).unwrap();
        let mut posing = file.clone();
        posing.slots[1].bytes = ByteBuf::from(cbor::encode(&LoginSlot { wrapped, commitment }).unwrap());
        assert_eq!(posing.open_with_login(WORKSPACE, &secret), Err(SlotError::WrongSlotSecret));
        for bit in 0..file.slots[1].bytes.len() * 8 {
            let mut flipped = file.clone();
            flipped.slots[1].bytes[bit / 8] ^= 1 << (bit % 8);
            assert!(flipped.open_with_login(WORKSPACE, &secret).is_err(), "bit {bit}");
        }
        let mut without = file.clone();
        without.remove_kind(SlotKind::LOGIN);
        assert_eq!(without.open_with_login(WORKSPACE, &secret), Err(SlotError::NoSuchSlot));
        without.add_login(WORKSPACE, &device_key, &other).unwrap();
        assert_eq!(without.open_with_login(WORKSPACE, &secret), Err(SlotError::WrongSlotSecret));
        assert!(LoginSecret::from_keyring_text("no secret").is_none());
    }

    #[test]
    fn slots_are_limited_and_in_order() {
        let slot = |index| Slot { kind: SlotKind(9), index, bytes: ByteBuf::new() };
        let file = |indices: &[u32]| SlotFile { slots: indices.iter().copied().map(slot).collect() };
        let read = |indices: &[u32]| SlotFile::from_bytes(&file(indices).to_bytes().unwrap());
        assert!(read(&[0, 1, 2, 3, 4, 5, 6, 70]).is_ok());
        assert_eq!(read(&[0, 1, 2, 3, 4, 5, 6, 7, 8]), Err(SlotError::Damaged));
        assert_eq!(read(&[1, 0]), Err(SlotError::Damaged));
        assert_eq!(read(&[1, 1]), Err(SlotError::Damaged));
        let (key, password) = (DeviceKey::make().unwrap(), Password::new("p").unwrap());
        let mut full = file(&[0, 1, 2, 3, 4, 5, 6, 7]);
        assert_eq!(full.add_password(WORKSPACE, &key, &password, Costs::FLOOR), Err(SlotError::TooManySlots));
        let mut huge = file(&[0]);
        huge.slots[0].bytes = ByteBuf::from(vec![0; MAX_FILE]);
        assert_eq!(huge.to_bytes(), Err(SlotError::TooManySlots));
    }
}
