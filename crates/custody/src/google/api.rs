//! KMS's API, as far as it is used:
//! <https://cloud.google.com/kms/docs/reference/rest/v1/projects.locations.keyRings.cryptoKeys>. Bytes are in base64,
//! sums are numbers of 64 bits, which Google's JSON writes as texts and its readers take either way.

use serde::{Deserialize, Deserializer, Serialize};
use zeroize::Zeroizing;

use crate::description::Protection;

/// `POST /v1/{name}:encrypt`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Encrypt<'a> {
    pub(super) plaintext: &'a str,
    pub(super) additional_authenticated_data: &'a str,
    pub(super) plaintext_crc32c: String,
    pub(super) additional_authenticated_data_crc32c: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Encrypted {
    pub(super) name: String,
    pub(super) ciphertext: String,
    #[serde(default, deserialize_with = "sum")]
    pub(super) ciphertext_crc32c: Option<u32>,
    /// Left out where it is false, as all of Google's JSON does.
    #[serde(default)]
    pub(super) verified_plaintext_crc32c: bool,
    #[serde(default)]
    pub(super) verified_additional_authenticated_data_crc32c: bool,
    #[serde(default)]
    pub(super) protection_level: Level,
}

/// `POST /v1/{name}:decrypt`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Decrypt<'a> {
    pub(super) ciphertext: &'a str,
    pub(super) additional_authenticated_data: &'a str,
    pub(super) ciphertext_crc32c: String,
    pub(super) additional_authenticated_data_crc32c: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Decrypted {
    #[serde(default, deserialize_with = "secret_text")]
    pub(super) plaintext: Zeroizing<String>,
    #[serde(default, deserialize_with = "sum")]
    pub(super) plaintext_crc32c: Option<u32>,
}

fn secret_text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Zeroizing<String>, D::Error> {
    String::deserialize(deserializer).map(Zeroizing::new)
}

fn sum<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u32>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Sum {
        Text(String),
        Number(u32),
    }
    Ok(match Option::<Sum>::deserialize(deserializer)? {
        Some(Sum::Text(text)) => text.parse().ok(),
        Some(Sum::Number(number)) => Some(number),
        None => None,
    })
}

/// `ProtectionLevel`.
#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(super) enum Level {
    Software,
    Hsm,
    HsmSingleTenant,
    External,
    ExternalVpc,
    #[default]
    #[serde(other)]
    Unspecified,
}

impl From<Level> for Protection {
    fn from(level: Level) -> Self {
        match level {
            Level::Software => Self::Software,
            Level::Hsm | Level::HsmSingleTenant => Self::Hsm,
            Level::External | Level::ExternalVpc => Self::External,
            Level::Unspecified => Self::Unstated,
        }
    }
}

/// Every answer that is none.
#[derive(Default, Deserialize)]
pub(super) struct Failure {
    pub(super) error: Said,
}

#[derive(Default, Deserialize)]
pub(super) struct Said {
    #[serde(default)]
    pub(super) status: String,
    #[serde(default)]
    message: String,
}

impl Said {
    pub(super) fn says(&self, words: &str) -> bool {
        self.message.to_lowercase().contains(words)
    }
}
