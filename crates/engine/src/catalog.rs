//! The client of the catalog's API: signed requests, pages, receipts, the event stream.
//!
//! What comes back is a server's word: callers verify it before it counts. Here only the transport is
//! checked: status, sizes, form.

mod trust;
mod turn;

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use eventsource_stream::Eventsource as _;
use futures::{Stream, StreamExt as _};
use reqwest::{Method, StatusCode};
use serde::Serialize;
use serde::de::DeserializeOwned;

use valise_protocol::api::{
    Answered, ApiCode, ApiFailure, Append, Base64, Devices, FolderOffer, Folders, HeldPage, Identity, JoinRequest,
    Joins, NewPairing, NewWorkspace, Notice, Offered, Page, Receipts, Recover, RecoverySets, Rewrap, Wraps,
};
use valise_protocol::api::{AskedOf, AskedState, AskedText};
use valise_protocol::auth::{HEADER, Proof, Session, Signed};
use valise_protocol::cbor;
use valise_protocol::ids::{AccountId, Commitment, DeviceId, FolderId, PairingId};
use valise_protocol::receipt::Receipt;
use valise_protocol::record::ChainId;
use valise_protocol::sign::{SigningKey, VerifyKey};

use trust::{Trust, checked, is_somebody_else};
use turn::Turn;

/// How long a connection is kept for the next request: less than the catalog keeps it.
const IDLE: Duration = Duration::from_secs(30);
/// How often one request is sent anew because the catalog asked for a little patience.
const COME_AGAIN: usize = 4;
/// Largest answer that is read.
const MAX_ANSWER: usize = 24 << 20;
/// Largest event of a stream: who is online among 10,000 people is the longest.
const MAX_EVENT: usize = 2 << 20;

/// Why a request had no answer that can be used.
#[derive(Debug, thiserror::Error)]
pub enum CatalogError {
    /// No answer, or cut short: whether it was carried out is not known.
    #[error("the catalog cannot be reached")]
    Unreachable(#[source] Option<reqwest::Error>),
    /// The catalog said no.
    #[error("the catalog said: {0:?}")]
    Said(ApiCode),
    /// An address at which nobody could be sure who answers.
    #[error("the catalog's address is not one of TLS")]
    NotTls,
    /// An answer that no catalog of ours would give.
    #[error("the catalog's answer makes no sense")]
    Nonsense,
    /// Another catalog than the one this workspace knows.
    #[error("this is another catalog")]
    OtherCatalog,
}

impl From<reqwest::Error> for CatalogError {
    fn from(error: reqwest::Error) -> Self {
        if is_somebody_else(&error) { Self::OtherCatalog } else { Self::Unreachable(Some(error)) }
    }
}

impl From<CatalogError> for crate::error::EngineError {
    fn from(error: CatalogError) -> Self {
        match error {
            CatalogError::Unreachable(error) => Self::Offline(error),
            CatalogError::Said(ApiCode::NotFound) => Self::NotFound("it"),
            CatalogError::Said(ApiCode::Unauthorized) => Self::Removed,
            CatalogError::Said(ApiCode::OverQuota) => Self::OverQuota,
            CatalogError::Said(ApiCode::Busy) => Self::Offline(None),
            CatalogError::Said(code) => Self::Refused(format!("{code:?}")),
            CatalogError::NotTls => Self::BadInput(
                "The catalog's address begins with https://. Plain http:// is only for a catalog on this computer.",
            ),
            CatalogError::Nonsense => Self::Distrusted("an answer makes no sense"),
            CatalogError::OtherCatalog => Self::OtherCatalog,
        }
    }
}

/// Who signs requests.
pub struct Signer {
    /// The account.
    pub account: AccountId,
    /// The device.
    pub device: DeviceId,
    /// The device's key.
    pub key: SigningKey,
}

/// A catalog at an address, with or without somebody who signs.
pub struct Catalog {
    http: reqwest::Client,
    trust: Trust,
    url: String,
    signer: Option<Signer>,
    session: tokio::sync::Mutex<Option<Commitment>>,
    counter: AtomicU64,
    turn: Turn,
}

impl Catalog {
    /// A client of the catalog with this key. `url` is `https://host:port`, without a path.
    pub fn new(url: &str, key: VerifyKey, signer: Option<Signer>) -> Result<Self, CatalogError> {
        Self::with(url, Trust::new(Some(key)), signer)
    }

    /// A client of whichever catalog answers first: what it says of itself is bound to its connections, and each further
    /// connection must be its. For somebody who knows no more than an address.
    pub fn unknown(url: &str) -> Result<Self, CatalogError> {
        Self::with(url, Trust::new(None), None)
    }

