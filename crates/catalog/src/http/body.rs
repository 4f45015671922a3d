//! Request bodies: bounded each, in number, and in the time they may take to arrive.

use std::sync::Arc;

use axum::body::Body;
use axum::http::HeaderMap;
use axum::http::header::CONTENT_LENGTH;
use bytes::{Bytes, BytesMut};
use futures::StreamExt as _;
use serde::de::DeserializeOwned;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::timeout;

use crate::catalog::Catalog;
use crate::error::ApiError;
use crate::limits::{BODY_TIME, BODY_WAIT};

/// A body, and its share of the memory for bodies.
pub(super) struct Held {
    bytes: Bytes,
    _room: Option<OwnedSemaphorePermit>,
}

impl Held {
    /// Its bytes.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// What it says.
    pub(super) fn parse<T: DeserializeOwned>(&self) -> Result<T, ApiError> {
        serde_json::from_slice(&self.bytes).map_err(|_| ApiError::BadRequest("body"))
    }
}

/// Reads a body of at most so many bytes.
pub(super) async fn read(catalog: &Catalog, headers: &HeaderMap, body: Body, most: usize) -> Result<Held, ApiError> {
    if announced(headers).is_some_and(|announced| announced > most) {
        return Err(ApiError::TooLarge("body"));
    }
    timeout(BODY_TIME, collect(catalog, body, most)).await.map_err(|_| ApiError::BadRequest("body too slow"))?
}

fn announced(headers: &HeaderMap) -> Option<usize> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// Room is taken for what has arrived, not for what was announced: who sends slowly keeps out nobody.
async fn collect(catalog: &Catalog, body: Body, most: usize) -> Result<Held, ApiError> {
    let mut stream = body.into_data_stream();
    let (mut whole, mut room) = (BytesMut::new(), None::<OwnedSemaphorePermit>);
    while let Some(chunk) = stream.next().await {
        let chunk = chunk.map_err(|_| ApiError::BadRequest("body cut short"))?;
        if whole.len() + chunk.len() > most {
            return Err(ApiError::TooLarge("body"));
        }
        let more = room_for(catalog, chunk.len()).await?;
        match &mut room {
            Some(room) => room.merge(more),
            None => room = Some(more),
        }
        whole.extend_from_slice(&chunk);
    }
    Ok(Held { bytes: whole.freeze(), _room: room })
}

async fn room_for(catalog: &Catalog, bytes: usize) -> Result<OwnedSemaphorePermit, ApiError> {
    let bytes = u32::try_from(bytes).map_err(|_| ApiError::TooLarge("body"))?;
    let room = timeout(BODY_WAIT, Arc::clone(&catalog.bodies).acquire_many_owned(bytes)).await;
    room.map_err(|_| ApiError::Busy("bodies"))?.map_err(|_| ApiError::Busy("stopping"))
}
