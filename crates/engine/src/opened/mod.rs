//! Opened files: versions decrypted into a private place for a person's own programs, and what comes back from there.
//!
//! - `place` says where, `holders` who has them in hand (the one module that differs by system), `mark` whether
//!   somebody touched one; `open` brings one there, `keep` makes a version of a changed one, `watch` knows when.
//! - One directory holds one opened file. What programs put beside it (locks, backups, temporary files) is nobody's
//!   version; it goes with the directory.
//! - Nothing that was saved is lost: a directory is removed only when its file is the version which the index says it
//!   is, or when the person may not change it. What could not become a version stays there, and is tried again when
//!   the vault is next unlocked. The row in the index moves to the new version in the transaction that announces it.
//! - A version that was opened but is not the newest, or by a viewer, is read-only, and a change of it is nothing.

mod holders;
mod keep;
mod mark;
mod open;
pub mod place;
#[cfg(test)]
mod tests;
mod watch;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard};
use std::time::{Duration, Instant};

use notify::{RecursiveMode, Watcher as _};
use tokio::sync::mpsc;

use valise_protocol::ids::{DekId, EntryId, FolderId};

use crate::error::EngineError;
use crate::index::opened::Row;
use crate::shared::lock;

pub use keep::{close, finish};
pub use mark::Mark;
pub use open::{open, recover};
pub use place::Places;
pub use watch::watch;

/// A saved file is left alone for so long before it is looked at: editors write in steps.
const QUIET: Duration = Duration::from_millis(600);
/// A program that keeps a file open for writing, as office programs do, is believed to be done after this.
const QUIET_WHILE_HELD: Duration = Duration::from_secs(8);
/// After a trouble the same content is not tried again for so long.
const RETRY: Duration = Duration::from_secs(30);

/// Removes everything from a home's private places, whatever a killed run left there: the account goes.
pub fn erase(home: &Path) {
    let places = Places::of(home);
    for directory in places.directories() {
        if let Err(error) = std::fs::remove_dir_all(&directory) {
            tracing::warn!(%error, "an opened file could not be removed");
        }
    }
    places.tidy();
}

/// All opened files of an open vault.
pub struct Opened {
    places: Places,
    files: Mutex<BTreeMap<PathBuf, File>>,
    watcher: Mutex<Option<notify::RecommendedWatcher>>,
    heard: Mutex<Option<mpsc::UnboundedReceiver<notify::Event>>>,
    /// One version is made at a time.
    keeping: tokio::sync::Mutex<()>,
}

/// An opened file.
#[derive(Clone)]
struct File {
    row: Row,
    /// When something last happened to it.
    touched: Instant,
    /// Whoever wrote to it last has closed it, or gave it its name.
    closed: bool,
    /// A program has opened it since it was put there.
    was_used: bool,
    /// When nobody was first found to hold it.
    alone_since: Option<Instant>,
    /// When it was last asked who holds it.
    alone_checked: Instant,
    /// How it looked last, when that was not the version.
    seen: Option<Mark>,
    /// The look of it that could not become a version, and when that was.
    failed: Option<(Mark, Instant)>,
    /// Versions that were made of it.
    versions: u32,
}

impl File {
    fn new(row: Row) -> Self {
        Self {
            row,
            touched: Instant::now(),
            closed: false,
            was_used: false,
            alone_since: None,
            alone_checked: Instant::now(),
            seen: None,
            failed: None,
            versions: 0,
        }
    }

    /// The mark of a file that is not the version any more which the row speaks of.
    fn change(&self) -> Option<Mark> {
        let mark = Mark::of(&self.row.path())?;
        (self.row.writable && self.row.mark != Some(mark)).then_some(mark)
    }
}

impl Opened {
    /// For a home. What lies in its private places stays until [`recover`] has looked at it.
    pub fn new(home: &Path) -> Self {
        Self::over(Places::of(home))
    }

