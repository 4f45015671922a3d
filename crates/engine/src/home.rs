//! The home directory: where everything of one account on one computer lies.
//!
//! ```text
//! account.json   public state: ids, own name, the workspace's name, the catalog's address
//! slots.cbor     key slots: ways to open the device key
//! device.sealed  the device's secret keys, under the device key
//! index.sealed   the index key, under the device key
//! index.db       the index (SQLCipher)
//! blocks/        the node's repository: ciphertext only
//! opened/        opened files, where no memory-backed place has room
//! lock           held by the process that has the home
//! ```

use std::fs::{self, File, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use valise_protocol::ids::{AccountId, DeviceId, WorkspaceId};

use crate::error::EngineError;

/// A home that this process holds.
pub struct Home {
    root: PathBuf,
    _lock: File,
}

/// What may be known while locked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Public {
    /// Format of this file, 1.
    pub version: u32,
    /// The workspace.
    pub workspace: WorkspaceId,
    /// The account.
    pub account: AccountId,
    /// This device.
    pub device: DeviceId,
    /// Own display name.
    pub name: String,
    /// The workspace's name.
    pub workspace_name: String,
    /// The catalog's address, once there is one.
    pub catalog: Option<CatalogAddress>,
    /// Who invited, while not let in yet.
    pub waiting: Option<WaitingFor>,
}

/// Where the catalog answers, and the key it must prove.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CatalogAddress {
    /// `http://host:port`
    pub url: String,
    /// Its identity key.
    pub key: valise_protocol::sign::VerifyKey,
}

/// Who lets us in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WaitingFor {
    /// The inviter's name.
    pub inviter: String,
    /// The folder's name.
    pub folder: Option<String>,
}

impl Home {
    /// Takes a home; makes the directory if it is not there.
    pub fn take(root: &Path) -> Result<Self, EngineError> {
        private_dir(root)?;
        let lock = OpenOptions::new().create(true).truncate(false).write(true).open(root.join("lock"))?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { root: root.to_owned(), _lock: lock }),
            Err(fs::TryLockError::WouldBlock) => Err(EngineError::InUse),
            Err(fs::TryLockError::Error(error)) => Err(error.into()),
        }
    }

    /// Public state; none before the first run.
    pub fn public(&self) -> Result<Option<Public>, EngineError> {
        let Some(bytes) = self.read("account.json")? else { return Ok(None) };
        let public: Public = serde_json::from_slice(&bytes).map_err(|_| EngineError::HomeDamaged("account.json"))?;
        if public.version != 1 {
            return Err(EngineError::UpdateNeeded);
        }
        Ok(Some(public))
    }

    /// Writes public state. Its presence says that the first run is complete.
    pub fn set_public(&self, public: &Public) -> Result<(), EngineError> {
        let bytes = serde_json::to_vec_pretty(public).map_err(|_| EngineError::Internal("public state"))?;
        self.write("account.json", &bytes)
    }

    /// A small file, whole; none if it is not there.
    pub fn read(&self, name: &str) -> Result<Option<Vec<u8>>, EngineError> {
        match fs::read(self.root.join(name)) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Replaces a small file: on disk under its name wholly, or not at all.
    pub fn write(&self, name: &str, bytes: &[u8]) -> Result<(), EngineError> {
        let temporary = self.root.join(format!("{name}.tmp"));
        let mut file = private_file(&temporary)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&temporary, self.root.join(name))?;
        File::open(&self.root)?.sync_all()?;
        Ok(())
    }

    /// The index.
    pub fn index(&self) -> PathBuf {
        self.root.join("index.db")
    }

    /// The node's repository.
    pub fn blocks(&self) -> PathBuf {
        self.root.join("blocks")
    }

    /// The directory itself.
    pub fn root(&self) -> &Path {
        &self.root
    }
}

/// A directory that only its owner may enter.
pub fn private_dir(path: &Path) -> Result<(), EngineError> {
    fs::create_dir_all(path)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        fs::set_permissions(path, fs::Permissions::from_mode(0o700))?;
    }
    Ok(())
}

/// A new file that only its owner may read, truncated if it was there.
pub fn private_file(path: &Path) -> Result<File, EngineError> {
    let mut options = OpenOptions::new();
    options.create(true).truncate(true).write(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    Ok(options.open(path)?)
}
