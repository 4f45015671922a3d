//! The folder chain: members, roles, key epochs, invitations, and batches of file changes.
//!
//! [`Folder::apply`] judges a record on its open part alone, from this one chain alone, so that every
//! reader comes to the same verdict. What content records seal is opened elsewhere and folded by `tree`.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::account::AccountKey;
use crate::chain::{Broken, Head, Roster, Slice, Stop, Verdict, Void, check_link};
use crate::document::MAX_SEALED;
use crate::ids::{AccountId, Commitment, Epoch, FolderId, InvitationId, RecordHash, Seq, WorkspaceId};
use crate::invitation::{MAX_INVITATIONS, check_redemption};
use crate::keys::WrappedKey;
use crate::record::{ChainKind, Envelope, Kind, MAX_CHANGES, Record};

mod parts;

pub use parts::*;

/// Most members a folder may have; who takes over a full one comes on top.
pub const MAX_MEMBERS: usize = 500;

/// Longest time between two changes of a key that a policy may ask for: ten years.
pub const MAX_ROTATE_DAYS: u32 = 3_650;

/// Longest time that things may be kept in the trash before they go by themselves: ten years.
pub const MAX_KEEP_DAYS: u32 = 3_650;

/// What a folder record did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Op {
    /// See [`Anchor`].
    Anchor(Anchor),
    /// See [`MemberAdded`].
    MemberAdded(Box<MemberAdded>),
    /// See [`MemberRemoved`].
    MemberRemoved(MemberRemoved),
    /// See [`RoleChanged`].
    RoleChanged(RoleChanged),
    /// See [`Left`].
    Left,
    /// See [`Rekey`].
    Rekey(Rekey),
    /// See [`Content`].
    Content(Content),
    /// See [`Invited`].
    Invited(Invited),
    /// See [`InvitationRevoked`].
    InvitationRevoked(InvitationRevoked),
    /// See [`KeyPolicy`].
    KeyPolicy(KeyPolicy),
    /// See [`Signed`].
    Signed(Signed),
    /// See [`Successor`].
    Successor(Successor),
    /// See [`Succeeded`].
    Succeeded(Box<Succeeded>),
    /// See [`Accepted`].
    Accepted,
    /// See [`TrashPolicy`].
    TrashPolicy(TrashPolicy),
}

impl Op {
    /// Account chains that the record embeds.
    pub fn slices(&self) -> &[Slice] {
        match self {
            Self::Anchor(Anchor { slices }) | Self::Rekey(Rekey { slices, .. }) | Self::Signed(Signed { slices }) => {
                slices
            }
            Self::MemberAdded(added) => &added.slices,
            Self::Succeeded(succeeded) => &succeeded.slices,
            _ => &[],
        }
    }
}

/// A member at this place of the chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Role.
    pub role: Role,
    /// Where the membership began.
    pub since: Seq,
    /// Came by an invitation link.
    pub by_link: bool,
    /// The record by which they took the folder up; none while they were only added.
    pub accepted: Option<Seq>,
}

/// A key epoch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EpochInfo {
    /// Commitment to its key.
    pub commitment: Commitment,
    /// The key before it, wrapped under it.
    pub previous: Option<WrappedKey>,
    /// The record that began it.
    pub seq: Seq,
    /// Who made it.
    pub author: AccountId,
}

/// An owner's word on who takes the folder over: good as long as they are one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Decided {
    by: AccountId,
    successor: Option<AccountId>,
}

/// A verified folder chain, folded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Folder {
    id: FolderId,
    workspace: WorkspaceId,
    purpose: Purpose,
    head: Head,
    roster: Roster,
    members: BTreeMap<AccountId, Member>,
    epoch: Epoch,
    epochs: BTreeMap<Epoch, EpochInfo>,
    key_change_waiting: bool,
    policy: KeyPolicy,
    trash: TrashPolicy,
    decided: Option<Decided>,
    invitations: BTreeMap<InvitationId, Invited>,
    spent: BTreeSet<InvitationId>,
}

