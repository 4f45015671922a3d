//! Taking in what the catalog hands out: verify, fold, keep; all of a page or nothing past the first fault.

use valise_protocol::account::Account;
use valise_protocol::api::{HeldPage, Page, Wraps};
use valise_protocol::chain::{Slice, Verdict};
use valise_protocol::ids::{AccountId, FolderId};
use valise_protocol::record::{ChainId, Record};
use valise_protocol::sign::VerifyKey;
use valise_protocol::workspace::{self, Workspace};

use super::folder::{Finding, FolderState};
use super::{Vault, slice};
use crate::error::EngineError;
use crate::index::marks::{self, Mark};
use crate::index::{held, in_flight, outbox, records, wraps};

/// What a page of a folder's chain brought.
#[derive(Debug, Default)]
pub struct Taken {
    /// Records that were taken.
    pub records: usize,
    /// The catalog has more.
    pub more: bool,
    /// Things to look at.
    pub findings: Vec<Finding>,
}

impl Vault {
    /// Takes a page of the workspace chain. The genesis must be the one the workspace's id names.
    pub fn take_workspace(&mut self, page: &Page, catalog: &VerifyKey) -> Result<Taken, EngineError> {
        let chain = ChainId::Workspace(self.me.workspace);
        check_receipt(page, &chain, catalog)?;
        let mut state = self.workspace.clone();
        let mut taken = Vec::new();
        let mut findings = Vec::new();
        for bytes in &page.records {
            let record = Record::decode(&bytes.0).map_err(valise_protocol::chain::Broken::from)?;
            if record.chain() != Some(chain) {
                return Err(EngineError::Distrusted("a record is of another workspace"));
            }
            match &mut state {
                None => state = Some(Workspace::begin(&record)?),
                Some(state) => {
                    if let Verdict::Void(void) = state.apply(&record)? {
                        findings.push(Finding::Void(record.envelope().author, void));
                    }
                }
            }
            taken.push(record);
        }
        let state = state.ok_or(EngineError::Distrusted("an empty chain"))?;
        let more = check_head(page, state.head())?;
        self.index.write(|db| taken.iter().try_for_each(|record| records::add(db, &chain, record)))?;
        self.workspace = Some(state);
        Ok(Taken { records: taken.len(), more, findings })
    }

    /// Takes a page of a folder's chain.
    pub fn take_folder(&mut self, id: FolderId, page: &Page, catalog: &VerifyKey) -> Result<Taken, EngineError> {
        let chain = ChainId::Folder(id);
        check_receipt(page, &chain, catalog)?;
        let mut all = Taken::default();
        for bytes in &page.records {
            let record = Record::decode(&bytes.0).map_err(valise_protocol::chain::Broken::from)?;
            if record.chain() != Some(chain) {
                return Err(EngineError::Distrusted("a record is of another folder"));
            }
            all.findings.extend(self.take_folder_record(id, &record)?);
            all.records += 1;
        }
        let head = self.folder(&id)?.chain().head();
        all.more = check_head(page, head)?;
        if all.records > 0 {
            self.rebuild_view(id)?;
        }
        Ok(all)
    }

    /// Verifies, folds and keeps one record. If it is the one on its way, what it carries waits no longer.
    pub fn take_folder_record(&mut self, id: FolderId, record: &Record) -> Result<Vec<Finding>, EngineError> {
        let opener = self.me.opener();
        let findings = match self.folders.get_mut(&id) {
            Some(folder) => folder.take(&opener, record)?,
            None => {
                let folder = FolderState::begin(record)?;
                if folder.chain().workspace() != self.me.workspace {
                    return Err(EngineError::Distrusted("a folder of another workspace"));
                }
                self.folders.insert(id, folder);
                Vec::new()
            }
        };
        let kept = self.index.write(|db| {
            records::add(db, &ChainId::Folder(id), record)?;
            let sent = in_flight::find(db, &id)?.filter(|sent| sent.bytes == record.bytes());
            if let Some(sent) = sent {
                outbox::remove(db, &sent.rows)?;
                in_flight::remove(db, &id)?;
            }
            Ok(())
        });
        if let Err(error) = kept {
            // Memory must never be ahead of the index: go back to what is on disk.
            self.reload_folder(id)?;
            return Err(error);
        }
        Ok(findings)
    }

    /// Lays what still waits over what is confirmed now.
    pub fn rebuild_view(&mut self, id: FolderId) -> Result<(), EngineError> {
        let waiting = outbox::of_folder(self.index.read(), &id)?;
        let (account, device) = (self.me.account, self.me.device);
        self.folder_mut(&id)?.rebuild_view(&waiting, account, device);
        Ok(())
    }

