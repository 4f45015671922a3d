//! DEKs: made with their wrap, found and unwrapped by the version that names them.

use valise_crypto::Dek;
use valise_protocol::ids::{DekId, Epoch, FolderId};
use valise_protocol::keys::WrappedKey;

use super::Vault;
use crate::error::EngineError;
use crate::index::wraps;

/// A DEK's wrap under the folder key in force when it was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewWrap {
    /// Which DEK.
    pub dek: DekId,
    /// Under which epoch's key.
    pub epoch: Epoch,
    /// 60 bytes.
    pub key: WrappedKey,
}

impl Vault {
    /// A new DEK, wrapped under the folder key in force.
    pub fn make_dek(&self, folder: &FolderId) -> Result<(Dek, NewWrap), EngineError> {
        let state = self.folder(folder)?;
        let epoch = state.chain().epoch();
        let wrapper = state.wrapper(epoch).ok_or(EngineError::NotVerified("the folder's key"))?;
        let dek = Dek::make()?;
        let wrap = NewWrap { dek: dek.id(), epoch, key: wrapper.wrap_dek(&dek)? };
        Ok((dek, wrap))
    }

    /// The DEK of a version.
    pub fn dek(&self, folder: &FolderId, dek: &DekId) -> Result<Dek, EngineError> {
        let (epoch, wrapped) =
            wraps::find(self.index.read(), folder, dek)?.ok_or(EngineError::NotFound("the file's key"))?;
        let wrapper = self.folder(folder)?.wrapper(epoch).ok_or(EngineError::NotVerified("the file's key"))?;
        wrapper.unwrap_dek(*dek, &wrapped).map_err(|_| EngineError::NotVerified("the file's key"))
    }

    /// Epoch of the key that wraps a DEK now.
    pub fn dek_epoch(&self, folder: &FolderId, dek: &DekId) -> Result<Option<Epoch>, EngineError> {
        Ok(wraps::find(self.index.read(), folder, dek)?.map(|(epoch, _)| epoch))
    }

    /// Every wrap of a folder's versions that is here and opens, under the folder key in force.
    pub fn all_wraps(&self, folder: &FolderId) -> Result<Vec<NewWrap>, EngineError> {
        let versions = self.folder(folder)?.tree().entries().flat_map(|entry| &entry.versions);
        let known: Vec<DekId> =
            versions.map(|content| content.dek).filter(|dek| self.dek(folder, dek).is_ok()).collect();
        self.wraps_to_send(folder, &known)
    }

    /// Wraps to be sent with the content that needs them, under the folder key in force: a wrap of an older
    /// epoch, made before a key change, is moved.
    pub fn wraps_to_send(&self, folder: &FolderId, deks: &[DekId]) -> Result<Vec<NewWrap>, EngineError> {
        let state = self.folder(folder)?;
        let epoch = state.chain().epoch();
        let current = state.wrapper(epoch).ok_or(EngineError::NotVerified("the folder's key"))?;
        let wrap = |dek: &DekId| {
            let (old, key) =
                wraps::find(self.index.read(), folder, dek)?.ok_or(EngineError::NotFound("the file's key"))?;
            if old == epoch {
                return Ok(NewWrap { dek: *dek, epoch, key });
            }
            let from = state.wrapper(old).ok_or(EngineError::NotVerified("the file's key"))?;
            let key = from.rewrap_dek(current, *dek, &key).map_err(|_| EngineError::NotVerified("the file's key"))?;
            Ok(NewWrap { dek: *dek, epoch, key })
        };
        deks.iter().map(wrap).collect()
    }
}
