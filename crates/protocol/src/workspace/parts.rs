//! Open parts of the records of a workspace chain, kind by kind.

use std::collections::BTreeMap;

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

/// The subject's own device says no to the last approval.
#[derive(Clone, Debug, PartialEq, Eq, Serialize_tuple, Deserialize_tuple)]
pub struct RecoveryVetoed {
    /// Which set.
    pub set: RecoverySetId,
    /// The device that asked.
    pub device: DeviceId,
}
