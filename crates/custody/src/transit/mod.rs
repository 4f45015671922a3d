//! A key in the Transit engine of HashiCorp Vault or OpenBao: `aes256-gcm96`, neither derived nor exportable.
//!
//! A wrap is the text that Transit answers with, `vault:v1:...`; its version is the number in it.
//!
//! - **Rewrapping** is opening and wrapping. Transit's own `rewrap` takes no associated data (neither Vault's nor OpenBao's)
//!   and so cannot open what is ours.
//! - **Wrapping looks at the key first.** A token that may do much, a root token for one, would otherwise have Transit make
//!   a new key of a mistyped name. The policy for daily use may not look; it may not make keys either.
//! - Of error texts only a few words are looked for; none is passed on.

mod api;
mod policy;

use async_trait::async_trait;
use hyper::header::{HeaderName, HeaderValue};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::Keeper;
use crate::associated::associated_data;
use crate::config::TransitConfig;
use crate::credentials::Credentials;
use crate::description::{Description, Protection};
use crate::encoding::{decode_secret, encode, encode_secret};
use crate::error::CustodyError;
use crate::http::{Answer, Http, Origin, secret_header};
use crate::secret::{Secret, SecretText};
use crate::wrapped::{Provider, Wrapped};
use api::{Decrypt, Decrypted, Encrypt, Encrypted, Failure, Key, NewKey, Reply, version_of};

pub use policy::{SET_UP_POLICY, USE_POLICY};

/// A key in Transit.
pub struct TransitKeeper {
    config: TransitConfig,
    http: Http,
    token: SecretText,
}

impl TransitKeeper {
    /// Nothing is asked yet.
    ///
    /// # Errors
    /// [`CustodyError::NotTls`]; [`CustodyError::NoCredentials`]: without a token.
    pub fn new(config: &TransitConfig, credentials: Credentials) -> Result<Self, CustodyError> {
        let Credentials::Token(token) = credentials else {
            return Err(CustodyError::NoCredentials("a Vault token"));
        };
        let http = Http::new(Origin::parse(&config.address)?, config.ca_file.as_deref())?;
        Ok(Self { config: config.clone(), http, token })
    }

    /// Makes the key: `aes256-gcm96`, not derived, not exportable, without backups in the clear.
    ///
    /// # Errors
    /// [`CustodyError::KeyExists`]; [`CustodyError::NotAllowed`] by the policy for daily use.
    pub async fn create_key(&self) -> Result<Description, CustodyError> {
        match self.key().await {
            Ok(_) => return Err(CustodyError::KeyExists(self.name())),
            Err(CustodyError::NoSuchKey(_)) => {}
            Err(error) => return Err(error),
        }
        let answer = self.send("keys", Some(&NewKey::OURS)).await?;
        if !(200..300).contains(&answer.status) {
            return Err(self.failure(&answer));
        }
        self.describe().await
    }

    /// What the key is; [`CustodyError::NotAllowed`] by the policy for daily use.
    async fn key(&self) -> Result<Key, CustodyError> {
        self.ask("keys", None::<&()>).await
    }

