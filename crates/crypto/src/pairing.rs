//! Pairing: what two devices of one person tell each other under a code that goes from one screen to the other.
//!
//! The code is 128 random bits, so no guess at what was recorded succeeds, and no protocol beyond it is needed. The
//! catalog carries both messages and learns the pairing's id only, which is derived from the code and gives nothing
//! back.
//!
//! Printed: 16 bytes and 12 bits of a check, in the characters of bech32 (BIP 173), 28 of them in 7 groups of four.
//! A message is AES-256-GCM-SIV (nonce 12, ciphertext, tag 16) under a subkey of its own, padded to a Padmé size.

use bech32::Fe32;
use bech32::primitives::iter::{ByteIterExt as _, Fe32IterExt as _};
use hkdf::Hkdf;
use sha2::Sha256;
use valise_protocol::hash::{Label, digest};
use valise_protocol::ids::PairingId;
use valise_protocol::padding::{pad, unpad};
use valise_protocol::place::WrapPlace;
use zeroize::Zeroizing;

use crate::aead::Aead;
use crate::error::{BadPairingCode, DoesNotOpen, MakeError, NoRandomness};
use crate::key::{Purpose, Secret32};
use crate::random::fill;

/// Groups of four characters in a printed code.
pub const PAIRING_GROUPS: usize = 7;
const GROUP: usize = 4;
const CODE_LEN: usize = PAIRING_GROUPS * GROUP;
const SECRET_LEN: usize = 16;
/// Largest message, in bytes.
pub const MAX_PAIRING_MESSAGE: usize = 16 << 10;

/// The secret of one pairing. Wiped when dropped, never printed but by [`Self::to_text`].
pub struct PairingCode(Box<Zeroizing<[u8; SECRET_LEN]>>);

/// Who says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PairingMessage {
    /// The device that is of the account.
    Offer,
    /// The device that is to join it.
    Answer,
}

impl PairingCode {
    /// A new one.
    ///
    /// # Errors
    /// [`NoRandomness`]: the operating system gives none.
    pub fn make() -> Result<Self, NoRandomness> {
        let mut code = Self(Box::default());
        fill(&mut **code.0)?;
        Ok(code)
    }

    /// As it is shown: groups of four characters with spaces between.
    #[must_use]
    pub fn to_text(&self) -> Zeroizing<String> {
        let mut text = Zeroizing::new(String::with_capacity(CODE_LEN + PAIRING_GROUPS));
        for (at, character) in self.characters().enumerate() {
            if at > 0 && at % GROUP == 0 {
                text.push(' ');
            }
            text.push(character);
        }
        text
    }

    /// Reads a code as people type it: upper or lower case, with spaces or dashes anywhere.
    ///
    /// # Errors
    /// [`BadPairingCode`].
    pub fn from_text(text: &str) -> Result<Self, BadPairingCode> {
        let mut typed = Zeroizing::new(Vec::with_capacity(CODE_LEN));
        for character in text.chars().filter(|c| !c.is_whitespace() && !matches!(c, '-' | '\u{2013}' | '.')) {
            let at = typed.len();
            if at == CODE_LEN {
                return Err(BadPairingCode::Length { characters: CODE_LEN + 1, wanted: CODE_LEN });
            }
            let known = u8::try_from(character).ok().filter(|_| Fe32::from_char(character).is_ok());
            let known = known.ok_or(BadPairingCode::Character { group: at / GROUP + 1 })?;
            typed.push(known.to_ascii_uppercase());
        }
        if typed.len() != CODE_LEN {
            return Err(BadPairingCode::Length { characters: typed.len(), wanted: CODE_LEN });
        }
        let mut code = Self(Box::default());
        let fes = typed.iter().filter_map(|byte| Fe32::from_char(char::from(*byte)).ok());
        for (room, byte) in code.0.iter_mut().zip(fes.fes_to_bytes()) {
            *room = byte;
        }
        let same = code.characters().eq(typed.iter().map(|byte| char::from(*byte)));
        if same { Ok(code) } else { Err(BadPairingCode::Typo) }
    }

    fn characters(&self) -> impl Iterator<Item = char> {
        let [first, second, ..] = digest(Label::PairingCode, &[&**self.0]);
        let bytes = self.0.into_iter().chain([first, second]);
        bytes.bytes_to_fes().take(CODE_LEN).map(|fe| fe.to_char().to_ascii_uppercase())
    }

    /// Under which name the catalog carries the messages.
    pub fn id(&self) -> PairingId {
        PairingId::new(*self.derive_subkey(Purpose::PairingId).expose_secret())
    }

