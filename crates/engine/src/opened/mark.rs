//! How a file looks from outside: enough to know, without reading it, that nobody touched it.

use std::fs::{self, Metadata};
use std::path::Path;

use serde::{Deserialize, Serialize};

/// A file that was saved in any way has another mark. One with another mark may still have the same content.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// Bytes.
    pub size: u64,
    /// Which file has the name; changes when another is renamed over it.
    inode: u64,
    /// Nanoseconds since 1970 of the last write.
    written: u64,
    /// The same of the last change of any kind, which no program can set.
    changed: u64,
}

impl Mark {
    /// Of a real file with this name; none if there is none, or if it is something else.
    pub fn of(path: &Path) -> Option<Self> {
        fs::symlink_metadata(path).ok().filter(Metadata::is_file).map(|metadata| Self::from(&metadata))
    }
}

#[cfg(unix)]
impl From<&Metadata> for Mark {
    fn from(metadata: &Metadata) -> Self {
        use std::os::unix::fs::MetadataExt as _;
        let nanoseconds = |seconds: i64, rest: i64| {
            seconds.cast_unsigned().wrapping_mul(1_000_000_000).wrapping_add(rest.cast_unsigned())
        };
        Self {
            size: metadata.len(),
            inode: metadata.ino(),
            written: nanoseconds(metadata.mtime(), metadata.mtime_nsec()),
            changed: nanoseconds(metadata.ctime(), metadata.ctime_nsec()),
        }
    }
}

#[cfg(not(unix))]
impl From<&Metadata> for Mark {
    fn from(metadata: &Metadata) -> Self {
        let written = metadata.modified().ok().and_then(|time| time.duration_since(std::time::UNIX_EPOCH).ok());
        let written = written.map_or(0, |since| since.as_nanos() as u64);
        Self { size: metadata.len(), inode: 0, written, changed: written }
    }
}
