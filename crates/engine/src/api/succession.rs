//! Who takes over the folders of somebody whose account is closed.

use serde::{Deserialize, Serialize};

use super::{AccountId, FolderId};

/// The workspace's successor, and what own folders say.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct Succession {
    /// Whom officers have named; none: nobody.
    pub named: Option<Successor>,
    /// This person may name somebody.
    pub may_name: bool,
    /// Shared folders that this person alone owns.
    pub folders: Vec<FolderSuccession>,
}

/// Somebody who takes over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct Successor {
    /// Who.
    #[cfg_attr(feature = "specta", specta(type = String))]
    pub account: AccountId,
    /// Display name.
    pub name: String,
    /// Oneself.
    pub me: bool,
    /// Cannot any more: the account is closed.
    pub gone: bool,
}

/// What a folder says of its successor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct FolderSuccession {
    /// The folder.
    #[cfg_attr(feature = "specta", specta(type = String))]
    pub folder: FolderId,
    /// Its name.
    pub name: String,
    /// Whom its owner agreed to; none: nobody.
    pub successor: Option<Successor>,
    /// The owner decided, for somebody or for nobody. If not, the window asks.
    pub decided: bool,
    /// Nobody else is in it: no colleague's computer could hand its key over.
    pub alone: bool,
}
