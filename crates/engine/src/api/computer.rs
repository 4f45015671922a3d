//! What a person chooses for this computer and is told of it.

use serde::{Deserialize, Serialize};

use super::Connection;

/// What is chosen for this computer: nothing secret. What an older Valise did not know has its default.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "camelCase", default)]
pub struct Settings {
    /// A window locks by itself when nobody was here for so many minutes; 0: only with the screen.
    pub lock_after_minutes: u32,
    /// What is told of new files while the window is not looked at.
    pub notifications: Notifications,
    /// Closing the window hides it where the panel shows Valise's icon.
    pub keep_running: bool,
    /// Valise starts when this person logs in: locked, without a window.
    pub start_at_login: bool,
    /// Files that were fetched may take so many MiB; 0: as many as there is room for.
    pub cache_mib: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            lock_after_minutes: 15,
            notifications: Notifications::Folders,
            keep_running: false,
            start_at_login: false,
            cache_mib: 0,
        }
    }
}

/// What the system's notifications say. While Valise is locked there are none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub enum Notifications {
    /// How many files are new, and in which folder.
    Folders,
    /// That something is new, without a name.
    Nameless,
    /// Nothing.
    Off,
}

/// What lies on this computer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct Storage {
    /// Bytes of all content here, encrypted.
    pub bytes: u64,
    /// Bytes of that which were fetched, are confirmed elsewhere, and are not chosen to stay: they can be dropped.
    pub fetched: u64,
    /// Bytes free on the disk, where that is known.
    pub free: Option<u64>,
    /// This computer hosts the workspace: nothing is dropped here.
    pub hosts: bool,
}

/// How this computer is reached, and whom it reaches.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct Network {
    /// The catalog's address, at which this computer found it.
    pub catalog: Option<String>,
    /// All addresses at which it may answer, in the order in which they are tried: officers name them.
    pub addresses: Vec<String>,
    /// How it answers.
    pub connection: Connection,
    /// The catalog is on this computer.
    pub hosts: bool,
    /// Computers and servers which bytes go to and come from now.
    pub peers: u32,
    /// Addresses at which others reach this computer's node; none: it only calls others.
    pub listening: Vec<String>,
    /// The node's id.
    pub peer: String,
}
