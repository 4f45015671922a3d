//! Shares of a recovery key: any two of three give it back (Shamir, GF(256), one polynomial a byte). The only
//! file that names `vsss_rs`.
//!
//! The scheme itself tells nothing about a changed share: it combines to a wrong key. So a share carries a mark of
//! its set and a check over set, commitment to the recovery key, index and value, and what two shares give is
//! compared with the commitment: a share that is wrong is named, and a wrong key is never handed out.
//!
//! A share is 46 bytes: version (1), index (1), the first 4 bytes of the set's id, value (32), check (8). Printed:
//! bech32m (BIP 350) under the prefix `val`, 84 characters in upper case, in 21 groups of four; within 90 characters
//! the code finds every error of up to four characters. In a keyring: base64.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD_NO_PAD;
use bech32::primitives::decode::{CheckedHrpstring, UncheckedHrpstring};
use bech32::{Bech32m, Hrp};
use subtle::ConstantTimeEq as _;
use valise_protocol::hash::{Label, digest};
use valise_protocol::ids::{Commitment, RecoverySetId};
use vsss_rs::{Gf256, IdentifierGf256};
use zeroize::{Zeroize as _, Zeroizing};

use crate::error::{CodeError, DoesNotOpen, MakeError, ShareError, ShareFault};
use crate::key::{RecoveryKey, Secret32};
use crate::random::Drawn;

/// Groups of four characters in a printed share. The first is always `VAL1`.
pub const CODE_GROUPS: usize = 21;
const GROUP: usize = 4;
const CODE_LEN: usize = CODE_GROUPS * GROUP;
/// Prefix of a printed share.
const PREFIX: Hrp = Hrp::parse_unchecked("val");

/// Of bech32 (BIP 173), in upper case: without 1, B, I and O.
const CHARACTERS: &[u8; 32] = b"QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L";

const VERSION: u8 = 1;
const MARK_LEN: usize = 4;
const CHECK_LEN: usize = 8;
const SHARE_LEN: usize = 2 + MARK_LEN + 32 + CHECK_LEN;
/// The x of the two halves of an escrowed share.
const HALVES: [u8; 2] = [1, 2];
/// One coefficient a byte of the key, for each of which the library draws four bytes.
const RANDOMNESS: usize = 32 * 4;

/// Which of a set's three shares. Also the x of the polynomial.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ShareIndex {
    /// In the keyring of the device: 1.
    Keyring,
    /// On paper: 2.
    Kit,
    /// A second kit, or, where there is a recovery authority, in escrow: 3.
    SecondKit,
}

impl ShareIndex {
    /// All, in order.
    pub const ALL: [Self; 3] = [Self::Keyring, Self::Kit, Self::SecondKit];

    fn byte(self) -> u8 {
        match self {
            Self::Keyring => 1,
            Self::Kit => 2,
            Self::SecondKit => 3,
        }
    }

    fn from_byte(byte: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|index| index.byte() == byte)
    }
}

/// What is public of a set: enough to tell whether a share is one of it, and whether a key is its.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ShareSet {
    /// Its id.
    pub id: RecoverySetId,
    /// Commitment to the recovery key.
    pub commitment: Commitment,
}

/// One share. Wiped when dropped, never printed but by [`Self::to_code`].
pub struct Share {
    index: ShareIndex,
    mark: [u8; MARK_LEN],
    value: Secret32,
    check: [u8; CHECK_LEN],
}

impl std::fmt::Debug for Share {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Share({:?}, ..)", self.index)
    }
}

/// Splits a recovery key into a new set of three shares, for an account: [`RecoveryKey::set_id`].
///
/// # Errors
/// [`MakeError::Randomness`]: the operating system gives none.
pub fn split(key: &RecoveryKey, id: RecoverySetId) -> Result<(ShareSet, [Share; 3]), MakeError> {
    split_with(key, id, Drawn::make()?)
}

