//! Writing: records of this device, composed on top of what is verified.

use serde::Serialize;

use valise_crypto::{FolderKey, FolderKeyWrapper, FolderPlace, OpenedBody, make_bytes, seal_body, seal_folder_key};
use valise_protocol::account::{Account, AccountKey};
use valise_protocol::chain::Slice;
use valise_protocol::folder::{self, Content, Genesis, MemberSeal, Pin, Purpose, Rekey};
use valise_protocol::ids::{AccountId, Cid, Commitment, DekId, EntryId, Epoch, FolderId};
use valise_protocol::place::{SealPlace, WrapPlace};
use valise_protocol::record::{ChainId, ChainKind, Kind, MAX_CHANGES, Record};
use valise_protocol::tree::Change;
use valise_protocol::tree::change::encode_body;
use valise_protocol::{names, workspace};

use super::Vault;
use super::fetch_keys::NewWrap;
use super::folder::FolderState;
use crate::compose::Slot;
use crate::error::EngineError;
use crate::index::in_flight::{self, InFlight};
use crate::index::marks::{self, Mark};
use crate::index::outbox::{self, Waiting};
use crate::index::{opened, records, wraps};

/// A record ready to be sent, with the wraps of the content it announces.
pub struct Outgoing {
    /// The record.
    pub record: Record,
    /// Wraps under the folder key in force.
    pub wraps: Vec<NewWrap>,
}

/// Body bytes after which a record is closed: room for the open part and the padding.
const MAX_BODY: usize = 512 << 10;

impl Vault {
    /// A new folder: genesis, first key, name. All of it is here before anything is sent.
    pub fn create_folder(&mut self, name: &str, purpose: Purpose) -> Result<FolderId, EngineError> {
        let name = names::normalize(name).ok_or(EngineError::BadName)?;
        let genesis = Genesis {
            workspace: self.me.workspace,
            purpose,
            nonce: Commitment::new(make_bytes()?),
            owner: self.own_slice(0)?,
        };
        let slot = Slot::genesis(ChainKind::FOLDER).seen(self.seen_heads());
        let genesis = slot.write(&self.me.author(), Kind::GENESIS, &genesis)?;
        let id = FolderId::new(*genesis.hash().as_bytes());
        self.take_folder_record(id, &genesis)?;
        let rekey = self.compose_rekey(id)?;
        self.take_folder_record(id, &rekey)?;
        self.index.write(|db| marks::set(db, Mark::Unpublished(id), &true))?;
        self.change(id, vec![Change::Move { id: EntryId::TOP, parent: EntryId::TOP, name }], &[], &[], &[])?;
        Ok(id)
    }

    /// Keeps changes made here until they are sent, and shows them at once. All or nothing.
    pub fn change(
        &mut self,
        id: FolderId,
        changes: Vec<Change>,
        pins: &[Pin],
        drops: &[Cid],
        new_wraps: &[NewWrap],
    ) -> Result<(), EngineError> {
        self.change_opened(id, changes, (pins, drops, new_wraps), None)
    }

    /// As [`Vault::change`]; what is known of the opened file that the change came from is kept with it.
    pub fn change_opened(
        &mut self,
        id: FolderId,
        changes: Vec<Change>,
        (pins, drops, new_wraps): (&[Pin], &[Cid], &[NewWrap]),
        opened: Option<&opened::Row>,
    ) -> Result<(), EngineError> {
        let (account, device) = (self.me.account, self.me.device);
        self.may_write(&id)?;
        self.index.write(|db| {
            for batch in batches(&changes)? {
                let cids: Vec<Cid> = batch.iter().filter_map(content_cid).collect();
                let pins: Vec<Pin> = pins.iter().filter(|pin| cids.contains(&pin.cid)).cloned().collect();
                outbox::add(db, &id, batch, &pins, drops)?;
            }
            new_wraps.iter().try_for_each(|wrap| wraps::put(db, &id, &wrap.dek, wrap.epoch, &wrap.key))?;
            opened.map_or(Ok(()), |row| opened::put(db, row))
        })?;
        self.folder_mut(&id)?.add_waiting(&changes, account, device);
        Ok(())
    }

    /// Owners and editors change content.
    pub fn may_write(&self, id: &FolderId) -> Result<(), EngineError> {
        match self.folder(id)?.role(&self.me.account) {
            Some(folder::Role::Owner | folder::Role::Editor) => Ok(()),
            _ => Err(EngineError::NotAllowed("You can read this folder, but not change it.")),
        }
    }

