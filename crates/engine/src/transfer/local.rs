//! The person's own file system: private places for opened files, names, space.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use valise_protocol::ids::{DekId, EntryId};

use crate::error::EngineError;
use crate::home::private_dir;

/// Where opened files lie until lock or quit: memory-backed where there is room.
pub struct Opened {
    memory: Option<PathBuf>,
    disk: PathBuf,
}

/// Room that is left free in a memory-backed place.
const KEEP_FREE: u64 = 64 << 20;

impl Opened {
    /// For a home. What an earlier run left behind (it was killed) is removed.
    pub fn new(home: &Path) -> Self {
        let runtime = std::env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from).filter(|path| path.is_absolute());
        let tag = home.canonicalize().unwrap_or_else(|_| home.to_owned());
        let name = format!("valise-{:016x}", fnv(tag.as_os_str().as_encoded_bytes()));
        let opened = Self { memory: runtime.map(|path| path.join(name)), disk: home.join("opened") };
        opened.clear();
        opened
    }

    /// A directory of its own for a version of a file, with room for it.
    pub fn place(&self, entry: &EntryId, version: &DekId, size: u64) -> Result<PathBuf, EngineError> {
        let roomy = |path: &&PathBuf| {
            private_dir(path).is_ok() && free_space(path).is_some_and(|free| free > size.saturating_add(KEEP_FREE))
        };
        let root = self.memory.as_ref().filter(roomy).unwrap_or(&self.disk);
        let directory = root.join(format!("{entry}-{}", &version.to_string()[..16]));
        private_dir(root)?;
        private_dir(&directory)?;
        Ok(directory)
    }

    /// Removes everything.
    pub fn clear(&self) {
        for root in self.memory.iter().chain([&self.disk]) {
            match fs::remove_dir_all(root) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    tracing::warn!(kind = ?error.kind(), "opened files could not be removed");
                }
                _ => {}
            }
        }
    }
}

impl Drop for Opened {
    fn drop(&mut self) {
        self.clear();
    }
}

/// Bytes free on the file system of a path, for this user.
pub fn free_space(path: &Path) -> Option<u64> {
    let stats = rustix::fs::statvfs(path).ok()?;
    Some(stats.f_bavail.saturating_mul(stats.f_frsize))
}

/// A stable short tag for a path; not a secret.
fn fnv(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

/// What a written file gets besides its bytes.
#[derive(Clone, Copy, Debug)]
pub struct Attributes {
    /// Milliseconds since 1970.
    pub mtime: i64,
    /// May be run.
    pub executable: bool,
    /// May not be changed.
    pub read_only: bool,
}

/// A file that has its name only when it is complete: written beside it, synced, renamed.
pub struct Pending {
    temporary: tempfile::NamedTempFile,
    target: PathBuf,
}

impl Pending {
    /// Begins a file that will lie at `target`.
    pub fn begin(target: &Path) -> Result<Self, EngineError> {
        let directory = target.parent().ok_or(EngineError::BadInput("This is not a place for a file."))?;
        let temporary = tempfile::Builder::new().prefix(".valise-").suffix(".part").tempfile_in(directory)?;
        Ok(Self { temporary, target: target.to_owned() })
    }

    /// Writes more.
    pub fn write(&mut self, bytes: &[u8]) -> Result<(), EngineError> {
        Ok(self.temporary.write_all(bytes)?)
    }

    /// Gives it its name.
    pub fn finish(self, attributes: Attributes) -> Result<(), EngineError> {
        let file = self.temporary.as_file();
        set_attributes(file, attributes)?;
        file.sync_all()?;
        self.temporary.persist(&self.target).map_err(|error| EngineError::from(error.error))?;
        Ok(())
    }
}

fn set_attributes(file: &File, attributes: Attributes) -> Result<(), EngineError> {
    if let Ok(since) = u64::try_from(attributes.mtime) {
        file.set_modified(std::time::UNIX_EPOCH + std::time::Duration::from_millis(since))?;
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = match (attributes.read_only, attributes.executable) {
            (true, _) => 0o400,
            (false, true) => 0o700,
            (false, false) => 0o600,
        };
        file.set_permissions(fs::Permissions::from_mode(mode))?;
    }
    Ok(())
}

/// A directory at exactly this place: made, or one that is there; never through a link.
pub fn real_dir(path: &Path) -> Result<(), EngineError> {
    match fs::create_dir(path) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
            let metadata = fs::symlink_metadata(path)?;
            metadata.is_dir().then_some(()).ok_or(EngineError::BadInput("Something else has this name there."))
        }
        Err(error) => Err(error.into()),
    }
}
