//! AES-256-GCM-SIV (RFC 8452): the one cipher for wraps and sealed bodies.
//!
//! Misuse-resistant: a repeated nonce tells only that the same thing was sealed twice in the same place.
//! It does not commit to the key; callers check a commitment where one thing must not have two meanings.
//! Nonces are random: with 2^32 messages under one key the chance of any repeat is below 2^-33.

use aws_lc_rs::aead::{AES_256_GCM_SIV, Aad, LessSafeKey, Nonce, UnboundKey};
use zeroize::Zeroizing;

use crate::error::{DoesNotOpen, LibraryFailed, MakeError};
use crate::key::Secret32;
use crate::random;

/// Bytes before the ciphertext.
pub(crate) const NONCE_LEN: usize = 12;
/// Bytes after the ciphertext.
pub(crate) const TAG_LEN: usize = 16;
/// Bytes that sealing adds.
pub(crate) const OVERHEAD: usize = NONCE_LEN + TAG_LEN;

/// An expanded key.
pub(crate) struct Aead(LessSafeKey);

impl Aead {
    /// Expands a key.
    pub(crate) fn new(key: &Secret32) -> Result<Self, LibraryFailed> {
        let key = UnboundKey::new(&AES_256_GCM_SIV, key.expose_secret()).map_err(|_| LibraryFailed)?;
        Ok(Self(LessSafeKey::new(key)))
    }

    /// Nonce (12), ciphertext (as long as the plaintext), tag (16).
    pub(crate) fn seal(&self, associated_data: &[u8], plain: &[u8]) -> Result<Vec<u8>, MakeError> {
        self.seal_with_nonce(random::make_bytes()?, associated_data, plain)
    }

    /// Like [`Self::seal`], for a known nonce: for vectors.
    pub(crate) fn seal_with_nonce(
        &self,
        nonce: [u8; NONCE_LEN],
        associated_data: &[u8],
        plain: &[u8],
    ) -> Result<Vec<u8>, MakeError> {
        let mut sealed = vec![0; plain.len() + OVERHEAD];
        let (front, rest) = sealed.split_at_mut(NONCE_LEN);
        let (ciphertext, tag) = rest.split_at_mut(plain.len());
        front.copy_from_slice(&nonce);
        self.0
            .seal_out_of_place_scatter(
                Nonce::assume_unique_for_key(nonce),
                Aad::from(associated_data),
                plain,
                ciphertext,
                &[],
                tag,
            )
            .map_err(|_| MakeError::TooLarge)?;
        Ok(sealed)
    }

    /// Opens what [`Self::seal`] made.
    pub(crate) fn open(&self, associated_data: &[u8], sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, DoesNotOpen> {
        let plain_len = sealed.len().checked_sub(OVERHEAD).ok_or(DoesNotOpen)?;
        let mut plain = Zeroizing::new(vec![0; plain_len]);
        self.open_into(associated_data, sealed, &mut plain)?;
        Ok(plain)
    }

    /// Opens a sealed 32-byte key.
    pub(crate) fn open_key(&self, associated_data: &[u8], sealed: &[u8]) -> Result<Zeroizing<[u8; 32]>, DoesNotOpen> {
        let mut plain = Zeroizing::new([0; 32]);
        self.open_into(associated_data, sealed, &mut *plain)?;
        Ok(plain)
    }

    fn open_into(&self, associated_data: &[u8], sealed: &[u8], plain: &mut [u8]) -> Result<(), DoesNotOpen> {
        let (nonce, rest) = sealed.split_first_chunk::<NONCE_LEN>().ok_or(DoesNotOpen)?;
        let (ciphertext, tag) = rest.split_last_chunk::<TAG_LEN>().ok_or(DoesNotOpen)?;
        let nonce = Nonce::assume_unique_for_key(*nonce);
        self.0.open_separate_gather(nonce, Aad::from(associated_data), ciphertext, tag, plain).map_err(|_| DoesNotOpen)
    }
}