pub(crate) fn split_with(
    key: &RecoveryKey,
    id: RecoverySetId,
    mut drawn: Drawn<RANDOMNESS>,
) -> Result<(ShareSet, [Share; 3]), MakeError> {
    let set = ShareSet { id, commitment: key.commitment() };
    let ids = ShareIndex::ALL.map(|index| IdentifierGf256(Gf256(index.byte())));
    let mut split = Gf256::split_bytes_with_participant_ids_iter(2, 3, key.expose_secret(), &mut drawn, ids)
        .map_err(|_| MakeError::Library)?;
    let shares = ShareIndex::ALL.map(|index| {
        let raw = split.iter().find(|raw| raw.first() == Some(&index.byte()))?;
        Some(Share::new(&set, index, Secret32::copy_of(raw.get(1..)?.try_into().ok()?)))
    });
    split.zeroize();
    match shares {
        [Some(one), Some(two), Some(three)] if !drawn.exhausted() => Ok((set, [one, two, three])),
        _ => Err(MakeError::Library),
    }
}

/// Gives the recovery key back from two shares of a set.
///
/// # Errors
/// [`ShareError`], which names the share that is wrong.
pub fn combine(set: &ShareSet, one: &Share, two: &Share) -> Result<RecoveryKey, ShareError> {
    for share in [one, two] {
        share.check(set).map_err(|fault| ShareError::Wrong { index: share.index, fault })?;
    }
    if one.index == two.index {
        return Err(ShareError::Twice(one.index));
    }
    let raw = |share: &Share| [&[share.index.byte()], &share.value.expose_secret()[..]].concat();
    let mut raw = [raw(one), raw(two)];
    let combined = Gf256::combine_bytes(&raw).map(Zeroizing::new);
    raw.zeroize();
    let bytes: &[u8; 32] =
        combined.as_ref().ok().and_then(|bytes| bytes.first_chunk()).ok_or(ShareError::DoesNotOpen)?;
    let key = RecoveryKey::copy_of(bytes);
    let same: bool = key.commitment().as_bytes().ct_eq(set.commitment.as_bytes()).into();
    if same { Ok(key) } else { Err(ShareError::DoesNotOpen) }
}

/// Splits a share's value for two holders: both halves give it back (2 of 2, at x = 1 and 2), one gives nothing.
pub(crate) fn halves(value: &Secret32) -> Result<[Secret32; 2], MakeError> {
    let mut drawn = Drawn::<RANDOMNESS>::make()?;
    let ids = HALVES.map(|half| IdentifierGf256(Gf256(half)));
    let mut split = Gf256::split_bytes_with_participant_ids_iter(2, 2, value.expose_secret(), &mut drawn, ids)
        .map_err(|_| MakeError::Library)?;
    let halves = HALVES.map(|half| {
        let raw = split.iter().find(|raw| raw.first() == Some(&half))?;
        Some(Secret32::copy_of(raw.get(1..)?.try_into().ok()?))
    });
    split.zeroize();
    match halves {
        [Some(one), Some(two)] if !drawn.exhausted() => Ok([one, two]),
        _ => Err(MakeError::Library),
    }
}

/// Puts together what [`halves`] split. Halves that do not belong together give a value that fits nothing.
pub(crate) fn join_halves(halves: [&[u8; 32]; 2]) -> Result<Secret32, DoesNotOpen> {
    let mut raw: Vec<Vec<u8>> =
        HALVES.iter().zip(halves).map(|(half, value)| [&[*half], &value[..]].concat()).collect();
    let combined = Gf256::combine_bytes(&raw).map(Zeroizing::new);
    raw.zeroize();
    let value = combined.as_ref().ok().and_then(|bytes| bytes.first_chunk());
    value.map(Secret32::copy_of).ok_or(DoesNotOpen)
}

impl Share {
    /// The third share, from escrow. Its check is made here: what it is worth shows when it is combined.
    pub(crate) fn of_escrow(set: &ShareSet, value: Secret32) -> Self {
        Self::new(set, ShareIndex::SecondKit, value)
    }

    /// What is sealed to a recovery authority.
    pub(crate) fn value(&self) -> &Secret32 {
        &self.value
    }

