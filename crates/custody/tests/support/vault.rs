//! STAND-IN for the Transit engine of HashiCorp Vault and OpenBao, written from their published API. It is not a Vault:
//! what it shows is that we send what the documentation asks for and understand what it promises.
//!
//! Strict: a request with a field too many, a wrong type or a missing header is answered with 418, which nobody expects.
//! Errors read as the real engines' do (texts from their sources).

use std::collections::{BTreeMap, HashMap};
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
use valise_custody::{Credentials, KeeperConfig, SecretText, TransitConfig};

use super::World;

/// May do everything.
pub const ROOT: &str = "hvs.stand-in-root-0123456789";
/// Has the policy for daily use.
pub const USER: &str = "hvs.stand-in-user-9876543210";
pub const NAMESPACE: &str = "team/secrets";

#[derive(Default)]
pub struct Vault {
    keys: Mutex<HashMap<String, Key>>,
    /// What the next request is answered with, instead of doing it.
    pub next: Mutex<Option<(u16, String)>>,
    /// Every `METHOD path` so far.
    pub asked: Mutex<Vec<String>>,
}

struct Key {
    versions: BTreeMap<u32, [u8; 32]>,
    min_decryption: u32,
    exportable: bool,
    backup: bool,
}

impl Vault {
    pub fn add_key(&self, name: &str, exportable: bool, backup: bool) {
        let key = Key { versions: BTreeMap::new(), min_decryption: 1, exportable, backup };
        self.keys.lock().unwrap().insert(name.to_owned(), key);
        self.rotate(name);
    }

    pub fn rotate(&self, name: &str) {
        let mut keys = self.keys.lock().unwrap();
        let versions = &mut keys.get_mut(name).unwrap().versions;
        let mut bytes = [0; 32];
        aws_lc_rs::rand::fill(&mut bytes).unwrap();
        versions.insert(versions.len() as u32 + 1, bytes);
    }

    pub fn retire_below(&self, name: &str, version: u32) {
        self.keys.lock().unwrap().get_mut(name).unwrap().min_decryption = version;
    }

    pub fn answer_next(&self, status: u16, body: impl Into<String>) {
        *self.next.lock().unwrap() = Some((status, body.into()));
    }

    pub fn has_key(&self, name: &str) -> bool {
        self.keys.lock().unwrap().contains_key(name)
    }

    pub fn router(self: &Arc<Self>) -> Router {
        Router::new().route("/v1/transit/{what}/{key}", axum::routing::any(answer)).with_state(self.clone())
    }
}

/// Starts one, on a port of its own.
pub async fn start() -> (Arc<Vault>, TransitConfig) {
    let vault = Arc::new(Vault::default());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let router = vault.router();
    tokio::spawn(async move { axum::serve(listener, router).await });
    (vault, config(&address, "valise"))
}

pub fn config(address: &str, key: &str) -> TransitConfig {
    TransitConfig {
        address: address.to_owned(),
        mount: "transit".to_owned(),
        key: key.to_owned(),
        namespace: Some(NAMESPACE.to_owned()),
        ca_file: None,
    }
}

pub fn token(text: &str) -> Credentials {
    Credentials::Token(SecretText::new(text.to_owned()))
}

pub async fn world() -> World {
    let (vault, first) = start().await;
    let second = TransitConfig { key: "another".to_owned(), ..first.clone() };
    vault.add_key("valise", false, false);
    vault.add_key("another", false, false);
    World {
        first: KeeperConfig::Transit(first),
        second: KeeperConfig::Transit(second),
        // Least privilege is what the contract has to hold with.
        credentials: Box::new(|| token(USER)),
        secrets: vec![USER.to_owned()],
        guards: vec![Box::new(vault)],
    }
}

async fn answer(
    State(vault): State<Arc<Vault>>,
    Path((what, key)): Path<(String, String)>,
    method: Method,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    vault.asked.lock().unwrap().push(format!("{method} {what}/{key}"));
    if let Some((status, body)) = vault.next.lock().unwrap().take() {
        return (StatusCode::from_u16(status).unwrap(), body).into_response();
    }
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if header("x-vault-request") != Some("true") || header("x-vault-namespace") != Some(NAMESPACE) {
        return unlike_the_documentation("headers");
    }
    let is_root = match header("x-vault-token") {
        Some(ROOT) => true,
        Some(USER) => false,
        Some(_) => return errors(403, "2 errors occurred:\n\t* permission denied\n\t* invalid token\n\n"),
        None => return errors(400, "missing client token"),
    };
    if method == Method::POST && header("content-type") != Some("application/json") {
        return unlike_the_documentation("content type");
    }
    let read = |fields: &[&str]| -> Option<HashMap<String, Value>> {
        let read: HashMap<String, Value> = serde_json::from_slice(&body).ok()?;
        (read.len() == fields.len() && fields.iter().all(|field| read.contains_key(*field))).then_some(read)
    };
    match (method.as_str(), what.as_str()) {
        ("GET" | "POST", "keys") if !is_root => errors(403, "1 error occurred:\n\t* permission denied\n\n"),
        ("GET", "keys") => vault.read_key(&key),
        ("POST", "keys") => match read(&["type", "derived", "exportable", "allow_plaintext_backup"]) {
            Some(fields) if fields["type"] == "aes256-gcm96" && fields["derived"] == false => {
                let yes = |name: &str| fields[name].as_bool().unwrap();
                vault.add_key(&key, yes("exportable"), yes("allow_plaintext_backup"));
                StatusCode::NO_CONTENT.into_response()
            }
            _ => unlike_the_documentation("new key"),
        },
        ("POST", "encrypt") => match read(&["plaintext", "associated_data"]) {
            Some(fields) => vault.encrypt(&key, &fields, is_root),
            None => unlike_the_documentation("encrypt"),
        },
        ("POST", "decrypt") => match read(&["ciphertext", "associated_data"]) {
            Some(fields) => vault.decrypt(&key, &fields),
            None => unlike_the_documentation("decrypt"),
        },
        _ => unlike_the_documentation("path"),
    }
}

