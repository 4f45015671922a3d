//! Nodes in memory, for tests: the same contract as the real node, deterministic, with faults.
//!
//! No timers: a stalled peer stalls until a test releases it.

use std::sync::Arc;

use cid::Cid;

use crate::store::PeerId;

/// A network in memory. Cheap to clone; all clones are the same network.
#[derive(Clone, Default)]
pub struct Network {
    _inner: Arc<()>,
}

/// One node of a [`Network`].
pub struct MemoryNode {
    _inner: Arc<()>,
}

impl Network {
    /// An empty network.
    pub fn new() -> Self {
        Self::default()
    }

    /// A new node; its peer id is derived from `seed`, which must be new. `protocols` are those it may answer.
    pub fn node(&self, _seed: u64, _protocols: &[&str]) -> Arc<MemoryNode> {
        unimplemented!()
    }

    /// Cuts a node off (`true`) or lets it back (`false`). Its connections end.
    pub fn set_offline(&self, _peer: &PeerId, _offline: bool) {
        unimplemented!()
    }

    /// This peer keeps one block to itself from now on.
    pub fn withhold(&self, _peer: &PeerId, _cid: Cid) {
        unimplemented!()
    }

    /// This peer sends wrong bytes for a block from now on.
    pub fn falsify(&self, _peer: &PeerId, _cid: Cid) {
        unimplemented!()
    }

    /// The disk of this node has room for so many more bytes; `None` lifts the limit.
    pub fn set_room(&self, _peer: &PeerId, _bytes: Option<u64>) {
        unimplemented!()
    }

    /// This peer answers nothing more (blocks, requests) until [`Network::release`].
    pub fn stall(&self, _peer: &PeerId) {
        unimplemented!()
    }

    /// Ends a stall.
    pub fn release(&self, _peer: &PeerId) {
        unimplemented!()
    }

    /// Flips a byte of a block on this node's own disk.
    pub fn damage(&self, _peer: &PeerId, _cid: Cid) {
        unimplemented!()
    }

    /// Deletes a block from this node's own disk.
    pub fn lose(&self, _peer: &PeerId, _cid: Cid) {
        unimplemented!()
    }
}