    fn new(set: &ShareSet, index: ShareIndex, value: Secret32) -> Self {
        let check = check(set, index, &value);
        Self { index, mark: mark(&set.id), value, check }
    }

    /// How the id of its set begins: by this a catalog finds it.
    pub fn mark(&self) -> [u8; MARK_LEN] {
        self.mark
    }

    /// Which of its set.
    pub fn index(&self) -> ShareIndex {
        self.index
    }

    /// Whether this is a sound share of a set. Costs nothing, and needs no secret but the share.
    ///
    /// # Errors
    /// [`ShareFault`].
    pub fn check(&self, set: &ShareSet) -> Result<(), ShareFault> {
        if self.mark != mark(&set.id) {
            return Err(ShareFault::Foreign);
        }
        let same: bool = check(set, self.index, &self.value).ct_eq(&self.check).into();
        if same { Ok(()) } else { Err(ShareFault::Damaged) }
    }

    /// As it is printed: groups of four characters with spaces between.
    #[must_use]
    pub fn to_code(&self) -> Zeroizing<String> {
        let bytes = self.to_bytes();
        let mut text = Zeroizing::new(String::with_capacity(CODE_LEN));
        // Neither length nor prefix can be wrong; should they ever be, the text would be refused by every reader.
        let encoded = bech32::encode_upper_to_fmt::<Bech32m, _>(&mut *text, PREFIX, &*bytes);
        debug_assert!(encoded.is_ok() && text.len() == CODE_LEN);
        let mut code = Zeroizing::new(String::with_capacity(CODE_LEN + CODE_GROUPS));
        for (at, character) in text.chars().enumerate() {
            if at > 0 && at % GROUP == 0 {
                code.push(' ');
            }
            code.push(character);
        }
        code
    }

    /// Reads a printed share as people type it: upper or lower case, with spaces or dashes anywhere.
    ///
    /// # Errors
    /// [`CodeError`], with the group where it can be told.
    pub fn from_code(code: &str) -> Result<Self, CodeError> {
        let text = compact(code)?;
        if text.len() < GROUP || &text[..GROUP] != "VAL1" {
            return Err(CodeError::NotACode);
        }
        if let Some(at) = text.bytes().skip(GROUP).position(|byte| !is_code_character(byte)) {
            return Err(CodeError::Character { group: group_of(at + GROUP) });
        }
        if text.len() != CODE_LEN {
            return Err(CodeError::Length { characters: text.len(), wanted: CODE_LEN });
        }
        if !has_checksum(&text) {
            return Err(CodeError::Typo { group: locate(&text) });
        }
        let checked = CheckedHrpstring::new::<Bech32m>(&text).map_err(|_| CodeError::NotACode)?;
        let mut bytes = Zeroizing::new(Vec::with_capacity(SHARE_LEN + 1));
        bytes.extend(checked.byte_iter());
        Self::from_bytes(&bytes)
    }

    /// As a keyring keeps it.
    #[must_use]
    pub fn to_keyring_text(&self) -> Zeroizing<String> {
        Zeroizing::new(BASE64_STANDARD_NO_PAD.encode(*self.to_bytes()))
    }

    /// From a keyring.
    ///
    /// # Errors
    /// [`CodeError::NotACode`], [`CodeError::UpdateNeeded`].
    pub fn from_keyring_text(text: &str) -> Result<Self, CodeError> {
        let bytes = BASE64_STANDARD_NO_PAD.decode(text.trim()).map(Zeroizing::new);
        Self::from_bytes(&bytes.map_err(|_| CodeError::NotACode)?)
    }

    fn to_bytes(&self) -> Zeroizing<[u8; SHARE_LEN]> {
        let mut bytes = Zeroizing::new([0; SHARE_LEN]);
        let (head, rest) = bytes.split_at_mut(2);
        head.copy_from_slice(&[VERSION, self.index.byte()]);
        let (mark, rest) = rest.split_at_mut(MARK_LEN);
        mark.copy_from_slice(&self.mark);
        let (value, check) = rest.split_at_mut(32);
        value.copy_from_slice(self.value.expose_secret());
        check.copy_from_slice(&self.check);
        bytes
    }

