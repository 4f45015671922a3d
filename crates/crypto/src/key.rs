//! Secret keys: 32 bytes each, boxed, wiped when dropped, compared in constant time, never printed.
//!
//! Each kind is a type of its own. A key is used only through subkeys (HKDF-SHA256, one label a purpose),
//! digests with a label, or the function that the type is for; so no two uses share key bytes. To add a
//! purpose, add a [`Purpose`].

use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD_NO_PAD, BASE64_URL_SAFE_NO_PAD};
use hkdf::Hkdf;
use sha2::Sha256;
use subtle::{Choice, ConstantTimeEq};
use valise_protocol::hash::{Label, digest};
use valise_protocol::ids::{AccountId, Commitment, DekId, RecoverySetId, WorkspaceId};
use valise_protocol::sign::SigningKey;
use zeroize::{Zeroize, Zeroizing};

use crate::error::NoRandomness;
use crate::locked::Room;
use crate::random;

/// 32 secret bytes apart from the rest: moving a key moves a pointer and leaves no copy behind.
pub(crate) struct Secret32(Room);

impl Secret32 {
    /// Random.
    pub(crate) fn make() -> Result<Self, NoRandomness> {
        let (mut room, mut filled) = (Room::take(), Ok(()));
        room.set(|bytes| filled = random::fill(bytes));
        filled.map(|()| Self(room))
    }

    /// A copy of bytes that the caller wipes.
    pub(crate) fn copy_of(bytes: &[u8; 32]) -> Self {
        let mut room = Room::take();
        room.set(|room| room.copy_from_slice(bytes));
        Self(room)
    }

    /// The bytes.
    pub(crate) fn expose_secret(&self) -> &[u8; 32] {
        self.0.bytes()
    }

    /// HKDF-SHA256 (RFC 5869): no salt, this secret, the purpose's label as `info`.
    pub(crate) fn derive_subkey(&self, purpose: Purpose) -> Self {
        Self::expand(&Hkdf::<Sha256>::new(None, self.0.bytes()), purpose)
    }

    /// The purpose's subkey of what was extracted.
    pub(crate) fn expand(extracted: &Hkdf<Sha256>, purpose: Purpose) -> Self {
        let mut room = Room::take();
        // 32 bytes is one block: HKDF-Expand fails only above 255 blocks.
        room.set(|bytes| {
            let expanded = extracted.expand(purpose.label(), bytes);
            debug_assert!(expanded.is_ok());
        });
        Self(room)
    }
}

impl ConstantTimeEq for Secret32 {
    fn ct_eq(&self, other: &Self) -> Choice {
        self.0.bytes().ct_eq(other.0.bytes())
    }
}

/// A secret in disguise, for tests that look whether it is left anywhere in memory: each byte with [`DISGUISE`] on top.
#[cfg(debug_assertions)]
pub type Disguised = [u8; 32];
/// What is laid on top.
#[cfg(debug_assertions)]
pub const DISGUISE: u8 = 0xa5;

#[cfg(debug_assertions)]
impl Secret32 {
    pub(crate) fn disguised(&self) -> Disguised {
        self.0.bytes().map(|byte| byte ^ DISGUISE)
    }
}

/// What a subkey is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Folder key: wraps DEKs.
    Deks,
    /// Folder key: wraps the folder key before it.
    PreviousFolderKey,
    /// Folder key: seals bodies of records.
    Bodies,
    /// Master key: seals the account ring.
    Ring,
    /// Device key: seals the device's secret keys.
    DeviceSecrets,
    /// Device key: wraps the index key.
    IndexKey,
    /// Key derived from a password: wraps the device key.
    SlotWrap,
    /// Key derived from a password: what the slot's commitment is of.
    SlotCommitment,
    /// Recovery key: seed of the pair that signs `recovered` records.
    RecoverySigning,
    /// Recovery key: secret of the pair that master keys are sealed to.
    RecoverySealing,
    /// Recovery key: wraps the device key in the local recovery slot.
    RecoverySlot,
    /// Secret that a token wraps: wraps the device key in the token's slot.
    TokenSlot,
    /// Secret that the system's keyring keeps: wraps the device key in the log-in slot.
    LoginSlot,
    /// Account key: seals names of devices.
    DeviceNames,
    /// Signing seed of a device: wraps its keys for documents.
    DocumentKeys,
    /// Pairing code: what the catalog knows of it.
    PairingId,
    /// Pairing code: seals the offer.
    PairingOffer,
    /// Pairing code: seals the answer.
    PairingAnswer,
    /// Device key: seals a kit's share while the other one is waited for.
    WaitingShare,
    /// Folder key: seals what members tell each other for the moment.
    Signals,
}

