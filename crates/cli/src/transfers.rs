//! `add`, `get` and `transfers`: files on their way in and out, with their progress.

use std::io::{IsTerminal as _, Write as _};
use std::path::PathBuf;
use std::time::Duration;

use valise_engine::api::{
    ApiError, EntryId, ErrorCode, Event, Outbox, Reply, Request, Transfer, TransferKind, TransferState, WaitingKind,
};

use crate::args::{Add, TransfersCommand};
use crate::commands::await_held;
use crate::interrupt::Interrupt;
use crate::opened;
use crate::output::{self, count, print, shown, size};
use crate::paths::find;
use crate::session::{Events, Session, fault, unexpected};

/// Runs `add`.
pub async fn add(session: &Session, json: bool, command: &Add) -> Result<(), ApiError> {
    let place = find(session, &command.to).await?;
    let parent = place.directory()?;
    let paths = command.paths.iter().map(|path| std::path::absolute(path).unwrap_or_else(|_| path.clone())).collect();
    let mut events = session.events().await?;
    let mut interrupt = Interrupt::hear();
    let (reply, _held) = session.hold(Request::Add { folder: place.folder.id, parent, paths }).await?;
    let Reply::Transfer(begun) = reply else { return Err(unexpected(&reply)) };
    let ended = follow(session, json, &mut events, &mut interrupt, begun.id).await?;
    if !command.no_wait {
        await_held(session, command.timeout, &mut interrupt).await?;
    }
    print(json, &ended, summary);
    Ok(())
}

/// Runs `get`.
pub async fn get(
    session: &Session,
    json: bool,
    path: &str,
    output: PathBuf,
    version: Option<u32>,
) -> Result<(), ApiError> {
    let place = find(session, path).await?;
    let version = match version {
        Some(number) => Some(opened::version(session, &place, number).await?),
        None => None,
    };
    let name = place.entry.as_ref().map_or_else(|| place.folder.name.clone(), |entry| entry.name.clone());
    let to = if output.is_dir() { output.join(&name) } else { output };
    let entry = place.entry.as_ref().map_or(EntryId::TOP, |entry| entry.id);
    let to = std::path::absolute(&to).unwrap_or(to);
    let mut events = session.events().await?;
    let mut bar = Bar::new(json);
    let mut interrupt = Interrupt::hear();
    let request = Request::Save { folder: place.folder.id, entry, version, to };
    let mut saving = std::pin::pin!(session.ask_until(request, interrupt.pressed()));
    let reply = loop {
        tokio::select! {
            reply = &mut saving => break reply?,
            Some(transfer) = heard(&mut events) => {
                if transfer.kind == TransferKind::Fetch && transfer.name == name {
                    bar.show(&transfer);
                }
            }
        }
    };
    drop(bar);
    match reply {
        Reply::Path(path) => {
            print(json, &path, |path| vec![shown(&path.to_string_lossy())]);
            Ok(())
        }
        other => Err(unexpected(&other)),
    }
}

/// Runs `transfers`.
pub async fn transfers(session: &Session, json: bool, command: Option<&TransfersCommand>) -> Result<(), ApiError> {
    match command {
        None => {}
        Some(TransfersCommand::Resume { number }) => {
            let mut events = session.events().await?;
            let mut interrupt = Interrupt::hear();
            session.ask(Request::ResumeTransfer { transfer: *number }).await?;
            let ended = follow(session, json, &mut events, &mut interrupt, *number).await?;
            print(json, &ended, summary);
            return Ok(());
        }
        Some(TransfersCommand::Pause { number }) => {
            session.ask(Request::PauseTransfer { transfer: *number }).await?;
        }
        Some(TransfersCommand::Cancel { number }) => {
            session.ask(Request::CancelTransfer { transfer: *number }).await?;
        }
    }
    let mut all = session.transfers().await?;
    all.retain(|transfer| !matches!(transfer.state, TransferState::Done | TransferState::Cancelled));
    print(json, &all, |all| all.iter().map(line).collect());
    Ok(())
}

/// Runs `outbox`.
pub async fn outbox(session: &Session, json: bool) -> Result<(), ApiError> {
    let Reply::Outbox(outbox) = session.ask(Request::Outbox).await? else {
        return Err(fault(ErrorCode::Internal, "Valise made a mistake.", "outbox"));
    };
    print(json, &outbox, outbox_lines);
    Ok(())
}

