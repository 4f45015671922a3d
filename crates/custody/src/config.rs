//! Where a key is kept. No secrets: those are [`Credentials`](crate::Credentials).
//!
//! Its one written form, for the command line and in files alike, is its address (`address.rs`).

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::address::AddressError;
use crate::wrapped::Provider;

/// Where a key is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum KeeperConfig {
    /// A PKCS#11 token.
    Pkcs11(Pkcs11Config),
}

/// A key on a PKCS#11 token. Token and key each by label, or by number, or by both.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pkcs11Config {
    /// The module: an absolute path. It is loaded into this process and can do there whatever it likes.
    pub module: PathBuf,
    /// The token's label.
    pub token: Option<String>,
    /// The token's serial number.
    pub serial: Option<String>,
    /// The key's label.
    pub key: Option<String>,
    /// The key's id.
    pub id: Option<Vec<u8>>,
}

impl KeeperConfig {
    /// The kind of keeper.
    pub fn provider(&self) -> Provider {
        match self {
            Self::Pkcs11(_) => Provider::Pkcs11,
        }
    }

    /// What an address promises, of a configuration that was put together by hand.
    pub(crate) fn check(&self) -> Result<(), AddressError> {
        match self {
            Self::Pkcs11(config) => config.check(),
        }
    }
}

impl Pkcs11Config {
    fn check(&self) -> Result<(), AddressError> {
        // A bare name would be looked for wherever the loader looks.
        if !self.module.is_absolute() {
            return Err(AddressError::Part("module-path"));
        }
        if self.token.is_none() && self.serial.is_none() {
            return Err(AddressError::Missing("token"));
        }
        if self.key.is_none() && self.id.is_none() {
            return Err(AddressError::Missing("object"));
        }
        let is_fine =
            |text: &Option<String>, most: usize| text.as_ref().is_none_or(|t| !t.is_empty() && t.len() <= most);
        // A token has 32 bytes of label and 16 of serial number (PKCS#11, CK_TOKEN_INFO).
        if !is_fine(&self.token, 32) {
            return Err(AddressError::Part("token"));
        }
        if !is_fine(&self.serial, 16) {
            return Err(AddressError::Part("serial"));
        }
        if !is_fine(&self.key, 128) {
            return Err(AddressError::Part("object"));
        }
        if self.id.as_ref().is_some_and(|id| id.is_empty() || id.len() > 32) {
            return Err(AddressError::Part("id"));
        }
        Ok(())
    }
}
