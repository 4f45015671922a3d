//! What goes wrong with a request, told apart by what the asker can do about it.
//!
//! The answer carries the code and its fixed words, never which check failed: a stranger who probes learns
//! nothing from it. The reason goes to the log at debug level; reasons are fixed words too, so no name,
//! key or id can get there.

use std::time::Duration;

use axum::Json;
use axum::http::header::RETRY_AFTER;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use valise_protocol::api::{ApiCode, ApiFailure};
use valise_protocol::chain::{Broken, Void};
use valise_protocol::record::BadRecord;

use crate::limits::COME_AGAIN;

/// Why a request is not answered.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ApiError {
    #[error("the request is not understood: {0}")]
    BadRequest(&'static str),
    #[error("no such method here")]
    Method,
    #[error("no valid proof: {0}")]
    Unauthorized(&'static str),
    #[error("not for this account, or not there")]
    NotFound,
    #[error("something else stands there")]
    Conflict,
    #[error("refused: {0}")]
    Refused(#[from] Refusal),
    #[error("over a limit: {0}")]
    TooLarge(&'static str),
    #[error("too much at a time: {0}")]
    Busy(&'static str),
    #[error("too often: again in {0:?}")]
    Later(Duration),
    #[error("over the quota of the {0}")]
    OverQuota(&'static str),
    #[error("there is a workspace already")]
    Taken,
    #[error("fault: {0}")]
    Internal(#[from] Fault),
}

/// Why what was sent is not taken in.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Refusal {
    #[error("{0}")]
    Record(#[from] BadRecord),
    #[error("{0}")]
    Broken(#[from] Broken),
    #[error("void, {0}")]
    Void(#[from] Void),
    #[error("{0}")]
    Rule(&'static str),
}

/// The catalog's own fault.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Fault {
    #[error("database: {0}")]
    Database(#[from] rusqlite::Error),
    #[error("an operation panicked")]
    Panicked,
    #[error("no randomness")]
    Randomness,
}

/// A rule of this server, on top of those of the chains.
pub(crate) fn rule(broken: &'static str) -> ApiError {
    ApiError::Refused(Refusal::Rule(broken))
}

impl From<rusqlite::Error> for ApiError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Internal(Fault::Database(error))
    }
}

impl ApiError {
    fn answer(&self) -> (StatusCode, ApiCode, &'static str) {
        match self {
            Self::BadRequest(_) => (StatusCode::BAD_REQUEST, ApiCode::BadRequest, "the request is not understood"),
            Self::Method => (StatusCode::METHOD_NOT_ALLOWED, ApiCode::BadRequest, "the request is not understood"),
            Self::Unauthorized(_) => (StatusCode::UNAUTHORIZED, ApiCode::Unauthorized, "no valid proof"),
            Self::NotFound => (StatusCode::NOT_FOUND, ApiCode::NotFound, "not found"),
            Self::Conflict => (StatusCode::CONFLICT, ApiCode::Conflict, "something else stands there"),
            Self::Refused(_) => (StatusCode::UNPROCESSABLE_ENTITY, ApiCode::Refused, "refused"),
            Self::TooLarge(_) => (StatusCode::PAYLOAD_TOO_LARGE, ApiCode::TooLarge, "over a limit"),
            Self::OverQuota(_) => (StatusCode::UNPROCESSABLE_ENTITY, ApiCode::OverQuota, "no room is left for it"),
            Self::Busy(_) | Self::Later(_) => (StatusCode::TOO_MANY_REQUESTS, ApiCode::Busy, "too much at a time"),
            Self::Taken => (StatusCode::CONFLICT, ApiCode::Taken, "there is a workspace already"),
            Self::Internal(_) => (StatusCode::INTERNAL_SERVER_ERROR, ApiCode::Internal, "a fault of the catalog"),
        }
    }
}

impl ApiError {
    /// Whole seconds after which it is worth while to ask again.
    fn come_again(&self) -> Option<u64> {
        let after = match self {
            Self::Later(after) => *after,
            Self::Busy(_) => COME_AGAIN,
            _ => return None,
        };
        Some(after.as_millis().div_ceil(1000).max(1).try_into().unwrap_or(u64::MAX))
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        match &self {
            Self::Internal(fault) => tracing::error!(%fault, "request failed"),
            other => tracing::debug!(reason = %other, "request refused"),
        }
        let (status, code, message) = self.answer();
        let mut response = (status, Json(ApiFailure { code, message: message.to_owned() })).into_response();
        if let Some(seconds) = self.come_again() {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}
