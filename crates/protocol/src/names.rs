//! Names of entries: what is allowed, when two are the same, and the suffix a taken one gets.

use caseless::default_case_fold_str;
use unicode_normalization::UnicodeNormalization as _;

/// Longest name in bytes of UTF-8, in NFC: what every file system in use can hold.
pub const MAX_LEN: usize = 255;

/// A name as it is kept: NFC. `None` if it cannot be a name: empty, too long, `.` or `..`, or with a slash,
/// backslash or control character.
pub fn normalize(name: &str) -> Option<String> {
    let name: String = name.nfc().collect();
    let usable = !name.is_empty()
        && name.len() <= MAX_LEN
        && name != "."
        && name != ".."
        && !name.chars().any(|c| c == '/' || c == '\\' || c.is_control());
    usable.then_some(name)
}

/// What two names are compared by: NFC, case folded (Unicode default), NFC again.
pub fn fold(name: &str) -> String {
    let folded = default_case_fold_str(&name.nfc().collect::<String>());
    folded.nfc().collect()
}

/// `name` with a suffix before its extension, shortened so that it stays a name.
pub fn with_suffix(name: &str, suffix: &str) -> String {
    let (stem, extension) = split_extension(name);
    let room = MAX_LEN.saturating_sub(suffix.len() + extension.len());
    let stem = &stem[..floor_char_boundary(stem, room)];
    format!("{stem}{suffix}{extension}")
}

/// Stem and extension with its dot; a leading dot is no extension, nor is a tail over 16 bytes.
fn split_extension(name: &str) -> (&str, &str) {
    match name.rfind('.') {
        Some(dot) if dot > 0 && name.len() - dot <= 16 => name.split_at(dot),
        _ => (name, ""),
    }
}

fn floor_char_boundary(text: &str, at: usize) -> usize {
    (0..=at.min(text.len())).rev().find(|index| text.is_char_boundary(*index)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_are_none() {
        for bad in ["", ".", "..", "a/b", "a\\b", "a\0b", "a\nb", &"x".repeat(256)] {
            assert_eq!(normalize(bad), None, "{bad:?}");
        }
        assert_eq!(normalize("e\u{301}"), Some("é".into()));
    }

    #[test]
    fn same_names() {
        assert_eq!(fold("STRASSE"), fold("straße"));
        assert_eq!(fold("É"), fold("e\u{301}"));
        assert_ne!(fold("a"), fold("b"));
    }

    #[test]
    fn suffixes() {
        assert_eq!(with_suffix("plan.docx", " (2)"), "plan (2).docx");
        assert_eq!(with_suffix(".hidden", " (2)"), ".hidden (2)");
        assert_eq!(with_suffix("archive", " (2)"), "archive (2)");
        let long = with_suffix(&format!("{}.txt", "é".repeat(125)), " (2)");
        assert!(long.len() <= MAX_LEN && long.ends_with(" (2).txt"));
    }
}
