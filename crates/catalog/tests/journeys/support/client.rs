//! A small client: sessions, signed requests, events.

use std::sync::Mutex;
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use eventsource_stream::Eventsource as _;
use futures::stream::{BoxStream, StreamExt as _};
use reqwest::{Method, Response};
use serde::Serialize;
use serde::de::DeserializeOwned;
use valise_protocol::api::{ApiCode, ApiFailure, Notice};
use valise_protocol::auth::{HEADER, Proof, Session, Signed};
use valise_protocol::cbor;
use valise_protocol::ids::{AccountId, Commitment, DeviceId};
use valise_protocol::sign::SigningKey;

use super::people::{Device, Person};

pub struct Client {
    pub url: String,
    http: reqwest::Client,
    account: AccountId,
    device: DeviceId,
    key: SigningKey,
    /// Nonce and the last counter used.
    session: Mutex<Option<(Commitment, u64)>>,
}

impl Client {
    pub fn new(url: &str, person: &Person) -> Self {
        Self::with_device(url, person.account, &person.device)
    }

    pub fn with_device(url: &str, account: AccountId, device: &Device) -> Self {
        Self {
            url: url.to_owned(),
            http: http(),
            account,
            device: device.id(),
            key: device.signing(),
            session: Mutex::new(None),
        }
    }

    pub async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, ApiCode> {
        answer(self.signed(Method::GET, path, Vec::new()).await).await
    }

    pub async fn post<T: DeserializeOwned>(&self, path: &str, body: &impl Serialize) -> Result<T, ApiCode> {
        answer(self.signed(Method::POST, path, serde_json::to_vec(body).unwrap()).await).await
    }

    /// `None` when the catalog went away before it had answered.
    pub async fn try_post<T: DeserializeOwned>(&self, path: &str, body: &impl Serialize) -> Option<T> {
        let body = serde_json::to_vec(body).unwrap();
        let (nonce, counter) = self.next().await;
        let proof = self.proof(nonce, counter, &Method::POST, path, &body);
        let url = format!("{}{path}", self.url);
        let response = self.http.post(url).header(HEADER, proof).body(body).send().await.ok()?;
        assert!(response.status().is_success());
        response.json().await.ok()
    }

    pub async fn put<T: DeserializeOwned>(&self, path: &str, body: &impl Serialize) -> Result<T, ApiCode> {
        answer(self.signed(Method::PUT, path, serde_json::to_vec(body).unwrap()).await).await
    }

    /// Opens an event stream.
    pub async fn events(&self) -> Result<Events, ApiCode> {
        let response = self.signed(Method::GET, "/v1/events", Vec::new()).await;
        if !response.status().is_success() {
            return Err(failure(response).await.code);
        }
        let events = response.bytes_stream().eventsource();
        let notices = events.filter_map(async |event| serde_json::from_str(&event.ok()?.data).ok());
        Ok(Events(notices.boxed()))
    }

    /// Signs in this client's session, with its next counter.
    pub async fn signed(&self, method: Method, path: &str, body: Vec<u8>) -> Response {
        let (nonce, counter) = self.next().await;
        let proof = self.proof(nonce, counter, &method, path, &body);
        self.send(method, path, &proof, body).await
    }

    pub fn proof(&self, nonce: Commitment, counter: u64, method: &Method, path: &str, body: &[u8]) -> String {
        let request = Signed { method: method.as_str(), path, body };
        let proof = Proof::sign(self.account, self.device, nonce, counter, request, &self.key);
        BASE64_URL_SAFE_NO_PAD.encode(cbor::encode(&proof).unwrap())
    }

    pub async fn send(&self, method: Method, path: &str, proof: &str, body: Vec<u8>) -> Response {
        let url = format!("{}{path}", self.url);
        self.http.request(method, url).header(HEADER, proof).body(body).send().await.unwrap()
    }

    pub async fn session(&self) -> Commitment {
        let response = self.http.post(format!("{}/v1/sessions", self.url)).send().await.unwrap();
        response.json::<Session>().await.unwrap().nonce
    }

    async fn next(&self) -> (Commitment, u64) {
        let known = self.session.lock().unwrap().is_some();
        if !known {
            let nonce = self.session().await;
            self.session.lock().unwrap().get_or_insert((nonce, 0));
        }
        let mut session = self.session.lock().unwrap();
        let (nonce, counter) = session.as_mut().unwrap();
        *counter += 1;
        (*nonce, *counter)
    }
}

/// One that looks at no certificate: what these tests are about is what the catalog answers.
pub fn http() -> reqwest::Client {
    // The only provider; somebody was faster if there is one.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().tls_danger_accept_invalid_certs(true).no_proxy().build().unwrap()
}

/// Without any proof.
pub async fn post_open<T: DeserializeOwned>(url: &str, path: &str, body: &impl Serialize) -> Result<T, ApiCode> {
    let body = serde_json::to_vec(body).unwrap();
    answer(http().post(format!("{url}{path}")).body(body).send().await.unwrap()).await
}

pub async fn answer<T: DeserializeOwned>(response: Response) -> Result<T, ApiCode> {
    match response.status().is_success() {
        true => Ok(response.json().await.unwrap()),
        false => Err(failure(response).await.code),
    }
}

async fn failure(response: Response) -> ApiFailure {
    response.json().await.unwrap()
}

/// An open event stream.
pub struct Events(BoxStream<'static, Notice>);

impl Events {
    /// The next notice; `None` when the catalog ended the stream.
    pub async fn next(&mut self) -> Option<Notice> {
        tokio::time::timeout(Duration::from_secs(30), self.0.next()).await.expect("a notice in time")
    }

    /// The first notice that is as wanted; others are skipped.
    pub async fn until(&mut self, wanted: impl Fn(&Notice) -> bool) -> Notice {
        loop {
            let notice = self.next().await.expect("the stream to go on");
            if wanted(&notice) {
                return notice;
            }
        }
    }

    pub async fn until_is(&mut self, wanted: Notice) {
        self.until(|notice| *notice == wanted).await;
    }
}
