//! Numbers for the operator, in Prometheus' text format: of the catalog as a whole, never of anybody or any folder.
//!
//! Answered only where the operator asks for it, on an address of its own: what is open to all says nothing of this.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use axum::Router;
use axum::extract::{MatchedPath, Request, State};
use axum::http::Method;
use axum::http::header::CONTENT_TYPE;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use tokio::net::TcpListener;

use crate::catalog::Catalog;
use crate::db::{pins, usage};
use crate::error::ApiError;

/// Requests that were answered: by route as it is written in the router, method and status. Bounded by what there is of
/// these.
#[derive(Default)]
pub(crate) struct Requests(Mutex<BTreeMap<(String, &'static str, u16), u64>>);

impl Requests {
    fn count(&self, route: &str, method: &Method, status: u16) {
        *self.known().entry((route.to_owned(), name(method), status)).or_default() += 1;
    }

    fn known(&self) -> MutexGuard<'_, BTreeMap<(String, &'static str, u16), u64>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Anybody can make up a method.
fn name(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::DELETE => "DELETE",
        Method::HEAD => "HEAD",
        _ => "other",
    }
}

/// Counts what a route answers.
pub(crate) async fn count(
    State(catalog): State<Arc<Catalog>>,
    route: MatchedPath,
    request: Request,
    next: Next,
) -> Response {
    let method = request.method().clone();
    let response = next.run(request).await;
    catalog.requests.count(route.as_str(), &method, response.status().as_u16());
    response
}

/// Answers `/metrics` until the catalog stops.
pub(crate) async fn serve(listener: TcpListener, catalog: Arc<Catalog>) {
    let stopping = catalog.stopping.clone();
    let router = Router::new().route("/metrics", get(metrics)).with_state(catalog);
    let served = axum::serve(listener, router).with_graceful_shutdown(stopping.cancelled_owned());
    if let Err(error) = served.await {
        tracing::error!(%error, "metrics are not answered any more");
    }
}

async fn metrics(State(catalog): State<Arc<Catalog>>) -> Result<Response, ApiError> {
    let troubles = catalog.troubles(Instant::now()).await;
    let blocks = catalog.pinning.stored().await;
    let text = catalog.blocking(move |catalog| {
        let rows = catalog.store.read(|db, state| {
            let people = state.workspace().map_or(0, |workspace| workspace.people().len());
            Ok((usage::of_all(db)?, pins::waiting_after(db, 0)?.len(), people, state.folders().count()))
        })?;
        let (usage, waiting, people, folders) = rows;
        let mut text = Text::default();
        text.family("valise_up", "gauge", "Whether a part can do its work.");
        for (part, trouble) in [("database", crate::health::DATABASE), ("node", crate::health::NODE)] {
            text.row("valise_up", &format!("{{part=\"{part}\"}}"), u64::from(!troubles.contains(&trouble)));
        }
        text.gauge("valise_connections", "Connections that are open.", catalog.connections.open() as u64);
        text.gauge("valise_people", "People ever let in.", people as u64);
        text.gauge("valise_folders", "Folders.", folders as u64);
        text.gauge("valise_records", "Records of all chains.", usage.records);
        text.gauge("valise_record_bytes", "Bytes of these records.", usage.record_bytes);
        text.gauge("valise_announced_bytes", "Bytes announced to the pinning node.", usage.pinned);
        text.gauge("valise_pins_waiting", "Announced, and not held yet.", waiting as u64);
        if let Some((many, bytes)) = blocks {
            text.gauge("valise_blocks", "Blocks that the pinning node stores.", many);
            text.gauge("valise_block_bytes", "Bytes of these blocks.", bytes);
        }
        text.family("valise_requests_total", "counter", "Requests answered.");
        for ((route, method, status), many) in &*catalog.requests.known() {
            let labels = format!("{{route=\"{route}\",method=\"{method}\",status=\"{status}\"}}");
            text.row("valise_requests_total", &labels, *many);
        }
        Ok(text.0)
    });
    Ok(([(CONTENT_TYPE, "text/plain; version=0.0.4")], text.await?).into_response())
}

#[derive(Default)]
struct Text(String);

impl Text {
    fn family(&mut self, name: &str, kind: &str, help: &str) {
        let _ = writeln!(self.0, "# HELP {name} {help}\n# TYPE {name} {kind}");
    }

    fn row(&mut self, name: &str, labels: &str, value: u64) {
        let _ = writeln!(self.0, "{name}{labels} {value}");
    }

    fn gauge(&mut self, name: &str, help: &str, value: u64) {
        self.family(name, "gauge", help);
        self.row(name, "", value);
    }
}
