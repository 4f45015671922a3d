//! Why a keeper did not do what it was asked.
//!
//! One type for all keepers; the variants are what a person can do something about. Nothing that a server or a library
//! wrote is passed on: it might repeat what it was sent.

use std::path::PathBuf;

use crate::address::AddressError;
use crate::wrapped::{BadWrapped, Provider};

/// Why a keeper did not do what it was asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CustodyError {
    /// The configuration is not one.
    #[error(transparent)]
    Address(#[from] AddressError),
    /// Not a wrap that can be read, or one that cannot be written.
    #[error(transparent)]
    BadWrapped(#[from] BadWrapped),
    /// The file is not there, or is no PKCS#11 module of this system.
    #[error("no PKCS#11 module can be loaded from {}", .0.display())]
    NoSuchModule(PathBuf),
    /// It could be another one by now: somebody else than root may change it, or the folders that it lies in. What could be
    /// changed is named. Nothing was loaded.
    #[error("{} could be changed by others than root, and is on the way to a PKCS#11 module", .0.display())]
    UnsafeModule(PathBuf),
    /// No token of this name is in any slot.
    #[error("there is no token {0}")]
    NoSuchToken(String),
    /// The token has no PIN yet, or asks for a new one first.
    #[error("the token {0} is not ready: its PIN has to be set first")]
    TokenNotReady(String),
    /// It was there, and is not any more.
    #[error("the token was taken out")]
    TokenAbsent,
    /// The token, its driver or its device failed: the name of the PKCS#11 error.
    #[error("the token failed: {0}")]
    TokenFailed(String),
    /// The keeper has no key of this name.
    #[error("there is no key {0}")]
    NoSuchKey(String),
    /// Several tokens or keys answer to this name: name the serial number, or the id.
    #[error("more than one answers to {0}")]
    Ambiguous(String),
    /// A key of this name is there already.
    #[error("there is a key {0} already")]
    KeyExists(String),
    /// The keeper would hand the key out, or let it be used without a PIN: nothing is wrapped under such a key.
    #[error("the key could leave its keeper, or be used by anybody: {0}")]
    KeyNotProtected(&'static str),
    /// It is of another kind than AES-256 for this purpose.
    #[error("the key is not of the kind that is needed")]
    WrongKind,
    /// The version that it was wrapped under is switched off or was destroyed, or the keeper opens only newer ones.
    #[error("that version of the key is not in use any more")]
    VersionRetired,
    /// Wrong PIN.
    #[error("wrong PIN ({0})")]
    WrongPin(PinTries),
    /// Too many wrong PINs. Whoever has the token's SO PIN can set a new one.
    #[error("the PIN is locked")]
    PinLocked,
    /// Without them nothing was asked: which ones.
    #[error("{0} is needed")]
    NoCredentials(&'static str),
    /// The keeper does not know these credentials, or not any more.
    #[error("the keeper does not accept the credentials")]
    BadCredentials,
    /// Known, but not allowed to do this; Vault says so of credentials which it does not know, too.
    #[error("the keeper does not allow it")]
    NotAllowed,
    /// No answer: nothing is known of whether it was done. Wrapping and opening can be repeated.
    #[error("{0} cannot be reached")]
    NotReachable(String),
    /// There is an answer, and it is: not now. Sealed, overloaded, or over a quota.
    #[error("{0} does not work at the moment")]
    Unavailable(String),
    /// Its certificate is not one that this computer trusts.
    #[error("the TLS certificate of {0} is not trusted")]
    NotTrusted(String),
    /// Only `https`, but to this computer itself.
    #[error("{0} is not reached by TLS")]
    NotTls(String),
    /// An answer that this keeper would not give.
    #[error("the keeper's answer was not understood")]
    NotUnderstood,
    /// Bytes were changed between here and the keeper.
    #[error("what was sent or answered was damaged on its way")]
    Integrity,
    /// Wrong key, wrong place, or not what was wrapped there.
    #[error("this does not open")]
    DoesNotOpen,
    /// Wrapped by another kind of keeper than the one that was asked.
    #[error("wrapped by {}", .0.words())]
    OtherProvider(Provider),
    /// The keeper has no such thing: what was missed.
    #[error("not offered: {0}")]
    NotOffered(&'static str),
    /// More than [`MAX_PLACE`](crate::MAX_PLACE) bytes.
    #[error("the place is too long")]
    PlaceTooLong,
    /// The operating system gives no randomness.
    #[error("the operating system gives no randomness")]
    NoRandomness,
    /// The work did not come to its end: the program is stopping.
    #[error("stopped")]
    Stopped,
}

/// What a token says of how often its PIN may still be tried. Tokens give no number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PinTries {
    /// It says nothing.
    Unstated,
    /// Wrong ones were tried since the last right one.
    Fewer,
    /// The next wrong one locks it.
    LastOne,
}

impl std::fmt::Display for PinTries {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Unstated => "the token does not say how many tries are left",
            Self::Fewer => "the token counts wrong tries",
            Self::LastOne => "one try is left: the next wrong one locks it",
        })
    }
}
