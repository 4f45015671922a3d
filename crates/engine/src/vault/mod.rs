//! The vault: everything that exists only while unlocked.
//!
//! Synchronous and without network: it folds verified records, keeps them in the index, and composes new
//! ones. Dropping it wipes the keys.

pub mod authority;
pub mod devices;
pub mod fetch_keys;
pub mod first_run;
pub mod folder;
pub mod intake;
pub mod keys;
pub mod offers;
pub mod recoverability;
pub mod recovery;
pub mod signatures;
pub mod succession;
pub mod unlock;
pub mod write;

use std::collections::{BTreeMap, HashMap, HashSet};

use zeroize::Zeroizing;

use valise_crypto::{DeviceSecrets, MasterKey, SealingPair};
use valise_protocol::account::Account;
use valise_protocol::asking::Asked;
use valise_protocol::chain::{Head, Slice};
use valise_protocol::ids::{AccountId, Cid, DeviceId, EntryId, FolderId, KeyVersion, WorkspaceId};
use valise_protocol::record::ChainId;
use valise_protocol::sign::SigningKey;
use valise_protocol::workspace::Workspace;

use crate::compose::Author;
use crate::editing::Editing;
use crate::error::EngineError;
use crate::index::{Index, records};
use crate::news::News;
use crate::sending::Uploads;
use folder::{FolderState, Opener};

/// Ids and keys of this device.
pub struct Me {
    /// The workspace.
    pub workspace: WorkspaceId,
    /// The account.
    pub account: AccountId,
    /// The device.
    pub device: DeviceId,
    /// Devices that it took the place of, in this home.
    pub earlier: Vec<DeviceId>,
    /// The last of them, as long as the catalog may not know this one.
    pub before: Option<(DeviceId, SigningKey)>,
    /// Signs records.
    pub signing: SigningKey,
    /// What other devices of the account seal to this one, it opens.
    pub secrets: DeviceSecrets,
    /// Seed of the IPFS peer key.
    pub peer_seed: Zeroizing<[u8; 32]>,
    /// Account keys, by version.
    pub pairs: BTreeMap<KeyVersion, SealingPair>,
}

/// The open vault.
pub struct Vault {
    /// Who we are.
    pub me: Me,
    /// The master key in force: recovery sets are sealed it.
    pub master: (KeyVersion, MasterKey),
    /// What is remembered of the recovery set in force; none if no slot opens with it.
    pub recovery: Option<recovery::Remembered>,
    /// Own account chain.
    pub account: Account,
    /// The workspace chain; none while not let in yet.
    pub workspace: Option<Workspace>,
    /// Folders by id.
    pub folders: BTreeMap<FolderId, FolderState>,
    /// Folders that others share with this account, and that it has not taken up: as the catalog told last.
    pub offers: BTreeMap<FolderId, offers::Offered>,
    /// The index.
    pub index: Index,
    /// This computer hosts its workspace's catalog.
    pub hosts_catalog: bool,
    /// DAGs a pinning node has confirmed.
    pub held: HashSet<Cid>,
    /// Words of pinning nodes that are in [`Vault::held`] and not in the index yet, by folder.
    held_unwritten: BTreeMap<FolderId, intake::HeldUnwritten>,
    /// Bytes on their way to the pinning node.
    pub uploads: Uploads,
    /// DAGs that are complete and pinned here.
    pub here: HashSet<Cid>,
    /// Other accounts' chains, as far as they were read.
    pub others: HashMap<AccountId, Account>,
    /// Requests for recoveries that the catalog told of, and when each came.
    pub asked: Vec<(u64, Asked)>,
    /// Accounts connected to the catalog now.
    pub online: HashSet<AccountId>,
    /// Files that others have open for changing.
    pub editing: Editing,
    /// What is new to the person here.
    pub news: News,
    /// Entries that always stay on this computer.
    pub kept: HashSet<EntryId>,
    /// When what was fetched was used last.
    pub used: HashMap<Cid, u64>,
}

impl Me {
    /// As the author of records.
    pub fn author(&self) -> Author<'_> {
        Author { account: self.account, device: self.device, key: &self.signing }
    }

    /// As the opener of seals.
    pub fn opener(&self) -> Opener<'_> {
        let (workspace, account) = (self.workspace, self.account);
        Opener { workspace, account, device: self.device, earlier: &self.earlier, pairs: &self.pairs }
    }

    /// Whether what a device made was made here.
    pub fn is_here(&self, device: &DeviceId) -> bool {
        *device == self.device || self.earlier.contains(device)
    }
}

impl Vault {
    /// A folder.
    pub fn folder(&self, id: &FolderId) -> Result<&FolderState, EngineError> {
        self.folders.get(id).ok_or(EngineError::NotFound("the folder"))
    }

    /// A folder, to change it.
    pub fn folder_mut(&mut self, id: &FolderId) -> Result<&mut FolderState, EngineError> {
        self.folders.get_mut(id).ok_or(EngineError::NotFound("the folder"))
    }

    /// The workspace, once let in.
    pub fn workspace(&self) -> Result<&Workspace, EngineError> {
        self.workspace.as_ref().ok_or(EngineError::Waiting)
    }

    /// Display name of an account.
    pub fn name_of(&self, account: &AccountId) -> String {
        let person = self.workspace.as_ref().and_then(|workspace| workspace.people().get(account));
        person.map_or_else(|| "somebody".to_owned(), |person| person.name.clone())
    }

    /// Whether this account is an officer.
    pub fn is_officer(&self) -> bool {
        self.workspace.as_ref().is_some_and(|workspace| workspace.officers().contains(&self.me.account))
    }

    /// Changes without a receipt.
    pub fn waiting_changes(&self) -> u32 {
        self.folders.values().map(FolderState::waiting_changes).sum()
    }

    /// Heads that records of this device carry in `seen`.
    pub fn seen_heads(&self) -> Vec<(ChainId, Head)> {
        let workspace = self.workspace.iter().map(|workspace| (ChainId::Workspace(workspace.id()), workspace.head()));
        workspace.chain([(ChainId::Account(self.me.account), self.account.head())]).collect()
    }

    /// Own account chain from a place on, to be embedded in another chain.
    pub fn own_slice(&self, from: u64) -> Result<Slice, EngineError> {
        slice(&self.index, self.me.account, from)
    }
}

/// An account's records from a place on, as the index has them.
pub fn slice(index: &Index, account: AccountId, from: u64) -> Result<Slice, EngineError> {
    let records = records::from(index.read(), &ChainId::Account(account), from)?;
    Ok(Slice { account, records: records.into_iter().map(serde_bytes::ByteBuf::from).collect() })
}
