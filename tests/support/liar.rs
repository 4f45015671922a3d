//! A catalog that lies: everything goes through to a real one and back, unless the test says otherwise.
//!
//! It is what a malicious administrator or anybody on the line can be: it sees every request, answers by itself, or
//! changes what the real catalog answered. Signing is not its business: a test that holds the catalog's key signs.

use std::sync::{
    Arc, Mutex, MutexGuard, PoisonError,
    atomic::{AtomicU64, Ordering},
};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::{Request, State},
    http::{HeaderMap, StatusCode, header::CONTENT_TYPE},
    response::Response,
};
use serde_json::{Value, json};
use tokio::{net::TcpListener, sync::Notify, task::JoinHandle};

use crate::{PATIENCE, until};

/// Where a device's proof stands.
pub const PROOF: &str = "valise-proof";

type Instead = Arc<dyn Fn(&Asked) -> Option<Response> + Send + Sync>;
type Wanted = Arc<dyn Fn(&Asked) -> bool + Send + Sync>;
type Change = Arc<dyn Fn(&Asked, &mut Value) + Send + Sync>;

/// Between people and a catalog; whoever is to be lied to is given [`Liar::url`]. It ends when dropped.
pub struct Liar {
    /// Where it answers.
    pub url: String,
    inner: Arc<Inner>,
    serving: JoinHandle<()>,
}

struct Inner {
    http: reqwest::Client,
    target: Mutex<String>,
    lie: Mutex<Lie>,
    heard: Mutex<Vec<Asked>>,
    answered: Mutex<Vec<Asked>>,
    swallowed: AtomicU64,
    let_go: Notify,
}

#[derive(Clone, Default)]
enum Lie {
    #[default]
    None,
    Instead(Instead),
    Change(Change),
    Swallow(Wanted),
    Hold(Wanted),
}

/// A request, as it came.
#[derive(Clone, Debug)]
pub struct Asked {
    /// `GET`, `POST`, ...
    pub method: String,
    /// Path and query.
    pub path: String,
    /// The device's proof, if there was one.
    pub proof: Option<String>,
    /// The body.
    pub body: Bytes,
}

impl Asked {
    /// Whether it is of this method, to a path that begins so.
    pub fn is(&self, method: &str, path: &str) -> bool {
        self.method == method && self.path.starts_with(path)
    }

    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }
}

impl Liar {
    /// Before the catalog at `url`, honest at first.
    pub async fn before(url: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let own = format!("http://{}", listener.local_addr().expect("its address"));
        let http = crate::http();
        let inner = Inner {
            http,
            target: Mutex::new(url.to_owned()),
            lie: Mutex::default(),
            heard: Mutex::default(),
            answered: Mutex::default(),
            swallowed: AtomicU64::new(0),
            let_go: Notify::new(),
        };
        let inner = Arc::new(inner);
        let router = Router::new().fallback(carry).with_state(inner.clone());
        let serving = tokio::spawn(async move {
            let _ = axum::serve(listener, router).await;
        });
        Self { url: own, inner, serving }
    }

    /// Passes everything on as it is; who still waits for an answer sees the connection break.
    pub fn honest(&self) {
        *lock(&self.inner.lie) = Lie::None;
        self.inner.let_go.notify_waiters();
    }

    /// Answers by itself where `answer` gives something; the catalog does not hear of those.
    pub fn instead(&self, answer: impl Fn(&Asked) -> Option<Response> + Send + Sync + 'static) {
        *lock(&self.inner.lie) = Lie::Instead(Arc::new(answer));
    }

    /// Changes answers that are JSON on their way back.
    pub fn change(&self, change: impl Fn(&Asked, &mut Value) + Send + Sync + 'static) {
        *lock(&self.inner.lie) = Lie::Change(Arc::new(change));
    }

    /// Passes such requests on, and keeps the answers to itself: the one who asked waits, and learns nothing.
    pub fn swallow(&self, wanted: impl Fn(&Asked) -> bool + Send + Sync + 'static) {
        *lock(&self.inner.lie) = Lie::Swallow(Arc::new(wanted));
    }

    /// As if the catalog had no time: clients take it for a bad line, and work on with what they have.
    pub fn away(&self) {
        self.instead(|_| Some(json_answer(429, &json!({"code": "busy", "message": "later"}))));
    }

    /// [`Liar::away`] while something is done; what it was told before stands again afterwards.
    pub async fn away_for<T>(&self, something: impl Future<Output = T>) -> T {
        let before = lock(&self.inner.lie).clone();
        self.away();
        let done = something.await;
        *lock(&self.inner.lie) = before;
        done
    }

    /// Sends everything to another catalog from now on.
    pub fn aim(&self, url: &str) {
        *lock(&self.inner.target) = url.to_owned();
    }