    /// [`Self::key`], where it may be asked.
    async fn visible_key(&self) -> Result<Option<Key>, CustodyError> {
        match self.key().await {
            Ok(key) => Ok(Some(key)),
            Err(CustodyError::NotAllowed) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The newest version, by wrapping something of no value: the policy for daily use allows that.
    async fn newest(&self) -> Result<String, CustodyError> {
        Ok(self.encrypt(&Secret::make()?, &associated_data(b"")?).await?.version().to_owned())
    }

    async fn encrypt(&self, secret: &Secret, associated: &[u8]) -> Result<Wrapped, CustodyError> {
        let (plaintext, associated_data) = (encode_secret(secret), encode(associated));
        let request = Encrypt { plaintext: &plaintext, associated_data: &associated_data };
        let Encrypted { ciphertext } = self.ask("encrypt", Some(&request)).await?;
        let version = version_of(&ciphertext).ok_or(CustodyError::NotUnderstood)?.to_owned();
        Ok(Wrapped::new(Provider::Transit, self.name(), version, ciphertext.into_bytes())?)
    }

    async fn ask<T: DeserializeOwned>(
        &self,
        what: &str,
        body: Option<&(impl Serialize + Sync)>,
    ) -> Result<T, CustodyError> {
        let answer = self.send(what, body).await?;
        if answer.status != 200 {
            return Err(self.failure(&answer));
        }
        Ok(answer.json::<Reply<T>>()?.data)
    }

    async fn send(&self, what: &str, body: Option<&(impl Serialize + Sync)>) -> Result<Answer, CustodyError> {
        let mut headers = vec![
            (HeaderName::from_static("x-vault-token"), secret_header(self.token.expose_secret())?),
            // A Vault Agent may insist on it, so that no web page can ask through it.
            (HeaderName::from_static("x-vault-request"), HeaderValue::from_static("true")),
        ];
        if let Some(namespace) = &self.config.namespace {
            headers.push((HeaderName::from_static("x-vault-namespace"), secret_header(namespace)?));
        }
        let path = format!("/v1/{}/{what}/{}", self.config.mount, self.config.key);
        self.http.send(&path, headers, body).await
    }

    fn name(&self) -> String {
        format!("{}/{}", self.config.mount, self.config.key)
    }

    fn failure(&self, answer: &Answer) -> CustodyError {
        let said = answer.json::<Failure>().unwrap_or_default();
        let server = || self.http.origin().as_str().to_owned();
        match answer.status {
            // Said with 400 by most versions, with 500 by some.
            400 | 500 if said.says("key not found") => CustodyError::NoSuchKey(self.name()),
            400 | 500 if said.says("too old") => CustodyError::VersionRetired,
            400 | 500 if said.says("invalid ciphertext") || said.says("authentication failed") => {
                CustodyError::DoesNotOpen
            }
            400 if said.says("missing client token") => CustodyError::BadCredentials,
            401 => CustodyError::BadCredentials,
            403 if said.says("invalid token") || said.says("bad token") => CustodyError::BadCredentials,
            403 => CustodyError::NotAllowed,
            404 => CustodyError::NoSuchKey(self.name()),
            // Over a quota; a standby or a replica that is behind; sealed; a proxy without its server.
            412 | 429 | 472 | 473 | 502 | 503 | 504 => CustodyError::Unavailable(server()),
            _ => CustodyError::NotUnderstood,
        }
    }
}

#[async_trait]
impl Keeper for TransitKeeper {
    fn provider(&self) -> Provider {
        Provider::Transit
    }

    async fn wrap(&self, secret: &Secret, place: &[u8]) -> Result<Wrapped, CustodyError> {
        let associated = associated_data(place)?;
        if let Some(key) = self.visible_key().await? {
            key.check()?;
        }
        self.encrypt(secret, &associated).await
    }

    async fn unwrap(&self, wrapped: &Wrapped, place: &[u8]) -> Result<Secret, CustodyError> {
        if wrapped.provider() != Provider::Transit {
            return Err(CustodyError::OtherProvider(wrapped.provider()));
        }
        let associated_data = encode(&associated_data(place)?);
        // Transit reads version 0 as 1 and skips line ends: there is one way to write a wrap, and we read no other.
        let ciphertext = std::str::from_utf8(wrapped.ciphertext()).map_err(|_| CustodyError::DoesNotOpen)?;
        if version_of(ciphertext) != Some(wrapped.version()) {
            return Err(CustodyError::DoesNotOpen);
        }
        let request = Decrypt { ciphertext, associated_data: &associated_data };
        let answer: Decrypted = self.ask("decrypt", Some(&request)).await?;
        decode_secret(&answer.plaintext)
    }

    /// Tells more to a token that may read the key than to one of the policy for daily use.
    async fn describe(&self) -> Result<Description, CustodyError> {
        let key = self.visible_key().await?;
        let newest = match &key {
            Some(key) => key.latest_version.to_string(),
            None => self.newest().await?,
        };
        Ok(Description {
            provider: Provider::Transit,
            keeper: self.http.origin().as_str().to_owned(),
            key: self.name(),
            newest,
            oldest: key.as_ref().map(|key| key.min_decryption_version.to_string()),
            protection: Protection::Unstated,
            could_leave: key.as_ref().map(Key::could_leave),
        })
    }
}
