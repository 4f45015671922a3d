//! A folder as this device knows it: its chain, the keys it could open, its tree, and the changes that wait.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};

use valise_crypto::{
    FolderKey, FolderKeyWrapper, FolderPlace, OpenedBody, SealedBody, SealingPair, open_body, open_folder_key,
};
use valise_protocol::chain::{Broken, Verdict, Void};
use valise_protocol::document::{Body, SignedBy};
use valise_protocol::folder::{Content, Folder, MemberSeal, Op, Rekey, Role, kind};
use valise_protocol::ids::{
    AccountId, Cid, Commitment, DeviceId, Epoch, FolderId, KeyVersion, RecordHash, Seq, WorkspaceId,
};
use valise_protocol::keys::WrappedKey;
use valise_protocol::place::{SealPlace, WrapPlace};
use valise_protocol::record::Record;
use valise_protocol::tree::change::decode_body;
use valise_protocol::tree::{Change, Effect, Stamp, Tree};

use super::signatures::{KeysThere, SignaturesMade};
use super::succession::Passing;
use crate::index::outbox::Waiting;
use crate::index::wraps::Place;

/// What opens a folder's seals.
pub struct Opener<'a> {
    /// The workspace.
    pub workspace: WorkspaceId,
    /// Oneself.
    pub account: AccountId,
    /// This device.
    pub device: DeviceId,
    /// Devices that it took the place of.
    pub earlier: &'a [DeviceId],
    /// Account keys, by version.
    pub pairs: &'a BTreeMap<KeyVersion, SealingPair>,
}

/// Something in a verified record that somebody should look at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Finding {
    /// A record breaks a rule and changes nothing.
    Void(AccountId, Void),
    /// A sealed body does not open, parse, or say what its open part says: it changes nothing.
    BadBody(AccountId),
    /// A folder key does not open or is not the one the record commits to.
    BadSeal(AccountId),
    /// A rekey carries a false previous key.
    BadPrevious(AccountId),
}

/// A folder key, with what it wraps DEKs by.
struct EpochKey {
    key: FolderKey,
    wrapper: FolderKeyWrapper,
}

/// A folder as this device knows it.
pub struct FolderState {
    chain: Folder,
    keys: BTreeMap<Epoch, EpochKey>,
    confirmed: Tree,
    /// `confirmed` with what waits on top; none while nothing waits.
    view: Option<Tree>,
    waiting: HashSet<Cid>,
    waiting_changes: u32,
    /// Announced DAGs which no pinning node is known to hold, and whether this device made them.
    unheld: HashMap<Cid, bool>,
    unopened: VecDeque<Unopened>,
    signatures: SignaturesMade,
    /// Records by others which brought files: place, and how many.
    brought: BTreeMap<Seq, u32>,
    /// After an alarm: nothing is sent or taken until a person decides.
    pub stopped: bool,
    /// The place up to which a person has looked.
    pub seen_up_to: Seq,
    /// What stands after this place is marked as new: it follows when one leaves the folder.
    pub news_after: Seq,
    /// The pinning node's words were read from the start since this was unlocked: a false cursor does not last.
    pub held_read: bool,
    lacks_key: bool,
    /// Places of records that change nothing.
    voids: BTreeSet<Seq>,
    passings: Vec<Passing>,
    /// How far file keys were moved under the key of an epoch.
    pub rewrap_after: Option<(Epoch, Place)>,
}

/// A record with a sealed body whose key may not be known yet.
struct Unopened {
    stamp: Stamp,
    place: WrapPlace,
    what: Sealed,
    sealed: SealedBody,
}

/// What such a record says openly, or is known of it.
enum Sealed {
    Changes(Content),
    Signed(KeysThere),
}

impl FolderState {
    /// For the test that looks for them in memory.
    #[cfg(all(test, debug_assertions))]
    pub fn disguised_keys(&self) -> Vec<valise_crypto::Disguised> {
        self.keys.values().map(|epoch| epoch.key.disguised()).collect()
    }

    /// Begins with the genesis.
    pub fn begin(genesis: &Record) -> Result<Self, Broken> {
        Ok(Self {
            chain: Folder::begin(genesis)?,
            keys: BTreeMap::new(),
            confirmed: Tree::new(),
            view: None,
            waiting: HashSet::new(),
            waiting_changes: 0,
            unheld: HashMap::new(),
            unopened: VecDeque::new(),
            signatures: SignaturesMade::default(),
            brought: BTreeMap::new(),
            stopped: false,
            seen_up_to: 0,
            news_after: 0,
            held_read: false,
            lacks_key: false,
            voids: BTreeSet::new(),
            passings: Vec::new(),
            rewrap_after: None,
        })
    }

