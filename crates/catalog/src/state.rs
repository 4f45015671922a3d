//! The folded chains in memory, and who may see what by them.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use rusqlite::Connection;
use valise_blocks::PeerId;
use valise_protocol::account::{Account, RecoverySet};
use valise_protocol::api::RecoverySetOf;
use valise_protocol::chain::Head;
use valise_protocol::folder::{Folder, Role};
use valise_protocol::ids::{AccountId, DeviceId, FolderId, InvitationId, WorkspaceId};
use valise_protocol::record::{ChainId, Record};
use valise_protocol::sign::VerifyKey;
use valise_protocol::workspace::Workspace;

use crate::chain::Chain;
use crate::data::StartError;
use crate::db::{joins, records};
use crate::error::ApiError;

/// Who asks: proven by a signature, see `http::signed`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Asker {
    pub(crate) account: AccountId,
    pub(crate) device: DeviceId,
}

/// What an account is here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// Admitted, not closed.
    Person,
    /// Redeemed an invitation and waits: may use its own account chain, ring and events only.
    Newcomer,
}

/// Every chain, folded.
#[derive(Default)]
pub(crate) struct State {
    workspace: Option<Arc<Workspace>>,
    accounts: HashMap<AccountId, Arc<Account>>,
    folders: HashMap<FolderId, Arc<Folder>>,
    newcomers: HashSet<AccountId>,
}

impl State {
    /// Folds everything that is stored, verifying it again.
    pub(crate) fn load(db: &Connection) -> Result<Self, StartError> {
        let mut state = Self { newcomers: newcomers(db)?, ..Self::default() };
        let mut growing: Option<Chain> = None;
        records::each(db, |row| {
            let record = Record::decode(&row.bytes).map_err(|_| StartError::Damaged("record"))?;
            match growing.as_mut().filter(|chain| chain.id() == row.chain) {
                Some(chain) => chain.apply(&record).map(|_| ()).map_err(|_| StartError::Damaged("record"))?,
                None => {
                    let next = Chain::begin(&record).map_err(|_| StartError::Damaged("record"))?;
                    growing.replace(next).into_iter().for_each(|chain| state.put(chain));
                }
            }
            Ok::<_, StartError>(())
        })?;
        growing.into_iter().for_each(|chain| state.put(chain));
        Ok(state)
    }

    /// Takes over a chain's new state.
    pub(crate) fn put(&mut self, chain: Chain) {
        match chain {
            Chain::Workspace(chain) => self.workspace = Some(Arc::from(chain)),
            Chain::Account(chain) => drop(self.accounts.insert(chain.id(), Arc::from(chain))),
            Chain::Folder(chain) => drop(self.folders.insert(chain.id(), Arc::from(chain))),
        }
    }

    /// Takes over who is waiting; accounts that are neither waiting nor people any more are forgotten.
    pub(crate) fn set_newcomers(&mut self, newcomers: HashSet<AccountId>) {
        for gone in self.newcomers.difference(&newcomers) {
            if !self.is_or_was_person(gone) {
                self.accounts.remove(gone);
            }
        }
        self.newcomers = newcomers;
    }

    /// A chain's state to go on from.
    pub(crate) fn chain(&self, id: ChainId) -> Option<Chain> {
        match id {
            ChainId::Workspace(id) => {
                self.workspace.as_deref().filter(|chain| chain.id() == id).cloned().map(Box::new).map(Chain::Workspace)
            }
            ChainId::Account(id) => self.accounts.get(&id).map(|chain| Chain::Account(Box::new((**chain).clone()))),
            ChainId::Folder(id) => self.folders.get(&id).map(|chain| Chain::Folder(Box::new((**chain).clone()))),
        }
    }

    /// A chain's newest record.
    pub(crate) fn head(&self, id: ChainId) -> Option<Head> {
        match id {
            ChainId::Workspace(id) => self.workspace.as_ref().filter(|chain| chain.id() == id).map(|c| c.head()),
            ChainId::Account(id) => self.accounts.get(&id).map(|chain| chain.head()),
            ChainId::Folder(id) => self.folders.get(&id).map(|chain| chain.head()),
        }
    }

    /// The workspace, once there is one.
    pub(crate) fn workspace(&self) -> Option<&Workspace> {
        self.workspace.as_deref()
    }

    /// The workspace's id, once there is one.
    pub(crate) fn workspace_id(&self) -> Option<WorkspaceId> {
        self.workspace.as_ref().map(|workspace| workspace.id())
    }

    /// All accounts, in no order.
    pub(crate) fn accounts(&self) -> impl Iterator<Item = &Account> {
        self.accounts.values().map(|account| &**account)
    }

    /// An account's chain.
    pub(crate) fn account(&self, id: &AccountId) -> Option<&Account> {
        self.accounts.get(id).map(|account| &**account)
    }

    /// Recovery sets in force of people, whose ids begin so.
    pub(crate) fn recovery_sets(&self, mark: [u8; 4]) -> Vec<RecoverySetOf> {
        let people = self.workspace().into_iter().flat_map(|workspace| workspace.people().keys());
        let accounts = people.filter(|account| self.is_person(account)).filter_map(|account| self.account(account));
        let sets = accounts.filter_map(|account| Some((account.id(), account.recovery()?)));
        let found = sets.filter(|(_, set)| set.id.as_bytes().starts_with(&mark));
        let row = |(account, set): (AccountId, &RecoverySet)| RecoverySetOf {
            account,
            set: set.id,
            commitment: set.commitment,
        };
        found.map(row).collect()
    }

    /// A person's recovery set in force.
    pub(crate) fn recovery_set(&self, account: &AccountId) -> Option<&RecoverySet> {
        self.account(account).filter(|account| self.is_person(&account.id()))?.recovery()
    }

