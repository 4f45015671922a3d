//! The repository on disk: where a block stands, and how it is read and written.
//!
//! ```text
//! lock                      held while a node has the repository open
//! repo_lock, datastore/     rust-ipfs's own
//! blockstore/5l/<cid>.data  one file a block; rust-ipfs's layout, which serves and receives from it
//! pins/<cid>.pin            one file a pinned root (see `pins`)
//! temporary/                written, not yet synced and renamed; emptied at open
//! ```
//!
//! A `.data` or `.pin` file is only ever renamed into place after its bytes are on the disk, so what
//! carries such a name is whole, however the process ended.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use bytes::Bytes;
use cid::Cid;

use crate::dag::{self, MAX_BLOCK};
use crate::error::BlocksError;

/// Paths of one repository.
pub(super) struct Files {
    root: PathBuf,
    /// Keeps every other node out while it is there.
    lock: Mutex<Option<File>>,
    /// Directories were made whose own names are not on the disk yet. The first commit sees to it, so that
    /// opening has nothing to wait for.
    fresh: AtomicBool,
}

/// Names of temporary files: never twice in one process, and no two processes share a repository.
static NEXT: AtomicU64 = AtomicU64::new(0);

/// A file written under a temporary name. Removed when dropped, unless it got its name.
pub(super) struct Staged {
    pub(super) temporary: PathBuf,
    pub(super) target: PathBuf,
    placed: bool,
}

impl Files {
    /// Makes what is missing, locks, sweeps what a killed process left, and tries the disk's hard links.
    pub(super) fn open(root: &Path) -> Result<Self, BlocksError> {
        fs::create_dir_all(root)?;
        let lock = lock(&root.join("lock"))?;
        let files = Self { root: root.to_owned(), lock: Mutex::new(Some(lock)), fresh: AtomicBool::new(false) };
        for directory in [files.blocks(), files.pins(), files.temporary()] {
            if make(&directory)? {
                files.fresh.store(true, Ordering::SeqCst);
            }
        }
        files.sweep()?;
        files.try_hard_link()?;
        Ok(files)
    }

    /// Directories whose names have to reach the disk before anything in them counts. None, mostly.
    pub(super) fn fresh(&self) -> Vec<PathBuf> {
        match self.fresh.load(Ordering::SeqCst) {
            true => vec![self.root.clone(), self.blocks()],
            false => Vec::new(),
        }
    }

    /// They have.
    pub(super) fn not_fresh(&self) {
        self.fresh.store(false, Ordering::SeqCst);
    }

    /// Lets another node open the repository.
    pub(super) fn unlock(&self) {
        self.lock.lock().unwrap_or_else(PoisonError::into_inner).take();
    }

    /// Whether this node still has the repository.
    pub(super) fn is_ours(&self) -> bool {
        self.lock.lock().unwrap_or_else(PoisonError::into_inner).is_some()
    }

    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    pub(super) fn blocks(&self) -> PathBuf {
        self.root.join("blockstore")
    }

    pub(super) fn pins(&self) -> PathBuf {
        self.root.join("pins")
    }

    fn temporary(&self) -> PathBuf {
        self.root.join("temporary")
    }

    /// Where rust-ipfs looks for a block: sharded by the two letters before the last.
    pub(super) fn block(&self, cid: &Cid) -> PathBuf {
        let key = cid.to_string();
        let shard = key.len().checked_sub(3).map_or("_", |start| &key[start..start + 2]);
        let mut path = self.blocks();
        path.push(shard);
        path.push(format!("{key}.data"));
        path
    }

