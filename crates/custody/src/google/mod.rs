//! A key in Google Cloud KMS, purpose `ENCRYPT_DECRYPT`.
//!
//! A wrap is the ciphertext that KMS answers with; its version is the number of the key version.
//!
//! What is sent and what comes back carries CRC32C sums, as Google asks of its clients
//! (<https://cloud.google.com/kms/docs/data-integrity-guidelines>): an answer whose sum is wrong, or which does not say that
//! ours were looked at, is thrown away and asked for again, twice; then it is [`CustodyError::Integrity`].
//!
//! Everything is done with the two permissions of the role *Cloud KMS CryptoKey Encrypter/Decrypter*; describing, too:
//! something of no value is wrapped, and the answer says version and protection level.

mod access;
mod api;
mod crc32c;

use async_trait::async_trait;
use hyper::header::AUTHORIZATION;
use serde::Serialize;
use serde::de::DeserializeOwned;
use zeroize::Zeroizing;

use crate::Keeper;
use crate::associated::associated_data;
use crate::config::GoogleKmsConfig;
use crate::credentials::Credentials;
use crate::description::{Description, Protection};
use crate::encoding::{decode, decode_secret, encode, encode_secret};
use crate::error::CustodyError;
use crate::http::{Answer, Http, Origin, secret_header};
use crate::secret::Secret;
use crate::wrapped::{Provider, Wrapped};
use access::Access;
use api::{Decrypt, Decrypted, Encrypt, Encrypted, Failure};
use crc32c::crc32c;

/// Google's own.
const ENDPOINT: &str = "https://cloudkms.googleapis.com";
/// How often an answer with a wrong sum is asked for.
const TRIES: usize = 3;

/// A key in Cloud KMS.
pub struct GoogleKmsKeeper {
    config: GoogleKmsConfig,
    http: Http,
    access: Access,
}

impl GoogleKmsKeeper {
    /// Nothing is asked yet.
    ///
    /// # Errors
    /// [`CustodyError::NoCredentials`]: none, or another keeper's; [`CustodyError::NotTls`]: an endpoint of one's own.
    pub fn new(config: &GoogleKmsConfig, credentials: Credentials) -> Result<Self, CustodyError> {
        let endpoint = Origin::parse(config.endpoint.as_deref().unwrap_or(ENDPOINT))?;
        Ok(Self { config: config.clone(), http: Http::new(endpoint, None)?, access: Access::new(credentials)? })
    }

    /// Wraps, and tells the protection level of the version that it was wrapped under.
    async fn encrypt(&self, secret: &Secret, associated: &[u8]) -> Result<(Wrapped, Protection), CustodyError> {
        let (plaintext, aad) = (encode_secret(secret), encode(associated));
        let request = Encrypt {
            plaintext: &plaintext,
            additional_authenticated_data: &aad,
            plaintext_crc32c: crc32c(secret.expose_secret()).to_string(),
            additional_authenticated_data_crc32c: crc32c(associated).to_string(),
        };
        for _ in 0..TRIES {
            let answer: Encrypted = self.ask("encrypt", &request).await?;
            let version = self.version_in(&answer.name)?.to_owned();
            let ciphertext = decode(&answer.ciphertext)?;
            if answer.verified_plaintext_crc32c
                && answer.verified_additional_authenticated_data_crc32c
                && answer.ciphertext_crc32c == Some(crc32c(&ciphertext))
            {
                let wrapped = Wrapped::new(Provider::GoogleKms, &self.config.key, version, ciphertext)?;
                return Ok((wrapped, answer.protection_level.into()));
            }
        }
        Err(CustodyError::Integrity)
    }

    /// The number at the end of `KEY/cryptoKeyVersions/NUMBER`. Another key's name is no answer to us.
    fn version_in<'a>(&self, name: &'a str) -> Result<&'a str, CustodyError> {
        name.strip_prefix(&self.config.key)
            .and_then(|rest| rest.strip_prefix("/cryptoKeyVersions/"))
            .filter(|version| !version.is_empty() && version.bytes().all(|byte| byte.is_ascii_digit()))
            .ok_or(CustodyError::NotUnderstood)
    }

    async fn ask<T: DeserializeOwned>(&self, verb: &str, body: &(impl Serialize + Sync)) -> Result<T, CustodyError> {
        let bearer = Zeroizing::new(format!("Bearer {}", self.access.token().await?.expose_secret()));
        let headers = vec![(AUTHORIZATION, secret_header(&bearer)?)];
        let answer = self.http.send(&format!("/v1/{}:{verb}", self.config.key), headers, Some(body)).await?;
        if answer.status == 200 { answer.json() } else { Err(self.failure(verb, &answer)) }
    }

    fn failure(&self, verb: &str, answer: &Answer) -> CustodyError {
        let said = answer.json::<Failure>().unwrap_or_default().error;
        match (answer.status, said.status.as_str()) {
            (400, "FAILED_PRECONDITION") => CustodyError::VersionRetired,
            (400, "INVALID_ARGUMENT") if said.says("checksum") || said.says("crc32c") => CustodyError::Integrity,
            (400, "INVALID_ARGUMENT") if said.says("purpose") => CustodyError::WrongKind,
            (400, "INVALID_ARGUMENT") if verb == "decrypt" => CustodyError::DoesNotOpen,
            (401, _) => CustodyError::BadCredentials,
            (403, _) => CustodyError::NotAllowed,
            (404, _) => CustodyError::NoSuchKey(self.config.key.clone()),
            (429 | 500 | 502 | 503 | 504, _) => CustodyError::Unavailable(self.http.origin().as_str().to_owned()),
            _ => CustodyError::NotUnderstood,
        }
    }
}

#[async_trait]
impl Keeper for GoogleKmsKeeper {
    fn provider(&self) -> Provider {
        Provider::GoogleKms
    }

    async fn wrap(&self, secret: &Secret, place: &[u8]) -> Result<Wrapped, CustodyError> {
        Ok(self.encrypt(secret, &associated_data(place)?).await?.0)
    }

    async fn unwrap(&self, wrapped: &Wrapped, place: &[u8]) -> Result<Secret, CustodyError> {
        if wrapped.provider() != Provider::GoogleKms {
            return Err(CustodyError::OtherProvider(wrapped.provider()));
        }
        let (ciphertext, associated) = (wrapped.ciphertext(), associated_data(place)?);
        let request = Decrypt {
            ciphertext: &encode(ciphertext),
            additional_authenticated_data: &encode(&associated),
            ciphertext_crc32c: crc32c(ciphertext).to_string(),
            additional_authenticated_data_crc32c: crc32c(&associated).to_string(),
        };
        // KMS refuses a ciphertext of no bytes as a request that is not one.
        if ciphertext.is_empty() {
            return Err(CustodyError::DoesNotOpen);
        }
        for _ in 0..TRIES {
            let answer: Decrypted = self.ask("decrypt", &request).await?;
            let secret = decode_secret(&answer.plaintext)?;
            if answer.plaintext_crc32c == Some(crc32c(secret.expose_secret())) {
                return Ok(secret);
            }
        }
        Err(CustodyError::Integrity)
    }

    async fn describe(&self) -> Result<Description, CustodyError> {
        let (wrapped, protection) = self.encrypt(&Secret::make()?, &associated_data(b"")?).await?;
        Ok(Description {
            provider: Provider::GoogleKms,
            keeper: self.http.origin().as_str().to_owned(),
            key: self.config.key.clone(),
            newest: wrapped.version().to_owned(),
            oldest: None,
            protection,
            could_leave: None,
        })
    }
}
