//! A signed request: who asks, proven by a device's key over session, counter, method, path and body.
//!
//! Whatever is wrong, the answer is the same, and takes the same work: nobody learns which accounts exist.

use std::sync::Arc;
use std::time::Instant;

use axum::body::Body;
use axum::extract::{FromRequest, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, Uri};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde::de::DeserializeOwned;
use valise_protocol::auth::{self, HEADER, Proof};
use valise_protocol::cbor;
use valise_protocol::sign::VerifyKey;

use super::body::{self, Held};
use super::rates;
use crate::catalog::Catalog;
use crate::error::ApiError;
use crate::limits::MAX_BODY;
use crate::state::Asker;

/// Longest proof header in characters; a proof has some 250 bytes.
const MAX_HEADER: usize = 1024;

/// The base point of edwards25519: a key nobody signs with, checked in place of one that is not there.
const NOBODY: [u8; 32] = {
    let mut bytes = [0x66; 32];
    bytes[0] = 0x58;
    bytes
};

/// A request whose proof stands.
pub(super) struct Signed {
    asker: Asker,
    uri: Uri,
    body: Held,
}

impl Signed {
    /// Who asks.
    pub(super) fn asker(&self) -> Asker {
        self.asker
    }

    /// The body's content.
    pub(super) fn parse<T: DeserializeOwned>(&self) -> Result<T, ApiError> {
        self.body.parse()
    }

    /// `?after=N`, the only parameter there is.
    pub(super) fn after(&self) -> Result<Option<u64>, ApiError> {
        let Some(query) = self.uri.query().filter(|query| !query.is_empty()) else { return Ok(None) };
        let after = query.strip_prefix("after=").and_then(|after| after.parse().ok());
        after.map(Some).ok_or(ApiError::BadRequest("query"))
    }
}

impl FromRequest<Arc<Catalog>> for Signed {
    type Rejection = ApiError;

    async fn from_request(request: Request, catalog: &Arc<Catalog>) -> Result<Self, ApiError> {
        let (parts, body) = request.into_parts();
        let from = rates::from(&parts.extensions);
        catalog.rates.before_proof(from, Instant::now())?;
        let signed = Self::proven(parts, body, catalog).await;
        if let Err(ApiError::Unauthorized(_)) = &signed {
            catalog.rates.unproven(from, Instant::now());
        }
        let signed = signed?;
        catalog.rates.account(signed.asker.account, Instant::now())?;
        Ok(signed)
    }
}

impl Signed {
    async fn proven(parts: Parts, body: Body, catalog: &Arc<Catalog>) -> Result<Self, ApiError> {
        let proof = proof(&parts.headers)?;
        // Before a body is read for them, strangers need at least a session.
        if !catalog.sessions.stands(&proof.nonce, Instant::now()) {
            return Err(ApiError::Unauthorized("no such session"));
        }
        let body = body::read(catalog, &parts.headers, body, MAX_BODY).await?;
        let (method, uri) = (parts.method, parts.uri);
        let check = move |catalog: &Catalog| {
            let asker = check(catalog, &proof, &method, &uri, body.bytes())?;
            Ok(Self { asker, uri, body })
        };
        catalog.blocking(check).await
    }
}

fn proof(headers: &HeaderMap) -> Result<Proof, ApiError> {
    let text = headers.get(HEADER).map(|value| value.as_bytes()).filter(|text| text.len() <= MAX_HEADER);
    let text = text.ok_or(ApiError::Unauthorized("no proof"))?;
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(text).map_err(|_| ApiError::Unauthorized("malformed proof"))?;
    cbor::decode(&bytes).map_err(|_| ApiError::Unauthorized("malformed proof"))
}

/// The signature first, then the counter: only who can sign uses counters up.
fn check(catalog: &Catalog, proof: &Proof, method: &Method, uri: &Uri, body: &[u8]) -> Result<Asker, ApiError> {
    let asker = Asker { account: proof.account, device: proof.device };
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    let request = auth::Signed { method: method.as_str(), path, body };
    let key = catalog.store.state().device_key(&asker);
    let signed = proof.verify(request, &key.unwrap_or(VerifyKey::new(NOBODY)));
    if key.is_none() || signed.is_err() {
        return Err(ApiError::Unauthorized("signature or device"));
    }
    catalog.sessions.spend(proof.nonce, asker, proof.counter, Instant::now())?;
    Ok(asker)
}
