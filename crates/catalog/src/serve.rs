//! Connections: accepted, secured, and HTTP/1.1 spoken on them, each step within its time.

use std::io;
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

/// After an accept that failed for want of files or memory.
const BREATHE: Duration = Duration::from_secs(1);

/// Serves until the catalog stops, then ends what is under way: open requests are answered, idle connections closed.
pub(crate) async fn serve(listener: TcpListener, tls: TlsAcceptor, catalog: Arc<Catalog>) {
    let connections = TaskTracker::new();
    let connection = Connection { router: http::router(Arc::clone(&catalog)), tls, stopping: catalog.stopping.clone() };
    while let Some(stream) = accept(&listener, &catalog.stopping).await {
        connections.spawn(connection.clone().speak(stream));
    }
    drop(listener);
    connections.close();
    connections.wait().await;
}

/// The next connection; none when the catalog stops.
async fn accept(listener: &TcpListener, stopping: &CancellationToken) -> Option<TcpStream> {
    loop {
        let accepted = stopping.run_until_cancelled(listener.accept()).await?;
        match accepted {
            Ok((stream, _)) => return Some(stream),
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
    stopping: CancellationToken,
}

impl Connection {
    async fn speak(self, stream: TcpStream) {
        // Notices are small, and wait for nothing.
        let _ = stream.set_nodelay(true);
        let secured = self.stopping.run_until_cancelled(timeout(HANDSHAKE_TIME, self.tls.accept(stream))).await;
        let Some(Ok(Ok(stream))) = secured else {
            tracing::debug!("a connection was not secured");
            return;
        };
        let service =
            service_fn(move |request: hyper::Request<Incoming>| self.router.clone().oneshot(request.map(Body::new)));
        let mut http = http1::Builder::new();
        http.timer(TokioTimer::new()).header_read_timeout(HEADER_TIME).max_buf_size(MAX_HEAD);
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
