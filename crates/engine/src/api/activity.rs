//! What happened in a folder, from its verified records.

use serde::{Deserialize, Serialize};

use super::{AccountId, DeviceId, EntryId, Role};

/// What of it is asked for; nothing chosen: all.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct ActivityFilter {
    /// Done by this person.
    #[cfg_attr(feature = "specta", specta(type = Option<String>))]
    pub person: Option<AccountId>,
    /// Of this kind.
    pub kind: Option<ActivityKind>,
    /// Of this file, or of what lay in this directory then.
    #[cfg_attr(feature = "specta", specta(type = Option<String>))]
    pub entry: Option<EntryId>,
}

/// A kind of things that happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub enum ActivityKind {
    /// Files and directories came.
    Added,
    /// New versions, names and places.
    Changed,
    /// Into the trash, back from it, out of it for good.
    Removed,
    /// Members, roles, invitations, successors.
    Shared,
    /// The folder's keys.
    Keys,
    /// Signatures on files.
    Signed,
}

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub enum ActivityWhat {
    /// The folder was made.
    FolderMade,
    /// A file came.
    FileAdded,
    /// A directory came.
    DirectoryAdded,
    /// A new version of a file: `number`.
    NewVersion,
    /// An older version became the newest: `number`.
    VersionRestored,
    /// Two people changed a file at once: a named copy beside it.
    ConflictCopy,
    /// Another name; `before` is the path with the old one.
    Renamed,
    /// Another place; `before` is the path it had.
    Moved,
    /// The folder's name: `path`; `before` is the old one.
    FolderNamed,
    /// Into the trash.
    Trashed,
    /// Back from it.
    Restored,
    /// Out of it for good, with all that was in it.
    Purged,
    /// As `purged`, by itself: whose computer did it is who did it.
    Expired,
    /// How many days things stay in the trash: `number`; 0: until somebody empties it.
    TrashPolicy,
    /// Somebody was added: `person`, `role`.
    MemberAdded,
    /// Somebody came by an invitation link: `person`, `role`.
    MemberJoined,
    /// Who did it took up the folder, to which somebody else had added them.
    MemberAccepted,
    /// Somebody was removed: `person`.
    MemberRemoved,
    /// Who did it left.
    MemberLeft,
    /// Another role: `person`, `role`.
    RoleChanged,
    /// A successor took the folder over: `person`.
    Succeeded,
    /// An invitation link was made: `role`.
    Invited,
    /// One was withdrawn.
    InvitationWithdrawn,
    /// Who takes over should its owners be gone: `person`; none: nobody.
    SuccessorNamed,
    /// A new key: `number` is its version.
    KeyChanged,
    /// How often the key changes by itself, and which versions still count: `number` is the lowest of them.
    KeyPolicy,
    /// A version of a file was signed: `number`.
    Signed,
}

impl ActivityWhat {
    /// The kind that it is one of.
    pub fn kind(self) -> ActivityKind {
        match self {
            Self::FolderMade | Self::FileAdded | Self::DirectoryAdded => ActivityKind::Added,
            Self::NewVersion
            | Self::VersionRestored
            | Self::ConflictCopy
            | Self::Renamed
            | Self::Moved
            | Self::FolderNamed => ActivityKind::Changed,
            Self::Trashed | Self::Restored | Self::Purged | Self::Expired | Self::TrashPolicy => ActivityKind::Removed,
            Self::MemberAdded
            | Self::MemberJoined
            | Self::MemberAccepted
            | Self::MemberRemoved
            | Self::MemberLeft
            | Self::RoleChanged
            | Self::Succeeded
            | Self::Invited
            | Self::InvitationWithdrawn
            | Self::SuccessorNamed => ActivityKind::Shared,
            Self::KeyChanged | Self::KeyPolicy => ActivityKind::Keys,
            Self::Signed => ActivityKind::Signed,
        }
    }
}

/// Where something stands in the folder's chain: the record, and the change in it. It is the only order there is: records
/// carry no time that anybody but their author vouches for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct ActivityPlace {
    /// The record, from 0.
    pub record: u64,
    /// The change in it, from 0.
    pub change: u32,
}

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct Activity {
    /// Where it stands.
    pub at: ActivityPlace,
    /// What.
    pub what: ActivityWhat,
    /// The kind that this is one of.
    pub kind: ActivityKind,
    /// Who signed it: display name.
    pub by: String,
    /// And account.
    #[cfg_attr(feature = "specta", specta(type = String))]
    pub account: AccountId,
    /// It was oneself.
    pub by_me: bool,
    /// The device that signed it.
    #[cfg_attr(feature = "specta", specta(type = String))]
    pub device: DeviceId,
    /// The file or directory.
    #[cfg_attr(feature = "specta", specta(type = Option<String>))]
    pub entry: Option<EntryId>,
    /// Its path inside the folder, as it was called then.
    pub path: Option<String>,
    /// What it was called before.
    pub before: Option<String>,
    /// Whom it concerns: display name.
    pub person: Option<String>,
    /// And account.
    #[cfg_attr(feature = "specta", specta(type = Option<String>))]
    pub person_account: Option<AccountId>,
    /// A role.
    pub role: Option<Role>,
    /// Of a version: of a file, or of the folder's key.
    pub number: Option<u64>,
    /// Hash of the record.
    pub record: String,
}

/// Some of it, the newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct ActivityPage {
    /// What happened.
    pub activities: Vec<Activity>,
    /// There is more before this place.
    pub before: Option<ActivityPlace>,
}

/// How an export is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub enum ActivityFormat {
    /// One array, an object for each.
    Json,
    /// A line for each, after one with names; for spreadsheets.
    Csv,
}
