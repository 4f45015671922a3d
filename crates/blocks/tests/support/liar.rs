//! A peer that claims over Bitswap to have every block, and sends other bytes for it.
//!
//! An honest implementation cannot be made to do so (it checks what it sends), so this one speaks just
//! enough of the protocol by itself: length-prefixed protobuf, one stream each way.
#![allow(clippy::unwrap_used)]

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};

use connexa::prelude::swarm::handler::{ConnectionEvent, FullyNegotiatedInbound, FullyNegotiatedOutbound};
use connexa::prelude::swarm::{
    ConnectionDenied, ConnectionHandler, ConnectionHandlerEvent, ConnectionId, FromSwarm, NetworkBehaviour,
    SubstreamProtocol, THandlerInEvent, ToSwarm,
};
use connexa::prelude::transport::Endpoint;
use connexa::prelude::transport::transport::PortUse;
use connexa::prelude::transport::upgrade::ReadyUpgrade;
use connexa::prelude::{Multiaddr, PeerId, Stream, StreamProtocol};
use futures::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::mpsc;

const BITSWAP: StreamProtocol = StreamProtocol::new("/ipfs/bitswap/1.2.0");

/// Counts the blocks it was asked for, and lied about.
#[derive(Clone, Default)]
pub struct Liar(pub Arc<AtomicUsize>);

impl NetworkBehaviour for Liar {
    type ConnectionHandler = Handler;
    type ToSwarm = Infallible;

    fn handle_established_inbound_connection(
        &mut self,
        _: ConnectionId,
        _: PeerId,
        _: &Multiaddr,
        _: &Multiaddr,
    ) -> Result<Handler, ConnectionDenied> {
        Ok(Handler::new(self.0.clone()))
    }

    fn handle_established_outbound_connection(
        &mut self,
        _: ConnectionId,
        _: PeerId,
        _: &Multiaddr,
        _: Endpoint,
        _: PortUse,
    ) -> Result<Handler, ConnectionDenied> {
        Ok(Handler::new(self.0.clone()))
    }

    fn on_swarm_event(&mut self, _: FromSwarm<'_>) {}

    fn on_connection_handler_event(&mut self, _: PeerId, _: ConnectionId, event: Infallible) {
        match event {}
    }

    fn poll(&mut self, _: &mut Context<'_>) -> Poll<ToSwarm<Infallible, THandlerInEvent<Self>>> {
        Poll::Pending
    }
}

pub struct Handler {
    lies: Arc<AtomicUsize>,
    say: mpsc::UnboundedSender<Vec<u8>>,
    said: Option<mpsc::UnboundedReceiver<Vec<u8>>>,
    requested: bool,
}

impl Handler {
    fn new(lies: Arc<AtomicUsize>) -> Self {
        let (say, said) = mpsc::unbounded_channel();
        Self { lies, say, said: Some(said), requested: false }
    }
}

impl ConnectionHandler for Handler {
    type FromBehaviour = Infallible;
    type ToBehaviour = Infallible;
    type InboundProtocol = ReadyUpgrade<StreamProtocol>;
    type OutboundProtocol = ReadyUpgrade<StreamProtocol>;
    type InboundOpenInfo = ();
    type OutboundOpenInfo = ();

    fn listen_protocol(&self) -> SubstreamProtocol<Self::InboundProtocol> {
        SubstreamProtocol::new(ReadyUpgrade::new(BITSWAP), ())
    }

    fn connection_keep_alive(&self) -> bool {
        true
    }

    fn on_behaviour_event(&mut self, event: Infallible) {
        match event {}
    }

    fn on_connection_event(&mut self, event: ConnectionEvent<'_, Self::InboundProtocol, Self::OutboundProtocol>) {
        match event {
            ConnectionEvent::FullyNegotiatedInbound(FullyNegotiatedInbound { protocol, .. }) => {
                tokio::spawn(hear(protocol, self.say.clone(), self.lies.clone()));
            }
            ConnectionEvent::FullyNegotiatedOutbound(FullyNegotiatedOutbound { protocol, .. }) => {
                tokio::spawn(speak(protocol, self.said.take().unwrap()));
            }
            _ => {}
        }
    }

