//! Access tokens: one that was given, or Application Default Credentials (`gcp_auth`).
//!
//! Of these, in Google's order: the file that `GOOGLE_APPLICATION_CREDENTIALS` names (a service account's key), the file
//! that `gcloud auth application-default login` writes, the metadata server of a machine at Google. The `gcloud` program
//! is not started, and Google's other kinds of file (workload identity) are not understood.

use std::sync::Arc;
use std::time::Duration;

use gcp_auth::{ConfigDefaultCredentials, CustomServiceAccount, MetadataServiceAccount, TokenProvider};
use tokio::sync::OnceCell;
use tokio::time::timeout;

use crate::credentials::Credentials;
use crate::error::CustodyError;
use crate::secret::SecretText;

/// Only KMS: a token that is lost on the way opens no other service.
const SCOPE: &str = "https://www.googleapis.com/auth/cloudkms";
/// How long finding credentials and fetching a token may take.
const PATIENCE: Duration = Duration::from_secs(30);

pub(super) enum Access {
    Given(SecretText),
    File(std::path::PathBuf, OnceCell<Arc<dyn TokenProvider>>),
    Default(OnceCell<Arc<dyn TokenProvider>>),
}

impl Access {
    pub(super) fn new(credentials: Credentials) -> Result<Self, CustodyError> {
        match credentials {
            Credentials::Token(token) => Ok(Self::Given(token)),
            Credentials::GoogleKeyFile(path) => Ok(Self::File(path, OnceCell::new())),
            Credentials::GoogleDefault => Ok(Self::Default(OnceCell::new())),
            Credentials::None | Credentials::Pin(_) => Err(MISSING),
        }
    }

    /// A token that is valid now. `gcp_auth` keeps one until it expires.
    pub(super) async fn token(&self) -> Result<SecretText, CustodyError> {
        let provider = match self {
            Self::Given(token) => return Ok(SecretText::new(token.expose_secret().to_owned())),
            Self::File(path, cell) => cell.get_or_try_init(|| async { from_file(path) }).await?,
            Self::Default(cell) => cell.get_or_try_init(find).await?,
        };
        // Which of the two it was, `gcp_auth` tells in words only, and words from a server are not passed on.
        let token = timeout(PATIENCE, provider.token(&[SCOPE])).await.map_err(|_| unreachable_google())?;
        token.map(|token| SecretText::new(token.as_str().to_owned())).map_err(|_| CustodyError::BadCredentials)
    }
}

const MISSING: CustodyError = CustodyError::NoCredentials("a Google credential");

fn unreachable_google() -> CustodyError {
    CustodyError::NotReachable("Google's token service".to_owned())
}

fn from_file(path: &std::path::Path) -> Result<Arc<dyn TokenProvider>, CustodyError> {
    CustomServiceAccount::from_file(path).map(|account| Arc::new(account) as _).map_err(|_| MISSING)
}

async fn find() -> Result<Arc<dyn TokenProvider>, CustodyError> {
    timeout(PATIENCE, look()).await.map_err(|_| unreachable_google())?
}

async fn look() -> Result<Arc<dyn TokenProvider>, CustodyError> {
    // A file that is named and cannot be read is a mistake to be told, not a reason to look elsewhere.
    if let Some(account) = CustomServiceAccount::from_env().map_err(|_| MISSING)? {
        return Ok(Arc::new(account));
    }
    if let Ok(user) = ConfigDefaultCredentials::new().await {
        return Ok(Arc::new(user));
    }
    MetadataServiceAccount::new().await.map(|machine| Arc::new(machine) as _).map_err(|_| MISSING)
}
