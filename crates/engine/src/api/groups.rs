//! Groups of people.

use serde::{Deserialize, Serialize};

use super::AccountId;
pub use valise_protocol::ids::GroupId;

/// A list of people of the workspace, kept by its officers, so that a folder is shared with all of them at once. It gives
/// nobody anything by itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct Group {
    /// The group.
    #[cfg_attr(feature = "specta", specta(type = String))]
    pub id: GroupId,
    /// Its name, which the catalog sees, as it sees people's.
    pub name: String,
    /// Who is in it: people of the workspace alone.
    #[cfg_attr(feature = "specta", specta(type = Vec<String>))]
    pub members: Vec<AccountId>,
}
