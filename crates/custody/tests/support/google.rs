//! STAND-IN for Google Cloud KMS and its token service, written from their published API. It is not Google's: what it
//! shows is that we send what the documentation asks for and understand what it promises.
//!
//! Strict: a request with a field too many, a wrong type or a missing header is answered with 418, which nobody expects.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::{IntoResponse, Json, Response};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use valise_custody::{Credentials, GoogleKmsConfig, KeeperConfig, SecretText};

use super::World;

pub const TOKEN: &str = "ya29.stand-in-access-token-0123456789";
const RING: &str = "projects/valise-test/locations/europe-west3/keyRings/company/cryptoKeys";

#[derive(Default)]
pub struct Google {
    keys: Mutex<HashMap<String, (u32, [u8; 32])>>,
    /// How many answers are damaged from here on.
    pub damaged: Mutex<usize>,
    /// What is wrong with them.
    pub damage: Mutex<Damage>,
    /// What the next request is answered with, instead of doing it.
    pub next: Mutex<Option<(u16, String)>>,
    /// How often it was asked.
    pub asked: Mutex<usize>,
    /// What was sent to the token service.
    pub assertions: Mutex<Vec<String>>,
}

#[derive(Clone, Copy, Default, PartialEq)]
pub enum Damage {
    #[default]
    Sum,
    NoSum,
    NotVerified,
    AadNotVerified,
    OtherKey,
}

/// Starts one with two keys, on a port of its own.
pub async fn start() -> (Arc<Google>, GoogleKmsConfig) {
    let google = Arc::new(Google::default());
    for name in ["valise", "another"] {
        let mut key = [0; 32];
        aws_lc_rs::rand::fill(&mut key).unwrap();
        google.keys.lock().unwrap().insert(format!("{RING}/{name}"), (3, key));
    }
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let router = Router::new()
        .route("/v1/{*rest}", axum::routing::any(answer))
        .route("/token", axum::routing::post(token_service))
        .with_state(google.clone());
    tokio::spawn(async move { axum::serve(listener, router).await });
    (google, GoogleKmsConfig { key: format!("{RING}/valise"), endpoint: Some(endpoint) })
}

pub fn token() -> Credentials {
    Credentials::Token(SecretText::new(TOKEN.to_owned()))
}

pub async fn world() -> World {
    let (google, first) = start().await;
    let second = GoogleKmsConfig { key: format!("{RING}/another"), ..first.clone() };
    World {
        first: KeeperConfig::GoogleKms(first),
        second: KeeperConfig::GoogleKms(second),
        credentials: Box::new(token),
        secrets: vec![TOKEN.to_owned()],
        guards: vec![Box::new(google)],
    }
}

/// A service account's key file, with this endpoint's token service.
pub fn key_file(endpoint: &str, folder: &std::path::Path) -> std::path::PathBuf {
    use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
    use aws_lc_rs::rsa::{KeyPair, KeySize};
    let der: Pkcs8V1Der<'_> = KeyPair::generate(KeySize::Rsa2048).unwrap().as_der().unwrap();
    let lines: Vec<String> = BASE64_STANDARD
        .encode(der.as_ref())
        .as_bytes()
        .chunks(64)
        .map(|l| String::from_utf8(l.to_vec()).unwrap())
        .collect();
    let pem = format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", lines.join("\n"));
    let file = json!({
        "type": "service_account", "project_id": "valise-test", "private_key_id": "1", "private_key": pem,
        "client_email": "officer@valise-test.iam.gserviceaccount.com", "client_id": "1",
        "token_uri": format!("{endpoint}/token"),
    });
    let path = folder.join("key.json");
    std::fs::write(&path, file.to_string()).unwrap();
    path
}

