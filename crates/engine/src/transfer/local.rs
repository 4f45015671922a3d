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

/// A file that has its name only when it is complete: written without a name where the system can do that, so that
/// nothing of it stays when this process is killed, else beside its place; synced, renamed.
pub struct Pending {
    temporary: Temporary,
    directory: PathBuf,
    target: PathBuf,
}

enum Temporary {
    #[cfg(target_os = "linux")]
    Nameless(File),
    Named(tempfile::NamedTempFile),
}

impl Pending {
    /// Begins a file that will lie at `target`.
    pub fn begin(target: &Path) -> Result<Self, EngineError> {
        let directory = target.parent().ok_or(EngineError::BadInput("This is not a place for a file."))?.to_owned();
        let temporary = Temporary::make(&directory)?;
        Ok(Self { temporary, directory, target: target.to_owned() })
    }

    /// Writes more.
    pub fn write(&mut self, bytes: &[u8]) -> Result<(), EngineError> {
        Ok(self.temporary.file().write_all(bytes)?)
    }

    /// Gives it its name.
    pub fn finish(mut self, attributes: Attributes) -> Result<(), EngineError> {
        let file = self.temporary.file();
        set_attributes(file, attributes)?;
        file.sync_all()?;
        let error = match self.temporary {
            #[cfg(target_os = "linux")]
            Temporary::Nameless(file) => {
                // A link takes no name that is taken; renaming does.
                let named = beside().make_in(&self.directory, |path| link(&file, path))?;
                named.persist(&self.target).err().map(|error| error.error)
            }
            Temporary::Named(file) => file.persist(&self.target).err().map(|error| error.error),
        };
        error.map_or(Ok(()), |error| Err(error.into()))
    }
}

impl Temporary {
    fn make(directory: &Path) -> Result<Self, EngineError> {
        #[cfg(target_os = "linux")]
        if let Some(file) = nameless(directory) {
            return Ok(Self::Nameless(file));
        }
        Ok(Self::Named(beside().tempfile_in(directory)?))
    }

    fn file(&mut self) -> &mut File {
        match self {
            #[cfg(target_os = "linux")]
            Self::Nameless(file) => file,
            Self::Named(file) => file.as_file_mut(),
        }
    }
}

fn beside() -> tempfile::Builder<'static, 'static> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".valise-").suffix(".part");
    builder
}

/// A file without a name (`O_TMPFILE`); none where the file system has no such thing, or it could not get one later.
#[cfg(target_os = "linux")]
fn nameless(directory: &Path) -> Option<File> {
    use rustix::fs::{Mode, OFlags, open};
    Path::new("/proc/self/fd").exists().then_some(())?;
    let flags = OFlags::TMPFILE | OFlags::RDWR | OFlags::CLOEXEC;
    open(directory, flags, Mode::RUSR | Mode::WUSR).ok().map(File::from)
}

/// Gives it a name: open(2), `O_TMPFILE`.
#[cfg(target_os = "linux")]
fn link(file: &File, path: &Path) -> std::io::Result<()> {
    use rustix::fs::{AtFlags, CWD, linkat};
    use std::os::fd::AsRawFd as _;
    let itself = format!("/proc/self/fd/{}", file.as_raw_fd());
    Ok(linkat(CWD, itself, CWD, path, AtFlags::SYMLINK_FOLLOW)?)
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
