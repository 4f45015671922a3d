//! Engine: everything a client does.
//!
//! - `api`: requests, replies, events: the whole surface. `engine` answers them.
//! - `home`, `index`: what lies on disk. `vault`: what exists only while unlocked; synchronous, without network.
//! - `transfer`: bytes in and out. `opened`: files in their own programs. `edit`: changes of a tree; `versions`: an
//!   older one again. `share`: people; `offers`: folders that others share with one; `succession`: who takes their
//!   folders over. `views`: what a person sees. `signatures`: on documents. `activity`: what happened in a folder.
//! - `news`: what is marked as new. `storage`: what lies on this computer, and what makes room.
//! - `devices`: a person's computers. `recovery`: a forgotten password; `asking`, `authority`: with a colleague's help,
//!   on either side. `custody`: keys that others keep. `keyring`: the system's. `kit`, `certificate`: pages that are printed, drawn by `page`.
//! - `doctor`: what can be wrong, told without a name.
//! - `socket`: the same surface for another process of the same person, while this one has the home.
//! - `sync`: rounds with the `catalog`; `sync::plan` decides, without I/O.
//!
//! A change made here is kept in the index first, shown at once, sent when the catalog answers, and counts as
//! sent only with a receipt. What comes from outside is verified before it is kept, and kept before it is shown.

// A test says what went wrong by panicking.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::single_match))]

mod activity;
mod address;
pub mod api;
mod asking;
mod authority;
#[cfg(feature = "bench")]
pub mod bench;
mod catalog;
mod certificate;
pub mod clock;
#[cfg(any(test, feature = "bench"))]
#[cfg_attr(not(test), allow(dead_code, reason = "measurements use some of it"))]
mod colleague;
mod compared;
mod compose;
mod custody;
mod devices;
#[cfg(unix)]
mod doctor;
mod edit;
mod editing;
mod engine;
mod error;
mod groups;
mod home;
mod index;
mod invitations;
pub mod keyring;
mod keys;
mod kit;
mod links;
mod login;
mod news;
mod offers;
mod opened;
mod page;
pub mod process;
mod recovery;
mod sending;
mod share;
mod shared;
mod signatures;
#[cfg(unix)]
pub mod socket;
mod storage;
mod succession;
mod sync;
mod token;
mod transfer;
mod trash;
pub mod typed;
mod vault;
mod versions;
mod views;
#[cfg(all(test, target_os = "linux", debug_assertions))]
mod wiped;
mod words;

pub use activity::{headline as activity_headline, line as activity_line};
pub use doctor::of_program as doctor_of_program;
pub use engine::{Config, Engine};
pub use valise_crypto::Costs;
pub use valise_protocol::moment;
