//! Addresses: where a key is kept, as one line of text.
//!
//! ```text
//! pkcs11:token=org;object=valise?module-path=/usr/lib/softhsm/libsofthsm2.so
//! ```
//!
//! The first is a subset of RFC 7512: `token`, `serial`, `object`, `id` and the query attribute `module-path`. Attributes
//! that this does not know are refused, not skipped: they would have narrowed the choice. So are `pin-value` and
//! `pin-source`: an address is no place for a secret.
//!
//! Parsing and writing are each other's inverse.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use crate::config::{KeeperConfig, Pkcs11Config};

/// Why a text is not an address of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// Of no kind that is known.
    #[error("an address of a key begins with pkcs11:, vault: or gcpkms:")]
    Kind,
    /// A part is not there.
    #[error("the address has no {0}")]
    Missing(&'static str),
    /// A part is not what it should be.
    #[error("the address's {0} is not valid")]
    Part(&'static str),
    /// A part that is not known here.
    #[error("the address has a part that is not known")]
    Unknown,
    /// A PIN or a password in the address.
    #[error("an address must not hold a PIN or a password: it is shown, and kept in files")]
    Secret,
}

impl FromStr for KeeperConfig {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        let (kind, rest) = text.split_once(':').ok_or(AddressError::Kind)?;
        let config = match kind {
            "pkcs11" => Self::Pkcs11(parse_pkcs11(rest)?),
            _ => return Err(AddressError::Kind),
        };
        config.check()?;
        Ok(config)
    }
}

impl fmt::Display for KeeperConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pkcs11(config) => write_pkcs11(config, f),
        }
    }
}

impl From<KeeperConfig> for String {
    fn from(config: KeeperConfig) -> Self {
        config.to_string()
    }
}

impl TryFrom<String> for KeeperConfig {
    type Error = AddressError;

    fn try_from(text: String) -> Result<Self, AddressError> {
        text.parse()
    }
}

fn parse_pkcs11(rest: &str) -> Result<Pkcs11Config, AddressError> {
    let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
    let mut config = Pkcs11Config::default();
    for (name, value) in attributes(path, ';') {
        match name {
            "token" => set(&mut config.token, text(value, "token")?)?,
            "serial" => set(&mut config.serial, text(value, "serial")?)?,
            "object" => set(&mut config.key, text(value, "object")?)?,
            "id" => set(&mut config.id, decode(value).ok_or(AddressError::Part("id"))?)?,
            _ => return Err(unknown(name)),
        }
    }
    let mut module = None;
    for (name, value) in attributes(query, '&') {
        match name {
            "module-path" => set(&mut module, text(value, "module-path")?)?,
            _ => return Err(unknown(name)),
        }
    }
    config.module = PathBuf::from(module.ok_or(AddressError::Missing("module-path"))?);
    Ok(config)
}

fn write_pkcs11(config: &Pkcs11Config, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let texts = [("token", &config.token), ("serial", &config.serial), ("object", &config.key)];
    let mut parts: Vec<String> = Vec::new();
    parts.extend(
        texts.iter().filter_map(|(name, value)| Some(format!("{name}={}", encode(value.as_ref()?.as_bytes())))),
    );
    parts.extend(config.id.iter().map(|id| format!("id={}", encode_all(id))));
    // A path that is not UTF-8 has no address; it came from none either.
    let module = config.module.to_string_lossy();
    write!(f, "pkcs11:{}?module-path={}", parts.join(";"), encode(module.as_bytes()))
}

fn unknown(name: &str) -> AddressError {
    if matches!(name, "pin-value" | "pin-source" | "token-value" | "password") {
        AddressError::Secret
    } else {
        AddressError::Unknown
    }
}

/// `name=value`, separated; a name alone has an empty value.
fn attributes(text: &str, separator: char) -> impl Iterator<Item = (&str, &str)> {
    text.split(separator).filter(|part| !part.is_empty()).map(|part| part.split_once('=').unwrap_or((part, "")))
}

/// Twice the same attribute is refused (RFC 7512, section 2.3).
fn set<T>(slot: &mut Option<T>, value: T) -> Result<(), AddressError> {
    if slot.replace(value).is_some() { Err(AddressError::Unknown) } else { Ok(()) }
}

fn text(value: &str, name: &'static str) -> Result<String, AddressError> {
    decode(value)
        .and_then(|bytes| String::from_utf8(bytes).ok())
        .filter(|text| !text.chars().any(char::is_control))
        .ok_or(AddressError::Part(name))
}

/// Percent-decodes, strictly: every `%` has two hexadecimal digits behind it.
fn decode(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        rest = after;
        if *first == b'%' {
            let (digits, after) = rest.split_at_checked(2)?;
            bytes.extend(hex::decode(digits).ok()?);
            rest = after;
        } else {
            bytes.push(*first);
        }
    }
    Some(bytes)
}

/// Percent-encodes all but letters, digits and `-._~/`.
fn encode(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for byte in bytes {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => text.push(char::from(*byte)),
            _ => text.push_str(&encode_all(&[*byte])),
        }
    }
    text
}

/// Percent-encodes every byte, as RFC 7512 advises for ids.
fn encode_all(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("%{byte:02X}")).collect()
}
