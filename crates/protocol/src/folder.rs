//! The folder chain: members, roles, key epochs, invitations, and batches of file changes.
//!
//! [`Folder::apply`] judges a record on its open part alone, from this one chain alone, so that every
//! reader comes to the same verdict. What content records seal is opened elsewhere and folded by `tree`.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_tuple::{Deserialize_tuple, Serialize_tuple};

use crate::account::AccountKey;
use crate::chain::{Broken, Head, Roster, Slice, Verdict, Void, check_link};
use crate::ids::{AccountId, Cid, Commitment, Epoch, FolderId, InvitationId, KeyVersion, RecordHash, Seq, WorkspaceId};
use crate::invitation::{Redemption, check_redemption};
use crate::keys::{Seal, WrappedKey};
use crate::record::{ChainKind, Kind, MAX_CHANGES, Record};
use crate::sign::VerifyKey;

/// Most members a folder may have.
pub const MAX_MEMBERS: usize = 500;

/// Kinds of record in a folder chain.
pub mod kind {
    use crate::record::Kind;
    /// [`super::Anchor`]
    pub const ANCHOR: Kind = Kind(1);
    /// [`super::MemberAdded`]
    pub const MEMBER_ADDED: Kind = Kind(2);
    /// [`super::MemberRemoved`]
    pub const MEMBER_REMOVED: Kind = Kind(3);
    /// [`super::RoleChanged`]
    pub const ROLE_CHANGED: Kind = Kind(4);
    /// [`super::Left`]
    pub const LEFT: Kind = Kind(5);
    /// [`super::Rekey`]
    pub const REKEY: Kind = Kind(6);
    /// [`super::Content`]
    pub const CONTENT: Kind = Kind(7);
    /// [`super::Invited`]
    pub const INVITED: Kind = Kind(8);
    /// [`super::InvitationRevoked`]
    pub const INVITATION_REVOKED: Kind = Kind(9);
}

/// What a folder is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Purpose(pub u8);

impl Purpose {
    /// Shared between colleagues.
    pub const SHARED: Self = Self(1);
    /// One person's own files.
    pub const PERSONAL: Self = Self(2);
}

/// A member's role. Owner: everything. Editor: content, rekey, leave, anchor. Viewer: leave, anchor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub enum Role {
    /// Everything.
    Owner,
    /// Content.
    Editor,
    /// Reading.
    Viewer,
}

impl From<Role> for u8 {
    fn from(role: Role) -> u8 {
        match role {
            Role::Owner => 1,
            Role::Editor => 2,
            Role::Viewer => 3,
        }
    }
}

impl TryFrom<u8> for Role {
    type Error = crate::cbor::BadEncoding;
    fn try_from(byte: u8) -> Result<Self, Self::Error> {
        match byte {
            1 => Ok(Self::Owner),
            2 => Ok(Self::Editor),
            3 => Ok(Self::Viewer),
            _ => Err(crate::cbor::BadEncoding),
        }
    }
}

/// Open part of the genesis.
#[derive(Clone, Debug, PartialEq, Eq, Serialize_tuple, Deserialize_tuple)]
pub struct Genesis {
    /// The workspace.
    pub workspace: WorkspaceId,
    /// Shared or personal.
    pub purpose: Purpose,
    /// Random.
    pub nonce: Commitment,
    /// The first owner's account chain, whole.
    pub owner: Slice,
}

/// Brings account chains up to date: new devices and keys, revocations.
#[derive(Clone, Debug, PartialEq, Eq, Serialize_tuple, Deserialize_tuple)]
pub struct Anchor {
    /// Of members.
    pub slices: Vec<Slice>,
}

/// A new member, with the folder key of the epoch in force.
#[derive(Clone, Debug, PartialEq, Eq, Serialize_tuple, Deserialize_tuple)]
pub struct MemberAdded {
    /// Who.
    pub account: AccountId,
    /// As what.
    pub role: Role,
    /// The account's chain since its last anchor here, and others that need one.
    pub slices: Vec<Slice>,
    /// The folder key, sealed to the account's newest key.
    pub seal: MemberSeal,
    /// The invitation that is redeemed by this, if it was one.
    pub redemption: Option<Redemption>,
}

