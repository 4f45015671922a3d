//! What must not be printed: 32 bytes that are wrapped, and texts that open a keeper. Both on the heap, wiped when
//! dropped, without `Debug`, `Display`, `Serialize` or `Clone`.

use subtle::{Choice, ConstantTimeEq};
use zeroize::{Zeroize, Zeroizing};

use crate::error::CustodyError;

/// 32 secret bytes. Moving it moves a pointer and leaves no copy behind.
///
/// ```compile_fail
/// println!("{:?}", valise_custody::Secret::copy_of(&[7; 32]));
/// ```
/// ```compile_fail
/// let _ = valise_custody::Secret::copy_of(&[7; 32]).clone();
/// ```
pub struct Secret(Box<[u8; 32]>);

impl Secret {
    /// Bytes in a secret.
    pub const LEN: usize = 32;

    /// A random one.
    ///
    /// # Errors
    /// [`CustodyError::NoRandomness`].
    pub fn make() -> Result<Self, CustodyError> {
        let mut secret = Self(Box::new([0; Self::LEN]));
        getrandom::fill(&mut *secret.0).map_err(|_| CustodyError::NoRandomness)?;
        Ok(secret)
    }

    /// A copy of bytes that the caller wipes.
    pub fn copy_of(bytes: &[u8; 32]) -> Self {
        let mut secret = Self(Box::new([0; Self::LEN]));
        secret.0.copy_from_slice(bytes);
        secret
    }

    /// A copy, if these are 32 bytes.
    pub(crate) fn copy_of_slice(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self::copy_of)
    }

    /// The bytes, to make a key of.
    pub fn expose_secret(&self) -> &[u8; 32] {
        &self.0
    }
}

impl Drop for Secret {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl ConstantTimeEq for Secret {
    fn ct_eq(&self, other: &Self) -> Choice {
        self.0.ct_eq(&*other.0)
    }
}

/// A PIN or a token.
pub struct SecretText(Zeroizing<String>);

impl SecretText {
    /// Takes a text over.
    pub fn new(text: String) -> Self {
        Self(Zeroizing::new(text))
    }

    /// The text, to be shown to the keeper.
    pub fn expose_secret(&self) -> &str {
        &self.0
    }
}
