//! What only Transit has, against a STAND-IN of ours (`support/vault.rs`): versions, policies, error answers, TLS.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod support;

use std::sync::Arc;

use support::vault::{ROOT, USER, Vault, config, start, token};
use support::{PLACE, secret, with_ciphertext};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use valise_custody::{
    Credentials, CustodyError, Keeper, KeeperConfig, Protection, TransitConfig, TransitKeeper, Wrapped, create_key,
};

fn open(config: &TransitConfig, text: &str) -> TransitKeeper {
    TransitKeeper::new(config, token(text)).unwrap()
}

#[tokio::test]
async fn a_key_is_made_once_and_by_whoever_may() {
    let (vault, config) = start().await;
    let named = KeeperConfig::Transit(config);
    assert_eq!(create_key(&named, token(USER)).await.unwrap_err(), CustodyError::NotAllowed);
    assert!(!vault.has_key("valise"));
    let made = create_key(&named, token(ROOT)).await.unwrap();
    assert_eq!((made.newest.as_str(), made.oldest.as_deref()), ("1", Some("1")));
    assert_eq!((made.could_leave, made.protection), (Some(false), Protection::Unstated));
    let again = create_key(&named, token(ROOT)).await.unwrap_err();
    assert_eq!(again, CustodyError::KeyExists("transit/valise".to_owned()));
}

/// Transit makes a missing key while it encrypts, for a token that may.
#[tokio::test]
async fn a_mistyped_name_makes_no_key() {
    let (vault, config) = start().await;
    let refused = open(&config, ROOT).wrap(&secret(), PLACE).await.unwrap_err();
    assert_eq!(refused, CustodyError::NoSuchKey("transit/valise".to_owned()));
    assert_eq!(open(&config, USER).wrap(&secret(), PLACE).await.unwrap_err(), CustodyError::NotAllowed);
    assert!(!vault.has_key("valise"));
}

#[tokio::test]
async fn versions() {
    let (vault, config) = start().await;
    vault.add_key("valise", false, false);
    let (user, root, secret) = (open(&config, USER), open(&config, ROOT), secret());
    let old = user.wrap(&secret, PLACE).await.unwrap();
    vault.rotate("valise");
    let opened = user.unwrap(&old, PLACE).await.unwrap();
    assert_eq!(opened.expose_secret(), secret.expose_secret());
    let new = user.rewrap(&old, PLACE).await.unwrap();
    assert_eq!((old.version(), new.version()), ("1", "2"));

    vault.retire_below("valise", 2);
    assert_eq!(user.unwrap(&old, PLACE).await.err(), Some(CustodyError::VersionRetired));
    assert_eq!(user.unwrap(&new, PLACE).await.unwrap().expose_secret(), secret.expose_secret());
    let seen = root.describe().await.unwrap();
    assert_eq!((seen.newest.as_str(), seen.oldest.as_deref()), ("2", Some("2")));
    // The policy for daily use shows the newest version and no more.
    let seen = user.describe().await.unwrap();
    assert_eq!((seen.newest.as_str(), seen.oldest, seen.could_leave), ("2", None, None));
}

/// Version 0 opens as version 1 in Transit: one wrap must not have two spellings.
#[tokio::test]
async fn only_the_spelling_of_transit_is_read() {
    let (vault, config) = start().await;
    vault.add_key("valise", false, false);
    let keeper = open(&config, USER);
    let wrapped = keeper.wrap(&secret(), PLACE).await.unwrap();
    let text = String::from_utf8(wrapped.ciphertext().to_vec()).unwrap();
    for other in ["vault:v0:", "vault:v01:", "vault:v+1:", "vault:v1:\n", "vault:v2:", "vault:", ""] {
        let changed = with_ciphertext(&wrapped, text.replace("vault:v1:", other).as_bytes());
        assert_eq!(keeper.unwrap(&changed, PLACE).await.err(), Some(CustodyError::DoesNotOpen), "{other:?}");
    }
}