    /// Verifies the next record, folds it in, opens what can be opened. On an error nothing has changed.
    pub fn take(&mut self, opener: &Opener<'_>, record: &Record) -> Result<Vec<Finding>, Broken> {
        let author = record.envelope().author;
        let handed = record.envelope().kind == kind::SUCCEEDED;
        let owners = if handed { self.chain.owners().copied().collect() } else { Vec::new() };
        let op = match self.chain.apply(record)? {
            Verdict::Void(void) => {
                self.voids.insert(record.envelope().seq);
                self.take_void_signature(record, void);
                return Ok(vec![Finding::Void(author, void)]);
            }
            Verdict::Applied(op) => op,
        };
        let mut findings = Vec::new();
        match op {
            Op::Rekey(rekey) => self.take_rekey(opener, record, &rekey, &mut findings),
            Op::MemberAdded(added) if added.account == opener.account => {
                self.take_seal(opener, record, &added.seal, self.chain.epoch(), &mut findings);
            }
            Op::Succeeded(succeeded) => {
                let workspace = RecordHash::new(*self.chain.workspace().as_bytes());
                self.passings.push(Passing::of(record.envelope(), &workspace, owners, succeeded.account));
                if let Some(seal) = succeeded.seal.filter(|seal| seal.account == opener.account) {
                    self.take_seal(opener, record, &seal, self.chain.epoch(), &mut findings);
                }
            }
            Op::MemberRemoved(removed) => self.settle(&author, &removed.account),
            Op::RoleChanged(changed) => self.settle(&author, &changed.account),
            Op::Content(content) => self.await_key(record, Sealed::Changes(content)),
            Op::Signed(_) => self.await_key(record, Sealed::Signed(KeysThere::of(&self.chain, record.envelope()))),
            _ => {}
        }
        self.open_previous(&mut findings);
        self.open_waiting(opener, &mut findings);
        Ok(findings)
    }

    /// Only who owned it before decides about who came in: not whom they brought along, and not by going again.
    fn settle(&mut self, author: &AccountId, account: &AccountId) {
        let decided = |it: &&mut Passing| it.to == *account && it.from.contains(author);
        self.passings.iter_mut().filter(decided).for_each(|passing| passing.settled = true);
    }

    fn await_key(&mut self, record: &Record, what: Sealed) {
        self.unopened.push_back(Unopened::new(&self.chain, record, what));
    }

    /// What somebody outside signed is shown as that. Nothing waits for a key which may never come, and what does not
    /// open or says something false is no signature at all.
    fn take_void_signature(&mut self, record: &Record, void: Void) {
        let envelope = record.envelope();
        if envelope.kind != kind::SIGNED || !self.unopened.is_empty() {
            return;
        }
        let Some(there) = KeysThere::of_void(&self.chain, envelope, void) else { return };
        let unopened = Unopened::new(&self.chain, record, Sealed::Signed(there));
        if let Some(body) = self.keys.get(&envelope.epoch).and_then(|key| unopened.open(&key.key)) {
            self.take_body(&unopened, &body);
        }
    }

    fn take_rekey(&mut self, opener: &Opener<'_>, record: &Record, rekey: &Rekey, findings: &mut Vec<Finding>) {
        let epoch = record.envelope().epoch;
        if let Some(seal) = rekey.seals.iter().find(|seal| seal.account == opener.account) {
            self.take_seal(opener, record, seal, epoch, findings);
        }
        let known = epoch.checked_sub(1).and_then(|before| self.keys.get(&before));
        let (Some(known), Some(new)) = (known, self.keys.get(&epoch)) else { return };
        let honest = rekey
            .previous
            .as_ref()
            .is_some_and(|previous| new.wrapper.unwrap_previous(previous, &known.key.commitment()).is_ok());
        if !honest {
            findings.push(Finding::BadPrevious(record.envelope().author));
        }
    }

    fn take_seal(
        &mut self,
        opener: &Opener<'_>,
        record: &Record,
        seal: &MemberSeal,
        epoch: Epoch,
        findings: &mut Vec<Finding>,
    ) {
        let newest = opener.pairs.last_key_value().map_or(0, |(version, _)| *version);
        if seal.account == opener.account && seal.version > newest {
            self.lacks_key = true;
            return;
        }
        let opened = self.open_seal(opener, record, seal, epoch);
        if opened.and_then(|key| self.keep_key(epoch, key)).is_none() {
            findings.push(Finding::BadSeal(record.envelope().author));
        }
    }

    fn keep_key(&mut self, epoch: Epoch, key: FolderKey) -> Option<()> {
        let place = FolderPlace { workspace: self.chain.workspace(), folder: self.chain.id(), epoch };
        let wrapper = FolderKeyWrapper::new(&key, place).ok()?;
        self.keys.insert(epoch, EpochKey { key, wrapper });
        Some(())
    }

