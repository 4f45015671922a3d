//! What a drop consists of: files and directories below the given paths. Links and devices are left out.

use std::fs;
use std::path::{Path, PathBuf};

use tokio_util::sync::CancellationToken;

use valise_protocol::names;

use crate::error::EngineError;

/// A file or directory that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Where it lies.
    pub path: PathBuf,
    /// Its name, as it will be in the folder.
    pub name: String,
    /// Index of its directory in the list; none at the top.
    pub parent: Option<usize>,
    /// A directory, or a file of so many bytes.
    pub kind: FoundKind,
}

/// See [`Found`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "named for what they are")]
pub enum FoundKind {
    Directory,
    File { size: u64 },
}

/// Everything below some paths, directories before what is in them.
#[derive(Debug, Default)]
pub struct Walked {
    /// What was found.
    pub found: Vec<Found>,
    /// What was left out, with the reason.
    pub left_out: Vec<String>,
}

/// Walks. Blocks: not for the runtime's threads.
pub fn walk(paths: &[PathBuf], cancel: &CancellationToken) -> Result<Walked, EngineError> {
    let mut walked = Walked::default();
    let mut open: Vec<(PathBuf, Option<usize>)> = paths.iter().rev().map(|path| (path.clone(), None)).collect();
    while let Some((path, parent)) = open.pop() {
        if cancel.is_cancelled() {
            return Err(EngineError::Cancelled);
        }
        match look(&path, parent.is_none()) {
            Ok((name, kind)) => {
                walked.found.push(Found { path: path.clone(), name, parent, kind });
                if kind == FoundKind::Directory {
                    let index = walked.found.len() - 1;
                    open.extend(
                        children(&path, &mut walked.left_out).into_iter().rev().map(|path| (path, Some(index))),
                    );
                }
            }
            Err(reason) => walked.left_out.push(format!("{}: {reason}", shown(&path))),
        }
    }
    Ok(walked)
}

/// A link that was given itself is followed once; a link found inside a directory is not.
fn look(path: &Path, given: bool) -> Result<(String, FoundKind), String> {
    let metadata = if given { fs::metadata(path) } else { fs::symlink_metadata(path) };
    let metadata = metadata.map_err(|error| error.to_string())?;
    let name = path.file_name().map(|name| name.to_os_string());
    let name = match name {
        Some(name) => name,
        None => path
            .canonicalize()
            .ok()
            .and_then(|path| path.file_name().map(|name| name.to_os_string()))
            .unwrap_or_default(),
    };
    let name = name.to_str().ok_or("its name is not Unicode")?;
    let name = names::normalize(name).ok_or("its name cannot be used on every system")?;
    if metadata.is_dir() {
        Ok((name, FoundKind::Directory))
    } else if metadata.is_file() {
        Ok((name, FoundKind::File { size: metadata.len() }))
    } else if metadata.is_symlink() {
        Err("it is a link".into())
    } else {
        Err("it is neither a file nor a directory".into())
    }
}

fn children(path: &Path, left_out: &mut Vec<String>) -> Vec<PathBuf> {
    match fs::read_dir(path) {
        Ok(entries) => {
            let mut paths: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
            paths.sort();
            paths
        }
        Err(error) => {
            left_out.push(format!("{}: {error}", shown(path)));
            Vec::new()
        }
    }
}

fn shown(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}