impl Folder {
    /// Begins a chain with its genesis.
    pub fn begin(genesis: &Record) -> Result<Self, Broken> {
        let envelope = genesis.envelope();
        if envelope.chain_kind != ChainKind::FOLDER || envelope.kind != Kind::GENESIS || envelope.epoch != 0 {
            return Err(Broken::Malformed);
        }
        let open: Genesis = genesis.open().map_err(|_| Broken::Malformed)?;
        if open.owner.account != envelope.author {
            return Err(Broken::Malformed);
        }
        if !matches!(open.purpose, Purpose::SHARED | Purpose::PERSONAL) {
            return Err(Broken::UpdateNeeded);
        }
        let roster = Self::first_owner(genesis, &open).map_err(|stop| match stop {
            Stop::Void(_) => Broken::Malformed,
            Stop::Broken(broken) => broken,
        })?;
        let owner = Member { role: Role::Owner, since: 0, by_link: false, accepted: Some(0) };
        Ok(Self {
            id: FolderId::new(*genesis.hash().as_bytes()),
            workspace: open.workspace,
            purpose: open.purpose,
            head: Head::of(genesis),
            roster,
            members: [(envelope.author, owner)].into(),
            epoch: 0,
            epochs: BTreeMap::new(),
            key_change_waiting: false,
            policy: KeyPolicy::default(),
            trash: TrashPolicy::default(),
            decided: None,
            invitations: BTreeMap::new(),
            spent: BTreeSet::new(),
        })
    }

    fn first_owner(genesis: &Record, open: &Genesis) -> Result<Roster, Stop> {
        let mut roster = Roster::default();
        roster.embed(open.workspace, std::slice::from_ref(&open.owner))?;
        roster.check_author(genesis)?;
        roster.count(genesis);
        Ok(roster)
    }

