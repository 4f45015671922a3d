//! The account chain: one person's devices, keys and recovery set.
//!
//! The genesis names the workspace and the first device; the `keys` record after it begins account key and
//! master key. A device is added by a device of the account and the new one's consent, or by a recovery.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_tuple::{Deserialize_tuple, Serialize_tuple};

use crate::cbor;
use crate::chain::{Broken, Head, Verdict, Void, check_link};
use crate::ids::{AccountId, Commitment, DeviceId, KeyVersion, RecordHash, RecoverySetId, WorkspaceId};
use crate::keys::{DeviceKeys, Seal, SealingPublic};
use crate::record::{ChainKind, Kind, Record};
use crate::sign::{BadSignature, Domain, Signature, SigningKey, VerifyKey};
use crate::workspace::MAX_HOLDERS;

mod signing_keys;

pub use signing_keys::*;

/// Most devices an account may ever have had.
pub const MAX_DEVICES: usize = 256;

/// Kinds of record in an account chain.
pub mod kind {
    use crate::record::Kind;
    /// [`super::Keys`]
    pub const KEYS: Kind = Kind(1);
    /// [`super::DeviceAdded`]
    pub const DEVICE_ADDED: Kind = Kind(2);
    /// [`super::DeviceRevoked`]
    pub const DEVICE_REVOKED: Kind = Kind(3);
    /// [`super::RecoverySet`]
    pub const RECOVERY_SET: Kind = Kind(4);
    /// [`super::Recovered`]
    pub const RECOVERED: Kind = Kind(5);
    /// [`super::DeviceNamed`]
    pub const DEVICE_NAMED: Kind = Kind(6);
    /// [`super::SigningKeyAdded`]
    pub const SIGNING_KEY: Kind = Kind(7);
    /// [`super::SigningKeyRevoked`]
    pub const SIGNING_KEY_REVOKED: Kind = Kind(8);
}

/// Open part of the genesis.
#[derive(Clone, Debug, PartialEq, Eq, Serialize_tuple, Deserialize_tuple)]
pub struct Genesis {
    /// The workspace this account is of.
    pub workspace: WorkspaceId,
    /// Random.
    pub nonce: Commitment,
    /// The first device, which signs the genesis.
    pub device: DeviceKeys,
}

/// A new version of account key, master key or both, and the ring that holds the account keys.
#[derive(Clone, Debug, PartialEq, Eq, Serialize_tuple, Deserialize_tuple)]
pub struct Keys {
    /// Version of the account key: the current one or the next.
    pub account_version: KeyVersion,
    /// Its public half.
    pub account_public: SealingPublic,
    /// Version of the master key: the current one or the next.
    pub master_version: KeyVersion,
    /// Commitment to the master key.
    pub master_commitment: Commitment,
    /// The master key sealed to every valid device, sorted by id.
    pub master_seals: Vec<DeviceSeal>,
    /// The master key sealed to the recovery set, if there is one.
    pub recovery_seal: Option<Seal>,
    /// Generation of the ring: the next.
    pub ring_generation: u64,
    /// Digest of the sealed ring.
    pub ring_hash: Commitment,
}

/// A key sealed to one device.
#[derive(Clone, Debug, PartialEq, Eq, Serialize_tuple, Deserialize_tuple)]
pub struct DeviceSeal {
    /// To whom.
    pub device: DeviceId,
    /// The sealed key.
    pub seal: Seal,
}

/// Another device of the same person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize_tuple, Deserialize_tuple)]
pub struct DeviceAdded {
    /// Its public keys.
    pub device: DeviceKeys,
    /// Its signature over account and keys.
    pub consent: Signature,
    /// The current master key, sealed to it.
    pub master_seal: Seal,
}

/// A device that no longer counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize_tuple, Deserialize_tuple)]
pub struct DeviceRevoked {
    /// Which.
    pub device: DeviceId,
}

