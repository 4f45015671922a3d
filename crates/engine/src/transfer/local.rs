//! The person's own file system: files that are written whole or not at all, directories that are no links.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use crate::error::EngineError;

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
