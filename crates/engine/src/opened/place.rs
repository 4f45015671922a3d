//! Private places for opened files: directories that only this person may enter, in memory where there is some.
//!
//! Which file system is memory is asked of the system: `XDG_RUNTIME_DIR` and `/dev/shm` count only if they are tmpfs.
//! `VALISE_OPENED_DIR` names a place in their stead. A computer that offers neither (macOS, Windows) gets
//! `opened/` in the home: there, what was opened has been on the disk.

use std::fs;
use std::path::{Path, PathBuf};

use crate::error::EngineError;
use crate::home::private_dir;

/// Room that is left free for the programs and for the rest of the computer.
const KEEP_FREE: u64 = 16 << 20;

/// Roots of opened files, best first.
pub struct Places {
    roots: Vec<PathBuf>,
}

impl Places {
    /// For a home.
    pub fn of(home: &Path) -> Self {
        let tag = home.canonicalize().unwrap_or_else(|_| home.to_owned());
        let name = format!("valise-{:016x}", fnv(tag.as_os_str().as_encoded_bytes()));
        // The system names what processes hold by real paths, without links.
        let real = |place: PathBuf| place.canonicalize().unwrap_or(place).join(&name);
        let roots = match variable("VALISE_OPENED_DIR") {
            Some(chosen) => vec![real(chosen)],
            None => memory().into_iter().map(real).collect(),
        };
        Self { roots: if roots.is_empty() { vec![tag.join("opened")] } else { roots } }
    }

    /// At these roots.
    #[cfg(test)]
    pub fn at(roots: Vec<PathBuf>) -> Self {
        Self { roots }
    }

    /// A root with room for so many bytes. A file that may be changed needs room for a second copy: programs write the
    /// new one beside the old one.
    pub fn with_room(&self, size: u64, writable: bool) -> Result<&Path, EngineError> {
        let needed = if writable { size.saturating_mul(2) } else { size }.saturating_add(KEEP_FREE);
        let mut refused = EngineError::TooLargeToOpen;
        for root in &self.roots {
            match private_root(root) {
                Ok(()) if free_space(root).is_none_or(|free| free >= needed) => return Ok(root),
                Ok(()) => {}
                Err(error) => refused = error,
            }
        }
        Err(refused)
    }

    /// Directories in all roots.
    pub fn directories(&self) -> Vec<PathBuf> {
        let below = |root: &PathBuf| fs::read_dir(root).into_iter().flatten().flatten().map(|entry| entry.path());
        self.roots.iter().flat_map(below).collect()
    }

    /// Removes the roots themselves, those that are empty.
    pub fn tidy(&self) {
        for root in &self.roots {
            let _ = fs::remove_dir(root);
        }
    }
}

/// A root of ours: a real directory, and this person's. `/dev/shm` is everybody's, so somebody else may have taken the
/// name.
fn private_root(root: &Path) -> Result<(), EngineError> {
    if let Ok(found) = fs::symlink_metadata(root)
        && !(found.is_dir() && is_own(&found))
    {
        return Err(EngineError::NotAllowed("Somebody else has taken the private place for opened files."));
    }
    private_dir(root)
}

#[cfg(unix)]
fn is_own(found: &fs::Metadata) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    found.uid() == rustix::process::geteuid().as_raw()
}

#[cfg(not(unix))]
fn is_own(_: &fs::Metadata) -> bool {
    true
}

/// Memory-backed directories in which this person may make one.
fn memory() -> Vec<PathBuf> {
    let candidates = [variable("XDG_RUNTIME_DIR"), Some(PathBuf::from("/dev/shm"))];
    candidates.into_iter().flatten().filter(|place| place.is_dir() && is_memory(place)).collect()
}

/// Whether opened files lie in memory here.
pub fn is_in_memory() -> bool {
    match variable("VALISE_OPENED_DIR") {
        Some(chosen) => is_memory(&chosen),
        None => !memory().is_empty(),
    }
}

#[cfg(target_os = "linux")]
fn is_memory(place: &Path) -> bool {
    const TMPFS: rustix::fs::FsWord = 0x0102_1994;
    rustix::fs::statfs(place).is_ok_and(|stats| stats.f_type == TMPFS)
}

#[cfg(not(target_os = "linux"))]
fn is_memory(_: &Path) -> bool {
    false
}

fn variable(name: &str) -> Option<PathBuf> {
    std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute())
}

/// Bytes free on the file system of a path, for this person.
pub fn free_space(path: &Path) -> Option<u64> {
    let stats = rustix::fs::statvfs(path).ok()?;
    Some(stats.f_bavail.saturating_mul(stats.f_frsize))
}

/// Removes a directory with everything in it, also one that nobody may write to.
pub fn remove(directory: &Path) {
    let result = writable_dir(directory).and_then(|()| fs::remove_dir_all(directory));
    match result {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            tracing::warn!(kind = ?error.kind(), "an opened file could not be removed");
        }
        _ => {}
    }
}

/// Only its owner may enter, and put things into it.
pub fn writable_dir(directory: &Path) -> std::io::Result<()> {
    set_mode(directory, 0o700)
}

/// Only its owner may enter, and nobody put things into it.
pub fn read_only_dir(directory: &Path) -> std::io::Result<()> {
    set_mode(directory, 0o500)
}

#[cfg(unix)]
fn set_mode(directory: &Path, mode: u32) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(directory, fs::Permissions::from_mode(mode))
}

#[cfg(not(unix))]
fn set_mode(_: &Path, _: u32) -> std::io::Result<()> {
    Ok(())
}

/// A stable short tag for a path; not a secret.
fn fnv(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_no_room_is_refused_and_a_change_needs_twice_the_room() {
        let home = tempfile::tempdir().unwrap();
        let places = Places::at(vec![home.path().join("opened")]);
        private_dir(&home.path().join("opened")).unwrap();
        let free = free_space(home.path()).unwrap();
        assert!(places.with_room(1000, true).is_ok());
        assert!(matches!(places.with_room(free, false), Err(EngineError::TooLargeToOpen)));
        let most_of_it = free / 3 * 2;
        assert!(places.with_room(most_of_it, false).is_ok());
        assert!(matches!(places.with_room(most_of_it, true), Err(EngineError::TooLargeToOpen)));
    }

    #[cfg(unix)]
    #[test]
    fn a_link_in_its_place_is_not_followed() {
        let home = tempfile::tempdir().unwrap();
        let (elsewhere, root) = (home.path().join("elsewhere"), home.path().join("root"));
        fs::create_dir(&elsewhere).unwrap();
        std::os::unix::fs::symlink(&elsewhere, &root).unwrap();
        assert!(matches!(Places::at(vec![root]).with_room(1, false), Err(EngineError::NotAllowed(_))));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_disk_is_not_memory() {
        assert!(!is_memory(Path::new("/proc")));
        assert!(memory().iter().all(|place| is_memory(place)));
    }
}
