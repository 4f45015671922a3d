//! Words for what was found in verified records: what happened, what is safe, what to do.

use valise_protocol::chain::Void;
use valise_protocol::ids::AccountId;

use crate::api::{ApiError, ErrorCode};
use crate::shared::Shared;
use crate::vault::Vault;
use crate::vault::folder::{Finding, FolderState};
use crate::vault::succession::Passing;

/// A finding in words. Names the author, never a file.
pub fn finding(shared: &Shared, finding: &Finding) -> ApiError {
    let name = |account: &AccountId| {
        shared.open(|open| Ok(open.vault.name_of(account))).unwrap_or_else(|_| "somebody".to_owned())
    };
    let (happened, todo, details) = match finding {
        Finding::Void(author, void) => (
            format!("A change by {} breaks a rule of its folder and was left out.", name(author)),
            "Ask them to try again; if it repeats, their Valise may be out of date.",
            describe(*void),
        ),
        Finding::BadBody(author) => (
            format!("A change by {} could not be verified and was left out.", name(author)),
            "Ask them to send it again.",
            "the sealed part does not open or does not say what the open part says".to_owned(),
        ),
        Finding::BadSeal(author) => (
            format!("{} sent a folder key that is not the one it claims to be.", name(author)),
            "Ask another member of the folder to change its key.",
            "the seal does not match the epoch's commitment".to_owned(),
        ),
        Finding::BadPrevious(author) => (
            format!("{} sent a key change with a false older key.", name(author)),
            "Older files may not open here. Ask another member of the folder to change its key.",
            "the previous key does not match its commitment".to_owned(),
        ),
    };
    ApiError {
        code: ErrorCode::NotVerified,
        happened,
        safe: Some("It was not applied, and nothing of yours was changed.".to_owned()),
        todo: Some(todo.to_owned()),
        details: Some(details),
    }
}

fn describe(void: Void) -> String {
    format!("void: {void}")
}

/// Another computer joined one's own account.
pub fn joined(name: Option<&str>) -> ApiError {
    ApiError {
        code: ErrorCode::NotVerified,
        happened: format!("A computer joined your account: {}.", name.unwrap_or("it has no name")),
        safe: None,
        todo: Some("If it was not you: remove it under “Your computers” on the page Security, at once.".to_owned()),
        details: None,
    }
}

/// A folder changed hands: rightly, or not.
pub fn passing(vault: &Vault, state: &FolderState, passing: &Passing, rightful: bool) -> ApiError {
    let folder = state.tree().name().unwrap_or_default();
    let mine = passing.to == vault.me.account;
    let to = if mine { "You".to_owned() } else { vault.name_of(&passing.to) };
    let from: Vec<String> = passing.from.iter().map(|account| vault.name_of(account)).collect();
    let from = from.join(" and ");
    if rightful {
        return ApiError {
            code: ErrorCode::NotVerified,
            happened: format!("{to} took over the folder “{folder}” from {from}, whose account was closed."),
            safe: Some("Nothing in it was changed.".to_owned()),
            todo: None,
            details: Some("as its owner agreed".to_owned()),
        };
    }
    let became = if mine { "were" } else { "was" };
    let (why, details) = if vault.came_closed(passing) {
        ("that account was closed".to_owned(), "a folder was handed over to a closed account")
    } else {
        (format!("{from} had not been closed"), "a folder was handed over before its owners' accounts were closed")
    };
    ApiError {
        code: ErrorCode::Distrusted,
        happened: format!("{to} {became} made an owner of the folder “{folder}”, though {why}."),
        safe: Some("Nothing is sent to it from this computer until who owned it before decides.".to_owned()),
        todo: Some(format!(
            "Speak to {from} and to your officers. Who owned the folder before can remove who came in, or make them \
             owner again; look at who else is in it. If they cannot, go on in a new folder."
        )),
        details: Some(details.to_owned()),
    }
}
