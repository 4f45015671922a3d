//! What the tests of keepers share: worlds with two keys in them, and what was logged.
#![allow(dead_code, clippy::unwrap_used, clippy::expect_used, missing_docs)]

pub mod google;
pub mod logs;
pub mod real;
pub mod softhsm;
pub mod vault;

use std::any::Any;
use std::sync::Arc;

use valise_custody::{Credentials, Keeper, KeeperConfig, Secret, Wrapped, keeper};

/// A keeper of two keys, and what it takes to ask it.
pub struct World {
    pub first: KeeperConfig,
    pub second: KeeperConfig,
    pub credentials: Box<dyn Fn() -> Credentials + Send + Sync>,
    /// Texts that nobody may find anywhere.
    pub secrets: Vec<String>,
    /// Whatever must live as long.
    pub guards: Vec<Box<dyn Any + Send + Sync>>,
}

impl World {
    pub fn keeper(&self) -> Arc<dyn Keeper> {
        self.open(&self.first)
    }

    pub fn other_key(&self) -> Arc<dyn Keeper> {
        self.open(&self.second)
    }

    fn open(&self, config: &KeeperConfig) -> Arc<dyn Keeper> {
        keeper(config, (self.credentials)()).expect("a keeper").into()
    }
}

pub const PLACE: &[u8] = b"recovery authority of workspace 1";

pub fn secret() -> Secret {
    Secret::make().expect("randomness")
}

/// The same wrap with other ciphertext: its last field, so its bytes end the encoding.
pub fn with_ciphertext(wrapped: &Wrapped, ciphertext: &[u8]) -> Wrapped {
    rebuild(wrapped, wrapped.version(), ciphertext)
}

/// The same wrap said to be of another version.
pub fn with_version(wrapped: &Wrapped, version: &str) -> Wrapped {
    rebuild(wrapped, version, wrapped.ciphertext())
}

/// Put together by hand, by the words of `docs/format.md`.
fn rebuild(wrapped: &Wrapped, version: &str, ciphertext: &[u8]) -> Wrapped {
    let provider = wrapped.to_bytes()[2];
    let mut bytes = vec![1, 0x84, provider];
    head(&mut bytes, 3, wrapped.key().len());
    bytes.extend(wrapped.key().as_bytes());
    head(&mut bytes, 3, version.len());
    bytes.extend(version.as_bytes());
    head(&mut bytes, 2, ciphertext.len());
    bytes.extend(ciphertext);
    Wrapped::from_bytes(&bytes).expect("a wrap put together by hand")
}

/// A CBOR head: major type and length, shortest.
pub fn head(bytes: &mut Vec<u8>, major: u8, len: usize) {
    match len {
        0..24 => bytes.push(major << 5 | len as u8),
        24..256 => bytes.extend([major << 5 | 24, len as u8]),
        _ => bytes.extend([major << 5 | 25, (len >> 8) as u8, len as u8]),
    }
}
