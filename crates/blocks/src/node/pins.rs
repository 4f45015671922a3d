//! Pins: one file a root, which lists every block the root keeps.
//!
//! rust-ipfs has pins of its own; ours are not those. Its recursive pin reads and hashes every block once
//! more, one after the other, answers Ok with blocks missing, and keeps a set for every block in memory.
//! Ours is written from what the add or the walk has just seen, in the same group commit.
//!
//! A pin file: the magic, then 33 bytes a block (1 for an inner node or 0 for a leaf, then the digest),
//! then the SHA-256 of all that. One that does not read right stops a collection: what it kept is unknown.
//! A root that is a leaf keeps itself alone: its name says all, and its file is a hard link to the block,
//! which costs a small add half of what a second file would.

use std::collections::HashSet;
use std::fs;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use cid::Cid;

use super::blocking;
use super::files::{Files, Staged, absent_is_fine, sync_directory};
use crate::dag::walk::Found;
use crate::dag::{self, Key};
use crate::error::BlocksError;

const MAGIC: &[u8; 8] = b"vlspin\0\x01";
const ENTRY: usize = 33;
const DIGEST: usize = 32;

/// Where the pin of a root stands.
pub(super) fn path(files: &Files, root: &Cid) -> PathBuf {
    files.pins().join(format!("{root}.pin"))
}

/// A pin which has not got its name yet.
pub(super) struct Pin {
    pub(super) name: PathBuf,
    content: Content,
    /// There was none of that name before.
    made: bool,
}

enum Content {
    /// A list of blocks.
    List(Staged),
    /// The leaf itself.
    Leaf(PathBuf),
}

impl Pin {
    /// Of a root and all that was found below it.
    pub(super) async fn make(files: &Arc<Files>, root: Cid, found: &Found) -> Result<Self, BlocksError> {
        let name = path(files, &root);
        let content = if Key::of(&root)?.inner {
            let (files, name, bytes) = (files.clone(), name.clone(), encode(&found.lock()));
            Content::List(blocking(move || Ok(files.stage(name, &bytes)?)).await?)
        } else {
            Content::Leaf(files.block(&root))
        };
        Ok(Self { name, content, made: false })
    }

    /// What has to be synced before it gets its name.
    pub(super) fn unsynced(&self) -> Option<PathBuf> {
        match &self.content {
            Content::List(staged) => Some(staged.temporary.clone()),
            Content::Leaf(_) => None,
        }
    }

    /// Gives it its name. Blocking.
    pub(super) fn place(&mut self) -> io::Result<()> {
        let before = self.name.try_exists()?;
        match &mut self.content {
            Content::List(staged) => staged.place().map(drop)?,
            Content::Leaf(_) if before => {}
            Content::Leaf(block) => fs::hard_link(block, &self.name)?,
        }
        self.made = !before;
        Ok(())
    }

    /// Takes the name away again, unless the root was pinned before. Blocking.
    pub(super) fn undo(&self) -> Result<(), BlocksError> {
        if self.made { absent_is_fine(fs::remove_file(&self.name)) } else { Ok(()) }
    }
}

/// Removes a pin. Blocking.
pub(super) fn remove(files: &Files, root: &Cid) -> Result<(), BlocksError> {
    absent_is_fine(fs::remove_file(path(files, root)))?;
    Ok(sync_directory(&files.pins())?)
}

/// All pinned roots. Blocking.
pub(super) fn list(files: &Files) -> Result<Vec<Cid>, BlocksError> {
    let mut roots = Vec::new();
    for entry in fs::read_dir(files.pins())? {
        let name = entry?.file_name();
        roots.extend(name.to_str().and_then(|name| name.strip_suffix(".pin")?.parse::<Cid>().ok()));
    }
    Ok(roots)
}

/// Every block that a pin keeps. Blocking.
pub(super) fn kept(files: &Files) -> Result<HashSet<Key>, BlocksError> {
    let mut keys = HashSet::new();
    for root in list(files)? {
        let key = Key::of(&root)?;
        if !key.inner {
            keys.insert(key);
            continue;
        }
        let bytes = fs::read(path(files, &root))?;
        keys.extend(decode(&bytes).ok_or(BlocksError::Damaged { cid: root })?);
    }
    Ok(keys)
}

fn encode(keys: &HashSet<Key>) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(MAGIC.len() + keys.len() * ENTRY + DIGEST);
    bytes.extend_from_slice(MAGIC);
    for key in keys {
        bytes.push(u8::from(key.inner));
        bytes.extend_from_slice(&key.digest);
    }
    let digest = dag::digest(&bytes);
    bytes.extend_from_slice(&digest);
    bytes
}

fn decode(bytes: &[u8]) -> Option<Vec<Key>> {
    let (signed, digest) = bytes.split_at_checked(bytes.len().checked_sub(DIGEST)?)?;
    let entries = signed.strip_prefix(MAGIC)?.chunks_exact(ENTRY);
    if dag::digest(signed) != digest || !entries.remainder().is_empty() {
        return None;
    }
    entries
        .map(|entry| {
            let (kind, digest) = entry.split_first()?;
            Some(Key { inner: *kind == 1, digest: digest.try_into().ok()? })
        })
        .collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_pin_reads_back_and_every_flipped_bit_shows() {
        let keys = HashSet::from([Key { inner: true, digest: [1; 32] }, Key { inner: false, digest: [2; 32] }]);
        let mut bytes = encode(&keys);
        assert!(decode(&bytes).unwrap().into_iter().collect::<HashSet<_>>() == keys);
        for at in 0..bytes.len() {
            bytes[at] ^= 1;
            assert!(decode(&bytes).is_none(), "byte {at}");
            bytes[at] ^= 1;
        }
        assert!(decode(&bytes[..bytes.len() - 33]).is_none());
        assert!(decode(b"").is_none());
    }
}
