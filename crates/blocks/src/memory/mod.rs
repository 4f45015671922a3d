//! Nodes in memory, for tests: the same contract as the real node, deterministic, with faults.
//!
//! One lock around the whole network, never held across an await. No timers but the time-outs which the
//! contract itself names: a stalled peer stalls until a test releases it, and [`Network::reached_stall`]
//! tells a test that someone has come to wait on it.

mod faults;
mod fetch;
mod node;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use cid::Cid;
use tokio::sync::{Notify, watch};
use tokio_util::sync::CancellationToken;

use crate::dag::Key;
use crate::dag::walk::Watched;
use crate::error::BlocksError;
use crate::given::Given;
use crate::store::{Address, PeerId, Responder};

/// A network in memory. Cheap to clone; all clones are the same network.
#[derive(Clone)]
pub struct Network {
    state: Arc<Mutex<BTreeMap<PeerId, State>>>,
    /// Counts every change of connections and faults, for whoever waits for one.
    changed: Arc<watch::Sender<u64>>,
    /// Somebody has begun to wait on a stalled peer.
    stalled: Arc<Notify>,
}

/// One node of a [`Network`].
pub struct MemoryNode {
    peer: PeerId,
    network: Network,
    stopped: CancellationToken,
}

/// What the network knows of one node.
struct State {
    address: Address,
    stopped: bool,
    blocks: HashMap<Key, Bytes>,
    /// Roots, and the blocks each of them keeps.
    pins: BTreeMap<Cid, HashSet<Key>>,
    /// What walks under way have come across; not to be collected.
    in_use: Vec<Watched>,
    allowed: BTreeSet<PeerId>,
    connected: BTreeSet<PeerId>,
    responders: HashMap<String, Option<Arc<dyn Responder>>>,
    faults: Faults,
    given: Given,
}

/// What a test has set going wrong.
#[derive(Default)]
struct Faults {
    offline: bool,
    stalled: bool,
    /// How many wait for the stall to end.
    waiting: usize,
    withheld: HashSet<Key>,
    falsified: HashSet<Key>,
    room: Option<u64>,
}

impl Default for Network {
    fn default() -> Self {
        Self { state: Arc::default(), changed: Arc::new(watch::Sender::new(0)), stalled: Arc::default() }
    }
}

impl Network {
    /// An empty network.
    pub fn new() -> Self {
        Self::default()
    }

    /// A new node, whose peer id and address follow from `seed`; a seed names one node of a network.
    /// `protocols` are those it may answer.
    pub fn node(&self, seed: u64, protocols: &[&str]) -> Arc<MemoryNode> {
        let mut key = [0u8; 32];
        key[..8].copy_from_slice(&seed.to_be_bytes());
        let peer = PeerId::from_public_key(&key);
        let state = State {
            address: Address(format!("/memory/{seed}")),
            stopped: false,
            blocks: HashMap::new(),
            pins: BTreeMap::new(),
            in_use: Vec::new(),
            allowed: BTreeSet::new(),
            connected: BTreeSet::new(),
            responders: protocols.iter().map(|name| ((*name).to_owned(), None)).collect(),
            faults: Faults::default(),
            given: Given::default(),
        };
        self.lock().insert(peer.clone(), state);
        Arc::new(MemoryNode { peer, network: self.clone(), stopped: CancellationToken::new() })
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<PeerId, State>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn notify(&self) {
        self.changed.send_modify(|count| *count += 1);
    }

    /// Ends every connection that may not stand any longer.
    fn cut(nodes: &mut BTreeMap<PeerId, State>) {
        let ends: Vec<(PeerId, PeerId)> = nodes
            .iter()
            .flat_map(|(peer, node)| node.connected.iter().map(|other| (peer.clone(), other.clone())))
            .filter(|(peer, other)| may_connect(nodes, peer, other).is_err())
            .collect();
        for (peer, other) in ends {
            if let Some(node) = nodes.get_mut(&peer) {
                node.connected.remove(&other);
            }
            if let Some(node) = nodes.get_mut(&other) {
                node.connected.remove(&peer);
            }
        }
    }
}

/// Whether a connection between these two may stand.
fn may_connect(nodes: &BTreeMap<PeerId, State>, from: &PeerId, to: &PeerId) -> Result<(), BlocksError> {
    let unreachable = |why: &str| BlocksError::Unreachable { peer: to.clone(), why: why.to_owned() };
    let (Some(near), Some(far)) = (nodes.get(from), nodes.get(to)) else {
        return Err(unreachable("no such node"));
    };
    if !near.allowed.contains(to) {
        return Err(BlocksError::NotAllowed { peer: to.clone() });
    }
    if near.faults.offline || far.faults.offline || near.stopped || far.stopped {
        return Err(unreachable("offline"));
    }
    if !far.allowed.contains(from) {
        return Err(BlocksError::NotAllowed { peer: to.clone() });
    }
    Ok(())
}
