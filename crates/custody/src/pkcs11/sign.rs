//! Ed25519 on a token (`CKM_EDDSA`, PKCS#11 3.0), for signatures that others verify, such as those of SSH.

use std::sync::Arc;

use cryptoki::mechanism::Mechanism;
use cryptoki::mechanism::eddsa::{EddsaParams, EddsaSignatureScheme};
use cryptoki::object::{Attribute, AttributeType, ObjectClass, ObjectHandle};
use cryptoki::session::Session;

use super::check_stays;
use super::find::{find_one, flags, name, template};
use super::module::{Token, failure};
use crate::config::Pkcs11Config;
use crate::credentials::Credentials;
use crate::error::CustodyError;

/// `edwards25519` as `CKA_EC_PARAMS`: a PrintableString with the curve's name, as PKCS#11 3.0, section 2.3.10, has it.
const CURVE: &[u8] = b"\x13\x0cedwards25519";

/// A signing key on a token, named as a [`Pkcs11Config`] names a wrapping key.
pub struct TokenSigner {
    token: Arc<Token>,
}

impl TokenSigner {
    /// Nothing is loaded yet.
    ///
    /// # Errors
    /// [`CustodyError::NoCredentials`]: credentials of another kind of keeper.
    pub fn new(config: &Pkcs11Config, credentials: Credentials) -> Result<Self, CustodyError> {
        Ok(Self { token: Arc::new(Token::new(config, credentials)?) })
    }

    /// Makes the pair on the token, the private half sensitive and never extractable, and gives the public half.
    ///
    /// # Errors
    /// [`CustodyError::KeyExists`]; [`CustodyError::NotOffered`]: a token without Ed25519.
    pub async fn create_key(&self) -> Result<[u8; 32], CustodyError> {
        Token::ask(&self.token, |token, session| {
            let id = token.new_id(session, ObjectClass::PRIVATE_KEY)?;
            let mut public = vec![
                Attribute::Token(true),
                Attribute::Verify(true),
                Attribute::EcParams(CURVE.to_vec()),
                Attribute::Id(id.clone()),
            ];
            let mut private = vec![
                Attribute::Token(true),
                Attribute::Private(true),
                Attribute::Sensitive(true),
                Attribute::Extractable(false),
                Attribute::Sign(true),
                Attribute::Id(id),
            ];
            let label = token.config.key.as_ref().map(|label| Attribute::Label(label.clone().into_bytes()));
            public.extend(label.clone());
            private.extend(label);
            let made = session.generate_key_pair(&Mechanism::EccEdwardsKeyPairGen, &public, &private);
            made.map_err(|error| failure(&error))?;
            public_key(token, session)
        })
        .await
    }

    /// The public half.
    ///
    /// # Errors
    /// [`CustodyError::NoSuchKey`], [`CustodyError::WrongKind`].
    pub async fn public_key(&self) -> Result<[u8; 32], CustodyError> {
        Token::ask(&self.token, public_key).await
    }

    /// The public half of a key whose private half stays on the token, and asks for a PIN.
    ///
    /// # Errors
    /// [`CustodyError::KeyNotProtected`]; those of [`TokenSigner::public_key`].
    pub async fn protected_key(&self) -> Result<[u8; 32], CustodyError> {
        Token::ask(&self.token, |token, session| {
            check_stays(&flags(session, private_key(token, session)?)?)?;
            public_key(token, session)
        })
        .await
    }

    /// Signs a message (pure Ed25519, RFC 8032). What is signed is the caller's to choose: this knows no domains.
    ///
    /// # Errors
    /// [`CustodyError::NoSuchKey`]; [`CustodyError::TokenFailed`]: not a signature of 64 bytes.
    pub async fn sign(&self, message: &[u8]) -> Result<[u8; 64], CustodyError> {
        let message = message.to_vec();
        Token::ask(&self.token, move |token, session| {
            let key = private_key(token, session)?;
            let eddsa = Mechanism::Eddsa(EddsaParams::new(EddsaSignatureScheme::Ed25519));
            let signature = session.sign(&eddsa, key, &message).map_err(|error| failure(&error))?;
            signature.try_into().map_err(|_| CustodyError::TokenFailed("CKM_EDDSA".to_owned()))
        })
        .await
    }
}

fn private_key(token: &Token, session: &Session) -> Result<ObjectHandle, CustodyError> {
    let config = &token.config;
    let wanted = template(ObjectClass::PRIVATE_KEY, config.key.as_deref(), config.id.as_deref());
    find_one(session, &wanted, || name(config))
}

fn public_key(token: &Token, session: &Session) -> Result<[u8; 32], CustodyError> {
    let config = &token.config;
    let wanted = template(ObjectClass::PUBLIC_KEY, config.key.as_deref(), config.id.as_deref());
    let key = find_one(session, &wanted, || name(config))?;
    let asked = [AttributeType::EcPoint];
    match session.get_attributes(key, &asked).map_err(|error| failure(&error))?.as_slice() {
        [Attribute::EcPoint(point)] => point_bytes(point).ok_or(CustodyError::WrongKind),
        _ => Err(CustodyError::WrongKind),
    }
}

/// 32 bytes, alone or in an OCTET STRING: both are in use.
fn point_bytes(point: &[u8]) -> Option<[u8; 32]> {
    point.strip_prefix(b"\x04\x20").unwrap_or(point).try_into().ok()
}