    /// Waits until so many requests are heard that `wanted` accepts, from the `from`-th request on.
    pub async fn hears(&self, what: &str, from: usize, times: usize, wanted: impl Fn(&Asked) -> bool) {
        let enough = || lock(&self.inner.heard).iter().skip(from).filter(|asked| wanted(asked)).count() >= times;
        until(what, PATIENCE, || std::future::ready(enough().then_some(()))).await;
    }

    /// Keeps such requests to itself, unanswered; the catalog does not hear of them.
    pub fn hold(&self, wanted: impl Fn(&Asked) -> bool + Send + Sync + 'static) {
        *lock(&self.inner.lie) = Lie::Hold(Arc::new(wanted));
    }

    /// Waits until the answer to such a request was swallowed: the catalog has carried it out.
    pub async fn swallowed(&self) {
        let count = || async { (self.inner.swallowed.load(Ordering::Acquire) > 0).then_some(()) };
        until("an answer to keep back", PATIENCE, count).await;
        self.inner.swallowed.store(0, Ordering::Release);
    }

    /// Every request that the catalog has carried out.
    pub fn answered(&self) -> Vec<Asked> {
        lock(&self.inner.answered).clone()
    }

    /// Every request so far.
    pub fn heard(&self) -> Vec<Asked> {
        lock(&self.inner.heard).clone()
    }
}

impl Drop for Liar {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn carry(State(inner): State<Arc<Inner>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let path = parts.uri.path_and_query().map_or("/", |path| path.as_str()).to_owned();
    let body = axum::body::to_bytes(body, 64 << 20).await.unwrap_or_default();
    let proof = parts.headers.get(PROOF).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let asked = Asked { method: parts.method.to_string(), path, proof, body };
    lock(&inner.heard).push(asked.clone());
    let lie = lock(&inner.lie).clone();
    if let Lie::Instead(answer) = &lie
        && let Some(answer) = answer(&asked)
    {
        return answer;
    }
    if let Lie::Hold(wanted) = &lie
        && wanted(&asked)
    {
        return answer(200, "application/json", never(&inner));
    }
    let (change, swallow) = match lie {
        Lie::Change(change) => (Some(change), false),
        Lie::Swallow(wanted) => (None, wanted(&asked)),
        _ => (None, false),
    };
    let passed = pass_on(&inner, &asked, &parts.headers, change).await;
    if passed.as_ref().is_ok_and(|response| response.status().is_success()) {
        lock(&inner.answered).push(asked);
    }
    if swallow {
        inner.swallowed.fetch_add(1, Ordering::AcqRel);
        return answer(200, "application/json", never(&inner));
    }
    passed.unwrap_or_else(|_| answer(502, "text/html", "<h1>502</h1>"))
}

async fn pass_on(
    inner: &Inner,
    asked: &Asked,
    headers: &HeaderMap,
    change: Option<Change>,
) -> Result<Response, reqwest::Error> {
    let url = format!("{}{}", lock(&inner.target), asked.path);
    let method = asked.method.parse().expect("a method");
    let mut request = inner.http.request(method, url).body(asked.body.clone());
    for name in [PROOF, "content-type"] {
        if let Some(value) = headers.get(name) {
            request = request.header(name, value);
        }
    }
    let response = request.send().await?;
    let status = response.status();
    let kind = response.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default().to_owned();
    let Some(change) = change.filter(|_| kind.starts_with("application/json")) else {
        return Ok(answer(status.as_u16(), &kind, Body::from_stream(response.bytes_stream())));
    };
    let mut value: Value = serde_json::from_slice(&response.bytes().await?).unwrap_or(Value::Null);
    change(asked, &mut value);
    Ok(json_answer(status.as_u16(), &value))
}

/// An answer of the liar's own.
pub fn answer(status: u16, content_type: &str, body: impl Into<Body>) -> Response {
    let mut response = Response::new(body.into());
    *response.status_mut() = StatusCode::from_u16(status).expect("a status");
    if let Ok(kind) = content_type.parse() {
        response.headers_mut().insert(CONTENT_TYPE, kind);
    }
    response
}

/// JSON of the liar's own.
pub fn json_answer(status: u16, value: &Value) -> Response {
    answer(status, "application/json", value.to_string())
}

/// A body of which nothing comes, and which breaks off once the liar is honest.
fn never(inner: &Arc<Inner>) -> Body {
    let inner = inner.clone();
    let broken = async move {
        inner.let_go.notified().await;
        Err::<Bytes, _>(std::io::Error::from(std::io::ErrorKind::ConnectionReset))
    };
    Body::from_stream(futures::stream::once(broken))
}

/// A body that never ends: the same bytes again and again. `taken` counts what the other side took.
pub fn endless(piece: &'static [u8], taken: &Arc<AtomicU64>) -> Body {
    let taken = taken.clone();
    let pieces = futures::stream::repeat_with(move || {
        taken.fetch_add(piece.len() as u64, Ordering::Relaxed);
        Ok::<_, std::convert::Infallible>(Bytes::from_static(piece))
    });
    Body::from_stream(pieces)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
