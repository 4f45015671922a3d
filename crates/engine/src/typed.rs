//! Secrets that are typed into a page: sealed there, opened here, so that no buffer on the way holds them in clear.
//!
//! `PUBLIC.SEALED`, both base64url without padding: the key that was asked for, and what is sealed to it.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64;
use valise_crypto::TypingKey;
use zeroize::Zeroizing;

use crate::api::ApiError;
use crate::error::EngineError;

/// Keys that are waited for at once: an older one is forgotten.
const MAX_KEYS: usize = 8;
/// Secrets in one request.
const MAX_USES: u32 = 16;

/// Keys that a page has asked for.
#[derive(Default)]
pub struct Typing(Mutex<VecDeque<(TypingKey, u32)>>);

impl Typing {
    /// A new key for so many secrets; its public half.
    ///
    /// # Errors
    /// The system gives no randomness.
    pub fn begin(&self, uses: u32) -> Result<String, ApiError> {
        let key = TypingKey::make().map_err(EngineError::from)?;
        let public = BASE64.encode(key.public());
        let mut keys = self.keys();
        keys.truncate(MAX_KEYS - 1);
        keys.push_front((key, uses.min(MAX_USES)));
        Ok(public)
    }

    /// Opens a secret. A key is gone after as many as it was made for.
    ///
    /// # Errors
    /// It was sealed to no key that is waited for.
    pub fn open(&self, sealed: &str) -> Result<Zeroizing<String>, ApiError> {
        self.try_open(sealed).ok_or_else(|| EngineError::Internal("what was typed does not open").into())
    }

    fn try_open(&self, sealed: &str) -> Option<Zeroizing<String>> {
        let (public, sealed) = sealed.split_once('.')?;
        let (public, sealed) = (BASE64.decode(public).ok()?, BASE64.decode(sealed).ok()?);
        let mut keys = self.keys();
        let at = keys.iter().position(|(key, _)| key.public()[..] == public)?;
        let (key, uses) = keys.get_mut(at)?;
        let opened = key.open(&sealed).ok();
        *uses = uses.saturating_sub(1);
        if *uses == 0 {
            keys.remove(at);
        }
        opened
    }

    /// Waits for none any more.
    pub fn forget(&self) {
        self.keys().clear();
    }

    fn keys(&self) -> MutexGuard<'_, VecDeque<(TypingKey, u32)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_few_and_used_up() {
        let typing = Typing::default();
        let first = typing.begin(1).unwrap();
        // What does not open uses it up as well.
        assert!(typing.open(&format!("{first}.AAAA")).is_err());
        assert!(typing.keys().is_empty());
        for _ in 0..20 {
            typing.begin(1000).unwrap();
        }
        assert_eq!(typing.keys().len(), MAX_KEYS);
        assert!(typing.keys().iter().all(|(_, uses)| *uses == MAX_USES));
        typing.forget();
        assert!(typing.keys().is_empty());
        assert!(typing.open("").is_err() && typing.open(".").is_err());
    }
}
