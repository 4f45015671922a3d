//! Who stands on the line: everything that is not the catalog gets no byte of a request.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use rcgen::{CertificateParams, CustomExtension, KeyPair, PublicKeyData as _};
use rustls::ServerConfig;
use rustls::crypto::ring::{default_provider, sign::any_supported_type};
use rustls::pki_types::PrivateKeyDer;
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use valise_protocol::api::Identity;
use valise_protocol::sign::SigningKey;
use valise_protocol::tls::certify;
use zeroize::Zeroizing;

use super::*;
use crate::catalog::{Catalog, Signer};

/// What a server shows, and what it has heard.
struct Server {
    url: String,
    /// Bytes that came through TLS, or plain.
    heard: Arc<AtomicUsize>,
}

fn identity(byte: u8) -> SigningKey {
    SigningKey::from_seed(&Zeroizing::new([byte; 32]))
}

/// A certificate for a key, with an extension's content or none.
fn certificate(key: &KeyPair, extension: Option<Vec<u8>>) -> CertificateDer<'static> {
    let mut params = CertificateParams::default();
    let extension = extension.map(|content| CustomExtension::from_oid_content(&EXTENSION, content));
    params.custom_extensions = extension.into_iter().collect();
    params.self_signed(key).unwrap().der().clone()
}

fn genuine(key: &KeyPair) -> CertificateDer<'static> {
    certificate(key, Some(certify(&identity(1), &key.subject_public_key_info())))
}

/// Shows this certificate and signs with this key, whether they belong together or not.
#[derive(Debug)]
struct Shown(Mutex<Arc<CertifiedKey>>);

impl Shown {
    fn pair(certificate: CertificateDer<'static>, key: &KeyPair) -> Arc<CertifiedKey> {
        let key = any_supported_type(&PrivateKeyDer::try_from(key.serialize_der()).unwrap()).unwrap();
        Arc::new(CertifiedKey::new(vec![certificate], key))
    }
}

impl ResolvesServerCert for Shown {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.0.lock().unwrap().clone())
    }
}

impl Server {
    /// Shows a certificate, and answers `/v1/identity` as the catalog with `says`.
    async fn start(certificate: CertificateDer<'static>, key: &KeyPair, says: &SigningKey) -> Self {
        Self::showing(Arc::new(Shown(Mutex::new(Shown::pair(certificate, key)))), says).await
    }

    async fn showing(shown: Arc<Shown>, says: &SigningKey) -> Self {
        let config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
            .with_protocol_versions(&[&rustls::version::TLS13])
            .unwrap()
            .with_no_client_auth()
            .with_cert_resolver(shown);
        let says = serde_json::to_string(&Identity::sign(says, None, identity(9).verify_key(), vec![])).unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        Self::serve("https", move |stream, heard| {
            let (acceptor, says) = (acceptor.clone(), says.clone());
            async move {
                if let Ok(stream) = acceptor.accept(stream).await {
                    answer(stream, &says, &heard).await;
                }
            }
        })
        .await
    }

    /// Speaks no TLS.
    async fn plain() -> Self {
        Self::serve("https", async |stream, heard| answer(stream, "{}", &heard).await).await
    }

    async fn serve<F: Future<Output = ()> + Send>(
        scheme: &str,
        connection: impl Fn(TcpStream, Arc<AtomicUsize>) -> F + Send + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("{scheme}://{}", listener.local_addr().unwrap());
        let heard = Arc::new(AtomicUsize::new(0));
        let counter = heard.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                connection(stream, counter.clone()).await;
            }
        });
        Self { url, heard }
    }

    fn heard(&self) -> usize {
        self.heard.load(Ordering::Acquire)
    }
}

/// Counts what comes, and answers a request with a body; the connection ends with it.
async fn answer(
    mut stream: impl tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin,
    body: &str,
    heard: &AtomicUsize,
) {
    let mut bytes = [0; 4096];
    let many = stream.read(&mut bytes).await.unwrap_or(0);
    heard.fetch_add(many, Ordering::AcqRel);
    let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", body.len());
    let _ = stream.write_all(format!("{head}{body}").as_bytes()).await;
    let _ = stream.shutdown().await;
}

fn client(server: &Server) -> Catalog {
    let signer = Signer {
        account: valise_protocol::ids::AccountId::new([1; 32]),
        device: valise_protocol::ids::DeviceId::new([2; 32]),
        key: identity(3),
    };
    Catalog::new(&server.url, identity(1).verify_key(), Some(signer)).unwrap()
}

/// Refused as somebody else, whatever is asked, with nothing sent.
async fn is_refused(server: &Server) {
    assert!(matches!(client(server).identity().await, Err(CatalogError::OtherCatalog)));
    assert!(matches!(client(server).folders().await, Err(CatalogError::OtherCatalog)));
    assert!(matches!(client(server).events().await.err(), Some(CatalogError::OtherCatalog)));
    assert_eq!(server.heard(), 0);
}

