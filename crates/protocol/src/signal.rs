//! Signals: what the members of a folder tell each other for the moment, through a catalog that keeps none of it.
//!
//! A signal says which files its author has open for changing. It is a hint for people: nothing depends on it, and who
//! withholds it hides no change. Sealed under the folder key of the epoch in force, so that only members read it; signed by
//! its device, so that none of them speaks for another; with the time at which it was made, so that an old one says nothing.

use serde_tuple::{Deserialize_tuple, Serialize_tuple};

use crate::cbor::{self, BadEncoding};
use crate::ids::{AccountId, DeviceId, EntryId, Epoch, FolderId, WorkspaceId};
use crate::sign::{BadSignature, Domain, Signature, SigningKey, VerifyKey};

/// Most files in one signal.
pub const MAX_EDITING: usize = 64;
/// Largest signal as it is sent, in bytes.
pub const MAX_SIGNAL: usize = 4 << 10;

/// What a device tells the members of a folder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize_tuple, Deserialize_tuple)]
pub struct Signal {
    /// Whose.
    pub account: AccountId,
    /// By which device.
    pub device: DeviceId,
    /// Milliseconds since 1970 by its clock; grows from one to the next.
    pub sent: u64,
    /// Files that are open there for changing; none: no more.
    pub editing: Vec<EntryId>,
    /// By the device.
    pub signature: Signature,
}

/// A signal as it is sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize_tuple, Deserialize_tuple)]
pub struct SealedSignal {
    /// Of the folder key that it is sealed under.
    pub epoch: Epoch,
    /// See `valise-crypto`.
    #[serde(with = "serde_bytes")]
    pub sealed: Vec<u8>,
}

impl SealedSignal {
    /// Encodes it.
    ///
    /// # Errors
    /// When it is larger than [`MAX_SIGNAL`].
    pub fn encode(&self) -> Result<Vec<u8>, BadEncoding> {
        cbor::encode(self).ok().filter(|bytes| bytes.len() <= MAX_SIGNAL).ok_or(BadEncoding)
    }

    /// Decodes one.
    ///
    /// # Errors
    /// [`BadEncoding`], also when it is larger than [`MAX_SIGNAL`].
    pub fn decode(bytes: &[u8]) -> Result<Self, BadEncoding> {
        if bytes.len() > MAX_SIGNAL { Err(BadEncoding) } else { cbor::decode(bytes) }
    }
}

impl Signal {
    /// Makes one for a folder.
    pub fn sign(
        (workspace, folder): (WorkspaceId, FolderId),
        (account, device, key): (AccountId, DeviceId, &SigningKey),
        sent: u64,
        editing: Vec<EntryId>,
    ) -> Self {
        let signed = bytes(workspace, folder, (account, device), sent, &editing);
        Self { account, device, sent, editing, signature: key.sign(Domain::Signal, &signed) }
    }

    /// Whether the device said this in this folder.
    ///
    /// # Errors
    /// [`BadSignature`].
    pub fn verify(&self, workspace: WorkspaceId, folder: FolderId, key: &VerifyKey) -> Result<(), BadSignature> {
        let signed = bytes(workspace, folder, (self.account, self.device), self.sent, &self.editing);
        key.verify(Domain::Signal, &signed, &self.signature)
    }

    /// What is sealed.
    ///
    /// # Errors
    /// When it names more than [`MAX_EDITING`] files.
    pub fn encode(&self) -> Result<Vec<u8>, BadEncoding> {
        if self.editing.len() > MAX_EDITING { Err(BadEncoding) } else { cbor::encode(self) }
    }

    /// From what was sealed.
    ///
    /// # Errors
    /// [`BadEncoding`], also when it names more than [`MAX_EDITING`] files.
    pub fn decode(bytes: &[u8]) -> Result<Self, BadEncoding> {
        cbor::decode(bytes).and_then(
            |signal: Self| {
                if signal.editing.len() > MAX_EDITING { Err(BadEncoding) } else { Ok(signal) }
            },
        )
    }
}

fn bytes(
    workspace: WorkspaceId,
    folder: FolderId,
    (account, device): (AccountId, DeviceId),
    sent: u64,
    editing: &[EntryId],
) -> Vec<u8> {
    cbor::encode(&(workspace, folder, account, device, sent, editing)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use zeroize::Zeroizing;

    use super::*;

    fn signal(editing: usize) -> (Signal, SigningKey) {
        let key = SigningKey::from_seed(&Zeroizing::new([7; 32]));
        let entries = (0..editing).map(|number| EntryId::new([number as u8; 16])).collect();
        let by = (AccountId::new([3; 32]), DeviceId::new([4; 32]), &key);
        (Signal::sign((WorkspaceId::new([1; 32]), FolderId::new([2; 32])), by, 1_800_000_000_000, entries), key)
    }

    #[test]
    fn it_stands_in_its_folder_by_its_device_only() {
        let (signal, key) = signal(2);
        let (workspace, folder, key) = (WorkspaceId::new([1; 32]), FolderId::new([2; 32]), key.verify_key());
        assert_eq!(signal.verify(workspace, folder, &key), Ok(()));
        assert_eq!(signal.verify(workspace, FolderId::new([9; 32]), &key), Err(BadSignature));
        assert_eq!(signal.verify(WorkspaceId::new([9; 32]), folder, &key), Err(BadSignature));
        let other = SigningKey::from_seed(&Zeroizing::new([8; 32])).verify_key();
        assert_eq!(signal.verify(workspace, folder, &other), Err(BadSignature));
        let later = Signal { sent: signal.sent + 1, ..signal.clone() };
        assert_eq!(later.verify(workspace, folder, &key), Err(BadSignature));
        let more = Signal { editing: Vec::new(), ..signal };
        assert_eq!(more.verify(workspace, folder, &key), Err(BadSignature));
    }

    #[test]
    fn what_is_too_much_is_refused_on_both_sides() {
        let (most, _) = signal(MAX_EDITING);
        assert_eq!(Signal::decode(&most.encode().unwrap()), Ok(most));
        let (too_many, _) = signal(MAX_EDITING + 1);
        assert_eq!(too_many.encode(), Err(BadEncoding));
        assert_eq!(Signal::decode(&cbor::encode(&too_many).unwrap()), Err(BadEncoding));
        let sealed = SealedSignal { epoch: 1, sealed: vec![0; MAX_SIGNAL] };
        assert_eq!(sealed.encode(), Err(BadEncoding));
        assert_eq!(SealedSignal::decode(&cbor::encode(&sealed).unwrap()), Err(BadEncoding));
        let sealed = SealedSignal { epoch: 1, sealed: vec![0; 512] };
        assert_eq!(SealedSignal::decode(&sealed.encode().unwrap()), Ok(sealed));
    }
}
