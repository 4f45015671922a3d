//! The workspace chain: people, officers, the catalog, the recovery authority, groups and policy.
//!
//! Written by officers' devices. The genesis names the key of the founder's first device, because account
//! ids need the workspace's id; the founder's own admission is the second record.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::chain::{Broken, Head, Roster, Slice, Stop, Verdict, Void, check_link};
use crate::ids::{AccountId, DeviceId, GroupId, InvitationId, RecordHash, Seq, WorkspaceId};
use crate::invitation::{MAX_INVITATIONS, check_redemption};
use crate::record::{ChainKind, Kind, Record};
use crate::sign::VerifyKey;

mod parts;
mod recovery;

pub use parts::*;
pub use recovery::Approval;
use recovery::{Approvals, Earlier};

/// Longest name of a person, group or workspace, in bytes.
pub const MAX_NAME: usize = 200;
/// Most people in a workspace.
pub const MAX_PEOPLE: usize = 10_000;
/// Most groups.
pub const MAX_GROUPS: usize = 1_000;
/// Most addresses of a catalog or pinning node, and most pinning nodes.
pub const MAX_ADDRESSES: usize = 16;
/// Longest address in bytes.
pub const MAX_ADDRESS: usize = 256;
/// Most holders of a recovery authority.
pub const MAX_HOLDERS: usize = 2;
/// Longest words for where a key is kept, in bytes.
pub const MAX_PLACE: usize = 512;
/// Largest secret that is wrapped elsewhere, in bytes.
pub const MAX_KEPT: usize = 4096;
/// Most earlier wraps of one secret that are remembered.
pub const MAX_EARLIER: usize = 8;
/// Longest delay between approval and release: 30 days.
pub const MAX_DELAY_HOURS: u32 = 720;
/// Longest reason of somebody who asks for a recovery, in bytes.
pub const MAX_REASON: usize = 500;

/// What a workspace record did.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "each names its record")]
pub enum Op {
    Admitted(Admitted),
    Closed(Closed),
    OfficersChanged(OfficersChanged),
    Catalog(Catalog),
    SwarmKey(SwarmKey),
    Authority(Box<Authority>),
    Group(Group),
    Policy(Policy),
    Invited(Invited),
    InvitationRevoked(InvitationRevoked),
    Anchor(Anchor),
    RecoveryApproved(Box<RecoveryApproved>),
    RecoveryVetoed(RecoveryVetoed),
    RecoveryReleased(Box<RecoveryReleased>),
    Successor(Successor),
}

impl Op {
    /// Account chains that the record embeds.
    pub fn slices(&self) -> &[Slice] {
        match self {
            Self::Admitted(Admitted { slices, .. }) | Self::Anchor(Anchor { slices }) => slices,
            Self::Authority(authority) => &authority.slices,
            Self::RecoveryVetoed(vetoed) => &vetoed.slices,
            _ => &[],
        }
    }
}

/// A person as the chain knows them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// Display name.
    pub name: String,
    /// Of the workspace no longer.
    pub closed: bool,
    /// Came by an invitation link.
    pub by_link: bool,
}

/// A verified workspace chain, folded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Workspace {
    id: WorkspaceId,
    name: String,
    founder: VerifyKey,
    head: Head,
    roster: Roster,
    people: BTreeMap<AccountId, Person>,
    officers: BTreeSet<AccountId>,
    catalog: Option<Catalog>,
    catalog_by: Option<AccountId>,
    swarm_generation: u64,
    authority: Option<Authority>,
    earlier: Earlier,
    groups: BTreeMap<GroupId, Group>,
    policy: Policy,
    invitations: BTreeMap<InvitationId, Invited>,
    inviters: BTreeMap<InvitationId, (AccountId, DeviceId)>,
    spent: BTreeSet<InvitationId>,
    approvals: Approvals,
    successor: Option<AccountId>,
    closings: BTreeMap<AccountId, Seq>,
}