    /// Who is told of requests for a person's recovery, and may say no: officers, and the person.
    pub(crate) fn hears_of_recovery(&self, account: &AccountId) -> BTreeSet<AccountId> {
        let officers = self.workspace().into_iter().flat_map(|workspace| workspace.officers().iter().copied());
        officers.chain([*account]).collect()
    }

    /// A folder's chain.
    pub(crate) fn folder(&self, id: &FolderId) -> Option<&Folder> {
        self.folders.get(id).map(|folder| &**folder)
    }

    /// All folders.
    pub(crate) fn folders(&self) -> impl Iterator<Item = &Folder> {
        self.folders.values().map(|folder| &**folder)
    }

    /// What an account is here; `None` for strangers and the closed.
    pub(crate) fn standing(&self, account: &AccountId) -> Option<Standing> {
        if self.is_person(account) {
            return Some(Standing::Person);
        }
        let waits = self.newcomers.contains(account) && !self.is_or_was_person(account);
        waits.then_some(Standing::Newcomer)
    }

    fn is_person(&self, account: &AccountId) -> bool {
        self.workspace.as_ref().is_some_and(|workspace| workspace.person(account).is_some())
    }

    /// Also true for the closed.
    pub(crate) fn is_or_was_person(&self, account: &AccountId) -> bool {
        self.workspace.as_ref().is_some_and(|workspace| workspace.people().contains_key(account))
    }

    /// The key that a device signs requests with, if it counts now.
    pub(crate) fn device_key(&self, asker: &Asker) -> Option<VerifyKey> {
        self.standing(&asker.account)?;
        let account = self.account(&asker.account)?;
        let set = account.recovery().filter(|set| RecoverySet::asks_as(&set.id) == asker.device);
        if let Some(set) = set {
            // Whoever has the recovery key can become a device; until then it reads what it needs for that.
            return Some(set.signing);
        }
        let device = account.device(&asker.device)?;
        device.is_valid().then_some(device.keys.signing)
    }

    /// The workspace, for a person of it.
    pub(crate) fn as_person(&self, asker: &Asker) -> Result<&Workspace, ApiError> {
        let workspace = self.workspace().filter(|workspace| workspace.person(&asker.account).is_some());
        workspace.ok_or(ApiError::NotFound)
    }

    /// A folder, for a member of it who is a person.
    pub(crate) fn as_member(&self, asker: &Asker, folder: &FolderId) -> Result<&Folder, ApiError> {
        self.as_person(asker)?;
        let folder = self.folder(folder).filter(|folder| folder.members().contains_key(&asker.account));
        folder.ok_or(ApiError::NotFound)
    }

    /// Whether an account may read a chain now: its head, if so.
    pub(crate) fn readable(&self, asker: &Asker, chain: ChainId) -> Result<Head, ApiError> {
        let own = chain == ChainId::Account(asker.account) && self.standing(&asker.account).is_some();
        if !own {
            self.as_person(asker)?;
        }
        match chain {
            ChainId::Folder(folder) => drop(self.as_member(asker, &folder)?),
            // What is still waiting is shown by `joins`, to those whom it concerns.
            ChainId::Account(account) if !own && !self.is_or_was_person(&account) => return Err(ApiError::NotFound),
            _ => {}
        }
        self.head(chain).ok_or(ApiError::NotFound)
    }

    /// Whether somebody owns a folder for which this invitation is open.
    pub(crate) fn owns_invitation(&self, account: &AccountId, invitation: &InvitationId) -> bool {
        self.folders_inviting(invitation).any(|folder| is_owner(folder, account))
    }

    /// Officers, and owners of folders for which this invitation is open.
    pub(crate) fn may_let_in(&self, invitation: &InvitationId) -> BTreeSet<AccountId> {
        let officers = self.workspace().into_iter().flat_map(|workspace| workspace.officers().iter().copied());
        let owners = self
            .folders_inviting(invitation)
            .flat_map(|folder| folder.members().keys().copied().filter(|account| is_owner(folder, account)));
        officers.chain(owners).collect()
    }

    /// Folders for which an invitation is open.
    pub(crate) fn folders_inviting(&self, invitation: &InvitationId) -> impl Iterator<Item = &Folder> {
        let invitation = *invitation;
        self.folders().filter(move |folder| folder.invitations().contains_key(&invitation))
    }

    /// Peers of all valid devices of all people: who may talk with the pinning node. Sorted.
    pub(crate) fn peers(&self) -> Vec<PeerId> {
        let people = self.workspace().into_iter().flat_map(|workspace| workspace.people().keys());
        let people = people.filter(|account| self.is_person(account));
        let mut peers: Vec<PeerId> = people.flat_map(|account| self.peers_of(account)).collect();
        peers.sort_unstable();
        peers
    }

    /// Peers of an account's valid devices.
    pub(crate) fn peers_of(&self, account: &AccountId) -> impl Iterator<Item = PeerId> + use<'_> {
        let devices = self.account(account).into_iter().flat_map(Account::devices);
        let valid = devices.filter(|(_, device)| device.is_valid());
        valid.map(|(_, device)| PeerId::from_public_key(device.keys.peer.as_bytes()))
    }
}

fn is_owner(folder: &Folder, account: &AccountId) -> bool {
    folder.members().get(account).is_some_and(|member| member.role == Role::Owner)
}

/// Accounts that wait to be let in.
pub(crate) fn newcomers(db: &Connection) -> rusqlite::Result<HashSet<AccountId>> {
    let joins = joins::all(db)?;
    Ok(joins.into_iter().filter(|join| !join.admitted).map(|join| join.account).collect())
}