#[tokio::test]
async fn what_the_pinned_identity_has_certified_is_taken() {
    let key = KeyPair::generate().unwrap();
    let server = Server::start(genuine(&key), &key, &identity(1)).await;
    assert_eq!(client(&server).identity().await.unwrap().key, identity(1).verify_key());
    assert!(server.heard() > 0);
}

#[tokio::test]
async fn a_certificate_that_nobody_has_certified_is_refused() {
    let key = KeyPair::generate().unwrap();
    is_refused(&Server::start(certificate(&key, None), &key, &identity(1)).await).await;
    is_refused(&Server::start(certificate(&key, Some(vec![0; 100])), &key, &identity(1)).await).await;
}

#[tokio::test]
async fn one_that_another_identity_has_certified_is_refused() {
    let key = KeyPair::generate().unwrap();
    let theirs = certificate(&key, Some(certify(&identity(2), &key.subject_public_key_info())));
    is_refused(&Server::start(theirs, &key, &identity(1)).await).await;
}

/// The statement is public: who connects is shown it. It says nothing of another key.
#[tokio::test]
async fn the_catalogs_own_statement_beside_another_key_is_refused() {
    let (key, other) = (KeyPair::generate().unwrap(), KeyPair::generate().unwrap());
    let statement = certify(&identity(1), &key.subject_public_key_info());
    is_refused(&Server::start(certificate(&other, Some(statement)), &other, &identity(1)).await).await;
}

#[tokio::test]
async fn the_catalogs_own_certificate_without_its_key_is_refused() {
    let (key, other) = (KeyPair::generate().unwrap(), KeyPair::generate().unwrap());
    is_refused(&Server::start(genuine(&key), &other, &identity(1)).await).await;
}

#[tokio::test]
async fn who_speaks_no_tls_hears_no_request() {
    let server = Server::plain().await;
    assert!(matches!(client(&server).folders().await, Err(CatalogError::Unreachable(_))));
    // What came is the beginning of TLS: no request, no proof, no address.
    let stream = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://{}", stream.local_addr().unwrap());
    let asked = tokio::spawn(async move {
        let _ = client(&Server { url, heard: Arc::default() }).folders().await;
    });
    let (mut stream, _) = stream.accept().await.unwrap();
    let mut bytes = vec![0; 4096];
    let many = stream.read(&mut bytes).await.unwrap();
    drop(stream);
    asked.await.unwrap();
    assert_eq!(bytes[..2], [0x16, 0x03], "a TLS handshake record");
    assert!(!bytes[..many].windows(4).any(|part| part == b"/v1/" || part == b"HTTP"));
}

/// Whoever answers first is the one; what it says of itself must be what its connections show.
#[tokio::test]
async fn the_first_contact_is_bound_to_its_connection() {
    let key = KeyPair::generate().unwrap();
    let server = Server::start(genuine(&key), &key, &identity(1)).await;
    assert_eq!(Catalog::unknown(&server.url).unwrap().identity().await.unwrap().key, identity(1).verify_key());
    // Somebody on the line, certified by their own identity, who passes the catalog's word on.
    let theirs = certificate(&key, Some(certify(&identity(2), &key.subject_public_key_info())));
    let server = Server::start(theirs, &key, &identity(1)).await;
    let first = Catalog::unknown(&server.url).unwrap().identity().await;
    assert!(matches!(first, Err(CatalogError::OtherCatalog)));
}

#[tokio::test]
async fn after_the_first_contact_it_stays_the_same() {
    let (key, other) = (KeyPair::generate().unwrap(), KeyPair::generate().unwrap());
    let shown = Arc::new(Shown(Mutex::new(Shown::pair(genuine(&key), &key))));
    let server = Server::showing(shown.clone(), &identity(1)).await;
    let first = Catalog::unknown(&server.url).unwrap();
    first.identity().await.unwrap();
    let heard = server.heard();
    let theirs = certificate(&other, Some(certify(&identity(2), &other.subject_public_key_info())));
    *shown.0.lock().unwrap() = Shown::pair(theirs, &other);
    assert!(matches!(first.identity().await, Err(CatalogError::OtherCatalog)));
    assert_eq!(server.heard(), heard);
    // A restarted catalog has another key, certified by the same identity.
    *shown.0.lock().unwrap() = Shown::pair(genuine(&other), &other);
    first.identity().await.unwrap();
}

#[test]
fn plain_http_is_for_this_computer_alone() {
    for good in ["https://10.0.0.7:8443", "https://catalog.example", "http://127.0.0.1:80/", "http://[::1]:8080"] {
        assert_eq!(checked(good).unwrap(), good.trim_end_matches('/'));
    }
    for bad in [
        "http://10.0.0.7:8443",
        "http://catalog.example",
        "http://localhost:80",
        "http://127.0.0.1.example",
        "http://127.0.0.1@10.0.0.7",
        "HTTP://10.0.0.7",
        "https://somebody@catalog.example",
        "https://catalog.example/path",
        "ftp://127.0.0.1",
        "10.0.0.7",
        "",
    ] {
        assert!(matches!(checked(bad), Err(CatalogError::NotTls)), "{bad}");
    }
}
