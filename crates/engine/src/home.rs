//! The home directory: where everything of one account on one computer lies.
//!
//! ```text
//! account.json   public state: ids, own name, the workspace's name, the catalog's address
//! settings.json  what was chosen for this computer
//! slots.cbor     key slots: ways to open the device key
//! device.sealed  the device's secret keys, under the device key
//! device.before  those of the device that this one takes the place of, until the catalog knows this one
//! index.sealed   the index key, under the device key
//! index.db       the index (SQLCipher)
//! blocks/        the node's repository: ciphertext only
//! opened/        opened files, where no memory-backed place has room
//! next/          while keys begin anew: the files that take the place of the old ones, all of them or none
//! asked.cbor     while officers are asked to help with a recovery: the keys of the device that asks, sealed
//! rehearsal/     while a recovery is rehearsed: a copy of the files above
//! erasing        while the account is removed from this computer
//! lock           held by the process that has the home
//! socket         where that process hears commands, if it stays: `engine/src/socket/`
//! ```

use std::fs::{self, File, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use valise_protocol::ids::{AccountId, DeviceId, WorkspaceId};

use crate::api::Settings;
use crate::error::EngineError;

/// Key slots.
pub const SLOTS: &str = "slots.cbor";
/// The device's secret keys.
pub const SECRETS: &str = "device.sealed";
/// The index key.
pub const INDEX_KEY: &str = "index.sealed";
/// Secret keys of the device before this one, until the catalog knows this one.
pub const BEFORE: &str = "device.before";
/// A request for a recovery, and the sealed keys of the device that made it.
pub const ASKED: &str = "asked.cbor";
/// Public state.
pub const PUBLIC: &str = "account.json";
const SETTINGS: &str = "settings.json";
const INDEX: &str = "index.db";
/// The account is being removed from this computer.
const ERASING: &str = "erasing";
/// A copy of this home, while something is tried out in it.
const REHEARSAL: &str = "rehearsal";
/// Files that will take the place of those of the same name: complete if it is there.
const NEXT: &str = "next";

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
    /// Devices that it took the place of, in this home.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub earlier: Vec<DeviceId>,
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
    /// `https://host:port`
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

impl Public {
    /// As it is written.
    pub fn to_bytes(&self) -> Result<Vec<u8>, EngineError> {
        serde_json::to_vec_pretty(self).map_err(|_| EngineError::Internal("public state"))
    }
}

impl Home {
    /// Takes a home; makes the directory if it is not there.
    pub fn take(root: &Path) -> Result<Self, EngineError> {
        private_dir(root)?;
        let lock = OpenOptions::new().create(true).truncate(false).write(true).open(root.join("lock"))?;
        match lock.try_lock() {
            Ok(()) => {
                let home = Self { root: root.to_owned(), _lock: lock };
                home.finish_erasing()?;
                home.finish_replacing()?;
                home.end_rehearsal()?;
                Ok(home)
            }
            Err(fs::TryLockError::WouldBlock) => Err(EngineError::InUse),
            Err(fs::TryLockError::Error(error)) => Err(error.into()),
        }
    }

    /// Public state; none before the first run.
    pub fn public(&self) -> Result<Option<Public>, EngineError> {
        let Some(bytes) = self.read(PUBLIC)? else { return Ok(None) };
        let public: Public = serde_json::from_slice(&bytes).map_err(|_| EngineError::HomeDamaged(PUBLIC))?;
        if public.version != 1 {
            return Err(EngineError::UpdateNeeded);
        }
        Ok(Some(public))
    }

    /// Writes public state. Its presence says that the first run is complete.
    pub fn set_public(&self, public: &Public) -> Result<(), EngineError> {
        self.write(PUBLIC, &public.to_bytes()?)
    }

    /// What was chosen for this computer. What cannot be read is as good as not chosen.
    pub fn settings(&self) -> Result<Settings, EngineError> {
        let bytes = self.read(SETTINGS)?;
        Ok(bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default())
    }

    /// Chooses.
    pub fn set_settings(&self, settings: &Settings) -> Result<(), EngineError> {
        let bytes = serde_json::to_vec_pretty(settings).map_err(|_| EngineError::Internal("settings"))?;
        self.write(SETTINGS, &bytes)
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
        write(&self.root, name, bytes)
    }

    /// Removes a small file; it need not be there.
    pub fn remove(&self, name: &str) -> Result<(), EngineError> {
        remove_file(&self.root.join(name))
    }

    /// Replaces several files, the index perhaps among them, all of them or none. The index must be closed.
    pub fn replace(&self, fill: impl FnOnce(&Next) -> Result<(), EngineError>) -> Result<(), EngineError> {
        let next = Next { root: self.root.join("next.tmp") };
        remove_dir(&next.root)?;
        private_dir(&next.root)?;
        if let Err(error) = fill(&next).and_then(|()| next.settle()) {
            let _ = remove_dir(&next.root);
            return Err(error);
        }
        fs::rename(&next.root, self.root.join(NEXT))?;
        File::open(&self.root)?.sync_all()?;
        self.finish_replacing()
    }

    /// A copy of this home, without its blocks, for trying something out. `copy_index` writes the index there.
    pub fn rehearse(&self, copy_index: impl FnOnce(&Path) -> Result<(), EngineError>) -> Result<Self, EngineError> {
        self.end_rehearsal()?;
        let root = self.root.join(REHEARSAL);
        private_dir(&root)?;
        for name in [SLOTS, SECRETS, BEFORE, INDEX_KEY, PUBLIC] {
            if let Some(bytes) = self.read(name)? {
                write(&root, name, &bytes)?;
            }
        }
        copy_index(&root.join(INDEX))?;
        Self::take(&root)
    }

    /// Removes the copy, if there is one.
    pub fn end_rehearsal(&self) -> Result<(), EngineError> {
        remove_dir(&self.root.join(REHEARSAL))
    }

    /// What was complete when it was cut short is finished: nothing is opened before that.
    pub fn finish_replacing(&self) -> Result<(), EngineError> {
        remove_dir(&self.root.join("next.tmp"))?;
        let next = self.root.join(NEXT);
        let files = match fs::read_dir(&next) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
            files => files?,
        };
        if next.join(INDEX).exists() {
            // They are of the file that goes.
            self.remove_beside_index()?;
        }
        for file in files {
            let name = file?.file_name();
            fs::rename(next.join(&name), self.root.join(&name))?;
        }
        File::open(&self.root)?.sync_all()?;
        remove_dir(&next)
    }

    fn remove_beside_index(&self) -> Result<(), EngineError> {
        for suffix in ["-wal", "-shm"] {
            remove_file(&self.root.join(format!("{INDEX}{suffix}")))?;
        }
        Ok(())
    }

    /// Removes everything that is the account's, ways in first. Cut short, it goes on when the home is taken next.
    pub fn erase(&self) -> Result<(), EngineError> {
        write(&self.root, ERASING, b"")?;
        self.finish_erasing()
    }

    fn finish_erasing(&self) -> Result<(), EngineError> {
        if !self.root.join(ERASING).exists() {
            return Ok(());
        }
        for name in [SLOTS, SECRETS, BEFORE, INDEX_KEY, PUBLIC, SETTINGS, ASKED] {
            self.remove(name)?;
        }
        self.remove_index()?;
        for dir in ["next.tmp", NEXT, REHEARSAL, "blocks", "opened"] {
            remove_dir(&self.root.join(dir))?;
        }
        // What a killed write left beside.
        for file in fs::read_dir(&self.root)? {
            let file = file?;
            if file.file_name().to_string_lossy().ends_with(".tmp") {
                remove_file(&file.path())?;
            }
        }
        crate::opened::erase(&self.root);
        File::open(&self.root)?.sync_all()?;
        self.remove(ERASING)
    }

    /// Removes the index. One of a first run that was cut short can be opened by nobody.
    pub fn remove_index(&self) -> Result<(), EngineError> {
        self.remove_beside_index()?;
        remove_file(&self.index())
    }

    /// Whether the window hosts a catalog here: that one and this home are lost together.
    pub fn hosts_catalog(&self) -> bool {
        self.root.join("catalog").exists()
    }

    /// The index.
    pub fn index(&self) -> PathBuf {
        self.root.join(INDEX)
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

/// Files that will take the place of others.
pub struct Next {
    root: PathBuf,
}

impl Next {
    /// A small file.
    pub fn write(&self, name: &str, bytes: &[u8]) -> Result<(), EngineError> {
        write(&self.root, name, bytes)
    }

    /// Where the index will come from.
    pub fn index(&self) -> PathBuf {
        self.root.join(INDEX)
    }

    /// All of it on the disk, and the index in one file.
    fn settle(&self) -> Result<(), EngineError> {
        for file in fs::read_dir(&self.root)? {
            let file = file?;
            if file.file_name().to_string_lossy().starts_with("index.db-") {
                return Err(EngineError::Internal("the index is in several files"));
            }
            File::open(file.path())?.sync_all()?;
        }
        File::open(&self.root)?.sync_all()?;
        Ok(())
    }
}

fn write(root: &Path, name: &str, bytes: &[u8]) -> Result<(), EngineError> {
    let temporary = root.join(format!("{name}.tmp"));
    let mut file = private_file(&temporary)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&temporary, root.join(name))?;
    File::open(root)?.sync_all()?;
    Ok(())
}

fn remove_file(path: &Path) -> Result<(), EngineError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error.into()),
        _ => Ok(()),
    }
}

