//! The life of keys while unlocked: another password, new account and folder keys, file keys moved under them.
//!
//! What changes a chain needs the catalog; a password does not. File keys are moved in batches, each kept by the
//! catalog before it is kept here: cut short anywhere, the next run goes on with what is left.

use std::sync::Arc;

use valise_crypto::{Costs, Password};
use valise_protocol::api::{ApiCode, Rewrap};
use valise_protocol::folder::{self, KeyPolicy, Role};
use valise_protocol::ids::FolderId;

use crate::api::{AccountKeys, Event, FolderKeys};
use crate::catalog::CatalogError;
use crate::error::EngineError;
use crate::index::wraps::Place;
use crate::shared::{CatalogLink, Session, Shared};
use crate::sync::plan::Outcome;
use crate::vault::keys::Moved;
use crate::vault::recovery;
use crate::{share, sync, token};

/// Give up when the key changes under a rewrap so many times.
const TRIES: usize = 4;

/// Gives this computer another password.
pub async fn change_password(
    shared: &Arc<Shared>,
    costs: Costs,
    password: crate::api::Password,
    new: crate::api::Password,
) -> Result<(), EngineError> {
    let (worker, public) = (shared.clone(), shared.open(|open| Ok(open.public.clone()))?);
    if token::is_alone(&shared.home)? {
        return Err(EngineError::NoPassword);
    }
    crate::engine::blocking(move || {
        let new = Password::new(&new.0)?;
        let opened = recovery::open_slots(&worker.home, &public, &password.0)?;
        recovery::change_password(&worker.home, &public, opened, &new, costs)
    })
    .await
}

/// One's own keys.
pub fn account_keys(shared: &Shared) -> Result<AccountKeys, EngineError> {
    let costs = recovery::slots(&shared.home)?.password_costs();
    let ways_in = token::ways_in(&shared.home);
    shared.open(|open| {
        let vault = &open.vault;
        Ok(AccountKeys {
            account_version: vault.account.key().map_or(0, |key| key.version),
            master_version: vault.account.master().0,
            folders_behind: u32::try_from(vault.folders_behind()).unwrap_or(u32::MAX),
            memory_mib: costs.map_or(0, |costs| costs.memory_kib >> 10),
            passes: costs.map_or(0, |costs| costs.passes),
            ways_in,
        })
    })
}

/// A new account key, told to the catalog; then every folder's key changes.
pub async fn rotate_account_key(shared: &Arc<Shared>) -> Result<AccountKeys, EngineError> {
    let session = shared.session()?;
    // Without the catalog nobody could seal to it: the old one would be used on.
    sync::grow(shared, &session, |vault| Ok((vault.compose_account_key()?, ()))).await?;
    tracing::info!("the account key was changed");
    sync::round(shared, &session).await?;
    account_keys(shared)
}

/// How a folder's keys stand.
pub fn folder_keys(shared: &Shared, folder: FolderId) -> Result<FolderKeys, EngineError> {
    let now = shared.clock.now();
    shared.vault(|vault| {
        vault.note_epochs(now)?;
        vault.folder_keys(&folder)
    })
}

/// A new key for a folder.
pub async fn rotate_folder_key(shared: &Arc<Shared>, folder: FolderId) -> Result<FolderKeys, EngineError> {
    let session = shared.session()?;
    let before = shared.vault(|vault| {
        vault.may_write(&folder)?;
        Ok(vault.folder(&folder)?.chain().epoch())
    })?;
    share::append_folder(shared, &session, folder, |vault| {
        // Somebody was faster: that is a new key as well.
        let changed = vault.folder(&folder)?.chain().epoch() > before;
        if changed { Ok(None) } else { vault.compose_rekey(folder).map(Some) }
    })
    .await?;
    session.wake.notify_one();
    folder_keys(shared, folder)
}

/// Changes a folder's key if something demands it, be it that it does not know one's newest account key; or only tells
/// the folder of this device. A viewer can only tell it; who writes next changes the key.
pub async fn rekey(shared: &Arc<Shared>, session: &Arc<Session>, folder: FolderId) -> Result<(), EngineError> {
    let now = shared.clock.now();
    let epoch = || shared.vault(|vault| Ok(vault.folder(&folder)?.chain().epoch()));
    let before = epoch()?;
    share::remove_closed(shared, session, folder).await?;
    share::append_folder(shared, session, folder, |vault| {
        let state = vault.folder(&folder)?;
        if vault.demands_rekey(state, now)? {
            return vault.compose_rekey(folder).map(Some);
        }
        if vault.is_outdated(state) || !vault.is_known_in(state) || vault.owes_revocation(state) {
            return vault.compose_anchor(folder).map(Some);
        }
        Ok(None)
    })
    .await?;
    if epoch()? > before {
        tracing::info!("the key of a folder was changed");
    }
    Ok(())
}

/// Moves all file keys of a folder under its newest key.
pub async fn rewrap(shared: &Arc<Shared>, folder: FolderId) -> Result<FolderKeys, EngineError> {
    let session = shared.session()?;
    shared.vault(|vault| vault.may_write(&folder))?;
    move_all(shared, &session, folder).await?;
    shared.tell_folder(folder);
    folder_keys(shared, folder)
}

