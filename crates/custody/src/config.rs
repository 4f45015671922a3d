//! Where a key is kept. No secrets: those are [`Credentials`](crate::Credentials).
//!
//! Its one written form, for the command line and in files alike, is its address (`address.rs`).

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::address::AddressError;
use crate::error::CustodyError;
use crate::http::Origin;
use crate::wrapped::Provider;

/// Where a key is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum KeeperConfig {
    /// A PKCS#11 token.
    Pkcs11(Pkcs11Config),
    /// Transit, of HashiCorp Vault or OpenBao.
    Transit(TransitConfig),
    /// Google Cloud KMS.
    GoogleKms(GoogleKmsConfig),
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

/// A key in Transit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TransitConfig {
    /// The server: `https://host:port`, or `http` to this computer itself. It is shown the token.
    pub address: String,
    /// Where the engine is mounted; `transit` unless somebody chose otherwise.
    pub mount: String,
    /// The key's name.
    pub key: String,
    /// A namespace of Vault Enterprise or OpenBao.
    pub namespace: Option<String>,
    /// A PEM file of certificates to trust besides the system's.
    pub ca_file: Option<PathBuf>,
}

/// A key in Cloud KMS.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GoogleKmsConfig {
    /// The resource name: `projects/P/locations/L/keyRings/R/cryptoKeys/K`.
    pub key: String,
    /// Another server than Google's, for tests and private endpoints. It is shown the access token.
    pub endpoint: Option<String>,
}

impl KeeperConfig {
    /// The kind of keeper.
    pub fn provider(&self) -> Provider {
        match self {
            Self::Pkcs11(_) => Provider::Pkcs11,
            Self::Transit(_) => Provider::Transit,
            Self::GoogleKms(_) => Provider::GoogleKms,
        }
    }

    /// What an address promises, of a configuration that was put together by hand.
    pub(crate) fn check(&self) -> Result<(), CustodyError> {
        match self {
            Self::Pkcs11(config) => Ok(config.check()?),
            Self::Transit(config) => config.check(),
            Self::GoogleKms(config) => config.check(),
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

impl TransitConfig {
    fn check(&self) -> Result<(), CustodyError> {
        Origin::parse(&self.address)?;
        if !self.mount.split('/').all(is_segment) || self.mount.len() > 128 {
            return Err(AddressError::Part("mount").into());
        }
        if !is_segment(&self.key) || self.key.len() > 128 {
            return Err(AddressError::Part("key").into());
        }
        let namespace = self.namespace.as_deref().map(|namespace| namespace.trim_end_matches('/'));
        if namespace.is_some_and(|namespace| !namespace.split('/').all(is_segment) || namespace.len() > 128) {
            return Err(AddressError::Part("namespace").into());
        }
        if self.ca_file.as_ref().is_some_and(|path| !path.is_absolute()) {
            return Err(AddressError::Part("ca-file").into());
        }
        Ok(())
    }
}

impl GoogleKmsConfig {
    fn check(&self) -> Result<(), CustodyError> {
        let parts: Vec<&str> = self.key.split('/').collect();
        let is_named = matches!(parts[..], ["projects", _, "locations", _, "keyRings", _, "cryptoKeys", _]);
        // A project may be of a domain: `example.com:project`.
        let is_plain = |part: &&str| part.split(':').all(is_segment);
        if !is_named || !parts.iter().all(is_plain) || self.key.len() > 400 {
            return Err(AddressError::Part("key").into());
        }
        if let Some(endpoint) = &self.endpoint {
            Origin::parse(endpoint)?;
        }
        Ok(())
    }
}

/// A name that stands in a path as it is, and leads nowhere else.
fn is_segment(text: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    !text.is_empty() && text.bytes().all(is_plain) && !text.bytes().all(|byte| byte == b'.')
}