    fn open_seal(&self, opener: &Opener<'_>, record: &Record, seal: &MemberSeal, epoch: Epoch) -> Option<FolderKey> {
        let info = self.chain.epoch_info(epoch)?;
        let pair = opener.pairs.get(&seal.version)?;
        let place = SealPlace::FolderKey {
            workspace: opener.workspace,
            folder: self.chain.id(),
            epoch,
            recipient: opener.account,
            version: seal.version,
            public: pair.public(),
            author: record.envelope().author,
            device: record.envelope().device,
        };
        open_folder_key(pair, &place, &seal.seal, &info.commitment).ok()
    }

    /// Members read history: each key opens the one before it. A seal that did not open leaves a gap, which the next
    /// honest key fills.
    fn open_previous(&mut self, findings: &mut Vec<Finding>) {
        let Some(newest) = self.keys.keys().next_back().copied() else { return };
        for epoch in (2..=newest).rev() {
            if self.keys.contains_key(&(epoch - 1)) || !self.keys.contains_key(&epoch) {
                continue;
            }
            let Some((previous, author, commitment)) = self.previous_of(epoch) else { continue };
            let opened = self.keys.get(&epoch).and_then(|key| key.wrapper.unwrap_previous(&previous, &commitment).ok());
            if opened.and_then(|key| self.keep_key(epoch - 1, key)).is_none() {
                findings.push(Finding::BadPrevious(author));
            }
        }
    }

    fn previous_of(&self, epoch: Epoch) -> Option<(WrappedKey, AccountId, Commitment)> {
        let info = self.chain.epoch_info(epoch)?;
        let before = self.chain.epoch_info(epoch - 1)?;
        Some((info.previous.clone()?, info.author, before.commitment))
    }

    /// Opens content in chain order, as far as keys are known.
    fn open_waiting(&mut self, opener: &Opener<'_>, findings: &mut Vec<Finding>) {
        while let Some(next) = self.unopened.front() {
            let Some(key) = self.keys.get(&next.stamp.epoch) else { return };
            let body = next.open(&key.key);
            let Some(next) = self.unopened.pop_front() else { return };
            let sound = body.and_then(|body| match &next.what {
                Sealed::Changes(content) => {
                    let changes = decode_body(body.as_bytes()).ok()?;
                    self.apply(opener, next.stamp, content, &changes)
                }
                Sealed::Signed(_) => self.take_body(&next, &body),
            });
            if sound.is_none() {
                findings.push(Finding::BadBody(next.stamp.author));
            }
        }
    }

    fn take_body(&mut self, unopened: &Unopened, body: &OpenedBody) -> Option<()> {
        let Sealed::Signed(there) = &unopened.what else { return None };
        let (stamp, body) = (unopened.stamp, Body::decode(body.as_bytes()).ok()?);
        let by = SignedBy { workspace: self.chain.workspace(), folder: self.chain.id(), account: stamp.author };
        self.signatures.take(&self.confirmed, by, stamp, there, body)
    }

    /// The open part must say what the sealed changes say: no more, no less.
    fn apply(&mut self, opener: &Opener<'_>, stamp: Stamp, content: &Content, changes: &[Change]) -> Option<()> {
        let brought: BTreeSet<Cid> = changes.iter().filter_map(brings).collect();
        let pinned: BTreeSet<Cid> = content.pins.iter().map(|pin| pin.cid).collect();
        if brought != pinned {
            return None;
        }
        let device = &stamp.device;
        let mine = *device == opener.device || opener.earlier.contains(device);
        let mut dropped = BTreeSet::new();
        for change in changes {
            match self.confirmed.apply(stamp, change) {
                Ok(Effect::Purged(_, cids)) => dropped.extend(cids),
                Ok(_) => self.unheld.extend(brings(change).map(|cid| (cid, mine))),
                Err(_) => {}
            }
        }
        self.unheld.retain(|cid, _| !dropped.contains(cid));
        if changes.iter().any(|change| matches!(change, Change::Purge(_) | Change::Expire { .. })) {
            self.signatures.forget_purged(&self.confirmed);
        }
        if stamp.author != opener.account && !brought.is_empty() {
            self.brought.insert(stamp.seq, u32::try_from(brought.len()).unwrap_or(u32::MAX));
        }
        content.drops.iter().all(|cid| dropped.contains(cid)).then_some(())
    }

    /// Lays what waits over what is confirmed.
    pub fn rebuild_view(&mut self, waiting: &[Waiting], account: AccountId, device: DeviceId) {
        self.waiting.clear();
        self.waiting_changes = 0;
        self.view = None;
        for row in waiting {
            self.add_waiting(&row.changes, account, device);
        }
    }

