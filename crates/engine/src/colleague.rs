//! For tests and measurements: another person with one device, all of whose keys are at hand.

use serde::Serialize;
use serde_bytes::ByteBuf;

use valise_crypto::{DeviceSecrets, OpenedBody, SealedBody, SealingPair, make_bytes, seal_body};
use valise_protocol::account::{self, Account, DeviceSeal, Keys};
use valise_protocol::chain::{Head, Slice};
use valise_protocol::folder::{MemberAdded, Role};
use valise_protocol::ids::{AccountId, Commitment, FolderId, WorkspaceId};
use valise_protocol::keys::{Encapsulation, Seal, SealedKey};
use valise_protocol::place::WrapPlace;
use valise_protocol::record::{ChainId, ChainKind, Kind, Record};
use valise_protocol::workspace::{self, Admitted};

use crate::compose::{Author, Slot};
use crate::error::EngineError;
use crate::vault::Vault;

/// See the module's words.
pub struct Colleague {
    pub secrets: DeviceSecrets,
    pub pair: SealingPair,
    pub chain: Account,
    pub records: Vec<Record>,
}

impl Colleague {
    pub fn new(workspace: WorkspaceId) -> Result<Self, EngineError> {
        let (secrets, pair) = (DeviceSecrets::make()?, SealingPair::make()?);
        let device = secrets.public();
        let key = secrets.signing_key();
        let open = account::Genesis { workspace, nonce: Commitment::new(make_bytes()?), device: device.clone() };
        let author = Author { account: AccountId::ZERO, device: device.id(), key: &key };
        let genesis = Slot::genesis(ChainKind::ACCOUNT).write(&author, Kind::GENESIS, &open)?;
        let chain = Account::begin(&genesis)?;
        let keys = Keys {
            account_version: 1,
            account_public: pair.public().clone(),
            master_version: 1,
            master_commitment: Commitment::new([1; 32]),
            master_seals: vec![DeviceSeal { device: device.id(), seal: no_seal()? }],
            recovery_seal: None,
            ring_generation: 1,
            ring_hash: Commitment::new([2; 32]),
        };
        let mut colleague = Self { secrets, pair, chain, records: vec![genesis] };
        colleague.grow(account::kind::KEYS, &keys)?;
        Ok(colleague)
    }

    pub fn id(&self) -> AccountId {
        self.chain.id()
    }

    /// A record of the account's own chain.
    pub fn grow<T: Serialize>(&mut self, kind: Kind, open: &T) -> Result<(), EngineError> {
        let (device, key) = (self.secrets.public().id(), self.secrets.signing_key());
        let (account, counter) = (self.chain.id(), self.chain.counter(&device));
        let slot = Slot::after(&ChainId::Account(account), self.chain.head(), counter);
        let record = slot.write(&Author { account, device, key: &key }, kind, open)?;
        self.chain.apply(&record)?.applied().ok_or(EngineError::Internal("a void record"))?;
        self.records.push(record);
        Ok(())
    }

    /// The whole account chain.
    pub fn whole(&self) -> Slice {
        let records = self.records.iter().map(|record| ByteBuf::from(record.bytes())).collect();
        Slice { account: self.id(), records }
    }

    /// What a folder does not know of the account.
    pub fn slice(&self, vault: &Vault, folder: FolderId) -> Result<Vec<Slice>, EngineError> {
        let known = vault.folder(&folder)?.chain().roster().next_to_embed(&self.id());
        let mut slice = self.whole();
        slice.records.drain(..usize::try_from(known).unwrap_or(usize::MAX).min(slice.records.len()));
        Ok(if slice.records.is_empty() { Vec::new() } else { vec![slice] })
    }

    /// Lets them into the workspace, as its officer.
    pub fn is_admitted(&self, vault: &mut Vault, name: &str) -> Result<(), EngineError> {
        let admitted =
            Admitted { account: self.id(), name: name.to_owned(), slices: vec![self.whole()], redemption: None };
        let record = vault.write_workspace(workspace::kind::ADMITTED, &admitted)?;
        vault.take_own_workspace_record(&record)
    }

    /// Adds them to a folder, as its owner.
    pub fn is_added(&self, vault: &mut Vault, folder: FolderId, role: Role) -> Result<(), EngineError> {
        let (slices, seal) = vault.welcome(folder, &self.whole())?;
        let added = MemberAdded { account: self.id(), role, slices, seal, redemption: None };
        let epoch = vault.folder(&folder)?.chain().epoch();
        let record = vault.write_folder(folder, epoch, valise_protocol::folder::kind::MEMBER_ADDED, &added)?;
        vault.take_folder_record(folder, &record).map(drop)
    }

    /// A record of theirs in a folder, with whatever is sealed under the key in force, and having seen whatever they say.
    pub fn write<T: Serialize>(
        &self,
        vault: &Vault,
        folder: FolderId,
        (kind, open): (Kind, &T),
        body: Option<Vec<u8>>,
        seen: &[(ChainId, Head)],
    ) -> Result<Record, EngineError> {
        let (device, key) = (self.secrets.public().id(), self.secrets.signing_key());
        let state = vault.folder(&folder)?;
        let chain = state.chain();
        let slot = Slot::after(&ChainId::Folder(folder), chain.head(), chain.roster().counter(&device));
        let slot = slot.epoch(chain.epoch()).seen(seen.iter().copied());
        let place = WrapPlace::Body {
            workspace: vault.me.workspace,
            folder,
            epoch: chain.epoch(),
            seq: slot.seq,
            prev: slot.prev,
            author: self.id(),
            device,
            kind,
        };
        let sealed = match (body, state.current_key()) {
            (Some(body), Some(key)) => seal_body(key, &place, &OpenedBody::new(body)).map(SealedBody::into_bytes)?,
            _ => Vec::new(),
        };
        slot.write_sealed(&Author { account: self.id(), device, key: &key }, kind, open, sealed)
    }
}

/// Of the right length, and opens nothing.
fn no_seal() -> Result<Seal, EngineError> {
    let (enc, key) = (Encapsulation::new(vec![1; 1120]), SealedKey::new(vec![1; 48]));
    enc.zip(key).map(|(enc, key)| Seal { enc, key }).ok_or(EngineError::Internal("lengths"))
}
