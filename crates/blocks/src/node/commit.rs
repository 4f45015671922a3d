//! Group commit: makes staged files durable and gives them their names, many adds at a time.
//!
//! While one group is being synced, the next gathers; so with one add at a time each has its own sync,
//! and with many side by side they share: a group waits a moment for adds that are under way. The order in a group, which a crash may cut anywhere:
//!
//! 1. the bytes of all files reach the disk;
//! 2. the blocks get their names;
//! 3. the pins get theirs;
//! 4. the names reach the disk.
//!
//! Only then is anybody told.

use std::collections::BTreeSet;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::{RwLock, mpsc, oneshot};
use tokio::time::{Instant, timeout_at};

use super::files::{Files, Staged, sync_directory};
use super::pins::Pin;
use crate::error::BlocksError;

/// Adds in one group at most.
const GROUP: usize = 256;

/// While adds are under way that are not waiting yet, a group is kept open as long as one comes in this time ...
const NEXT: Duration = Duration::from_millis(10);
/// ... and no longer than this in all.
const GATHER: Duration = Duration::from_millis(50);

/// Up to so many files or directories are synced one by one; for more, one sync of the whole file system
/// is cheaper, though it also waits for what others wrote.
const ONE_BY_ONE: usize = 3;

/// What one add wants done.
pub(super) struct Job {
    /// Written since the last job of this add: their bytes are not on the disk yet.
    pub(super) unsynced: Vec<PathBuf>,
    /// To get their names.
    pub(super) blocks: Vec<Staged>,
    /// Gets its name last.
    pub(super) pin: Option<Pin>,
}

/// Where jobs are handed in.
#[derive(Clone)]
pub(super) struct Committer {
    jobs: mpsc::Sender<Waiting>,
    under_way: Arc<AtomicUsize>,
}

type Waiting = (Job, oneshot::Sender<io::Result<()>>);

/// Counts as an add under way until it is dropped.
pub(super) struct UnderWay(Arc<AtomicUsize>);

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Committer {
    /// Starts the task. `gate` is held (shared) while names are given, so that no collection comes between
    /// a block and its pin. Ends when the last clone is dropped.
    pub(super) fn start(files: Arc<Files>, gate: Arc<RwLock<()>>) -> Self {
        let (jobs, mut inbox) = mpsc::channel(GROUP);
        let under_way = Arc::new(AtomicUsize::new(0));
        let adds = under_way.clone();
        tokio::spawn(async move {
            let mut group = Vec::new();
            while inbox.recv_many(&mut group, GROUP).await > 0 {
                gather(&mut inbox, &mut group, &adds).await;
                let shared = gate.clone().read_owned().await;
                let (jobs, told): (Vec<Job>, Vec<_>) = std::mem::take(&mut group).into_iter().unzip();
                let files = files.clone();
                let done = tokio::task::spawn_blocking(move || {
                    let _shared = shared;
                    finish(&files, jobs, told);
                });
                if done.await.is_err() {
                    tracing::error!("a commit panicked");
                }
            }
        });
        Self { jobs, under_way }
    }

    /// Tells that an add begins: others wait a moment for what it will want done.
    pub(super) fn begins(&self) -> UnderWay {
        self.under_way.fetch_add(1, Ordering::Relaxed);
        UnderWay(self.under_way.clone())
    }

    /// Resolves when the job's files are durable.
    pub(super) async fn commit(&self, job: Job) -> Result<(), BlocksError> {
        let (tell, told) = oneshot::channel();
        self.jobs.send((job, tell)).await.map_err(|_| BlocksError::Closed)?;
        Ok(told.await.map_err(|_| BlocksError::Closed)??)
    }
}

/// Waits a moment for adds that are under way. One by itself waits for nothing.
async fn gather(inbox: &mut mpsc::Receiver<Waiting>, group: &mut Vec<Waiting>, under_way: &AtomicUsize) {
    let end = Instant::now() + GATHER;
    while group.len() < GROUP.min(under_way.load(Ordering::Relaxed)) {
        let next = end.min(Instant::now() + NEXT);
        let room = GROUP - group.len();
        match timeout_at(next, inbox.recv_many(group, room)).await {
            Ok(more) if more > 0 => {}
            _ => return,
        }
    }
}

fn finish(files: &Files, mut jobs: Vec<Job>, told: Vec<oneshot::Sender<io::Result<()>>>) {
    let result = commit(files, &mut jobs, &told);
    let (mut kept, mut not_kept) = (BTreeSet::new(), Vec::new());
    for (job, tell) in jobs.into_iter().zip(told) {
        let answer = match &result {
            Ok(()) => Ok(()),
            Err(error) => Err(again(error)),
        };
        let heard = tell.send(answer).is_ok() && result.is_ok();
        match job.pin {
            Some(pin) if heard => _ = kept.insert(pin.name),
            Some(pin) => not_kept.push(pin),
            None => {}
        }
    }
    // whoever was told of an error, or gave up while this ran, must not be left with a pin
    for pin in not_kept.iter().filter(|pin| !kept.contains(&pin.name)) {
        if let Err(error) = pin.undo() {
            tracing::warn!(%error, "a pin that nobody was told of stays");
        }
    }
}

fn commit(files: &Files, jobs: &mut [Job], told: &[oneshot::Sender<io::Result<()>>]) -> io::Result<()> {
    if !files.is_ours() {
        return Err(io::Error::other("the node was stopped"));
    }
    let unsynced: Vec<&Path> = jobs.iter().flat_map(|job| &job.unsynced).map(PathBuf::as_path).collect();
    sync(files, &unsynced)?;
    let mut directories = BTreeSet::from_iter(files.fresh());
    for staged in jobs.iter_mut().flat_map(|job| &mut job.blocks) {
        directories.extend(staged.place()?);
    }
    for (job, tell) in jobs.iter_mut().zip(told) {
        if let Some(pin) = job.pin.as_mut().filter(|_| !tell.is_closed()) {
            pin.place()?;
            directories.insert(files.pins());
        }
    }
    if !directories.is_empty() {
        sync_names(files, &directories)?;
        files.not_fresh();
    }
    Ok(())
}

fn sync(files: &Files, paths: &[&Path]) -> io::Result<()> {
    if paths.len() > ONE_BY_ONE && sync_all(files)? {
        return Ok(());
    }
    paths.iter().try_for_each(|path| File::open(path)?.sync_all())
}

fn sync_names(files: &Files, directories: &BTreeSet<PathBuf>) -> io::Result<()> {
    if directories.len() > ONE_BY_ONE && sync_all(files)? {
        return Ok(());
    }
    directories.iter().try_for_each(|path| sync_directory(path))
}

/// Syncs the file system of the repository, where that can be done: `Ok(false)` where not.
#[cfg(target_os = "linux")]
fn sync_all(files: &Files) -> io::Result<bool> {
    rustix::fs::syncfs(File::open(files.blocks())?)?;
    Ok(true)
}

#[cfg(not(target_os = "linux"))]
fn sync_all(_: &Files) -> io::Result<bool> {
    Ok(false)
}

/// The same error once more, for the next of the group: `io::Error` cannot be cloned.
fn again(error: &io::Error) -> io::Error {
    match error.raw_os_error() {
        Some(code) => io::Error::from_raw_os_error(code),
        None => io::Error::new(error.kind(), error.to_string()),
    }
}
