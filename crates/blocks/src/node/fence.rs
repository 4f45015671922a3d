//! The fence: which peers may stand connected. A libp2p behaviour of our own inside rust-ipfs's swarm.
//!
//! rust-ipfs 0.16 does not offer the allow-list of the layer below it, so this is one. A peer that is not
//! on the list is refused when its identity is proven (noise), before any protocol hears of it, so it is
//! served nothing. The fence also tells when a connection is *ready*: a dialler that was refused on the
//! other side sees its connection established and then closed, and only what the other side says over it
//! (identify) shows that it was let in.

use std::collections::{HashMap, HashSet, VecDeque};
use std::convert::Infallible;
use std::sync::{Arc, PoisonError, RwLock};
use std::task::{Context, Poll};

use connexa::prelude::swarm::handler::ConnectionEvent;
use connexa::prelude::swarm::{
    CloseConnection, ConnectionDenied, ConnectionHandler, ConnectionHandlerEvent, ConnectionId, FromSwarm,
    NetworkBehaviour, SubstreamProtocol, THandler, THandlerInEvent, THandlerOutEvent, ToSwarm,
};
use connexa::prelude::transport::Endpoint;
use connexa::prelude::transport::transport::PortUse;
use connexa::prelude::transport::upgrade::DeniedUpgrade;
use connexa::prelude::{Multiaddr, PeerId};
use futures::task::AtomicWaker;
use tokio::sync::watch;

/// Connections as they stand: by peer, and whether each is ready.
pub(super) type Table = HashMap<PeerId, HashMap<ConnectionId, bool>>;

/// The fence's handle outside the swarm.
#[derive(Clone)]
pub(super) struct Fence(Arc<Shared>);

struct Shared {
    allowed: RwLock<HashSet<PeerId>>,
    table: watch::Sender<Table>,
    waker: AtomicWaker,
}

impl Fence {
    /// Lets nobody in.
    pub(super) fn new() -> Self {
        Self(Arc::new(Shared {
            allowed: RwLock::default(),
            table: watch::Sender::default(),
            waker: AtomicWaker::new(),
        }))
    }

    pub(super) fn allows(&self, peer: &PeerId) -> bool {
        self.0.allowed.read().unwrap_or_else(PoisonError::into_inner).contains(peer)
    }

    /// Puts a new list in place, and resolves once nobody else is connected.
    pub(super) async fn allow(&self, peers: HashSet<PeerId>) {
        *self.0.allowed.write().unwrap_or_else(PoisonError::into_inner) = peers;
        self.0.waker.wake();
        let fence = self.clone();
        self.until(|table| table.keys().all(|peer| fence.allows(peer))).await;
    }

    /// Allowed peers with a connection that is ready.
    pub(super) fn ready(&self) -> Vec<PeerId> {
        let table = self.0.table.borrow();
        table.keys().filter(|peer| is_ready(&table, peer) && self.allows(peer)).copied().collect()
    }

    /// Whether there is a connection with this peer that is ready.
    pub(super) fn is_ready(&self, peer: &PeerId) -> bool {
        is_ready(&self.0.table.borrow(), peer)
    }

    /// Resolves once the table is like that.
    pub(super) async fn until(&self, mut like: impl FnMut(&Table) -> bool) {
        // an error would mean that the sender is gone: it is in `self`
        let _ = self.0.table.subscribe().wait_for(|table| like(table)).await;
    }

    /// The part that lives in the swarm.
    pub(super) fn behaviour(&self) -> Behaviour {
        Behaviour { fence: self.clone(), closing: HashSet::new(), events: VecDeque::new() }
    }

    fn enforce(&self, peer: &PeerId) -> Result<(), ConnectionDenied> {
        if self.allows(peer) { Ok(()) } else { Err(ConnectionDenied::new(NotAllowed)) }
    }

    /// Lets a connection in. Under the list's lock, so that [`Fence::allow`] either refuses it or sees it.
    fn admit(&self, peer: PeerId, connection: ConnectionId) -> Result<Watcher, ConnectionDenied> {
        let allowed = self.0.allowed.read().unwrap_or_else(PoisonError::into_inner);
        if !allowed.contains(&peer) {
            return Err(ConnectionDenied::new(NotAllowed));
        }
        self.0.table.send_modify(|table| {
            table.entry(peer).or_default().insert(connection, false);
        });
        Ok(Watcher::default())
    }
}

pub(super) fn is_ready(table: &Table, peer: &PeerId) -> bool {
    table.get(peer).is_some_and(|connections| connections.values().any(|ready| *ready))
}

