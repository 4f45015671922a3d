//! Connections: counted, secured, and HTTP/1.1 spoken on them, each step within its time.

mod connections;
#[cfg(test)]
mod tests;

use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt as _;

use crate::catalog::Catalog;
use crate::http;
use crate::limits::{HANDSHAKE_TIME, HEADER_TIME, MAX_HEAD};
pub(crate) use connections::Connections;

/// Who is at the other end of a request's connection.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Peer(pub(crate) SocketAddr);

/// After an accept that failed for want of files or memory.
const BREATHE: Duration = Duration::from_secs(1);

/// How long who connects may take.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Times {
    /// To begin TLS.
    pub(crate) handshake: Duration,
    /// To send a request's line and headers, from the connection's beginning or the answer before.
    pub(crate) header: Duration,
}

impl Default for Times {
    fn default() -> Self {
        Self { handshake: HANDSHAKE_TIME, header: HEADER_TIME }
    }
}

/// Serves until the catalog stops, then ends what is under way: open requests are answered, idle connections closed.
pub(crate) async fn serve(listener: TcpListener, tls: TlsAcceptor, times: Times, catalog: Arc<Catalog>) {
    let (tasks, connections) = (TaskTracker::new(), catalog.connections.clone());
    let stopping = catalog.stopping.clone();
    let connection = Connection { router: http::router(catalog), tls, times, stopping: stopping.clone() };
    while let Some((stream, from)) = accept(&listener, &stopping).await {
        let Some(place) = connections.take(from.ip()) else {
            tracing::debug!("too many connections");
            continue;
        };
        let connection = connection.clone();
        tasks.spawn(async move {
            connection.speak(stream, from).await;
            drop(place);
        });
    }
    drop(listener);
    tasks.close();
    tasks.wait().await;
}

/// The next connection; none when the catalog stops.
async fn accept(listener: &TcpListener, stopping: &CancellationToken) -> Option<(TcpStream, SocketAddr)> {
    loop {
        let accepted = stopping.run_until_cancelled(listener.accept()).await?;
        match accepted {
            Ok(accepted) => return Some(accepted),
            Err(error) if is_about_one(&error) => {}
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                stopping.run_until_cancelled(tokio::time::sleep(BREATHE)).await?;
            }
        }
    }
}

/// A connection that ended before it was accepted is that one's trouble; anything else is this computer's.
fn is_about_one(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

/// What each connection needs.
#[derive(Clone)]
struct Connection {
    router: Router,
    tls: TlsAcceptor,
    times: Times,
    stopping: CancellationToken,
}

impl Connection {
    async fn speak(self, stream: TcpStream, from: SocketAddr) {
        // Notices are small, and wait for nothing.
        let _ = stream.set_nodelay(true);
        let secured = timeout(self.times.handshake, self.tls.accept(stream));
        let Some(Ok(Ok(stream))) = self.stopping.run_until_cancelled(secured).await else {
            tracing::debug!("a connection was not secured");
            return;
        };
        let service = service_fn(move |request: hyper::Request<Incoming>| {
            let mut request = request.map(Body::new);
            request.extensions_mut().insert(Peer(from));
            self.router.clone().oneshot(request)
        });
        let mut http = http1::Builder::new();
        http.timer(TokioTimer::new()).header_read_timeout(self.times.header).max_buf_size(MAX_HEAD);
        let mut connection = pin!(http.serve_connection(TokioIo::new(stream), service));
        let ended = match self.stopping.run_until_cancelled(connection.as_mut()).await {
            Some(ended) => ended,
            None => {
                connection.as_mut().graceful_shutdown();
                connection.await
            }
        };
        if let Err(error) = ended {
            tracing::debug!(%error, "a connection ended badly");
        }
    }
}
