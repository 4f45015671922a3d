//! What a tree is made of: entries and their versions, and what a change comes to.

use serde::{Deserialize, Serialize};

use super::change::More;
use crate::ids::{AccountId, Cid, DekId, DeviceId, EntryId, Epoch, RecordHash, Seq};

/// File or directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub enum EntryKind {
    /// Has content.
    File,
    /// Has entries.
    Directory,
}

impl From<EntryKind> for u8 {
    fn from(kind: EntryKind) -> u8 {
        match kind {
            EntryKind::File => 1,
            EntryKind::Directory => 2,
        }
    }
}

impl TryFrom<u8> for EntryKind {
    type Error = crate::cbor::BadEncoding;
    fn try_from(byte: u8) -> Result<Self, Self::Error> {
        match byte {
            1 => Ok(Self::File),
            2 => Ok(Self::Directory),
            _ => Err(crate::cbor::BadEncoding),
        }
    }
}

/// Where a change stands: the record that carries it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// Place in the chain.
    pub seq: Seq,
    /// The record.
    pub record: RecordHash,
    /// Its author.
    pub author: AccountId,
    /// The author's device.
    pub device: DeviceId,
    /// The epoch of its seal.
    pub epoch: Epoch,
}

/// One version of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Content {
    /// Bytes of plaintext.
    pub size: u64,
    /// By the author's clock, for display.
    pub mtime: i64,
    /// The executable bit.
    pub executable: bool,
    /// Media type, a hint.
    pub media_type: String,
    /// The encrypted file.
    pub cid: Cid,
    /// Its key, and the version's identity.
    pub dek: DekId,
    /// The record.
    pub stamp: Stamp,
    /// Kept for later versions.
    pub more: More,
}

/// A file or directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its id.
    pub id: EntryId,
    /// Its directory.
    pub parent: EntryId,
    /// File or directory.
    pub kind: EntryKind,
    /// Its name, unique among its neighbours.
    pub name: String,
    /// Versions, oldest first; empty for a directory, and for a file before its first content.
    pub versions: Vec<Content>,
    /// Put into the trash itself (not only something above it).
    pub trashed: Option<Stamp>,
    /// The file it is a conflict copy of.
    pub copy_of: Option<EntryId>,
    /// The record that created it.
    pub created: Stamp,
    /// Kept for later versions.
    pub more: More,
}

impl Entry {
    /// The newest version.
    pub fn newest(&self) -> Option<&Content> {
        self.versions.last()
    }
}

/// What a change did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// An entry was made.
    Created(EntryId),
    /// A file got a new version.
    Version(EntryId),
    /// A file got a conflict copy: the file, and the copy.
    ConflictCopy(EntryId, EntryId),
    /// Moved or renamed.
    Moved(EntryId),
    /// Into the trash.
    Trashed(EntryId),
    /// Back from it.
    Restored(EntryId),
    /// Gone for good, with all that was in it: the DAGs which no version needs any more.
    Purged(EntryId, Vec<Cid>),
}

/// Why a change changed nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unchanged {
    /// The entry does not exist (any more), or exists already.
    #[error("the entry does not exist")]
    NoEntry,
    /// Content for a directory, or the top where it cannot be meant.
    #[error("the entry is of another kind")]
    WrongKind,
    /// A directory would lie inside itself, or too deep.
    #[error("a directory cannot be moved into itself")]
    Cycle,
    /// Purging what is not in the trash, trashing what is, restoring what is not; content that is there.
    #[error("the entry is not where it must be for this")]
    WrongState,
}