impl Purpose {
    fn label(self) -> &'static [u8] {
        match self {
            Self::Deks => b"valise v1 subkey folder wrap",
            Self::PreviousFolderKey => b"valise v1 subkey folder previous",
            Self::Bodies => b"valise v1 subkey folder body",
            Self::Ring => b"valise v1 subkey master ring",
            Self::DeviceSecrets => b"valise v1 subkey device secrets",
            Self::IndexKey => b"valise v1 subkey device index",
            Self::SlotWrap => b"valise v1 subkey slot wrap",
            Self::SlotCommitment => b"valise v1 subkey slot commitment",
            Self::RecoverySigning => b"valise v1 subkey recovery signing",
            Self::RecoverySealing => b"valise v1 subkey recovery sealing",
            Self::RecoverySlot => b"valise v1 subkey recovery slot",
            Self::TokenSlot => b"valise v1 subkey token slot",
            Self::LoginSlot => b"valise v1 subkey login slot",
            Self::DeviceNames => b"valise v1 subkey account device names",
            Self::DocumentKeys => b"valise v1 subkey device document keys",
            Self::PairingId => b"valise v1 subkey pairing id",
            Self::PairingOffer => b"valise v1 subkey pairing offer",
            Self::PairingAnswer => b"valise v1 subkey pairing answer",
            Self::WaitingShare => b"valise v1 subkey device waiting share",
            Self::Signals => b"valise v1 subkey folder signal",
        }
    }
}

macro_rules! key {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        pub struct $name(Secret32);

        impl $name {
            /// A new random key.
            ///
            /// # Errors
            /// [`NoRandomness`]: the operating system gives none.
            pub fn make() -> Result<Self, NoRandomness> {
                Secret32::make().map(Self)
            }

            #[allow(dead_code, reason = "not every kind of key is read back")]
            pub(crate) fn copy_of(bytes: &[u8; 32]) -> Self {
                Self(Secret32::copy_of(bytes))
            }

            #[allow(dead_code, reason = "not every kind of key is written out")]
            pub(crate) fn expose_secret(&self) -> &[u8; 32] {
                self.0.expose_secret()
            }

            /// For tests that look for it in memory.
            #[cfg(debug_assertions)]
            #[doc(hidden)]
            pub fn disguised(&self) -> Disguised {
                self.0.disguised()
            }

            #[allow(dead_code, reason = "not every kind of key has subkeys")]
            pub(crate) fn derive_subkey(&self, purpose: Purpose) -> Secret32 {
                self.0.derive_subkey(purpose)
            }
        }

        impl PartialEq for $name {
            /// In constant time.
            fn eq(&self, other: &Self) -> bool {
                self.0.ct_eq(&other.0).into()
            }
        }

        impl Eq for $name {}

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(concat!(stringify!($name), "(..)"))
            }
        }
    };
}

key!(
    /// Data encryption key: one version of one file, encrypted once.
    Dek
);
key!(
    /// A folder's key in one epoch: wraps DEKs and seals the bodies of that epoch.
    FolderKey
);
key!(
    /// An account's master key in one version: seals the account ring.
    MasterKey
);
key!(
    /// A device's key: seals the device's secret keys and its index key. Key slots open it.
    DeviceKey
);
key!(
    /// Key of the local index. Random, never derived, so that a new password changes nothing in the index.
    IndexKey
);
key!(
    /// A recovery key: split into shares, two of which give it back. Never kept whole.
    RecoveryKey
);
key!(
    /// Secret half of an account key: the 32-byte X-Wing decapsulation key.
    AccountSecret
);
key!(
    /// Secret half of a recovery authority's key that is kept elsewhere: the 32-byte X-Wing decapsulation key.
    AuthoritySecret
);