impl Vault {
    fn read_key(&self, name: &str) -> Response {
        let keys = self.keys.lock().unwrap();
        let Some(key) = keys.get(name) else { return (StatusCode::NOT_FOUND, r#"{"errors":[]}"#).into_response() };
        let versions: BTreeMap<String, u64> = key.versions.keys().map(|v| (v.to_string(), 1_760_000_000)).collect();
        data(json!({
            "allow_plaintext_backup": key.backup, "auto_rotate_period": 0, "deletion_allowed": false, "derived": false,
            "exportable": key.exportable, "imported_key": false, "keys": versions, "latest_version": key.versions.len(),
            "min_available_version": 0, "min_decryption_version": key.min_decryption, "min_encryption_version": 0,
            "name": name, "supports_decryption": true, "supports_derivation": true, "supports_encryption": true,
            "supports_signing": false, "type": "aes256-gcm96",
        }))
    }

    fn encrypt(&self, name: &str, fields: &HashMap<String, Value>, may_create: bool) -> Response {
        if !self.has_key(name) {
            // Where the token may, a missing key is made: Vault's "upsert".
            if !may_create {
                return errors(403, "1 error occurred:\n\t* permission denied\n\n");
            }
            self.add_key(name, false, false);
        }
        let keys = self.keys.lock().unwrap();
        let (version, key) = keys[name].versions.last_key_value().unwrap();
        let (Some(plaintext), Some(aad)) = (bytes(&fields["plaintext"]), bytes(&fields["associated_data"])) else {
            return unlike_the_documentation("base64");
        };
        let mut nonce = [0; 12];
        aws_lc_rs::rand::fill(&mut nonce).unwrap();
        let mut sealed = plaintext;
        aes(key).seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(aad), &mut sealed).unwrap();
        let text = BASE64_STANDARD.encode([&nonce[..], &sealed].concat());
        data(json!({ "ciphertext": format!("vault:v{version}:{text}"), "key_version": version }))
    }

    fn decrypt(&self, name: &str, fields: &HashMap<String, Value>) -> Response {
        let keys = self.keys.lock().unwrap();
        let Some(key) = keys.get(name) else { return errors(400, "encryption key not found") };
        let Some(rest) = fields["ciphertext"].as_str().and_then(|text| text.strip_prefix("vault:v")) else {
            return errors(400, "invalid ciphertext: no prefix");
        };
        let Some((version, sealed)) = rest.split_once(':') else {
            return errors(400, "invalid ciphertext: wrong number of fields");
        };
        let Ok(version) = version.parse::<u32>() else {
            return errors(400, "invalid ciphertext: version number could not be decoded");
        };
        // As the real engine: 0 is an old way to say 1.
        let version = version.max(1);
        if version > key.versions.len() as u32 {
            return errors(400, "invalid ciphertext: version is too new");
        }
        if version < key.min_decryption {
            return errors(400, "ciphertext or signature version is disallowed by policy (too old)");
        }
        let Ok(mut sealed) = BASE64_STANDARD.decode(sealed) else {
            return errors(400, "invalid ciphertext: could not decode base64");
        };
        if sealed.len() < 12 {
            return errors(400, "invalid ciphertext length");
        }
        let Some(aad) = bytes(&fields["associated_data"]) else { return unlike_the_documentation("base64") };
        let nonce = Nonce::try_assume_unique_for_key(&sealed[..12]).unwrap();
        match aes(&key.versions[&version]).open_in_place(nonce, Aad::from(aad), &mut sealed[12..]) {
            Ok(plaintext) => data(json!({ "plaintext": BASE64_STANDARD.encode(plaintext) })),
            Err(_) => errors(400, "cipher: message authentication failed"),
        }
    }
}

fn aes(key: &[u8; 32]) -> LessSafeKey {
    LessSafeKey::new(UnboundKey::new(&AES_256_GCM, key).unwrap())
}

fn bytes(value: &Value) -> Option<Vec<u8>> {
    BASE64_STANDARD.decode(value.as_str()?).ok()
}

fn data(data: Value) -> Response {
    Json(json!({
        "request_id": "4d0f5a6e-0000-0000-0000-000000000000", "lease_id": "", "renewable": false, "lease_duration": 0,
        "data": data, "wrap_info": null, "warnings": null, "auth": null, "mount_type": "transit",
    }))
    .into_response()
}

fn errors(status: u16, text: &str) -> Response {
    (StatusCode::from_u16(status).unwrap(), Json(json!({ "errors": [text] }))).into_response()
}

fn unlike_the_documentation(what: &str) -> Response {
    (StatusCode::IM_A_TEAPOT, what.to_owned()).into_response()
}
