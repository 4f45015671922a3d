//! An older version becomes the newest again: the same bytes under the same key, named by a new record. Nothing is
//! fetched or encrypted, so it works offline and costs nothing.

use std::sync::Arc;

use valise_protocol::folder::{self, Pin};
use valise_protocol::ids::{DekId, EntryId, FolderId};
use valise_protocol::record::{ChainId, Record};
use valise_protocol::tree::{Change, Content, NewContent};

use crate::api::Reply;
use crate::edit::{Undo, remember, told};
use crate::error::EngineError;
use crate::index::{outbox, records};
use crate::shared::Shared;
use crate::transfer::save::version_of;
use crate::vault::Vault;

/// Makes an older version the newest; what was the newest stays in the list, and can be made the newest by an undo.
pub fn restore(shared: &Arc<Shared>, folder: FolderId, entry: EntryId, version: DekId) -> Result<Reply, EngineError> {
    let undo = shared.vault(|vault| {
        let tree = vault.folder(&folder)?.tree();
        let (_, newest) = version_of(tree, entry, None)?;
        let (_, older) = version_of(tree, entry, Some(version))?;
        if newest.dek == older.dek {
            return Err(EngineError::BadInput("This is the newest version already."));
        }
        let pins = [vault.pin_of(&folder, &older)?];
        let back = Undo {
            folder,
            what: "The restored version",
            pins: vec![vault.pin_of(&folder, &newest)?],
            changes: vec![again(entry, &older, newest.clone())],
        };
        vault.change(folder, vec![again(entry, &newest, older)], &pins, &[], &[])?;
        Ok(back)
    })?;
    remember(&*shared.session()?, undo);
    told(shared, folder)?;
    Ok(Reply::Done)
}

/// A version once more, after the one that is the newest.
pub fn again(id: EntryId, newest: &Content, version: Content) -> Change {
    Change::Content(NewContent {
        id,
        base: Some(newest.dek),
        size: version.size,
        mtime: version.mtime,
        executable: version.executable,
        media_type: version.media_type,
        cid: version.cid,
        dek: version.dek,
        more: version.more,
    })
}

impl Vault {
    /// What its record, or the change that waits, says of a version's DAG.
    pub fn pin_of(&self, folder: &FolderId, content: &Content) -> Result<Pin, EngineError> {
        let of = |pins: Vec<Pin>| pins.into_iter().find(|pin| pin.cid == content.cid);
        let waiting = outbox::of_folder(self.index.read(), folder)?;
        if let Some(pin) = waiting.into_iter().find_map(|row| of(row.pins)) {
            return Ok(pin);
        }
        let bytes = records::at(self.index.read(), &ChainId::Folder(*folder), content.stamp.seq)?;
        let record = Record::decode(&bytes.ok_or(EngineError::IndexDamaged)?).map_err(|_| EngineError::IndexDamaged)?;
        let open: folder::Content = record.open().map_err(|_| EngineError::IndexDamaged)?;
        of(open.pins).ok_or(EngineError::IndexDamaged)
    }
}
