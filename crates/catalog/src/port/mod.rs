//! A workspace as one file: what a catalog keeps of it, for another catalog or for looking at. `docs/format.md` has the
//! bytes, section 22.
//!
//! - [`export`] writes it beside a running catalog, of one moment.
//! - [`import`] makes a data directory from it. Nothing in the file is believed: each record is judged as one that somebody
//!   sends, all that stands beside the chains is compared with them, and the whole is signed by the catalog that the workspace
//!   names. It is there whole or not at all.
//!
//! Item by item, both of them: what is in memory besides one item are the folded chains, as in a catalog that serves them.
//! Private keys are in it only if asked for; content never is, nor what is true of one server alone (quotas, who was here when,
//! what its pinning node holds).
//!
//! To add something, give it a kind in `item`, and let `MAX_ITEM` and the order of kinds hold.

mod export;
mod import;
mod item;
mod stream;

use std::error::Error;

use valise_protocol::ids::WorkspaceId;
use valise_protocol::sign::VerifyKey;

pub use export::export;
pub use import::{Keys, import};

/// What was exported or imported.
#[derive(Clone, Copy, Debug)]
pub struct Ported {
    /// The workspace.
    pub workspace: WorkspaceId,
    /// The identity of the catalog that wrote it, or of the one that was made of it.
    pub identity: VerifyKey,
    /// Records of all chains.
    pub records: u64,
    /// Accounts, those of people who wait included.
    pub accounts: u64,
    /// Folders.
    pub folders: u64,
}

/// Why an export is not taken.
#[derive(Debug, thiserror::Error)]
pub enum BadExport {
    /// Something else.
    #[error("this is no export of a catalog")]
    NotOne,
    /// A later format.
    #[error("the export was written by a newer version of the catalog")]
    Newer,
    /// Cut short on its way.
    #[error("the export breaks off before its end; bring it here once more")]
    Incomplete,
    /// Over a limit.
    #[error("something in the export is larger than it may be (item {0})")]
    TooLarge(u64),
    /// Not of the format, or not at its place.
    #[error("the export is not in its form (item {0})")]
    Form(u64),
    /// What no catalog would have taken in.
    #[error("the export holds what is not valid (item {item})")]
    Refused {
        /// Which, from 0.
        item: u64,
        /// What is wrong with it.
        #[source]
        reason: Box<dyn Error + Send + Sync>,
    },
    /// The signature does not stand, or is of another catalog.
    #[error("the export was changed, or is not of the catalog that its workspace names")]
    Altered,
    /// It is to be the same catalog, and nothing says with which keys.
    #[error("the export holds no keys: say where they are, or that another catalog is to be made of it")]
    NoKeys,
    /// Keys of another catalog.
    #[error("these are not the keys of the catalog that wrote the export")]
    OtherKeys,
}