/// A folder key sealed to one member.
#[derive(Clone, Debug, PartialEq, Eq, Serialize_tuple, Deserialize_tuple)]
pub struct MemberSeal {
    /// To whom.
    pub account: AccountId,
    /// Version of the account key it is sealed to.
    pub version: KeyVersion,
    /// The sealed key.
    pub seal: Seal,
}

/// A member who is one no longer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize_tuple, Deserialize_tuple)]
pub struct MemberRemoved {
    /// Who.
    pub account: AccountId,
}

/// Another role.
#[derive(Clone, Debug, PartialEq, Eq, Serialize_tuple, Deserialize_tuple)]
pub struct RoleChanged {
    /// Whose.
    pub account: AccountId,
    /// Which.
    pub role: Role,
}

/// The author goes. The encoding is an empty array.
#[derive(Clone, Debug, PartialEq, Eq, Serialize_tuple, Deserialize_tuple)]
pub struct Left {}

/// A new epoch for the same members. The envelope's epoch is the new one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize_tuple, Deserialize_tuple)]
pub struct Rekey {
    /// Commitment to the new folder key.
    pub commitment: Commitment,
    /// The key of the epoch before under the new one; none in epoch 1.
    pub previous: Option<WrappedKey>,
    /// One seal for each member, sorted by account.
    pub seals: Vec<MemberSeal>,
    /// Account chains which must be brought up to date first.
    pub slices: Vec<Slice>,
}

/// File changes. The sealed body holds them; see `tree::change`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize_tuple, Deserialize_tuple)]
pub struct Content {
    /// DAGs which the pinning node must keep from now on.
    pub pins: Vec<Pin>,
    /// DAGs which nobody needs any more.
    pub drops: Vec<Cid>,
}

/// A DAG to keep, with its announced size.
#[derive(Clone, Debug, PartialEq, Eq, Serialize_tuple, Deserialize_tuple)]
pub struct Pin {
    /// Root.
    pub cid: Cid,
    /// Bytes of the encrypted file.
    pub size: u64,
    /// Blocks in the DAG.
    pub blocks: u64,
}

/// An open invitation for somebody who is not in the workspace yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize_tuple, Deserialize_tuple)]
pub struct Invited {
    /// Random.
    pub id: InvitationId,
    /// Derived from the link's secret: whoever signs with it has the link.
    pub key: VerifyKey,
    /// Role in this folder.
    pub role: Role,
    /// Milliseconds since 1970; judged by the completing device's clock.
    pub expires: u64,
}

