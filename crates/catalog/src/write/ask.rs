//! Somebody asks for a recovery. Open to anybody, and so: few at a time, for a set in force only, and what it says is
//! for officers to judge.

use rusqlite::Connection;
use valise_protocol::api::{AskedText, Notice};
use valise_protocol::asking::Asked;
use valise_protocol::ids::{AccountId, DeviceId};
use valise_protocol::workspace::MAX_REASON;

use crate::db::asked;
use crate::error::{ApiError, rule};
use crate::limits::{ASKED_TIME, MAX_ACCOUNT_ASKED, MAX_ASKED};
use crate::state::{Asker, State};
use crate::store::{Audience, Effects};

/// Takes a request in. The same once more is answered the same.
pub(crate) fn ask(
    db: &Connection,
    state: &State,
    effects: &mut Effects,
    text: &AskedText,
    now: u64,
) -> Result<(), ApiError> {
    let request = check_form(text)?;
    let device = request.device.id();
    if let Some((_, row)) = asked::find(db, device)? {
        return if row.bytes == text.0.0 { Ok(()) } else { Err(ApiError::Conflict) };
    }
    let in_force = state.recovery_set(&request.account).filter(|set| set.id == request.set);
    let escrow = in_force.and_then(|set| set.escrow.as_ref());
    let authority = state.workspace().and_then(|workspace| workspace.authority());
    if escrow.is_none_or(|escrow| authority.is_none_or(|authority| authority.version != escrow.authority)) {
        return Err(rule("no share that somebody can open"));
    }
    asked::forget_before(db, now.saturating_sub(ASKED_TIME.as_millis() as u64))?;
    let waiting = asked::all(db)?;
    let own = waiting.iter().filter(|(account, row)| *account == request.account && !row.refused).count();
    if own >= MAX_ACCOUNT_ASKED || waiting.len() >= MAX_ASKED {
        return Err(ApiError::Busy("requests for recoveries"));
    }
    asked::insert(db, (request.account, device), now, &text.0.0)?;
    effects.tell(Audience::Accounts(state.hears_of_recovery(&request.account)), Notice::Recovery);
    Ok(())
}

/// Whether the device that it names said this, within the limits.
pub(super) fn check_form(text: &AskedText) -> Result<Asked, ApiError> {
    let request = text.parse().map_err(|_| ApiError::BadRequest("request for a recovery"))?;
    request.verify().map_err(|_| ApiError::BadRequest("signature"))?;
    if request.reason.len() > MAX_REASON || request.reason.chars().any(char::is_control) {
        return Err(ApiError::TooLarge("reason"));
    }
    Ok(request)
}

/// An officer, or the person whose account it is, says no.
pub(crate) fn refuse(
    db: &Connection,
    state: &State,
    effects: &mut Effects,
    (asker, device): (Asker, DeviceId),
) -> Result<(), ApiError> {
    let (account, _) = asked::find(db, device)?.ok_or(ApiError::NotFound)?;
    if !state.hears_of_recovery(&account).contains(&asker.account) {
        return Err(ApiError::NotFound);
    }
    refused(db, state, effects, (account, device))
}

/// Somebody who may say no did.
pub(super) fn refused(
    db: &Connection,
    state: &State,
    effects: &mut Effects,
    (account, device): (AccountId, DeviceId),
) -> Result<(), ApiError> {
    asked::refuse(db, device)?;
    effects.tell(Audience::Accounts(state.hears_of_recovery(&account)), Notice::Recovery);
    Ok(())
}
