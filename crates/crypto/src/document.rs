//! Signatures on documents: SSHSIG (OpenSSH, `PROTOCOL.sshsig`), so that `ssh-keygen -Y verify` confirms them with
//! nothing of ours.
//!
//! - The format is `ssh_key`'s, which only this file names; the curve is `ed25519_dalek`'s, verified strictly as
//!   records are. What is hashed is hashed by the caller, so that a file of any size is read once, in a stream.
//! - A key for documents signs SSHSIG data, which begins with `SSHSIG`, and once that it is its device's
//!   ([`DocumentSigner::prove`]), which begins with a label: one can never stand for the other.
//! - The key's place is behind [`DocumentSigner`]: here this device's memory; a token signs the same bytes.

use ed25519_dalek::Signer as _;
use sha2::{Digest as _, Sha512};
use ssh_key::encoding::{Decode as _, Encode as _};
use ssh_key::public::{Ed25519PublicKey, KeyData};
use ssh_key::{Algorithm, HashAlg, LineEnding, PublicKey, SshSig};
use valise_protocol::account::signing_key_proof;
use valise_protocol::document::{FILE_NAMESPACE, MAX_SIGNATURE, STATEMENT_NAMESPACE};
use valise_protocol::ids::{AccountId, ContentDigest, DeviceId};
use valise_protocol::keys::{DocumentKey, WrappedKey};
use valise_protocol::place::WrapPlace;
use valise_protocol::sign::Signature;
use zeroize::Zeroizing;

use crate::device::DeviceSecrets;
use crate::error::{BadDocumentSignature, DoesNotOpen, MakeError, NoRandomness, SignerFailed};
use crate::key::Secret32;
use crate::wrap::{unwrap_key, wrap_key};

/// What an SSH signature is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signs {
    /// A file's exact bytes.
    File,
    /// The text of a statement about a file.
    Statement,
}

impl Signs {
    fn namespace(self) -> &'static str {
        match self {
            Self::File => FILE_NAMESPACE,
            Self::Statement => STATEMENT_NAMESPACE,
        }
    }
}

/// Where a key for documents is: in this program's memory, or on a token that never gives it away.
pub trait DocumentSigner {
    /// Its public half.
    fn key(&self) -> DocumentKey;

    /// Ed25519 (RFC 8032) over exactly these bytes. Not for callers, who sign what [`DocumentSigner::sign`] and
    /// [`DocumentSigner::prove`] name.
    ///
    /// # Errors
    /// [`SignerFailed`]: the token is gone, or refuses.
    fn sign_bytes(&self, bytes: &[u8]) -> Result<[u8; 64], SignerFailed>;

    /// The SSH signature, binary, of what has this digest.
    ///
    /// # Errors
    /// [`SignerFailed`].
    fn sign(&self, what: Signs, digest: &ContentDigest) -> Result<Vec<u8>, SignerFailed> {
        let data = signed_data(what, digest).map_err(|_| SignerFailed)?;
        let signature = ssh_key::Signature::new(Algorithm::Ed25519, self.sign_bytes(&data)?.to_vec());
        let signature = signature.map_err(|_| SignerFailed)?;
        let signature = SshSig::new(public(&self.key()), what.namespace(), HashAlg::Sha512, signature);
        let bytes = signature.and_then(|signature| Ok(signature.encode_vec()?)).map_err(|_| SignerFailed)?;
        // A token that signs with another key than it shows is noticed here, not by a colleague.
        verify_document(&self.key(), what, digest, &bytes).map_err(|_| SignerFailed)?;
        Ok(bytes)
    }

    /// The proof that the key is a device's, as its account record carries it.
    ///
    /// # Errors
    /// [`SignerFailed`].
    fn prove(&self, account: AccountId, device: DeviceId) -> Result<Signature, SignerFailed> {
        let message = signing_key_proof(account, device, &self.key());
        Ok(Signature::ed25519(self.sign_bytes(&message)?))
    }
}

/// A key for documents in memory: an Ed25519 seed, wiped when dropped.
pub struct DocumentSecret(Secret32);

impl DocumentSecret {
    /// A new random key.
    ///
    /// # Errors
    /// [`NoRandomness`]: the operating system gives none.
    pub fn make() -> Result<Self, NoRandomness> {
        Secret32::make().map(Self)
    }

    /// Wraps it for the disk of its device, at its [`WrapPlace::DocumentKey`]. No other device opens it.
    ///
    /// # Errors
    /// [`MakeError::WrongPlace`], [`MakeError::Randomness`].
    pub fn wrap(&self, device: &DeviceSecrets, place: &WrapPlace) -> Result<WrappedKey, MakeError> {
        match place {
            WrapPlace::DocumentKey { key, .. } if *key == self.key() => {
                wrap_key(&device.document_subkey(), place, self.0.expose_secret())
            }
            _ => Err(MakeError::WrongPlace),
        }
    }

