//! Whose folders pass to whom: what is decided, what is due, and whether a folder that changed hands did so rightly.
//!
//! A folder's chain cannot say whether its owners' accounts are closed; the workspace's chain does, up to the head that
//! the record's author has seen. So every member comes to the same verdict, whenever they read it.

use serde::{Deserialize, Serialize};

use valise_protocol::chain::{Head, Slice};
use valise_protocol::folder::{self, Purpose, Succeeded};
use valise_protocol::ids::{AccountId, FolderId, RecordHash, Seq};
use valise_protocol::record::{ChainId, ChainKind, Envelope, Record};

use super::Vault;
use super::folder::FolderState;
use crate::api::{FolderSuccession, Succession, Successor};
use crate::error::EngineError;
use crate::index::marks::{self, Mark};
use crate::index::records;

/// A folder changed hands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passing {
    /// Its place in the folder's chain.
    pub seq: Seq,
    /// Who owned it before.
    pub from: Vec<AccountId>,
    /// Who owns it since.
    pub to: AccountId,
    /// The workspace's head as its author had it.
    pub seen: Option<Head>,
    /// Somebody who owned it before has decided about the new owner since: removed them, or given them a role.
    pub settled: bool,
}

/// How a folder changed hands, as far as this device has looked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Looked(Seq);

impl Passing {
    pub fn of(envelope: &Envelope, workspace: &RecordHash, from: Vec<AccountId>, to: AccountId) -> Self {
        let seen = envelope.seen.iter().find(|it| it.kind == ChainKind::WORKSPACE && it.chain == *workspace);
        let seen = seen.map(|it| Head { seq: it.seq, hash: it.head });
        Self { seq: envelope.seq, from, to, seen, settled: false }
    }
}

impl Vault {
    /// The workspace's successor, and what own folders say.
    pub fn succession(&self) -> Result<Succession, EngineError> {
        let workspace = self.workspace()?;
        let mut folders: Vec<FolderSuccession> = self
            .folders
            .values()
            .filter(|state| self.owns_alone(state))
            .map(|state| self.folder_succession(state))
            .collect();
        folders.sort_by_key(|folder| (folder.name.to_lowercase(), folder.folder));
        let named = workspace.successor().map(|account| self.successor_row(account));
        Ok(Succession { named, may_name: self.is_officer(), folders })
    }

    fn owns_alone(&self, state: &FolderState) -> bool {
        state.chain().purpose() == Purpose::SHARED && state.chain().owners().eq([&self.me.account])
    }

    fn folder_succession(&self, state: &FolderState) -> FolderSuccession {
        let decided = state.chain().successor();
        FolderSuccession {
            folder: state.id(),
            name: state.tree().name().unwrap_or_default().to_owned(),
            successor: decided.flatten().map(|account| self.successor_row(account)),
            decided: decided.is_some(),
            alone: state.chain().members().len() == 1,
        }
    }

    fn successor_row(&self, account: AccountId) -> Successor {
        Successor {
            account,
            name: self.name_of(&account),
            me: account == self.me.account,
            gone: !self.is_person(&account),
        }
    }

    /// Somebody of the workspace, whose account is not closed.
    pub fn is_person(&self, account: &AccountId) -> bool {
        self.workspace.as_ref().is_some_and(|workspace| workspace.person(account).is_some())
    }

    /// Who takes a folder over, if they still can.
    pub fn successor_of(&self, state: &FolderState) -> Option<AccountId> {
        state.chain().successor().flatten().filter(|account| self.is_person(account))
    }

    /// Whether the accounts of all who own a folder are closed.
    pub fn is_ownerless(&self, state: &FolderState) -> bool {
        let workspace = self.workspace.as_ref();
        workspace.is_some_and(|workspace| workspace.were_closed(state.chain().owners(), workspace.head().seq))
    }

    /// To whom this account is to hand a folder over: whoever of its members is first does it.
    pub fn to_hand_over(&self, state: &FolderState) -> Option<AccountId> {
        state.role(&self.me.account)?;
        let to = self.successor_of(state).filter(|_| self.is_ownerless(state))?;
        let has_key = state.chain().members().contains_key(&to) || state.current_key().is_some();
        has_key.then_some(to)
    }

    /// The record that hands it over; none if there is nothing to do any more. `whole`: the successor's account, unless
    /// they are a member.
    pub fn compose_succeeded(
        &self,
        id: FolderId,
        to: AccountId,
        whole: Option<&Slice>,
    ) -> Result<Option<Record>, EngineError> {
        let state = self.folder(&id)?;
        if self.to_hand_over(state) != Some(to) {
            return Ok(None);
        }
        let member = state.chain().members().contains_key(&to);
        let (slices, seal) = match whole.filter(|_| !member) {
            Some(whole) => {
                let (slices, seal) = self.welcome(id, whole)?;
                (slices, Some(seal))
            }
            None => (Vec::new(), None),
        };
        let succeeded = Succeeded { account: to, slices, seal };
        self.write_folder(id, state.chain().epoch(), folder::kind::SUCCEEDED, &succeeded).map(Some)
    }

    /// Whether a folder passed from people whose accounts were closed to somebody whose account was not.
    pub fn is_rightful(&self, passing: &Passing) -> Result<bool, EngineError> {
        let workspace = self.workspace()?;
        let Some(seen) = passing.seen else { return Ok(false) };
        let stands = records::hash(self.index.read(), &ChainId::Workspace(workspace.id()), seen.seq)?;
        Ok(stands == Some(seen.hash) && workspace.were_closed(&passing.from, seen.seq) && !self.came_closed(passing))
    }

    /// Whether a folder passed to somebody whose account was closed by then.
    pub fn came_closed(&self, passing: &Passing) -> bool {
        let seen = self.workspace.as_ref().zip(passing.seen);
        seen.is_some_and(|(workspace, seen)| workspace.were_closed([&passing.to], seen.seq))
    }

    /// Whether somebody made themselves owner of a folder, be they in it still or not: they may have brought others.
    /// Until one who owned it before has decided about them, nothing is sent to it.
    pub fn is_usurped(&self, state: &FolderState) -> Result<bool, EngineError> {
        for passing in state.passings() {
            if !passing.settled && !self.is_rightful(passing)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// How a folder changed hands, where this device has not looked yet.
    pub fn passings_to_look_at(&self, state: &FolderState) -> Result<Vec<Passing>, EngineError> {
        let Some(newest) = state.passings().last() else { return Ok(Vec::new()) };
        let looked: Option<Looked> = marks::find(self.index.read(), Mark::Passings(state.id()))?;
        let looked = looked.unwrap_or_default().0;
        if newest.seq <= looked {
            return Ok(Vec::new());
        }
        Ok(state.passings().iter().filter(|passing| passing.seq > looked).cloned().collect())
    }

    /// Remembers that this device has looked so far.
    pub fn looked_at_passings(&mut self, id: FolderId, seq: Seq) -> Result<(), EngineError> {
        self.index.write(|db| marks::set(db, Mark::Passings(id), &Looked(seq)))
    }
}

#[cfg(test)]
mod tests;
