//! People and their devices: real signing keys, and bytes of the right length where the catalog looks no
//! further.

use std::sync::atomic::{AtomicU64, Ordering};

use valise_protocol::account::{self, DeviceSeal, Keys};
use valise_protocol::hash::{Label, digest};
use valise_protocol::ids::{AccountId, Commitment, DeviceId, WorkspaceId};
use valise_protocol::invitation::Redemption;
use valise_protocol::keys::{
    DeviceKeys, ENCAPSULATION_LEN, Encapsulation, SEALING_PUBLIC_LEN, Seal, SealedKey, SealingPublic,
};
use valise_protocol::record::{ChainKind, Kind};
use valise_protocol::sign::{SigningKey, VerifyKey};
use zeroize::Zeroizing;

use super::chains::Log;

/// A number that no other call in this process got.
pub fn fresh() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(100);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

/// 32 bytes that follow from a number.
pub fn bytes_of(number: u64) -> [u8; 32] {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&number.to_be_bytes());
    bytes
}

pub fn sealing_public(number: u64) -> SealingPublic {
    SealingPublic::new([&bytes_of(number)[..], &[7; SEALING_PUBLIC_LEN - 32]].concat()).unwrap()
}

pub fn seal() -> Seal {
    Seal { enc: Encapsulation::new(vec![3; ENCAPSULATION_LEN]).unwrap(), key: SealedKey::new(vec![4; 48]).unwrap() }
}

pub struct Device {
    pub keys: DeviceKeys,
    seed: [u8; 32],
    /// Seed of the node in memory with this device's peer id.
    pub node: u64,
}

impl Device {
    pub fn new() -> Self {
        let number = fresh();
        Self::with_peer(number, VerifyKey::new(bytes_of(number)))
    }

    /// A device whose peer key is a real one, with this seed.
    pub fn with_peer_seed(seed: [u8; 32]) -> Self {
        Self::with_peer(fresh(), SigningKey::from_seed(&Zeroizing::new(seed)).verify_key())
    }

    fn with_peer(number: u64, peer: VerifyKey) -> Self {
        let seed = bytes_of(number ^ 0xffff_0000_0000);
        let signing = SigningKey::from_seed(&Zeroizing::new(seed)).verify_key();
        Self { keys: DeviceKeys { signing, sealing: sealing_public(number), peer }, seed, node: number }
    }

    pub fn id(&self) -> DeviceId {
        self.keys.id()
    }

    pub fn signing(&self) -> SigningKey {
        SigningKey::from_seed(&Zeroizing::new(self.seed))
    }
}

pub struct Person {
    pub name: String,
    pub account: AccountId,
    pub device: Device,
    /// The account chain.
    pub log: Log,
    pub ring: Vec<u8>,
    /// How this person came in.
    pub redemption: Option<Redemption>,
}

impl Person {
    pub fn new(workspace: WorkspaceId, name: &str, device: Device) -> Self {
        let open =
            account::Genesis { workspace, nonce: Commitment::new(bytes_of(fresh())), device: device.keys.clone() };
        let mut log = Log::new(ChainKind::ACCOUNT);
        log.push(log.sign_as(AccountId::ZERO, &device, Kind::GENESIS, 0, &open));
        let account = AccountId::new(*log.records[0].hash().as_bytes());
        let ring = format!("sealed ring of {name}").into_bytes();
        let keys = keys(&device, 1, &ring);
        log.push(log.sign_as(account, &device, account::kind::KEYS, 0, &keys));
        Self { name: name.to_owned(), account, device, log, ring, redemption: None }
    }

    /// The `keys` record which makes `ring` the next ring.
    pub fn next_keys(&self, generation: u64, ring: &[u8]) -> Keys {
        Keys { account_version: generation, master_version: generation, ..keys(&self.device, generation, ring) }
    }
}

fn keys(device: &Device, generation: u64, ring: &[u8]) -> Keys {
    Keys {
        account_version: 1,
        account_public: sealing_public(fresh()),
        master_version: 1,
        master_commitment: Commitment::new(bytes_of(fresh())),
        master_seals: vec![DeviceSeal { device: device.id(), seal: seal() }],
        recovery_seal: None,
        ring_generation: generation,
        ring_hash: Commitment::new(digest(Label::Ring, &[ring])),
    }
}