impl Workspace {
    /// Begins a chain with its genesis.
    pub fn begin(genesis: &Record) -> Result<Self, Broken> {
        let envelope = genesis.envelope();
        let form = envelope.chain_kind == ChainKind::WORKSPACE
            && envelope.kind == Kind::GENESIS
            && envelope.author.is_zero()
            && envelope.device.is_zero()
            && envelope.counter == 0
            && envelope.epoch == 0;
        let open: Genesis = genesis.open().map_err(|_| Broken::Malformed)?;
        if !form || !is_name(&open.name) {
            return Err(Broken::Malformed);
        }
        genesis.verify(&open.founder).map_err(|_| Broken::Signature)?;
        Ok(Self {
            id: WorkspaceId::new(*genesis.hash().as_bytes()),
            name: open.name,
            founder: open.founder,
            head: Head::of(genesis),
            roster: Roster::default(),
            people: BTreeMap::new(),
            officers: BTreeSet::new(),
            catalog: None,
            catalog_by: None,
            swarm_generation: 0,
            authority: None,
            earlier: Earlier::default(),
            groups: BTreeMap::new(),
            policy: Policy::default(),
            invitations: BTreeMap::new(),
            inviters: BTreeMap::new(),
            spent: BTreeSet::new(),
            approvals: Approvals::default(),
            successor: None,
            closings: BTreeMap::new(),
        })
    }

    /// Verifies the next record and folds it in. On an error nothing has changed.
    pub fn apply(&mut self, record: &Record) -> Result<Verdict<Op>, Broken> {
        check_link(RecordHash::new(*self.id.as_bytes()), self.head, record)?;
        let envelope = record.envelope();
        if envelope.chain_kind != ChainKind::WORKSPACE || envelope.epoch != 0 {
            return Err(Broken::Malformed);
        }
        let verdict = Verdict::of(self.apply_op(record))?;
        self.head = Head::of(record);
        Ok(verdict)
    }

    /// Embedded slices first: a device counts from the record that embeds it. A record which turns out void
    /// leaves nothing but its counter behind: every rule below changes something only as its last step.
    fn apply_op(&mut self, record: &Record) -> Result<Op, Stop> {
        let op = match decode(record)? {
            Ok(op) => op,
            Err(void) => return Err(self.roster.count_void(record, void)),
        };
        let embedded = match self.roster.embed(self.id, op.slices()) {
            Ok(embedded) => embedded,
            Err(Stop::Void(void)) => return Err(self.roster.count_void(record, void)),
            Err(broken) => return Err(broken),
        };
        let judged = self.roster.check_author(record).and_then(|()| Ok(self.judge(record, &op)?));
        if let Err(stop) = judged {
            self.roster.take_back(embedded);
            return Err(match stop {
                Stop::Void(void) => self.roster.count_void(record, void),
                broken => broken,
            });
        }
        self.roster.count(record);
        Ok(op)
    }

    fn judge(&mut self, record: &Record, op: &Op) -> Result<(), Void> {
        let author = record.envelope().author;
        if !op.slices().iter().all(|slice| self.people.contains_key(&slice.account) || is_admitted(op, &slice.account))
        {
            return Err(Void::Subject);
        }
        if let Op::RecoveryVetoed(vetoed) = op {
            self.person(&author).ok_or(Void::NotMember)?;
            if vetoed.slices.iter().any(|slice| slice.account != author) {
                return Err(Void::Subject);
            }
            if vetoed.account != author && !self.officers.contains(&author) {
                return Err(Void::Role);
            }
            return self.approvals.veto(vetoed);
        }
        if self.people.is_empty() {
            return self.found(record, op);
        }
        if !self.officers.contains(&author) {
            return Err(Void::Role);
        }
        match op {
            Op::Admitted(admitted) => self.admitted(admitted),
            Op::Closed(closed) => self.closed(record.envelope().seq, closed),
            Op::OfficersChanged(changed) => self.officers_changed(changed),
            Op::Catalog(catalog) => self.catalog_changed(author, catalog),
            Op::SwarmKey(swarm) => next(&mut self.swarm_generation, swarm.generation),
            Op::Authority(authority) => self.authority_changed(authority),
            Op::Group(group) => self.group(group),
            Op::Policy(policy) => {
                self.policy = policy.clone();
                Ok(())
            }
            Op::Invited(invited) => self.invited((author, record.envelope().device), invited),
            Op::InvitationRevoked(revoked) => self.invitation_revoked(revoked),
            Op::Anchor(_) | Op::RecoveryVetoed(_) => Ok(()),
            Op::RecoveryApproved(approved) => {
                self.person(&approved.account).ok_or(Void::Subject)?;
                if approved.account == author {
                    return Err(Void::Subject);
                }
                self.approvals.approve(author, approved)
            }
            Op::RecoveryReleased(released) => self.approvals.release(&author, self.authority.as_ref(), released),
            Op::Successor(successor) => self.successor_named(*successor),
        }
    }

