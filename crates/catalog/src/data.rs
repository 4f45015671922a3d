//! The data directory: one process at a time, readable by its owner alone.
//!
//! `lock`, `identity.key` and `pinning.key` (32 random bytes each), `catalog.sqlite`, `blocks/`.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use valise_blocks::BlocksError;
use valise_protocol::sign::SigningKey;
use zeroize::Zeroizing;

use crate::port::BadExport;

/// The keys' files.
pub(crate) const KEYS: [&str; 2] = ["identity.key", "pinning.key"];

/// The seeds in them.
pub(crate) type Seeds = [Zeroizing<[u8; 32]>; 2];

/// Why the catalog does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Another process has this data directory.
    #[error("another catalog is using this data directory")]
    InUse,
    /// The data directory cannot be read or written.
    #[error("the data directory cannot be used")]
    Directory(#[source] io::Error),
    /// A key file is missing beside a database, or has a wrong length: going on would forge a new identity.
    #[error("{0} is missing or damaged; restore it from a backup")]
    Key(&'static str),
    /// The database cannot be used.
    #[error("the database cannot be used")]
    Database(#[from] rusqlite::Error),
    /// A stored record does not verify.
    #[error("a stored {0} is damaged; restore the database from a backup")]
    Damaged(&'static str),
    /// The database was written by a later version.
    #[error("the database was written by a newer version of the catalog")]
    Newer,
    /// An administrator's command of another version than the database's.
    #[error("the database is of another version of the catalog; start this one on it first")]
    OtherVersion,
    /// SQLite before 3.51.3 can corrupt a database in WAL mode.
    #[error("SQLite {0} is too old")]
    OldSqlite(&'static str),
    /// No certificate for TLS can be made.
    #[error("no certificate can be made")]
    Certificate,
    /// Nobody can listen there.
    #[error("cannot listen there")]
    Listen(#[source] io::Error),
    /// The pinning node does not start.
    #[error("the pinning node does not start")]
    Node(#[source] BlocksError),
    /// The program is ending.
    #[error("stopped while starting")]
    Stopped,
    /// No randomness.
    #[error("the system gives no randomness")]
    Randomness,
    /// Nobody has a workspace here.
    #[error("there is no workspace here to export")]
    Nothing,
    /// The file cannot be written or read.
    #[error("the export cannot be written or read")]
    Export(#[source] io::Error),
    /// What was to be imported is not taken.
    #[error(transparent)]
    Import(#[from] BadExport),
}

/// An open data directory. The lock lasts as long as this value.
pub(crate) struct Data {
    directory: PathBuf,
    _lock: File,
}

impl Data {
    /// Opens or makes it.
    pub(crate) fn open(directory: &Path) -> Result<Self, StartError> {
        make_private_directory(directory).map_err(StartError::Directory)?;
        let lock = private_file(&directory.join("lock"), OpenOptions::new().create(true).truncate(false).write(true));
        let lock = lock.map_err(StartError::Directory)?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { directory: directory.to_owned(), _lock: lock }),
            Err(TryLockError::WouldBlock) => Err(StartError::InUse),
            Err(TryLockError::Error(error)) => Err(StartError::Directory(error)),
        }
    }

    /// The database's file.
    pub(crate) fn database(&self) -> PathBuf {
        database(&self.directory)
    }

    /// The pinning node's repository.
    pub(crate) fn blocks(&self) -> PathBuf {
        blocks(&self.directory)
    }

    /// The identity key.
    pub(crate) fn identity(&self) -> Result<SigningKey, StartError> {
        Ok(SigningKey::from_seed(&self.seed("identity.key")?))
    }

    /// The seed of the pinning node's key.
    pub(crate) fn pinning(&self) -> Result<Zeroizing<[u8; 32]>, StartError> {
        self.seed("pinning.key")
    }

    /// Made at the first start only, which is before there is a database.
    fn seed(&self, name: &'static str) -> Result<Zeroizing<[u8; 32]>, StartError> {
        let path = self.directory.join(name);
        match read_seed(&path) {
            Ok(Some(seed)) => Ok(seed),
            Ok(None) => Err(StartError::Key(name)),
            Err(error) if error.kind() == io::ErrorKind::NotFound && !self.database().exists() => {
                let seed = make_seed()?;
                write_seed(&path, &seed).map_err(StartError::Directory)?;
                Ok(seed)
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Err(StartError::Key(name)),
            Err(error) => Err(StartError::Directory(error)),
        }
    }
}

/// The database's file in a data directory.
pub(crate) fn database(directory: &Path) -> PathBuf {
    directory.join("catalog.sqlite")
}

/// The pinning node's repository in a data directory.
pub(crate) fn blocks(directory: &Path) -> PathBuf {
    directory.join("blocks")
}

/// The seeds of both keys, as they lie in a data directory or a backup, in the order of [`KEYS`].
pub(crate) fn seeds(directory: &Path) -> Result<Seeds, StartError> {
    let read = |name| read_seed(&directory.join(name)).map_err(StartError::Directory)?.ok_or(StartError::Key(name));
    let [identity, pinning] = KEYS;
    Ok([read(identity)?, read(pinning)?])
}

/// Writes the seeds of both keys into a new data directory.
pub(crate) fn write_seeds(directory: &Path, seeds: &Seeds) -> Result<(), StartError> {
    for (name, seed) in KEYS.into_iter().zip(seeds) {
        write_seed(&directory.join(name), seed).map_err(StartError::Directory)?;
    }
    Ok(())
}

/// Seeds of keys that nobody has had before.
pub(crate) fn make_seeds() -> Result<Seeds, StartError> {
    Ok([make_seed()?, make_seed()?])
}

fn make_seed() -> Result<Zeroizing<[u8; 32]>, StartError> {
    let mut seed = Zeroizing::new([0; 32]);
    getrandom::fill(&mut *seed).map_err(|_| StartError::Randomness)?;
    Ok(seed)
}

/// `None` if the length is wrong.
fn read_seed(path: &Path) -> io::Result<Option<Zeroizing<[u8; 32]>>> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(64));
    File::open(path)?.take(33).read_to_end(&mut bytes)?;
    Ok(<[u8; 32]>::try_from(bytes.as_slice()).ok().map(Zeroizing::new))
}

/// Whole or not at all: written beside its place, synced, then moved there.
fn write_seed(path: &Path, seed: &[u8; 32]) -> io::Result<()> {
    let draft = path.with_extension("new");
    let mut file = private_file(&draft, OpenOptions::new().create(true).truncate(true).write(true))?;
    file.write_all(seed)?;
    file.sync_all()?;
    fs::rename(&draft, path)?;
    sync_directory(path.parent().unwrap_or(Path::new(".")))
}

#[cfg(unix)]
pub(crate) fn make_private_directory(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
    fs::DirBuilder::new().recursive(true).mode(0o700).create(path)?;
    fs::set_permissions(path, fs::Permissions::from_mode(0o700))
}

#[cfg(not(unix))]
pub(crate) fn make_private_directory(path: &Path) -> io::Result<()> {
    fs::create_dir_all(path)
}

#[cfg(unix)]
pub(crate) fn private_file(path: &Path, options: &mut OpenOptions) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt as _;
    options.mode(0o600).open(path)
}

#[cfg(not(unix))]
pub(crate) fn private_file(path: &Path, options: &mut OpenOptions) -> io::Result<File> {
    options.open(path)
}

#[cfg(unix)]
pub(crate) fn sync_directory(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}

#[cfg(not(unix))]
pub(crate) fn sync_directory(_path: &Path) -> io::Result<()> {
    Ok(())
}
