//! What a keeper gives back: bytes for a record, useless without the keeper.
//!
//! Encoding: version byte 1, then canonical CBOR `[provider, key, version, ciphertext]`; at most [`MAX_WRAPPED`] bytes
//! (`docs/format.md`, section 20). `key` and `version` are for people, and for finding the key again: a false one opens
//! nothing. The ciphertext is the keeper's own; that of a token is 12 bytes of nonce, ciphertext and 16 bytes of tag.

use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;
use serde_tuple::{Deserialize_tuple, Serialize_tuple};
use valise_protocol::cbor;

/// Largest encoding in bytes: with the longest names, and ciphertexts four times as long as any keeper makes.
pub const MAX_WRAPPED: usize = 2048;
/// Longest name of a key, in bytes: four parts of 63 characters and Google's words between them fit.
pub(crate) const MAX_KEY: usize = 512;
/// Longest version, in bytes: an id of a token's key, in hexadecimal, is the longest.
pub(crate) const MAX_VERSION: usize = 128;
/// Longest ciphertext in bytes.
const MAX_CIPHERTEXT: usize = 1024;
/// Format version.
const VERSION: u8 = 1;

/// A kind of keeper.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Provider {
    /// A PKCS#11 token.
    Pkcs11,
    /// Transit, of HashiCorp Vault or OpenBao.
    Transit,
    /// Google Cloud KMS.
    GoogleKms,
}

impl Provider {
    /// In words, for a sentence.
    pub fn words(self) -> &'static str {
        match self {
            Self::Pkcs11 => "a PKCS#11 token",
            Self::Transit => "Vault Transit",
            Self::GoogleKms => "Google Cloud KMS",
        }
    }

    fn byte(self) -> u8 {
        match self {
            Self::Pkcs11 => 1,
            Self::Transit => 2,
            Self::GoogleKms => 3,
        }
    }

    fn of_byte(byte: u8) -> Option<Self> {
        [Self::Pkcs11, Self::Transit, Self::GoogleKms].into_iter().find(|provider| provider.byte() == byte)
    }
}

/// Why bytes are no wrap.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadWrapped {
    /// Not the encoding of one.
    #[error("not a wrapped secret")]
    Encoding,
    /// More bytes than one can have.
    #[error("too long for a wrapped secret")]
    TooLong,
    /// Made by a later version of the program, or for a keeper that this version does not know.
    #[error("made by a newer version of Valise")]
    UpdateNeeded,
}

/// A wrapped secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrapped {
    provider: Provider,
    key: String,
    version: String,
    ciphertext: Vec<u8>,
}

#[derive(Serialize_tuple, Deserialize_tuple)]
struct Wire {
    provider: ProviderByte,
    key: String,
    version: String,
    ciphertext: ByteBuf,
}

#[derive(Serialize, Deserialize)]
#[serde(transparent)]
struct ProviderByte(u8);

impl Wrapped {
    /// What a keeper made, if it is within the limits.
    pub(crate) fn new(
        provider: Provider,
        key: impl Into<String>,
        version: impl Into<String>,
        ciphertext: Vec<u8>,
    ) -> Result<Self, BadWrapped> {
        let wrapped = Self { provider, key: key.into(), version: version.into(), ciphertext };
        wrapped.is_within_limits().then_some(wrapped).ok_or(BadWrapped::TooLong)
    }

    /// Who made it.
    pub fn provider(&self) -> Provider {
        self.provider
    }

    /// What the keeper calls the key.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// Which version of the key; of a token's key, its id in hexadecimal.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The keeper's bytes.
    pub fn ciphertext(&self) -> &[u8] {
        &self.ciphertext
    }

    /// The one encoding.
    pub fn to_bytes(&self) -> Vec<u8> {
        let wire = Wire {
            provider: ProviderByte(self.provider.byte()),
            key: self.key.clone(),
            version: self.version.clone(),
            ciphertext: ByteBuf::from(self.ciphertext.clone()),
        };
        let mut bytes = vec![VERSION];
        // Numbers, texts and bytes: there is nothing in it that the encoding could not hold.
        bytes.extend(cbor::encode(&wire).unwrap_or_default());
        bytes
    }

    /// Reads what [`Self::to_bytes`] wrote, and only that.
    ///
    /// # Errors
    /// See [`BadWrapped`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, BadWrapped> {
        if bytes.len() > MAX_WRAPPED {
            return Err(BadWrapped::TooLong);
        }
        let (version, rest) = bytes.split_first().ok_or(BadWrapped::Encoding)?;
        match *version {
            0 => return Err(BadWrapped::Encoding),
            VERSION => {}
            _ => return Err(BadWrapped::UpdateNeeded),
        }
        let wire: Wire = cbor::decode(rest).map_err(|_| BadWrapped::Encoding)?;
        let provider = Provider::of_byte(wire.provider.0).ok_or(BadWrapped::UpdateNeeded)?;
        Self::new(provider, wire.key, wire.version, wire.ciphertext.into_vec())
    }

    fn is_within_limits(&self) -> bool {
        self.key.len() <= MAX_KEY && self.version.len() <= MAX_VERSION && self.ciphertext.len() <= MAX_CIPHERTEXT
    }
}
