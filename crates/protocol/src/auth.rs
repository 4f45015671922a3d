//! Signed requests: a device's key over a server's nonce, a counter, method, path and body. Never a time.

use serde::{Deserialize, Serialize};

use crate::cbor;
use crate::hash::{Label, digest};
use crate::ids::{AccountId, Commitment, DeviceId};
use crate::sign::{BadSignature, Domain, Signature, SigningKey, VerifyKey};

/// The header that carries a [`Proof`], as base64url of canonical CBOR.
pub const HEADER: &str = "valise-proof";

/// A session: answered to anybody who asks, known device or not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// Random; names the session and makes every signature in it fresh.
    pub nonce: Commitment,
}

/// Proof that a device made this request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proof {
    /// Whose device.
    pub account: AccountId,
    /// Which.
    pub device: DeviceId,
    /// The session.
    pub nonce: Commitment,
    /// Used once in a session.
    pub counter: u64,
    /// Over all of it and the request.
    pub signature: Signature,
}

/// A request as it is signed.
#[derive(Clone, Copy, Debug)]
pub struct Signed<'a> {
    /// `GET`, `POST`, ...
    pub method: &'a str,
    /// Path and query.
    pub path: &'a str,
    /// Body; empty if there is none.
    pub body: &'a [u8],
}

impl Proof {
    /// Signs a request.
    pub fn sign(
        account: AccountId,
        device: DeviceId,
        nonce: Commitment,
        counter: u64,
        request: Signed<'_>,
        key: &SigningKey,
    ) -> Self {
        let signature = key.sign(Domain::Request, &bytes(account, device, nonce, counter, request));
        Self { account, device, nonce, counter, signature }
    }

    /// Checks it against the device's key. Session and counter are the server's to check.
    pub fn verify(&self, request: Signed<'_>, key: &VerifyKey) -> Result<(), BadSignature> {
        let bytes = bytes(self.account, self.device, self.nonce, self.counter, request);
        key.verify(Domain::Request, &bytes, &self.signature)
    }
}

fn bytes(account: AccountId, device: DeviceId, nonce: Commitment, counter: u64, request: Signed<'_>) -> Vec<u8> {
    let body = Commitment::new(digest(Label::RequestBody, &[request.body]));
    cbor::encode(&(account, device, nonce, counter, request.method, request.path, body)).unwrap_or_default()
}