    /// A block, checked against its CID. Blocking.
    pub(super) fn load(&self, cid: &Cid) -> Result<Bytes, BlocksError> {
        dag::Key::of(cid)?;
        let mut file = match File::open(self.block(cid)) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => return Err(BlocksError::Missing { cid: *cid }),
            Err(error) => return Err(error.into()),
        };
        let length = file.metadata()?.len();
        if length > MAX_BLOCK as u64 {
            return Err(BlocksError::Damaged { cid: *cid });
        }
        let mut block = Vec::with_capacity(length as usize);
        file.read_to_end(&mut block)?;
        dag::verify(cid, &block)?;
        Ok(block.into())
    }

    /// Deletes a block. Not an error when it is not there. Blocking.
    pub(super) fn remove(&self, cid: &Cid) -> Result<(), BlocksError> {
        absent_is_fine(fs::remove_file(self.block(cid)))
    }

    /// Writes bytes under a temporary name, unsynced. Blocking.
    pub(super) fn stage(&self, target: PathBuf, bytes: &[u8]) -> io::Result<Staged> {
        let name = NEXT.fetch_add(1, Ordering::Relaxed).to_string();
        let staged = Staged { temporary: self.temporary().join(name), target, placed: false };
        OpenOptions::new().write(true).create_new(true).open(&staged.temporary)?.write_all(bytes)?;
        Ok(staged)
    }

    /// Every block here: CID and length. Blocking.
    pub(super) fn list(&self) -> io::Result<Vec<(Cid, u64)>> {
        let mut blocks = Vec::new();
        for shard in fs::read_dir(self.blocks())? {
            let shard = shard?;
            if !shard.file_type()?.is_dir() {
                continue;
            }
            for entry in fs::read_dir(shard.path())? {
                let entry = entry?;
                let name = entry.file_name();
                let cid = name.to_str().and_then(|name| name.strip_suffix(".data")).and_then(|cid| cid.parse().ok());
                if let (Some(cid), Ok(metadata)) = (cid, entry.metadata()) {
                    blocks.push((cid, metadata.len()));
                }
            }
        }
        Ok(blocks)
    }

    /// Bytes that can still be written.
    pub(super) fn free(&self) -> io::Result<u64> {
        free(&self.root)
    }

    /// Whether a block can be written now: quotas do not show in [`Files::free`]. Blocking.
    pub(super) fn try_write(&self) -> Result<(), BlocksError> {
        let probe = self.stage(PathBuf::new(), &vec![0u8; MAX_BLOCK])?;
        Ok(File::open(&probe.temporary)?.sync_all()?)
    }

    /// Removes what a killed process was writing: here, and in rust-ipfs's store.
    fn sweep(&self) -> io::Result<()> {
        for entry in fs::read_dir(self.temporary())? {
            fs::remove_file(entry?.path())?;
        }
        for shard in fs::read_dir(self.blocks())? {
            let shard = shard?;
            if !shard.file_type()?.is_dir() {
                continue;
            }
            for entry in fs::read_dir(shard.path())? {
                let path = entry?.path();
                if path.extension().is_some_and(|extension| extension == "tmp") {
                    fs::remove_file(path)?;
                }
            }
        }
        Ok(())
    }

    /// rust-ipfs publishes every block it receives by a hard link.
    fn try_hard_link(&self) -> Result<(), BlocksError> {
        let first = self.stage(PathBuf::new(), b"")?;
        let second = first.temporary.with_extension("link");
        match fs::hard_link(&first.temporary, &second) {
            Ok(()) => Ok(fs::remove_file(second)?),
            Err(error) if error.kind() == ErrorKind::StorageFull => Err(BlocksError::DiskFull),
            Err(error) => {
                tracing::warn!(%error, "no hard links here");
                Err(BlocksError::UnsupportedDisk)
            }
        }
    }
}

impl Staged {
    /// Gives the file its name, and answers the directories in which there is a new name now. Blocking.
    pub(super) fn place(&mut self) -> io::Result<impl Iterator<Item = PathBuf> + use<>> {
        let directory = self.target.parent().unwrap_or(Path::new("")).to_owned();
        let mut made = false;
        if let Err(error) = fs::rename(&self.temporary, &self.target) {
            // a shard that is used for the first time
            made = error.kind() == ErrorKind::NotFound && make(&directory)?;
            fs::rename(&self.temporary, &self.target)?;
        }
        self.placed = true;
        let above = directory.parent().filter(|_| made).map(Path::to_owned);
        Ok([Some(directory), above].into_iter().flatten())
    }
}

impl Drop for Staged {
    fn drop(&mut self) {
        if !self.placed {
            let _ = fs::remove_file(&self.temporary);
        }
    }
}

/// Makes a directory: whether it was not there.
fn make(directory: &Path) -> io::Result<bool> {
    match fs::create_dir(directory) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(error),
    }
}

fn lock(path: &Path) -> Result<File, BlocksError> {
    let file = OpenOptions::new().write(true).create(true).truncate(false).open(path)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(fs::TryLockError::WouldBlock) => Err(BlocksError::RepositoryInUse),
        Err(fs::TryLockError::Error(error)) => Err(error.into()),
    }
}

pub(super) fn absent_is_fine(result: io::Result<()>) -> Result<(), BlocksError> {
    match result {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error.into()),
        _ => Ok(()),
    }
}

/// Makes names in a directory durable.
pub(super) fn sync_directory(path: &Path) -> io::Result<()> {
    match cfg!(unix) {
        true => File::open(path)?.sync_all(),
        // elsewhere a directory cannot be opened, and renames are durable by themselves
        false => Ok(()),
    }
}

#[cfg(unix)]
fn free(path: &Path) -> io::Result<u64> {
    let disk = rustix::fs::statvfs(path)?;
    Ok(disk.f_bavail.saturating_mul(disk.f_frsize))
}

#[cfg(not(unix))]
fn free(_: &Path) -> io::Result<u64> {
    Ok(u64::MAX)
}