key!(
    /// What a token wraps and gives back: opens the token's slot of one device.
    SlotSecret
);

impl SlotSecret {
    /// As a token gave it back. The slot knows whether it is the right one.
    pub fn from_keeper(bytes: &[u8; 32]) -> Self {
        Self::copy_of(bytes)
    }

    /// For a token, to be wrapped, and for nothing else.
    pub fn expose_to_keeper(&self) -> &[u8; 32] {
        self.expose_secret()
    }
}

key!(
    /// What the system's keyring keeps for whoever is logged in: opens the log-in slot of one device.
    LoginSecret
);

impl LoginSecret {
    /// As a keyring keeps it: base64 without padding.
    #[must_use]
    pub fn to_keyring_text(&self) -> Zeroizing<String> {
        Zeroizing::new(BASE64_STANDARD_NO_PAD.encode(self.expose_secret()))
    }

    /// From a keyring; none if somebody else put something there. The slot knows whether it is the right one.
    pub fn from_keyring_text(text: &str) -> Option<Self> {
        let bytes = Zeroizing::new(BASE64_STANDARD_NO_PAD.decode(text.trim()).ok()?);
        Some(Self::copy_of(bytes.as_slice().try_into().ok()?))
    }
}

impl AuthoritySecret {
    /// As a keeper gave it back. Compare the pair's public half with the one in the chain.
    pub fn from_keeper(bytes: &[u8; 32]) -> Self {
        Self::copy_of(bytes)
    }

    /// For a keeper, to be wrapped, and for nothing else.
    pub fn expose_to_keeper(&self) -> &[u8; 32] {
        self.expose_secret()
    }
}

impl Dek {
    /// Its id: the first 24 bytes of its labelled digest. 192 bits, so that nobody finds two keys with one id.
    pub fn id(&self) -> DekId {
        dek_id(self.expose_secret())
    }

    /// The passphrase with which the stock `age` program opens the file: 43 characters of base64url
    /// (RFC 4648, section 5) without padding. Whoever has it reads this one version of this one file.
    #[must_use]
    pub fn export_text(&self) -> Zeroizing<String> {
        let mut text = [0; 43];
        let encoded = BASE64_URL_SAFE_NO_PAD.encode_slice(self.expose_secret(), &mut text);
        debug_assert_eq!(encoded, Ok(43));
        let exported = Zeroizing::new(text.iter().map(|byte| char::from(*byte)).collect());
        text.zeroize();
        exported
    }
}

/// See [`Dek::id`].
pub(crate) fn dek_id(secret: &[u8; 32]) -> DekId {
    let mut id = [0; DekId::LEN];
    id.copy_from_slice(&digest(Label::Dek, &[secret])[..DekId::LEN]);
    DekId::new(id)
}

impl FolderKey {
    /// What fixes this key in the chain without telling it.
    pub fn commitment(&self) -> Commitment {
        Commitment::new(digest(Label::FolderKey, &[self.expose_secret()]))
    }
}

impl MasterKey {
    /// What fixes this key in the chain without telling it.
    pub fn commitment(&self) -> Commitment {
        Commitment::new(digest(Label::MasterKey, &[self.expose_secret()]))
    }
}

impl RecoveryKey {
    /// What fixes this key in the chain, in its shares and in its slot without telling it.
    pub fn commitment(&self) -> Commitment {
        Commitment::new(digest(Label::RecoveryKey, &[self.expose_secret()]))
    }

    /// The id of this key's set for an account. The set's shares are bound to it: so who combines them on a new
    /// computer knows whose account they belong to, whatever a catalog says.
    pub fn set_id(&self, workspace: WorkspaceId, account: AccountId) -> RecoverySetId {
        let digest = digest(Label::RecoverySet, &[workspace.as_bytes(), account.as_bytes(), self.expose_secret()]);
        let mut id = [0; RecoverySetId::LEN];
        id.copy_from_slice(&digest[..RecoverySetId::LEN]);
        RecoverySetId::new(id)
    }

