//! Protocol: what is signed, chained and sent.
//!
//! Ids, records and their signatures, the three chains and how each folds into a state, the tree of a
//! folder, invitations, receipts, and the types of the catalog's API. Everything here is synchronous and
//! pure: no network, disk, clock or randomness, and no key that opens anything.
//!
//! Bytes are fixed by `docs/format.md` and by the frozen vectors in `tests/vectors/`. To add a record kind
//! or a field, raise [`record::FORMAT_VERSION`]: readers stop at what they do not know, they never skip.

pub mod account;
pub mod api;
pub mod asking;
pub mod auth;
pub mod cbor;
pub mod chain;
pub mod document;
pub mod file_link;
pub mod folder;
pub mod hash;
pub mod ids;
pub mod invitation;
pub mod keys;
pub mod moment;
pub mod names;
pub mod padding;
pub mod place;
pub mod receipt;
pub mod record;
pub mod sign;
pub mod signal;
pub mod tls;
pub mod tree;
pub mod workspace;
