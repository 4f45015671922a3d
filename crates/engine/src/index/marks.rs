//! Table `marks`: small values by name: cursors, the sealed ring, what was seen.

use rusqlite::{Connection, OptionalExtension, params};
use serde::Serialize;
use serde::de::DeserializeOwned;

use valise_protocol::cbor;
use valise_protocol::ids::{Cid, FolderId};

use crate::error::EngineError;

pub(super) const MIGRATION: &str = "
CREATE TABLE marks (
    name  TEXT PRIMARY KEY NOT NULL,
    value BLOB NOT NULL
) STRICT, WITHOUT ROWID;";

/// What is marked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// The account's sealed ring (bytes).
    Ring,
    /// A folder's epoch, and when this device first saw it (u64, u64).
    EpochSince(FolderId),
    /// No file key of a folder is left under keys before this epoch's: this device saw to it (u64).
    RewrappedTo(FolderId),
    /// What opens is moved away from keys before this epoch's, which an owner retired (u64).
    RetiredBelow(FolderId),
    /// How far the catalog's wraps of a folder were read (u64).
    WrapsCursor(FolderId),
    /// How far the catalog's "held" of a folder were read (u64).
    HeldCursor(FolderId),
    /// The catalog lost wraps of a folder: those here are to be brought once its chain is whole again (bool).
    WrapsToBring(FolderId),
    /// The place up to which a person has looked at a folder (u64).
    SeenUpTo(FolderId),
    /// Notes of how far a folder's chain was known on which day ([(u64, u64)]), while its owner wants its trash emptied.
    TrashSeen(FolderId),
    /// How far this device has looked at how a folder changed hands (u64).
    Passings(FolderId),
    /// A folder was created here and the catalog does not know it yet (bool).
    Unpublished(FolderId),
    /// The workspace was created here and the catalog does not know it yet (bool).
    UnpublishedWorkspace,
    /// What is remembered of the recovery set in force, with what was proven of its kits.
    Recovery,
    /// Everything began anew: invitations whose secrets are sealed to an older key are to be withdrawn (bool).
    WithdrawInvitations,
    /// This home was recovered while its account had other devices: the recovery set that its chain is to be told of,
    /// and that everything begins anew with.
    RenewalDue,
    /// The catalog was asked to let the account's chain grow, and what came of it is not known here yet (bool).
    AccountAsked,
    /// A new device was told that a folder's chain is at least so far: place and hash (u64, bytes).
    Floor(FolderId),
    /// How far the catalog has confirmed this account's own chain (u64).
    AccountSent,
    /// What this officer has approved of recoveries and will release.
    Promises,
    /// Where a key that is kept elsewhere is, as it was said at this computer (text).
    KeeperAddress,
    /// The system's keyring is to open this home at log-in (bool). Here and not among the settings: who turns it on has
    /// given the password.
    UnlockAtLogin,
    /// Whose safety numbers this person has compared, and what they were.
    Compared,
    /// For which device this person was told that somebody is about to recover their account (bytes).
    ClaimTold,
    /// This device's key for documents: its public half, and the secret one as `valise-crypto` wraps it.
    SigningKey,
    /// The next one, as long as the account's chain may not know it.
    NextSigningKey,
    /// Keys for documents that are on a token, and their addresses ([bytes, text]).
    TokenKeys,
    /// SHA-512 of the plaintext of an encrypted file that was read here (bytes).
    Digest(Cid),
    /// The folder that the link was to by which this account was made here, until it is taken up (bytes).
    FolderOfLink,
    /// The join request of a newcomer, until it is admitted.
    JoinRequest,
}

impl Mark {
    fn name(self) -> String {
        match self {
            Self::Ring => "ring".into(),
            Self::EpochSince(folder) => format!("epoch since {folder}"),
            Self::RewrappedTo(folder) => format!("rewrapped to {folder}"),
            Self::RetiredBelow(folder) => format!("retired below {folder}"),
            Self::WrapsCursor(folder) => format!("wraps cursor {folder}"),
            Self::HeldCursor(folder) => format!("held cursor {folder}"),
            Self::WrapsToBring(folder) => format!("wraps to bring {folder}"),
            Self::SeenUpTo(folder) => format!("seen up to {folder}"),
            Self::TrashSeen(folder) => format!("trash seen {folder}"),
            Self::Passings(folder) => format!("passings {folder}"),
            Self::Unpublished(folder) => format!("unpublished {folder}"),
            Self::UnpublishedWorkspace => "unpublished workspace".into(),
            Self::Recovery => "recovery".into(),
            Self::WithdrawInvitations => "withdraw invitations".into(),
            Self::RenewalDue => "renewal due".into(),
            Self::AccountAsked => "account asked".into(),
            Self::Floor(folder) => format!("floor {folder}"),
            Self::AccountSent => "account sent".into(),
            Self::Promises => "promises".into(),
            Self::KeeperAddress => "keeper address".into(),
            Self::UnlockAtLogin => "unlock at login".into(),
            Self::Compared => "compared".into(),
            Self::ClaimTold => "claim told".into(),
            Self::SigningKey => "signing key".into(),
            Self::NextSigningKey => "next signing key".into(),
            Self::TokenKeys => "token keys".into(),
            Self::Digest(cid) => format!("digest {cid}"),
            Self::FolderOfLink => "folder of link".into(),
            Self::JoinRequest => "join request".into(),
        }
    }
}

/// Sets a mark.
pub fn set<T: Serialize + ?Sized>(db: &Connection, mark: Mark, value: &T) -> Result<(), EngineError> {
    db.prepare_cached("INSERT OR REPLACE INTO marks (name, value) VALUES (?, ?)")?
        .execute(params![mark.name(), cbor::encode(value)?])?;
    Ok(())
}

/// Reads a mark.
pub fn find<T: Serialize + DeserializeOwned>(db: &Connection, mark: Mark) -> Result<Option<T>, EngineError> {
    let bytes: Option<Vec<u8>> = db
        .prepare_cached("SELECT value FROM marks WHERE name = ?")?
        .query_row([mark.name()], |row| row.get(0))
        .optional()?;
    Ok(bytes.map(|bytes| cbor::decode(&bytes)).transpose()?)
}

/// Removes a mark.
pub fn remove(db: &Connection, mark: Mark) -> Result<(), EngineError> {
    db.prepare_cached("DELETE FROM marks WHERE name = ?")?.execute([mark.name()])?;
    Ok(())
}
