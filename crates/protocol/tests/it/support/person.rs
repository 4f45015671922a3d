//! A person with an account chain.

use serde::Serialize;
use serde_bytes::ByteBuf;
use valise_protocol::account::{
    Account, DeviceAdded, DeviceRevoked, DeviceSeal, Genesis, Keys, Op, RecoverySet, SigningKeyAdded, kind,
    sign_consent,
};
use valise_protocol::cbor;
use valise_protocol::chain::{Broken, Slice, Verdict};
use valise_protocol::ids::{AccountId, DeviceId, RecordHash, RecoverySetId, WorkspaceId};
use valise_protocol::keys::{DeviceKeys, DocumentKey};
use valise_protocol::record::{ChainKind, Envelope, FORMAT_VERSION, Kind, Record};
use valise_protocol::sign::{Domain, SigningKey};
use zeroize::Zeroizing;

use super::{commitment, following, seal, sealing};

/// A device: everything follows from one byte.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dev {
    seed: u8,
    pub keys: DeviceKeys,
    pub id: DeviceId,
}

impl Dev {
    pub fn new(seed: u8) -> Self {
        let signing = signing_key(seed).verify_key();
        let peer = signing_key(seed ^ 0x80).verify_key();
        let keys = DeviceKeys { signing, sealing: sealing(seed), peer };
        Self { seed, id: keys.id(), keys }
    }

    pub fn key(&self) -> SigningKey {
        signing_key(self.seed)
    }

    #[track_caller]
    pub fn sign(&self, envelope: Envelope) -> Record {
        Record::sign(envelope, &self.key()).unwrap()
    }
}

pub fn signing_key(seed: u8) -> SigningKey {
    SigningKey::from_seed(&Zeroizing::new([seed; 32]))
}

/// An account with its chain: the genesis and the first keys to begin with.
#[derive(Clone, Debug)]
pub struct Person {
    pub state: Account,
    pub records: Vec<Record>,
    pub device: Dev,
}

impl Person {
    pub fn new(seed: u8, workspace: WorkspaceId) -> Self {
        let mut person = Self::without_keys(seed, workspace);
        person.rotate();
        person
    }

    /// Only the genesis.
    pub fn without_keys(seed: u8, workspace: WorkspaceId) -> Self {
        let device = Dev::new(seed);
        let open = Genesis { workspace, nonce: commitment(seed), device: device.keys.clone() };
        let genesis = device.sign(Envelope {
            version: FORMAT_VERSION,
            chain_kind: ChainKind::ACCOUNT,
            chain: RecordHash::ZERO,
            seq: 0,
            prev: RecordHash::ZERO,
            epoch: 0,
            author: AccountId::ZERO,
            device: device.id,
            counter: 1,
            kind: Kind::GENESIS,
            open: ByteBuf::from(cbor::encode(&open).unwrap()),
            sealed: ByteBuf::new(),
            seen: vec![],
        });
        Self { state: Account::begin(&genesis).unwrap(), records: vec![genesis], device }
    }

    pub fn id(&self) -> AccountId {
        self.state.id()
    }

    /// The next record of the account chain, ready to be spoiled.
    pub fn draft<T: Serialize>(&self, device: &Dev, kind: Kind, open: &T) -> Envelope {
        let mut envelope = self.records[0].envelope().clone();
        following(&mut envelope, RecordHash::new(*self.id().as_bytes()), self.state.head());
        envelope.author = self.id();
        envelope.device = device.id;
        envelope.counter = self.state.counter(&device.id) + 1;
        envelope.kind = kind;
        envelope.open = ByteBuf::from(cbor::encode(open).unwrap());
        envelope
    }

    pub fn apply(&mut self, record: Record) -> Result<Verdict<Op>, Broken> {
        let verdict = self.state.apply(&record)?;
        self.records.push(record);
        Ok(verdict)
    }

    #[track_caller]
    pub fn append<T: Serialize>(&mut self, device: &Dev, kind: Kind, open: &T) -> Verdict<Op> {
        let record = device.sign(self.draft(device, kind, open));
        self.apply(record).unwrap()
    }

    /// The next version of account key and master key.
    pub fn next_keys(&self) -> Keys {
        let version = self.state.key().map_or(0, |key| key.version) + 1;
        let byte = u8::try_from(version).unwrap();
        let valid = self.state.devices().filter(|(_, device)| device.is_valid());
        Keys {
            account_version: version,
            account_public: sealing(0x40 + byte),
            master_version: self.state.master().0 + 1,
            master_commitment: commitment(byte),
            master_seals: valid.map(|(id, _)| DeviceSeal { device: *id, seal: seal(byte) }).collect(),
            recovery_seal: self.state.recovery().map(|_| seal(byte)),
            ring_generation: self.state.ring().0 + 1,
            ring_hash: commitment(0x80 + byte),
        }
    }

    #[track_caller]
    pub fn rotate(&mut self) {
        let keys = self.next_keys();
        let device = self.device.clone();
        super::assert_applied(&self.append(&device, kind::KEYS, &keys));
    }

    pub fn addition(&self, device: &Dev) -> DeviceAdded {
        DeviceAdded {
            device: device.keys.clone(),
            consent: sign_consent(self.id(), &device.keys, &device.key()),
            master_seal: seal(7),
        }
    }

    #[track_caller]
    pub fn add_device(&mut self, seed: u8) -> Dev {
        let new = Dev::new(seed);
        let first = self.device.clone();
        let added = self.addition(&new);
        super::assert_applied(&self.append(&first, kind::DEVICE_ADDED, &added));
        new
    }

    #[track_caller]
    pub fn revoke(&mut self, by: &Dev, device: DeviceId) {
        super::assert_applied(&self.append(by, kind::DEVICE_REVOKED, &DeviceRevoked { device }));
    }

    /// A key for documents, whose seed is this byte, as a device brings it.
    pub fn signing_key_added(&self, device: &Dev, seed: u8) -> SigningKeyAdded {
        let key = signing_key(seed);
        let document = DocumentKey::new(*key.verify_key().as_bytes());
        let message = cbor::encode(&(self.id(), device.id, document)).unwrap();
        let version = self.state.signing_keys().count() as u64 + 1;
        SigningKeyAdded { version, key: document, proof: key.sign(Domain::DocumentKey, &message) }
    }

    #[track_caller]
    pub fn add_signing_key(&mut self, device: &Dev, seed: u8) {
        let added = self.signing_key_added(device, seed);
        super::assert_applied(&self.append(device, kind::SIGNING_KEY, &added));
    }

    /// A recovery set whose signing key comes from a byte.
    pub fn recovery_set(seed: u8) -> RecoverySet {
        RecoverySet {
            id: RecoverySetId::new([seed; 16]),
            commitment: commitment(seed),
            signing: signing_key(seed).verify_key(),
            sealing: sealing(seed),
            master_seal: seal(seed),
            escrow: None,
        }
    }

    pub fn slice_from(&self, seq: u64) -> Slice {
        let records = self.records.iter().skip(usize::try_from(seq).unwrap());
        Slice { account: self.id(), records: records.map(|record| ByteBuf::from(record.bytes())).collect() }
    }

    pub fn slice(&self) -> Slice {
        self.slice_from(0)
    }
}