/// `grant_type` of RFC 7523 and a signed assertion; the scope is looked at.
async fn token_service(State(google): State<Arc<Google>>, body: String) -> Response {
    let fields: HashMap<&str, &str> = body.split('&').filter_map(|pair| pair.split_once('=')).collect();
    let assertion = fields.get("assertion").copied().unwrap_or_default().to_owned();
    google.assertions.lock().unwrap().push(assertion.clone());
    let claims = assertion.split('.').nth(1).unwrap_or_default().trim_end_matches("%3D").to_owned();
    let claims = base64::prelude::BASE64_URL_SAFE_NO_PAD.decode(claims).unwrap_or_default();
    let claims: Value = serde_json::from_slice(&claims).unwrap_or_default();
    if fields.get("grant_type") != Some(&"urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer")
        || claims["scope"] != "https://www.googleapis.com/auth/cloudkms"
    {
        return (StatusCode::BAD_REQUEST, r#"{"error":"invalid_grant"}"#).into_response();
    }
    Json(json!({ "access_token": TOKEN, "expires_in": 3599, "token_type": "Bearer" })).into_response()
}

async fn answer(
    State(google): State<Arc<Google>>,
    Path(rest): Path<String>,
    method: Method,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    *google.asked.lock().unwrap() += 1;
    if let Some((status, body)) = google.next.lock().unwrap().take() {
        return (StatusCode::from_u16(status).unwrap(), body).into_response();
    }
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if header("authorization") != Some(&format!("Bearer {TOKEN}")) {
        return error(401, "UNAUTHENTICATED", "Request had invalid authentication credentials.");
    }
    if method != Method::POST || header("content-type") != Some("application/json") {
        return unlike_the_documentation("method or content type");
    }
    let Some((name, verb)) = rest.rsplit_once(':') else { return unlike_the_documentation("path") };
    let Some((version, key)) = google.keys.lock().unwrap().get(name).copied() else {
        return error(404, "NOT_FOUND", &format!("CryptoKey {name} not found."));
    };
    let fields: HashMap<String, String> = match serde_json::from_slice(&body) {
        Ok(fields) => fields,
        Err(_) => return unlike_the_documentation("body: every value is a text"),
    };
    let names: &[&str] = match verb {
        "encrypt" => &["plaintext", "additionalAuthenticatedData"],
        "decrypt" => &["ciphertext", "additionalAuthenticatedData"],
        _ => return unlike_the_documentation("verb"),
    };
    if fields.len() != 4 {
        return unlike_the_documentation("fields");
    }
    let mut values = Vec::new();
    for name in names {
        let (Some(value), Some(sum)) = (fields.get(*name), fields.get(&format!("{name}Crc32c"))) else {
            return unlike_the_documentation("fields");
        };
        let Ok(value) = BASE64_STANDARD.decode(value) else { return unlike_the_documentation("base64") };
        if sum.parse() != Ok(crc32c::crc32c(&value)) {
            let said = format!("The checksum in field {name}_crc32c did not match the data in field {name}.");
            return error(400, "INVALID_ARGUMENT", &said);
        }
        values.push(value);
    }
    let [value, aad] = values.try_into().unwrap();
    let damage = google.takes_damage();
    match verb {
        "encrypt" => encrypt(name, version, &key, value, aad, damage),
        _ => decrypt(&key, value, aad, damage),
    }
}

impl Google {
    fn takes_damage(&self) -> Option<Damage> {
        let mut damaged = self.damaged.lock().unwrap();
        *damaged = damaged.checked_sub(1)?;
        Some(*self.damage.lock().unwrap())
    }
}

fn encrypt(
    name: &str,
    version: u32,
    key: &[u8; 32],
    mut sealed: Vec<u8>,
    aad: Vec<u8>,
    damage: Option<Damage>,
) -> Response {
    let mut nonce = [0; 12];
    aws_lc_rs::rand::fill(&mut nonce).unwrap();
    aes(key).seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(aad), &mut sealed).unwrap();
    let ciphertext = [&nonce[..], &sealed].concat();
    let mut answer = json!({
        "name": format!("{name}/cryptoKeyVersions/{version}"),
        "ciphertext": BASE64_STANDARD.encode(&ciphertext),
        "ciphertextCrc32c": crc32c::crc32c(&ciphertext).to_string(),
        "verifiedPlaintextCrc32c": true,
        "verifiedAdditionalAuthenticatedDataCrc32c": true,
        "protectionLevel": "HSM",
    });
    let fields = answer.as_object_mut().unwrap();
    match damage {
        None => {}
        Some(Damage::Sum) => _ = fields.insert("ciphertextCrc32c".to_owned(), json!("1")),
        Some(Damage::NoSum) => _ = fields.remove("ciphertextCrc32c"),
        Some(Damage::NotVerified) => _ = fields.remove("verifiedPlaintextCrc32c"),
        Some(Damage::AadNotVerified) => _ = fields.remove("verifiedAdditionalAuthenticatedDataCrc32c"),
        Some(Damage::OtherKey) => _ = fields.insert("name".to_owned(), json!("projects/p/cryptoKeyVersions/1")),
    }
    Json(answer).into_response()
}

fn decrypt(key: &[u8; 32], mut sealed: Vec<u8>, aad: Vec<u8>, damage: Option<Damage>) -> Response {
    const REFUSED: &str = "Decryption failed: the ciphertext is invalid.";
    if sealed.len() < 28 {
        return error(400, "INVALID_ARGUMENT", REFUSED);
    }
    let nonce = Nonce::try_assume_unique_for_key(&sealed[..12]).unwrap();
    let Ok(plaintext) = aes(key).open_in_place(nonce, Aad::from(aad), &mut sealed[12..]) else {
        return error(400, "INVALID_ARGUMENT", REFUSED);
    };
    let sum = crc32c::crc32c(plaintext);
    let mut answer = json!({
        "plaintext": BASE64_STANDARD.encode(plaintext), "plaintextCrc32c": sum.to_string(), "usedPrimary": true,
        "protectionLevel": "HSM",
    });
    match damage {
        None => {}
        Some(Damage::NoSum) => _ = answer.as_object_mut().unwrap().remove("plaintextCrc32c"),
        Some(_) => answer["plaintextCrc32c"] = json!((sum ^ 1).to_string()),
    }
    Json(answer).into_response()
}

fn aes(key: &[u8; 32]) -> LessSafeKey {
    LessSafeKey::new(UnboundKey::new(&AES_256_GCM, key).unwrap())
}

/// As all of Google's APIs say what went wrong.
pub fn error_body(code: u16, status: &str, message: &str) -> String {
    json!({ "error": { "code": code, "message": message, "status": status } }).to_string()
}

fn error(code: u16, status: &str, message: &str) -> Response {
    (StatusCode::from_u16(code).unwrap(), error_body(code, status, message)).into_response()
}

fn unlike_the_documentation(what: &str) -> Response {
    (StatusCode::IM_A_TEAPOT, what.to_owned()).into_response()
}
