//! How often anybody may ask for what is open to anybody, by address.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::time::Instant;

use axum::extract::{Request, State};
use axum::http::Extensions;
use axum::middleware::Next;
use axum::response::Response;

use crate::catalog::Catalog;
use crate::error::ApiError;
use crate::serve::Peer;

/// Who is at the other end; all of those of whom it is not known count as one.
pub(super) fn from(extensions: &Extensions) -> IpAddr {
    extensions.get::<Peer>().map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.0.ip())
}

/// Before a route that only reads.
pub(super) async fn open(
    State(catalog): State<Arc<Catalog>>,
    request: Request,
    next: Next,
) -> Result<Response, ApiError> {
    catalog.rates.open(from(request.extensions()), Instant::now())?;
    Ok(next.run(request).await)
}

/// Before a route that has the catalog write something down.
pub(super) async fn open_write(
    State(catalog): State<Arc<Catalog>>,
    request: Request,
    next: Next,
) -> Result<Response, ApiError> {
    catalog.rates.open_write(from(request.extensions()), Instant::now())?;
    Ok(next.run(request).await)
}