    fn from_bytes(bytes: &[u8]) -> Result<Self, CodeError> {
        let parts = || {
            let (&[version, index], rest) = bytes.split_first_chunk::<2>()?;
            let (mark, rest) = rest.split_first_chunk::<MARK_LEN>()?;
            let (value, rest) = rest.split_first_chunk::<32>()?;
            Some((version, index, mark, value, rest))
        };
        let (version, index, mark, value, check) = parts().ok_or(CodeError::NotACode)?;
        if version > VERSION {
            return Err(CodeError::UpdateNeeded);
        }
        let index = ShareIndex::from_byte(index).ok_or(CodeError::NotACode)?;
        let check = check.try_into().map_err(|_| CodeError::NotACode)?;
        if version != VERSION {
            return Err(CodeError::NotACode);
        }
        Ok(Self { index, mark: *mark, value: Secret32::copy_of(value), check })
    }
}

/// A digest of some groups of a code: for asking them back without keeping the code.
///
/// Each group is 20 bits of 256: keep it of two, and where only the code's owner reads.
pub fn groups_digest(set: &RecoverySetId, index: ShareIndex, groups: &[&str]) -> Commitment {
    let mut parts: Vec<&[u8]> = vec![set.as_bytes()];
    let index = [index.byte()];
    parts.push(&index);
    let normal: Vec<Zeroizing<String>> =
        groups.iter().map(|group| Zeroizing::new(group.trim().to_ascii_uppercase())).collect();
    parts.extend(normal.iter().map(|group| group.as_bytes()));
    Commitment::new(digest(Label::KitGroups, &parts))
}

/// Upper case without what people put between groups.
fn compact(code: &str) -> Result<Zeroizing<String>, CodeError> {
    let mut text = Zeroizing::new(String::with_capacity(CODE_LEN));
    for character in code.chars().filter(|c| !c.is_whitespace() && !matches!(c, '-' | '\u{2013}' | '.')) {
        // Never grown: no copy stays behind.
        if text.len() == CODE_LEN {
            return Err(CodeError::Length { characters: CODE_LEN + 1, wanted: CODE_LEN });
        }
        if !character.is_ascii() {
            return Err(CodeError::Character { group: group_of(text.len()) });
        }
        text.push(character.to_ascii_uppercase());
    }
    Ok(text)
}

fn is_code_character(byte: u8) -> bool {
    CHARACTERS.contains(&byte)
}

/// Counted from 1, as people count.
fn group_of(at: usize) -> usize {
    at / GROUP + 1
}

/// The group of a single wrong character, if it is one: the place at which some other character makes the code
/// whole. With two or three wrong ones there is no such place, since two codes differ in five characters at least.
///
/// By trying all, 2,480 times a checksum: the library's own search panics on some texts with more errors.
fn locate(text: &str) -> Option<usize> {
    let mut tried = Zeroizing::new(Vec::with_capacity(CODE_LEN));
    tried.extend_from_slice(text.as_bytes());
    for at in GROUP..CODE_LEN {
        let typed = tried[at];
        for other in CHARACTERS.iter().filter(|other| **other != typed) {
            tried[at] = *other;
            if std::str::from_utf8(&tried).is_ok_and(has_checksum) {
                return Some(group_of(at));
            }
        }
        tried[at] = typed;
    }
    None
}

fn has_checksum(text: &str) -> bool {
    UncheckedHrpstring::new(text).is_ok_and(|code| code.has_valid_checksum::<Bech32m>())
}

fn mark(id: &RecoverySetId) -> [u8; MARK_LEN] {
    let [a, b, c, d, ..] = *id.as_bytes();
    [a, b, c, d]
}

