//! A token with a PIN (PKCS#11) beside the password, or instead of it.

use serde::{Deserialize, Serialize};

/// What opens this computer's Valise, recovery apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub enum WayInKind {
    /// A password.
    Password,
    /// A token and its PIN.
    Token,
}

/// A key slot that a person opens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct WayIn {
    /// What opens it.
    pub kind: WayInKind,
    /// Which token: its address, without a PIN.
    pub place: Option<String>,
}