async fn move_all(shared: &Arc<Shared>, session: &Arc<Session>, folder: FolderId) -> Result<(), EngineError> {
    let of = shared.vault(|vault| vault.folder_keys(&folder))?.older;
    let (mut done, mut after, mut tries) = (0, None, 0);
    let tell = |done: u64| shared.tell(Event::Rewrapped { folder, done, of: of.max(done) });
    tell(0);
    loop {
        match move_some(shared, session, folder, after).await? {
            Batch::Moved(moved) => {
                done += moved.wraps.len() as u64;
                tell(done);
                match moved.last {
                    Some(last) => after = Some(last),
                    None => return Ok(()),
                }
            }
            Batch::OtherKey if tries < TRIES => {
                (tries, after) = (tries + 1, None);
                sync::pull_folder(shared, session, folder).await?;
            }
            Batch::OtherKey => return Err(EngineError::TimedOut),
        }
    }
}

/// A step of a round: one batch.
pub async fn rewrap_some(
    shared: &Arc<Shared>,
    session: &Arc<Session>,
    folder: FolderId,
) -> Result<Outcome, EngineError> {
    let (epoch, after) = shared.vault(|vault| {
        let state = vault.folder(&folder)?;
        let epoch = state.chain().epoch();
        let after = state.rewrap_after.filter(|(of, _)| *of == epoch);
        Ok((epoch, after.map(|(_, place)| place)))
    })?;
    let batch = move_some(shared, session, folder, after).await?;
    let outcome = shared.vault(|vault| {
        // A newer key meanwhile: from the start.
        let same = vault.folder(&folder)?.chain().epoch() == epoch;
        let (after, outcome) = match batch {
            Batch::Moved(Moved { last: None, .. }) if same => (None, Outcome::Done),
            Batch::Moved(Moved { last, .. }) => (last.filter(|_| same), Outcome::More),
            Batch::OtherKey => (None, Outcome::Conflict),
        };
        vault.folder_mut(&folder)?.rewrap_after = after.map(|place| (epoch, place));
        if outcome == Outcome::Done {
            vault.is_rewrapped(folder)?;
        }
        Ok(outcome)
    })?;
    if outcome == Outcome::Done {
        shared.tell_folder(folder);
    }
    Ok(outcome)
}

/// What became of a batch.
enum Batch {
    Moved(Moved),
    /// The folder has a newer key than is known here.
    OtherKey,
}

async fn move_some(
    shared: &Arc<Shared>,
    session: &Arc<Session>,
    folder: FolderId,
    after: Option<Place>,
) -> Result<Batch, EngineError> {
    let link = session.link()?;
    // A folder the catalog does not know yet: its file keys go with the content they open.
    sync::publish_folder(shared, session, folder).await?;
    let worker = shared.clone();
    let moved = crate::engine::blocking(move || worker.vault(|vault| vault.move_wraps(&folder, after, u64::MAX)));
    let moved = moved.await?;
    if !moved.wraps.is_empty() && !send(&link, folder, &moved).await? {
        return Ok(Batch::OtherKey);
    }
    let worker = shared.clone();
    crate::engine::blocking(move || {
        worker.vault(|vault| vault.keep_moved(&moved))?;
        Ok(Batch::Moved(moved))
    })
    .await
}

/// Whether the catalog took them: not if another key is in force by now.
async fn send(link: &CatalogLink, folder: FolderId, moved: &Moved) -> Result<bool, EngineError> {
    let rewrap = Rewrap { wraps: moved.wraps.iter().map(sync::to_wrap).collect() };
    match link.client.rewrap(&folder, &rewrap).await {
        Ok(()) => Ok(true),
        Err(CatalogError::Said(ApiCode::Conflict)) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// Nothing under earlier keys any more: all file keys are moved first.
pub async fn retire(shared: &Arc<Shared>, folder: FolderId) -> Result<FolderKeys, EngineError> {
    let session = shared.session()?;
    sync::pull_folder(shared, &session, folder).await?;
    // Others may have moved some, or have brought what is not here yet.
    sync::pull_wraps(shared, &session, folder).await?;
    move_all(shared, &session, folder).await?;
    let keys = folder_keys(shared, folder)?;
    if keys.older > 0 {
        return Err(EngineError::NotVerified("a file's key under an older folder key"));
    }
    decide(shared, &session, folder, |policy, epoch| KeyPolicy { minimum: epoch, ..policy }).await?;
    folder_keys(shared, folder)
}

/// How often a folder's key changes by itself.
pub async fn set_rotation(shared: &Arc<Shared>, folder: FolderId, days: u32) -> Result<FolderKeys, EngineError> {
    if days > folder::MAX_ROTATE_DAYS {
        return Err(EngineError::BadInput("A key can change at most every day and at least every ten years."));
    }
    let session = shared.session()?;
    decide(shared, &session, folder, |policy, _| KeyPolicy { rotate_days: days, ..policy }).await?;
    session.wake.notify_one();
    folder_keys(shared, folder)
}

async fn decide(
    shared: &Arc<Shared>,
    session: &Arc<Session>,
    folder: FolderId,
    decide: impl Fn(KeyPolicy, u64) -> KeyPolicy,
) -> Result<(), EngineError> {
    share::append_folder(shared, session, folder, |vault| {
        let state = vault.folder(&folder)?;
        if state.role(&vault.me.account) != Some(Role::Owner) {
            return Err(EngineError::NotAllowed("Only an owner of the folder can do this."));
        }
        let policy = decide(state.chain().policy().clone(), state.chain().epoch());
        if policy == *state.chain().policy() { Ok(None) } else { vault.compose_policy(folder, &policy).map(Some) }
    })
    .await?;
    Ok(())
}

#[cfg(test)]
mod tests;