fn check(set: &ShareSet, index: ShareIndex, value: &Secret32) -> [u8; CHECK_LEN] {
    let parts: [&[u8]; 4] = [set.id.as_bytes(), set.commitment.as_bytes(), &[index.byte()], value.expose_secret()];
    let mut check = [0; CHECK_LEN];
    check.copy_from_slice(&digest(Label::RecoveryShare, &parts)[..CHECK_LEN]);
    check
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;

    fn made() -> (RecoveryKey, ShareSet, [Share; 3]) {
        let key = RecoveryKey::make().unwrap();
        let (set, shares) = split(&key, RecoverySetId::new(crate::random::make_bytes().unwrap())).unwrap();
        (key, set, shares)
    }

    fn with_flip(share: &Share, bit: usize) -> Option<Share> {
        let mut bytes = share.to_bytes();
        bytes[bit / 8] ^= 1 << (bit % 8);
        Share::from_bytes(&*bytes).ok()
    }

    #[test]
    fn any_two_give_the_key_and_one_gives_nothing() {
        let (key, set, shares) = made();
        for (one, two) in [(0, 1), (0, 2), (1, 2), (2, 0), (1, 0), (2, 1)] {
            assert!(combine(&set, &shares[one], &shares[two]).unwrap() == key);
        }
        for share in &shares {
            assert_eq!(combine(&set, share, share), Err(ShareError::Twice(share.index())));
            assert_eq!(share.check(&set), Ok(()));
        }
    }

    /// Attack: every flipped bit of either share is named, and none gives a key.
    #[test]
    fn every_flipped_bit_is_named() {
        let (_, set, shares) = made();
        for share in &shares {
            let other = shares.iter().find(|other| other.index() != share.index()).unwrap();
            for bit in 0..SHARE_LEN * 8 {
                let Some(flipped) = with_flip(share, bit) else { continue };
                for refused in [combine(&set, &flipped, other), combine(&set, other, &flipped)] {
                    let Err(ShareError::Wrong { index, fault }) = refused else { panic!("bit {bit}: {refused:?}") };
                    assert_eq!(index, flipped.index());
                    let of_mark = (16..16 + MARK_LEN * 8).contains(&bit);
                    assert_eq!(fault == ShareFault::Foreign, of_mark, "bit {bit}");
                }
            }
        }
    }

    /// Attack: shares of two sets, even of one recovery key, and of a set that only claims the mark.
    #[test]
    fn shares_of_two_sets_never_meet() {
        let (key, set, shares) = made();
        let (other_set, others) = split(&key, RecoverySetId::new(crate::random::make_bytes().unwrap())).unwrap();
        let foreign = ShareError::Wrong { index: ShareIndex::Kit, fault: ShareFault::Foreign };
        assert_eq!(combine(&set, &shares[0], &others[1]), Err(foreign));
        let foreign = ShareError::Wrong { index: ShareIndex::Keyring, fault: ShareFault::Foreign };
        assert_eq!(combine(&other_set, &shares[0], &others[1]), Err(foreign));
        let posing =
            Share { mark: mark(&set.id), value: Secret32::copy_of(others[1].value.expose_secret()), ..others[1] };
        let damaged = ShareError::Wrong { index: ShareIndex::Kit, fault: ShareFault::Damaged };
        assert_eq!(combine(&set, &shares[0], &posing), Err(damaged));
    }

    /// Two shares which fit one another, and a commitment that is not theirs.
    #[test]
    fn a_false_commitment_opens_nothing() {
        let (_, set, [one, two, _]) = made();
        let false_set = ShareSet { commitment: Commitment::new([7; 32]), ..set };
        let remade =
            |share: &Share| Share::new(&false_set, share.index, Secret32::copy_of(share.value.expose_secret()));
        assert_eq!(combine(&false_set, &remade(&one), &remade(&two)), Err(ShareError::DoesNotOpen));
    }

    #[test]
    fn a_code_is_read_as_people_type_it() {
        let (_, set, shares) = made();
        let code = shares[1].to_code();
        assert_eq!(code.split(' ').count(), CODE_GROUPS);
        assert!(code.split(' ').all(|group| group.len() == GROUP) && code.starts_with("VAL1 "));
        for typed in
            [code.to_string(), code.to_lowercase(), code.replace(' ', ""), format!(" {} \n", code.replace(' ', "-"))]
        {
            let share = Share::from_code(&typed).unwrap();
            assert_eq!((share.index(), share.check(&set)), (ShareIndex::Kit, Ok(())));
            assert!(share.to_code() == code);
        }
        let kept = Share::from_keyring_text(&shares[0].to_keyring_text()).unwrap();
        assert_eq!((kept.index(), kept.check(&set)), (ShareIndex::Keyring, Ok(())));
        assert_eq!(Share::from_keyring_text("!").unwrap_err(), CodeError::NotACode);
    }

    #[test]
    fn what_is_no_code_is_told_apart() {
        let (_, _, shares) = made();
        let code = shares[2].to_code().replace(' ', "");
        let error = |code: &str| Share::from_code(code).unwrap_err();
        assert_eq!(error(""), CodeError::NotACode);
        assert_eq!(error("valise://join/abc"), CodeError::NotACode);
        assert_eq!(error(&code[..80]), CodeError::Length { characters: 80, wanted: 84 });
        assert_eq!(error(&format!("{code}Q")), CodeError::Length { characters: 85, wanted: 84 });
        assert_eq!(error(&format!("{}O{}", &code[..9], &code[10..])), CodeError::Character { group: 3 });
        assert_eq!(error(&format!("{}é{}", &code[..9], &code[10..])), CodeError::Character { group: 3 });
        let mut newer = shares[2].to_bytes();
        newer[0] = 2;
        assert_eq!(Share::from_bytes(&*newer).unwrap_err(), CodeError::UpdateNeeded);
        newer[0] = 0;
        assert_eq!(Share::from_bytes(&*newer).unwrap_err(), CodeError::NotACode);
    }

    /// Every single typo is found and its group named.
    #[test]
    fn every_typo_is_located() {
        let (_, _, shares) = made();
        let code = shares[1].to_code().replace(' ', "");
        for at in GROUP..CODE_LEN {
            let wrong = if &code[at..=at] == "Q" { "P" } else { "Q" };
            let typed = format!("{}{wrong}{}", &code[..at], &code[at + 1..]);
            assert_eq!(Share::from_code(&typed).unwrap_err(), CodeError::Typo { group: Some(at / GROUP + 1) });
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]

        #[test]
        fn two_to_four_typos_are_always_found(
            wrong in proptest::collection::btree_map(GROUP..CODE_LEN, 0_usize..31, 2..5),
        ) {
            let (_, _, shares) = made();
            let mut code = shares[1].to_code().replace(' ', "").into_bytes();
            for (at, other) in wrong {
                let others: Vec<u8> = CHARACTERS.iter().copied().filter(|c| *c != code[at]).collect();
                code[at] = others[other];
            }
            let few = code.iter().zip(shares[1].to_code().replace(' ', "").bytes()).filter(|(a, b)| **a != *b).count() < 4;
            match Share::from_code(std::str::from_utf8(&code).unwrap()) {
                Err(CodeError::Typo { group }) => prop_assert!(group.is_none() || !few),
                other => prop_assert!(false, "{other:?}"),
            }
        }

        #[test]
        fn any_text_is_read_without_a_panic(text in ".{0,200}", tail in "[qpzry9x8gf2tvdw0s3jn54khce6mua7l]{70,90}") {
            let _ = Share::from_code(&text);
            let _ = Share::from_code(&format!("val1{tail}"));
            let _ = Share::from_keyring_text(&text);
        }

        #[test]
        fn shares_come_back(bytes in any::<[u8; 32]>()) {
            let key = RecoveryKey::copy_of(&bytes);
            let (set, [one, two, three]) = split(&key, RecoverySetId::new(crate::random::make_bytes().unwrap())).unwrap();
            prop_assert!(combine(&set, &one, &three).unwrap() == key);
            prop_assert!(combine(&set, &Share::from_code(&two.to_code()).unwrap(), &three).unwrap() == key);
        }
    }
}