    fn with(url: &str, trust: Trust, signer: Option<Signer>) -> Result<Self, CatalogError> {
        let url = checked(url)?;
        // A server that could lead elsewhere could have this computer ask others inside its network.
        let nowhere = reqwest::redirect::Policy::none();
        let http = reqwest::Client::builder()
            .tls_backend_preconfigured(trust.tls()?)
            .connect_timeout(Duration::from_secs(5))
            .pool_idle_timeout(IDLE)
            .redirect(nowhere)
            .no_proxy()
            .build()?;
        let (session, counter) = (tokio::sync::Mutex::new(None), AtomicU64::new(1));
        Ok(Self { http, trust, url, signer, session, counter, turn: Turn::default() })
    }

    /// The same catalog, asked by another device.
    pub fn by(&self, signer: Signer) -> Self {
        let (http, trust, url) = (self.http.clone(), self.trust.clone(), self.url.clone());
        let (session, counter) = (tokio::sync::Mutex::new(None), AtomicU64::new(1));
        Self { http, trust, url, signer: Some(signer), session, counter, turn: self.turn.clone() }
    }

    /// The catalog's word about itself, signed by its own key, which must be the one that its connections show.
    pub async fn identity(&self) -> Result<Identity, CatalogError> {
        let identity: Identity = self.open(Method::GET, "/v1/identity", &()).await?;
        identity.verify().map_err(|_| CatalogError::Nonsense)?;
        self.trust.is(identity.key)?;
        Ok(identity)
    }

    /// Its time, in seconds since 1970, UTC; none if it does not tell. A server's word, for comparing clocks by a person.
    pub async fn date(&self) -> Result<Option<u64>, CatalogError> {
        let limit = Some(Duration::from_secs(60));
        let response = self.send(Method::GET, "/v1/identity", &[], false, limit).await?;
        let date = response.headers().get("date").and_then(|date| date.to_str().ok());
        let date = date.and_then(|date| httpdate::parse_http_date(date).ok());
        Ok(date.and_then(|date| Some(date.duration_since(std::time::UNIX_EPOCH).ok()?.as_secs())))
    }

    /// Brings a new workspace.
    pub async fn create_workspace(&self, new: &NewWorkspace) -> Result<Receipts, CatalogError> {
        self.open(Method::POST, "/v1/workspaces", new).await
    }

    /// Asks to be let in.
    pub async fn join(&self, request: &JoinRequest) -> Result<Receipts, CatalogError> {
        self.open(Method::POST, "/v1/joins", request).await
    }

    /// Newcomers waiting.
    pub async fn joins(&self) -> Result<Joins, CatalogError> {
        self.signed(Method::GET, "/v1/joins", None::<&()>).await
    }

    /// Folders of this account.
    pub async fn folders(&self) -> Result<Folders, CatalogError> {
        self.signed(Method::GET, "/v1/folders", None::<&()>).await
    }

    /// Brings a new folder.
    pub async fn create_folder(&self, new: &Append) -> Result<Receipt, CatalogError> {
        self.signed(Method::POST, "/v1/folders", Some(new)).await
    }

    /// What may be known of a folder before it is taken up.
    pub async fn offer(&self, folder: &FolderId) -> Result<FolderOffer, CatalogError> {
        self.signed(Method::GET, &format!("/v1/folders/{folder}/offer"), None::<&()>).await
    }

    /// Records of a chain after a place; from the genesis if none is given.
    pub async fn records(&self, chain: &ChainId, after: Option<u64>) -> Result<Page, CatalogError> {
        let after = after.map(|seq| format!("?after={seq}")).unwrap_or_default();
        self.signed(Method::GET, &format!("/v1/chains/{chain}{after}"), None::<&()>).await
    }

    /// Appends records to a chain.
    pub async fn append(&self, chain: &ChainId, append: &Append) -> Result<Receipt, CatalogError> {
        self.signed(Method::POST, &format!("/v1/chains/{chain}"), Some(append)).await
    }

    /// The account's sealed ring, as its chain names it.
    pub async fn ring(&self) -> Result<Base64, CatalogError> {
        self.signed(Method::GET, "/v1/ring", None::<&()>).await
    }

    /// When devices of one's account were here.
    pub async fn devices(&self) -> Result<Devices, CatalogError> {
        self.signed(Method::GET, "/v1/devices", None::<&()>).await
    }

    /// Recovery sets whose ids begin so.
    pub async fn recovery_sets(&self, mark: [u8; 4]) -> Result<RecoverySets, CatalogError> {
        let mark = u32::from_be_bytes(mark);
        self.open(Method::GET, &format!("/v1/recoveries/{mark:08x}"), &()).await
    }

    /// Brings a recovered device's first records.
    pub async fn recover(&self, recover: &Recover) -> Result<Receipt, CatalogError> {
        self.open(Method::POST, "/v1/recoveries", recover).await
    }