#[derive(Debug, thiserror::Error)]
#[error("not on the allow-list")]
struct NotAllowed;

/// See the module.
pub(super) struct Behaviour {
    fence: Fence,
    /// Told to close and not yet closed.
    closing: HashSet<PeerId>,
    events: VecDeque<PeerId>,
}

impl Behaviour {
    /// A connection is gone, or another behaviour refused it after this one had not.
    fn closed(&mut self, connection: ConnectionId) {
        self.fence.0.table.send_if_modified(|table| {
            let Some(peer) = table.iter().find_map(|(peer, all)| all.contains_key(&connection).then_some(*peer)) else {
                return false;
            };
            if let Some(connections) = table.get_mut(&peer) {
                connections.remove(&connection);
                if connections.is_empty() {
                    table.remove(&peer);
                    self.closing.remove(&peer);
                }
            }
            true
        });
    }

    /// Peers which the list no longer has.
    fn find_to_close(&mut self) {
        let table = self.fence.0.table.borrow();
        for peer in table.keys() {
            if !self.fence.allows(peer) && self.closing.insert(*peer) {
                self.events.push_back(*peer);
            }
        }
    }
}

impl NetworkBehaviour for Behaviour {
    type ConnectionHandler = Watcher;
    type ToSwarm = Infallible;

    fn handle_pending_outbound_connection(
        &mut self,
        _: ConnectionId,
        peer: Option<PeerId>,
        _: &[Multiaddr],
        _: Endpoint,
    ) -> Result<Vec<Multiaddr>, ConnectionDenied> {
        peer.map_or(Ok(()), |peer| self.fence.enforce(&peer))?;
        Ok(Vec::new())
    }

    fn handle_established_inbound_connection(
        &mut self,
        connection: ConnectionId,
        peer: PeerId,
        _: &Multiaddr,
        _: &Multiaddr,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        self.fence.admit(peer, connection)
    }

    fn handle_established_outbound_connection(
        &mut self,
        connection: ConnectionId,
        peer: PeerId,
        _: &Multiaddr,
        _: Endpoint,
        _: PortUse,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        self.fence.admit(peer, connection)
    }

    fn on_swarm_event(&mut self, event: FromSwarm<'_>) {
        match event {
            FromSwarm::ConnectionClosed(event) => self.closed(event.connection_id),
            FromSwarm::ListenFailure(event) => self.closed(event.connection_id),
            FromSwarm::DialFailure(event) => self.closed(event.connection_id),
            _ => {}
        }
    }

    fn on_connection_handler_event(&mut self, peer: PeerId, connection: ConnectionId, (): THandlerOutEvent<Self>) {
        self.fence.0.table.send_modify(|table| {
            if let Some(ready) = table.get_mut(&peer).and_then(|all| all.get_mut(&connection)) {
                *ready = true;
            }
        });
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<ToSwarm<Infallible, THandlerInEvent<Self>>> {
        self.fence.0.waker.register(context.waker());
        self.find_to_close();
        match self.events.pop_front() {
            Some(peer_id) => Poll::Ready(ToSwarm::CloseConnection { peer_id, connection: CloseConnection::All }),
            None => Poll::Pending,
        }
    }
}

/// Speaks no protocol: keeps the connection alive, and tells once when the other side has identified itself.
#[derive(Default)]
pub(super) struct Watcher {
    heard: bool,
    told: bool,
}

impl ConnectionHandler for Watcher {
    type FromBehaviour = Infallible;
    type ToBehaviour = ();
    type InboundProtocol = DeniedUpgrade;
    type OutboundProtocol = DeniedUpgrade;
    type InboundOpenInfo = ();
    type OutboundOpenInfo = ();

    fn listen_protocol(&self) -> SubstreamProtocol<DeniedUpgrade> {
        SubstreamProtocol::new(DeniedUpgrade, ())
    }

    /// Allowed peers are few and stay: a client keeps its connection with the pinning node.
    fn connection_keep_alive(&self) -> bool {
        true
    }

    fn on_behaviour_event(&mut self, event: Infallible) {
        match event {}
    }

    fn on_connection_event(&mut self, event: ConnectionEvent<'_, DeniedUpgrade, DeniedUpgrade>) {
        if let ConnectionEvent::RemoteProtocolsChange(_) = event {
            self.heard = true;
        }
    }

    fn poll(&mut self, _: &mut Context<'_>) -> Poll<ConnectionHandlerEvent<DeniedUpgrade, (), ()>> {
        if self.heard && !self.told {
            self.told = true;
            return Poll::Ready(ConnectionHandlerEvent::NotifyBehaviour(()));
        }
        Poll::Pending
    }
}
