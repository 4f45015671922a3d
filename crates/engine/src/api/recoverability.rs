//! "Can this ever be lost?": the ways that lead to a key, and the computers that hold the bytes.

use serde::{Deserialize, Serialize};

use super::{EntryId, FolderId};

/// How much would have to be lost at once for a file, or any file of a folder, to be gone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct Recoverability {
    /// Its folder.
    #[cfg_attr(feature = "specta", specta(type = String))]
    pub folder: FolderId,
    /// The file or directory; none: all of the folder.
    #[cfg_attr(feature = "specta", specta(type = Option<String>))]
    pub entry: Option<EntryId>,
    /// Its name.
    pub name: String,
    /// Independent ways to its key: none of them needs what another one needs.
    pub ways: Vec<KeyWay>,
    /// Kits are proven to be kept, and no way of their own: a new computer also needs the catalog, which is on this one.
    pub kits_need_catalog: bool,
    /// Who holds the bytes, of the file that the fewest hold.
    pub copies: Vec<Copy>,
    /// Files that are meant, in their newest versions.
    pub files: u32,
    /// Those that only one computer is known to hold, or none: at most 100, and how many in all.
    pub thin: Vec<ThinFile>,
    /// How many.
    pub thin_files: u32,
}

/// A way to a key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct KeyWay {
    /// What kind of way.
    pub kind: KeyWayKind,
    /// Whose or which: a computer's name, a colleague's; empty where there is nothing to say.
    pub name: String,
}

/// What leads to a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub enum KeyWayKind {
    /// This computer.
    ThisComputer,
    /// Another computer of one's own.
    OwnComputer,
    /// Both paper kits, proven to be kept.
    Kits,
    /// A paper kit, proven to be kept, and officers who help.
    KitAndHelp,
    /// A computer of a colleague.
    ColleagueComputer,
}

/// Somebody who holds all bytes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct Copy {
    /// What kind of computer.
    pub kind: CopyKind,
    /// Its name or address; empty where there is nothing to say.
    pub name: String,
}

/// Which computer holds a copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub enum CopyKind {
    /// This one.
    ThisComputer,
    /// The one that made this version, another one than this.
    AuthorComputer,
    /// A pinning node that confirmed it, on a computer of its own.
    PinningNode,
    /// A pinning node on this very computer: not a copy by itself.
    PinningNodeHere,
}

/// A file that one loss could take.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct ThinFile {
    /// The file.
    #[cfg_attr(feature = "specta", specta(type = String))]
    pub entry: EntryId,
    /// Path inside the folder.
    pub path: String,
    /// How many computers are known to hold it.
    pub copies: u32,
}
