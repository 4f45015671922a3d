//! Rewrapping after a rekey.

use rusqlite::Connection;
use valise_protocol::api::{MAX_WRAPS, Notice, Rewrap};
use valise_protocol::ids::FolderId;
use valise_protocol::record::ChainId;

use super::append::may_wrap;
use crate::db::wraps;
use crate::error::{ApiError, rule};
use crate::state::{Asker, State};
use crate::store::{Audience, Effects};

/// Stores each wrap of which an older epoch stands there. Where somebody was first, theirs stays: both
/// wrap the same key.
///
/// # Errors
/// `Conflict` when another epoch is in force by now.
pub(crate) fn rewrap(
    db: &Connection,
    state: &State,
    effects: &mut Effects,
    (asker, folder, rewrap): (Asker, FolderId, Rewrap),
) -> Result<(), ApiError> {
    let folder = state.as_member(&asker, &folder)?;
    may_wrap(folder, &asker)?;
    if rewrap.wraps.len() > MAX_WRAPS {
        return Err(ApiError::TooLarge("wraps"));
    }
    let mut changed = false;
    for wrap in &rewrap.wraps {
        if wrap.key().is_none() {
            return Err(rule("a wrap of another length"));
        }
        if wrap.epoch != folder.epoch() {
            return Err(ApiError::Conflict);
        }
        changed |= wraps::put(db, folder.id(), wrap)?;
    }
    if changed {
        let members = folder.members().keys().copied().collect();
        let chain = ChainId::Folder(folder.id());
        effects.tell(Audience::Accounts(members), Notice::Chain { chain, seq: folder.head().seq });
    }
    Ok(())
}
