//! The life of a transfer that is kept: begun, paused, gone on with, waiting for the network, given up, found again
//! after a crash.
//!
//! A row of the index says what there is to do, and goes when it is done or given up. Doing it again skips what is done,
//! so nothing else needs to be kept, and nothing is done twice.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use valise_protocol::ids::{DekId, EntryId, FolderId};

use super::{NO_TRANSFER, Stop, add, save, shown};
use crate::api::{ApiError, Event, Transfer, TransferKind, TransferState};
use crate::error::EngineError;
use crate::index::transfers::{self, Job, Row};
use crate::shared::{Session, Shared};
use crate::vault::Vault;

/// Nobody who has the bytes could be reached: asked again after so long, if nothing happened before.
const AGAIN_AFTER: Duration = Duration::from_secs(30);

/// Begins one, or goes on with the same one that was cut short; answers at once.
pub fn begin(
    shared: &Arc<Shared>,
    session: &Arc<Session>,
    folder: FolderId,
    name: &str,
    job: Job,
) -> Result<Transfer, EngineError> {
    let kept = job.can_be_kept();
    if let Some(row) = cut_short(shared, session, folder, &job)? {
        set_paused(shared, row.id, false)?;
        if let Some((transfer, cancel)) = session.transfers.begin_again(row.id, &session.cancel) {
            start(shared, session, Running { row, again: true, cancel });
            return Ok(transfer);
        }
    }
    let (transfer, cancel) = session.transfers.begin(kind(&job), folder, name, &session.cancel);
    let row = Row { id: transfer.id, folder, name: name.to_owned(), paused: false, job };
    if kept {
        let keep = |vault: &mut Vault| vault.index.write(|db| transfers::add(db, &row));
        if let Err(error) = shared.vault(keep) {
            session.transfers.end(row.id, Err(EngineError::Cancelled));
            return Err(error);
        }
    }
    let transfer = session.transfers.update(row.id, |transfer| transfer.kept = kept).unwrap_or(transfer);
    start(shared, session, Running { row, again: false, cancel });
    Ok(transfer)
}

/// Until it is done; an error when it failed, was given up, or the vault is being locked. A pause is waited through.
pub async fn ended(session: &Session, id: u64) -> Result<(), EngineError> {
    let ended = session.cancel.run_until_cancelled(session.transfers.ended(id)).await;
    ended.unwrap_or(Err(EngineError::Cancelled))
}

/// What was left by a program that ended goes on, or, in one that does not stay, is at rest.
pub fn find(shared: &Arc<Shared>, session: &Arc<Session>) -> Result<(), EngineError> {
    // Who was not let in yet has none.
    for row in shared.open(|open| transfers::all(open.vault.index.read()))? {
        let state = TransferState::Paused;
        let found = Transfer { state, kept: true, ..shown(row.id, kind(&row.job), row.folder, &row.name) };
        session.transfers.put(found, &session.cancel);
        if session.transfers.goes_on && !row.paused {
            go_on(shared, session, row);
        }
    }
    Ok(())
}

/// The network is there, or somebody came: what waits tries again.
pub fn try_waiting(shared: &Arc<Shared>, session: &Arc<Session>) {
    for id in session.transfers.waiting() {
        match row(shared, id) {
            Ok(row) => go_on(shared, session, row),
            Err(error) => tracing::debug!(%error, "a transfer that waits"),
        }
    }
}

/// Stops for now.
pub fn pause(shared: &Arc<Shared>, session: &Arc<Session>, id: u64) -> Result<(), EngineError> {
    if !session.transfers.stop(id, Stop::Pause)? && session.transfers.is_at_rest(id) {
        rest(shared, session, id, TransferState::Paused, true)?;
    }
    Ok(())
}

/// Goes on with what is at rest.
pub fn resume(shared: &Arc<Shared>, session: &Arc<Session>, id: u64) -> Result<(), EngineError> {
    let row = row(shared, id)?;
    set_paused(shared, id, false)?;
    go_on(shared, session, row);
    Ok(())
}

/// Gives it up; what is complete stays.
pub fn cancel(shared: &Arc<Shared>, session: &Arc<Session>, id: u64) -> Result<(), EngineError> {
    if !session.transfers.stop(id, Stop::Cancel)? && session.transfers.is_at_rest(id) {
        forget(shared, id)?;
        tell(shared, session.transfers.end(id, Err(EngineError::Cancelled)));
    }
    Ok(())
}

/// What a client began that waits for it, and may go away.
pub enum Begun {
    /// Nothing that could be stopped.
    Nothing,
    /// The transfer of this number.
    Transfer(u64),
    /// A save: its number is not known to who waits for its end.
    Save((FolderId, EntryId, Option<DekId>), PathBuf),
}

/// Nobody waits any more for what was begun: what still runs stops, for good or for now.
pub fn let_go(shared: &Arc<Shared>, session: &Arc<Session>, begun: &Begun, why: Stop) -> Result<(), EngineError> {
    let ids = match begun {
        Begun::Nothing => Vec::new(),
        Begun::Transfer(id) => vec![*id],
        Begun::Save((folder, entry, version), to) => {
            let job = Job::Save { entry: *entry, version: *version, to: to.clone() };
            let all = shared.vault(|vault| transfers::all(vault.index.read()))?;
            all.iter().filter(|row| row.folder == *folder && row.job == job).map(|row| row.id).collect()
        }
    };
    ids.into_iter().try_for_each(|id| session.transfers.stop(id, why).map(|_| ()))
}

