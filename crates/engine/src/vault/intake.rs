//! Taking in what the catalog hands out: verify, fold, keep; all of a page or nothing past the first fault.

use valise_protocol::account::Account;
use valise_protocol::api::{HeldPage, Page, Wraps};
use valise_protocol::chain::{Head, Slice, Verdict};
use valise_protocol::ids::{AccountId, Cid, FolderId};
use valise_protocol::receipt::Receipt;
use valise_protocol::record::{ChainId, Record};
use valise_protocol::sign::VerifyKey;
use valise_protocol::workspace::{self, Workspace};

use super::folder::{Finding, FolderState};
use super::{Vault, slice};
use crate::error::EngineError;
use crate::index::marks::{self, Mark};
use crate::index::{held, in_flight, outbox, records, wraps};

/// The catalog knows less than it confirmed before.
pub const WENT_BACK: &str = "it went back to an older state";

/// So many words of pinning nodes are written together at most.
const HELD_TOGETHER: usize = 1024;

/// Words of pinning nodes that wait to be written.
#[derive(Default)]
pub(super) struct HeldUnwritten {
    cids: Vec<Cid>,
    /// To go on from, in the catalog's order.
    cursor: u64,
}

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

/// What a page of wraps brought.
#[derive(Debug, Default)]
pub struct WrapsTaken {
    /// Some are under a folder key that is not known here yet: the place to go on from stays.
    pub later: bool,
    /// So many do not open.
    pub refused: usize,
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
        let taken = page.records.iter().try_for_each(|bytes| {
            let record = Record::decode(&bytes.0).map_err(valise_protocol::chain::Broken::from)?;
            if record.chain() != Some(chain) {
                return Err(EngineError::Distrusted("a record is of another folder"));
            }
            all.findings.extend(self.take_folder_record(id, &record)?);
            all.records += 1;
            Ok(())
        });
        if all.records > 0 {
            // What came before a fault was verified and is kept: it is shown, too.
            self.rebuild_view(id)?;
        }
        taken?;
        all.more = check_head(page, self.folder(&id)?.chain().head())?;
        Ok(all)
    }

    /// If the catalog's receipt is for an earlier place of the very chain that is kept here, the place after it: what
    /// follows was verified here, and the catalog has lost it or hides it.
    pub fn lost_from(&self, page: &Page, chain: &ChainId, catalog: &VerifyKey) -> Result<Option<u64>, EngineError> {
        check_receipt(page, chain, catalog)?;
        let from = page.receipt.seq;
        if from.saturating_add(1) >= records::count(self.index.read(), chain)? {
            return Ok(None);
        }
        let same = records::hash(self.index.read(), chain, from)? == Some(page.receipt.hash);
        Ok(same.then_some(from + 1))
    }

    /// Records of this account that follow one another from a place on, to be brought once more.
    pub fn own_from(&self, chain: &ChainId, from: u64, most: usize) -> Result<Vec<Record>, EngineError> {
        let mut own = Vec::new();
        for bytes in records::from(self.index.read(), chain, from)?.into_iter().take(most) {
            let record = Record::decode(&bytes).map_err(|_| EngineError::IndexDamaged)?;
            let envelope = record.envelope();
            if envelope.author != self.me.account {
                break;
            }
            own.push(record);
        }
        Ok(own)
    }

    /// Everything beside a folder's chain is to be read from the start, and brought: the catalog lost some of it.
    pub fn begin_again_beside(&mut self, id: FolderId) -> Result<(), EngineError> {
        self.held_unwritten.remove(&id);
        self.index.write(|db| {
            marks::remove(db, Mark::WrapsCursor(id))?;
            marks::remove(db, Mark::HeldCursor(id))?;
            marks::set(db, Mark::WrapsToBring(id), &true)
        })
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

    /// Keeps nothing of a folder that was declined but how far its chain was read.
    pub fn forget_folder(&mut self, id: FolderId) -> Result<(), EngineError> {
        // What was verified stays so: an offer of what was left behind is refused.
        let head = self.folder(&id)?.chain().head();
        self.begin_again_beside(id)?;
        self.index.write(|db| {
            marks::set(db, Mark::Floor(id), &head)?;
            marks::remove(db, Mark::WrapsToBring(id))?;
            marks::remove(db, Mark::SeenUpTo(id))?;
            records::remove_chain(db, &ChainId::Folder(id))
        })?;
        self.folders.remove(&id);
        Ok(())
    }

    /// Lays what still waits over what is confirmed now.
    pub fn rebuild_view(&mut self, id: FolderId) -> Result<(), EngineError> {
        let waiting = outbox::of_folder(self.index.read(), &id)?;
        let (account, device) = (self.me.account, self.me.device);
        self.folder_mut(&id)?.rebuild_view(&waiting, account, device);
        Ok(())
    }

    /// Keeps wrapped DEKs. They need no signature: place and DEK id bind them. One that does not open is left out,
    /// so that it never takes the place of one that does.
    pub fn take_wraps(&mut self, id: FolderId, page: &Wraps) -> Result<WrapsTaken, EngineError> {
        let state = self.folders.get(&id).ok_or(EngineError::NotFound("the folder"))?;
        let minimum = state.chain().policy().minimum;
        let mut taken = WrapsTaken::default();
        let mut sound = Vec::with_capacity(page.wraps.len());
        for wrap in &page.wraps {
            let key = wrap.key().ok_or(EngineError::Distrusted("a wrapped key of the wrong length"))?;
            match state.wrapper(wrap.epoch) {
                Some(wrapper) if wrap.epoch >= minimum && wrapper.opens_dek(wrap.dek, &key) => sound.push((wrap, key)),
                // Of a key change that has not been read yet: it is asked for again.
                None if wrap.epoch > state.chain().epoch() => taken.later = true,
                _ => taken.refused += 1,
            }
        }
        self.index.write(|db| {
            for (wrap, key) in &sound {
                wraps::put(db, &id, &wrap.dek, wrap.epoch, key)?;
            }
            if !taken.later {
                marks::set(db, Mark::WrapsCursor(id), &page.cursor)?;
            }
            Ok(())
        })?;
        Ok(taken)
    }

    /// Up to where a pinning node's words about a folder were read.
    pub fn held_up_to(&self, id: &FolderId) -> Result<u64, EngineError> {
        match self.held_unwritten.get(id) {
            Some(unwritten) => Ok(unwritten.cursor),
            None => Ok(marks::find(self.index.read(), Mark::HeldCursor(*id))?.unwrap_or(0)),
        }
    }

    /// Takes a pinning node's words, as far as they are signed by a node which the workspace chain names.
    ///
    /// They come by the hundred while files are being added. What is not in the index yet is read again when this
    /// computer forgets it, so they are written together: when nothing is missing any more, or when they are many.
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
        let unwritten = self.held_unwritten.entry(id).or_default();
        unwritten.cids.extend(page.held.iter().map(|held| held.cid));
        unwritten.cursor = page.cursor;
        let many = unwritten.cids.len() >= HELD_TOGETHER;
        self.held.extend(page.held.iter().map(|held| held.cid));
        let known = &self.held;
        let state = self.folders.get_mut(&id);
        let missing = state.is_some_and(|state| {
            state.take_held(|cid| known.contains(cid));
            state.unheld().next().is_some()
        });
        if many || !missing { self.write_held(id) } else { Ok(()) }
    }

    /// Writes what waits of that for all folders, before this vault goes.
    pub fn write_all_held(&mut self) -> Result<(), EngineError> {
        let folders: Vec<FolderId> = self.held_unwritten.keys().copied().collect();
        folders.into_iter().try_for_each(|id| self.write_held(id))
    }

    fn write_held(&mut self, id: FolderId) -> Result<(), EngineError> {
        let Some(unwritten) = self.held_unwritten.get(&id) else { return Ok(()) };
        self.index.write(|db| {
            unwritten.cids.iter().try_for_each(|cid| held::put(db, cid))?;
            marks::set(db, Mark::HeldCursor(id), &unwritten.cursor)
        })?;
        self.held_unwritten.remove(&id);
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

/// Whether the catalog confirmed that this record is the newest of its chain: not another, and not another chain's.
pub fn confirms(receipt: &Receipt, record: &Record, catalog: &VerifyKey) -> bool {
    Some(receipt.chain) == record.chain() && receipt.head() == Head::of(record) && receipt.verify(catalog).is_ok()
}

/// The receipt must agree with what was verified: never less, never something else. True if there is more.
fn check_head(page: &Page, head: Head) -> Result<bool, EngineError> {
    let receipt = &page.receipt;
    match receipt.seq.cmp(&head.seq) {
        std::cmp::Ordering::Less => Err(EngineError::Distrusted(WENT_BACK)),
        std::cmp::Ordering::Equal if receipt.hash != head.hash => {
            Err(EngineError::Distrusted("two histories of one chain"))
        }
        std::cmp::Ordering::Equal => Ok(false),
        std::cmp::Ordering::Greater if page.records.is_empty() => Err(EngineError::Distrusted("it withholds records")),
        std::cmp::Ordering::Greater => Ok(true),
    }
}

#[cfg(test)]
mod tests;
