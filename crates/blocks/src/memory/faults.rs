//! What a test can make go wrong. Every switch takes effect at once.

use bytes::Bytes;
use cid::Cid;

use super::{Faults, Network};
use crate::dag::Key;
use crate::store::PeerId;

impl Network {
    /// Cuts a node off (`true`) or lets it back (`false`). Its connections end.
    pub fn set_offline(&self, peer: &PeerId, offline: bool) {
        self.change(peer, |faults| faults.offline = offline);
    }

    /// This peer keeps one block to itself from now on.
    pub fn withhold(&self, peer: &PeerId, cid: Cid) {
        self.change(peer, |faults| faults.withheld.extend(Key::of(&cid)));
    }

    /// This peer sends wrong bytes for a block from now on.
    pub fn falsify(&self, peer: &PeerId, cid: Cid) {
        self.change(peer, |faults| faults.falsified.extend(Key::of(&cid)));
    }

    /// The disk of this node has room for so many more bytes; `None` lifts the limit.
    pub fn set_room(&self, peer: &PeerId, bytes: Option<u64>) {
        self.change(peer, |faults| faults.room = bytes);
    }

    /// This peer answers nothing more (blocks, requests) until [`Network::release`].
    pub fn stall(&self, peer: &PeerId) {
        self.change(peer, |faults| faults.stalled = true);
    }

    /// Ends a stall.
    pub fn release(&self, peer: &PeerId) {
        self.change(peer, |faults| faults.stalled = false);
    }

    /// Resolves once somebody waits on this stalled peer.
    pub async fn reached_stall(&self, peer: &PeerId) {
        loop {
            let heard = self.stalled.notified();
            tokio::pin!(heard);
            // from here on no call of `notify_waiters` is missed
            heard.as_mut().enable();
            if self.lock().get(peer).is_some_and(|node| node.faults.waiting > 0) {
                return;
            }
            heard.await;
        }
    }

    /// Flips a bit of a block on this node's own disk. An empty block becomes one of a byte.
    pub fn damage(&self, peer: &PeerId, cid: Cid) {
        let Ok(key) = Key::of(&cid) else { return };
        if let Some(block) = self.lock().get_mut(peer).and_then(|node| node.blocks.get_mut(&key)) {
            let mut bytes = block.to_vec();
            match bytes.first_mut() {
                Some(byte) => *byte ^= 1,
                None => bytes.push(0),
            }
            *block = Bytes::from(bytes);
        }
    }

    /// Deletes a block from this node's own disk.
    pub fn lose(&self, peer: &PeerId, cid: Cid) {
        let Ok(key) = Key::of(&cid) else { return };
        if let Some(node) = self.lock().get_mut(peer) {
            node.blocks.remove(&key);
        }
    }

    /// Puts bytes on this node's disk as they are: for DAGs which no honest node would make.
    pub fn plant(&self, peer: &PeerId, cid: Cid, bytes: Vec<u8>) {
        let Ok(key) = Key::of(&cid) else { return };
        if let Some(node) = self.lock().get_mut(peer) {
            node.blocks.insert(key, bytes.into());
        }
    }

    fn change(&self, peer: &PeerId, change: impl FnOnce(&mut Faults)) {
        let mut nodes = self.lock();
        if let Some(node) = nodes.get_mut(peer) {
            change(&mut node.faults);
        }
        Self::cut(&mut nodes);
        drop(nodes);
        self.notify();
    }

    /// Waits while `peer` is stalled. Ends too when it is no longer connected with `from`.
    pub(super) async fn pass_stall(&self, from: &PeerId, peer: &PeerId) {
        let mut changes = self.changed.subscribe();
        let mut waiting = Waiting { network: self, peer, counted: false };
        loop {
            changes.mark_unchanged();
            {
                let mut nodes = self.lock();
                let connected = nodes.get(from).is_some_and(|node| node.connected.contains(peer));
                let Some(node) = nodes.get_mut(peer).filter(|_| connected) else { return };
                if !node.faults.stalled {
                    return;
                }
                if !std::mem::replace(&mut waiting.counted, true) {
                    node.faults.waiting += 1;
                }
            }
            self.stalled.notify_waiters();
            if changes.changed().await.is_err() {
                return;
            }
        }
    }
}

/// Takes its count back however the wait ends.
struct Waiting<'a> {
    network: &'a Network,
    peer: &'a PeerId,
    counted: bool,
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        if self.counted
            && let Some(node) = self.network.lock().get_mut(self.peer)
        {
            node.faults.waiting -= 1;
        }
    }
}