    /// Keeps wrapped DEKs. They need no signature: place and DEK id bind them when they are opened.
    pub fn take_wraps(&mut self, id: FolderId, page: &Wraps) -> Result<(), EngineError> {
        self.index.write(|db| {
            for wrap in &page.wraps {
                let key = wrap.key().ok_or(EngineError::Distrusted("a wrapped key of the wrong length"))?;
                wraps::put(db, &id, &wrap.dek, wrap.epoch, &key)?;
            }
            marks::set(db, Mark::WrapsCursor(id), &page.cursor)
        })
    }

    /// Keeps a pinning node's words, as far as they are signed by a node which the workspace chain names.
    pub fn take_held(&mut self, id: FolderId, page: &HeldPage) -> Result<(), EngineError> {
        let nodes: Vec<VerifyKey> = self
            .workspace()?
            .catalog()
            .map(|catalog| catalog.pinning.iter().map(|node| node.key).collect())
            .unwrap_or_default();
        for held in &page.held {
            if !nodes.iter().any(|node| held.verify(node).is_ok()) {
                return Err(EngineError::Distrusted("a pinning node's word is not signed by it"));
            }
        }
        self.index.write(|db| {
            page.held.iter().try_for_each(|held| held::put(db, &held.cid))?;
            marks::set(db, Mark::HeldCursor(id), &page.cursor)
        })?;
        self.held.extend(page.held.iter().map(|held| held.cid));
        Ok(())
    }

    /// Takes another account's chain, to be embedded in ours.
    pub fn take_account(&mut self, account: AccountId, page: &Page, catalog: &VerifyKey) -> Result<Taken, EngineError> {
        let chain = ChainId::Account(account);
        check_receipt(page, &chain, catalog)?;
        let mut state = self.others.get(&account).cloned();
        let mut taken = Vec::new();
        for bytes in &page.records {
            let record = Record::decode(&bytes.0).map_err(valise_protocol::chain::Broken::from)?;
            if record.chain() != Some(chain) {
                return Err(EngineError::Distrusted("a record is of another account"));
            }
            match &mut state {
                None => state = Some(Account::begin(&record)?),
                Some(state) => {
                    state.apply(&record)?;
                }
            }
            taken.push(record);
        }
        let state = state.ok_or(EngineError::Distrusted("an empty chain"))?;
        if state.workspace() != self.me.workspace {
            return Err(EngineError::Distrusted("an account of another workspace"));
        }
        let more = check_head(page, state.head())?;
        self.index.write(|db| {
            let known = records::count(db, &chain)?;
            let new = taken.iter().filter(|record| record.envelope().seq >= known);
            new.into_iter().try_for_each(|record| records::add(db, &chain, record))
        })?;
        self.others.insert(account, state);
        Ok(Taken { records: taken.len(), more, findings: Vec::new() })
    }

    /// An account's chain from a place on, to be embedded.
    pub fn slice_of(&self, account: AccountId, from: u64) -> Result<Slice, EngineError> {
        slice(&self.index, account, from)
    }

    /// Whether anything in a workspace operation changed who or what the catalog is.
    pub fn catalog_record(&self) -> Option<&workspace::Catalog> {
        self.workspace.as_ref().and_then(Workspace::catalog)
    }
}

/// Every page carries the catalog's word for the chain's newest record.
fn check_receipt(page: &Page, chain: &ChainId, catalog: &VerifyKey) -> Result<(), EngineError> {
    if page.receipt.chain != *chain {
        return Err(EngineError::Distrusted("a receipt for another chain"));
    }
    page.receipt.verify(catalog).map_err(|_| EngineError::Distrusted("a receipt that is not signed by the catalog"))
}

/// The receipt must agree with what was verified: never less, never something else. True if there is more.
fn check_head(page: &Page, head: valise_protocol::chain::Head) -> Result<bool, EngineError> {
    let receipt = &page.receipt;
    match receipt.seq.cmp(&head.seq) {
        std::cmp::Ordering::Less => Err(EngineError::Distrusted("it went back to an older state")),
        std::cmp::Ordering::Equal if receipt.hash != head.hash => {
            Err(EngineError::Distrusted("two histories of one chain"))
        }
        std::cmp::Ordering::Equal => Ok(false),
        std::cmp::Ordering::Greater if page.records.is_empty() => Err(EngineError::Distrusted("it withholds records")),
        std::cmp::Ordering::Greater => Ok(true),
    }
}