/// The public half of a recovery key, and what is sealed to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize_tuple, Deserialize_tuple)]
pub struct RecoverySet {
    /// Its id: every share carries it.
    pub id: RecoverySetId,
    /// Commitment to the recovery key: every share carries it.
    pub commitment: Commitment,
    /// Signs `recovered` records.
    pub signing: VerifyKey,
    /// Master keys are sealed to it.
    pub sealing: SealingPublic,
    /// The current master key, sealed to it.
    pub master_seal: Seal,
    /// The escrowed share, if the workspace has a recovery authority that can open it.
    pub escrow: Option<EscrowedShare>,
}

impl RecoverySet {
    /// As which device the holder of a recovery key asks a catalog for what the account has there.
    pub fn asks_as(id: &RecoverySetId) -> DeviceId {
        let mut bytes = [0; 32];
        let (head, _) = bytes.split_at_mut(RecoverySetId::LEN);
        head.copy_from_slice(id.as_bytes());
        DeviceId::new(bytes)
    }
}

/// A share sealed to the workspace's recovery authority.
#[derive(Clone, Debug, PartialEq, Eq, Serialize_tuple, Deserialize_tuple)]
pub struct EscrowedShare {
    /// Version of the authority.
    pub authority: KeyVersion,
    /// The share sealed to its holder, or, where it has two, one half to each, in their order.
    pub seals: Vec<Seal>,
}

/// A device added by recovery. The record is signed by the set's recovery key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize_tuple, Deserialize_tuple)]
pub struct Recovered {
    /// The set that was used; it is spent now.
    pub set: RecoverySetId,
    /// The new device.
    pub device: DeviceKeys,
    /// Its signature over account and keys.
    pub consent: Signature,
}

/// Longest sealed name of a device, in bytes.
pub const MAX_SEALED_NAME: usize = 512;

/// What a person calls a device: only their own devices can read it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize_tuple, Deserialize_tuple)]
pub struct DeviceNamed {
    /// Which.
    pub device: DeviceId,
    /// Its name.
    pub name: SealedName,
}

/// A device's name under a subkey of an account key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize_tuple, Deserialize_tuple)]
pub struct SealedName {
    /// Version of the account key.
    pub version: KeyVersion,
    /// Sealed, as `docs/format.md` says; at most [`MAX_SEALED_NAME`] bytes.
    #[serde(with = "serde_bytes")]
    pub sealed: Vec<u8>,
}

/// What an account record did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Op {
    /// See [`Keys`].
    Keys(Box<Keys>),
    /// See [`DeviceAdded`].
    DeviceAdded(Box<DeviceAdded>),
    /// See [`DeviceRevoked`].
    DeviceRevoked(DeviceRevoked),
    /// See [`RecoverySet`].
    RecoverySet(Box<RecoverySet>),
    /// See [`Recovered`].
    Recovered(Box<Recovered>),
    /// See [`DeviceNamed`].
    DeviceNamed(DeviceNamed),
    /// See [`SigningKeyAdded`].
    SigningKeyAdded(SigningKeyAdded),
    /// See [`SigningKeyRevoked`].
    SigningKeyRevoked(SigningKeyRevoked),
}

/// A device as the chain knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Device {
    /// Its public keys.
    pub keys: DeviceKeys,
    /// Where it was revoked.
    pub revoked: Option<Head>,
    /// What it is called, if it was given a name.
    pub name: Option<SealedName>,
    counter: u64,
}

impl Device {
    fn new(keys: DeviceKeys, counter: u64) -> Self {
        Self { keys, revoked: None, name: None, counter }
    }

    /// Not revoked.
    pub fn is_valid(&self) -> bool {
        self.revoked.is_none()
    }
}

/// An account key's public half.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountKey {
    /// Its version.
    pub version: KeyVersion,
    /// Folder keys are sealed to it.
    pub public: SealingPublic,
}

