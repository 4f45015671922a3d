//! When the catalog may be asked again: it says so itself, with `Retry-After`.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use reqwest::StatusCode;
use reqwest::header::RETRY_AFTER;
use valise_protocol::api::ApiCode;

use super::CatalogError;

/// A request waits for its turn for so long; for longer, whoever asked is told.
const MOST_WAIT: Duration = Duration::from_secs(10);
/// A catalog cannot silence its clients for longer.
const MOST_SILENCE: Duration = Duration::from_secs(600);

/// Nothing is sent before this time. The same for all that ask by one client.
#[derive(Clone, Default)]
pub(super) struct Turn(Arc<Mutex<Option<Instant>>>);

impl Turn {
    /// Waits for it.
    pub(super) async fn wait(&self) -> Result<(), CatalogError> {
        let Some(at) = *self.0.lock().unwrap_or_else(PoisonError::into_inner) else { return Ok(()) };
        let left = at.saturating_duration_since(Instant::now());
        if left > MOST_WAIT {
            return Err(CatalogError::Said(ApiCode::Busy));
        }
        tokio::time::sleep(left).await;
        Ok(())
    }

    /// Takes in what an answer says of it. True if the request is worth sending again.
    pub(super) fn heed(&self, response: &reqwest::Response) -> bool {
        if response.status() != StatusCode::TOO_MANY_REQUESTS {
            return false;
        }
        let after = response.headers().get(RETRY_AFTER).and_then(|after| after.to_str().ok()?.parse().ok());
        let Some(after) = after.map(Duration::from_secs) else { return false };
        let at = Instant::now() + after.min(MOST_SILENCE);
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(at);
        after <= MOST_WAIT
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpListener;
    use valise_protocol::sign::VerifyKey;

    use super::*;
    use crate::catalog::Catalog;

    /// A catalog that is busy so many times, with such a header, and then has no newcomers' recovery sets to tell of.
    async fn busy(times: usize, header: &'static str) -> (Catalog, Arc<AtomicUsize>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let heard = Arc::new(AtomicUsize::new(0));
        let counter = heard.clone();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let _ = stream.read(&mut [0; 4096]).await;
                let (status, header, body) = match counter.fetch_add(1, Ordering::AcqRel) < times {
                    true => ("429 Later", header, r#"{"code":"busy","message":"later"}"#),
                    false => ("200 OK", "", r#"{"sets":[]}"#),
                };
                let length = body.len();
                let head =
                    format!("HTTP/1.1 {status}\r\n{header}content-length: {length}\r\nconnection: close\r\n\r\n");
                let _ = stream.write_all(format!("{head}{body}").as_bytes()).await;
            }
        });
        (Catalog::new(&url, VerifyKey::new([1; 32]), None).unwrap(), heard)
    }

    fn is_busy<T>(answer: Result<T, CatalogError>) -> bool {
        matches!(answer, Err(CatalogError::Said(ApiCode::Busy)))
    }

    #[tokio::test]
    async fn who_is_told_to_come_again_soon_does() {
        let (catalog, heard) = busy(2, "retry-after: 0\r\n").await;
        assert!(catalog.recovery_sets([0; 4]).await.unwrap().sets.is_empty());
        assert_eq!(heard.load(Ordering::Acquire), 3);
        let (catalog, heard) = busy(usize::MAX, "retry-after: 0\r\n").await;
        assert!(is_busy(catalog.recovery_sets([0; 4]).await), "but not for ever");
        assert_eq!(heard.load(Ordering::Acquire), super::super::COME_AGAIN);
    }

    #[tokio::test]
    async fn who_is_told_to_come_much_later_sends_nothing_before() {
        let (catalog, heard) = busy(usize::MAX, "retry-after: 3600\r\n").await;
        for _ in 0..3 {
            assert!(is_busy(catalog.recovery_sets([0; 4]).await));
        }
        assert_eq!(heard.load(Ordering::Acquire), 1);
    }

    #[tokio::test]
    async fn without_a_time_it_is_told_at_once() {
        let (catalog, heard) = busy(1, "").await;
        assert!(is_busy(catalog.recovery_sets([0; 4]).await));
        catalog.recovery_sets([0; 4]).await.unwrap();
        assert_eq!(heard.load(Ordering::Acquire), 2);
    }
}
