//! The workspace chain: people, officers, the catalog, the recovery authority, groups and policy.
//!
//! Written by officers' devices. The genesis names the key of the founder's first device, because account
//! ids need the workspace's id; the founder's own admission is the second record.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_bytes::ByteBuf;
use serde_tuple::{Deserialize_tuple, Serialize_tuple};

use crate::chain::{Broken, Head, Roster, Slice, Verdict, Void, check_link};
use crate::ids::{
    AccountId, Commitment, DeviceId, GroupId, InvitationId, KeyVersion, RecordHash, RecoverySetId, WorkspaceId,
};
use crate::invitation::{Redemption, check_redemption};
use crate::keys::{DeviceKeys, Seal, SealingPublic};
use crate::record::{ChainKind, Kind, Record};
use crate::sign::VerifyKey;

/// Longest name of a person, group or workspace, in bytes.
pub const MAX_NAME: usize = 200;
/// Most people in a workspace.
pub const MAX_PEOPLE: usize = 10_000;

/// Kinds of record in a workspace chain.
pub mod kind {
    use crate::record::Kind;
    /// [`super::Admitted`]
    pub const ADMITTED: Kind = Kind(1);
    /// [`super::Closed`]
    pub const CLOSED: Kind = Kind(2);
    /// [`super::OfficersChanged`]
    pub const OFFICERS_CHANGED: Kind = Kind(3);
    /// [`super::Catalog`]
    pub const CATALOG: Kind = Kind(4);
    /// [`super::SwarmKey`]
    pub const SWARM_KEY: Kind = Kind(5);
    /// [`super::Authority`]
    pub const AUTHORITY: Kind = Kind(6);
    /// [`super::Group`]
    pub const GROUP: Kind = Kind(7);
    /// [`super::Policy`]
    pub const POLICY: Kind = Kind(8);
    /// [`super::Invited`]
    pub const INVITED: Kind = Kind(9);
    /// [`super::InvitationRevoked`]
    pub const INVITATION_REVOKED: Kind = Kind(10);
    /// [`super::Anchor`]
    pub const ANCHOR: Kind = Kind(11);
    /// [`super::RecoveryApproved`]
    pub const RECOVERY_APPROVED: Kind = Kind(12);
    /// [`super::RecoveryVetoed`]
    pub const RECOVERY_VETOED: Kind = Kind(13);
}

/// Open part of the genesis.
#[derive(Clone, Debug, PartialEq, Eq, Serialize_tuple, Deserialize_tuple)]
pub struct Genesis {
    /// The organisation's name.
    pub name: String,
    /// Random.
    pub nonce: Commitment,
    /// Signing key of the founder's first device, which signs the genesis.
    pub founder: VerifyKey,
}

/// A person of the workspace. The second record of the chain admits the founder, as an officer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize_tuple, Deserialize_tuple)]
pub struct Admitted {
    /// Who.
    pub account: AccountId,
    /// Display name; everybody and the catalog see it.
    pub name: String,
    /// The account's chain, and others that need an anchor.
    pub slices: Vec<Slice>,
    /// The invitation that is redeemed by this; none for the founder.
    pub redemption: Option<Redemption>,
}

/// A person who is of the workspace no longer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize_tuple, Deserialize_tuple)]
pub struct Closed {
    /// Who.
    pub account: AccountId,
}

/// All officers from now on, sorted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize_tuple, Deserialize_tuple)]
pub struct OfficersChanged {
    /// At least one.
    pub officers: Vec<AccountId>,
}

/// The catalog from now on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize_tuple, Deserialize_tuple)]
pub struct Catalog {
    /// Its identity key.
    pub key: VerifyKey,
    /// Where it answers, best first.
    pub addresses: Vec<String>,
    /// Pinning nodes.
    pub pinning: Vec<PinningNode>,
}

/// An always-on node that keeps ciphertext.
#[derive(Clone, Debug, PartialEq, Eq, Serialize_tuple, Deserialize_tuple)]
pub struct PinningNode {
    /// Signs "held"; also its IPFS peer key.
    pub key: VerifyKey,
    /// Multiaddrs without peer id.
    pub addresses: Vec<String>,
}

/// A new swarm key, known to members and pinning nodes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize_tuple, Deserialize_tuple)]
pub struct SwarmKey {
    /// Counted from 1.
    pub generation: u64,
}

