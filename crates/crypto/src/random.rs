//! Randomness of the operating system: the only source in this crate. Nothing is buffered, nothing forks.

use std::convert::Infallible;

use rand_core::{TryCryptoRng, TryRng};
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

/// Nonces of 12 bytes, drawn from the system many at a time: for one who makes thousands of wraps in a row.
pub(crate) struct Nonces {
    bytes: [u8; NONCES * NONCE_LEN],
    used: usize,
}

/// How many are drawn at a time.
const NONCES: usize = 256;
const NONCE_LEN: usize = 12;

impl Default for Nonces {
    fn default() -> Self {
        Self { bytes: [0; NONCES * NONCE_LEN], used: NONCES }
    }
}

impl Nonces {
    /// One that was not given before.
    pub(crate) fn next(&mut self) -> Result<[u8; NONCE_LEN], NoRandomness> {
        if self.used == NONCES {
            fill(&mut self.bytes)?;
            self.used = 0;
        }
        let mut nonce = [0; NONCE_LEN];
        nonce.copy_from_slice(&self.bytes[self.used * NONCE_LEN..][..NONCE_LEN]);
        self.used += 1;
        Ok(nonce)
    }
}

impl std::fmt::Debug for Nonces {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Nonces(..)")
    }
}

/// Randomness drawn beforehand, for libraries whose own source would panic where the system gives none. Who
/// asks for more than was drawn gets zeros: look at [`Self::exhausted`] and throw away what was made.
pub(crate) struct Drawn<const N: usize> {
    bytes: Zeroizing<[u8; N]>,
    used: usize,
    exhausted: bool,
}

impl<const N: usize> Drawn<N> {
    pub(crate) fn new(bytes: Zeroizing<[u8; N]>) -> Self {
        Self { bytes, used: 0, exhausted: false }
    }

    /// Draws from the system.
    pub(crate) fn make() -> Result<Self, NoRandomness> {
        let mut bytes = Zeroizing::new([0; N]);
        fill(&mut *bytes)?;
        Ok(Self::new(bytes))
    }

    /// More was asked for than there was.
    pub(crate) fn exhausted(&self) -> bool {
        self.exhausted
    }
}

impl<const N: usize> TryRng for Drawn<N> {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Self::Error> {
        let mut bytes = [0; 4];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u32::from_le_bytes(bytes))
    }

    fn try_next_u64(&mut self) -> Result<u64, Self::Error> {
        let mut bytes = [0; 8];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u64::from_le_bytes(bytes))
    }

    fn try_fill_bytes(&mut self, out: &mut [u8]) -> Result<(), Self::Error> {
        let rest = &self.bytes[self.used..];
        match rest.get(..out.len()) {
            Some(drawn) => out.copy_from_slice(drawn),
            None => self.exhausted = true,
        }
        self.used += out.len().min(rest.len());
        Ok(())
    }
}

impl<const N: usize> TryCryptoRng for Drawn<N> {}