    fn over(places: Places) -> Self {
        let (hints, heard) = mpsc::unbounded_channel();
        let hear = move |event: notify::Result<notify::Event>| {
            let _ = event.map(|event| hints.send(event));
        };
        let watcher = notify::recommended_watcher(hear);
        if let Err(error) = &watcher {
            // Every file is looked at now and then as well: a change is only seen later.
            tracing::warn!(%error, "opened files cannot be watched");
        }
        Self {
            places,
            files: Mutex::default(),
            watcher: Mutex::new(watcher.ok()),
            heard: Mutex::new(Some(heard)),
            keeping: tokio::sync::Mutex::new(()),
        }
    }

    fn files(&self) -> MutexGuard<'_, BTreeMap<PathBuf, File>> {
        lock(&self.files)
    }

    /// All of them now.
    fn list(&self) -> Vec<File> {
        self.files().values().cloned().collect()
    }

    /// How many there are: one that no program holds any more is soon gone.
    pub fn count(&self) -> u32 {
        u32::try_from(self.files().len()).unwrap_or(u32::MAX)
    }

    /// Files that are open for changing, by folder: what no program holds any more is gone from its place.
    pub fn in_hand(&self) -> BTreeMap<FolderId, BTreeSet<EntryId>> {
        let mut open = BTreeMap::<_, BTreeSet<_>>::new();
        for file in self.list().iter().filter(|file| file.row.writable && file.row.path().exists()) {
            open.entry(file.row.folder).or_default().insert(file.row.entry);
        }
        open
    }

    /// The file that was opened from this version.
    fn find(&self, entry: &EntryId, base: &DekId, writable: bool) -> Option<Row> {
        let files = self.files();
        let of = |row: &Row| row.base == *base && row.writable == writable && row.entry == *entry;
        files.values().map(|file| &file.row).find(|row| of(row)).cloned()
    }

    /// The files of an entry, whichever version they are of.
    fn of_entry(&self, folder: &FolderId, entry: &EntryId) -> Vec<File> {
        let of = |file: &File| file.row.folder == *folder && file.row.entry == *entry;
        self.list().into_iter().filter(of).collect()
    }

    /// Takes care of a file from now on.
    fn adopt(&self, file: File) {
        let directory = file.row.directory.clone();
        if let Some(watcher) = lock(&self.watcher).as_mut()
            && let Err(error) = watcher.watch(&directory, RecursiveMode::NonRecursive)
        {
            tracing::warn!(%error, "an opened file cannot be watched");
        }
        self.files().insert(directory, file);
    }

    /// Changes what is known of a file.
    fn update(&self, directory: &Path, change: impl FnOnce(&mut File)) {
        if let Some(file) = self.files().get_mut(directory) {
            change(file);
        }
    }

    /// Lets go of a file, and removes it with its directory.
    fn forget(&self, directory: &Path) {
        if let Some(watcher) = lock(&self.watcher).as_mut() {
            let _ = watcher.unwatch(directory);
        }
        self.files().remove(directory);
        place::remove(directory);
    }

    /// Removes every file that is the version which it should be; answers how many are not, and stay.
    pub fn clear(&self) -> usize {
        let (stay, go): (Vec<File>, Vec<File>) = self.list().into_iter().partition(|file| file.change().is_some());
        go.iter().for_each(|file| self.forget(&file.row.directory));
        self.places.tidy();
        stay.len()
    }

    /// A directory of its own for a version, with room for it.
    fn directory(&self, entry: &EntryId, version: &DekId, size: u64, writable: bool) -> Result<PathBuf, EngineError> {
        let root = self.places.with_room(size, writable)?;
        let suffix = if writable { "" } else { "-read" };
        Ok(root.join(format!("{entry}-{}{suffix}", &version.to_string()[..16])))
    }
}

impl Drop for Opened {
    fn drop(&mut self) {
        self.clear();
    }
}
