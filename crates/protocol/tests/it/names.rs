//! Names and padding, for any text and any length.

use proptest::prelude::*;
use valise_protocol::names::{MAX_LEN, fold, normalize, with_suffix};
use valise_protocol::padding::{FLOOR, pad, padme, unpad};

proptest! {
    #[test]
    fn a_name_is_its_own_normal_form(text in any::<String>()) {
        if let Some(name) = normalize(&text) {
            prop_assert!(!name.is_empty() && name.len() <= MAX_LEN);
            prop_assert_eq!(normalize(&name), Some(name.clone()));
            prop_assert_eq!(fold(&text), fold(&name));
        }
    }

    #[test]
    fn a_suffixed_name_is_a_name(text in "\\PC{1,300}", number in 2_u64..) {
        if let Some(name) = normalize(&text) {
            let suffixed = with_suffix(&name, &format!(" ({number})"));
            prop_assert_eq!(normalize(&suffixed), Some(suffixed.clone()));
        }
    }

    #[test]
    fn what_is_padded_is_unpadded(body in prop::collection::vec(any::<u8>(), 0..5000)) {
        let padded = pad(&body).unwrap();
        prop_assert_eq!(padded.len(), padme(body.len() + 4));
        prop_assert_eq!(unpad(&padded), Some(&body[..]));
    }

    #[test]
    fn what_unpads_was_padded_so(padded in prop::collection::vec(any::<u8>(), 0..600)) {
        if let Some(body) = unpad(&padded) {
            prop_assert_eq!(pad(body), Some(padded.clone()));
        }
    }

    #[test]
    fn a_twelfth_at_most(len in FLOOR..100_000_000) {
        let padded = padme(len);
        prop_assert!(padded >= len && padded - len <= len * 12 / 100);
        prop_assert_eq!(padme(padded), padded);
        prop_assert!(padme(len + 1) >= padded);
    }
}

/// Two names that fold alike fold alike whatever became of them in between.
#[test]
fn folding_twice_is_folding_once() {
    // Above this no character has a case or a decomposition.
    for character in '\0'..'\u{30000}' {
        let folded = fold(character.encode_utf8(&mut [0; 4]));
        assert_eq!(fold(&folded), folded, "{character:?}");
    }
}

#[test]
fn spellings_of_one_name() {
    for (one, other) in [
        ("Straße", "STRASSE"),
        ("ΣΊΣΥΦΟΣ", "σίσυφος"),
        ("e\u{301}tat", "ÉTAT"),
        ("ﬁle", "FILE"),
        ("Å", "\u{212b}"),
        ("한글", "\u{1112}\u{1161}\u{11ab}\u{1100}\u{1173}\u{11af}"),
    ] {
        assert_eq!(fold(one), fold(other), "{one} {other}");
    }
    assert_ne!(fold("i"), fold("ı"));
}

#[test]
fn a_zero_to_4_gib_length_cannot_lie() {
    for length in [0_u32, 252, 253, 1 << 20, u32::MAX] {
        let mut padded = vec![0; FLOOR];
        padded[..4].copy_from_slice(&length.to_be_bytes());
        assert_eq!(unpad(&padded).is_some(), length <= 252, "{length}");
    }
}