/// A verified account chain, folded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    id: AccountId,
    workspace: WorkspaceId,
    head: Head,
    devices: BTreeMap<DeviceId, Device>,
    key: Option<AccountKey>,
    master: (KeyVersion, Commitment),
    ring: (u64, Commitment),
    recovery: Option<RecoverySet>,
    recoveries: u32,
    signing_keys: Vec<SigningKeyInfo>,
}

/// The bytes a new device signs to consent.
#[derive(Serialize, Deserialize)]
struct Consent<'a>(AccountId, #[serde(borrow)] &'a serde_bytes::Bytes);

/// A new device's consent to be part of an account.
pub fn sign_consent(account: AccountId, keys: &DeviceKeys, signing: &SigningKey) -> Signature {
    signing.sign(Domain::DeviceConsent, &consent_bytes(account, keys))
}

/// Whether a device consents to be part of an account.
///
/// # Errors
/// [`BadSignature`].
pub fn check_consent(account: AccountId, keys: &DeviceKeys, consent: &Signature) -> Result<(), BadSignature> {
    keys.signing.verify(Domain::DeviceConsent, &consent_bytes(account, keys), consent)
}

fn consent_bytes(account: AccountId, keys: &DeviceKeys) -> Vec<u8> {
    let keys = cbor::encode(keys).unwrap_or_default();
    cbor::encode(&Consent(account, serde_bytes::Bytes::new(&keys))).unwrap_or_default()
}

impl Account {
    /// Begins a chain with its genesis.
    pub fn begin(genesis: &Record) -> Result<Self, Broken> {
        let envelope = genesis.envelope();
        if envelope.chain_kind != ChainKind::ACCOUNT || envelope.kind != Kind::GENESIS {
            return Err(Broken::Malformed);
        }
        let open: Genesis = genesis.open().map_err(|_| Broken::Malformed)?;
        let device = open.device.id();
        if !envelope.author.is_zero() || envelope.device != device || envelope.counter != 1 || envelope.epoch != 0 {
            return Err(Broken::Malformed);
        }
        genesis.verify(&open.device.signing).map_err(|_| Broken::Signature)?;
        Ok(Self {
            id: AccountId::new(*genesis.hash().as_bytes()),
            workspace: open.workspace,
            head: Head::of(genesis),
            devices: [(device, Device::new(open.device, 1))].into(),
            key: None,
            master: (0, Commitment::ZERO),
            ring: (0, Commitment::ZERO),
            recovery: None,
            recoveries: 0,
            signing_keys: Vec::new(),
        })
    }

    /// Verifies the next record and folds it in. On an error nothing has changed.
    pub fn apply(&mut self, record: &Record) -> Result<Verdict<Op>, Broken> {
        check_link(self.genesis(), self.head, record)?;
        let envelope = record.envelope();
        if envelope.chain_kind != ChainKind::ACCOUNT || envelope.author != self.id || envelope.epoch != 0 {
            return Err(Broken::Malformed);
        }
        let verdict = match envelope.kind {
            kind::RECOVERED => self.apply_recovered(record)?,
            kind::KEYS
            | kind::DEVICE_ADDED
            | kind::DEVICE_REVOKED
            | kind::RECOVERY_SET
            | kind::DEVICE_NAMED
            | kind::SIGNING_KEY
            | kind::SIGNING_KEY_REVOKED => self.apply_by_device(record)?,
            _ => return Err(Broken::UpdateNeeded),
        };
        self.head = Head::of(record);
        Ok(match verdict {
            Ok(op) => Verdict::Applied(op),
            Err(void) => Verdict::Void(void),
        })
    }

