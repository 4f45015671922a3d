//! Blocks: the embedded IPFS node behind one small trait.
//!
//! Two implementations, held to one contract suite (`tests/contract.rs`): [`node::IpfsNode`], the real
//! thing on rust-ipfs (the only module which names that crate), and [`memory::Network`], nodes in
//! memory with faults that a test can switch on. Bytes are opaque here: nothing in this crate knows what
//! a block means, and what it is given is ciphertext already.

mod dag;
pub mod error;
mod given;
pub mod memory;
pub mod node;
pub mod store;

pub use cid::Cid;
pub use error::BlocksError;
pub use node::{ConnectionLimits, IpfsNode, NodeConfig};
pub use store::{Added, Address, Blocks, FetchOptions, Health, MAX_MESSAGE, MAX_WINDOW, PeerId, Progress, Responder};
