//! Places: the associated data that binds every wrap and seal to where it belongs.
//!
//! Two places never encode alike: the purpose comes first, and the rest is canonical CBOR. What is moved to
//! another purpose, workspace, folder, epoch, author or object does not open there.

use serde::Serialize;

use crate::cbor;
use crate::ids::{
    AccountId, DekId, DeviceId, Epoch, FolderId, KeyVersion, PairingId, RecordHash, RecoverySetId, Seq, WorkspaceId,
};
use crate::keys::{DocumentKey, SealingPublic};
use crate::record::{FORMAT_VERSION, Kind};

/// Where a wrapped (AES-256-GCM-SIV) thing belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "fields are named after their types")]
pub enum WrapPlace {
    /// A DEK under a folder key.
    Dek { workspace: WorkspaceId, folder: FolderId, epoch: Epoch, dek: DekId },
    /// The folder key of the epoch before, under the folder key of `epoch`.
    PreviousFolderKey { workspace: WorkspaceId, folder: FolderId, epoch: Epoch },
    /// The sealed body of a folder's record under its folder key.
    Body {
        workspace: WorkspaceId,
        folder: FolderId,
        epoch: Epoch,
        seq: Seq,
        prev: RecordHash,
        author: AccountId,
        device: DeviceId,
        kind: Kind,
    },
    /// An account's ring of account keys under its master key.
    Ring { workspace: WorkspaceId, account: AccountId, master: KeyVersion, generation: u64 },
    /// The device key under the key of one slot.
    Slot { workspace: WorkspaceId, slot: u8, index: u32 },
    /// What opens the token's slot of a device, under a key on that token.
    SlotSecret { workspace: WorkspaceId, device: DeviceId, index: u32 },
    /// A device's secret keys under its device key.
    DeviceSecrets { workspace: WorkspaceId },
    /// The index key under the device key.
    IndexKey { workspace: WorkspaceId },
    /// A device's name under an account key.
    DeviceName { workspace: WorkspaceId, account: AccountId, version: KeyVersion, device: DeviceId },
    /// A key for signing documents, under a subkey of its device's secrets.
    DocumentKey { workspace: WorkspaceId, account: AccountId, device: DeviceId, key: DocumentKey },
    /// What a device tells one that is to join its account, under a pairing code.
    PairingOffer { pairing: PairingId },
    /// What the one that is to join answers.
    PairingAnswer { pairing: PairingId },
    /// The secret half of a recovery authority's holder, under a key that is kept elsewhere.
    AuthoritySecret { workspace: WorkspaceId, version: KeyVersion },
    /// A kit's share, under the device key of a device that waits for the other one.
    WaitingShare { account: AccountId, set: RecoverySetId, device: DeviceId },
    /// What a member tells the others for the moment, under the folder key.
    Signal { workspace: WorkspaceId, folder: FolderId, epoch: Epoch },
}

/// Where a key that is sealed (HPKE) to somebody belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "fields are named after their types")]
pub enum SealPlace<'a> {
    /// A folder key to a member's account key.
    FolderKey {
        workspace: WorkspaceId,
        folder: FolderId,
        epoch: Epoch,
        recipient: AccountId,
        version: KeyVersion,
        public: &'a SealingPublic,
        author: AccountId,
        device: DeviceId,
    },
    /// A master key to a device.
    MasterToDevice {
        workspace: WorkspaceId,
        account: AccountId,
        version: KeyVersion,
        recipient: DeviceId,
        public: &'a SealingPublic,
        device: DeviceId,
    },
    /// A master key to a recovery set.
    MasterToRecovery {
        workspace: WorkspaceId,
        account: AccountId,
        version: KeyVersion,
        set: RecoverySetId,
        public: &'a SealingPublic,
        device: DeviceId,
    },
    /// An invitation's secret to an officer.
    InvitationSecret {
        workspace: WorkspaceId,
        recipient: AccountId,
        version: KeyVersion,
        public: &'a SealingPublic,
        author: AccountId,
        device: DeviceId,
    },
    /// A recovery share to the recovery authority.
    EscrowShare {
        workspace: WorkspaceId,
        account: AccountId,
        set: RecoverySetId,
        authority: KeyVersion,
        public: &'a SealingPublic,
    },
    /// A recovery share, released to a new device.
    ReleasedShare {
        workspace: WorkspaceId,
        account: AccountId,
        set: RecoverySetId,
        device: DeviceId,
        public: &'a SealingPublic,
    },
}