    /// The record on its way for a folder, or a new one with as much of what waits as fits.
    pub fn next_to_send(&mut self, id: FolderId) -> Result<Option<Outgoing>, EngineError> {
        if self.is_usurped(self.folder(&id)?)? {
            return Ok(None);
        }
        if let Some(sent) = in_flight::find(self.index.read(), &id)?
            && let Some(outgoing) = self.resend(id, &sent)?
        {
            return Ok(Some(outgoing));
        }
        let waiting = outbox::of_folder(self.index.read(), &id)?;
        let batch = first_batch(waiting)?;
        if batch.is_empty() {
            return Ok(None);
        }
        let state = self.folder(&id)?;
        if state.chain().key_change_waiting() || !self.is_known_in(state) {
            return Err(EngineError::KeyChangeWaiting);
        }
        let rows = batch.iter().map(|row| row.id).collect();
        let record = self.compose_content(id, &batch)?;
        let in_flight = InFlight { rows, bytes: record.bytes().to_vec() };
        self.index.write(|db| in_flight::put(db, &id, &in_flight))?;
        let deks: Vec<DekId> = batch.iter().flat_map(|row| &row.changes).filter_map(content_dek).collect();
        Ok(Some(Outgoing { wraps: self.wraps_to_send(&id, &deks)?, record }))
    }

    /// The same bytes again, if they still follow the chain's head; else they must be signed again.
    fn resend(&mut self, id: FolderId, sent: &InFlight) -> Result<Option<Outgoing>, EngineError> {
        let head = self.folder(&id)?.chain().head();
        let record = Record::decode(&sent.bytes).map_err(|_| EngineError::IndexDamaged)?;
        // A device that took another's place signs for itself; so does whoever was overtaken.
        if record.envelope().prev != head.hash || record.envelope().device != self.me.device {
            self.index.write(|db| in_flight::remove(db, &id))?;
            return Ok(None);
        }
        let waiting = outbox::of_folder(self.index.read(), &id)?;
        let rows = waiting.iter().filter(|row| sent.rows.contains(&row.id));
        let deks: Vec<DekId> = rows.flat_map(|row| &row.changes).filter_map(content_dek).collect();
        Ok(Some(Outgoing { wraps: self.wraps_to_send(&id, &deks)?, record }))
    }

    fn compose_content(&self, id: FolderId, batch: &[Waiting]) -> Result<Record, EngineError> {
        let changes: Vec<Change> = batch.iter().flat_map(|row| row.changes.clone()).collect();
        let content = Content {
            pins: batch.iter().flat_map(|row| row.pins.clone()).collect(),
            drops: batch.iter().flat_map(|row| row.drops.clone()).collect(),
        };
        self.write_sealed_folder(id, folder::kind::CONTENT, &content, encode_body(&changes)?)
    }

    /// A record of a folder with a sealed body, in the epoch in force.
    pub fn write_sealed_folder<T: Serialize>(
        &self,
        id: FolderId,
        kind: Kind,
        open: &T,
        body: Vec<u8>,
    ) -> Result<Record, EngineError> {
        let state = self.folder(&id)?;
        if self.is_usurped(state)? {
            return Err(EngineError::NotNow(
                "Somebody made themselves an owner of this folder: see the security events.",
            ));
        }
        let key = state.current_key().ok_or(EngineError::NotVerified("the folder's key"))?;
        let slot = self.slot(id, state.chain().epoch())?;
        let place = WrapPlace::Body {
            workspace: self.me.workspace,
            folder: id,
            epoch: state.chain().epoch(),
            seq: slot.seq,
            prev: slot.prev,
            author: self.me.account,
            device: self.me.device,
            kind,
        };
        let sealed = seal_body(key, &place, &OpenedBody::new(body))?;
        slot.write_sealed(&self.me.author(), kind, open, sealed.into_bytes())
    }