    fn apply_by_device(&mut self, record: &Record) -> Result<Result<Op, Void>, Broken> {
        let envelope = record.envelope();
        let device = self.devices.get_mut(&envelope.device).ok_or(Broken::Signature)?;
        record.verify(&device.keys.signing).map_err(|_| Broken::Signature)?;
        if device.counter.checked_add(1) != Some(envelope.counter) {
            return Ok(Err(Void::Device));
        }
        device.counter = envelope.counter;
        if !device.is_valid() {
            return Ok(Err(Void::Device));
        }
        Ok(match envelope.kind {
            kind::KEYS => self.keys(record),
            kind::DEVICE_ADDED => self.device_added(record),
            kind::DEVICE_REVOKED => self.device_revoked(record),
            kind::DEVICE_NAMED => self.device_named(record),
            kind::SIGNING_KEY => self.signing_key_added(record),
            kind::SIGNING_KEY_REVOKED => self.signing_key_revoked(record),
            _ => self.recovery_set(record),
        })
    }

    fn keys(&mut self, record: &Record) -> Result<Op, Void> {
        let keys: Keys = record.open().map_err(|_| Void::Malformed)?;
        let current = self.key.as_ref().map_or(0, |key| key.version);
        let same_key = self
            .key
            .as_ref()
            .is_some_and(|key| key.version == keys.account_version && key.public == keys.account_public);
        let same_master = self.master == (keys.master_version, keys.master_commitment) && self.master.0 > 0;
        let follows = (same_key || current.checked_add(1) == Some(keys.account_version))
            && (same_master || self.master.0.checked_add(1) == Some(keys.master_version))
            && self.ring.0.checked_add(1) == Some(keys.ring_generation);
        if !follows {
            return Err(Void::Version);
        }
        let valid = self.devices.iter().filter(|(_, device)| device.is_valid()).map(|(id, _)| id);
        let sealed_to_all = valid.eq(keys.master_seals.iter().map(|seal| &seal.device));
        if !sealed_to_all || keys.recovery_seal.is_some() != self.recovery.is_some() {
            return Err(Void::Seals);
        }
        self.key = Some(AccountKey { version: keys.account_version, public: keys.account_public.clone() });
        self.master = (keys.master_version, keys.master_commitment);
        self.ring = (keys.ring_generation, keys.ring_hash);
        Ok(Op::Keys(Box::new(keys)))
    }

    fn device_added(&mut self, record: &Record) -> Result<Op, Void> {
        let added: DeviceAdded = record.open().map_err(|_| Void::Malformed)?;
        self.admit(&added.device, &added.consent)?;
        Ok(Op::DeviceAdded(Box::new(added)))
    }

    fn admit(&mut self, keys: &DeviceKeys, consent: &Signature) -> Result<(), Void> {
        let id = keys.id();
        if self.devices.contains_key(&id) {
            return Err(Void::Subject);
        }
        if self.devices.len() >= MAX_DEVICES {
            return Err(Void::Limit);
        }
        check_consent(self.id, keys, consent).map_err(|_| Void::Device)?;
        self.devices.insert(id, Device::new(keys.clone(), 0));
        Ok(())
    }

    fn device_revoked(&mut self, record: &Record) -> Result<Op, Void> {
        let revoked: DeviceRevoked = record.open().map_err(|_| Void::Malformed)?;
        let valid = self.valid_devices();
        let device = self.devices.get_mut(&revoked.device).filter(|device| device.is_valid()).ok_or(Void::Subject)?;
        if valid == 1 {
            return Err(Void::LastOne);
        }
        device.revoked = Some(Head::of(record));
        Ok(Op::DeviceRevoked(revoked))
    }

    fn device_named(&mut self, record: &Record) -> Result<Op, Void> {
        let named: DeviceNamed = record.open().map_err(|_| Void::Malformed)?;
        if named.name.sealed.len() > MAX_SEALED_NAME {
            return Err(Void::Limit);
        }
        if self.key.as_ref().is_none_or(|key| named.name.version == 0 || named.name.version > key.version) {
            return Err(Void::Version);
        }
        let device = self.devices.get_mut(&named.device).filter(|device| device.is_valid()).ok_or(Void::Subject)?;
        device.name = Some(named.name.clone());
        Ok(Op::DeviceNamed(named))
    }

