//! Open parts of the records of a workspace chain, kind by kind.

use std::collections::{BTreeMap, BTreeSet};

use serde_bytes::ByteBuf;
use serde_tuple::{Deserialize_tuple, Serialize_tuple};

use crate::chain::Slice;
use crate::ids::{AccountId, Commitment, DeviceId, GroupId, InvitationId, KeyVersion, RecoverySetId};
use crate::invitation::Redemption;
use crate::keys::{DeviceKeys, Seal, SealingPublic};
use crate::sign::VerifyKey;

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
    /// [`super::RecoveryReleased`]
    pub const RECOVERY_RELEASED: Kind = Kind(14);
    /// [`super::Successor`]
    pub const SUCCESSOR: Kind = Kind(15);
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
    /// Who holds it. Two: both are needed, each has one half of every share. None: there is no authority any more.
    pub holders: Vec<Holder>,
    /// Hours between approval and release.
    pub delay_hours: u32,
    /// Account chains of holders, as far as they need an anchor.
    pub slices: Vec<Slice>,
}

impl Authority {
    /// Whether it can open a share without the person whose share it is: the rest of a workspace's officers must be able
    /// to help somebody who has nothing.
    pub fn can_help(&self, account: &AccountId, officers: &BTreeSet<AccountId>) -> bool {
        let others = officers.iter().any(|officer| officer != account);
        let can = |holder: &Holder| holder.officer.as_ref().is_none_or(|officer| officer.account != *account);
        !self.holders.is_empty() && others && self.holders.iter().all(can)
    }
}

/// Who can open one half of an escrowed share, or all of it: an officer with their account key, or whoever may use a key
/// that is kept elsewhere. One of the two.
#[derive(Clone, Debug, PartialEq, Eq, Serialize_tuple, Deserialize_tuple)]
pub struct Holder {
    /// Shares are sealed to it.
    pub public: SealingPublic,
    /// An officer, whose account key it is.
    pub officer: Option<OfficerKey>,
    /// Its secret half, wrapped by a key that is kept elsewhere.
    pub kept: Option<Kept>,
}

/// An officer's account key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize_tuple, Deserialize_tuple)]
pub struct OfficerKey {
    /// Whose.
    pub account: AccountId,
    /// Its version.
    pub version: KeyVersion,
}

/// A secret that is wrapped by a key kept elsewhere: on a token, by a service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize_tuple, Deserialize_tuple)]
pub struct Kept {
    /// Where that key is kept, in words for people and programs.
    pub place: String,
    /// The wrapped secret.
    pub wrapped: ByteBuf,
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

/// An officer's approval of a recovery. It announces what will be released, and adds nothing.
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
    /// What the person said; empty if nothing.
    pub reason: String,
}

/// What a holder opens of an escrowed share, sealed to the device that asks. It opens nothing without another share.
#[derive(Clone, Debug, PartialEq, Eq, Serialize_tuple, Deserialize_tuple)]
pub struct RecoveryReleased {
    /// Whose recovery.
    pub account: AccountId,
    /// Which set.
    pub set: RecoverySetId,
    /// The device that asks.
    pub device: DeviceId,
    /// Which of the authority's holders, from 0.
    pub holder: u8,
    /// The share or the holder's half of it.
    pub share: Seal,
}

/// The person themselves, or an officer, says no to an approval.
#[derive(Clone, Debug, PartialEq, Eq, Serialize_tuple, Deserialize_tuple)]
pub struct RecoveryVetoed {
    /// Whose recovery.
    pub account: AccountId,
    /// Which set.
    pub set: RecoverySetId,
    /// The device that asked.
    pub device: DeviceId,
    /// The author's own account chain, as far as it needs an anchor.
    pub slices: Vec<Slice>,
}

/// Who takes over the folders of people whose accounts are closed, where their owners agreed. It gives nobody a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize_tuple, Deserialize_tuple)]
pub struct Successor {
    /// Who; none: nobody.
    pub account: Option<AccountId>,
}
