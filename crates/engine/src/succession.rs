//! Succession: the folders of somebody whose account is closed pass to whom their owner agreed to, and all can see it.

use std::sync::Arc;

use valise_protocol::folder::{self, Purpose, Role};
use valise_protocol::ids::{AccountId, FolderId};
use valise_protocol::workspace;

use crate::api::Succession;
use crate::error::EngineError;
use crate::share::{append_folder, append_workspace, must_be_officer};
use crate::shared::{CatalogLink, Session, Shared};
use crate::vault::Vault;
use crate::vault::succession::Passing;
use crate::{sync, words};

/// Whom officers have named, and what own folders say.
pub fn show(shared: &Shared) -> Result<Succession, EngineError> {
    shared.vault(|vault| vault.succession())
}

/// Officers: who takes over, or nobody. It gives nobody a key, and changes no folder that is there.
pub async fn name(shared: &Arc<Shared>, account: Option<AccountId>) -> Result<Succession, EngineError> {
    let session = shared.session()?;
    append_workspace(shared, &session, |vault| {
        must_be_officer(vault)?;
        must_be_person(vault, account)?;
        if vault.workspace()?.successor() == account {
            return Ok(None);
        }
        vault.write_workspace(workspace::kind::SUCCESSOR, &workspace::Successor { account }).map(Some)
    })
    .await?;
    show(shared)
}

/// Owners: who takes this folder over, or nobody.
pub async fn set(
    shared: &Arc<Shared>,
    folder: FolderId,
    account: Option<AccountId>,
) -> Result<Succession, EngineError> {
    let session = shared.session()?;
    append_folder(shared, &session, folder, |vault| {
        let state = vault.folder(&folder)?;
        if state.role(&vault.me.account) != Some(Role::Owner) {
            return Err(EngineError::NotAllowed("Only an owner of the folder can do this."));
        }
        if state.chain().purpose() == Purpose::PERSONAL {
            return Err(EngineError::NotNow("These are your own files: nobody takes them over."));
        }
        if account == Some(vault.me.account) {
            return Err(EngineError::BadInput("You own it already: name somebody else, or nobody."));
        }
        must_be_person(vault, account)?;
        if state.chain().successor() == Some(account) {
            return Ok(None);
        }
        let successor = folder::Successor { account };
        vault.write_folder(folder, state.chain().epoch(), folder::kind::SUCCESSOR, &successor).map(Some)
    })
    .await?;
    show(shared)
}

fn must_be_person(vault: &Vault, account: Option<AccountId>) -> Result<(), EngineError> {
    match account {
        Some(account) => vault.workspace()?.person(&account).map(drop).ok_or(EngineError::NotFound("the person")),
        None => Ok(()),
    }
}

/// Hands a folder over whose owners are all gone, unless somebody was faster.
pub async fn hand_over(shared: &Arc<Shared>, session: &Arc<Session>, folder: FolderId) -> Result<(), EngineError> {
    let due = shared.vault(|vault| {
        let state = vault.folder(&folder)?;
        let to = vault.to_hand_over(state);
        Ok(to.map(|to| (to, state.chain().members().contains_key(&to))))
    })?;
    let Some((to, is_member)) = due else { return Ok(()) };
    let whole = match is_member {
        true => None,
        false => Some(sync::account_slice(shared, session, to).await?),
    };
    append_folder(shared, session, folder, |vault| vault.compose_succeeded(folder, to, whole.as_ref())).await?;
    Ok(())
}

/// Looks at how a folder changed hands, and says so. What the workspace does not bear out is an alarm.
pub async fn look(shared: &Arc<Shared>, link: &CatalogLink, folder: FolderId) -> Result<(), EngineError> {
    let passings = shared.vault(|vault| vault.passings_to_look_at(vault.folder(&folder)?))?;
    for passing in passings {
        if !is_rightful(shared, &passing)? {
            // The closing may have come after what was read of the workspace.
            sync::read_workspace(shared, link).await?;
        }
        let rightful = is_rightful(shared, &passing)?;
        let (words, concerns) = shared.vault(|vault| {
            let state = vault.folder(&folder)?;
            // What happened before one came is no news.
            let since = state.chain().members().get(&vault.me.account).map(|member| member.since);
            Ok((words::passing(vault, state, &passing, rightful), since.is_some_and(|since| since <= passing.seq)))
        })?;
        if concerns || !rightful {
            shared.alarm(!rightful, words);
        }
        shared.vault(|vault| vault.looked_at_passings(folder, passing.seq))?;
    }
    Ok(())
}

fn is_rightful(shared: &Shared, passing: &Passing) -> Result<bool, EngineError> {
    shared.vault(|vault| vault.is_rightful(passing))
}