    /// Asks for an escrowed share.
    pub async fn ask_recovery(&self, asked: &AskedText) -> Result<(), CatalogError> {
        self.open(Method::POST, "/v1/recovery-requests", asked).await
    }

    /// How a device's request stands.
    pub async fn asked_recovery(&self, device: &DeviceId) -> Result<AskedState, CatalogError> {
        self.open(Method::GET, &format!("/v1/recovery-requests/{device}"), &()).await
    }

    /// Requests that concern this account.
    pub async fn recovery_requests(&self) -> Result<AskedOf, CatalogError> {
        self.signed(Method::GET, "/v1/recovery-requests", None::<&()>).await
    }

    /// Says no to one.
    pub async fn refuse_recovery(&self, device: &DeviceId) -> Result<(), CatalogError> {
        self.signed(Method::DELETE, &format!("/v1/recovery-requests/{device}"), None::<&()>).await
    }

    /// Waits for another device of one's account.
    pub async fn begin_pairing(&self, new: &NewPairing) -> Result<(), CatalogError> {
        self.signed(Method::POST, "/v1/pairings", Some(new)).await
    }

    /// What a waiting device tells.
    pub async fn pairing(&self, id: &PairingId) -> Result<Offered, CatalogError> {
        self.open(Method::GET, &format!("/v1/pairings/{id}"), &()).await
    }

    /// Answers it.
    pub async fn answer_pairing(&self, id: &PairingId, answered: &Answered) -> Result<(), CatalogError> {
        self.open(Method::POST, &format!("/v1/pairings/{id}"), answered).await
    }

    /// What came as an answer.
    pub async fn pairing_answer(&self, id: &PairingId) -> Result<Answered, CatalogError> {
        self.signed(Method::GET, &format!("/v1/pairings/{id}/answer"), None::<&()>).await
    }

    /// Waits no longer.
    pub async fn end_pairing(&self, id: &PairingId) -> Result<(), CatalogError> {
        self.signed(Method::DELETE, &format!("/v1/pairings/{id}"), None::<&()>).await
    }

    /// Brings the account's sealed ring: the one its chain names, or will name next.
    pub async fn put_ring(&self, ring: &Base64) -> Result<(), CatalogError> {
        self.signed(Method::PUT, "/v1/ring", Some(ring)).await
    }

    /// Wraps of a folder after a cursor.
    pub async fn wraps(&self, folder: &FolderId, after: u64) -> Result<Wraps, CatalogError> {
        self.signed(Method::GET, &format!("/v1/folders/{folder}/wraps?after={after}"), None::<&()>).await
    }

    /// Brings wraps under the folder key in force.
    pub async fn rewrap(&self, folder: &FolderId, rewrap: &Rewrap) -> Result<(), CatalogError> {
        self.signed(Method::POST, &format!("/v1/folders/{folder}/wraps"), Some(rewrap)).await
    }

    /// Tells the other members of a folder something for the moment.
    pub async fn signal(&self, folder: &FolderId, signal: Vec<u8>) -> Result<(), CatalogError> {
        self.signed(Method::POST, &format!("/v1/folders/{folder}/signals"), Some(&Base64(signal))).await
    }

    /// "Held" words of a folder after a cursor.
    pub async fn held(&self, folder: &FolderId, after: u64) -> Result<HeldPage, CatalogError> {
        self.signed(Method::GET, &format!("/v1/folders/{folder}/held?after={after}"), None::<&()>).await
    }

    /// The event stream, until it breaks.
    pub async fn events(&self) -> Result<impl Stream<Item = Result<Notice, CatalogError>> + use<>, CatalogError> {
        let response = self.send(Method::GET, "/v1/events", &[], true, None).await?;
        if response.status() != StatusCode::OK {
            return Err(failure(response).await);
        }
        let mut size = EventSize::default();
        let bounded = response.bytes_stream().map(move |chunk| {
            let chunk = chunk?;
            if size.fits(&chunk) { Ok(chunk) } else { Err(CatalogError::Nonsense) }
        });
        Ok(bounded.eventsource().map(|event| {
            let event = event.map_err(|_| CatalogError::Unreachable(None))?;
            serde_json::from_str(&event.data).map_err(|_| CatalogError::Nonsense)
        }))
    }

    async fn open<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: &(impl Serialize + ?Sized),
    ) -> Result<T, CatalogError> {
        let body = if method == Method::GET { Vec::new() } else { to_json(body)? };
        let response = self.send(method, path, &body, false, Some(Duration::from_secs(60))).await?;
        answer(response).await
    }

