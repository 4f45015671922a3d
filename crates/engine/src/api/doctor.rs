//! What is looked at when something is wrong. Nothing in it names a person, a folder, a file, an address or a key, so that
//! it can be given to whoever helps.

use serde::{Deserialize, Serialize};

/// What was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Diagnosis {
    /// Whether it was open: locked, less can be seen.
    pub open: bool,
    /// In the order in which one looks.
    pub findings: Vec<Finding>,
}

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Finding {
    /// What.
    pub check: Check,
    /// How it is.
    pub state: FindingState,
    /// In words.
    pub says: String,
    /// What to do, if something is.
    pub todo: Option<String>,
}

/// How something is that was looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum FindingState {
    /// As it should be.
    Ok,
    /// Good to know.
    Note,
    /// Something is to be done.
    Problem,
}

/// What is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Check {
    /// Of the program, its libraries and formats.
    Versions,
    /// Whether another Valise has the home, and answers.
    Holder,
    /// Whether it is open, and could be opened.
    Lock,
    /// Who may read the home.
    Home,
    /// Room on its disk.
    Disk,
    /// Whether keys can reach the disk.
    Memory,
    /// Whether opened files can.
    Opened,
    /// The system's keyring.
    Keyring,
    /// The server.
    Catalog,
    /// Its clock and this one's.
    Clock,
    /// The database.
    Index,
    /// Encrypted files.
    Content,
    /// What was not sent yet.
    Outbox,
    /// What somebody should look at.
    Security,
}