    /// A new epoch, sealed to every member's newest anchored key.
    pub fn compose_rekey(&self, id: FolderId) -> Result<Record, EngineError> {
        let state = self.folder(&id)?;
        let epoch = state.chain().epoch() + 1;
        let new = FolderKey::make()?;
        let place = FolderPlace { workspace: self.me.workspace, folder: id, epoch };
        let previous =
            state.current_key().map(|old| FolderKeyWrapper::new(&new, place)?.wrap_previous(old)).transpose()?;
        // One's own newest key and device go with it, where the folder does not know them yet.
        let tells = self.is_outdated(state) || !self.is_known_in(state);
        let own = if tells { self.account.key() } else { None };
        let seal_to = |account: &AccountId| {
            let key = own.filter(|_| *account == self.me.account).or_else(|| state.chain().member_key(account));
            let key = key.ok_or(EngineError::NotVerified("a member's key"))?;
            self.seal_to_member(id, epoch, &new, *account, key)
        };
        let seals = state.chain().members().keys().map(seal_to).collect::<Result<_, _>>()?;
        let slices = own.map(|_| self.slice_for(state)).transpose()?.into_iter().collect();
        let rekey = Rekey { commitment: new.commitment(), previous, seals, slices };
        self.write_folder(id, epoch, folder::kind::REKEY, &rekey)
    }

    /// Whether a folder knows an older account key of one's own than the newest.
    pub fn is_outdated(&self, state: &FolderState) -> bool {
        state.role(&self.me.account).is_some() && state.chain().member_key(&self.me.account) != self.account.key()
    }

    /// Whether a folder takes records of this device. One's other devices may have joined it without this one.
    pub fn is_known_in(&self, state: &FolderState) -> bool {
        let gone = state.role(&self.me.account).is_none();
        gone || state.chain().roster().account(&self.me.account).is_some_and(|own| own.is_valid(&self.me.device))
    }

    /// The record that tells a folder of this device, if it must come before any other of it. A new key tells it, too.
    pub fn introduction(&self, id: FolderId) -> Result<Option<Record>, EngineError> {
        let state = self.folder(&id)?;
        // In a folder that waits for one's word nobody but others change the key.
        let rekeys = self.is_outdated(state) && self.may_write(&id).is_ok() && self.is_taken_up(state);
        if self.is_known_in(state) || rekeys { Ok(None) } else { self.compose_anchor(id).map(Some) }
    }

    /// The record that tells a folder of one's newest account key.
    pub fn compose_anchor(&self, id: FolderId) -> Result<Record, EngineError> {
        let state = self.folder(&id)?;
        let anchor = folder::Anchor { slices: vec![self.slice_for(state)?] };
        self.write_folder(id, state.chain().epoch(), folder::kind::ANCHOR, &anchor)
    }

    /// One's own account records that a folder does not have yet.
    pub(super) fn slice_for(&self, state: &FolderState) -> Result<Slice, EngineError> {
        self.own_slice(state.chain().roster().next_to_embed(&self.me.account))
    }

    /// Seals a folder key to a member. Only a key that stands in a verified account chain is ever sealed to.
    pub fn seal_to_member(
        &self,
        folder: FolderId,
        epoch: Epoch,
        key: &FolderKey,
        recipient: AccountId,
        to: &AccountKey,
    ) -> Result<MemberSeal, EngineError> {
        let place = SealPlace::FolderKey {
            workspace: self.me.workspace,
            folder,
            epoch,
            recipient,
            version: to.version,
            public: &to.public,
            author: self.me.account,
            device: self.me.device,
        };
        Ok(MemberSeal { account: recipient, version: to.version, seal: seal_folder_key(&place, key)? })
    }

    /// What somebody who comes to a folder needs: their account as far as it is not known there, and the folder's key.
    pub fn welcome(&self, id: FolderId, whole: &Slice) -> Result<(Vec<Slice>, MemberSeal), EngineError> {
        let state = self.folder(&id)?;
        let (chain, account) = (state.chain(), whole.account);
        let from = usize::try_from(chain.roster().next_to_embed(&account)).unwrap_or(usize::MAX);
        let fresh = Slice { account, records: whole.records.iter().skip(from).cloned().collect() };
        let slices = if fresh.records.is_empty() { Vec::new() } else { vec![fresh] };
        let newest = fold_account(&whole.records)?;
        let to = newest.key().ok_or(EngineError::NotVerified("a member's key"))?;
        let key = state.current_key().ok_or(EngineError::NotVerified("the folder's key"))?;
        Ok((slices, self.seal_to_member(id, chain.epoch(), key, account, to)?))
    }

    /// A record of a folder with nothing sealed.
    pub fn write_folder<T: Serialize>(
        &self,
        id: FolderId,
        epoch: Epoch,
        kind: Kind,
        open: &T,
    ) -> Result<Record, EngineError> {
        self.slot(id, epoch)?.write(&self.me.author(), kind, open)
    }