/// The recovery authority from now on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize_tuple, Deserialize_tuple)]
pub struct Authority {
    /// The next version.
    pub version: KeyVersion,
    /// Shares are sealed to it.
    pub public: SealingPublic,
    /// The second officer's key, where two are required: sealed to the first, the result to the second.
    pub second: Option<SealingPublic>,
    /// Hours between approval and release.
    pub delay_hours: u32,
}

/// A list of people by name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize_tuple, Deserialize_tuple)]
pub struct Group {
    /// Random.
    pub id: GroupId,
    /// Its name; empty removes the group.
    pub name: String,
    /// Sorted.
    pub accounts: Vec<AccountId>,
}

/// What the workspace asks of its members' programs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize_tuple, Deserialize_tuple)]
pub struct Policy {
    /// Settings by name; unknown ones are kept.
    pub settings: BTreeMap<String, u64>,
}

/// An open invitation to the workspace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize_tuple, Deserialize_tuple)]
pub struct Invited {
    /// Random.
    pub id: InvitationId,
    /// Derived from the link's secret.
    pub key: VerifyKey,
    /// Milliseconds since 1970; judged by the completing device's clock.
    pub expires: u64,
    /// The secret sealed to every officer's account key, so that any of them can show the link again.
    pub secrets: Vec<OfficerSeal>,
}

/// An invitation's secret sealed to one officer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize_tuple, Deserialize_tuple)]
pub struct OfficerSeal {
    /// To whom.
    pub account: AccountId,
    /// Version of the account key.
    pub version: KeyVersion,
    /// The sealed secret.
    pub seal: Seal,
}

/// An invitation that can no longer be redeemed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize_tuple, Deserialize_tuple)]
pub struct InvitationRevoked {
    /// Which.
    pub id: InvitationId,
}

/// Brings account chains up to date.
#[derive(Clone, Debug, PartialEq, Eq, Serialize_tuple, Deserialize_tuple)]
pub struct Anchor {
    /// Of people of the workspace.
    pub slices: Vec<Slice>,
}

/// An officer's approval of a recovery: announces and releases a share; adds nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize_tuple, Deserialize_tuple)]
pub struct RecoveryApproved {
    /// Whose recovery.
    pub account: AccountId,
    /// Which set.
    pub set: RecoverySetId,
    /// The device that asks.
    pub device: DeviceKeys,
    /// Not released before (milliseconds since 1970, by the officer's clock).
    pub not_before: u64,
    /// The share, sealed to that device.
    pub share: ByteBuf,
}

