//! Keys that others keep: a secret of 32 bytes, wrapped under a key that never leaves the place where it is kept.
//!
//! ```text
//! KeeperConfig ("where", no secrets) + Credentials ("who asks") --keeper()--> dyn Keeper
//! Secret + place --wrap--> Wrapped (bytes for a record) --unwrap, same place--> Secret
//! ```
//!
//! Three keepers: a PKCS#11 token (`pkcs11/`), the Transit engine of HashiCorp Vault or OpenBao (`transit/`), Google
//! Cloud KMS (`google/`). All are held to one suite, `tests/contract.rs`.
//!
//! Invariants:
//! - The wrapping key is never asked for. Where the keeper says that the key could be taken out, [`Keeper::wrap`] refuses.
//! - A wrap is bound to its *place*, bytes chosen by the caller, as associated data of AES-256-GCM. A wrap of one keeper
//!   opens nowhere else, and what does not open says nothing about why.
//! - A [`KeeperConfig`] comes from the person at this computer, never from somebody's record: it names a library that is
//!   loaded into the process, or a server that is shown a credential. A record holds a [`Wrapped`] and no more.
//! - No error, log line or `Debug` carries a secret, a PIN or a token.
//! - A keeper can answer with whatever it likes: callers compare what opens with a commitment or public key of it.
//!
//! `pkcs11/` alone names `cryptoki`, `google/access.rs` alone `gcp_auth`, `http.rs` alone what speaks HTTP and TLS. Another keeper: a module, a variant of [`KeeperConfig`] and of [`Provider`], a line
//! in `tests/contract.rs`, a chapter in `docs/custody.md`.

mod address;
mod associated;
mod config;
mod credentials;
mod description;
mod encoding;
mod error;
mod google;
mod http;
mod pkcs11;
mod secret;
mod transit;
mod wrapped;

use async_trait::async_trait;

pub use address::AddressError;
pub use associated::MAX_PLACE;
pub use config::{GoogleKmsConfig, KeeperConfig, Pkcs11Config, TransitConfig};
pub use credentials::Credentials;
pub use description::{Description, Protection};
pub use error::{CustodyError, PinTries};
pub use google::GoogleKmsKeeper;
pub use pkcs11::{Pkcs11Keeper, TokenSigner};
pub use secret::{Secret, SecretText};
pub use transit::{SET_UP_POLICY, TransitKeeper, USE_POLICY};
pub use wrapped::{BadWrapped, MAX_WRAPPED, Provider, Wrapped};

/// Who keeps a key and wraps under it. Every call goes to the keeper: none is cheap, none is repeated by itself where
/// that could use up tries.
#[async_trait]
pub trait Keeper: Send + Sync {
    /// Which kind.
    fn provider(&self) -> Provider;

    /// Wraps a secret for a place of at most [`MAX_PLACE`] bytes.
    ///
    /// # Errors
    /// [`CustodyError::KeyNotProtected`]: the keeper would hand the key out; all that reaching it can meet.
    async fn wrap(&self, secret: &Secret, place: &[u8]) -> Result<Wrapped, CustodyError>;

    /// Opens what was wrapped for this place.
    ///
    /// # Errors
    /// [`CustodyError::OtherProvider`] before anything is asked; [`CustodyError::DoesNotOpen`] for another place, another
    /// key and changed bytes alike.
    async fn unwrap(&self, wrapped: &Wrapped, place: &[u8]) -> Result<Secret, CustodyError>;

    /// Wraps again under the key's newest version. The secret passes through this process's memory: no keeper's own
    /// rewrapping takes associated data along.
    ///
    /// # Errors
    /// Those of both.
    async fn rewrap(&self, wrapped: &Wrapped, place: &[u8]) -> Result<Wrapped, CustodyError> {
        self.wrap(&self.unwrap(wrapped, place).await?, place).await
    }

    /// What the keeper says of the key, to be shown.
    ///
    /// # Errors
    /// All that reaching it can meet.
    async fn describe(&self) -> Result<Description, CustodyError>;
}

/// A keeper. Nothing is asked of it yet.
///
/// # Errors
/// [`CustodyError::Address`], [`CustodyError::NotTls`], [`CustodyError::NoCredentials`].
pub fn keeper(config: &KeeperConfig, credentials: Credentials) -> Result<Box<dyn Keeper>, CustodyError> {
    config.check()?;
    Ok(match config {
        KeeperConfig::Pkcs11(config) => Box::new(Pkcs11Keeper::new(config, credentials)?),
        KeeperConfig::Transit(config) => Box::new(TransitKeeper::new(config, credentials)?),
        KeeperConfig::GoogleKms(config) => Box::new(GoogleKmsKeeper::new(config, credentials)?),
    })
}

/// Makes the key that a configuration names, and describes it. Asked for by a person, once: nothing else makes keys.
///
/// # Errors
/// [`CustodyError::KeyExists`]; [`CustodyError::NotOffered`] by keepers whose keys are made with their own programs.
pub async fn create_key(config: &KeeperConfig, credentials: Credentials) -> Result<Description, CustodyError> {
    config.check()?;
    match config {
        KeeperConfig::Pkcs11(config) => Pkcs11Keeper::new(config, credentials)?.create_key().await,
        KeeperConfig::Transit(config) => TransitKeeper::new(config, credentials)?.create_key().await,
        KeeperConfig::GoogleKms(_) => Err(CustodyError::NotOffered("making keys in Google Cloud KMS: use gcloud")),
    }
}