    /// The record that tells the workspace of one's newest key and of this device.
    pub fn compose_officer(&self) -> Result<Record, EngineError> {
        let next = self.workspace()?.roster().next_to_embed(&self.me.account);
        let anchor = workspace::Anchor { slices: vec![self.own_slice(next)?] };
        self.write_workspace(workspace::kind::ANCHOR, &anchor)
    }

    /// The same, if it must come before any other record of this device.
    pub fn officer_introduction(&self) -> Result<Option<Record>, EngineError> {
        let own = self.workspace()?.roster().account(&self.me.account);
        let known = own.is_some_and(|own| own.is_valid(&self.me.device));
        if known || !self.is_officer() { Ok(None) } else { self.compose_officer().map(Some) }
    }

    /// A record of the workspace chain.
    pub fn write_workspace<T: Serialize>(&self, kind: Kind, open: &T) -> Result<Record, EngineError> {
        let chain = self.workspace()?;
        let counter = chain.roster().counter(&self.me.device);
        Slot::after(&ChainId::Workspace(chain.id()), chain.head(), counter).write(&self.me.author(), kind, open)
    }

    fn slot(&self, id: FolderId, epoch: Epoch) -> Result<Slot, EngineError> {
        let chain = self.folder(&id)?.chain();
        let counter = chain.roster().counter(&self.me.device);
        Ok(Slot::after(&ChainId::Folder(id), chain.head(), counter).epoch(epoch).seen(self.seen_heads()))
    }

    /// Takes a workspace record of one's own into the chain here, before there is a catalog to order it.
    pub fn take_own_workspace_record(&mut self, record: &Record) -> Result<(), EngineError> {
        let mut next = self.workspace()?.clone();
        if next.apply(record)?.applied().is_none() {
            return Err(EngineError::NotAllowed("Only an officer of the workspace can do this."));
        }
        let chain = ChainId::Workspace(next.id());
        self.index.write(|db| records::add(db, &chain, record))?;
        self.workspace = Some(next);
        Ok(())
    }

    /// The record that names a catalog.
    pub fn compose_catalog(&self, catalog: &workspace::Catalog) -> Result<Record, EngineError> {
        self.write_workspace(workspace::kind::CATALOG, catalog)
    }
}

/// A whole account chain, verified and folded.
pub fn fold_account(records: &[serde_bytes::ByteBuf]) -> Result<Account, EngineError> {
    let mut state: Option<Account> = None;
    for bytes in records {
        let record = Record::decode(bytes).map_err(|_| EngineError::NotVerified("an account"))?;
        match &mut state {
            None => state = Some(Account::begin(&record).map_err(|_| EngineError::NotVerified("an account"))?),
            Some(state) => {
                state.apply(&record).map_err(|_| EngineError::NotVerified("an account"))?;
            }
        }
    }
    state.ok_or(EngineError::NotVerified("an account"))
}

/// Changes in pieces that fit a record each.
fn batches(changes: &[Change]) -> Result<Vec<&[Change]>, EngineError> {
    let mut batches = Vec::new();
    let mut rest = changes;
    while !rest.is_empty() {
        let mut size = rest.len().min(MAX_CHANGES / 4);
        while size > 1 && encode_body(&rest[..size])?.len() > MAX_BODY / 2 {
            size /= 2;
        }
        let (batch, later) = rest.split_at(size);
        batches.push(batch);
        rest = later;
    }
    Ok(batches)
}

/// As many rows from the front as fit one record.
fn first_batch(waiting: Vec<Waiting>) -> Result<Vec<Waiting>, EngineError> {
    let (mut count, mut bytes) = (0, 0);
    let mut batch = Vec::new();
    for row in waiting {
        count += row.changes.len();
        bytes += encode_body(&row.changes)?.len();
        if !batch.is_empty() && (count > MAX_CHANGES || bytes > MAX_BODY) {
            break;
        }
        batch.push(row);
    }
    Ok(batch)
}

fn content_cid(change: &Change) -> Option<Cid> {
    match change {
        Change::Content(content) => Some(content.cid),
        _ => None,
    }
}

fn content_dek(change: &Change) -> Option<DekId> {
    match change {
        Change::Content(content) => Some(content.dek),
        _ => None,
    }
}
