//! Errors, one type an operation; the variants are what a caller can do something about.
//!
//! None says why something did not open: wrong key, wrong place and changed bytes all read alike.

use std::io;

/// The operating system gives no randomness. Nothing can be made; nothing was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the operating system gives no randomness")]
pub struct NoRandomness;

/// Why nothing was wrapped or sealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MakeError {
    /// See [`NoRandomness`].
    #[error(transparent)]
    Randomness(#[from] NoRandomness),
    /// Larger than the format allows.
    #[error("too large to be sealed")]
    TooLarge,
    /// The recipient's public key is not one: its owner published rubbish.
    #[error("the recipient's public key is not valid")]
    BadPublicKey,
    /// The place is not one for this kind of thing: a mistake in the calling program.
    #[error("this does not belong in that place")]
    WrongPlace,
    /// The cryptographic library is out of memory.
    #[error("the cryptographic library failed")]
    Library,
}

/// It does not open: wrong key, wrong place, or not what was sealed there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this does not open")]
pub struct DoesNotOpen;

/// The key for documents did not sign: a token that is gone or refuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the key did not sign")]
pub struct SignerFailed;

/// Not that key's signature of that document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the signature does not stand")]
pub struct BadDocumentSignature;

/// Why a DEK was not rewrapped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RewrapError {
    /// The old wrap does not open: leave it and report it.
    #[error(transparent)]
    DoesNotOpen(#[from] DoesNotOpen),
    /// The new wrap cannot be made.
    #[error(transparent)]
    Make(#[from] MakeError),
}

/// Why a versioned object or a seal was not opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// See [`DoesNotOpen`].
    #[error("this does not open")]
    DoesNotOpen,
    /// The place names a public key that is not this secret's: another version's secret is needed, or
    /// somebody paired the two falsely. Nothing was tried.
    #[error("sealed to another key")]
    NotMyKey,
    /// Made by a later version of the program.
    #[error("made by a newer version of Valise")]
    UpdateNeeded,
}

impl From<DoesNotOpen> for OpenError {
    fn from(_: DoesNotOpen) -> Self {
        Self::DoesNotOpen
    }
}

/// What is wrong with an account ring.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RingError {
    /// Not the ring whose hash the account chain holds: fetch the current one.
    #[error("not the current key ring")]
    NotCurrent,
    /// See [`DoesNotOpen`].
    #[error("this does not open")]
    DoesNotOpen,
    /// Made by a later version of the program.
    #[error("made by a newer version of Valise")]
    UpdateNeeded,
    /// Versions only grow.
    #[error("account keys are added in the order of their versions")]
    OutOfOrder,
    /// See [`MAX_RING_KEYS`](crate::MAX_RING_KEYS).
    #[error("the key ring is full")]
    Full,
}

impl From<DoesNotOpen> for RingError {
    fn from(_: DoesNotOpen) -> Self {
        Self::DoesNotOpen
    }
}

/// Why a text cannot be a password. It is never quoted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadPassword {
    /// Nothing in it.
    #[error("the password is empty")]
    Empty,
    /// More than 1,024 bytes.
    #[error("the password is too long")]
    TooLong,
    /// A line break, tab or other control character.
    #[error("the password has a character that cannot be typed")]
    ControlCharacter,
}

