//! Getting blocks from peers: the order in which they are asked, and what is done about bad answers.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use bytes::Bytes;
use cid::Cid;

use super::MemoryNode;
use crate::dag::{self, Key};
use crate::error::BlocksError;
use crate::store::{FetchOptions, PeerId};

/// One fetch under way.
pub(super) struct Fetch<'a> {
    pub(super) node: &'a MemoryNode,
    pub(super) options: &'a FetchOptions,
    pub(super) root: Cid,
    /// Peers that sent wrong bytes or nothing in time: asked last from then on.
    pub(super) demoted: Mutex<HashSet<PeerId>>,
}

/// What one peer said to one want.
enum Reply {
    Block(Bytes),
    DoesNotHave,
    Late,
}

impl Fetch<'_> {
    /// A block, from here or from the first peer that gives it.
    pub(super) async fn obtain(&self, cid: Cid) -> Result<Bytes, BlocksError> {
        match self.node.local(&cid) {
            Err(BlocksError::Missing { .. } | BlocksError::Damaged { .. }) => {}
            here => return here,
        }
        let peers = self.order();
        if peers.is_empty() {
            return Err(BlocksError::NoPeer { cid });
        }
        for peer in peers {
            match self.ask(&peer, cid).await? {
                Reply::Block(block) if dag::verify(&cid, &block).is_ok() => {
                    self.node.store(Key::of(&cid)?, &block)?;
                    return Ok(block);
                }
                Reply::Block(_) | Reply::Late => self.demote(peer),
                Reply::DoesNotHave => {}
            }
        }
        Err(BlocksError::TimedOut { cid })
    }

    /// Connected peers in the order asked for; those that lied or stalled last.
    fn order(&self) -> Vec<PeerId> {
        let connected = self.node.connected();
        let mut peers: Vec<PeerId> = match self.options.from.is_empty() {
            true => connected.into_iter().collect(),
            false => self.options.from.iter().filter(|peer| connected.contains(peer)).cloned().collect(),
        };
        let demoted = self.demoted.lock().unwrap_or_else(PoisonError::into_inner);
        peers.sort_by_key(|peer| demoted.contains(peer));
        peers
    }

    fn demote(&self, peer: PeerId) {
        self.demoted.lock().unwrap_or_else(PoisonError::into_inner).insert(peer);
    }

    async fn ask(&self, peer: &PeerId, cid: Cid) -> Result<Reply, BlocksError> {
        let network = &self.node.network;
        let passed = network.pass_stall(&self.node.peer, peer);
        if tokio::time::timeout(self.options.block_timeout, passed).await.is_err() {
            return Ok(Reply::Late);
        }
        let key = Key::of(&cid)?;
        let nodes = network.lock();
        let Some(far) = nodes.get(peer).filter(|far| far.connected.contains(&self.node.peer)) else {
            return Ok(Reply::DoesNotHave);
        };
        // a node never sends what does not match its CID: only a liar does
        let held = far.blocks.get(&key).filter(|block| dag::verify(&cid, block).is_ok());
        Ok(match held {
            Some(_) if far.faults.withheld.contains(&key) => Reply::DoesNotHave,
            Some(_) if far.faults.falsified.contains(&key) => Reply::Block(Bytes::from_static(b"not this")),
            Some(block) => {
                far.given.add(self.node.peer.clone(), self.root, block.len());
                Reply::Block(block.clone())
            }
            None => Reply::DoesNotHave,
        })
    }
}
