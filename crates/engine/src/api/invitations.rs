//! Invitations that nobody has used yet.

use serde::{Deserialize, Serialize};

use super::{FolderId, InvitationId, Role};

/// An invitation that nobody has used yet. Its link is asked for by itself: whoever has it can use it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct OpenInvitation {
    /// Its id.
    #[cfg_attr(feature = "specta", specta(type = String))]
    pub id: InvitationId,
    /// Who made it.
    pub by: String,
    /// It was made by this person.
    pub by_me: bool,
    /// The folder it leads to; none: one that this person is not in.
    #[cfg_attr(feature = "specta", specta(type = Option<String>))]
    pub folder: Option<FolderId>,
    /// That folder's name.
    pub folder_name: Option<String>,
    /// As what somebody joins that folder.
    pub role: Option<Role>,
    /// When it ends.
    pub expires: u64,
    /// It ended, and lets nobody in.
    pub expired: bool,
    /// Its link can be shown once more; not if it was made before this person was an officer.
    pub has_link: bool,
}