fn outbox_lines(outbox: &Outbox) -> Vec<String> {
    let path = |folder: &str, name: &str| format!("{}/{}", shown(folder), shown(name));
    let mut lines: Vec<String> = Vec::new();
    for change in &outbox.changes {
        let kind = match change.kind {
            WaitingKind::Added => "new",
            WaitingKind::Changed => "changed",
            WaitingKind::Moved => "moved",
            WaitingKind::Trashed => "removed",
            WaitingKind::Restored => "restored",
            WaitingKind::Removed => "deleted",
        };
        lines.push(format!("waits     {kind:<9}  {}", path(&change.folder_name, &change.name)));
    }
    lines.extend((outbox.more_changes > 0).then(|| format!("          and {} more", outbox.more_changes)));
    for file in &outbox.files {
        let (percent, size) = (format!("{} %", file.percent), size(file.bytes));
        lines.push(format!("on its way  {percent:>4}  {size:>9}  {}", path(&file.folder_name, &file.name)));
    }
    lines.extend((outbox.more_files > 0).then(|| format!("          and {} more", outbox.more_files)));
    if lines.is_empty() {
        lines.push("nothing waits".to_owned());
    }
    lines
}

/// Shows a transfer until it ends; how it ended, if that is well.
async fn follow(
    session: &Session,
    json: bool,
    events: &mut Events,
    interrupt: &mut Interrupt,
    id: u64,
) -> Result<Transfer, ApiError> {
    let mut bar = Bar::new(json);
    let ended = loop {
        let found = session.transfers().await?.into_iter().find(|one| one.id == id);
        let transfer = found.ok_or_else(|| fault(ErrorCode::NotFound, "There is no such transfer.", "transfers"))?;
        bar.show(&transfer);
        if transfer.state != TransferState::Running {
            break transfer;
        }
        // An event may be missed: looking again is cheap.
        let next = async { while heard(events).await.is_some_and(|transfer| transfer.id != id) {} };
        tokio::select! {
            _ = tokio::time::timeout(Duration::from_millis(500), next) => {}
            // Who interrupts the command does not want it to go on later.
            () = interrupt.pressed() => drop(session.ask(Request::CancelTransfer { transfer: id }).await),
        }
    };
    match ended.state {
        TransferState::Failed { error } => Err(error),
        TransferState::Cancelled => {
            Err(fault(ErrorCode::Cancelled, "Stopped. What was complete stays.", "interrupted"))
        }
        _ => Ok(ended),
    }
}

/// The next that is told of a transfer; none when the engine is gone.
async fn heard(events: &mut Events) -> Option<Transfer> {
    loop {
        if let Event::Transfer { transfer } = events.next().await? {
            return Some(transfer);
        }
    }
}

fn summary(transfer: &Transfer) -> Vec<String> {
    let left_out = transfer.left_out.iter().map(|reason| format!("left out: {}", shown(reason)));
    let summary = format!("{}, {}", count(transfer.files_done, "file", "files"), size(transfer.bytes_done));
    std::iter::once(summary).chain(left_out).collect()
}

fn line(transfer: &Transfer) -> String {
    let what = if transfer.kind == TransferKind::Fetch { "to this computer" } else { "into Valise" };
    let state = match &transfer.state {
        TransferState::Running => "running",
        TransferState::Paused => "at rest",
        TransferState::Waiting => "waiting for somebody who has it",
        TransferState::Done => "done",
        TransferState::Cancelled => "given up",
        TransferState::Failed { error } => &error.happened,
    };
    format!("{:>4}  {}  {what}: {}", transfer.id, shown(&transfer.name), shown(state))
}

/// A line of progress on the terminal, and none where nobody looks. It is gone in the end.
struct Bar {
    shows: bool,
}

impl Bar {
    fn new(json: bool) -> Self {
        Self { shows: !json && std::io::stderr().is_terminal() }
    }

    #[allow(clippy::print_stderr, reason = "progress goes to the terminal")]
    fn show(&mut self, transfer: &Transfer) {
        if self.shows {
            eprint!("\r\x1b[K{}", output::transfer(transfer));
            let _ = std::io::stderr().flush();
        }
    }
}

impl Drop for Bar {
    #[allow(clippy::print_stderr, reason = "progress goes to the terminal")]
    fn drop(&mut self) {
        if self.shows {
            eprint!("\r\x1b[K");
        }
    }
}