    /// Verifies the next record and folds it in. On an error nothing has changed.
    pub fn apply(&mut self, record: &Record) -> Result<Verdict<Op>, Broken> {
        check_link(RecordHash::new(*self.id.as_bytes()), self.head, record)?;
        if record.envelope().chain_kind != ChainKind::FOLDER {
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
        let key_change_waited = self.key_change_waiting;
        let embedded = match self.roster.embed(self.workspace, op.slices()) {
            Ok(embedded) => embedded,
            Err(Stop::Void(void)) => return Err(self.roster.count_void(record, void)),
            Err(broken) => return Err(broken),
        };
        let of_members = embedded.key_changes.iter().any(|account| self.members.contains_key(account));
        self.key_change_waiting |= of_members && self.epoch > 0;
        let judged = self.roster.check_author(record).and_then(|()| Ok(self.judge(record, &op)?));
        if let Err(stop) = judged {
            self.roster.take_back(embedded);
            self.key_change_waiting = key_change_waited;
            return Err(match stop {
                Stop::Void(void) => self.roster.count_void(record, void),
                broken => broken,
            });
        }
        self.roster.count(record);
        Ok(op)
    }

    fn judge(&mut self, record: &Record, op: &Op) -> Result<(), Void> {
        let envelope = record.envelope();
        let author = self.members.get(&envelope.author).ok_or(Void::NotMember)?;
        if !may(author.role, op) {
            return Err(Void::Role);
        }
        let epoch = if matches!(op, Op::Rekey(_)) { self.epoch + 1 } else { self.epoch };
        if envelope.epoch != epoch {
            return Err(Void::Epoch);
        }
        if !op.slices().iter().all(|slice| self.members.contains_key(&slice.account) || is_added(op, &slice.account)) {
            return Err(Void::Subject);
        }
        match op {
            Op::Anchor(_) => Ok(()),
            Op::MemberAdded(added) => self.member_added(envelope.seq, added),
            Op::MemberRemoved(removed) => self.member_gone(&removed.account),
            Op::RoleChanged(changed) => self.role_changed(changed),
            Op::Left => self.member_gone(&envelope.author),
            Op::Rekey(rekey) => self.rekey(envelope.seq, envelope.author, rekey),
            Op::Content(content) => {
                self.content(content)?;
                self.takes_up(envelope);
                Ok(())
            }
            Op::Invited(invited) => self.invited(invited),
            Op::InvitationRevoked(revoked) => self.invitation_revoked(revoked),
            Op::KeyPolicy(policy) => self.set_policy(policy),
            Op::Signed(_) => {
                self.signed(envelope)?;
                self.takes_up(envelope);
                Ok(())
            }
            Op::Successor(successor) => self.set_successor(&envelope.author, *successor),
            Op::Succeeded(succeeded) => self.succeeded(envelope.seq, succeeded),
            Op::Accepted => self.takes_up(envelope).then_some(()).ok_or(Void::Subject),
            Op::TrashPolicy(policy) => self.set_trash_policy(*policy),
        }
    }

    /// Whoever writes content or signs has taken the folder up, also without a word; false if that was so before.
    fn takes_up(&mut self, envelope: &Envelope) -> bool {
        match self.members.get_mut(&envelope.author) {
            Some(member) if member.accepted.is_none() => {
                member.accepted = Some(envelope.seq);
                true
            }
            _ => false,
        }
    }

    fn member_added(&mut self, seq: Seq, added: &MemberAdded) -> Result<(), Void> {
        if self.members.contains_key(&added.account) || self.purpose == Purpose::PERSONAL {
            return Err(Void::Subject);
        }
        if self.members.len() >= MAX_MEMBERS {
            return Err(Void::Limit);
        }
        if self.epoch == 0 || self.key_change_waiting {
            return Err(Void::KeyChangeFirst);
        }
        let key = self.roster.account(&added.account).and_then(|account| account.key()).ok_or(Void::Anchor)?;
        if added.seal.account != added.account || added.seal.version != key.version {
            return Err(Void::Seals);
        }
        if let Some(redemption) = &added.redemption {
            let invited = self.invitations.get(&redemption.invitation).ok_or(Void::Invitation)?;
            check_redemption(self.workspace, &invited.key, added.account, redemption)?;
            if invited.role != added.role {
                return Err(Void::Invitation);
            }
            self.invitations.remove(&redemption.invitation);
            self.spent.insert(redemption.invitation);
        }
        let by_link = added.redemption.is_some();
        self.members.insert(added.account, Member { role: added.role, since: seq, by_link, accepted: None });
        Ok(())
    }

    fn member_gone(&mut self, account: &AccountId) -> Result<(), Void> {
        let member = self.members.get(account).ok_or(Void::Subject)?;
        if member.role == Role::Owner && self.owners().count() == 1 {
            return Err(Void::LastOne);
        }
        self.members.remove(account);
        // Who was put out, or has gone, does not come back by an older word, nor does theirs stand.
        self.decided = self.decided.filter(|it| it.successor != Some(*account) && it.by != *account);
        self.key_change_waiting = self.epoch > 0;
        Ok(())
    }

    fn role_changed(&mut self, changed: &RoleChanged) -> Result<(), Void> {
        let owners = self.owners().count();
        let member = self.members.get_mut(&changed.account).ok_or(Void::Subject)?;
        if member.role == Role::Owner && changed.role != Role::Owner && owners == 1 {
            return Err(Void::LastOne);
        }
        member.role = changed.role;
        self.decided = self.decided.filter(|it| it.by != changed.account || changed.role == Role::Owner);
        Ok(())
    }

    fn rekey(&mut self, seq: Seq, author: AccountId, rekey: &Rekey) -> Result<(), Void> {
        let newest = |id: &AccountId| self.roster.account(id).and_then(|account| account.key()).map(|key| key.version);
        let sealed_to_all = self.members.len() == rekey.seals.len()
            && self
                .members
                .keys()
                .zip(&rekey.seals)
                .all(|(id, seal)| seal.account == *id && newest(id) == Some(seal.version));
        if !sealed_to_all {
            return Err(Void::Seals);
        }
        if rekey.previous.is_some() != (self.epoch > 0) {
            return Err(Void::Version);
        }
        self.epoch += 1;
        let info = EpochInfo { commitment: rekey.commitment, previous: rekey.previous.clone(), seq, author };
        self.epochs.insert(self.epoch, info);
        self.key_change_waiting = false;
        Ok(())
    }

    fn content(&self, content: &Content) -> Result<(), Void> {
        if self.epoch == 0 || self.key_change_waiting {
            return Err(Void::KeyChangeFirst);
        }
        let within = content.pins.len() <= MAX_CHANGES && content.drops.len() <= MAX_CHANGES;
        within.then_some(()).ok_or(Void::Limit)
    }

    /// What is signed is sealed: not to a key that somebody has who is gone.
    fn signed(&self, envelope: &Envelope) -> Result<(), Void> {
        if self.epoch == 0 || self.key_change_waiting {
            return Err(Void::KeyChangeFirst);
        }
        (envelope.sealed.len() <= MAX_SEALED).then_some(()).ok_or(Void::Limit)
    }

    fn invited(&mut self, invited: &Invited) -> Result<(), Void> {
        let fresh = !self.invitations.contains_key(&invited.id) && !self.spent.contains(&invited.id);
        if !fresh || self.purpose == Purpose::PERSONAL {
            return Err(Void::Invitation);
        }
        if self.invitations.len() >= MAX_INVITATIONS {
            return Err(Void::Limit);
        }
        self.invitations.insert(invited.id, invited.clone());
        Ok(())
    }

    fn invitation_revoked(&mut self, revoked: &InvitationRevoked) -> Result<(), Void> {
        self.invitations.remove(&revoked.id).ok_or(Void::Invitation)?;
        self.spent.insert(revoked.id);
        Ok(())
    }

    fn set_policy(&mut self, policy: &KeyPolicy) -> Result<(), Void> {
        if !(self.policy.minimum..=self.epoch).contains(&policy.minimum) {
            return Err(Void::Version);
        }
        if policy.rotate_days > MAX_ROTATE_DAYS {
            return Err(Void::Limit);
        }
        self.policy = policy.clone();
        Ok(())
    }

    fn set_trash_policy(&mut self, policy: TrashPolicy) -> Result<(), Void> {
        if policy.keep_days > MAX_KEEP_DAYS {
            return Err(Void::Limit);
        }
        self.trash = policy;
        Ok(())
    }

    fn set_successor(&mut self, author: &AccountId, successor: Successor) -> Result<(), Void> {
        if self.purpose == Purpose::PERSONAL || successor.account.as_ref() == Some(author) {
            return Err(Void::Subject);
        }
        self.decided = Some(Decided { by: *author, successor: successor.account });
        Ok(())
    }

    /// A waiting key change does not stand in the way: where only viewers are left nobody could make it. The new owner
    /// does. Nor does a full folder: nobody else could make room.
    fn succeeded(&mut self, seq: Seq, succeeded: &Succeeded) -> Result<(), Void> {
        let account = succeeded.account;
        if self.successor() != Some(Some(account)) {
            return Err(Void::Subject);
        }
        if self.epoch == 0 {
            return Err(Void::KeyChangeFirst);
        }
        match (self.members.get_mut(&account), &succeeded.seal) {
            (Some(member), _) if member.role == Role::Owner => return Err(Void::Subject),
            (Some(member), None) => {
                member.role = Role::Owner;
                member.accepted.get_or_insert(seq);
            }
            (None, Some(seal)) => {
                let key = self.roster.account(&account).and_then(|account| account.key()).ok_or(Void::Anchor)?;
                if seal.account != account || seal.version != key.version {
                    return Err(Void::Seals);
                }
                self.members
                    .insert(account, Member { role: Role::Owner, since: seq, by_link: false, accepted: Some(seq) });
            }
            _ => return Err(Void::Seals),
        }
        // The new owner decides anew.
        self.decided = None;
        Ok(())
    }

    /// The folder.
    pub fn id(&self) -> FolderId {
        self.id
    }

    /// Its workspace.
    pub fn workspace(&self) -> WorkspaceId {
        self.workspace
    }

    /// Shared or personal.
    pub fn purpose(&self) -> Purpose {
        self.purpose
    }

    /// The last record folded in.
    pub fn head(&self) -> Head {
        self.head
    }

    /// Accounts as far as they are anchored here.
    pub fn roster(&self) -> &Roster {
        &self.roster
    }

    /// Members now.
    pub fn members(&self) -> &BTreeMap<AccountId, Member> {
        &self.members
    }

    /// Who owns it: always somebody, be their account closed.
    pub fn owners(&self) -> impl Iterator<Item = &AccountId> {
        self.members.iter().filter(|(_, member)| member.role == Role::Owner).map(|(account, _)| account)
    }

    /// A member's newest anchored account key.
    pub fn member_key(&self, account: &AccountId) -> Option<&AccountKey> {
        self.roster.account(account).and_then(|account| account.key())
    }

    /// The epoch in force; 0 before the first rekey.
    pub fn epoch(&self) -> Epoch {
        self.epoch
    }

    /// A key epoch.
    pub fn epoch_info(&self, epoch: Epoch) -> Option<&EpochInfo> {
        self.epochs.get(&epoch)
    }

    /// A rekey must come before the next content.
    pub fn key_change_waiting(&self) -> bool {
        self.key_change_waiting
    }

    /// What an owner decided about the folder's keys.
    pub fn policy(&self) -> &KeyPolicy {
        &self.policy
    }

    /// What an owner decided about the folder's trash.
    pub fn trash_policy(&self) -> TrashPolicy {
        self.trash
    }

    /// Who takes the folder over, or nobody; none while nobody who owns it has decided.
    pub fn successor(&self) -> Option<Option<AccountId>> {
        self.decided.map(|it| it.successor)
    }

    /// Invitations that can still be redeemed.
    pub fn invitations(&self) -> &BTreeMap<InvitationId, Invited> {
        &self.invitations
    }
}

fn may(role: Role, op: &Op) -> bool {
    match op {
        Op::Anchor(_) | Op::Left | Op::Signed(_) | Op::Succeeded(_) | Op::Accepted => true,
        Op::Content(_) | Op::Rekey(_) => matches!(role, Role::Owner | Role::Editor),
        Op::MemberAdded(_)
        | Op::MemberRemoved(_)
        | Op::RoleChanged(_)
        | Op::Invited(_)
        | Op::InvitationRevoked(_)
        | Op::KeyPolicy(_)
        | Op::TrashPolicy(_)
        | Op::Successor(_) => role == Role::Owner,
    }
}

fn is_added(op: &Op, account: &AccountId) -> bool {
    match op {
        Op::MemberAdded(added) => added.account == *account,
        Op::Succeeded(succeeded) => succeeded.account == *account,
        _ => false,
    }
}

/// The operation of a record: an error for an unknown kind, void for an open part that is not its kind's.
fn decode(record: &Record) -> Result<Result<Op, Void>, Broken> {
    fn open<T: Serialize + serde::de::DeserializeOwned>(record: &Record, op: fn(T) -> Op) -> Result<Op, Void> {
        record.open().map(op).map_err(|_| Void::Malformed)
    }
    Ok(match record.envelope().kind {
        kind::ANCHOR => open(record, Op::Anchor),
        kind::MEMBER_ADDED => open(record, |added| Op::MemberAdded(Box::new(added))),
        kind::MEMBER_REMOVED => open(record, Op::MemberRemoved),
        kind::ROLE_CHANGED => open(record, Op::RoleChanged),
        kind::LEFT => open(record, |Left {}| Op::Left),
        kind::REKEY => open(record, Op::Rekey),
        kind::CONTENT => open(record, Op::Content),
        kind::INVITED => open(record, Op::Invited),
        kind::INVITATION_REVOKED => open(record, Op::InvitationRevoked),
        kind::KEY_POLICY => open(record, Op::KeyPolicy),
        kind::SIGNED => open(record, Op::Signed),
        kind::SUCCESSOR => open(record, Op::Successor),
        kind::SUCCEEDED => open(record, |succeeded| Op::Succeeded(Box::new(succeeded))),
        kind::ACCEPTED => open(record, |Accepted {}| Op::Accepted),
        kind::TRASH_POLICY => open(record, Op::TrashPolicy),
        _ => return Err(Broken::UpdateNeeded),
    })
}
