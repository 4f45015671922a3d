//! Open parts of the records of a folder chain, kind by kind.

use serde::{Deserialize, Serialize};
use serde_tuple::{Deserialize_tuple, Serialize_tuple};

use crate::chain::Slice;
use crate::ids::{AccountId, Cid, Commitment, Epoch, InvitationId, KeyVersion, WorkspaceId};
use crate::invitation::Redemption;
use crate::keys::{Seal, WrappedKey};
use crate::sign::VerifyKey;

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
    /// [`super::KeyPolicy`]
    pub const KEY_POLICY: Kind = Kind(10);
    /// [`super::Signed`]
    pub const SIGNED: Kind = Kind(11);
    /// [`super::Successor`]
    pub const SUCCESSOR: Kind = Kind(12);
    /// [`super::Succeeded`]
    pub const SUCCEEDED: Kind = Kind(13);
    /// [`super::Accepted`]
    pub const ACCEPTED: Kind = Kind(14);
    /// [`super::TrashPolicy`]
    pub const TRASH_POLICY: Kind = Kind(15);
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

/// A member's role. Owner: everything. Editor: content, rekey, sign, leave, anchor, hand over. Viewer: sign, leave,
/// anchor, hand over.
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

/// What is sealed with it, for the one who is added: before they accept, they read nothing else of the folder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize_tuple, Deserialize_tuple)]
pub struct Welcome {
    /// What the folder is called.
    pub name: String,
}

/// The author takes the folder up, to which somebody else added them. The encoding is an empty array.
#[derive(Clone, Debug, PartialEq, Eq, Serialize_tuple, Deserialize_tuple)]
pub struct Accepted {}

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

/// The author signed a version of a file. The sealed body holds what and how; see `document::Body`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize_tuple, Deserialize_tuple)]
pub struct Signed {
    /// The author's account, if the folder does not know the key that signed; else nothing.
    pub slices: Vec<Slice>,
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

/// What an owner decided about the folder's keys.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize_tuple, Deserialize_tuple)]
pub struct KeyPolicy {
    /// File keys are neither kept nor accepted under the folder key of an earlier epoch. Never goes down.
    pub minimum: Epoch,
    /// The folder key changes after so many days; 0: only when something demands it.
    pub rotate_days: u32,
}

/// What an owner decided about the folder's trash.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize_tuple, Deserialize_tuple)]
pub struct TrashPolicy {
    /// What was put into it is gone for good after so many days; 0: when somebody empties it.
    pub keep_days: u32,
}

/// An owner's word on who takes the folder over when the accounts of all its owners are closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize_tuple, Deserialize_tuple)]
pub struct Successor {
    /// Who, a member or not; none: nobody.
    pub account: Option<AccountId>,
}

/// The successor that an owner decided on becomes an owner. Written by any member, who has the folder key.
///
/// Whether the owners' accounts are closed stands in another chain: that is for the catalog and each reader to check, and
/// why the record's `seen` must name a workspace head by which they were.
#[derive(Clone, Debug, PartialEq, Eq, Serialize_tuple, Deserialize_tuple)]
pub struct Succeeded {
    /// Who takes over.
    pub account: AccountId,
    /// The account's chain since its last anchor here.
    pub slices: Vec<Slice>,
    /// The folder key, sealed to the account's newest key; none to a member, who has it.
    pub seal: Option<MemberSeal>,
}