    /// Seals a message.
    ///
    /// # Errors
    /// [`MakeError::TooLarge`], [`MakeError::Randomness`].
    pub fn seal(&self, message: PairingMessage, plain: &[u8]) -> Result<Vec<u8>, MakeError> {
        let padded = Zeroizing::new(pad(plain).ok_or(MakeError::TooLarge)?);
        if padded.len() > MAX_PAIRING_MESSAGE {
            return Err(MakeError::TooLarge);
        }
        let (aead, place) = self.of(message)?;
        aead.seal(&place, &padded)
    }

    /// Opens a message.
    ///
    /// # Errors
    /// [`DoesNotOpen`]: somebody else's, or the other one's.
    pub fn open(&self, message: PairingMessage, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, DoesNotOpen> {
        if sealed.len() > 2 * MAX_PAIRING_MESSAGE {
            return Err(DoesNotOpen);
        }
        let (aead, place) = self.of(message).map_err(|_| DoesNotOpen)?;
        let padded = aead.open(&place, sealed)?;
        Ok(Zeroizing::new(unpad(&padded).ok_or(DoesNotOpen)?.to_vec()))
    }

    fn of(&self, message: PairingMessage) -> Result<(Aead, Vec<u8>), MakeError> {
        let pairing = self.id();
        let (purpose, place) = match message {
            PairingMessage::Offer => (Purpose::PairingOffer, WrapPlace::PairingOffer { pairing }),
            PairingMessage::Answer => (Purpose::PairingAnswer, WrapPlace::PairingAnswer { pairing }),
        };
        Ok((Aead::new(&self.derive_subkey(purpose))?, place.associated_data()))
    }

    /// HKDF-SHA256 (RFC 5869): no salt, the code, the purpose's label as `info`.
    fn derive_subkey(&self, purpose: Purpose) -> Secret32 {
        Secret32::expand(&Hkdf::<Sha256>::new(None, &**self.0), purpose)
    }
}

impl std::fmt::Debug for PairingCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PairingCode(..)")
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn code(bytes: [u8; SECRET_LEN]) -> PairingCode {
        PairingCode(Box::new(Zeroizing::new(bytes)))
    }

    #[test]
    fn a_code_is_read_as_people_type_it() {
        let made = PairingCode::make().unwrap();
        let text = made.to_text();
        assert_eq!(text.len(), 34, "{}", *text);
        for typed in [text.to_string(), text.to_lowercase(), text.replace(' ', "-"), text.replace(' ', "")] {
            assert_eq!(*PairingCode::from_text(&typed).unwrap().0, *made.0);
        }
        assert_eq!(&**code([0; 16]).to_text(), "QQQQ QQQQ QQQQ QQQQ QQQQ QQQQ QZ2M");
    }

    #[test]
    fn a_wrong_character_is_noticed() {
        let text = code([7; 16]).to_text();
        let mut noticed = 0;
        for at in text.char_indices().filter(|(_, c)| *c != ' ').map(|(at, _)| at) {
            let other = if &text[at..=at] == "Z" { "X" } else { "Z" };
            let mut typed = text.to_string();
            typed.replace_range(at..=at, other);
            noticed += usize::from(matches!(PairingCode::from_text(&typed), Err(BadPairingCode::Typo)));
        }
        assert_eq!(noticed, CODE_LEN);
        let wrong = text.replacen('Q', "B", 1);
        assert!(!text.contains('Q') || matches!(PairingCode::from_text(&wrong), Err(BadPairingCode::Character { .. })));
        assert!(matches!(PairingCode::from_text("BBBB"), Err(BadPairingCode::Character { group: 1 })));
        assert!(matches!(PairingCode::from_text(&text[..20]), Err(BadPairingCode::Length { .. })));
        assert!(matches!(PairingCode::from_text(&format!("{}QQ", *text)), Err(BadPairingCode::Length { .. })));
    }

    #[test]
    fn a_message_opens_under_its_code_and_as_what_it_is() {
        let (one, other) = (PairingCode::make().unwrap(), PairingCode::make().unwrap());
        let sealed = one.seal(PairingMessage::Offer, b"hello").unwrap();
        assert_eq!(&**one.open(PairingMessage::Offer, &sealed).unwrap(), b"hello");
        assert!(one.open(PairingMessage::Answer, &sealed).is_err());
        assert!(other.open(PairingMessage::Offer, &sealed).is_err());
        assert!(one.open(PairingMessage::Offer, &sealed[1..]).is_err());
        assert!(one.id() != other.id() && one.id().as_bytes()[..16] != **one.0);
        assert!(one.seal(PairingMessage::Offer, &[0; MAX_PAIRING_MESSAGE + 1]).is_err());
    }
}
