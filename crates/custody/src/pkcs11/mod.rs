//! A key on a PKCS#11 token: AES-256-GCM by `C_Encrypt` and `C_Decrypt`; and Ed25519 signatures (`sign.rs`).
//!
//! A wrap is nonce (12 bytes), ciphertext (32), tag (16); its version is the key's `CKA_ID`, by which it is found again
//! when a label has meanwhile been given to a newer key.
//!
//! The nonce. PKCS#11 2.40 has the caller choose it, and so do we, from the operating system. Some tokens insist on making
//! it themselves: they refuse a filled buffer or write over it, and want zeros to begin with. So whatever stands in the
//! buffer *after* encrypting is what is kept; a token that refuses ours is given zeros once, and if zeros are still there
//! afterwards nothing is kept. What was made is opened again before it is given out: a token that put its nonce elsewhere
//! is noticed there. Only the first way is tested (SoftHSM); no token of the other kind was at hand.
//!
//! The token is asked on blocking threads, one call at a time for each module, each with a login and a logout of its own.

mod find;
mod module;
mod sign;
mod trust;

use std::sync::Arc;

use async_trait::async_trait;
use cryptoki::error::{Error, RvError};
use cryptoki::mechanism::Mechanism;
use cryptoki::mechanism::aead::GcmParams;
use cryptoki::object::{Attribute, KeyType, ObjectClass, ObjectHandle};
use cryptoki::session::Session;
use zeroize::Zeroizing;

pub use sign::TokenSigner;

use crate::Keeper;
use crate::associated::associated_data;
use crate::config::Pkcs11Config;
use crate::credentials::Credentials;
use crate::description::{Description, Protection};
use crate::error::CustodyError;
use crate::secret::Secret;
use crate::wrapped::{Provider, Wrapped};
use find::{KeyFlags, find_key, flags};
use module::{Token, failure};

/// Bytes of a nonce.
const NONCE: usize = 12;

/// A key on a token.
pub struct Pkcs11Keeper {
    token: Arc<Token>,
}

impl Pkcs11Keeper {
    /// Nothing is loaded yet.
    ///
    /// # Errors
    /// [`CustodyError::NoCredentials`]: credentials of another kind of keeper.
    pub fn new(config: &Pkcs11Config, credentials: Credentials) -> Result<Self, CustodyError> {
        Ok(Self { token: Arc::new(Token::new(config, credentials)?) })
    }

    /// Makes the wrapping key on the token: AES-256, sensitive, never extractable, only for encrypting and decrypting,
    /// not to be changed or copied. Its id is the one that the configuration names, or random.
    ///
    /// # Errors
    /// [`CustodyError::KeyExists`]: of this label, or of this id.
    pub async fn create_key(&self) -> Result<Description, CustodyError> {
        self.ask(|token, session| {
            let id = token.new_id(session, ObjectClass::SECRET_KEY)?;
            let mut template = vec![
                Attribute::Token(true),
                Attribute::Private(true),
                Attribute::Sensitive(true),
                Attribute::Extractable(false),
                Attribute::Modifiable(false),
                Attribute::Copyable(false),
                Attribute::Encrypt(true),
                Attribute::Decrypt(true),
                Attribute::Wrap(false),
                Attribute::Unwrap(false),
                Attribute::ValueLen(32.into()),
                Attribute::Id(id.clone()),
            ];
            template.extend(token.config.key.as_ref().map(|label| Attribute::Label(label.clone().into_bytes())));
            let key = session.generate_key(&Mechanism::AesKeyGen, &template).map_err(|error| failure(&error))?;
            describe(token, session, key)
        })
        .await
    }

    async fn ask<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Token, &Session) -> Result<T, CustodyError> + Send + 'static,
    ) -> Result<T, CustodyError> {
        Token::ask(&self.token, work).await
    }
}

#[async_trait]
impl Keeper for Pkcs11Keeper {
    fn provider(&self) -> Provider {
        Provider::Pkcs11
    }

    async fn wrap(&self, secret: &Secret, place: &[u8]) -> Result<Wrapped, CustodyError> {
        let associated = associated_data(place)?;
        let secret = Secret::copy_of(secret.expose_secret());
        self.ask(move |token, session| {
            let key = find_key(session, &token.config, None)?;
            let flags = flags(session, key)?;
            check(&flags)?;
            let ciphertext = encrypt(session, key, &secret, &associated)?;
            Ok(Wrapped::new(Provider::Pkcs11, &flags.label, hex::encode(&flags.id), ciphertext)?)
        })
        .await
    }

    async fn unwrap(&self, wrapped: &Wrapped, place: &[u8]) -> Result<Secret, CustodyError> {
        if wrapped.provider() != Provider::Pkcs11 {
            return Err(CustodyError::OtherProvider(wrapped.provider()));
        }
        let associated = associated_data(place)?;
        let id = hex::decode(wrapped.version()).map_err(|_| CustodyError::DoesNotOpen)?;
        let ciphertext = wrapped.ciphertext().to_vec();
        self.ask(move |token, session| {
            // A key that has no id is found by its label alone.
            let id = Some(&id[..]).filter(|id| !id.is_empty());
            let key = find_key(session, &token.config, id)?;
            decrypt(session, key, &ciphertext, &associated)
        })
        .await
    }