    /// Opens what [`DocumentSecret::wrap`] made, if it is the secret of the key that the place names.
    ///
    /// # Errors
    /// [`DoesNotOpen`].
    pub fn unwrap(device: &DeviceSecrets, place: &WrapPlace, wrapped: &WrappedKey) -> Result<Self, DoesNotOpen> {
        let WrapPlace::DocumentKey { key, .. } = place else { return Err(DoesNotOpen) };
        let secret = Self(unwrap_key(&device.document_subkey(), place, wrapped)?);
        if secret.key() == *key { Ok(secret) } else { Err(DoesNotOpen) }
    }

    /// Boxed: a move leaves no copy behind. Wiped when dropped.
    fn pair(&self) -> Box<ed25519_dalek::SigningKey> {
        let seed = Zeroizing::new(*self.0.expose_secret());
        Box::new(ed25519_dalek::SigningKey::from_bytes(&seed))
    }

    #[cfg(test)]
    pub(crate) fn from_seed(seed: &[u8; 32]) -> Self {
        Self(Secret32::copy_of(seed))
    }
}

impl DocumentSigner for DocumentSecret {
    fn key(&self) -> DocumentKey {
        DocumentKey::new(self.pair().verifying_key().to_bytes())
    }

    fn sign_bytes(&self, bytes: &[u8]) -> Result<[u8; 64], SignerFailed> {
        Ok(self.pair().sign(bytes).to_bytes())
    }
}

impl std::fmt::Debug for DocumentSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("DocumentSecret(..)")
    }
}

/// The SHA-512 of a file that is read in pieces.
#[derive(Clone, Default)]
pub struct ContentHash(Sha512);

impl ContentHash {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// More of it.
    pub fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// The digest.
    pub fn finish(self) -> ContentDigest {
        ContentDigest::new(self.0.finalize().into())
    }

    /// The digest of what is in memory.
    pub fn of(bytes: &[u8]) -> ContentDigest {
        ContentDigest::new(Sha512::digest(bytes).into())
    }
}

/// Whether an SSH signature is this key's, of what has this digest.
///
/// # Errors
/// [`BadDocumentSignature`], also for another namespace, hash, algorithm or key in it, and for any other encoding than
/// the one that [`DocumentSigner::sign`] makes.
pub fn verify_document(
    key: &DocumentKey,
    what: Signs,
    digest: &ContentDigest,
    signature: &[u8],
) -> Result<(), BadDocumentSignature> {
    let found = decode(signature)?;
    let expected = found.version() == SshSig::VERSION
        && *found.public_key() == public(key)
        && found.namespace() == what.namespace()
        && found.reserved().is_empty()
        && found.hash_alg() == HashAlg::Sha512
        && found.algorithm() == Algorithm::Ed25519;
    if !expected {
        return Err(BadDocumentSignature);
    }
    let data = signed_data(what, digest).map_err(|_| BadDocumentSignature)?;
    let key = ed25519_dalek::VerifyingKey::from_bytes(key.as_bytes()).map_err(|_| BadDocumentSignature)?;
    let signature = ed25519_dalek::Signature::from_slice(found.signature_bytes()).map_err(|_| BadDocumentSignature)?;
    key.verify_strict(&data, &signature).map_err(|_| BadDocumentSignature)
}

/// An SSH signature as `ssh-keygen` writes it to a `.sig` file.
///
/// # Errors
/// [`BadDocumentSignature`]: it is none.
pub fn armored(signature: &[u8]) -> Result<String, BadDocumentSignature> {
    decode(signature)?.to_pem(LineEnding::LF).map_err(|_| BadDocumentSignature)
}

/// A public key as it stands in `authorized_keys` and `allowed_signers`: `ssh-ed25519 AAAA...`.
pub fn openssh_key(key: &DocumentKey) -> String {
    PublicKey::from(public(key)).to_openssh().unwrap_or_default()
}

/// A public key's fingerprint as `ssh-keygen -l` shows it: `SHA256:...`.
pub fn openssh_fingerprint(key: &DocumentKey) -> String {
    public(key).fingerprint(HashAlg::Sha256).to_string()
}

/// The namespaces of [`Signs`], as an `allowed_signers` file restricts a key to them.
pub fn namespaces() -> String {
    [Signs::File, Signs::Statement].map(Signs::namespace).join(",")
}

fn public(key: &DocumentKey) -> KeyData {
    KeyData::Ed25519(Ed25519PublicKey(*key.as_bytes()))
}

fn signed_data(what: Signs, digest: &ContentDigest) -> Result<Vec<u8>, ssh_key::Error> {
    SshSig::signed_data_for_prehash(what.namespace(), HashAlg::Sha512, digest.as_bytes())
}

/// Exactly one encoding, and nothing behind it.
fn decode(signature: &[u8]) -> Result<SshSig, BadDocumentSignature> {
    if signature.len() > MAX_SIGNATURE {
        return Err(BadDocumentSignature);
    }
    let found = SshSig::decode(&mut &*signature).map_err(|_| BadDocumentSignature)?;
    let again = found.encode_vec().map_err(|_| BadDocumentSignature)?;
    if again == signature { Ok(found) } else { Err(BadDocumentSignature) }
}