    /// The second record: the founder, by the device that signed the genesis.
    fn found(&mut self, record: &Record, op: &Op) -> Result<(), Void> {
        let envelope = record.envelope();
        let Op::Admitted(admitted) = op else { return Err(Void::Role) };
        let device = self.roster.account(&envelope.author).and_then(|account| account.device(&envelope.device));
        let is_founder = device.is_some_and(|device| device.keys.signing == self.founder);
        if !is_founder || admitted.account != envelope.author || admitted.redemption.is_some() {
            return Err(Void::Role);
        }
        self.admit(admitted)?;
        self.officers.insert(admitted.account);
        Ok(())
    }

    fn admitted(&mut self, admitted: &Admitted) -> Result<(), Void> {
        if let Some(redemption) = &admitted.redemption {
            let invited = self.invitations.get(&redemption.invitation).ok_or(Void::Invitation)?;
            check_redemption(self.id, &invited.key, admitted.account, redemption)?;
        }
        self.admit(admitted)?;
        if let Some(redemption) = &admitted.redemption {
            self.spend(redemption.invitation);
        }
        Ok(())
    }

    fn admit(&mut self, admitted: &Admitted) -> Result<(), Void> {
        if self.people.contains_key(&admitted.account) {
            return Err(Void::Subject);
        }
        let anchored = self.roster.account(&admitted.account).is_some_and(|account| account.key().is_some());
        if !anchored {
            return Err(Void::Anchor);
        }
        if !is_name(&admitted.name) || self.people.len() >= MAX_PEOPLE {
            return Err(Void::Limit);
        }
        let by_link = admitted.redemption.is_some();
        self.people.insert(admitted.account, Person { name: admitted.name.clone(), closed: false, by_link });
        Ok(())
    }

    fn closed(&mut self, seq: Seq, closed: &Closed) -> Result<(), Void> {
        if self.officers.contains(&closed.account) && self.officers.len() == 1 {
            return Err(Void::LastOne);
        }
        let person = self.people.get_mut(&closed.account).filter(|person| !person.closed).ok_or(Void::Subject)?;
        person.closed = true;
        self.officers.remove(&closed.account);
        self.closings.insert(closed.account, seq);
        self.successor = self.successor.filter(|successor| *successor != closed.account);
        self.approvals.forget(&closed.account);
        self.approvals.keep_of(&self.officers);
        Ok(())
    }

    fn officers_changed(&mut self, changed: &OfficersChanged) -> Result<(), Void> {
        if changed.officers.is_empty() {
            return Err(Void::LastOne);
        }
        if !self.are_people(&changed.officers) {
            return Err(Void::Subject);
        }
        self.officers = changed.officers.iter().copied().collect();
        self.approvals.keep_of(&self.officers);
        Ok(())
    }

    fn successor_named(&mut self, successor: Successor) -> Result<(), Void> {
        if let Some(account) = &successor.account {
            self.person(account).ok_or(Void::Subject)?;
        }
        self.successor = successor.account;
        Ok(())
    }