/// A transfer under way.
struct Running {
    row: Row,
    /// What is done already is skipped.
    again: bool,
    cancel: CancellationToken,
}

fn go_on(shared: &Arc<Shared>, session: &Arc<Session>, row: Row) {
    if let Some((transfer, cancel)) = session.transfers.begin_again(row.id, &session.cancel) {
        shared.tell(Event::Transfer { transfer });
        start(shared, session, Running { row, again: true, cancel });
    }
}

fn start(shared: &Arc<Shared>, session: &Arc<Session>, running: Running) {
    let (shared, session) = (shared.clone(), session.clone());
    session.tasks.clone().spawn(async move {
        let Running { row, again, cancel } = &running;
        let result = match &row.job {
            Job::Add { parent, paths } => {
                let job = add::Job::new(&shared, &session, row.id, row.folder, cancel.clone());
                job.run(*parent, paths.clone(), *again).await
            }
            Job::Save { entry, version, to } => {
                let what = (row.folder, *entry, *version);
                save::run(&shared, &session, row.id, what, to, (*again, cancel)).await
            }
        };
        if let Err(error) = finish(&shared, &session, row, result) {
            tracing::warn!(%error, "how a transfer ended could not be kept");
        }
        shared.tell_folder(row.folder);
    });
}

/// What comes after a run.
fn finish(
    shared: &Arc<Shared>,
    session: &Arc<Session>,
    row: &Row,
    result: Result<(), EngineError>,
) -> Result<(), EngineError> {
    let (transfers, id) = (&session.transfers, row.id);
    match (result, transfers.why(id)) {
        (Ok(()), _) => {
            forget(shared, id)?;
            tell(shared, transfers.end(id, Ok(())));
        }
        (Err(EngineError::Cancelled), Some(Stop::Cancel)) => {
            forget(shared, id)?;
            tell(shared, transfers.end(id, Err(EngineError::Cancelled)));
        }
        (Err(EngineError::Cancelled), Some(Stop::Pause)) => rest(shared, session, id, TransferState::Paused, true)?,
        // The vault is being locked: what is kept goes on after the next unlock.
        (Err(EngineError::Cancelled), None) => tell(shared, transfers.end(id, Err(EngineError::Cancelled))),
        (Err(EngineError::NotAvailable | EngineError::Offline(_)), _) if transfers.goes_on && is_kept(session, id) => {
            rest(shared, session, id, TransferState::Waiting, false)?;
            let (shared, session) = (shared.clone(), session.clone());
            session.tasks.clone().spawn(async move {
                let slept = session.cancel.run_until_cancelled(tokio::time::sleep(AGAIN_AFTER)).await;
                if slept.is_some() {
                    try_waiting(&shared, &session);
                }
            });
        }
        (Err(error), _) => {
            let words = match row.job {
                Job::Add { .. } => ApiError::from(error),
                Job::Save { .. } => {
                    let words = ApiError::from(save::again(&error));
                    transfers.fail(id, error);
                    words
                }
            };
            if !transfers.goes_on {
                // Whoever began it is told by the command, and runs it again.
                forget(shared, id)?;
                transfers.update(id, |transfer| transfer.kept = false);
            }
            // Whatever it is, it may well be there after a restart: a person says when to go on.
            rest(shared, session, id, TransferState::Failed { error: words }, true)?;
        }
    }
    Ok(())
}

fn rest(
    shared: &Arc<Shared>,
    session: &Arc<Session>,
    id: u64,
    state: TransferState,
    paused: bool,
) -> Result<(), EngineError> {
    if is_kept(session, id) {
        set_paused(shared, id, paused)?;
    }
    tell(shared, session.transfers.update(id, |transfer| (transfer.state, transfer.rate) = (state, 0)));
    session.transfers.ended.notify_waiters();
    Ok(())
}

fn is_kept(session: &Session, id: u64) -> bool {
    session.transfers.update(id, |_| ()).is_some_and(|transfer| transfer.kept)
}

fn row(shared: &Shared, id: u64) -> Result<Row, EngineError> {
    let all = shared.vault(|vault| transfers::all(vault.index.read()))?;
    all.into_iter().find(|row| row.id == id).ok_or(NO_TRANSFER)
}

/// The same, at rest.
fn cut_short(shared: &Shared, session: &Session, folder: FolderId, job: &Job) -> Result<Option<Row>, EngineError> {
    let all = shared.vault(|vault| transfers::all(vault.index.read()))?;
    let same = |row: &Row| row.folder == folder && row.job == *job && session.transfers.is_at_rest(row.id);
    Ok(all.into_iter().find(same))
}

fn set_paused(shared: &Shared, id: u64, paused: bool) -> Result<(), EngineError> {
    shared.vault(|vault| vault.index.write(|db| transfers::set_paused(db, id, paused)))
}

fn forget(shared: &Shared, id: u64) -> Result<(), EngineError> {
    shared.vault(|vault| vault.index.write(|db| transfers::remove(db, id)))
}

fn tell(shared: &Shared, transfer: Option<Transfer>) {
    if let Some(transfer) = transfer {
        shared.tell(Event::Transfer { transfer });
    }
}

fn kind(job: &Job) -> TransferKind {
    match job {
        Job::Add { .. } => TransferKind::Add,
        Job::Save { .. } => TransferKind::Fetch,
    }
}
