//! Routes for anybody.

use std::sync::Arc;
use std::time::Instant;

use axum::Json;
use axum::extract::{Request, State};
use valise_protocol::api::{Identity, JoinRequest, NewWorkspace, Receipts};
use valise_protocol::auth::Session;

use super::Answer;
use super::body::{self, Held};
use crate::catalog::Catalog;
use crate::error::{ApiError, rule};
use crate::limits::{MAX_BODY, MAX_JOIN_BODY};
use crate::write::{self, Joined};

/// A body that anybody sent.
async fn body(catalog: &Catalog, request: Request, most: usize) -> Result<Held, ApiError> {
    let (parts, body) = request.into_parts();
    body::read(catalog, &parts.headers, body, most).await
}

pub(super) async fn healthz() -> &'static str {
    "ok\n"
}

pub(super) async fn identity(State(catalog): State<Arc<Catalog>>) -> Json<Identity> {
    let workspace = catalog.store.state().workspace_id();
    let pinning = catalog.pinning.key().verify_key();
    Json(Identity::sign(&catalog.identity, workspace, pinning, catalog.pinning.addresses()))
}

pub(super) async fn session(State(catalog): State<Arc<Catalog>>) -> Answer<Session> {
    catalog.sessions.begin(Instant::now()).map(Json)
}

pub(super) async fn workspace(State(catalog): State<Arc<Catalog>>, request: Request) -> Answer<Receipts> {
    let body = body(&catalog, request, MAX_BODY).await?;
    let found = catalog.write(move |catalog, db, state, effects| {
        let new: NewWorkspace = body.parse()?;
        write::found(catalog, db, state, effects, new)
    });
    found.await.map(Json)
}

pub(super) async fn join(State(catalog): State<Arc<Catalog>>, request: Request) -> Answer<Receipts> {
    let body = body(&catalog, request, MAX_JOIN_BODY).await?;
    let join = catalog.write(move |catalog, db, state, effects| {
        let request: JoinRequest = body.parse()?;
        write::join(catalog, db, state, effects, request)
    });
    match join.await? {
        Joined::Waiting(receipts) => Ok(Json(receipts)),
        Joined::SomebodyElse => {
            tracing::warn!("an invitation was redeemed a second time, by somebody else");
            Err(rule("somebody else redeemed this invitation"))
        }
    }
}
