//! Cryptography: keys, slots, wraps, seals, the encryption of content.
//!
//! ```text
//! password --Argon2id--> slot --> device key --> device secrets, index key
//! 2 of 3 shares --> recovery key --> slot --> device key;  recovery key --> signing and sealing pair
//! device secrets --HPKE--> master key --> account ring --> account secrets
//! account secret --HPKE--> folder key (by epoch) --> DEKs, bodies;  DEK --age--> content
//! ```
//!
//! Invariants:
//! - Key bytes do not leave this crate. The exceptions are named for what they are for:
//!   [`IndexKey::sqlcipher_pragma`], [`Dek::export_text`], [`Share::to_code`], [`Share::to_keyring_text`] and
//!   [`PairingCode::to_text`], [`AuthoritySecret::expose_to_keeper`].
//! - Whatever is wrapped or sealed is bound to its [place](valise_protocol::place), and a key that opens is
//!   compared with a commitment before it is handed out: AES-GCM-SIV and HPKE do not commit to keys.
//! - Parameters and formats that this version would not write itself are refused before any work is done.
//! - What does not open says nothing about why.
//!
//! `seal.rs` and `typed.rs` alone name `hpke`, `content.rs` alone `age`, `aead.rs` alone `aws-lc-rs`, `shares.rs` alone
//! `vsss_rs`, `document.rs` alone `ssh_key`. Bytes are fixed by
//! `docs/format.md` and by the frozen vectors in `tests/vectors/crypto-*.json`. To change a format, add a
//! version; the old reader goes when nothing old is left, and never lowers what it accepts.

mod aead;
mod body;
mod content;
mod device;
mod document;
mod error;
mod escrow;
mod key;
mod locked;
mod name;
mod pairing;
mod password;
mod random;
mod ring;
mod seal;
mod shares;
mod signal;
mod slot;
#[cfg(test)]
mod tests;
mod typed;
mod wrap;

pub use body::{OpenedBody, SealedBody, open_body, seal_body};
pub use content::{Decrypted, Encryptor, HEADER_LEN, decrypt, encrypt, encrypted_len, plain_len};
pub use device::{DeviceSecrets, SealedDeviceSecrets, unwrap_index_key, wrap_index_key};
pub use document::{
    ContentHash, DocumentSecret, DocumentSigner, Signs, armored, namespaces, openssh_fingerprint, openssh_key,
    verify_document,
};
pub use error::{
    BadDocumentSignature, BadPairingCode, BadPassword, CodeError, ContentError, DoesNotOpen, MakeError, NoRandomness,
    OpenError, RewrapError, RingError, ShareError, ShareFault, SignerFailed, SlotError,
};
pub use escrow::{open_released, open_waiting_share, release_share, seal_share, seal_waiting_share};
pub use key::{
    AccountSecret, AuthoritySecret, Dek, DeviceKey, FolderKey, IndexKey, LoginSecret, MasterKey, RecoveryKey,
    SlotSecret,
};
#[cfg(debug_assertions)]
#[doc(hidden)]
pub use key::{DISGUISE, Disguised};
pub use locked::{keys_are_locked, wiping_stack};
pub use name::{MAX_DEVICE_NAME, open_device_name, seal_device_name};
pub use pairing::{MAX_PAIRING_MESSAGE, PAIRING_GROUPS, PairingCode, PairingMessage};
pub use password::Password;
pub use random::{make_bytes, make_invitation_secret};
pub use ring::{MAX_RING_KEYS, Ring, SealedRing};
pub use seal::{
    SealingPair, open_folder_key, open_invitation_secret, open_master_key, seal_folder_key, seal_invitation_secret,
    seal_master_key,
};
pub use shares::{CODE_GROUPS, Share, ShareIndex, ShareSet, combine, groups_digest, split};
pub use signal::{open_signal, seal_signal};
pub use slot::{Costs, MAX_SLOTS, SlotFile, SlotKind, TokenWay};
pub use typed::{TYPING_ENCAPSULATION_LEN, TYPING_PUBLIC_LEN, TypingKey};
pub use wrap::{FolderKeyWrapper, FolderPlace, Rewrapper};