    fn recovery_set(&mut self, record: &Record) -> Result<Op, Void> {
        let set: RecoverySet = record.open().map_err(|_| Void::Malformed)?;
        if self.master.0 == 0 || self.recovery.as_ref().is_some_and(|old| old.id == set.id) {
            return Err(Void::Version);
        }
        if set.escrow.as_ref().is_some_and(|escrow| !(1..=MAX_HOLDERS).contains(&escrow.seals.len())) {
            return Err(Void::Seals);
        }
        self.recovery = Some(set.clone());
        Ok(Op::RecoverySet(Box::new(set)))
    }

    fn apply_recovered(&mut self, record: &Record) -> Result<Result<Op, Void>, Broken> {
        let set = self.recovery.as_ref().ok_or(Broken::Signature)?;
        record.verify(&set.signing).map_err(|_| Broken::Signature)?;
        let Ok(recovered) = record.open::<Recovered>() else { return Ok(Err(Void::Malformed)) };
        let envelope = record.envelope();
        if recovered.set != set.id || envelope.device != recovered.device.id() || envelope.counter != 1 {
            return Ok(Err(Void::Malformed));
        }
        if let Err(void) = self.admit(&recovered.device, &recovered.consent) {
            return Ok(Err(void));
        }
        if let Some(device) = self.devices.get_mut(&envelope.device) {
            device.counter = 1;
        }
        self.recovery = None;
        self.recoveries = self.recoveries.saturating_add(1);
        Ok(Ok(Op::Recovered(Box::new(recovered))))
    }

    fn genesis(&self) -> RecordHash {
        RecordHash::new(*self.id.as_bytes())
    }

    /// The account.
    pub fn id(&self) -> AccountId {
        self.id
    }

    /// Its workspace.
    pub fn workspace(&self) -> WorkspaceId {
        self.workspace
    }

    /// The last record folded in.
    pub fn head(&self) -> Head {
        self.head
    }

    /// A device that ever was of this account.
    pub fn device(&self, id: &DeviceId) -> Option<&Device> {
        self.devices.get(id)
    }

    /// All devices, revoked ones too.
    pub fn devices(&self) -> impl Iterator<Item = (&DeviceId, &Device)> {
        self.devices.iter()
    }

    /// How often it was recovered on a device that none of its devices had let in.
    pub fn recoveries(&self) -> u32 {
        self.recoveries
    }

    /// How many devices count now.
    pub fn valid_devices(&self) -> usize {
        self.devices.values().filter(|device| device.is_valid()).count()
    }

    /// Whether a device counts now.
    pub fn is_valid(&self, id: &DeviceId) -> bool {
        self.devices.get(id).is_some_and(Device::is_valid)
    }

    /// How many records a device has in this chain.
    pub fn counter(&self, id: &DeviceId) -> u64 {
        self.devices.get(id).map_or(0, |device| device.counter)
    }

    /// The newest account key; none before the first `keys` record.
    pub fn key(&self) -> Option<&AccountKey> {
        self.key.as_ref()
    }

    /// Version of the master key and commitment to it.
    pub fn master(&self) -> (KeyVersion, Commitment) {
        self.master
    }

    /// Generation of the ring and digest of the sealed ring.
    pub fn ring(&self) -> (u64, Commitment) {
        self.ring
    }

    /// The recovery set in force.
    pub fn recovery(&self) -> Option<&RecoverySet> {
        self.recovery.as_ref()
    }

    /// Whether folders must change their key because of what happened since `before`.
    pub(crate) fn demands_rekey_after(&self, before: &Self) -> bool {
        let new_key = before.key.is_some() && self.key != before.key;
        let revoked = self
            .devices
            .iter()
            .any(|(id, device)| !device.is_valid() && before.devices.get(id).is_some_and(Device::is_valid));
        new_key || revoked
    }
}