/// The subject's own device says no.
#[derive(Clone, Debug, PartialEq, Eq, Serialize_tuple, Deserialize_tuple)]
pub struct RecoveryVetoed {
    /// Which set.
    pub set: RecoverySetId,
    /// The device that asked.
    pub device: DeviceId,
}

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
    swarm_generation: u64,
    authority: Option<Authority>,
    groups: BTreeMap<GroupId, Group>,
    policy: Policy,
    invitations: BTreeMap<InvitationId, Invited>,
    spent: BTreeSet<InvitationId>,
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
            swarm_generation: 0,
            authority: None,
            groups: BTreeMap::new(),
            policy: Policy::default(),
            invitations: BTreeMap::new(),
            spent: BTreeSet::new(),
        })
    }

    /// Verifies the next record and folds it in. On an error nothing has changed.
    pub fn apply(&mut self, record: &Record) -> Result<Verdict<Op>, Broken> {
        check_link(RecordHash::new(*self.id.as_bytes()), self.head, record)?;
        let envelope = record.envelope();
        if envelope.chain_kind != ChainKind::WORKSPACE || envelope.epoch != 0 {
            return Err(Broken::Malformed);
        }
        let op = decode(record)?;
        let verdict = match op {
            Err(void) => self.roster.check_author(record)?.and(Err(void)),
            Ok(op) => self.apply_op(record, op)?,
        };
        self.head = Head::of(record);
        Ok(match verdict {
            Ok(op) => Verdict::Applied(op),
            Err(void) => Verdict::Void(void),
        })
    }

    fn apply_op(&mut self, record: &Record, op: Op) -> Result<Result<Op, Void>, Broken> {
        let Some(slices) = slices(&op) else {
            let judged = self.roster.check_author(record)?.and_then(|()| self.judge(record, &op));
            return Ok(judged.map(|()| op));
        };
        let mut next = self.clone();
        let judged = match next.roster.embed(next.id, slices) {
            Ok(_) => next.roster.check_author(record)?.and_then(|()| next.judge(record, &op)),
            Err(void) => Err(void),
        };
        match judged {
            Ok(()) => {
                *self = next;
                Ok(Ok(op))
            }
            Err(void) => Ok(self.roster.check_author(record)?.and(Err(void))),
        }
    }

    fn judge(&mut self, record: &Record, op: &Op) -> Result<(), Void> {
        let author = record.envelope().author;
        if let Op::RecoveryVetoed(_) = op {
            return self.person(&author).map(|_| ()).ok_or(Void::NotMember);
        }
        if self.people.is_empty() {
            return self.found(record, op);
        }
        if !self.officers.contains(&author) {
            return Err(Void::Role);
        }
        match op {
            Op::Admitted(admitted) => self.admitted(admitted),
            Op::Closed(closed) => self.closed(closed),
            Op::OfficersChanged(changed) => self.officers_changed(changed),
            Op::Catalog(catalog) => {
                self.catalog = Some(catalog.clone());
                Ok(())
            }
            Op::SwarmKey(swarm) => next(&mut self.swarm_generation, swarm.generation),
            Op::Authority(authority) => self.authority_changed(authority),
            Op::Group(group) => self.group(group),
            Op::Policy(policy) => {
                self.policy = policy.clone();
                Ok(())
            }
            Op::Invited(invited) => self.invited(invited),
            Op::InvitationRevoked(revoked) => self.invitations.remove(&revoked.id).map(|_| ()).ok_or(Void::Invitation),
            Op::Anchor(anchor) => {
                let of_people = anchor.slices.iter().all(|slice| self.people.contains_key(&slice.account));
                of_people.then_some(()).ok_or(Void::Subject)
            }
            Op::RecoveryApproved(approved) => self.person(&approved.account).map(|_| ()).ok_or(Void::Subject),
            Op::RecoveryVetoed(_) => Ok(()),
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
            self.invitations.remove(&redemption.invitation);
            self.spent.insert(redemption.invitation);
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

    fn closed(&mut self, closed: &Closed) -> Result<(), Void> {
        if self.officers.contains(&closed.account) && self.officers.len() == 1 {
            return Err(Void::LastOne);
        }
        let person = self.people.get_mut(&closed.account).filter(|person| !person.closed).ok_or(Void::Subject)?;
        person.closed = true;
        self.officers.remove(&closed.account);
        Ok(())
    }

    fn officers_changed(&mut self, changed: &OfficersChanged) -> Result<(), Void> {
        if changed.officers.is_empty() {
            return Err(Void::LastOne);
        }
        let known = changed.officers.windows(2).all(|pair| pair[0] < pair[1])
            && changed.officers.iter().all(|account| self.person(account).is_some());
        if !known {
            return Err(Void::Subject);
        }
        self.officers = changed.officers.iter().copied().collect();
        Ok(())
    }

    fn authority_changed(&mut self, authority: &Authority) -> Result<(), Void> {
        let mut version = self.authority.as_ref().map_or(0, |old| old.version);
        next(&mut version, authority.version)?;
        self.authority = Some(authority.clone());
        Ok(())
    }

    fn group(&mut self, group: &Group) -> Result<(), Void> {
        if group.name.is_empty() {
            return self.groups.remove(&group.id).map(|_| ()).ok_or(Void::Subject);
        }
        if !is_name(&group.name) {
            return Err(Void::Limit);
        }
        self.groups.insert(group.id, group.clone());
        Ok(())
    }

    fn invited(&mut self, invited: &Invited) -> Result<(), Void> {
        if self.invitations.contains_key(&invited.id) || self.spent.contains(&invited.id) {
            return Err(Void::Invitation);
        }
        self.invitations.insert(invited.id, invited.clone());
        Ok(())
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

    /// Who admits and closes accounts.
    pub fn officers(&self) -> &BTreeSet<AccountId> {
        &self.officers
    }

    /// The catalog, once there is one.
    pub fn catalog(&self) -> Option<&Catalog> {
        self.catalog.as_ref()
    }

    /// The recovery authority, once there is one.
    pub fn authority(&self) -> Option<&Authority> {
        self.authority.as_ref()
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

    /// Invitations that can still be redeemed.
    pub fn invitations(&self) -> &BTreeMap<InvitationId, Invited> {
        &self.invitations
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

fn slices(op: &Op) -> Option<&[Slice]> {
    match op {
        Op::Admitted(Admitted { slices, .. }) | Op::Anchor(Anchor { slices }) => Some(slices),
        _ => None,
    }
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
        _ => return Err(Broken::UpdateNeeded),
    })
}