    /// Lays one more batch of changes on top.
    pub fn add_waiting(&mut self, changes: &[Change], account: AccountId, device: DeviceId) {
        let stamp =
            Stamp { seq: Seq::MAX, record: RecordHash::ZERO, author: account, device, epoch: self.chain.epoch() };
        let view = self.view.get_or_insert_with(|| self.confirmed.clone());
        for change in changes {
            // What the fold refuses here it will refuse in the chain as well: the view shows the outcome.
            let _ = view.apply(stamp, change);
            self.waiting.extend(brings(change));
        }
        self.waiting_changes += u32::try_from(changes.len()).unwrap_or(0);
    }

    /// The tree as a person sees it.
    pub fn tree(&self) -> &Tree {
        self.view.as_ref().unwrap_or(&self.confirmed)
    }

    /// The tree as the chain alone has it, without what waits.
    pub fn confirmed(&self) -> &Tree {
        &self.confirmed
    }

    /// Signatures on its files.
    pub fn signatures(&self) -> &SignaturesMade {
        &self.signatures
    }

    /// Whether the record at a place changes nothing.
    pub fn is_void(&self, seq: Seq) -> bool {
        self.voids.contains(&seq)
    }

    /// What a record of this chain seals, once more; nothing if that was not opened when it came.
    pub fn open_again(&self, record: &Record) -> Option<OpenedBody> {
        let envelope = record.envelope();
        let unread = self.unopened.front().is_some_and(|first| first.stamp.seq <= envelope.seq);
        let key = self.keys.get(&envelope.epoch).filter(|_| !unread)?;
        Unopened::new(&self.chain, record, Sealed::Changes(Content { pins: Vec::new(), drops: Vec::new() }))
            .open(&key.key)
    }

    /// The chain.
    pub fn chain(&self) -> &Folder {
        &self.chain
    }

    /// Its id.
    pub fn id(&self) -> FolderId {
        self.chain.id()
    }

    /// What wraps and unwraps DEKs of an epoch.
    pub fn wrapper(&self, epoch: Epoch) -> Option<&FolderKeyWrapper> {
        self.keys.get(&epoch).map(|key| &key.wrapper)
    }

    /// The key in force.
    pub fn current_key(&self) -> Option<&FolderKey> {
        self.keys.get(&self.chain.epoch()).map(|key| &key.key)
    }

    /// Whether a folder key is sealed to an account key that another device of ours made, and that did not come here
    /// yet: no fault of its author.
    pub fn lacks_key(&self) -> bool {
        self.lacks_key
    }

    /// Whether a file's newest version waits to be announced.
    pub fn is_waiting(&self, cid: &Cid) -> bool {
        self.waiting.contains(cid)
    }

    /// How it changed hands, in order.
    pub fn passings(&self) -> &[Passing] {
        &self.passings
    }

    /// Changes that wait.
    pub fn waiting_changes(&self) -> u32 {
        self.waiting_changes
    }

    /// Announced DAGs which no pinning node is known to hold, and whether this device made them.
    pub fn unheld(&self) -> impl Iterator<Item = (&Cid, bool)> {
        self.unheld.iter().map(|(cid, mine)| (cid, *mine))
    }

    /// DAGs that wait to be announced.
    pub fn waiting(&self) -> impl Iterator<Item = &Cid> {
        self.waiting.iter()
    }

    /// Takes in what a pinning node holds.
    pub fn take_held(&mut self, is_held: impl Fn(&Cid) -> bool) {
        self.unheld.retain(|cid, _| !is_held(cid));
    }

    /// Own role; none when one is no member (any more).
    pub fn role(&self, account: &AccountId) -> Option<Role> {
        self.chain.members().get(account).map(|member| member.role)
    }

    /// Files brought by others after the place a person has looked at.
    pub fn unread(&self) -> u32 {
        self.brought.range(self.seen_up_to + 1..).map(|(_, files)| *files).sum()
    }
}

impl Unopened {
    fn new(chain: &Folder, record: &Record, what: Sealed) -> Self {
        let envelope = record.envelope();
        let stamp = Stamp {
            seq: envelope.seq,
            record: record.hash(),
            author: envelope.author,
            device: envelope.device,
            epoch: envelope.epoch,
        };
        let place = WrapPlace::Body {
            workspace: chain.workspace(),
            folder: chain.id(),
            epoch: envelope.epoch,
            seq: envelope.seq,
            prev: envelope.prev,
            author: envelope.author,
            device: envelope.device,
            kind: envelope.kind,
        };
        Self { stamp, place, what, sealed: SealedBody::from_bytes(envelope.sealed.to_vec()) }
    }

    fn open(&self, key: &FolderKey) -> Option<OpenedBody> {
        open_body(key, &self.place, &self.sealed).ok()
    }
}

fn brings(change: &Change) -> Option<Cid> {
    match change {
        Change::Content(content) => Some(content.cid),
        _ => None,
    }
}
