//! Words for what was found in verified records: what happened, what is safe, what to do.

use valise_protocol::chain::Void;
use valise_protocol::ids::AccountId;

use crate::api::{ApiError, ErrorCode};
use crate::shared::Shared;
use crate::vault::folder::Finding;

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
