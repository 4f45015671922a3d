//! What a person types into a page, on its way to this process: HPKE base mode (RFC 9180) with DHKEM(P-256, HKDF-SHA256),
//! HKDF-SHA256 and AES-256-GCM, which is what web views have (WebCrypto).
//!
//! Between page and program lie buffers of the system's libraries, which nobody wipes. What passes through them is sealed
//! to a key that is made for the occasion, and gone with it.

use hpke::aead::AesGcm256;
use hpke::kdf::HkdfSha256;
use hpke::kem::{DhP256HkdfSha256, Kem as KemTrait};
use hpke::{Deserializable, OpModeR, Serializable};
use zeroize::Zeroizing;

use crate::error::{DoesNotOpen, NoRandomness};
use crate::key::Secret32;
use crate::locked::wiping_stack;

/// Length of the public half: an uncompressed point.
pub const TYPING_PUBLIC_LEN: usize = 65;
/// Length of an encapsulation.
pub const TYPING_ENCAPSULATION_LEN: usize = 65;
/// Longest text that is opened, sealed: 4 KiB.
const MAX_SEALED: usize = 4 << 10;
const INFO: &[u8] = b"valise v1 typed";

/// A key for one occasion.
pub struct TypingKey {
    secret: Secret32,
    public: [u8; TYPING_PUBLIC_LEN],
}

impl TypingKey {
    /// A new random one.
    ///
    /// # Errors
    /// [`NoRandomness`]: the operating system gives none.
    pub fn make() -> Result<Self, NoRandomness> {
        let secret = Secret32::make()?;
        let mut public = [0; TYPING_PUBLIC_LEN];
        wiping_stack(|| pair(&secret).1.write_exact(&mut public));
        Ok(Self { secret, public })
    }

    /// What the page seals to.
    pub fn public(&self) -> &[u8; TYPING_PUBLIC_LEN] {
        &self.public
    }

    /// Opens an encapsulation followed by a sealed text.
    ///
    /// # Errors
    /// [`DoesNotOpen`]: not sealed to this key, changed, too long, or no text.
    pub fn open(&self, sealed: &[u8]) -> Result<Zeroizing<String>, DoesNotOpen> {
        let (enc, sealed) = sealed.split_at_checked(TYPING_ENCAPSULATION_LEN).ok_or(DoesNotOpen)?;
        if sealed.len() > MAX_SEALED {
            return Err(DoesNotOpen);
        }
        let plain = wiping_stack(|| {
            let enc = <DhP256HkdfSha256 as KemTrait>::EncappedKey::from_bytes(enc).map_err(|_| DoesNotOpen)?;
            let secret = pair(&self.secret).0;
            hpke::single_shot_open::<AesGcm256, HkdfSha256, DhP256HkdfSha256>(
                &OpModeR::Base,
                &secret,
                &enc,
                INFO,
                sealed,
                &[],
            )
            .map(Zeroizing::new)
            .map_err(|_| DoesNotOpen)
        })?;
        std::str::from_utf8(&plain).map(|text| Zeroizing::new(text.to_owned())).map_err(|_| DoesNotOpen)
    }
}

impl std::fmt::Debug for TypingKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TypingKey(..)")
    }
}

type Pair = (<DhP256HkdfSha256 as KemTrait>::PrivateKey, <DhP256HkdfSha256 as KemTrait>::PublicKey);

/// RFC 9180, section 7.1.3: the pair is derived, and the seed is what is kept.
fn pair(secret: &Secret32) -> Pair {
    DhP256HkdfSha256::derive_keypair(secret.expose_secret())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn seal(public: &[u8], text: &[u8]) -> Vec<u8> {
        let public = <DhP256HkdfSha256 as KemTrait>::PublicKey::from_bytes(public).unwrap();
        let (enc, sealed) = hpke::single_shot_seal::<AesGcm256, HkdfSha256, DhP256HkdfSha256>(
            &hpke::OpModeS::Base,
            &public,
            INFO,
            text,
            &[],
        )
        .unwrap();
        [enc.to_bytes().to_vec(), sealed].concat()
    }

    #[test]
    fn what_was_typed_opens_with_its_key_alone() {
        let (key, other) = (TypingKey::make().unwrap(), TypingKey::make().unwrap());
        let sealed = seal(key.public(), "violet ladder marble seven ü".as_bytes());
        assert_eq!(*key.open(&sealed).unwrap(), "violet ladder marble seven ü");
        assert!(other.open(&sealed).is_err());
        for at in [0, 1, 64, 65, sealed.len() - 1] {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert!(key.open(&changed).is_err(), "{at}");
        }
        assert!(key.open(&sealed[..64]).is_err());
        assert!(key.open(&seal(key.public(), &[0xff])).is_err());
        assert!(key.open(&seal(key.public(), &vec![b'a'; MAX_SEALED])).is_err());
    }
}
