//! The tree of a folder: changes, and the pure fold that makes them a state.

pub mod change;
mod entry;
mod fold;

pub use change::{Change, More, NewContent};
pub use entry::{Content, Effect, Entry, EntryKind, Stamp, Unchanged};
pub use fold::{MAX_DEPTH, Tree};
