//! Recovery with a colleague's help: who can help, who asks, and how a request stands.

use serde::{Deserialize, Serialize};

use super::{AccountId, DeviceId, Password};

/// The workspace's recovery authority, and who asks it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct Authority {
    /// Its version; none if nobody can help.
    pub version: Option<u64>,
    /// Who has to help; two: both of them.
    pub holders: Vec<AuthorityHolder>,
    /// Hours between approval and release.
    pub delay_hours: u32,
    /// Whether this person may change it.
    pub may_change: bool,
    /// People whose recovery does not count on it yet: known to officers.
    pub to_come: Vec<String>,
    /// Requests that concern this person: as an officer, or as the one whose account it is.
    pub requests: Vec<RecoveryRequest>,
}

/// One of those who have to help.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct AuthorityHolder {
    /// The officer; none if it is a key that is kept elsewhere.
    #[cfg_attr(feature = "specta", specta(type = Option<String>))]
    pub account: Option<AccountId>,
    /// The officer's name, or where the key is kept.
    pub name: String,
    /// It is this person.
    pub mine: bool,
    /// Can help no more: is no officer, or left. Make a new authority.
    pub gone: bool,
    /// The officer's, or for a key that is kept elsewhere the first characters of a digest of its public half.
    pub fingerprint: String,
}

/// Who is to help from now on.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
#[allow(missing_docs, reason = "fields are named for what they are")]
pub enum HolderChoice {
    /// An officer, with their account key.
    Officer {
        #[cfg_attr(feature = "specta", specta(type = String))]
        account: AccountId,
    },
    /// Whoever of the officers may use a key that is kept elsewhere. `secret`: a token's PIN, or a service's token.
    Kept { place: String, secret: Option<Password> },
}

/// Somebody on a new device asks for a recovery.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct RecoveryRequest {
    /// The device that asks.
    #[cfg_attr(feature = "specta", specta(type = String))]
    pub device: DeviceId,
    /// Its fingerprint, to be compared with what the person reads out.
    pub fingerprint: String,
    /// Whose account.
    #[cfg_attr(feature = "specta", specta(type = String))]
    pub account: AccountId,
    /// Their name in the workspace.
    pub name: String,
    /// It is this person's own account.
    pub mine: bool,
    /// What they say.
    pub reason: String,
    /// When it was asked, by the catalog's clock; none if only the approval is known.
    pub at: Option<u64>,
    /// Officers who approved it.
    pub approved_by: Vec<String>,
    /// Nothing is released before.
    pub not_before: Option<u64>,
    /// Everything was released: the person can go on.
    pub released: bool,
    /// This person can approve it.
    pub may_approve: bool,
    /// Approving needs a token's PIN or a service's token.
    pub needs_secret: bool,
}

/// How this home's own request stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct AskedRecovery {
    /// When it was asked.
    pub at: u64,
    /// What to read out to the officer.
    pub fingerprint: String,
    /// The catalog that was asked.
    pub catalog: String,
    /// How it stands.
    pub stage: AskedStage,
    /// How many officers must approve it.
    pub needed: u32,
    /// How many have.
    pub approved: u32,
    /// Nothing is released before, once enough have.
    pub not_before: Option<u64>,
}

/// How a request stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub enum AskedStage {
    /// Officers have not approved it yet.
    Asked,
    /// Enough have; the delay runs, or their computers are closed.
    Approved,
    /// The password opens it.
    Ready,
    /// Somebody who may say no did.
    Refused,
    /// It counts no more: the account was changed elsewhere, or too long has passed.
    Gone,
    /// The catalog does not answer now.
    Unreachable,
}

/// Whether a share of one's recovery key lies with the workspace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub enum Escrow {
    /// Not known while locked.
    Unknown,
    /// There is none, and nobody who could help.
    None,
    /// Colleagues can help as soon as a new kit is made.
    Offered,
    /// There is one.
    Held,
    /// Those who could help have changed, or can no more: a new kit is to be made.
    Outdated,
}

/// What a rehearsal of a recovery found in the copy it opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct Rehearsed {
    /// Folders whose newest key opened.
    pub folders: u32,
    /// Files whose key opened.
    pub files: u32,
}
