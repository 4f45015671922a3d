//! Keys wrapped under a folder key: its DEKs, and the folder key before it.
//!
//! A wrap is 60 bytes: nonce (12), ciphertext (32), tag (16), AES-256-GCM-SIV. What opens is accepted only if
//! it is the key that the chain speaks of: a DEK by its id, a folder key by its commitment.
//!
//! [`FolderKeyWrapper`] holds the expanded subkeys, so that a wrap costs one AEAD operation; rewrapping a
//! million DEKs after a rekey is two of these.

use valise_protocol::ids::{Commitment, DekId, Epoch, FolderId, WorkspaceId};
use valise_protocol::keys::WrappedKey;
use valise_protocol::place::WrapPlace;

use crate::aead::Aead;
use crate::error::{DoesNotOpen, LibraryFailed, MakeError, RewrapError};
use crate::key::{Dek, FolderKey, Purpose, Secret32};

/// Where a folder key is the folder key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FolderPlace {
    /// The workspace.
    pub workspace: WorkspaceId,
    /// The folder.
    pub folder: FolderId,
    /// The epoch of the key, from 1.
    pub epoch: Epoch,
}

/// A folder key at its place, ready to wrap and unwrap.
pub struct FolderKeyWrapper {
    place: FolderPlace,
    deks: Aead,
    previous: Aead,
}

impl FolderKeyWrapper {
    /// Expands a folder key. The key is trusted: it was made here, or opened against its commitment.
    ///
    /// # Errors
    /// [`MakeError::Library`] when memory is short.
    pub fn new(key: &FolderKey, place: FolderPlace) -> Result<Self, MakeError> {
        let deks = Aead::new(&key.derive_subkey(Purpose::Deks))?;
        let previous = Aead::new(&key.derive_subkey(Purpose::PreviousFolderKey))?;
        Ok(Self { place, deks, previous })
    }

    /// Where this folder key belongs.
    pub fn place(&self) -> FolderPlace {
        self.place
    }

    /// Wraps a DEK. Its id is part of the associated data.
    ///
    /// # Errors
    /// [`MakeError::Randomness`].
    pub fn wrap_dek(&self, dek: &Dek) -> Result<WrappedKey, MakeError> {
        wrap(&self.deks, &self.dek_place(dek.id()), dek.expose_secret())
    }

    /// Unwraps the DEK of that id.
    ///
    /// # Errors
    /// [`DoesNotOpen`]: not that DEK's wrap in this folder and epoch.
    pub fn unwrap_dek(&self, id: DekId, wrapped: &WrappedKey) -> Result<Dek, DoesNotOpen> {
        let bytes = self.deks.open_key(&self.dek_place(id).associated_data(), wrapped.as_bytes())?;
        let dek = Dek::copy_of(&bytes);
        if dek.id() == id { Ok(dek) } else { Err(DoesNotOpen) }
    }

    /// Moves a wrap to another epoch's folder key without touching the content.
    ///
    /// # Errors
    /// [`RewrapError`]: the old wrap does not open, or the new one cannot be made.
    pub fn rewrap_dek(&self, to: &Self, id: DekId, wrapped: &WrappedKey) -> Result<WrappedKey, RewrapError> {
        Ok(to.wrap_dek(&self.unwrap_dek(id, wrapped)?)?)
    }

    /// Wraps the folder key of the epoch before.
    ///
    /// # Errors
    /// [`MakeError::Randomness`].
    pub fn wrap_previous(&self, previous: &FolderKey) -> Result<WrappedKey, MakeError> {
        wrap(&self.previous, &self.previous_place(), previous.expose_secret())
    }

    /// Unwraps the folder key of the epoch before and checks it against that epoch's commitment.
    ///
    /// # Errors
    /// [`DoesNotOpen`]: the author of this epoch's rekey lied, or the wrap is another's.
    pub fn unwrap_previous(&self, wrapped: &WrappedKey, expected: &Commitment) -> Result<FolderKey, DoesNotOpen> {
        let bytes = self.previous.open_key(&self.previous_place().associated_data(), wrapped.as_bytes())?;
        let key = FolderKey::copy_of(&bytes);
        if key.commitment() == *expected { Ok(key) } else { Err(DoesNotOpen) }
    }

    fn dek_place(&self, dek: DekId) -> WrapPlace {
        let FolderPlace { workspace, folder, epoch } = self.place;
        WrapPlace::Dek { workspace, folder, epoch, dek }
    }

    fn previous_place(&self) -> WrapPlace {
        let FolderPlace { workspace, folder, epoch } = self.place;
        WrapPlace::PreviousFolderKey { workspace, folder, epoch }
    }
}

impl std::fmt::Debug for FolderKeyWrapper {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("FolderKeyWrapper(..)")
    }
}

/// Wraps 32 bytes under a subkey that wraps nothing else.
pub(crate) fn wrap_key(subkey: &Secret32, place: &WrapPlace, key: &[u8; 32]) -> Result<WrappedKey, MakeError> {
    wrap(&Aead::new(subkey)?, place, key)
}

/// Opens what [`wrap_key`] made.
pub(crate) fn unwrap_key(subkey: &Secret32, place: &WrapPlace, wrapped: &WrappedKey) -> Result<Secret32, DoesNotOpen> {
    let aead = Aead::new(subkey).map_err(|LibraryFailed| DoesNotOpen)?;
    let bytes = aead.open_key(&place.associated_data(), wrapped.as_bytes())?;
    Ok(Secret32::copy_of(&bytes))
}

fn wrap(aead: &Aead, place: &WrapPlace, key: &[u8; 32]) -> Result<WrappedKey, MakeError> {
    let sealed = aead.seal(&place.associated_data(), key)?;
    WrappedKey::new(sealed).ok_or(MakeError::TooLarge)
}
