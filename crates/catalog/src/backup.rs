//! A copy of what a catalog keeps, made while it runs, and a catalog made from such a copy.
//!
//! A backup is a directory: the database in one file, both keys, and the pinning node's blocks if asked for. Whoever has
//! it can stand in for the catalog: it is readable by its owner alone, as the data directory is. It is there whole or not
//! at all.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use crate::data::{self, KEYS, StartError, make_private_directory, private_file, sync_directory};
use crate::db;
use crate::state::State;

/// Copies a catalog's data into a new directory. With `blocks`, what the pinning node keeps, too: after the database, so
/// that everything it names is there, but for what is dropped meanwhile.
pub fn backup(directory: &Path, to: &Path, blocks: bool) -> Result<(), StartError> {
    finish(&draft(directory, to, blocks)?, to)
}

/// The whole copy, beside where it is to be.
pub(crate) fn draft(directory: &Path, to: &Path, blocks: bool) -> Result<PathBuf, StartError> {
    let draft = begin(to)?;
    let copy = data::database(&draft);
    let name = copy.to_str().ok_or_else(|| directory_error(io::ErrorKind::InvalidInput))?;
    // The file is there before SQLite writes into it, so it is nobody else's at any time.
    private_file(&copy, OpenOptions::new().create_new(true).write(true)).map_err(StartError::Directory)?;
    db::open_beside(&data::database(directory))?.execute("VACUUM INTO ?", [name])?;
    sync(&copy)?;
    for key in KEYS {
        copy_file(&directory.join(key), &draft.join(key))?;
    }
    if blocks {
        copy_all(&data::blocks(directory), &data::blocks(&draft))?;
    }
    Ok(draft)
}

/// Makes a data directory, which must not be there or empty, from a backup. Everything in it is verified first. Without
/// blocks the pinning node holds nothing any more: it fetches everything again, from those who have it.
pub fn restore(from: &Path, directory: &Path) -> Result<(), StartError> {
    let draft = begin(directory)?;
    for key in KEYS {
        copy_file(&from.join(key), &draft.join(key))?;
    }
    copy_file(&data::database(from), &data::database(&draft))?;
    let blocks = data::blocks(from).exists();
    if blocks {
        copy_all(&data::blocks(from), &data::blocks(&draft))?;
    }
    let database = db::open(&data::database(&draft))?;
    State::load(&database)?;
    if !blocks {
        db::pins::forget_held(&database)?;
    }
    database.close().map_err(|(_, error)| error)?;
    sync(&data::database(&draft))?;
    finish(&draft, directory)
}

/// A directory beside the one that is to be, which is not there yet or empty.
pub(crate) fn begin(to: &Path) -> Result<PathBuf, StartError> {
    match fs::read_dir(to).map(|mut entries| entries.next().is_some()) {
        Ok(true) => return Err(directory_error(io::ErrorKind::AlreadyExists)),
        Ok(false) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(StartError::Directory(error)),
    }
    let mut name = OsString::from(to.file_name().ok_or_else(|| directory_error(io::ErrorKind::InvalidInput))?);
    name.push(".part");
    let draft = to.with_file_name(name);
    if draft.exists() {
        // Of a run that was cut short.
        fs::remove_dir_all(&draft).map_err(StartError::Directory)?;
    }
    make_private_directory(&draft).map_err(StartError::Directory)?;
    Ok(draft)
}

/// Gives the copy its name.
pub(crate) fn finish(draft: &Path, to: &Path) -> Result<(), StartError> {
    let moved = sync_directory(draft).and_then(|()| fs::rename(draft, to));
    let parent = to.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    moved.and_then(|()| sync_directory(parent)).map_err(StartError::Directory)
}

fn directory_error(kind: io::ErrorKind) -> StartError {
    StartError::Directory(kind.into())
}

fn copy_all(from: &Path, to: &Path) -> Result<(), StartError> {
    make_private_directory(to).map_err(StartError::Directory)?;
    for entry in fs::read_dir(from).map_err(StartError::Directory)? {
        let entry = entry.map_err(StartError::Directory)?;
        let (path, target) = (entry.path(), to.join(entry.file_name()));
        match entry.file_type().map_err(StartError::Directory)? {
            kind if kind.is_dir() => copy_all(&path, &target)?,
            kind if kind.is_file() => copy_if_there(&path, &target)?,
            _ => {}
        }
    }
    sync_directory(to).map_err(StartError::Directory)
}

/// What the running node deletes or renames meanwhile is not missed.
fn copy_if_there(from: &Path, to: &Path) -> Result<(), StartError> {
    match copy_file(from, to) {
        Err(StartError::Directory(error)) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        done => done,
    }
}

fn copy_file(from: &Path, to: &Path) -> Result<(), StartError> {
    let copy = || {
        let mut source = File::open(from)?;
        let mut target = private_file(to, OpenOptions::new().create_new(true).write(true))?;
        io::copy(&mut source, &mut target)?;
        target.sync_all()
    };
    copy().map_err(StartError::Directory)
}

pub(crate) fn sync(path: &Path) -> Result<(), StartError> {
    File::open(path).and_then(|file| file.sync_all()).map_err(StartError::Directory)
}
