//! TLS: a key and a certificate made at each start, certified by the catalog's identity.
//!
//! The key is in memory only. Clients look at nothing in the certificate but its key and what the identity says of it
//! (`valise_protocol::tls`), so it has no name and needs no authority, and nothing has to be renewed.

use std::sync::Arc;

use rcgen::{CertificateParams, CustomExtension, DistinguishedName, KeyPair, PublicKeyData as _};
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use tokio_rustls::TlsAcceptor;
use valise_protocol::sign::SigningKey;
use valise_protocol::tls::{EXTENSION, certify};

use crate::data::StartError;

/// Makes the key and what the server speaks with it: TLS 1.3 and nothing older.
pub(crate) fn acceptor(identity: &SigningKey) -> Result<TlsAcceptor, StartError> {
    let key = KeyPair::generate().map_err(|_| StartError::Certificate)?;
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    let certified = certify(identity, &key.subject_public_key_info());
    params.custom_extensions = vec![CustomExtension::from_oid_content(&EXTENSION, certified)];
    let certificate = params.self_signed(&key).map_err(|_| StartError::Certificate)?;
    let key = PrivateKeyDer::try_from(key.serialize_der()).map_err(|_| StartError::Certificate)?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS13])
        .and_then(|config| config.with_no_client_auth().with_single_cert(vec![certificate.der().clone()], key));
    let mut config = config.map_err(|_| StartError::Certificate)?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}
