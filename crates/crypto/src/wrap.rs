//! Keys wrapped under a folder key: its DEKs, and the folder key before it.
//!
//! A wrap is 60 bytes: nonce (12), ciphertext (32), tag (16), AES-256-GCM-SIV. What opens is accepted only if
//! it is the key that the chain speaks of: a DEK by its id, a folder key by its commitment.
//!
//! [`FolderKeyWrapper`] holds the expanded subkeys, so that a wrap costs one AEAD operation; rewrapping a
//! million DEKs after a rekey is two of these.

use valise_protocol::ids::{Commitment, DekId, Epoch, FolderId, WorkspaceId};
use valise_protocol::keys::WrappedKey;
use valise_protocol::place::{DekPlaces, WrapPlace};
use zeroize::Zeroizing;

use crate::aead::Aead;
use crate::error::{DoesNotOpen, LibraryFailed, MakeError, RewrapError};
use crate::key::{Dek, FolderKey, Purpose, Secret32, dek_id};
use crate::random::Nonces;

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
    dek_places: DekPlaces,
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
        let dek_places = DekPlaces::new(place.workspace, place.folder, place.epoch);
        Ok(Self { place, dek_places, deks, previous })
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
        let sealed = self.deks.seal(&self.dek_places.associated_data(&dek.id()), dek.expose_secret())?;
        WrappedKey::new(sealed).ok_or(MakeError::TooLarge)
    }

    /// Unwraps the DEK of that id.
    ///
    /// # Errors
    /// [`DoesNotOpen`]: not that DEK's wrap in this folder and epoch.
    pub fn unwrap_dek(&self, id: DekId, wrapped: &WrappedKey) -> Result<Dek, DoesNotOpen> {
        Ok(Dek::copy_of(&*self.unwrap_bytes(id, wrapped)?))
    }

    /// Whether a wrap is that DEK's in this folder and epoch.
    pub fn opens_dek(&self, id: DekId, wrapped: &WrappedKey) -> bool {
        self.unwrap_bytes(id, wrapped).is_ok()
    }

    fn unwrap_bytes(&self, id: DekId, wrapped: &WrappedKey) -> Result<Zeroizing<[u8; 32]>, DoesNotOpen> {
        let bytes = self.deks.open_key(&self.dek_places.associated_data(&id), wrapped.as_bytes())?;
        if dek_id(&bytes) == id { Ok(bytes) } else { Err(DoesNotOpen) }
    }

    /// Moves a wrap to another epoch's folder key without touching the content. For many there is [`Rewrapper`].
    ///
    /// # Errors
    /// [`RewrapError`]: the old wrap does not open, or the new one cannot be made.
    pub fn rewrap_dek(&self, to: &Self, id: DekId, wrapped: &WrappedKey) -> Result<WrappedKey, RewrapError> {
        Rewrapper::new(to).rewrap_dek(self, id, wrapped)
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

/// Moves many DEKs under one folder key. A DEK is only ever on the stack on its way, and nonces are drawn from the system
/// many at a time.
#[derive(Debug)]
pub struct Rewrapper<'a> {
    to: &'a FolderKeyWrapper,
    nonces: Nonces,
}

impl<'a> Rewrapper<'a> {
    /// Moves to this folder key.
    pub fn new(to: &'a FolderKeyWrapper) -> Self {
        Self { to, nonces: Nonces::default() }
    }

    /// Moves a wrap from another epoch's folder key without touching the content.
    ///
    /// # Errors
    /// [`RewrapError`]: the old wrap does not open, or the new one cannot be made.
    pub fn rewrap_dek(
        &mut self,
        from: &FolderKeyWrapper,
        id: DekId,
        wrapped: &WrappedKey,
    ) -> Result<WrappedKey, RewrapError> {
        let bytes = from.unwrap_bytes(id, wrapped)?;
        let nonce = self.nonces.next().map_err(MakeError::from)?;
        let sealed = self.to.deks.seal_with_nonce(nonce, &self.to.dek_places.associated_data(&id), &*bytes)?;
        Ok(WrappedKey::new(sealed).ok_or(MakeError::TooLarge)?)
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
