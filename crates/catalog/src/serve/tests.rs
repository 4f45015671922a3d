#![allow(clippy::unwrap_used)]

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, SignatureScheme};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::task::JoinHandle;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::*;

struct Served {
    address: SocketAddr,
    catalog: Arc<Catalog>,
    serving: JoinHandle<()>,
    _data: TempDir,
}

const SHORT: Duration = Duration::from_millis(100);
const LONG: Duration = Duration::from_secs(3600);

async fn served(times: Times) -> Served {
    served_to(times, Connections::new(100, 100)).await
}

async fn served_to(times: Times, connections: Connections) -> Served {
    let data = tempfile::tempdir().unwrap();
    let mut catalog = crate::catalog::tests::catalog(data.path());
    Arc::get_mut(&mut catalog).unwrap().connections = connections;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let tls = crate::tls::acceptor(&catalog.identity).unwrap();
    let serving = tokio::spawn(serve(listener, tls, times, Arc::clone(&catalog)));
    Served { address, catalog, serving, _data: data }
}

impl Served {
    async fn secured(&self) -> TlsStream<TcpStream> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider).with_protocol_versions(&[&rustls::version::TLS13]);
        let config = config.unwrap().dangerous().with_custom_certificate_verifier(Arc::new(Anybody));
        let connector = TlsConnector::from(Arc::new(config.with_no_client_auth()));
        let stream = TcpStream::connect(self.address).await.unwrap();
        connector.connect(ServerName::try_from("catalog").unwrap(), stream).await.unwrap()
    }
}

/// Takes any certificate: whether clients do is another test's.
#[derive(Debug)]
struct Anybody;

impl ServerCertVerifier for Anybody {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        vec![SignatureScheme::ECDSA_NISTP256_SHA256]
    }
}

/// Reads to the end, however it ends.
async fn rest(stream: &mut (impl tokio::io::AsyncRead + Unpin)) -> Vec<u8> {
    let mut bytes = Vec::new();
    let _ = stream.read_to_end(&mut bytes).await;
    bytes
}

#[tokio::test]
async fn who_does_not_begin_is_cut_off() {
    let served = served(Times { handshake: SHORT, header: LONG }).await;
    let mut silent = TcpStream::connect(served.address).await.unwrap();
    assert_eq!(rest(&mut silent).await, b"");
}

#[tokio::test]
async fn who_sends_a_head_slowly_is_cut_off() {
    let served = served(Times { handshake: LONG, header: SHORT }).await;
    let mut slow = served.secured().await;
    slow.write_all(b"GET /healthz HTTP/1.1\r\nHost: ").await.unwrap();
    rest(&mut slow).await;
    // So is who has asked once, and then says nothing.
    let mut idle = served.secured().await;
    idle.write_all(b"GET /healthz HTTP/1.1\r\nHost: catalog\r\n\r\n").await.unwrap();
    assert!(rest(&mut idle).await.starts_with(b"HTTP/1.1 200 OK"));
}

#[tokio::test]
async fn a_head_that_is_too_long_is_not_read() {
    let served = served(Times { handshake: LONG, header: LONG }).await;
    let mut stream = served.secured().await;
    stream.write_all(b"GET /healthz HTTP/1.1\r\nlong: ").await.unwrap();
    let _ = stream.write_all(&vec![b'x'; 2 * MAX_HEAD]).await;
    assert!(rest(&mut stream).await.starts_with(b"HTTP/1.1 431"));
}

#[tokio::test]
async fn who_comes_when_there_are_too_many_is_turned_away() {
    let served = served_to(Times { handshake: LONG, header: LONG }, Connections::new(2, 2)).await;
    let (first, _second) = (served.secured().await, served.secured().await);
    let mut third = TcpStream::connect(served.address).await.unwrap();
    assert_eq!(rest(&mut third).await, b"");
    drop(first);
    while served.catalog.connections.open() == 2 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let mut fourth = served.secured().await;
    fourth.write_all(b"GET /healthz HTTP/1.1\r\nHost: catalog\r\nConnection: close\r\n\r\n").await.unwrap();
    assert!(rest(&mut fourth).await.starts_with(b"HTTP/1.1 200 OK"));
}

/// Who is in the middle of a request when it stops is answered, and then no more.
#[tokio::test]
async fn a_request_under_way_is_answered_when_it_stops() {
    let served = served(Times { handshake: LONG, header: LONG }).await;
    let mut stream = served.secured().await;
    stream.write_all(b"POST /v1/joins HTTP/1.1\r\nHost: catalog\r\nContent-Length: 2\r\n\r\n{").await.unwrap();
    while served.catalog.bodies.available_permits() == crate::limits::BODY_BUDGET {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    served.catalog.stopping.cancel();
    stream.write_all(b"}").await.unwrap();
    let answer = rest(&mut stream).await;
    assert!(answer.starts_with(b"HTTP/1.1 400"), "{}", String::from_utf8_lossy(&answer));
    served.serving.await.unwrap();
    assert!(TcpStream::connect(served.address).await.is_err(), "nobody listens any more");
}

/// Neither one that is silent, nor one in the middle of its handshake or its head, holds up the end.
#[tokio::test]
async fn it_stops_with_idle_connections_open() {
    let served = served(Times { handshake: LONG, header: LONG }).await;
    let _silent = TcpStream::connect(served.address).await.unwrap();
    let mut idle = served.secured().await;
    served.catalog.stopping.cancel();
    assert_eq!(rest(&mut idle).await, b"");
    served.serving.await.unwrap();
}
