//! HTTPS to keepers: one request, one short answer.
//!
//! TLS is required, but to this computer itself. The system's certificates count, and a file of others where one is named
//! (a company's own authority). No redirects, which could lead a token elsewhere; no proxies; no cookies; nothing is sent
//! twice. What holds a secret on its way is wiped here; copies in the buffers of HTTP and TLS are not.

use std::error::Error;
use std::fs;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::header::{ACCEPT, CONTENT_TYPE, HeaderName, HeaderValue};
use hyper::{Method, Request, Uri};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};
use serde::Serialize;
use serde::de::DeserializeOwned;
use zeroize::Zeroizing;

use crate::address::AddressError;
use crate::error::CustodyError;

/// How long an answer may take: an HSM behind a busy service answers within a second or two.
const PATIENCE: Duration = Duration::from_secs(30);
/// Largest answer that is read; the longest, a key with a thousand versions, has less.
const MAX_ANSWER: usize = 256 << 10;
/// Room for a request, so that a body with a secret in it does not grow and leave copies behind.
const REQUEST: usize = 8 << 10;

/// A server: scheme, host and port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Origin(String);

impl Origin {
    /// `https://host[:port]`, or `http` to this computer itself. No path, no user.
    pub(crate) fn parse(text: &str) -> Result<Self, CustodyError> {
        const BAD: CustodyError = CustodyError::Address(AddressError::Part("server"));
        let text = text.strip_suffix('/').unwrap_or(text);
        let uri: Uri = text.parse().map_err(|_| BAD)?;
        let host = uri.host().ok_or(BAD)?;
        let is_bare = uri.authority().is_some_and(|authority| !authority.as_str().contains('@'))
            && matches!(uri.path_and_query().map(|path| path.as_str()), None | Some("/"));
        if !is_bare || text.len() > 255 || text.contains('#') {
            return Err(BAD);
        }
        match uri.scheme_str() {
            Some("https") => Ok(Self(text.to_owned())),
            Some("http") if is_this_computer(host) => Ok(Self(text.to_owned())),
            Some("http") => Err(CustodyError::NotTls(text.to_owned())),
            _ => Err(BAD),
        }
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

fn is_this_computer(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || address.parse().is_ok_and(|address: std::net::IpAddr| address.is_loopback())
}

/// An answer: its status, and its body.
pub(crate) struct Answer {
    pub(crate) status: u16,
    body: Zeroizing<Vec<u8>>,
}

impl Answer {
    /// The body as JSON.
    pub(crate) fn json<T: DeserializeOwned>(&self) -> Result<T, CustodyError> {
        serde_json::from_slice(&self.body).map_err(|_| CustodyError::NotUnderstood)
    }
}

/// A client of one server.
pub(crate) struct Http {
    origin: Origin,
    client: Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
}

impl Http {
    /// `authorities`: a PEM file of certificates to trust besides the system's.
    pub(crate) fn new(origin: Origin, authorities: Option<&Path>) -> Result<Self, CustodyError> {
        let connector = HttpsConnectorBuilder::new().with_tls_config(tls(authorities)?).https_or_http().enable_http1();
        let client = Client::builder(TokioExecutor::new()).build(connector.build());
        Ok(Self { origin, client })
    }

    pub(crate) fn origin(&self) -> &Origin {
        &self.origin
    }

    /// Sends a request with a body, or asks without one.
    pub(crate) async fn send(
        &self,
        path: &str,
        headers: Vec<(HeaderName, HeaderValue)>,
        body: Option<&(impl Serialize + Sync)>,
    ) -> Result<Answer, CustodyError> {
        let method = if body.is_some() { Method::POST } else { Method::GET };
        let mut request = Request::builder().method(method).uri(format!("{}{path}", self.origin.0));
        request = request.header(ACCEPT, "application/json");
        for (name, value) in headers {
            request = request.header(name, value);
        }
        let body = match body {
            Some(body) => {
                request = request.header(CONTENT_TYPE, "application/json");
                to_bytes(body)?
            }
            None => Bytes::new(),
        };
        let request = request.body(Full::new(body)).map_err(|_| AddressError::Part("path"))?;
        let answer = tokio::time::timeout(PATIENCE, self.exchange(request)).await;
        answer.unwrap_or_else(|_| Err(CustodyError::NotReachable(self.origin.0.clone())))
    }

    async fn exchange(&self, request: Request<Full<Bytes>>) -> Result<Answer, CustodyError> {
        let response = self.client.request(request).await.map_err(|error| self.failure(&error))?;
        let status = response.status().as_u16();
        let mut body = Limited::new(response.into_body(), MAX_ANSWER);
        let mut bytes = Zeroizing::new(Vec::with_capacity(REQUEST));
        while let Some(frame) = body.frame().await {
            let frame = frame.map_err(|_| CustodyError::NotUnderstood)?;
            bytes.extend_from_slice(frame.data_ref().map_or(&[], |data| data));
        }
        Ok(Answer { status, body: bytes })
    }

    /// A certificate that is not trusted is told apart from a server that is not there: other things help.
    fn failure(&self, error: &(dyn Error + 'static)) -> CustodyError {
        if is_about_a_certificate(error) {
            return CustodyError::NotTrusted(self.origin.0.clone());
        }
        CustodyError::NotReachable(self.origin.0.clone())
    }
}

/// What went wrong in TLS stands inside I/O errors, one in the other, which do not give what they hold as their source.
fn is_about_a_certificate(error: &(dyn Error + 'static)) -> bool {
    if let Some(error) = error.downcast_ref::<rustls::Error>() {
        return matches!(error, rustls::Error::InvalidCertificate(_));
    }
    let held = error.downcast_ref::<io::Error>().and_then(|error| error.get_ref());
    held.is_some_and(|held| is_about_a_certificate(held)) || error.source().is_some_and(is_about_a_certificate)
}

/// JSON in bytes that are wiped when the last part of them was sent.
fn to_bytes(body: &impl Serialize) -> Result<Bytes, CustodyError> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(REQUEST));
    // Texts and numbers: JSON holds all of them.
    serde_json::to_writer(&mut *bytes, body).map_err(|_| CustodyError::NotUnderstood)?;
    Ok(Bytes::from_owner(Wiped(bytes)))
}

struct Wiped(Zeroizing<Vec<u8>>);

impl AsRef<[u8]> for Wiped {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

fn tls(authorities: Option<&Path>) -> Result<ClientConfig, CustodyError> {
    let mut roots = RootCertStore::empty();
    // What cannot be read of the system's store counts for nothing, and the server for not trusted.
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if let Some(path) = authorities {
        roots.add_parsable_certificates(read_certificates(path)?);
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let config = config.map_err(|_| CustodyError::NotOffered("TLS"))?;
    Ok(config.with_root_certificates(roots).with_no_client_auth())
}

fn read_certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, CustodyError> {
    const BAD: CustodyError = CustodyError::Address(AddressError::Part("ca-file"));
    let pem = fs::read(path).map_err(|_| BAD)?;
    let read: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&pem).collect();
    read.ok().filter(|certificates| !certificates.is_empty()).ok_or(BAD)
}

/// A header with a token in it, which nothing prints.
pub(crate) fn secret_header(text: &str) -> Result<HeaderValue, CustodyError> {
    let mut value = HeaderValue::from_str(text).map_err(|_| CustodyError::BadCredentials)?;
    value.set_sensitive(true);
    Ok(value)
}
