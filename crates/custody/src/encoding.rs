//! Base64 as Vault and Google write it, and secrets in it.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use zeroize::Zeroizing;

use crate::error::CustodyError;
use crate::secret::Secret;

pub(crate) fn encode(bytes: &[u8]) -> String {
    BASE64_STANDARD.encode(bytes)
}

pub(crate) fn decode(text: &str) -> Result<Vec<u8>, CustodyError> {
    BASE64_STANDARD.decode(text).map_err(|_| CustodyError::NotUnderstood)
}

/// A secret's text; it does not grow, so it leaves no copies.
pub(crate) fn encode_secret(secret: &Secret) -> Zeroizing<String> {
    Zeroizing::new(BASE64_STANDARD.encode(secret.expose_secret()))
}

/// The secret that a keeper answered with.
pub(crate) fn decode_secret(text: &str) -> Result<Secret, CustodyError> {
    let bytes = Zeroizing::new(decode(text)?);
    Secret::copy_of_slice(&bytes).ok_or(CustodyError::NotUnderstood)
}
