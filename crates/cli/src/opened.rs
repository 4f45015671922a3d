//! Files in their own programs, their versions, and the end of the trash.

use std::io::{IsTerminal as _, Write as _};
use std::path::Path;

use tokio::process::Command;
use valise_engine::api::{ApiError, DekId, Details, EntryKind, ErrorCode, Hit, Reply, Request, Role, Version};

use crate::args::Edit;
use crate::commands::{await_held, settle, trashed};
use crate::interrupt::Interrupt;
use crate::output::{self, print, shown};
use crate::paths::{self, Place, find};
use crate::session::{Session, fault, unexpected};

/// Opens a file, waits for its program, and keeps what was saved. Each save becomes a version at once; what was saved
/// last is kept before this ends.
pub async fn edit(session: &Session, json: bool, command: &Edit) -> Result<(), ApiError> {
    let place = find(session, &command.path).await?;
    let (folder, entry) = (place.folder.id, place.entry()?.id);
    let path = match session.ask(Request::Open { folder, entry, version: None }).await? {
        Reply::Path(path) => path,
        other => return Err(unexpected(&other)),
    };
    if place.folder.role == Role::Viewer {
        say("You can only read this folder: what you save in this file is not kept.");
    }
    let ran = run(command.with.as_deref(), &path).await;
    // A colleague may have been faster: known now, it is a conflict copy at once.
    settle(session).await?;
    let kept = match session.ask(Request::Close { folder, entry }).await? {
        Reply::Hits(hits) => hits.into_iter().next(),
        other => return Err(unexpected(&other)),
    };
    ran?;
    if kept.is_some() {
        settle(session).await?;
        if !command.no_wait {
            await_held(session, command.timeout, &mut Interrupt::hear()).await?;
        }
    }
    print(json, &kept, |kept| vec![kept.as_ref().map_or_else(|| "unchanged".to_owned(), became)]);
    Ok(())
}

fn became(hit: &Hit) -> String {
    let steps = hit.path.iter().map(|crumb| &crumb.name).chain([&hit.entry.name]);
    let path: Vec<String> = [&hit.folder_name].into_iter().chain(steps).map(|name| shown(name)).collect();
    format!("version {} of {}", hit.entry.versions, path.join("/"))
}

/// Runs the program until it ends, or until this one is asked to.
async fn run(given: Option<&str>, path: &Path) -> Result<(), ApiError> {
    let chosen = |name: &str| std::env::var(name).ok().filter(|command| !command.trim().is_empty());
    match given.map(str::to_owned).or_else(|| chosen("VISUAL")).or_else(|| chosen("EDITOR")) {
        // As a shell would: a command may have options.
        Some(command) => {
            let mut shell = Command::new("/bin/sh");
            until_done(shell.arg("-c").arg(format!("{command} \"$@\"")).arg(command).arg(path)).await
        }
        None => {
            let opener = if cfg!(target_os = "macos") { "open" } else { "xdg-open" };
            until_done(Command::new(opener).arg(path)).await?;
            say("Press Enter when you are done with the file.");
            let line = tokio::task::spawn_blocking(|| std::io::stdin().read_line(&mut String::new()));
            tokio::select! {
                _ = line => {}
                () = asked_to_end() => {}
            }
            Ok(())
        }
    }
}

async fn until_done(program: &mut Command) -> Result<(), ApiError> {
    let failed = |error: &dyn std::fmt::Display| {
        fault(ErrorCode::Io, "The program for this file did not run.", &format!("{error}; choose one with --with"))
    };
    let mut program = program.spawn().map_err(|error| failed(&error))?;
    tokio::select! {
        status = program.wait() => match status {
            Ok(status) if status.success() => Ok(()),
            Ok(status) => Err(failed(&status)),
            Err(error) => Err(failed(&error)),
        },
        () = asked_to_end() => Ok(()),
    }
}

/// Ctrl-C is for the program in the same terminal; this one waits for it.
async fn asked_to_end() {
    let mut interrupt = Interrupt::hear();
    let ignored = async {
        loop {
            interrupt.pressed().await;
        }
    };
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let Ok(mut terminated) = signal(SignalKind::terminate()) else { return ignored.await };
        tokio::select! {
            () = ignored => {}
            _ = terminated.recv() => {}
        }
    }
    #[cfg(not(unix))]
    ignored.await;
}

/// A file's versions, oldest first.
pub async fn versions(session: &Session, json: bool, path: &str) -> Result<(), ApiError> {
    let place = find(session, path).await?;
    let mut versions = details(session, &place).await?.versions;
    versions.reverse();
    print(json, &versions, |versions: &Vec<Version>| versions.iter().map(output::version).collect());
    Ok(())
}

/// The key's id of a version, by its number.
pub async fn version(session: &Session, place: &Place, number: u32) -> Result<DekId, ApiError> {
    let versions = details(session, place).await?.versions;
    let found = versions.into_iter().find(|version| version.number == number);
    let missing = || fault(ErrorCode::NotFound, "There is no such version.", "`valise versions` shows all");
    found.map(|version| version.dek_id).ok_or_else(missing)
}

async fn details(session: &Session, place: &Place) -> Result<Details, ApiError> {
    let entry = place.entry()?;
    if entry.kind != EntryKind::File {
        return Err(fault(ErrorCode::BadInput, "Only files have versions.", ""));
    }
    match session.ask(Request::Details { folder: place.folder.id, entry: entry.id }).await? {
        Reply::Details(details) => Ok(*details),
        other => Err(unexpected(&other)),
    }
}

/// An older version becomes the newest.
pub async fn restore_version(session: &Session, json: bool, path: &str, number: u32) -> Result<(), ApiError> {
    let place = find(session, path).await?;
    let version = version(session, &place, number).await?;
    let (folder, entry) = (place.folder.id, place.entry()?.id);
    session.ask(Request::RestoreVersion { folder, entry, version }).await?;
    settle(session).await?;
    versions(session, json, path).await
}

/// Deletes for good, after a person at the terminal has said so.
pub async fn empty_trash(session: &Session, json: bool, folder: Option<&str>, yes: bool) -> Result<(), ApiError> {
    let folder = match folder {
        Some(name) => Some(paths::folder(session, name).await?.id),
        None => None,
    };
    let hits = trashed(session, folder).await?;
    if !yes && !hits.is_empty() {
        confirm(hits.len())?;
    }
    session.ask(Request::EmptyTrash { folder }).await?;
    settle(session).await?;
    print(json, &"done", |_| Vec::new());
    Ok(())
}

/// Asks before something is deleted for everybody.
pub fn confirm(count: usize) -> Result<(), ApiError> {
    if !std::io::stdin().is_terminal() {
        return Err(fault(ErrorCode::BadInput, "This deletes for good, and nobody can be asked here.", "give --yes"));
    }
    say(&format!(
        "Delete {count} items for good, for everybody, with all their versions? This cannot be undone. [y/N]"
    ));
    let mut answer = String::new();
    let read = std::io::stdin().read_line(&mut answer);
    match (read, answer.trim()) {
        (Ok(_), "y" | "Y" | "yes") => Ok(()),
        _ => Err(fault(ErrorCode::Cancelled, "Nothing was deleted.", "")),
    }
}

#[allow(clippy::print_stderr, reason = "a terminal program speaks there")]
fn say(text: &str) {
    eprintln!("{text}");
    let _ = std::io::stderr().flush();
}