fn remove_dir(path: &Path) -> Result<(), EngineError> {
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error.into()),
        _ => Ok(()),
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

#[cfg(test)]
mod tests {
    use super::*;

    fn names(root: &Path) -> Vec<String> {
        let entries = fs::read_dir(root).unwrap();
        let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    /// Cut short before all of it is written: the old files stay. After: the new ones take their place, in whatever
    /// order, however often it is cut short again.
    #[test]
    fn files_are_replaced_all_or_none() {
        let root = tempfile::tempdir().unwrap();
        let home = Home::take(root.path()).unwrap();
        for name in [SLOTS, SECRETS, INDEX, "index.db-wal"] {
            fs::write(root.path().join(name), "old").unwrap();
        }
        home.replace(|next| {
            next.write(SLOTS, b"new")?;
            Err(EngineError::Internal("the disk is full"))
        })
        .unwrap_err();
        drop(home);
        let home = Home::take(root.path()).unwrap();
        assert_eq!(names(root.path()), ["device.sealed", "index.db", "index.db-wal", "lock", "slots.cbor"]);
        assert_eq!(home.read(SLOTS).unwrap().unwrap(), b"old");
        drop(home);

        // Complete, and killed after one of the files was moved.
        fs::create_dir(root.path().join(NEXT)).unwrap();
        for name in [SECRETS, INDEX] {
            fs::write(root.path().join(NEXT).join(name), "new").unwrap();
        }
        fs::write(root.path().join(SLOTS), "new").unwrap();
        let home = Home::take(root.path()).unwrap();
        for name in [SLOTS, SECRETS, INDEX] {
            assert_eq!(home.read(name).unwrap().unwrap(), b"new", "{name}");
        }
        assert_eq!(names(root.path()), ["device.sealed", "index.db", "lock", "slots.cbor"]);

        home.replace(|next| next.write(SLOTS, b"newer")).unwrap();
        assert_eq!(home.read(SLOTS).unwrap().unwrap(), b"newer");
        assert_eq!(names(root.path()), ["device.sealed", "index.db", "lock", "slots.cbor"]);
    }
}
