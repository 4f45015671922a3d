//! HTTP: the router, what is read from a request, and what is answered. A route calls one operation.

mod body;
mod events;
mod open;
mod own;
mod rates;
mod signed;

use std::str::FromStr;
use std::sync::Arc;

use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};
use axum::{Json, Router};

use crate::catalog::Catalog;
use crate::error::ApiError;
use crate::metrics;

/// What is no id names nothing.
fn id<T: FromStr>(text: &str) -> Result<T, ApiError> {
    text.parse().map_err(|_| ApiError::NotFound)
}

/// JSON, or why not.
type Answer<T> = Result<Json<T>, ApiError>;

/// All routes. Those of `open` are for anybody, those of `own` for whoever signs as a device that counts.
pub(crate) fn router(catalog: Arc<Catalog>) -> Router {
    let read = || from_fn_with_state(Arc::clone(&catalog), rates::open);
    let write = || from_fn_with_state(Arc::clone(&catalog), rates::open_write);
    Router::new()
        .route("/healthz", get(open::healthz).layer(read()))
        .route("/v1/identity", get(open::identity).layer(read()))
        .route("/v1/sessions", post(open::session).layer(read()))
        .route("/v1/workspaces", post(open::workspace).layer(write()))
        .route("/v1/joins", post(open::join).layer(write()).get(own::joins))
        .route("/v1/chains/{chain}", get(own::page).post(own::append))
        .route("/v1/chains/{chain}/records/{seq}", get(own::placed))
        .route("/v1/folders", get(own::folders).post(own::begin_folder))
        .route("/v1/folders/{folder}/wraps", get(own::wraps).post(own::rewrap))
        .route("/v1/folders/{folder}/held", get(own::held))
        .route("/v1/ring", get(own::ring).put(own::put_ring))
        .route("/v1/pairings", post(own::begin_pairing))
        .route("/v1/pairings/{pairing}", get(open::pairing).post(open::answer).layer(read()).delete(own::end_pairing))
        .route("/v1/pairings/{pairing}/answer", get(own::pairing_answer))
        .route("/v1/recoveries", post(open::recover).layer(write()))
        .route("/v1/recoveries/{mark}", get(open::recovery_sets).layer(read()))
        .route("/v1/recovery-requests", post(open::ask).layer(write()).get(own::asked_of))
        .route("/v1/recovery-requests/{device}", get(open::asked_state).layer(read()).delete(own::refuse))
        .route("/v1/devices", get(own::devices))
        .route("/v1/events", get(events::events))
        .route_layer(from_fn_with_state(Arc::clone(&catalog), metrics::count))
        .fallback(async || ApiError::NotFound)
        .method_not_allowed_fallback(async || ApiError::BadRequest("method"))
        .with_state(catalog)
}