/// What is wrong with a slot or slot file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SlotError {
    /// Not this password; or salt, costs or commitment of the slot were changed, which looks the same.
    #[error("wrong password")]
    WrongPassword,
    /// Not a slot file, or the right password finds a key that is damaged or another workspace's.
    #[error("the key slots are damaged")]
    Damaged,
    /// Made by a later version of the program.
    #[error("made by a newer version of Valise")]
    UpdateNeeded,
    /// No slot that this kind of secret could open.
    #[error("there is no such key slot")]
    NoSuchSlot,
    /// A kind of slot that this version cannot use.
    #[error("a key slot of a kind this version does not know")]
    UnknownKind,
    /// Argon2id costs below the compiled floor: refused before deriving.
    #[error("the key slot is weaker than allowed")]
    CostsTooLow,
    /// Argon2id costs above the compiled ceiling: refused before deriving.
    #[error("the key slot costs more than allowed")]
    CostsTooHigh,
    /// See [`MAX_SLOTS`](crate::MAX_SLOTS).
    #[error("there are too many key slots")]
    TooManySlots,
    /// The recovery key is of another set than the slot.
    #[error("the recovery key is of another set")]
    WrongRecoveryKey,
    /// What a token gave is not the secret of this slot: another token, or one that answers falsely.
    #[error("the token gave another secret")]
    WrongSlotSecret,
    /// Less memory is free than the slot's costs ask for: close other programs.
    #[error("not enough memory to open the key slot")]
    OutOfMemory,
    /// See [`NoRandomness`].
    #[error(transparent)]
    Randomness(#[from] NoRandomness),
    /// The cryptographic library is out of memory.
    #[error("the cryptographic library failed")]
    Library,
}

/// Why a text is not read as a share. It is never quoted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CodeError {
    /// Nothing of the kind.
    #[error("not a recovery code")]
    NotACode,
    /// Too few or too many characters.
    #[error("{characters} of {wanted} characters")]
    Length {
        /// How many there are, spaces and dashes left out.
        characters: usize,
        /// How many there must be.
        wanted: usize,
    },
    /// A character that no code has.
    #[error("a character in group {group} that no code has")]
    Character {
        /// Counted from 1.
        group: usize,
    },
    /// Mistyped: the checksum does not fit.
    #[error("mistyped")]
    Typo {
        /// Where, if it is one character; counted from 1.
        group: Option<usize>,
    },
    /// Made by a later version of the program.
    #[error("made by a newer version of Valise")]
    UpdateNeeded,
}

/// Why a text is not read as a pairing code. It is never quoted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadPairingCode {
    /// Too few or too many characters.
    #[error("{characters} of {wanted} characters")]
    Length {
        /// How many there are, spaces and dashes left out.
        characters: usize,
        /// How many there must be.
        wanted: usize,
    },
    /// A character that no code has.
    #[error("a character in group {group} that no code has")]
    Character {
        /// Counted from 1.
        group: usize,
    },
    /// Mistyped: the check does not fit.
    #[error("mistyped")]
    Typo,
}

/// What is wrong with a share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShareFault {
    /// Of another set: an older kit, or somebody else's.
    Foreign,
    /// Of this set, and changed.
    Damaged,
}

/// Why two shares do not give a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ShareError {
    /// One of them is not right.
    #[error("the share {index:?} is wrong: {fault:?}")]
    Wrong {
        /// Which.
        index: crate::ShareIndex,
        /// What is wrong with it.
        fault: ShareFault,
    },
    /// The same share twice.
    #[error("the share {0:?} twice")]
    Twice(crate::ShareIndex),
    /// Both are sound by themselves, and what they give is not what the set is committed to.
    #[error("this does not open")]
    DoesNotOpen,
}

/// Why content was not encrypted or decrypted.
#[derive(Debug, thiserror::Error)]
pub enum ContentError {
    /// Not content of this DEK: changed, cut short, extended, or another file. Fetch it again elsewhere.
    #[error("the content is not what was encrypted")]
    Refused,
    /// Reading the source or writing the output failed.
    #[error("reading or writing failed")]
    Io(#[from] io::Error),
    /// See [`NoRandomness`].
    #[error(transparent)]
    Randomness(#[from] NoRandomness),
}

/// The AEAD library failed where it cannot: out of memory.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LibraryFailed;

impl From<LibraryFailed> for MakeError {
    fn from(_: LibraryFailed) -> Self {
        Self::Library
    }
}

impl From<LibraryFailed> for DoesNotOpen {
    fn from(_: LibraryFailed) -> Self {
        Self
    }
}
