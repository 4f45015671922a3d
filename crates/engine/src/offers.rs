//! Folders that others share with this account: they wait until a person takes them up or declines.
//!
//! Until then nothing of a folder is read but what `vault::offers` says. Taking it up is a record in the folder's chain, so
//! it counts on every computer of the person, and whoever shares it sees it. Declining is leaving.

use std::sync::Arc;

use valise_protocol::ids::FolderId;

use crate::api::{ApiError, Event, FolderInvitation};
use crate::error::EngineError;
use crate::index::marks::{self, Mark};
use crate::share;
use crate::shared::{Session, Shared};
use crate::sync;
use crate::vault::Vault;
use crate::vault::offers::{Offered, Standing};
use crate::views::role;

/// What waits, by who shares it.
pub fn list(vault: &Vault) -> Vec<FolderInvitation> {
    let row = |(folder, offered): (&FolderId, &Offered)| FolderInvitation {
        folder: *folder,
        name: offered.name.clone(),
        by: vault.name_of(&offered.by),
        account: offered.by,
        role: role(offered.role),
    };
    let mut rows: Vec<_> = vault.offers.iter().map(row).collect();
    rows.sort_by_key(|it| (it.by.to_lowercase(), it.name.clone(), it.folder));
    rows
}

/// Takes a folder up: it is read from now on.
pub async fn accept(shared: &Arc<Shared>, folder: FolderId) -> Result<(), EngineError> {
    let session = shared.session()?;
    shared.vault(|vault| must_wait(vault, folder))?;
    take_up(shared, &session, folder).await?;
    answered(shared, folder)?;
    session.wake.notify_one();
    Ok(())
}

async fn take_up(shared: &Arc<Shared>, session: &Arc<Session>, folder: FolderId) -> Result<(), EngineError> {
    sync::pull_folder(shared, session, folder).await?;
    share::append_folder(shared, session, folder, |vault| vault.compose_accepted(folder)).await?;
    shared.vault(|vault| {
        // A link is good for one time: who leaves and is added again is asked.
        if vault.folder_of_link()? == Some(folder) {
            vault.index.write(|db| marks::remove(db, Mark::FolderOfLink))?;
        }
        Ok(())
    })
}

/// Declines it: the chain is read once, because nothing is signed in a chain that was not verified, and forgotten again.
pub async fn decline(shared: &Arc<Shared>, folder: FolderId) -> Result<(), EngineError> {
    let session = shared.session()?;
    shared.vault(|vault| must_wait(vault, folder))?;
    sync::pull_folder(shared, &session, folder).await?;
    share::leave(shared, folder).await?;
    shared.vault(|vault| vault.forget_folder(folder))?;
    answered(shared, folder)
}

fn must_wait(vault: &Vault, folder: FolderId) -> Result<(), EngineError> {
    vault.offers.get(&folder).map(drop).ok_or(EngineError::NotFound("the invitation to a folder"))
}

fn answered(shared: &Shared, folder: FolderId) -> Result<(), EngineError> {
    shared.vault(|vault| Ok(vault.offers.remove(&folder)))?;
    shared.tell_folder(folder);
    Ok(())
}

/// Folders that the catalog lists and that are not taken up, as far as is known here: answers which of them are, and
/// keeps what waits.
pub async fn look(
    shared: &Arc<Shared>,
    session: &Arc<Session>,
    unknown: &[FolderId],
) -> Result<Vec<FolderId>, EngineError> {
    let mut taken_up = Vec::new();
    let mut waiting = std::collections::BTreeMap::new();
    for folder in unknown {
        match standing(shared, session, *folder).await {
            Ok(Standing::TakenUp) => taken_up.push(*folder),
            Ok(Standing::Waits(offered)) if shared.vault(|vault| vault.folder_of_link())? == Some(*folder) => {
                match take_up(shared, session, *folder).await {
                    Ok(()) => taken_up.push(*folder),
                    Err(error) => {
                        of_one_folder(error)?;
                        waiting.insert(*folder, offered);
                    }
                }
            }
            Ok(Standing::Waits(offered)) => {
                tell_of_keys(shared, session, *folder, &offered).await.or_else(of_one_folder)?;
                waiting.insert(*folder, offered);
            }
            Err(EngineError::NotVerified(what)) => {
                shared.alarm(false, ApiError::from(EngineError::NotVerified(what)));
            }
            Err(error) => of_one_folder(error)?,
        }
    }
    let changed = shared.vault(|vault| {
        let changed = vault.offers != waiting;
        vault.offers = waiting;
        Ok(changed)
    })?;
    if changed {
        shared.tell(Event::FoldersChanged);
    }
    Ok(taken_up)
}

/// What is wrong with one folder that waits keeps nothing else from going on.
fn of_one_folder(error: EngineError) -> Result<(), EngineError> {
    use EngineError::{Cancelled, Locked, Offline, OtherCatalog, Removed, Waiting};
    match error {
        Offline(_) | Locked | Cancelled | Removed | OtherCatalog | Waiting => Err(error),
        error => {
            tracing::warn!(%error, "a folder that somebody shares");
            Ok(())
        }
    }
}

/// Whoever lost a computer, or began anew, tells it to the folders that wait as well: else their keys would go on being
/// sealed to what was lost. The chain is read for that, and nothing else.
async fn tell_of_keys(
    shared: &Arc<Shared>,
    session: &Arc<Session>,
    folder: FolderId,
    offered: &Offered,
) -> Result<(), EngineError> {
    if !shared.vault(|vault| Ok(vault.is_behind(&folder, offered)))? {
        return Ok(());
    }
    sync::pull_folder(shared, session, folder).await?;
    share::append_folder(shared, session, folder, |vault| vault.compose_news_of_keys(folder)).await?;
    Ok(())
}

async fn standing(shared: &Arc<Shared>, session: &Arc<Session>, folder: FolderId) -> Result<Standing, EngineError> {
    let offer = session.link()?.client.offer(&folder).await?;
    for author in shared.vault(|vault| vault.authors_of(&offer))? {
        if !shared.vault(|vault| Ok(vault.others.contains_key(&author)))? {
            sync::account_slice(shared, session, author).await?;
        }
    }
    match shared.vault(|vault| vault.standing(folder, &offer)) {
        // Their device may be newer than what is known here of their account.
        Err(EngineError::NotVerified(_)) => {
            for author in shared.vault(|vault| vault.authors_of(&offer))? {
                sync::account_slice(shared, session, author).await?;
            }
            shared.vault(|vault| vault.standing(folder, &offer))
        }
        standing => standing,
    }
}