/// An invitation that can no longer be redeemed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize_tuple, Deserialize_tuple)]
pub struct InvitationRevoked {
    /// Which.
    pub id: InvitationId,
}

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
        if open.owner.account != envelope.author || !matches!(open.purpose, Purpose::SHARED | Purpose::PERSONAL) {
            return Err(Broken::Malformed);
        }
        let mut roster = Roster::default();
        roster.embed(open.workspace, std::slice::from_ref(&open.owner)).map_err(|_| Broken::Malformed)?;
        roster.check_author(genesis)?.map_err(|_| Broken::Malformed)?;
        let owner = Member { role: Role::Owner, since: 0, by_link: false };
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
            invitations: BTreeMap::new(),
            spent: BTreeSet::new(),
        })
    }

    /// Verifies the next record and folds it in. On an error nothing has changed.
    pub fn apply(&mut self, record: &Record) -> Result<Verdict<Op>, Broken> {
        check_link(RecordHash::new(*self.id.as_bytes()), self.head, record)?;
        if record.envelope().chain_kind != ChainKind::FOLDER {
            return Err(Broken::Malformed);
        }
        let op = decode(record)?;
        let verdict = match op {
            Err(void) => self.check_author(record)?.and(Err(void)),
            Ok(op) => self.apply_op(record, op)?,
        };
        self.head = Head::of(record);
        Ok(match verdict {
            Ok(op) => Verdict::Applied(op),
            Err(void) => Verdict::Void(void),
        })
    }

    /// Embedded slices first: a device counts from the record that embeds it. A record which turns out void
    /// leaves nothing but its counter behind.
    fn apply_op(&mut self, record: &Record, op: Op) -> Result<Result<Op, Void>, Broken> {
        let Some(slices) = slices(&op) else {
            let judged = self.check_author(record)?.and_then(|()| self.judge(record, &op));
            return Ok(judged.map(|()| op));
        };
        let mut next = self.clone();
        let judged = match next.embed(slices) {
            Ok(()) => next.check_author(record)?.and_then(|()| next.judge(record, &op)),
            Err(void) => Err(void),
        };
        match judged {
            Ok(()) => {
                *self = next;
                Ok(Ok(op))
            }
            Err(void) => Ok(self.check_author(record)?.and(Err(void))),
        }
    }

    fn check_author(&mut self, record: &Record) -> Result<Result<(), Void>, Broken> {
        self.roster.check_author(record)
    }

    fn embed(&mut self, slices: &[Slice]) -> Result<(), Void> {
        let embedded = self.roster.embed(self.workspace, slices)?;
        let of_members = slices.iter().any(|slice| self.members.contains_key(&slice.account));
        self.key_change_waiting |= embedded.key_change && of_members && self.epoch > 0;
        Ok(())
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
        match op {
            Op::Anchor(anchor) => self.anchor(anchor),
            Op::MemberAdded(added) => self.member_added(envelope.seq, added),
            Op::MemberRemoved(removed) => self.member_gone(&removed.account),
            Op::RoleChanged(changed) => self.role_changed(changed),
            Op::Left => self.member_gone(&envelope.author),
            Op::Rekey(rekey) => self.rekey(envelope.seq, envelope.author, rekey),
            Op::Content(content) => self.content(content),
            Op::Invited(invited) => self.invited(invited),
            Op::InvitationRevoked(revoked) => self.invitations.remove(&revoked.id).map(|_| ()).ok_or(Void::Invitation),
        }
    }

    fn anchor(&self, anchor: &Anchor) -> Result<(), Void> {
        let of_members = anchor.slices.iter().all(|slice| self.members.contains_key(&slice.account));
        of_members.then_some(()).ok_or(Void::Subject)
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
        self.members.insert(added.account, Member { role: added.role, since: seq, by_link });
        Ok(())
    }

    fn member_gone(&mut self, account: &AccountId) -> Result<(), Void> {
        let member = self.members.get(account).ok_or(Void::Subject)?;
        if member.role == Role::Owner && self.owners() == 1 {
            return Err(Void::LastOne);
        }
        self.members.remove(account);
        self.key_change_waiting = self.epoch > 0;
        Ok(())
    }

    fn role_changed(&mut self, changed: &RoleChanged) -> Result<(), Void> {
        let owners = self.owners();
        let member = self.members.get_mut(&changed.account).ok_or(Void::Subject)?;
        if member.role == Role::Owner && changed.role != Role::Owner && owners == 1 {
            return Err(Void::LastOne);
        }
        member.role = changed.role;
        Ok(())
    }

    fn owners(&self) -> usize {
        self.members.values().filter(|member| member.role == Role::Owner).count()
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

    fn invited(&mut self, invited: &Invited) -> Result<(), Void> {
        let fresh = !self.invitations.contains_key(&invited.id) && !self.spent.contains(&invited.id);
        if !fresh || self.purpose == Purpose::PERSONAL {
            return Err(Void::Invitation);
        }
        self.invitations.insert(invited.id, invited.clone());
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

    /// Invitations that can still be redeemed.
    pub fn invitations(&self) -> &BTreeMap<InvitationId, Invited> {
        &self.invitations
    }
}

fn may(role: Role, op: &Op) -> bool {
    match op {
        Op::Anchor(_) | Op::Left => true,
        Op::Content(_) | Op::Rekey(_) => matches!(role, Role::Owner | Role::Editor),
        Op::MemberAdded(_) | Op::MemberRemoved(_) | Op::RoleChanged(_) | Op::Invited(_) | Op::InvitationRevoked(_) => {
            role == Role::Owner
        }
    }
}

fn slices(op: &Op) -> Option<&[Slice]> {
    match op {
        Op::Anchor(Anchor { slices }) | Op::Rekey(Rekey { slices, .. }) => Some(slices),
        Op::MemberAdded(added) => Some(&added.slices),
        _ => None,
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
        _ => return Err(Broken::UpdateNeeded),
    })
}