    /// Sorted, without doubles, nobody closed or unknown.
    fn are_people(&self, accounts: &[AccountId]) -> bool {
        accounts.windows(2).all(|pair| pair[0] < pair[1])
            && accounts.iter().all(|account| self.person(account).is_some())
    }

    fn catalog_changed(&mut self, author: AccountId, catalog: &Catalog) -> Result<(), Void> {
        let of_nodes = catalog.pinning.iter().map(|node| &node.addresses);
        let within = catalog.pinning.len() <= MAX_ADDRESSES
            && of_nodes.chain([&catalog.addresses]).all(|addresses| {
                addresses.len() <= MAX_ADDRESSES && addresses.iter().all(|address| address.len() <= MAX_ADDRESS)
            });
        if !within {
            return Err(Void::Limit);
        }
        self.catalog = Some(catalog.clone());
        self.catalog_by = Some(author);
        Ok(())
    }

    fn authority_changed(&mut self, authority: &Authority) -> Result<(), Void> {
        let old = self.authority.as_ref();
        // What was sealed to the same holders stays good: only the delay is another one, or a secret that is kept elsewhere
        // was wrapped anew.
        let same = old.is_some_and(|old| old.version == authority.version && recovery::are_same(old, authority));
        if same {
            recovery::check_limits(authority)?;
        } else {
            let mut version = old.map_or(0, |old| old.version);
            next(&mut version, authority.version)?;
            recovery::check_holders(authority, &self.officers, &self.roster)?;
        }
        match old.filter(|_| same) {
            Some(old) => self.earlier.replaced(old, authority),
            None => {
                self.earlier.clear();
                self.approvals.clear();
            }
        }
        self.authority = Some(Authority { slices: Vec::new(), ..authority.clone() });
        Ok(())
    }

    fn group(&mut self, group: &Group) -> Result<(), Void> {
        if group.name.is_empty() {
            return self.groups.remove(&group.id).map(|_| ()).ok_or(Void::Subject);
        }
        let is_new = !self.groups.contains_key(&group.id);
        if !is_name(&group.name) || (is_new && self.groups.len() >= MAX_GROUPS) {
            return Err(Void::Limit);
        }
        if !self.are_people(&group.accounts) {
            return Err(Void::Subject);
        }
        self.groups.insert(group.id, group.clone());
        Ok(())
    }

    fn invited(&mut self, by: (AccountId, DeviceId), invited: &Invited) -> Result<(), Void> {
        if self.invitations.contains_key(&invited.id) || self.spent.contains(&invited.id) {
            return Err(Void::Invitation);
        }
        if self.invitations.len() >= MAX_INVITATIONS {
            return Err(Void::Limit);
        }
        self.invitations.insert(invited.id, invited.clone());
        self.inviters.insert(invited.id, by);
        Ok(())
    }

    fn invitation_revoked(&mut self, revoked: &InvitationRevoked) -> Result<(), Void> {
        if !self.invitations.contains_key(&revoked.id) {
            return Err(Void::Invitation);
        }
        self.spend(revoked.id);
        Ok(())
    }

    fn spend(&mut self, id: InvitationId) {
        self.invitations.remove(&id);
        self.inviters.remove(&id);
        self.spent.insert(id);
    }

    /// The workspace.
    pub fn id(&self) -> WorkspaceId {
        self.id
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The last record folded in.
    pub fn head(&self) -> Head {
        self.head
    }

    /// Accounts as far as they are anchored here.
    pub fn roster(&self) -> &Roster {
        &self.roster
    }

    /// Everybody, closed accounts too.
    pub fn people(&self) -> &BTreeMap<AccountId, Person> {
        &self.people
    }

    /// Somebody whose account is not closed.
    pub fn person(&self, account: &AccountId) -> Option<&Person> {
        self.people.get(account).filter(|person| !person.closed)
    }

    /// Whether all of these accounts were closed by records up to a place. Nothing opens an account again.
    pub fn were_closed<'a>(&self, accounts: impl IntoIterator<Item = &'a AccountId>, by: Seq) -> bool {
        accounts.into_iter().all(|account| self.closings.get(account).is_some_and(|seq| *seq <= by))
    }

