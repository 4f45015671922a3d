//! The tree of a folder: changes, and the pure fold that makes them a state.

pub mod change;
mod fold;

pub use change::{Change, More, NewContent};
pub use fold::{Content, Effect, Entry, EntryKind, Stamp, Tree, Unchanged};
