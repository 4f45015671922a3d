//! Routes for anybody.

use std::sync::Arc;
use std::time::Instant;

use axum::Json;
use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use valise_protocol::api::{
    Answered, AskedState, AskedText, Identity, JoinRequest, NewWorkspace, Offered, Receipts, Recover, RecoverySets,
};
use valise_protocol::auth::Session;
use valise_protocol::receipt::Receipt;

use super::Answer;
use super::body::{self, Held};
use super::id;
use crate::catalog::{Catalog, now};
use crate::error::{ApiError, rule};
use crate::limits::{MAX_ANSWER_BODY, MAX_ASKED_BODY, MAX_BODY, MAX_JOIN_BODY};
use crate::read;
use crate::write::{self, Joined};

/// A body that anybody sent.
async fn body(catalog: &Catalog, request: Request, most: usize) -> Result<Held, ApiError> {
    let (parts, body) = request.into_parts();
    body::read(catalog, &parts.headers, body, most).await
}

/// Well, or what is not.
pub(super) async fn healthz(State(catalog): State<Arc<Catalog>>) -> (StatusCode, String) {
    let troubles = catalog.troubles(Instant::now()).await;
    match troubles.is_empty() {
        true => (StatusCode::OK, "ok\n".to_owned()),
        false => (StatusCode::SERVICE_UNAVAILABLE, troubles.iter().map(|trouble| format!("{trouble}\n")).collect()),
    }
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

/// Who has the code knows the id, and nobody else.
pub(super) async fn pairing(State(catalog): State<Arc<Catalog>>, Path(pairing): Path<String>) -> Answer<Offered> {
    catalog.pairings.offer(&id(&pairing)?, Instant::now()).map(Json)
}

pub(super) async fn answer(
    State(catalog): State<Arc<Catalog>>,
    Path(pairing): Path<String>,
    request: Request,
) -> Answer<()> {
    let pairing = id(&pairing)?;
    // Before a body is read for them, strangers need at least the id.
    catalog.pairings.offer(&pairing, Instant::now())?;
    let body = body(&catalog, request, MAX_ANSWER_BODY).await?;
    let answered: Answered = body.parse()?;
    catalog.pairings.answer(&pairing, answered, Instant::now()).map(Json)
}

/// What is public of recovery sets: who has two shares finds out whose they are.
pub(super) async fn recovery_sets(
    State(catalog): State<Arc<Catalog>>,
    Path(mark): Path<String>,
) -> Answer<RecoverySets> {
    let mark = u32::from_str_radix(&mark, 16).ok().filter(|_| mark.len() == 8).ok_or(ApiError::NotFound)?;
    Ok(Json(RecoverySets { sets: catalog.store.state().recovery_sets(mark.to_be_bytes()) }))
}

/// Anybody may ask for a recovery.
pub(super) async fn ask(State(catalog): State<Arc<Catalog>>, request: Request) -> Answer<()> {
    let body = body(&catalog, request, MAX_ASKED_BODY).await?;
    let ask = catalog.write(move |_, db, state, effects| {
        let asked: AskedText = body.parse()?;
        write::ask(db, state, effects, &asked, now())
    });
    ask.await.map(Json)
}

pub(super) async fn asked_state(State(catalog): State<Arc<Catalog>>, Path(device): Path<String>) -> Answer<AskedState> {
    let device = id(&device)?;
    catalog.blocking(move |catalog| read::asked_state(catalog, device)).await.map(Json)
}

pub(super) async fn recover(State(catalog): State<Arc<Catalog>>, request: Request) -> Answer<Receipt> {
    let body = body(&catalog, request, MAX_JOIN_BODY).await?;
    let recover = catalog.write(move |catalog, db, state, effects| {
        let request: Recover = body.parse()?;
        write::recover(catalog, db, state, effects, request)
    });
    recover.await.map(Json)
}
