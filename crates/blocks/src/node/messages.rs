//! Requests and answers between peers, one libp2p request-response protocol each.
//!
//! On the wire a message is one byte and then its bytes, because the layer below cannot carry an empty
//! one: 1 before a request or an answer, 0 alone for "no answer".

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use bytes::{BufMut, Bytes, BytesMut};
use connexa::behaviour::request_response::RequestResponseConfig;
use connexa::prelude::request_response::{InboundRequestId, OutboundFailure};
use connexa::prelude::{PeerId as Peer, StreamProtocol};
use futures::StreamExt;
use futures::stream::BoxStream;
use rust_ipfs::Ipfs;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use super::config::node;
use super::direct;
use super::fence::Fence;
use super::peers::{parse, unreachable};
use crate::dag::MAX_BLOCK;
use crate::error::BlocksError;
use crate::store::{MAX_MESSAGE, PeerId, Responder};

/// Protocols of the caller at most: rust-ipfs has ten places and ignores the rest; one is [`direct`]'s.
const PROTOCOLS: usize = 9;

/// For a whole exchange.
const EXCHANGE: Duration = Duration::from_secs(30);

/// Requests of one protocol being answered at once; more wait.
const AT_ONCE: usize = 32;

const NOTHING: u8 = 0;
const SOMETHING: u8 = 1;

type Responders = HashMap<String, RwLock<Option<Arc<dyn Responder>>>>;

/// The protocols of one node and who answers them.
pub(super) struct Messages {
    responders: Arc<Responders>,
}

/// What rust-ipfs has to be told of the protocols.
pub(super) fn configure(protocols: &[String]) -> Result<Vec<RequestResponseConfig>, BlocksError> {
    if protocols.len() > PROTOCOLS {
        return Err(BlocksError::TooLarge { limit: PROTOCOLS as u64, unit: "protocols" });
    }
    let one = |name: &str, largest: usize| {
        name_of(name)?;
        Ok(RequestResponseConfig::new(name)
            .set_timeout(EXCHANGE)
            .set_max_request_size(MAX_MESSAGE + 1)
            .set_max_response_size(largest + 1))
    };
    let own = [one(direct::PROTOCOL, MAX_BLOCK)];
    own.into_iter().chain(protocols.iter().map(|name| one(name, MAX_MESSAGE))).collect()
}

/// One request to one peer. `None`: it answered nothing, or does not speak this protocol.
pub(super) async fn exchange(ipfs: &Ipfs, peer: Peer, protocol: &str, request: &[u8]) -> Option<Bytes> {
    let answer = ipfs.send_request(peer, (name_of(protocol).ok()?, frame(request))).await.ok()?;
    (answer.first() == Some(&SOMETHING)).then(|| answer.slice(1..))
}

fn name_of(name: &str) -> Result<StreamProtocol, BlocksError> {
    StreamProtocol::try_from_owned(name.to_owned())
        .map_err(|_| BlocksError::Invalid { what: "a protocol", text: name.to_owned() })
}

impl Messages {
    /// Listens on all protocols until the node is stopped.
    pub(super) async fn start(
        ipfs: &Ipfs,
        protocols: &[String],
        server: direct::Server,
        fence: &Fence,
        stopped: &CancellationToken,
    ) -> Result<Self, BlocksError> {
        let mut responders: Responders = protocols.iter().map(|name| (name.clone(), RwLock::default())).collect();
        let server: Arc<dyn Responder> = Arc::new(server);
        responders.insert(direct::PROTOCOL.to_owned(), RwLock::new(Some(server)));
        let responders = Arc::new(responders);
        for name in responders.keys() {
            let requests = ipfs.requests_subscribe(name_of(name)?).await.map_err(node)?;
            let serving = Serving {
                ipfs: ipfs.clone(),
                name: name.clone(),
                fence: fence.clone(),
                responders: responders.clone(),
            };
            let stopped = stopped.clone();
            tokio::spawn(async move { stopped.run_until_cancelled(serving.run(requests)).await });
        }
        Ok(Self { responders })
    }

    pub(super) fn answer(&self, protocol: &str, responder: Arc<dyn Responder>) -> Result<(), BlocksError> {
        let place = self.place(protocol)?;
        *place.write().unwrap_or_else(PoisonError::into_inner) = Some(responder);
        Ok(())
    }

