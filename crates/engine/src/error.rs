//! What can go wrong in the engine, and its words for a person: what happened, what is safe, what to do.

use std::io;

use valise_blocks::BlocksError;
use valise_protocol::cbor::BadEncoding;
use valise_protocol::chain::{Broken, Void};
use valise_protocol::invitation::BadLink;

use crate::api::{ApiError, ErrorCode, KeyringState, KitName};

/// A trouble inside the engine. Variants are chosen by what a person can do about it.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "the message says it")]
pub enum EngineError {
    #[error("{0}")]
    BadInput(&'static str),
    #[error("the password does not open this device")]
    WrongPassword,
    #[error("no token opens this home")]
    NoToken,
    #[error("the token is another one, or does not have what opens this home")]
    OtherToken,
    #[error("the token does not have this key for signing")]
    OtherSigningKey,
    #[error("no recovery kit is proven to be kept")]
    NoKitKept,
    #[error("no password opens this home: a token does")]
    NoPassword,
    #[error("the recovery code is not right: {0}")]
    BadCode(valise_crypto::CodeError),
    #[error("kit {0:?} is wrong: {1:?}")]
    WrongKit(KitName, valise_crypto::ShareFault),
    #[error("the same kit twice")]
    SameKit,
    #[error("one kit, and the keyring gives no share: {0:?}")]
    OtherKitNeeded(KeyringState),
    #[error("no recovery slot")]
    NoRecovery,
    #[error("the groups are not those of the kit")]
    GroupsDiffer,
    #[error("there is an account in this home already")]
    AlreadySetUp,
    #[error("there is no account in this home")]
    NotSetUp,
    #[error("locked")]
    Locked,
    #[error("this device was removed from the account")]
    Removed,
    #[error("the account's chain has grown since it was read for a recovery")]
    RecoveredTooLate,
    #[error("the pairing code is not right: {0}")]
    BadPairingCode(valise_crypto::BadPairingCode),
    #[error("{0}")]
    NotPaired(&'static str),
    #[error("not let in yet")]
    Waiting,
    #[error("another process uses this home")]
    InUse,
    #[error("version {0} has the home, and this is version {version}", version = env!("CARGO_PKG_VERSION"))]
    OtherVersion(String),
    #[error("the process that has the home ended")]
    OtherEnded,
    #[error("{0} was not found")]
    NotFound(&'static str),
    #[error("the name cannot be used")]
    BadName,
    #[error("{0}")]
    NotAllowed(&'static str),
    #[error("{0}")]
    NotNow(&'static str),
    #[error("the only owner of a folder cannot leave it")]
    OnlyOwner,
    #[error(transparent)]
    BadLink(#[from] BadLink),
    #[error("{0}")]
    BadInvitation(&'static str),
    #[error("the catalog cannot be reached")]
    Offline(#[source] Option<reqwest::Error>),
    #[error("the catalog refused: {0}")]
    Refused(String),
    #[error("no computer that holds the file can be reached")]
    NotAvailable,
    #[error("{0} could not be verified")]
    NotVerified(&'static str),
    #[error("the catalog broke a rule: {0}")]
    Distrusted(&'static str),
    /// The catalog takes no more of what this account announces.
    #[error("the catalog has no room left for it")]
    OverQuota,
    /// Somebody else answers where the catalog should.
    #[error("another catalog answers at its address")]
    OtherCatalog,
    #[error("a key change is waiting in this folder")]
    KeyChangeWaiting,
    #[error("a newer version of Valise is needed")]
    UpdateNeeded,
    #[error("the disk is full")]
    DiskFull,
    #[error("no room for it where opened files lie")]
    TooLargeToOpen,
    #[error("too large to be shown in the window")]
    TooLargeToShow,
    #[error("a change of an opened file could not become a version")]
    NotKept,
    #[error("{0}")]
    Io(#[source] io::Error),
    #[error("the index is damaged")]
    IndexDamaged,
    #[error("the file {0} of this home is damaged")]
    HomeDamaged(&'static str),
    #[error(transparent)]
    Custody(#[from] valise_custody::CustodyError),
    #[error("stopped")]
    Cancelled,
    #[error("it took too long")]
    TimedOut,
    #[error("{0}")]
    Internal(&'static str),
}

impl From<io::Error> for EngineError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::DiskFull,
            _ => Self::Io(error),
        }
    }
}

impl From<rusqlite::Error> for EngineError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(rusqlite::ErrorCode::DiskFull) => Self::DiskFull,
            Some(rusqlite::ErrorCode::NotADatabase | rusqlite::ErrorCode::DatabaseCorrupt) => Self::IndexDamaged,
            _ => {
                tracing::error!(code = ?error.sqlite_error_code(), "the index refused");
                Self::Internal("the index refused an operation")
            }
        }
    }
}

impl From<BadEncoding> for EngineError {
    fn from(_: BadEncoding) -> Self {
        Self::IndexDamaged
    }
}

impl From<Broken> for EngineError {
    fn from(broken: Broken) -> Self {
        match broken {
            Broken::UpdateNeeded => Self::UpdateNeeded,
            Broken::Malformed => Self::Distrusted("a record is malformed"),
            Broken::Link => Self::Distrusted("a record does not follow the one before it"),
            Broken::Signature => Self::Distrusted("a signature does not stand"),
        }
    }
}

impl From<Void> for EngineError {
    fn from(_: Void) -> Self {
        Self::NotAllowed("the folder's rules do not allow this change")
    }
}

impl From<valise_crypto::SlotError> for EngineError {
    fn from(error: valise_crypto::SlotError) -> Self {
        use valise_crypto::SlotError as E;
        match error {
            E::WrongPassword | E::NoSuchSlot => Self::WrongPassword,
            E::WrongSlotSecret => Self::OtherToken,
            E::UpdateNeeded | E::UnknownKind => Self::UpdateNeeded,
            E::OutOfMemory => Self::Io(io::ErrorKind::OutOfMemory.into()),
            E::Randomness(error) => error.into(),
            E::Library => Self::Internal("the cryptographic library failed"),
            E::WrongRecoveryKey | E::Damaged | E::CostsTooLow | E::CostsTooHigh | E::TooManySlots => {
                Self::HomeDamaged("slots.cbor")
            }
        }
    }
}

impl From<valise_crypto::ShareError> for EngineError {
    fn from(error: valise_crypto::ShareError) -> Self {
        use valise_crypto::ShareError as E;
        match error {
            E::Wrong { index, fault } => match crate::recovery::kit_name(index) {
                Some(kit) => Self::WrongKit(kit, fault),
                None => Self::OtherKitNeeded(KeyringState::Other),
            },
            E::Twice(_) => Self::SameKit,
            E::DoesNotOpen => Self::HomeDamaged("slots.cbor"),
        }
    }
}

impl From<valise_crypto::BadPassword> for EngineError {
    fn from(bad: valise_crypto::BadPassword) -> Self {
        use valise_crypto::BadPassword as B;
        Self::BadInput(match bad {
            B::Empty => "The password is empty.",
            B::TooLong => "The password is too long: 1,024 bytes are the most.",
            B::ControlCharacter => "The password has a character that cannot be typed.",
        })
    }
}

impl From<valise_crypto::NoRandomness> for EngineError {
    fn from(_: valise_crypto::NoRandomness) -> Self {
        Self::Internal("the system gives no randomness")
    }
}

impl From<valise_crypto::MakeError> for EngineError {
    fn from(error: valise_crypto::MakeError) -> Self {
        match error {
            valise_crypto::MakeError::BadPublicKey => Self::NotVerified("a member's key"),
            _ => Self::Internal("something could not be sealed"),
        }
    }
}

impl From<valise_crypto::SignerFailed> for EngineError {
    fn from(_: valise_crypto::SignerFailed) -> Self {
        Self::NotNow("The key for signing did not answer.")
    }
}

impl From<valise_crypto::BadDocumentSignature> for EngineError {
    fn from(_: valise_crypto::BadDocumentSignature) -> Self {
        Self::NotVerified("a signature")
    }
}

impl From<valise_crypto::RingError> for EngineError {
    fn from(_: valise_crypto::RingError) -> Self {
        Self::IndexDamaged
    }
}

impl From<valise_crypto::ContentError> for EngineError {
    fn from(error: valise_crypto::ContentError) -> Self {
        match error {
            valise_crypto::ContentError::Refused => Self::NotVerified("the file"),
            valise_crypto::ContentError::Io(error) => error.into(),
            valise_crypto::ContentError::Randomness(error) => error.into(),
        }
    }
}

impl From<BlocksError> for EngineError {
    fn from(error: BlocksError) -> Self {
        match error {
            BlocksError::DiskFull => Self::DiskFull,
            BlocksError::Cancelled => Self::Cancelled,
            BlocksError::RepositoryInUse => Self::InUse,
            BlocksError::Io(error) => error.into(),
            BlocksError::Damaged { .. } | BlocksError::Unsupported { .. } => Self::NotVerified("the file"),
            error => {
                tracing::debug!(%error, "blocks");
                Self::NotAvailable
            }
        }
    }
}

/// A token's own troubles, in words for who stands before it: what happened, and what to do.
fn token(error: &valise_custody::CustodyError) -> Option<(ErrorCode, String, &'static str)> {
    use ErrorCode::{NotAvailable, WrongPassword};
    use valise_custody::{CustodyError as E, PinTries};
    const OTHER_WAYS: &str =
        "Put it in and try again. If it is lost and was to open Valise, a password or the recovery kits do.";
    Some(match error {
        E::WrongPin(PinTries::Unstated) => (
            WrongPassword,
            "The token does not take this PIN, and does not say how many tries are left.".into(),
            "Be sure before you try again: after a few wrong ones a token locks its PIN.",
        ),
        E::WrongPin(PinTries::Fewer) => (
            WrongPassword,
            "The token does not take this PIN, and counts wrong ones.".into(),
            "Be sure before you try again: after a few wrong ones a token locks its PIN.",
        ),
        E::WrongPin(PinTries::LastOne) => (
            WrongPassword,
            "The token does not take this PIN. One try is left: the next wrong PIN locks it.".into(),
            "If you are not sure, ask whoever set the token up before you try again.",
        ),
        E::PinLocked => (
            WrongPassword,
            "The token's PIN is locked: too many wrong ones were tried.".into(),
            "Whoever has the token's SO PIN can set a new one. Until then a password or the recovery kits open Valise.",
        ),
        E::NoCredentials("the token's PIN") => (WrongPassword, "The token's PIN is needed.".into(), "Type the PIN."),
        E::NoSuchToken(name) => (NotAvailable, format!("The token {name} is not in this computer."), OTHER_WAYS),
        E::TokenAbsent => (NotAvailable, "The token was taken out.".into(), OTHER_WAYS),
        E::NoSuchModule(path) => (
            NotAvailable,
            format!("The token's driver cannot be loaded from {}.", path.display()),
            "Install it again at this place, or let the name lead to where it is now.",
        ),
        _ => return None,
    })
}

/// What a token or a key service said, or did not.
fn custody(error: &valise_custody::CustodyError) -> ApiError {
    use valise_custody::CustodyError as E;
    let safe = Some("Nothing was changed.".into());
    if let E::UnsafeModule(path) = error {
        return ApiError {
            code: ErrorCode::NotAllowed,
            happened: format!(
                "The token's driver was not loaded: others than this computer's administrator can change {}.",
                path.display()
            ),
            safe: Some("The driver was not run, the PIN was not shown to it, and nothing was changed.".into()),
            todo: Some(
                "Install the driver where only the administrator can write, as below /usr/lib. If you trust this one all the same, start Valise with VALISE_PKCS11_ANY_MODULE=1.".into(),
            ),
            details: Some(error.to_string()),
        };
    }
    if let Some((code, happened, todo)) = token(error) {
        return ApiError { code, happened, safe, todo: Some(todo.into()), details: Some(error.to_string()) };
    }
    let code = match error {
        E::WrongPin(_) | E::PinLocked | E::BadCredentials | E::NoCredentials(_) => ErrorCode::WrongPassword,
        E::NotReachable(_) | E::Unavailable(_) => ErrorCode::Offline,
        E::NotAllowed => ErrorCode::NotAllowed,
        E::DoesNotOpen | E::Integrity | E::NotUnderstood | E::OtherProvider(_) => ErrorCode::NotVerified,
        _ => ErrorCode::BadInput,
    };
    let text = error.to_string();
    let mut letters = text.chars();
    let first: String = letters.next().map(|letter| letter.to_uppercase().collect()).unwrap_or_default();
    let todo = matches!(error, E::NoSuchKey(_)).then(|| "Make the key there first.".into());
    ApiError { code, happened: format!("{first}{}.", letters.as_str()), safe, todo, details: None }
}

/// Words for each trouble. Nothing here names a file, a person or a key: the caller knows which it asked for.
impl From<EngineError> for ApiError {
    fn from(error: EngineError) -> Self {
        use ErrorCode as Code;
        let details = Some(error.to_string());
        let (code, happened, safe, todo) = match &error {
            EngineError::BadInput(what) => (Code::BadInput, *what, None, None),
            EngineError::WrongPassword => (
                Code::WrongPassword,
                "This password does not open Valise on this computer.",
                None,
                Some("Try again. Passwords belong to a computer: another one may have another."),
            ),
            EngineError::NoToken => (
                Code::NotFound,
                "No token opens Valise on this computer.",
                Some("Nothing was changed."),
                Some("Use the password; a token can be added on the page Security."),
            ),
            EngineError::NoKitKept => (
                Code::NotAllowed,
                "The password stays: no recovery kit of yours is proven to be kept, so a token that is lost or broken would be the end.",
                Some("Nothing was changed."),
                Some(
                    "Print your kits and prove that you keep one (Security; or `valise recovery kit` and `confirm`), or let the token open Valise beside the password.",
                ),
            ),
            EngineError::OtherToken => (
                Code::NotVerified,
                "This token does not have what opens Valise on this computer: it is another one of the same name, or its key is another one.",
                Some("Nothing was changed, and everything in Valise stays sealed."),
                Some("Use the token that was added here, or a password, or the recovery kits."),
            ),
            EngineError::OtherSigningKey => (
                Code::NotVerified,
                "This token does not have the key that was to sign: it is another one of the same name, or its key is another one.",
                Some("Nothing was signed."),
                Some("Use the token that has the key. If it is gone, revoke the key and add another one."),
            ),
            EngineError::NoPassword => (
                Code::NotAllowed,
                "No password opens Valise on this computer: a token does.",
                Some("Nothing was changed."),
                Some("To use a password again, remove the token and choose a new password with that."),
            ),
            EngineError::BadCode(code) => return bad_code(*code, details),
            EngineError::WrongKit(kit, fault) => return wrong_kit(*kit, *fault, details),
            EngineError::SameKit => (
                Code::BadKit,
                "Both codes are of the same kit.",
                None,
                Some("Type the code of the other kit as the second one."),
            ),
            EngineError::OtherKitNeeded(keyring) => (
                Code::OtherKitNeeded,
                "This kit is right, and one more way is needed beside it.",
                Some(keyring_words(*keyring)),
                Some("Type the code of the other kit as well."),
            ),
            EngineError::NoRecovery => (
                Code::NoRecovery,
                "There is no recovery kit for this computer.",
                None,
                Some("If you know the password: unlock, and make kits on the page Security."),
            ),
            EngineError::GroupsDiffer => (
                Code::BadKit,
                "These groups do not stand on this kit.",
                None,
                Some("Look at the paper once more: the groups are counted from 1, and each kit has its own."),
            ),
            EngineError::AlreadySetUp => (
                Code::AlreadySetUp,
                "There is an account in this home already.",
                None,
                Some("Unlock it, or choose another home."),
            ),
            EngineError::NotSetUp => {
                (Code::NotSetUp, "There is no account here yet.", None, Some("Start a workspace or use an invitation."))
            }
            EngineError::Locked => (
                Code::Locked,
                "Valise is locked.",
                Some("Everything in it stays sealed."),
                Some("Unlock it with your password."),
            ),
            EngineError::Removed => (
                Code::Removed,
                "The catalog does not know this computer any more: it was removed from the account, the account was closed, or the server was restored from an old copy.",
                Some("What is on it stays sealed behind its password."),
                Some(
                    "Look at “Your computers” on another one of yours. If this one was removed there, remove Valise’s data from it; if not, leave the other one open for a while.",
                ),
            ),
            EngineError::RecoveredTooLate => (
                Code::NotAllowed,
                "Your account was changed from another computer at the same moment, so this one could not join it.",
                Some("The recovery kits that you used are still good."),
                Some("Use the same kits once more."),
            ),
            EngineError::BadPairingCode(bad) => return bad_pairing_code(*bad, details),
            EngineError::NotPaired(what) => {
                (Code::NotPaired, *what, Some("Nothing was changed."), Some("Make a new code on the other computer."))
            }
            EngineError::Waiting => (
                Code::Waiting,
                "You have not been let in yet.",
                None,
                Some("Ask the person who invited you to open Valise."),
            ),
            EngineError::InUse => (
                Code::InUse,
                "Another Valise uses this home.",
                None,
                Some("Use the one that is open, or quit it first."),
            ),
            EngineError::OtherVersion(_) => (
                Code::InUse,
                "Another version of Valise is open here than this command is.",
                Some("Nothing was changed."),
                Some("Quit the one that is open, and start it again."),
            ),
            EngineError::OtherEnded => (
                Code::Cancelled,
                "The Valise that is open here ended before it answered.",
                Some("What it had begun is done wholly or not at all."),
                Some("Try again."),
            ),
            EngineError::NotFound(_) => {
                (Code::NotFound, "It was not found; somebody may have moved or removed it.", None, None)
            }
            EngineError::BadName => {
                (Code::BadName, "This name cannot be used.", None, Some("Use 1 to 255 characters, without slashes."))
            }
            EngineError::NotNow(what) => (Code::NotAllowed, *what, Some("Nothing was changed."), None),
            EngineError::OnlyOwner => (
                Code::NotAllowed,
                "You are the folder's only owner.",
                Some("Nothing was changed."),
                Some(
                    "Hand it over to somebody who has accepted it, then leave: both in one step, with “Hand over” or `valise folder hand-over --leave`.",
                ),
            ),
            EngineError::NotAllowed(what) => {
                (Code::NotAllowed, *what, Some("Nothing was changed."), Some("Ask an owner of the folder."))
            }
            EngineError::BadLink(BadLink::NotALink) => (
                Code::BadInvitation,
                "This is not a Valise invitation.",
                None,
                Some("Paste the whole link: it begins with valise://join/."),
            ),
            EngineError::BadLink(BadLink::Damaged) => (
                Code::BadInvitation,
                "The invitation is incomplete or was changed on its way.",
                None,
                Some("Copy it again, whole, or ask for a new one."),
            ),
            EngineError::BadLink(BadLink::UpdateNeeded) | EngineError::UpdateNeeded => (
                Code::UpdateNeeded,
                "A newer version of Valise is needed here.",
                Some("Nothing was changed."),
                Some("Update Valise."),
            ),
            EngineError::BadInvitation(what) => (Code::BadInvitation, *what, None, Some("Ask for a new invitation.")),
            EngineError::Offline(_) => (
                Code::Offline,
                "The catalog cannot be reached.",
                Some("What you have here can be used, and changes are kept until it answers."),
                Some("Check the network, or whether the computer that hosts the workspace is on."),
            ),
            EngineError::Refused(_) => (
                Code::NotAllowed,
                "The catalog did not take this change.",
                Some("It is kept here."),
                Some("Try again; if it stays, ask an officer of the workspace."),
            ),
            EngineError::NotAvailable => (
                Code::NotAvailable,
                "No computer that holds this file can be reached now.",
                Some("The file itself is not lost by this."),
                Some("Try again when the catalog or its author is online."),
            ),
            EngineError::NotVerified(_) => (
                Code::NotVerified,
                "This could not be verified, so it was not opened.",
                Some("Nothing of yours was changed."),
                Some("Ask its author to send it again."),
            ),
            EngineError::Distrusted(_) => (
                Code::Distrusted,
                "The catalog gave something that contradicts what was verified before.",
                Some("It was not believed, and nothing of yours was changed."),
                Some("Tell the people who run it, and compare with your colleagues."),
            ),
            EngineError::OverQuota => (
                Code::OverQuota,
                "The catalog has no room left for what you add.",
                Some("It is kept on this computer, and everything else goes on. Colleagues do not get it yet."),
                Some("Purge what nobody needs from the trash, or ask the people who run the catalog for more room."),
            ),
            EngineError::OtherCatalog => (
                Code::Distrusted,
                "Somebody else answers at the catalog's address.",
                Some("Nothing was sent there, and nothing of yours was changed."),
                Some("Try again on another network. If it stays so, ask the people who run the catalog."),
            ),
            EngineError::KeyChangeWaiting => (
                Code::NotAllowed,
                "A key change is waiting in this folder.",
                Some("Nothing was changed."),
                Some("Try again in a moment."),
            ),
            EngineError::DiskFull => (
                Code::DiskFull,
                "The disk is full.",
                Some("Nothing half done was kept."),
                Some("Make room and try again."),
            ),
            EngineError::TooLargeToOpen => (
                Code::TooLarge,
                "This file is too large to be opened from inside Valise: the private place for opened files, which is in this computer's memory, has no room for it.",
                Some("The file is as it was."),
                Some("Use “Save as” to write a copy to a place of your choice, and open that."),
            ),
            EngineError::TooLargeToShow => (
                Code::TooLarge,
                "This file is too large to be shown here.",
                Some("The file is as it was."),
                Some("Open it in its own program, or use “Save as”."),
            ),
            EngineError::NotKept => (
                Code::NotKept,
                "A file that you opened was changed, and the change could not become a new version.",
                Some("The changed file stays in its private place on this computer, and nothing of it is lost."),
                Some("Valise tries again when it is next unlocked. Make room if the disk is full."),
            ),
            EngineError::Io(_) => (
                Code::Io,
                "The disk or the system refused.",
                Some("Nothing half done was kept."),
                Some("See the details."),
            ),
            EngineError::IndexDamaged => (
                Code::Io,
                "The index on this computer is damaged.",
                Some("What the catalog and your colleagues hold is not touched."),
                Some("Set this computer up again from another one."),
            ),
            EngineError::HomeDamaged(_) => (
                Code::Io,
                "A file of Valise on this computer is damaged.",
                Some("What the catalog and your colleagues hold is not touched."),
                Some("Restore it from a copy, or set this computer up again."),
            ),
            EngineError::Custody(error) => return custody(error),
            EngineError::Cancelled => (Code::Cancelled, "Stopped.", None, None),
            EngineError::TimedOut => (
                Code::TimedOut,
                "It took longer than allowed.",
                Some("It goes on by itself as long as Valise is open."),
                None,
            ),
            EngineError::Internal(_) => (
                Code::Internal,
                "Valise made a mistake.",
                Some("Nothing half done was kept."),
                Some("Tell its makers, with the details."),
            ),
        };
        ApiError {
            code,
            happened: happened.to_owned(),
            safe: safe.map(str::to_owned),
            todo: todo.map(str::to_owned),
            details,
        }
    }
}

fn bad_pairing_code(bad: valise_crypto::BadPairingCode, details: Option<String>) -> ApiError {
    use valise_crypto::BadPairingCode as E;
    let happened = match bad {
        E::Length { characters, wanted } if characters < wanted => {
            format!("The code is not complete: {characters} of {wanted} characters.")
        }
        E::Length { .. } => "The code is too long.".to_owned(),
        E::Character { group } => format!("Group {group} of the code has a character that no code has."),
        E::Typo => "The code is mistyped.".to_owned(),
    };
    let todo = Some("Compare it with the one on the other computer: seven groups of four.".to_owned());
    ApiError { code: ErrorCode::BadInput, happened, safe: None, todo, details }
}

fn bad_code(code: valise_crypto::CodeError, details: Option<String>) -> ApiError {
    use valise_crypto::CodeError as E;
    let (happened, todo) = match code {
        E::NotACode => ("This is not the code of a recovery kit.".to_owned(), "It begins with VAL1.".to_owned()),
        E::Length { characters, wanted } if characters < wanted => (
            format!("The code is not complete: {characters} of {wanted} characters."),
            "Type all 21 groups, with or without spaces.".to_owned(),
        ),
        E::Length { wanted, .. } => (
            format!("The code is too long: it has {wanted} characters."),
            "Look for a group that was typed twice.".to_owned(),
        ),
        E::Character { group } => (
            format!("Group {group} has a character that no code has."),
            "After VAL1 there is no 1, B, I or O: read an 8 for a B, and a 0 for an O.".to_owned(),
        ),
        E::Typo { group: Some(group) } => {
            ("The code is mistyped.".to_owned(), format!("Look at group {group}: one of its characters is wrong."))
        }
        E::Typo { group: None } => (
            "The code is mistyped in more than one place.".to_owned(),
            "Compare it with the paper, group by group.".to_owned(),
        ),
        E::UpdateNeeded => {
            ("This kit was made by a newer Valise.".to_owned(), "Update Valise on this computer.".to_owned())
        }
    };
    ApiError { code: ErrorCode::BadKit, happened, safe: None, todo: Some(todo), details }
}

fn wrong_kit(kit: KitName, fault: valise_crypto::ShareFault, details: Option<String>) -> ApiError {
    use valise_crypto::ShareFault as F;
    let (happened, todo) = match fault {
        F::Foreign => (
            format!("This kit {kit:?} is not of the set that is needed here."),
            "It is an older kit, one that was used already, or another computer's. Look for the newest one.",
        ),
        F::Damaged => (
            format!("The code of kit {kit:?} was changed: it is not the one that was printed."),
            "Use the other kit, and on the computer it was made for, its keyring.",
        ),
    };
    let safe = Some("Nothing was changed.".to_owned());
    ApiError { code: ErrorCode::BadKit, happened, safe, todo: Some(todo.to_owned()), details }
}

/// Why the keyring does not help, in one sentence.
fn keyring_words(keyring: KeyringState) -> &'static str {
    match keyring {
        KeyringState::Kept => "The keyring of this computer has its share.",
        KeyringState::Empty => {
            "The keyring of this computer has no share: it was never given one, or it was set up anew."
        }
        KeyringState::Other => "The keyring of this computer has a share of an older set.",
        KeyringState::Locked => "The keyring of this computer is locked: unlocking it, as at log-in, would do as well.",
        KeyringState::Absent => "This computer has no keyring that answers.",
        KeyringState::NoAnswer => {
            "The keyring of this computer did not answer: it may be waiting for a question to be answered."
        }
        KeyringState::Failed => "The keyring of this computer gave an error.",
    }
}
