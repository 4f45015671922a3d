//! Watching opened files: hints from the system, and a look now and then for what it did not tell.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use notify::EventKind;
use notify::event::{AccessKind, AccessMode, ModifyKind, RenameMode};
use tokio::sync::mpsc::UnboundedReceiver;

use super::keep::{keep, writers};
use super::{File, Opened, QUIET, QUIET_WHILE_HELD, RETRY, holders};
use crate::shared::{Session, Shared, lock};

/// While something changes, it is looked at so often.
const SOON: Duration = Duration::from_millis(200);
/// Every opened file is looked at so often, whatever the system tells.
const LATER: Duration = Duration::from_secs(5);
/// Who holds a file is asked so often.
const CHECK: Duration = Duration::from_secs(15);
/// A file that no process holds any more is removed after so long: who closes a document may open the next one.
const LINGER: Duration = Duration::from_secs(60);

/// Runs until the session ends.
pub async fn watch(shared: Arc<Shared>, session: Arc<Session>) {
    let Some(mut heard) = lock(&session.opened.heard).take() else { return };
    let cancel = session.cancel.clone();
    let watching = async {
        loop {
            let changing = session.opened.list().iter().any(|file| file.change().is_some());
            hear(&session.opened, &mut heard, if changing { SOON } else { LATER }).await;
            for file in session.opened.list() {
                look(&shared, &session, file).await;
            }
        }
    };
    cancel.run_until_cancelled(watching).await;
}

/// Waits for hints, for a while; takes all that there are.
async fn hear(opened: &Opened, heard: &mut UnboundedReceiver<notify::Event>, limit: Duration) {
    match tokio::time::timeout(limit, heard.recv()).await {
        Ok(Some(event)) => opened.note(&event),
        // The system gives no hints.
        Ok(None) => tokio::time::sleep(limit).await,
        Err(_) => {}
    }
    while let Ok(event) = heard.try_recv() {
        opened.note(&event);
    }
}

impl Opened {
    fn note(&self, event: &notify::Event) {
        for path in &event.paths {
            let Some(directory) = path.parent() else { continue };
            self.update(directory, |file| {
                // What programs put beside it says nothing.
                if path.file_name().is_some_and(|name| name == file.row.name.as_str()) {
                    file.note(event.kind);
                }
            });
        }
    }
}

impl File {
    fn note(&mut self, kind: EventKind) {
        match kind {
            EventKind::Access(AccessKind::Close(AccessMode::Write))
            | EventKind::Modify(ModifyKind::Name(RenameMode::To | RenameMode::Both)) => {
                (self.touched, self.closed, self.was_used) = (Instant::now(), true, true);
            }
            EventKind::Modify(ModifyKind::Data(_) | ModifyKind::Any) | EventKind::Create(_) => {
                (self.touched, self.closed, self.was_used) = (Instant::now(), false, true);
            }
            EventKind::Access(AccessKind::Open(_)) => self.was_used = true,
            _ => {}
        }
        self.alone_since = None;
    }

    /// Whether its content can be taken for whole.
    pub(super) fn is_quiet(&self, writing: Option<bool>) -> bool {
        let quiet = self.touched.elapsed();
        let done = self.closed || writing == Some(false);
        quiet >= QUIET_WHILE_HELD || (quiet >= QUIET && done)
    }
}

async fn look(shared: &Arc<Shared>, session: &Arc<Session>, file: File) {
    match file.change() {
        Some(mark) if file.seen != Some(mark) => session.opened.update(&file.row.directory, |file| {
            (file.seen, file.touched) = (Some(mark), Instant::now());
        }),
        Some(mark) if file.failed.is_some_and(|(failed, at)| failed == mark && at.elapsed() < RETRY) => {}
        Some(_) => keep_when_quiet(shared, session, &file).await,
        None if file.was_used && file.alone_checked.elapsed() >= CHECK && file.row.path().exists() => {
            look_whether_alone(&session.opened, file).await;
        }
        None => {}
    }
}

async fn keep_when_quiet(shared: &Arc<Shared>, session: &Arc<Session>, file: &File) {
    if file.is_quiet(None) || file.is_quiet(writers(file).await) {
        // A trouble is told where it happens, and remembered with the file.
        let _ = keep(shared, session, file).await;
    }
}

/// A file that nobody holds is removed. Its directory stays, and is watched: a program which read it and has it on the
/// screen may still save it.
async fn look_whether_alone(opened: &Opened, file: File) {
    let directory = file.row.directory.clone();
    let held = tokio::task::spawn_blocking(move || holders::of(&directory)).await.ok().flatten();
    let held = held.is_none_or(|holders| holders.any);
    opened.update(&file.row.directory, |known| {
        known.alone_checked = Instant::now();
        match (held, known.alone_since) {
            (true, _) => known.alone_since = None,
            (false, None) => known.alone_since = Some(Instant::now()),
            (false, Some(since)) if since.elapsed() >= LINGER && known.change().is_none() => {
                remove_file(&known.row.directory, &known.row.path());
            }
            (false, Some(_)) => {}
        }
    });
}

fn remove_file(directory: &Path, path: &Path) {
    let _ = super::place::writable_dir(directory);
    if let Err(error) = std::fs::remove_file(path) {
        tracing::warn!(kind = ?error.kind(), "an opened file could not be removed");
    }
}
