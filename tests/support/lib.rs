//! What the tests of whole programs share: homes, processes, people, windows, drags and bad networks.
//!
//! Invariants: a test starts the *built* programs, never a library in place of one; nothing outlives its test, whatever
//! way the test ends; nothing touches the home, the bus or the display of whoever runs the tests; nothing waits by
//! sleeping for a time that should be enough, but for a line or a condition with a deadline.
//!
//! The programs must have been built: `cargo build --workspace`, as `make test` does.

pub mod catalog;
pub mod cli;
pub mod drag;
pub mod home;
pub mod hostile;
pub mod keyring;
pub mod liar;
pub mod panel;
pub mod process;
pub mod relay;
pub mod softhsm;
pub mod window;

use std::{future::Future, path::PathBuf, time::Duration};

use tokio::time::{sleep, timeout};

/// How long anything may take before the test fails, unless the test says otherwise. Far above what a loaded machine
/// needs, so that it is met only by what never comes.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// Asks again and again until there is an answer; fails the test, naming `what`, when there is none by then.
pub async fn until<T, F: Future<Output = Option<T>>>(what: &str, limit: Duration, mut ask: impl FnMut() -> F) -> T {
    let answer = async {
        loop {
            if let Some(answer) = ask().await {
                return answer;
            }
            sleep(Duration::from_millis(25)).await;
        }
    };
    timeout(limit, answer).await.unwrap_or_else(|_| panic!("{what}: not within {limit:?}"))
}

/// An HTTP client that looks at no certificate: what a test asks a catalog for is public, or signed.
pub fn http() -> reqwest::Client {
    // The only provider; somebody was faster if there is one.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = reqwest::Client::builder().tls_danger_accept_invalid_certs(true).no_proxy();
    client.build().expect("a client")
}

/// Where pictures and other things to look at are kept: `tests/output/`, ignored by git.
pub fn output_dir() -> PathBuf {
    let dir = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("output");
    std::fs::create_dir_all(&dir).expect("tests/output");
    dir
}
