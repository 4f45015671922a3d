//! `GET /v1/events`: notices as they come, as server-sent events.

use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::State;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures::stream::{self, Stream as Items};

use super::signed::Signed;
use crate::catalog::Catalog;
use crate::error::ApiError;
use crate::hub::Stream;
use crate::limits::KEEP_ALIVE;

pub(super) async fn events(
    State(catalog): State<Arc<Catalog>>,
    signed: Signed,
) -> Result<Sse<impl Items<Item = Result<Event, Infallible>>>, ApiError> {
    let stream = open(&catalog, &signed)?;
    catalog.note_seen(signed.asker());
    // Its device may just have connected to the pinning node, too.
    catalog.pinning.wake();
    let items = stream::unfold(stream, async |mut stream| {
        let text = stream.next().await?;
        Some((Ok(Event::default().data(text)), stream))
    });
    Ok(Sse::new(items).keep_alive(KeepAlive::new().interval(KEEP_ALIVE)))
}

/// While the state is held, so that nobody is closed or revoked between looking and opening.
fn open(catalog: &Arc<Catalog>, signed: &Signed) -> Result<Stream, ApiError> {
    let state = catalog.store.state();
    let asker = signed.asker();
    let standing = state.standing(&asker.account).filter(|_| state.device_key(&asker).is_some());
    let standing = standing.ok_or(ApiError::Unauthorized("not here any more"))?;
    Ok(Stream::open(catalog, asker, standing))
}