    fn place(&self, protocol: &str) -> Result<&RwLock<Option<Arc<dyn Responder>>>, BlocksError> {
        let unknown = || BlocksError::UnknownProtocol { protocol: protocol.to_owned() };
        self.responders.get(protocol).filter(|_| protocol != direct::PROTOCOL).ok_or_else(unknown)
    }

    pub(super) async fn ask(
        &self,
        ipfs: &Ipfs,
        fence: &Fence,
        peer: &PeerId,
        protocol: &str,
        request: Bytes,
    ) -> Result<Bytes, BlocksError> {
        self.place(protocol)?;
        check_size(&request)?;
        let id = parse(peer)?;
        if !fence.allows(&id) {
            return Err(BlocksError::NotAllowed { peer: peer.clone() });
        }
        if !fence.is_ready(&id) {
            return Err(unreachable(peer, "not connected"));
        }
        let sent = ipfs.send_request(id, (name_of(protocol)?, frame(&request)));
        let silent = || BlocksError::NoAnswer { peer: peer.clone() };
        let answer = tokio::time::timeout(EXCHANGE, sent).await.map_err(|_| silent())?;
        let answer = answer.map_err(|error| failed(peer, &error))?;
        match answer.first() {
            Some(&SOMETHING) => Ok(answer.slice(1..)),
            _ => Err(silent()),
        }
    }
}

/// One protocol being answered.
struct Serving {
    ipfs: Ipfs,
    name: String,
    fence: Fence,
    responders: Arc<Responders>,
}

impl Serving {
    async fn run(self, mut requests: BoxStream<'static, (Peer, InboundRequestId, Bytes)>) {
        let serving = Arc::new(self);
        let places = Arc::new(Semaphore::new(AT_ONCE));
        while let Some((peer, id, request)) = requests.next().await {
            let Ok(place) = places.clone().acquire_owned().await else { return };
            let serving = serving.clone();
            tokio::spawn(async move {
                let _place = place;
                serving.one(peer, id, request).await;
            });
        }
    }

    async fn one(&self, peer: Peer, id: InboundRequestId, request: Bytes) {
        let answer = match self.respond(peer, request).await {
            Some(answer) if answer.len() <= self.largest() => frame(&answer),
            Some(answer) => {
                tracing::warn!(protocol = %self.name, size = answer.len(), "an answer over the limit is not sent");
                Bytes::from_static(&[NOTHING])
            }
            None => Bytes::from_static(&[NOTHING]),
        };
        let Ok(name) = name_of(&self.name) else { return };
        if let Err(error) = self.ipfs.send_response(peer, id, (name, answer)).await {
            tracing::debug!(protocol = %self.name, %error, "the asker is gone");
        }
    }

    fn largest(&self) -> usize {
        if self.name == direct::PROTOCOL { MAX_BLOCK } else { MAX_MESSAGE }
    }

    async fn respond(&self, peer: Peer, request: Bytes) -> Option<Bytes> {
        let request = request.first().filter(|kind| **kind == SOMETHING).map(|_| request.slice(1..))?;
        // cut off between asking and now
        if !self.fence.allows(&peer) {
            return None;
        }
        let responder = self.responders.get(&self.name)?.read().unwrap_or_else(PoisonError::into_inner).clone()?;
        responder.respond(PeerId(peer.to_string()), request).await
    }
}

fn frame(message: &[u8]) -> Bytes {
    let mut framed = BytesMut::with_capacity(message.len() + 1);
    framed.put_u8(SOMETHING);
    framed.put_slice(message);
    framed.freeze()
}

pub(super) fn check_size(message: &Bytes) -> Result<(), BlocksError> {
    match message.len() <= MAX_MESSAGE {
        true => Ok(()),
        false => Err(BlocksError::TooLarge { limit: MAX_MESSAGE as u64, unit: "bytes" }),
    }
}

fn failed(peer: &PeerId, error: &rust_ipfs::Error) -> BlocksError {
    match error.downcast_ref::<connexa::error::Error>() {
        Some(connexa::error::Error::RequestResponse(OutboundFailure::DialFailure)) => {
            unreachable(peer, "not connected")
        }
        _ => BlocksError::NoAnswer { peer: peer.clone() },
    }
}