    async fn signed<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: Option<&(impl Serialize + ?Sized)>,
    ) -> Result<T, CatalogError> {
        let body = body.map(to_json).transpose()?.unwrap_or_default();
        let response = self.send(method, path, &body, true, Some(Duration::from_secs(60))).await?;
        answer(response).await
    }

    /// Sends; who is told to come again a little later, does.
    async fn send(
        &self,
        method: Method,
        path: &str,
        body: &[u8],
        sign: bool,
        timeout: Option<Duration>,
    ) -> Result<reqwest::Response, CatalogError> {
        for _ in 0..COME_AGAIN {
            let response = self.send_now(&method, path, body, sign, timeout).await?;
            if !self.turn.heed(&response) {
                return Ok(response);
            }
        }
        Err(CatalogError::Said(ApiCode::Busy))
    }

    /// When the session has ended (a restarted catalog forgets them), makes a new one and sends again.
    async fn send_now(
        &self,
        method: &Method,
        path: &str,
        body: &[u8],
        sign: bool,
        timeout: Option<Duration>,
    ) -> Result<reqwest::Response, CatalogError> {
        for fresh in [false, true] {
            self.turn.wait().await?;
            let mut request = self.http.request(method.clone(), format!("{}{path}", self.url)).body(body.to_vec());
            if !body.is_empty() {
                request = request.header("content-type", "application/json");
            }
            if let Some(timeout) = timeout {
                request = request.timeout(timeout);
            }
            if sign {
                request = request.header(HEADER, self.proof(method.as_str(), path, body, fresh).await?);
            }
            let response = request.send().await?;
            if fresh || !sign || response.status() != StatusCode::UNAUTHORIZED {
                return Ok(response);
            }
        }
        Err(CatalogError::Nonsense)
    }

    async fn proof(&self, method: &str, path: &str, body: &[u8], fresh: bool) -> Result<String, CatalogError> {
        let signer = self.signer.as_ref().ok_or(CatalogError::Said(ApiCode::Unauthorized))?;
        let nonce = self.nonce(fresh).await?;
        let counter = self.counter.fetch_add(1, Ordering::Relaxed);
        let request = Signed { method, path, body };
        let proof = Proof::sign(signer.account, signer.device, nonce, counter, request, &signer.key);
        let bytes = cbor::encode(&proof).map_err(|_| CatalogError::Nonsense)?;
        Ok(BASE64_URL_SAFE_NO_PAD.encode(bytes))
    }

    async fn nonce(&self, fresh: bool) -> Result<Commitment, CatalogError> {
        let mut session = self.session.lock().await;
        if fresh {
            *session = None;
        }
        if let Some(nonce) = *session {
            return Ok(nonce);
        }
        let request = self.http.post(format!("{}/v1/sessions", self.url)).timeout(Duration::from_secs(15));
        let response = request.send().await?;
        self.turn.heed(&response);
        let new: Session = answer(response).await?;
        *session = Some(new.nonce);
        Ok(new.nonce)
    }
}

fn to_json(body: &(impl Serialize + ?Sized)) -> Result<Vec<u8>, CatalogError> {
    serde_json::to_vec(body).map_err(|_| CatalogError::Nonsense)
}

async fn answer<T: DeserializeOwned>(response: reqwest::Response) -> Result<T, CatalogError> {
    if !response.status().is_success() {
        return Err(failure(response).await);
    }
    let bytes = read(response).await?;
    serde_json::from_slice(&bytes).map_err(|_| CatalogError::Nonsense)
}

async fn failure(response: reqwest::Response) -> CatalogError {
    if response.status().is_server_error() {
        // Its own fault, or that of a proxy before it: nothing was said that could be true or false.
        return CatalogError::Unreachable(None);
    }
    match read(response).await.map(|bytes| serde_json::from_slice::<ApiFailure>(&bytes)) {
        Ok(Ok(failure)) => CatalogError::Said(failure.code),
        Ok(Err(_)) => CatalogError::Nonsense,
        Err(error) => error,
    }
}

/// Bytes since the last empty line of an event stream: what its reader has to keep.
#[derive(Default)]
struct EventSize {
    bytes: usize,
    in_line: bool,
}

impl EventSize {
    fn fits(&mut self, chunk: &[u8]) -> bool {
        chunk.iter().all(|byte| {
            match byte {
                b'\n' if self.in_line => self.in_line = false,
                b'\n' => self.bytes = 0,
                b'\r' => {}
                _ => self.in_line = true,
            }
            self.bytes += 1;
            self.bytes <= MAX_EVENT
        })
    }
}

/// The body, up to a limit: a lying server cannot fill the memory.
async fn read(response: reqwest::Response) -> Result<Vec<u8>, CatalogError> {
    let mut bytes = Vec::new();
    let mut stream = response.bytes_stream();
    while let Some(chunk) = stream.next().await {
        bytes.extend_from_slice(&chunk?);
        if bytes.len() > MAX_ANSWER {
            return Err(CatalogError::Nonsense);
        }
    }
    Ok(bytes)
}