    /// Who takes over folders of people whose accounts are closed, where their owners agreed.
    pub fn successor(&self) -> Option<AccountId> {
        self.successor
    }

    /// Who admits and closes accounts.
    pub fn officers(&self) -> &BTreeSet<AccountId> {
        &self.officers
    }

    /// Who named the catalog: it may be on their computer.
    pub fn catalog_by(&self) -> Option<AccountId> {
        self.catalog_by
    }

    /// The catalog, once there is one.
    pub fn catalog(&self) -> Option<&Catalog> {
        self.catalog.as_ref()
    }

    /// The recovery authority, once there is one.
    pub fn authority(&self) -> Option<&Authority> {
        self.authority.as_ref()
    }

    /// What stood before the wrap of a holder's secret, under the authority in force: the newest first.
    pub fn earlier_wraps(&self, holder: u8) -> &[Kept] {
        self.earlier.of(holder)
    }

    /// Lists of people.
    pub fn groups(&self) -> &BTreeMap<GroupId, Group> {
        &self.groups
    }

    /// Policy.
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// Generation of the swarm key; 0 while there is none.
    pub fn swarm_generation(&self) -> u64 {
        self.swarm_generation
    }

    /// Each person's last recovery that was approved and not refused.
    pub fn approvals(&self) -> &BTreeMap<AccountId, Approval> {
        self.approvals.all()
    }

    /// Invitations that can still be redeemed.
    pub fn invitations(&self) -> &BTreeMap<InvitationId, Invited> {
        &self.invitations
    }

    /// Who made an open invitation, and on which device: the place of its seals names both.
    pub fn inviter(&self, id: &InvitationId) -> Option<(AccountId, DeviceId)> {
        self.inviters.get(id).copied()
    }
}

fn next(current: &mut u64, proposed: u64) -> Result<(), Void> {
    if current.checked_add(1) != Some(proposed) {
        return Err(Void::Version);
    }
    *current = proposed;
    Ok(())
}

/// A name that can be shown: not empty, not too long, no control characters.
pub fn is_name(name: &str) -> bool {
    !name.trim().is_empty() && name.len() <= MAX_NAME && !name.chars().any(char::is_control)
}

fn is_admitted(op: &Op, account: &AccountId) -> bool {
    matches!(op, Op::Admitted(admitted) if admitted.account == *account)
}

fn decode(record: &Record) -> Result<Result<Op, Void>, Broken> {
    fn open<T: Serialize + serde::de::DeserializeOwned>(record: &Record, op: fn(T) -> Op) -> Result<Op, Void> {
        record.open().map(op).map_err(|_| Void::Malformed)
    }
    Ok(match record.envelope().kind {
        kind::ADMITTED => open(record, Op::Admitted),
        kind::CLOSED => open(record, Op::Closed),
        kind::OFFICERS_CHANGED => open(record, Op::OfficersChanged),
        kind::CATALOG => open(record, Op::Catalog),
        kind::SWARM_KEY => open(record, Op::SwarmKey),
        kind::AUTHORITY => open(record, |authority| Op::Authority(Box::new(authority))),
        kind::GROUP => open(record, Op::Group),
        kind::POLICY => open(record, Op::Policy),
        kind::INVITED => open(record, Op::Invited),
        kind::INVITATION_REVOKED => open(record, Op::InvitationRevoked),
        kind::ANCHOR => open(record, Op::Anchor),
        kind::RECOVERY_APPROVED => open(record, |approved| Op::RecoveryApproved(Box::new(approved))),
        kind::RECOVERY_VETOED => open(record, Op::RecoveryVetoed),
        kind::RECOVERY_RELEASED => open(record, |released| Op::RecoveryReleased(Box::new(released))),
        kind::SUCCESSOR => open(record, Op::Successor),
        _ => return Err(Broken::UpdateNeeded),
    })
}
