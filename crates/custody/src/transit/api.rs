//! Transit's API, as far as it is used: <https://developer.hashicorp.com/vault/api-docs/secret/transit>.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde::{Deserialize, Deserializer, Serialize};
use zeroize::Zeroizing;

use crate::error::CustodyError;

/// `POST /v1/:mount/encrypt/:name`; both in base64.
#[derive(Serialize)]
pub(super) struct Encrypt<'a> {
    pub(super) plaintext: &'a str,
    pub(super) associated_data: &'a str,
}

#[derive(Deserialize)]
pub(super) struct Encrypted {
    pub(super) ciphertext: String,
}

/// `POST /v1/:mount/decrypt/:name`.
#[derive(Serialize)]
pub(super) struct Decrypt<'a> {
    pub(super) ciphertext: &'a str,
    pub(super) associated_data: &'a str,
}

#[derive(Deserialize)]
pub(super) struct Decrypted {
    #[serde(deserialize_with = "secret_text")]
    pub(super) plaintext: Zeroizing<String>,
}

fn secret_text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Zeroizing<String>, D::Error> {
    String::deserialize(deserializer).map(Zeroizing::new)
}

/// `POST /v1/:mount/keys/:name`.
#[derive(Serialize)]
pub(super) struct NewKey {
    #[serde(rename = "type")]
    kind: &'static str,
    derived: bool,
    exportable: bool,
    allow_plaintext_backup: bool,
}

impl NewKey {
    pub(super) const OURS: Self = Self { kind: KIND, derived: false, exportable: false, allow_plaintext_backup: false };
}

const KIND: &str = "aes256-gcm96";

/// `GET /v1/:mount/keys/:name`.
#[derive(Deserialize)]
pub(super) struct Key {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    derived: bool,
    exportable: bool,
    allow_plaintext_backup: bool,
    #[serde(default)]
    imported_key: bool,
    pub(super) latest_version: u64,
    pub(super) min_decryption_version: u64,
}

impl Key {
    /// The right kind, and it stays where it is.
    pub(super) fn check(&self) -> Result<(), CustodyError> {
        if self.kind != KIND || self.derived {
            return Err(CustodyError::WrongKind);
        }
        if self.exportable {
            return Err(CustodyError::KeyNotProtected("it is exportable"));
        }
        if self.allow_plaintext_backup {
            return Err(CustodyError::KeyNotProtected("it allows backups in the clear"));
        }
        Ok(())
    }

    /// Somebody brought it from outside, or may take it there.
    pub(super) fn could_leave(&self) -> bool {
        self.exportable || self.allow_plaintext_backup || self.imported_key
    }
}

/// Around every answer that is one.
#[derive(Deserialize)]
pub(super) struct Reply<T> {
    pub(super) data: T,
}

/// Every answer that is none.
#[derive(Default, Deserialize)]
pub(super) struct Failure {
    #[serde(default)]
    errors: Vec<String>,
}

impl Failure {
    pub(super) fn says(&self, words: &str) -> bool {
        self.errors.iter().any(|error| error.contains(words))
    }
}

/// The version in `vault:v12:BASE64`, if it is written as Transit writes it.
pub(super) fn version_of(ciphertext: &str) -> Option<&str> {
    let (version, sealed) = ciphertext.strip_prefix("vault:v")?.split_once(':')?;
    let number: u32 = version.parse().ok()?;
    let is_canonical = number > 0 && number.to_string() == version;
    (is_canonical && BASE64_STANDARD.decode(sealed).is_ok_and(|sealed| !sealed.is_empty())).then_some(version)
}
