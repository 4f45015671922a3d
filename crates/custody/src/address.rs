//! Addresses: where a key is kept, as one line of text.
//!
//! ```text
//! pkcs11:token=org;object=valise?module-path=/usr/lib/softhsm/libsofthsm2.so
//! vault:https://vault.example:8200/transit/valise?namespace=team&ca-file=/etc/ssl/company.pem
//! gcpkms:projects/p/locations/l/keyRings/r/cryptoKeys/k?endpoint=http://127.0.0.1:9911
//! ```
//!
//! The first is a subset of RFC 7512: `token`, `serial`, `object`, `id` and the query attribute `module-path`. Attributes
//! that this does not know are refused, not skipped: they would have narrowed the choice. So are `pin-value` and
//! `pin-source`: an address is no place for a secret.
//!
//! `vault:` is followed by the server, where the engine is mounted, and the key's name. [`KeeperConfig::from_text`] takes it
//! without the server, too (`vault:transit/valise`), from `VAULT_ADDR`, as well as what else Vault's own program knows
//! from the environment.
//!
//! Parsing and writing are each other's inverse.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use crate::config::{GoogleKmsConfig, KeeperConfig, Pkcs11Config, TransitConfig};
use crate::error::CustodyError;

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

impl KeeperConfig {
    /// Reads an address; of a `vault:` address, what is not in it comes from `VAULT_ADDR`, `VAULT_NAMESPACE` and
    /// `VAULT_CACERT`. The caller knows the environment; this does not look at it.
    ///
    /// # Errors
    /// [`CustodyError::Address`]; [`CustodyError::NotTls`]: a server by plain HTTP that is not this computer.
    pub fn from_text(text: &str, environment: impl Fn(&str) -> Option<String>) -> Result<Self, CustodyError> {
        let (kind, rest) = text.split_once(':').ok_or(AddressError::Kind)?;
        let config = match kind {
            "pkcs11" => Self::Pkcs11(parse_pkcs11(rest)?),
            "vault" => Self::Transit(parse_vault(rest, environment)?),
            "gcpkms" => Self::GoogleKms(parse_gcpkms(rest)?),
            _ => return Err(AddressError::Kind.into()),
        };
        config.check()?;
        Ok(config)
    }
}

impl FromStr for KeeperConfig {
    type Err = CustodyError;

    /// A complete address.
    fn from_str(text: &str) -> Result<Self, CustodyError> {
        Self::from_text(text, |_| None)
    }
}

impl fmt::Display for KeeperConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pkcs11(config) => write_pkcs11(config, f),
            Self::Transit(config) => {
                let ca_file = config.ca_file.as_ref().map(|path| path.to_string_lossy().into_owned());
                let server = config.address.trim_end_matches('/');
                write!(f, "vault:{server}/{}/{}", config.mount, config.key)?;
                write_query(&[("namespace", &config.namespace), ("ca-file", &ca_file)], f)
            }
            Self::GoogleKms(config) => {
                write!(f, "gcpkms:{}", config.key)?;
                write_query(&[("endpoint", &config.endpoint)], f)
            }
        }
    }
}

impl From<KeeperConfig> for String {
    fn from(config: KeeperConfig) -> Self {
        config.to_string()
    }
}

impl TryFrom<String> for KeeperConfig {
    type Error = CustodyError;

    fn try_from(text: String) -> Result<Self, CustodyError> {
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

fn parse_vault(rest: &str, environment: impl Fn(&str) -> Option<String>) -> Result<TransitConfig, AddressError> {
    let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
    let environment = |name: &str| environment(name).filter(|value| !value.is_empty());
    let (address, path) = match path.split_once("://") {
        Some((scheme, rest)) => {
            let (host, path) = rest.split_once('/').ok_or(AddressError::Missing("mount"))?;
            (format!("{scheme}://{host}"), path)
        }
        None => (environment("VAULT_ADDR").ok_or(AddressError::Missing("server"))?, path),
    };
    let (mount, key) = path.rsplit_once('/').ok_or(AddressError::Missing("key"))?;
    let (mut namespace, mut ca_file) = (None, None);
    for (name, value) in attributes(query, '&') {
        match name {
            "namespace" => set(&mut namespace, text(value, "namespace")?)?,
            "ca-file" => set(&mut ca_file, text(value, "ca-file")?)?,
            _ => return Err(unknown(name)),
        }
    }
    Ok(TransitConfig {
        address: address.trim_end_matches('/').to_owned(),
        mount: mount.to_owned(),
        key: key.to_owned(),
        namespace: namespace.or_else(|| environment("VAULT_NAMESPACE")),
        ca_file: ca_file.or_else(|| environment("VAULT_CACERT")).map(PathBuf::from),
    })
}

fn parse_gcpkms(rest: &str) -> Result<GoogleKmsConfig, AddressError> {
    let (key, query) = rest.split_once('?').unwrap_or((rest, ""));
    let mut endpoint = None;
    for (name, value) in attributes(query, '&') {
        match name {
            "endpoint" => set(&mut endpoint, text(value, "endpoint")?)?,
            _ => return Err(unknown(name)),
        }
    }
    Ok(GoogleKmsConfig { key: key.to_owned(), endpoint })
}

fn write_query(parts: &[(&str, &Option<String>)], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let mut separator = '?';
    for (name, value) in parts {
        if let Some(value) = value {
            write!(f, "{separator}{name}={}", encode(value.as_bytes()))?;
            separator = '&';
        }
    }
    Ok(())
}

fn unknown(name: &str) -> AddressError {
    if matches!(name, "pin-value" | "pin-source" | "pin" | "password" | "access-token") {
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