    fn poll(&mut self, _: &mut Context<'_>) -> Poll<ConnectionHandlerEvent<Self::OutboundProtocol, (), Infallible>> {
        if std::mem::replace(&mut self.requested, true) {
            return Poll::Pending;
        }
        let protocol = SubstreamProtocol::new(ReadyUpgrade::new(BITSWAP), ());
        Poll::Ready(ConnectionHandlerEvent::OutboundSubstreamRequest { protocol })
    }
}

async fn speak(mut stream: Stream, mut said: mpsc::UnboundedReceiver<Vec<u8>>) {
    while let Some(message) = said.recv().await {
        let mut framed = Vec::new();
        number(&mut framed, message.len() as u64);
        framed.extend(message);
        if stream.write_all(&framed).await.is_err() || stream.flush().await.is_err() {
            return;
        }
    }
}

async fn hear(mut stream: Stream, say: mpsc::UnboundedSender<Vec<u8>>, lies: Arc<AtomicUsize>) {
    loop {
        let (mut length, mut shift) = (0usize, 0);
        loop {
            let mut byte = [0];
            if stream.read_exact(&mut byte).await.is_err() {
                return;
            }
            length |= usize::from(byte[0] & 0x7f) << shift;
            shift += 7;
            if byte[0] < 0x80 {
                break;
            }
        }
        let mut message = vec![0; length];
        if stream.read_exact(&mut message).await.is_err() {
            return;
        }
        for (cid, wants_block) in wants(&message) {
            let answer = if wants_block { false_block(&cid) } else { have(&cid) };
            lies.fetch_add(usize::from(wants_block), Ordering::SeqCst);
            let _ = say.send(answer);
        }
    }
}

/// CIDs of the wants in a message, and whether the block itself is wanted.
fn wants(message: &[u8]) -> Vec<(Vec<u8>, bool)> {
    let lists = fields(message).into_iter().filter(|(field, ..)| *field == 1);
    let entries = lists.flat_map(|(_, _, list)| fields(list)).filter(|(field, ..)| *field == 1);
    let wants = entries.filter_map(|(_, _, entry)| {
        let of = |wanted| fields(entry).into_iter().find(|(field, ..)| *field == wanted);
        let (cid, cancelled) = (of(1)?.2.to_vec(), of(3).is_some_and(|(_, flag, _)| flag == 1));
        // want type: 0 (or left out) is the block, 1 is "have"
        (!cancelled).then(|| (cid, of(4).is_none_or(|(_, kind, _)| kind == 0)))
    });
    wants.collect()
}

/// Number, value (of a number) and bytes (of bytes) of each field.
fn fields(mut message: &[u8]) -> Vec<(u64, u64, &[u8])> {
    fn varint(bytes: &mut &[u8]) -> u64 {
        let (mut value, mut shift) = (0, 0);
        while let Some((first, rest)) = bytes.split_first() {
            *bytes = rest;
            value |= u64::from(first & 0x7f) << shift;
            shift += 7;
            if *first < 0x80 {
                break;
            }
        }
        value
    }
    let mut found = Vec::new();
    while !message.is_empty() {
        let tag = varint(&mut message);
        let value = varint(&mut message);
        let length = if tag & 7 == 2 { value as usize } else { 0 };
        let (bytes, rest) = message.split_at(length);
        found.push((tag >> 3, value, bytes));
        message = rest;
    }
    found
}

fn have(cid: &[u8]) -> Vec<u8> {
    let mut presence = field(1, cid);
    presence.extend([2 << 3, 0]);
    field(4, &presence)
}

fn false_block(cid: &[u8]) -> Vec<u8> {
    // the prefix says how to hash: version, codec, hash, length
    let mut payload = field(1, &cid[..4]);
    payload.extend(field(2, b"not what the name says"));
    field(3, &payload)
}

fn field(tag: u8, bytes: &[u8]) -> Vec<u8> {
    let mut out = vec![tag << 3 | 2];
    number(&mut out, bytes.len() as u64);
    out.extend_from_slice(bytes);
    out
}

fn number(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}
