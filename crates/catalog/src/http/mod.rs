//! HTTP: the router, what is read from a request, and what is answered. A route calls one operation.

mod body;
mod events;
mod open;
mod openapi;
mod own;
mod rates;
mod signed;

use std::str::FromStr;
use std::sync::Arc;

use axum::middleware::from_fn_with_state;
use axum::routing::{MethodRouter, get, post};
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

/// All routes. Those of `open` are for anybody, those of `own` for whoever signs as a device that counts. `openapi.json` has
/// each of them.
fn routes(catalog: &Arc<Catalog>) -> Vec<(&'static str, MethodRouter<Arc<Catalog>>)> {
    let read = || from_fn_with_state(Arc::clone(catalog), rates::open);
    let write = || from_fn_with_state(Arc::clone(catalog), rates::open_write);
    vec![
        ("/healthz", get(open::healthz).layer(read())),
        ("/v1/openapi.json", get(openapi::document).layer(read())),
        ("/v1/identity", get(open::identity).layer(read())),
        ("/v1/sessions", post(open::session).layer(read())),
        ("/v1/workspaces", post(open::workspace).layer(write())),
        ("/v1/joins", post(open::join).layer(write()).get(own::joins)),
        ("/v1/chains/{chain}", get(own::page).post(own::append)),
        ("/v1/chains/{chain}/records/{seq}", get(own::placed)),
        ("/v1/folders", get(own::folders).post(own::begin_folder)),
        ("/v1/folders/{folder}/offer", get(own::offer)),
        ("/v1/folders/{folder}/wraps", get(own::wraps).post(own::rewrap)),
        ("/v1/folders/{folder}/held", get(own::held)),
        ("/v1/folders/{folder}/signals", post(own::signal)),
        ("/v1/ring", get(own::ring).put(own::put_ring)),
        ("/v1/pairings", post(own::begin_pairing)),
        ("/v1/pairings/{pairing}", get(open::pairing).post(open::answer).layer(read()).delete(own::end_pairing)),
        ("/v1/pairings/{pairing}/answer", get(own::pairing_answer)),
        ("/v1/recoveries", post(open::recover).layer(write())),
        ("/v1/recoveries/{mark}", get(open::recovery_sets).layer(read())),
        ("/v1/recovery-requests", post(open::ask).layer(write()).get(own::asked_of)),
        ("/v1/recovery-requests/{device}", get(open::asked_state).layer(read()).delete(own::refuse)),
        ("/v1/devices", get(own::devices)),
        ("/v1/events", get(events::events)),
    ]
}

/// What is asked, answered.
pub(crate) fn router(catalog: Arc<Catalog>) -> Router {
    let routes = routes(&catalog).into_iter();
    let router = routes.fold(Router::new(), |router, (path, methods)| router.route(path, methods));
    router
        .route_layer(from_fn_with_state(Arc::clone(&catalog), metrics::count))
        .fallback(async || ApiError::NotFound)
        .method_not_allowed_fallback(async || ApiError::Method)
        .with_state(catalog)
}