#[tokio::test]
async fn nothing_is_wrapped_under_a_key_that_could_leave() {
    let (vault, config) = start().await;
    for (exportable, backup) in [(true, false), (false, true)] {
        vault.add_key("valise", exportable, backup);
        let keeper = open(&config, ROOT);
        let refused = keeper.wrap(&secret(), PLACE).await.unwrap_err();
        assert!(matches!(refused, CustodyError::KeyNotProtected(_)), "{refused:?}");
        assert_eq!(keeper.describe().await.unwrap().could_leave, Some(true));
    }
}

#[tokio::test]
async fn answers_of_a_vault_in_trouble() {
    let (vault, config) = start().await;
    vault.add_key("valise", false, false);
    let keeper = open(&config, USER);
    let wrapped = keeper.wrap(&secret(), PLACE).await.unwrap();
    let unavailable = || CustodyError::Unavailable(config.address.clone());
    for (status, body, expected) in [
        (503, r#"{"errors":["Vault is sealed"]}"#, unavailable()),
        (429, r#"{"errors":["request path \"transit/\": rate limit quota exceeded"]}"#, unavailable()),
        (502, "<html>Bad Gateway</html>", unavailable()),
        (403, r#"{"errors":["permission denied"]}"#, CustodyError::NotAllowed),
        (
            403,
            r#"{"errors":["2 errors occurred:\n\t* permission denied\n\t* invalid token\n\n"]}"#,
            CustodyError::BadCredentials,
        ),
        (400, r#"{"errors":["missing client token"]}"#, CustodyError::BadCredentials),
        (400, r#"{"errors":["encryption key not found"]}"#, CustodyError::NoSuchKey("transit/valise".to_owned())),
        (
            404,
            r#"{"errors":["no handler for route \"transit/decrypt/valise\". route entry not found."]}"#,
            CustodyError::NoSuchKey("transit/valise".to_owned()),
        ),
        (500, r#"{"errors":["cipher: message authentication failed"]}"#, CustodyError::DoesNotOpen),
        (500, r#"{"errors":["internal error"]}"#, CustodyError::NotUnderstood),
        (307, "", CustodyError::NotUnderstood),
        (200, "", CustodyError::NotUnderstood),
        (200, "<html></html>", CustodyError::NotUnderstood),
        (200, r#"{"data":{}}"#, CustodyError::NotUnderstood),
        (200, r#"{"data":{"plaintext":"AAAA"}}"#, CustodyError::NotUnderstood),
        (200, r#"{"data":{"plaintext":"***"}}"#, CustodyError::NotUnderstood),
    ] {
        vault.answer_next(status, body);
        assert_eq!(keeper.unwrap(&wrapped, PLACE).await.err(), Some(expected), "{status} {body}");
    }
    vault.answer_next(200, "x".repeat(1 << 20));
    assert_eq!(keeper.unwrap(&wrapped, PLACE).await.err(), Some(CustodyError::NotUnderstood));
}

#[tokio::test]
async fn tokens_that_are_none() {
    let (vault, config) = start().await;
    vault.add_key("valise", false, false);
    let refused = open(&config, "hvs.unknown").wrap(&secret(), PLACE).await.unwrap_err();
    assert_eq!(refused, CustodyError::BadCredentials);
    // Nothing that would become a second header is sent.
    let refused = open(&config, "a\r\nx-vault-token: b").wrap(&secret(), PLACE).await.unwrap_err();
    assert_eq!(refused, CustodyError::BadCredentials);
    assert!(matches!(TransitKeeper::new(&config, Credentials::None).err(), Some(CustodyError::NoCredentials(_))));
}

#[tokio::test]
async fn a_server_that_is_not_there() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let refused = open(&config(&address, "valise"), USER).wrap(&secret(), PLACE).await.unwrap_err();
    assert_eq!(refused, CustodyError::NotReachable(address));
}

/// Over TLS, with a certificate that no system trusts: refused, and accepted where its authority is named.
#[tokio::test]
async fn tls_is_checked() {
    let vault = Arc::new(Vault::default());
    vault.add_key("valise", false, false);
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let pem = folder.path().join("ca.pem");
    std::fs::write(&pem, made.cert.pem()).unwrap();
    let port = serve_tls(&vault, made).await;

    let plain = TransitConfig { address: format!("https://localhost:{port}"), ..config("", "valise") };
    let refused = open(&plain, USER).wrap(&secret(), PLACE).await.unwrap_err();
    assert_eq!(refused, CustodyError::NotTrusted(plain.address.clone()));
    assert!(vault.asked.lock().unwrap().is_empty(), "a token was shown to a server that is not trusted");

    let trusting = TransitConfig { ca_file: Some(pem.clone()), ..plain };
    open(&trusting, USER).wrap(&secret(), PLACE).await.unwrap();
    // The right authority, the wrong name.
    let other_name = TransitConfig { address: format!("https://127.0.0.1:{port}"), ..trusting.clone() };
    let refused = open(&other_name, USER).wrap(&secret(), PLACE).await.unwrap_err();
    assert_eq!(refused, CustodyError::NotTrusted(other_name.address));

    std::fs::write(&pem, "no certificate").unwrap();
    assert!(matches!(TransitKeeper::new(&trusting, token(USER)).err(), Some(CustodyError::Address(_))));
}

async fn serve_tls(vault: &Arc<Vault>, made: rcgen::CertifiedKey<rcgen::KeyPair>) -> u16 {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let key = rustls::pki_types::PrivatePkcs8KeyDer::from(made.signing_key.serialize_der()).into();
    let tls = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .unwrap();
    let (acceptor, router) = (TlsAcceptor::from(Arc::new(tls)), vault.router());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let Ok(stream) = acceptor.accept(stream).await else { continue };
            let service = hyper_util::service::TowerToHyperService::new(router.clone());
            let io = hyper_util::rt::TokioIo::new(stream);
            tokio::spawn(hyper::server::conn::http1::Builder::new().serve_connection(io, service));
        }
    });
    port
}

#[test]
fn a_token_is_found_where_vaults_own_program_finds_it() {
    let home = tempfile::tempdir().unwrap();
    let found = |file: Option<&std::path::Path>, environment: Option<&str>| {
        let environment = environment.map(str::to_owned);
        match Credentials::vault_token(
            file,
            |name| environment.clone().filter(|_| name == "VAULT_TOKEN"),
            Some(home.path()),
        ) {
            Ok(Credentials::Token(text)) => Some(text.expose_secret().to_owned()),
            _ => None,
        }
    };
    assert_eq!(found(None, None), None);
    std::fs::write(home.path().join(".vault-token"), "from-home\n").unwrap();
    let file = home.path().join("token");
    std::fs::write(&file, " from-file\n").unwrap();
    assert_eq!(found(None, None).as_deref(), Some("from-home"));
    assert_eq!(found(None, Some("")).as_deref(), Some("from-home"));
    assert_eq!(found(None, Some("from-environment")).as_deref(), Some("from-environment"));
    assert_eq!(found(Some(&file), Some("from-environment")).as_deref(), Some("from-file"));
    // One that was named and is not there is not made up for.
    assert_eq!(found(Some(&home.path().join("gone")), Some("from-environment")), None);
    std::fs::write(&file, "x".repeat(10_000)).unwrap();
    assert_eq!(found(Some(&file), None), None);
}

#[test]
fn policies_name_the_one_key() {
    let config = config("https://vault.example:8200", "valise");
    let (daily, set_up) = (config.use_policy(), config.set_up_policy());
    for line in ["path \"transit/encrypt/valise\" {", "path \"transit/decrypt/valise\" {"] {
        assert!(daily.contains(line));
        assert!(!set_up.contains(line));
    }
    assert_eq!(daily.matches("capabilities = [\"update\"]").count(), 2);
    assert_eq!(daily.matches("path ").count(), 2);
    for text in [daily, set_up] {
        assert!(!text.contains(['{', '}'].map(|c| format!("{c}mount"))[0].as_str()) && !text.contains('*'));
        assert!(!text.contains("delete"));
    }
}

#[tokio::test]
async fn a_wrap_of_the_frozen_bytes() {
    // What was written once is read forever.
    let frozen = "0184026e7472616e7369742f76616c69736561314d7661756c743a76313a41414543";
    let wrapped = Wrapped::from_bytes(&hex::decode(frozen).unwrap()).unwrap();
    assert_eq!((wrapped.key(), wrapped.version()), ("transit/valise", "1"));
    assert_eq!(wrapped.ciphertext(), b"vault:v1:AAEC");
    assert_eq!(hex::encode(wrapped.to_bytes()), frozen);
}
