//! Whom a client talks to: TLS with a key that the catalog's identity has certified. No names, no authorities, no dates.
//!
//! Plain HTTP is spoken to this computer itself and to nothing else: there is no line that somebody could be on.

use std::error::Error;
use std::io;
use std::net::IpAddr;
use std::sync::{Arc, OnceLock};

use reqwest::Url;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{ClientConfig, Resumption};
use rustls::crypto::{CryptoProvider, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, DigitallySignedStruct, OtherError, SignatureScheme};
use valise_protocol::sign::VerifyKey;
use valise_protocol::tls::{EXTENSION, certified_by};
use x509_parser::der_parser::Oid;

use super::CatalogError;

/// Which identity a client of a catalog talks to. Once it is known it never changes: every connection must be its.
#[derive(Clone, Debug, Default)]
pub(super) struct Trust(Arc<OnceLock<VerifyKey>>);

impl Trust {
    /// The identity with this key, or, at the first contact, the one that answers.
    pub(super) fn new(pinned: Option<VerifyKey>) -> Self {
        Self(Arc::new(pinned.map(OnceLock::from).unwrap_or_default()))
    }

    /// Takes a key that a catalog showed: the known one, or the first.
    pub(super) fn is(&self, key: VerifyKey) -> Result<(), CatalogError> {
        if *self.0.get_or_init(|| key) == key { Ok(()) } else { Err(CatalogError::OtherCatalog) }
    }

    /// TLS 1.3 with nobody but this identity. Each connection is verified anew: sessions are not resumed.
    pub(super) fn tls(&self) -> Result<ClientConfig, CatalogError> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let verifier = Verifier { trust: self.clone(), provider: provider.clone() };
        let config = ClientConfig::builder_with_provider(provider)
            .with_protocol_versions(&[&rustls::version::TLS13])
            .map_err(|_| CatalogError::NotTls)?;
        let mut config = config.dangerous().with_custom_certificate_verifier(Arc::new(verifier)).with_no_client_auth();
        config.resumption = Resumption::disabled();
        // Whose server it is stands nowhere on the line.
        config.enable_sni = false;
        Ok(config)
    }
}

/// An address that may be asked: `https`, or `http` on this computer itself; nothing after the port.
pub(super) fn checked(url: &str) -> Result<String, CatalogError> {
    let text = url.trim().trim_end_matches('/');
    let url = Url::parse(text).map_err(|_| CatalogError::NotTls)?;
    let host = url.host_str().ok_or(CatalogError::NotTls)?;
    let is_bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none() && url.username().is_empty();
    match url.scheme() {
        "https" if is_bare => Ok(text.to_owned()),
        "http" if is_bare && is_this_computer(host) => Ok(text.to_owned()),
        _ => Err(CatalogError::NotTls),
    }
}

/// By its number: a name could lead anywhere.
fn is_this_computer(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']');
    address.parse().is_ok_and(|address: IpAddr| address.is_loopback())
}

/// Whether a request failed because somebody else answered. What went wrong in TLS stands inside I/O errors, one in the
/// other, which do not give what they hold as their source.
pub(super) fn is_somebody_else(error: &(dyn Error + 'static)) -> bool {
    if let Some(error) = error.downcast_ref::<rustls::Error>() {
        return matches!(error, rustls::Error::InvalidCertificate(_));
    }
    let held = error.downcast_ref::<io::Error>().and_then(|error| error.get_ref());
    held.is_some_and(|held| is_somebody_else(held)) || error.source().is_some_and(is_somebody_else)
}

/// Why a certificate does not count.
#[derive(Debug, thiserror::Error)]
enum Untrusted {
    #[error("no identity has certified its key")]
    NotCertified,
    #[error("another identity has certified its key")]
    AnotherIdentity,
}

impl From<Untrusted> for rustls::Error {
    fn from(untrusted: Untrusted) -> Self {
        Self::InvalidCertificate(CertificateError::Other(OtherError(Arc::new(untrusted))))
    }
}

#[derive(Debug)]
struct Verifier {
    trust: Trust,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let identity = identity_of(certificate).ok_or(Untrusted::NotCertified)?;
        self.trust.is(identity).map_err(|_| Untrusted::AnotherIdentity)?;
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _message: &[u8],
        _certificate: &CertificateDer<'_>,
        _signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Err(rustls::Error::General("TLS 1.3 alone is spoken".to_owned()))
    }

    /// That who answers has the key of the certificate.
    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signed, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

/// The identity that has certified this certificate's key.
fn identity_of(certificate: &CertificateDer<'_>) -> Option<VerifyKey> {
    let (rest, certificate) = x509_parser::parse_x509_certificate(certificate).ok()?;
    let oid = Oid::from(&EXTENSION).ok()?;
    let extension = certificate.get_extension_unique(&oid).ok()??;
    let public = certificate.public_key().raw;
    certified_by(extension.value, public).ok().filter(|_| rest.is_empty())
}

#[cfg(test)]
mod tests;