    async fn describe(&self) -> Result<Description, CustodyError> {
        self.ask(|token, session| describe(token, session, find_key(session, &token.config, None)?)).await
    }
}

fn describe(token: &Token, session: &Session, key: ObjectHandle) -> Result<Description, CustodyError> {
    let flags = flags(session, key)?;
    let (keeper, in_hardware) = token.words(session)?;
    Ok(Description {
        provider: Provider::Pkcs11,
        keeper,
        key: flags.label.clone(),
        newest: hex::encode(&flags.id),
        oldest: None,
        protection: if in_hardware { Protection::Hsm } else { Protection::Unstated },
        could_leave: Some(!(flags.always_sensitive && flags.never_extractable)),
    })
}

/// The key is AES-256, and stays where it is. One that was brought in from outside (a key ceremony) is accepted:
/// [`Description::could_leave`] tells.
fn check(flags: &KeyFlags) -> Result<(), CustodyError> {
    if flags.kind != Some(KeyType::AES) || flags.value_len.is_some_and(|len| len != 32) {
        return Err(CustodyError::WrongKind);
    }
    check_stays(flags)
}

/// What holds of wrapping and signing keys alike: it does not leave, and asks for a PIN.
fn check_stays(flags: &KeyFlags) -> Result<(), CustodyError> {
    if flags.extractable || !flags.sensitive {
        return Err(CustodyError::KeyNotProtected("the token would hand it out"));
    }
    if !flags.private {
        return Err(CustodyError::KeyNotProtected("the token asks for no PIN to use it"));
    }
    Ok(())
}

fn encrypt(session: &Session, key: ObjectHandle, secret: &Secret, associated: &[u8]) -> Result<Vec<u8>, CustodyError> {
    let mut nonce = [0; NONCE];
    getrandom::fill(&mut nonce).map_err(|_| CustodyError::NoRandomness)?;
    let sealed = match gcm_encrypt(session, key, secret, associated, &mut nonce) {
        Err(Error::Pkcs11(RvError::MechanismParamInvalid | RvError::ArgumentsBad, _)) => {
            nonce = [0; NONCE];
            let sealed = gcm_encrypt(session, key, secret, associated, &mut nonce);
            if nonce == [0; NONCE] {
                return Err(CustodyError::NotOffered("AES-GCM with a nonce that can be known"));
            }
            sealed
        }
        first => first,
    };
    let sealed = sealed.map_err(|error| failure(&error))?;
    let ciphertext = [&nonce[..], &sealed].concat();
    // What cannot be opened again must not stand in anybody's record.
    decrypt(session, key, &ciphertext, associated).map_err(|_| CustodyError::TokenFailed("AES-GCM".to_owned()))?;
    Ok(ciphertext)
}

fn gcm_encrypt(
    session: &Session,
    key: ObjectHandle,
    secret: &Secret,
    associated: &[u8],
    nonce: &mut [u8; NONCE],
) -> Result<Vec<u8>, Error> {
    session.encrypt(&gcm(nonce, associated)?, key, secret.expose_secret())
}

/// With a tag of 128 bits.
fn gcm<'a>(nonce: &'a mut [u8; NONCE], associated: &'a [u8]) -> Result<Mechanism<'a>, Error> {
    Ok(Mechanism::AesGcm(GcmParams::new(nonce, associated, 128.into())?))
}

fn decrypt(session: &Session, key: ObjectHandle, bytes: &[u8], associated: &[u8]) -> Result<Secret, CustodyError> {
    let (nonce, sealed) = bytes.split_first_chunk::<NONCE>().ok_or(CustodyError::DoesNotOpen)?;
    if sealed.len() != Secret::LEN + 16 {
        return Err(CustodyError::DoesNotOpen);
    }
    let mut nonce = *nonce;
    let gcm = gcm(&mut nonce, associated).map_err(|error| failure(&error))?;
    let opened = session.decrypt(&gcm, key, sealed).map_err(|error| opening_failure(&error))?;
    Secret::copy_of_slice(&Zeroizing::new(opened)).ok_or(CustodyError::DoesNotOpen)
}

/// A tag that does not fit has no error of its own before PKCS#11 3.0: tokens answer with whichever of these they like.
fn opening_failure(error: &Error) -> CustodyError {
    match error {
        Error::Pkcs11(
            RvError::EncryptedDataInvalid
            | RvError::EncryptedDataLenRange
            | RvError::DataInvalid
            | RvError::DataLenRange
            | RvError::GeneralError
            | RvError::FunctionFailed,
            _,
        ) => CustodyError::DoesNotOpen,
        other => failure(other),
    }
}
