//! Keys on a token that sign documents.

use std::sync::Mutex;

use tokio::runtime::Handle;

use valise_crypto::{DocumentSigner, SignerFailed, Signs};
use valise_custody::{CustodyError, KeeperConfig, TokenSigner};
use valise_protocol::ids::{AccountId, ContentDigest, DeviceId};
use valise_protocol::keys::DocumentKey;
use valise_protocol::sign::Signature;

use super::credentials;
use crate::api::Password;
use crate::custody;
use crate::error::EngineError;
use crate::shared::lock;

/// A key on a token, with what it has signed: the token is asked apart from the vault, which it would keep waiting.
pub struct TokenKey {
    key: DocumentKey,
    proof: Option<(AccountId, DeviceId, Signature)>,
    signed: Vec<(Signs, ContentDigest, Vec<u8>)>,
}

/// Where the key is, and as whom to ask.
pub struct Signer {
    key: DocumentKey,
    token: TokenSigner,
}

/// The token as a signer, on a blocking thread.
struct Asking {
    key: DocumentKey,
    token: TokenSigner,
    runtime: Handle,
    trouble: Mutex<Option<CustodyError>>,
}

impl DocumentSigner for Asking {
    fn key(&self) -> DocumentKey {
        self.key
    }

    fn sign_bytes(&self, bytes: &[u8]) -> Result<[u8; 64], SignerFailed> {
        self.runtime.block_on(self.token.sign(bytes)).map_err(|error| {
            *lock(&self.trouble) = Some(error);
            SignerFailed
        })
    }
}

impl DocumentSigner for TokenKey {
    fn key(&self) -> DocumentKey {
        self.key
    }

    /// It signs nothing more than it has.
    fn sign_bytes(&self, _: &[u8]) -> Result<[u8; 64], SignerFailed> {
        Err(SignerFailed)
    }

    fn sign(&self, what: Signs, digest: &ContentDigest) -> Result<Vec<u8>, SignerFailed> {
        let found = self.signed.iter().find(|(signs, of, _)| *signs == what && of == digest);
        found.map(|(.., signature)| signature.clone()).ok_or(SignerFailed)
    }

    fn prove(&self, account: AccountId, device: DeviceId) -> Result<Signature, SignerFailed> {
        let found = self.proof.as_ref().filter(|proof| (proof.0, proof.1) == (account, device));
        found.map(|proof| proof.2.clone()).ok_or(SignerFailed)
    }
}

impl Signer {
    /// Its public half.
    pub fn key(&self) -> DocumentKey {
        self.key
    }

    /// Has the token prove that its key is a device's.
    pub async fn prove(self, account: AccountId, device: DeviceId) -> Result<TokenKey, EngineError> {
        self.ask(move |token| {
            let proof = Some((account, device, token.prove(account, device)?));
            Ok(TokenKey { key: token.key, proof, signed: Vec::new() })
        })
        .await
    }

    /// Has the token sign.
    pub async fn sign(self, to_sign: [(Signs, ContentDigest); 2]) -> Result<TokenKey, EngineError> {
        self.ask(move |token| {
            let one = |(what, digest): (Signs, ContentDigest)| Ok((what, digest, token.sign(what, &digest)?));
            let signed = to_sign.into_iter().map(one).collect::<Result<_, SignerFailed>>()?;
            Ok(TokenKey { key: token.key, proof: None, signed })
        })
        .await
    }

    async fn ask(
        self,
        work: impl FnOnce(&Asking) -> Result<TokenKey, SignerFailed> + Send + 'static,
    ) -> Result<TokenKey, EngineError> {
        let runtime = Handle::current();
        crate::engine::blocking(move || {
            let token = Asking { key: self.key, token: self.token, runtime, trouble: Mutex::new(None) };
            work(&token).map_err(|failed| lock(&token.trouble).take().map_or(failed.into(), EngineError::from))
        })
        .await
    }
}

/// The key that an address names, which is made if there is none; and the address as it is kept.
pub async fn find_or_make(address: &str, pin: &Password) -> Result<(Signer, String), EngineError> {
    let (token, address) = open(address, pin)?;
    // One that could leave the token would sign elsewhere, too.
    let key = match token.protected_key().await {
        Err(CustodyError::NoSuchKey(_)) => token.create_key().await?,
        key => key?,
    };
    Ok((Signer { key: DocumentKey::new(key), token }, address))
}

/// The key that an address names, if it is the one that is meant.
pub async fn find_signer(address: &str, pin: &Password, expected: &DocumentKey) -> Result<Signer, EngineError> {
    let (token, _) = open(address, pin)?;
    match token.public_key().await {
        Ok(key) if DocumentKey::new(key) == *expected => Ok(Signer { key: *expected, token }),
        Ok(_) | Err(CustodyError::NoSuchKey(_) | CustodyError::WrongKind) => Err(EngineError::OtherSigningKey),
        Err(error) => Err(error.into()),
    }
}

fn open(address: &str, pin: &Password) -> Result<(TokenSigner, String), EngineError> {
    match custody::config(address)? {
        KeeperConfig::Pkcs11(config) => {
            let token = TokenSigner::new(&config, credentials(pin))?;
            Ok((token, KeeperConfig::Pkcs11(config).to_string()))
        }
        _ => Err(EngineError::BadInput("Only a token signs: its address begins with pkcs11:.")),
    }
}
