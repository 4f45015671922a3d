//! Randomness of the operating system: the only source in this crate. Nothing is buffered, nothing forks.

use valise_protocol::invitation::Secret;
use zeroize::Zeroizing;

use crate::error::NoRandomness;

/// Fills a buffer.
pub(crate) fn fill(bytes: &mut [u8]) -> Result<(), NoRandomness> {
    getrandom::fill(bytes).map_err(|_| NoRandomness)
}

/// `N` random bytes, for ids and nonces. For keys there are the key types.
///
/// # Errors
/// [`NoRandomness`]: the operating system gives none.
pub fn make_bytes<const N: usize>() -> Result<[u8; N], NoRandomness> {
    let mut bytes = [0; N];
    fill(&mut bytes)?;
    Ok(bytes)
}

/// The 32-byte secret of a new invitation.
///
/// # Errors
/// [`NoRandomness`]: the operating system gives none.
pub fn make_invitation_secret() -> Result<Secret, NoRandomness> {
    let mut bytes = Zeroizing::new([0; 32]);
    fill(&mut *bytes)?;
    Ok(Secret::new(*bytes))
}
