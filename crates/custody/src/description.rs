//! What a keeper says of a key.

use crate::wrapped::Provider;

/// A key, as its keeper describes it. For people: nothing is decided by it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Description {
    /// The kind of keeper.
    pub provider: Provider,
    /// Which one: a token with its model and number, or a server's address.
    pub keeper: String,
    /// What the keeper calls the key.
    pub key: String,
    /// The version that new wraps are made under; of a token's key, its id in hexadecimal.
    pub newest: String,
    /// The oldest version that still opens wraps. `None`: not told.
    pub oldest: Option<String>,
    /// What the key lies in.
    pub protection: Protection,
    /// Whether the key was ever outside, or may be taken out. `None`: not told.
    pub could_leave: Option<bool>,
}

/// What a key lies in, in the keeper's own words: it cannot be checked from here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protection {
    /// A hardware security module.
    Hsm,
    /// Software.
    Software,
    /// With a keeper outside the cloud that was asked.
    External,
    /// Not told.
    Unstated,
}