impl WrapPlace {
    /// The associated data.
    pub fn associated_data(&self) -> Vec<u8> {
        match *self {
            Self::Dek { workspace, folder, epoch, dek } => bytes("wrap dek", (workspace, folder, epoch, dek)),
            Self::PreviousFolderKey { workspace, folder, epoch } => {
                bytes("wrap previous folder key", (workspace, folder, epoch))
            }
            Self::Body { workspace, folder, epoch, seq, prev, author, device, kind } => {
                bytes("wrap body", (workspace, folder, epoch, seq, prev, author, device, kind.0))
            }
            Self::Ring { workspace, account, master, generation } => {
                bytes("wrap ring", (workspace, account, master, generation))
            }
            Self::Slot { workspace, slot, index } => bytes("wrap slot", (workspace, slot, index)),
            Self::SlotSecret { workspace, device, index } => bytes("wrap slot secret", (workspace, device, index)),
            Self::DeviceSecrets { workspace } => bytes("wrap device secrets", (workspace,)),
            Self::IndexKey { workspace } => bytes("wrap index key", (workspace,)),
            Self::DeviceName { workspace, account, version, device } => {
                bytes("wrap device name", (workspace, account, version, device))
            }
            Self::DocumentKey { workspace, account, device, key } => {
                bytes("wrap document key", (workspace, account, device, key))
            }
            Self::PairingOffer { pairing } => bytes("wrap pairing offer", (pairing,)),
            Self::PairingAnswer { pairing } => bytes("wrap pairing answer", (pairing,)),
            Self::AuthoritySecret { workspace, version } => bytes("wrap authority secret", (workspace, version)),
            Self::WaitingShare { account, set, device } => bytes("wrap waiting share", (account, set, device)),
            Self::Signal { workspace, folder, epoch } => bytes("wrap signal", (workspace, folder, epoch)),
        }
    }
}

/// The associated data of all DEKs under one folder key: all of it but the DEK's id is encoded once.
#[derive(Clone, Debug)]
pub struct DekPlaces(Vec<u8>);

impl DekPlaces {
    /// Those of one folder and epoch.
    pub fn new(workspace: WorkspaceId, folder: FolderId, epoch: Epoch) -> Self {
        let dek = DekId::new([0; DekId::LEN]);
        Self(WrapPlace::Dek { workspace, folder, epoch, dek }.associated_data())
    }

    /// What [`WrapPlace::Dek`] gives: the id stands at the end of it.
    pub fn associated_data(&self, dek: &DekId) -> Vec<u8> {
        let mut data = self.0.clone();
        let from = data.len().saturating_sub(DekId::LEN);
        data.truncate(from);
        data.extend_from_slice(dek.as_bytes());
        data
    }
}

impl SealPlace<'_> {
    /// HPKE `info`: purpose and format version.
    pub fn info(&self) -> &'static [u8] {
        match self {
            Self::FolderKey { .. } => b"valise v1 seal folder key",
            Self::MasterToDevice { .. } => b"valise v1 seal master key to device",
            Self::MasterToRecovery { .. } => b"valise v1 seal master key to recovery",
            Self::InvitationSecret { .. } => b"valise v1 seal invitation secret",
            Self::EscrowShare { .. } => b"valise v1 seal escrow share",
            Self::ReleasedShare { .. } => b"valise v1 seal released share",
        }
    }

    /// The public key the seal is made to.
    pub fn public(&self) -> &SealingPublic {
        match self {
            Self::FolderKey { public, .. }
            | Self::MasterToDevice { public, .. }
            | Self::MasterToRecovery { public, .. }
            | Self::InvitationSecret { public, .. }
            | Self::EscrowShare { public, .. }
            | Self::ReleasedShare { public, .. } => public,
        }
    }

    /// The associated data.
    pub fn associated_data(&self) -> Vec<u8> {
        let key = serde_bytes::ByteArray::new(self.public().digest());
        match *self {
            Self::FolderKey { workspace, folder, epoch, recipient, version, author, device, .. } => {
                bytes("seal folder key", (workspace, folder, epoch, recipient, version, key, author, device))
            }
            Self::MasterToDevice { workspace, account, version, recipient, device, .. } => {
                bytes("seal master to device", (workspace, account, version, recipient, key, device))
            }
            Self::MasterToRecovery { workspace, account, version, set, device, .. } => {
                bytes("seal master to recovery", (workspace, account, version, set, key, device))
            }
            Self::InvitationSecret { workspace, recipient, version, author, device, .. } => {
                bytes("seal invitation secret", (workspace, recipient, version, key, author, device))
            }
            Self::EscrowShare { workspace, account, set, authority, .. } => {
                bytes("seal escrow share", (workspace, account, set, authority, key))
            }
            Self::ReleasedShare { workspace, account, set, device, .. } => {
                bytes("seal released share", (workspace, account, set, device, key))
            }
        }
    }
}

/// `[format version, purpose, place]`. Encoding ids, numbers and text cannot fail; should it ever, the empty
/// string opens nothing.
fn bytes<T: Serialize>(purpose: &str, place: T) -> Vec<u8> {
    cbor::encode(&(FORMAT_VERSION, purpose, place)).unwrap_or_default()
}
