//! Passwords as Argon2id sees them.
//!
//! Normalised as RFC 8265 (OpaqueString, section 4.2) asks: other spaces become U+0020, then NFC, so that one
//! password typed on two keyboards is one password; case and width stay. Unassigned code points are not
//! refused, as the RFC would: which those are changes with every Unicode version, NFC of assigned ones never.

use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

use crate::error::BadPassword;

/// Longest password, in bytes of UTF-8 before and after normalising.
const MAX_LEN: usize = 1024;
/// NFC makes UTF-8 at most three times as long (Unicode Standard Annex 15, section 9).
const NFC_GROWTH: usize = 3;

/// A normalised password. Wiped when dropped, never printed.
pub struct Password(Zeroizing<String>);

impl Password {
    /// Normalises a password. The caller wipes its own text.
    ///
    /// # Errors
    /// [`BadPassword`], which never quotes it.
    pub fn new(text: &str) -> Result<Self, BadPassword> {
        if text.is_empty() {
            return Err(BadPassword::Empty);
        }
        if text.len() > MAX_LEN {
            return Err(BadPassword::TooLong);
        }
        if text.chars().any(char::is_control) {
            return Err(BadPassword::ControlCharacter);
        }
        // Reserved in full: a growing string would leave copies behind.
        let mut normal = Zeroizing::new(String::with_capacity(text.len() * NFC_GROWTH));
        normal.extend(text.chars().map(ascii_space).nfc());
        if normal.len() > MAX_LEN {
            return Err(BadPassword::TooLong);
        }
        Ok(Self(normal))
    }

    pub(crate) fn expose_secret(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl std::fmt::Debug for Password {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Password(..)")
    }
}

/// General category Zs, which Unicode has closed: no space separator has been added since version 6.3.
fn ascii_space(character: char) -> char {
    match character {
        '\u{a0}' | '\u{1680}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}' => ' ',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn normal(text: &str) -> Result<String, BadPassword> {
        Password::new(text).map(|password| password.0.to_string())
    }

    /// RFC 8265, section 4.3: the examples.
    #[test]
    fn examples_of_the_rfc() {
        assert_eq!(normal("correct horse battery staple").unwrap(), "correct horse battery staple");
        assert_eq!(normal("Correct Horse Battery Staple").unwrap(), "Correct Horse Battery Staple");
        assert_eq!(normal("πßå").unwrap(), "πßå");
        assert_eq!(normal("Jack of ♦s").unwrap(), "Jack of ♦s");
        assert_eq!(normal("foo\u{1680}bar").unwrap(), "foo bar");
        assert_eq!(normal(""), Err(BadPassword::Empty));
        assert_eq!(normal("my cat is a \u{9}by"), Err(BadPassword::ControlCharacter));
    }

    #[test]
    fn composed_and_decomposed_are_one_password() {
        assert_eq!(normal("e\u{301}").unwrap(), normal("é").unwrap());
        assert_ne!(normal("ﬁ").unwrap(), normal("fi").unwrap());
        assert_ne!(normal("Ａ").unwrap(), normal("A").unwrap());
    }

    #[test]
    fn lengths_are_limited_before_and_after_normalising() {
        assert!(normal(&"a".repeat(1024)).is_ok());
        assert_eq!(normal(&"a".repeat(1025)), Err(BadPassword::TooLong));
        // U+1D160 is three times as long in NFC.
        assert_eq!(normal(&"\u{1d160}".repeat(200)), Err(BadPassword::TooLong));
    }

    #[test]
    fn the_buffer_never_grows() {
        let text = "\u{1d160}".repeat(80);
        assert!(Password::new(&text).unwrap().0.capacity() == text.len() * NFC_GROWTH);
    }
}
