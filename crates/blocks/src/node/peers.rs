//! Reaching peers: ids, addresses, names, dialling.

use std::net::IpAddr;
use std::time::Duration;

use connexa::prelude::swarm::DialError;
use connexa::prelude::swarm::dial_opts::{DialOpts, PeerCondition};
use connexa::prelude::{Multiaddr, PeerId as Peer, Protocol};
use rust_ipfs::Ipfs;

use super::config::node;
use super::fence::{Fence, is_ready};
use crate::error::BlocksError;
use crate::store::{Address, PeerId};

/// From the first packet to a connection on which the other side has spoken.
const CONNECT: Duration = Duration::from_secs(15);

/// A peer id from its text.
pub(super) fn parse(peer: &PeerId) -> Result<Peer, BlocksError> {
    peer.0.parse().map_err(|_| BlocksError::Invalid { what: "a peer id", text: peer.0.clone() })
}

/// An address from its text, if it is TCP and nothing more: other transports would step around the swarm key.
pub(super) fn parse_tcp(address: &Address) -> Result<Multiaddr, BlocksError> {
    let refuse = || BlocksError::Invalid { what: "a TCP address", text: address.0.clone() };
    let parsed: Multiaddr = address.0.parse().map_err(|_| refuse())?;
    let mut parts = parsed.iter();
    let host = parts.next();
    let known = matches!(
        host,
        Some(Protocol::Ip4(_) | Protocol::Ip6(_) | Protocol::Dns(_) | Protocol::Dns4(_) | Protocol::Dns6(_))
    );
    match (parts.next(), parts.next()) {
        (Some(Protocol::Tcp(_)), None) if known => Ok(parsed),
        _ => Err(refuse()),
    }
}

/// Addresses on which this node listens.
pub(super) async fn listening(ipfs: &Ipfs) -> Result<Vec<Address>, BlocksError> {
    let addresses = ipfs.listening_addresses().await.map_err(node)?;
    Ok(addresses.iter().map(|address| Address(address.to_string())).collect())
}

/// Dials, and resolves when the peer has let us in.
pub(super) async fn connect(
    ipfs: &Ipfs,
    fence: &Fence,
    peer: &PeerId,
    addresses: &[Address],
) -> Result<(), BlocksError> {
    let id = parse(peer)?;
    if !fence.allows(&id) {
        return Err(BlocksError::NotAllowed { peer: peer.clone() });
    }
    if fence.is_ready(&id) {
        return Ok(());
    }
    match tokio::time::timeout(CONNECT, dial(ipfs, fence, id, peer, addresses)).await {
        Ok(result) => result,
        Err(_) => Err(unreachable(peer, "timed out")),
    }
}

async fn dial(ipfs: &Ipfs, fence: &Fence, id: Peer, peer: &PeerId, addresses: &[Address]) -> Result<(), BlocksError> {
    let mut found = Vec::new();
    let mut why = "no address".to_owned();
    for address in addresses {
        match resolve(address).await {
            Ok(resolved) => found.extend(resolved),
            Err(error) => why = error.to_string(),
        }
    }
    if found.is_empty() {
        return Err(unreachable(peer, &why));
    }
    let options = DialOpts::peer_id(id).addresses(found).condition(PeerCondition::Always).build();
    if let Err(error) = ipfs.connect(options).await {
        // a dial from the other side may have won meanwhile
        if fence.is_ready(&id) {
            return Ok(());
        }
        return Err(unreachable(peer, &plain(&error)));
    }
    fence.until(|table| is_ready(table, &id) || !table.contains_key(&id)).await;
    match fence.is_ready(&id) {
        true => Ok(()),
        // it hung up as soon as it knew who we are
        false => Err(BlocksError::NotAllowed { peer: peer.clone() }),
    }
}

/// The same address with its name, if it has one, looked up: rust-ipfs does not dial names over TCP.
async fn resolve(address: &Address) -> Result<Vec<Multiaddr>, BlocksError> {
    let parsed = parse_tcp(address)?;
    let mut parts = parsed.iter();
    let (Some(host), Some(Protocol::Tcp(port))) = (parts.next(), parts.next()) else { return Ok(Vec::new()) };
    let (name, accept): (_, fn(&IpAddr) -> bool) = match host {
        Protocol::Dns(name) => (name, |_| true),
        Protocol::Dns4(name) => (name, IpAddr::is_ipv4),
        Protocol::Dns6(name) => (name, IpAddr::is_ipv6),
        _ => return Ok(vec![parsed]),
    };
    let found = tokio::net::lookup_host((&*name, port)).await?;
    let dialable = |ip: IpAddr| Multiaddr::from(ip).with(Protocol::Tcp(port));
    Ok(found.map(|socket| socket.ip()).filter(accept).map(dialable).collect())
}

pub(super) fn unreachable(peer: &PeerId, why: &str) -> BlocksError {
    BlocksError::Unreachable { peer: peer.clone(), why: why.to_owned() }
}

/// What a failed dial comes down to, without libp2p's words.
fn plain(error: &rust_ipfs::Error) -> String {
    let dial = error.downcast_ref::<connexa::error::Error>().and_then(|error| match error {
        connexa::error::Error::Dial(dial) => Some(&**dial),
        _ => None,
    });
    match dial {
        Some(DialError::Transport(tried)) => match tried.last() {
            Some((address, error)) => format!("{address}: {error}"),
            None => "no address worked".to_owned(),
        },
        Some(DialError::WrongPeerId { .. }) => "another computer answers at that address".to_owned(),
        Some(DialError::Denied { .. }) => "too many connections".to_owned(),
        _ => error.to_string(),
    }
}