    /// Signs `recovered` records of its set.
    pub fn signing_key(&self) -> SigningKey {
        SigningKey::from_seed(&Zeroizing::new(*self.derive_subkey(Purpose::RecoverySigning).expose_secret()))
    }
}

impl IndexKey {
    /// The statement that unlocks the index: `PRAGMA key = "x'<64 hexadecimal digits>'"`, SQLCipher's form
    /// for a raw 256-bit key, which skips its password derivation. Never log it.
    #[must_use]
    pub fn sqlcipher_pragma(&self) -> Zeroizing<String> {
        self.pragma("PRAGMA key = \"x'")
    }

    /// The statement that encrypts an open index anew under this key. Never log it.
    #[must_use]
    pub fn sqlcipher_rekey_pragma(&self) -> Zeroizing<String> {
        self.pragma("PRAGMA rekey = \"x'")
    }

    fn pragma(&self, begin: &str) -> Zeroizing<String> {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        // Reserved in full: a growing string would leave copies behind.
        let mut text = Zeroizing::new(String::with_capacity(begin.len() + 64 + "'\"".len()));
        text.push_str(begin);
        for byte in self.expose_secret() {
            text.push(char::from(DIGITS[usize::from(byte >> 4)]));
            text.push(char::from(DIGITS[usize::from(byte & 15)]));
        }
        text.push_str("'\"");
        text
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn keys_are_random_compared_and_not_printed() {
        let (one, two) = (Dek::make().unwrap(), Dek::make().unwrap());
        assert!(one != two);
        assert!(one == Dek::copy_of(one.expose_secret()));
        assert_eq!(format!("{one:?}"), "Dek(..)");
    }

    #[test]
    fn a_dek_id_is_its_truncated_digest() {
        let dek = Dek::copy_of(&[7; 32]);
        assert_eq!(dek.id().as_bytes()[..], digest(Label::Dek, &[&[7; 32]])[..24]);
    }

    #[test]
    fn texts_are_exact() {
        let dek = Dek::copy_of(&[0xff; 32]);
        assert_eq!(&**dek.export_text(), "__________________________________________8");
        let index = IndexKey::copy_of(&[0xa1; 32]);
        assert_eq!(&**index.sqlcipher_pragma(), format!("PRAGMA key = \"x'{}'\"", "a1".repeat(32)));
        assert_eq!(&**index.sqlcipher_rekey_pragma(), format!("PRAGMA rekey = \"x'{}'\"", "a1".repeat(32)));
    }

    #[test]
    fn commitments_of_one_key_as_two_kinds_differ() {
        let bytes = [9; 32];
        assert_ne!(FolderKey::copy_of(&bytes).commitment(), MasterKey::copy_of(&bytes).commitment());
    }

    /// RFC 5869, appendix A.3: zero-length salt and info.
    #[test]
    fn hkdf_is_that_of_the_rfc() {
        let mut okm = [0; 42];
        Hkdf::<Sha256>::new(None, &[0x0b; 22]).expand(b"", &mut okm).unwrap();
        let expected = "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8";
        assert_eq!(hex::encode(okm), expected);
    }

    #[test]
    fn purposes_have_labels_of_their_own() {
        use Purpose::*;
        let all = [
            Deks,
            PreviousFolderKey,
            Bodies,
            Ring,
            DeviceSecrets,
            IndexKey,
            SlotWrap,
            SlotCommitment,
            RecoverySigning,
            RecoverySealing,
            RecoverySlot,
            TokenSlot,
            LoginSlot,
            DeviceNames,
            DocumentKeys,
            PairingId,
            PairingOffer,
            PairingAnswer,
            WaitingShare,
        ];
        let labels: std::collections::BTreeSet<_> = all.iter().map(|purpose| purpose.label()).collect();
        assert_eq!(labels.len(), all.len());
    }
}
