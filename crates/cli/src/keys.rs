//! `key` and `password`: rotation, rewrap, and what is done when somebody may know the password.

use std::io::{IsTerminal as _, Write as _};

use serde_json::json;
use valise_engine::api::{AccountKeys, ApiError, ErrorCode, Event, FolderId, FolderKeys, Reply, Request, WayInKind};

use crate::args::{Days, KeyCommand, PasswordCommand};
use crate::output::{print, shown};
use crate::paths;
use crate::recovery;
use crate::session::{Session, fault, unexpected};

/// Runs `key`.
pub async fn key(session: &Session, json: bool, command: &KeyCommand) -> Result<(), ApiError> {
    match command {
        KeyCommand::Status { folder } => status(session, json, folder.as_deref()).await,
        KeyCommand::Rotate { folder: None, .. } => {
            let keys = account(session.ask(Request::RotateAccountKey).await?)?;
            print(json, &keys, account_lines);
            Ok(())
        }
        KeyCommand::Rotate { folder: Some(folder), .. } => {
            let folder = paths::folder(session, folder).await?;
            session.ask(Request::RotateFolderKey { folder: folder.id }).await?;
            // File keys follow in a round.
            session.ask(Request::Sync).await?;
            show(session, json, &folder.name, Request::FolderKeys { folder: folder.id }).await
        }
        KeyCommand::Rewrap { folder, dry_run: true } => {
            let folder = paths::folder(session, folder).await?;
            let keys = keys(session.ask(Request::FolderKeys { folder: folder.id }).await?)?;
            print(json, &json!({"folder": keys.folder, "current": keys.current, "older": keys.older}), |_| {
                vec![format!("{} would move to version {}; nothing was changed", file_keys(keys.older), keys.current)]
            });
            Ok(())
        }
        KeyCommand::Rewrap { folder, dry_run: false } => {
            let folder = paths::folder(session, folder).await?;
            let keys = with_progress(session, folder.id, Request::Rewrap { folder: folder.id }).await?;
            print(json, &keys, |keys| folder_lines(&folder.name, keys));
            Ok(())
        }
        KeyCommand::Retire { folder } => {
            let folder = paths::folder(session, folder).await?;
            let keys = with_progress(session, folder.id, Request::RetireKeys { folder: folder.id }).await?;
            print(json, &keys, |keys| folder_lines(&folder.name, keys));
            Ok(())
        }
        KeyCommand::Policy { folder, every } => {
            let folder = paths::folder(session, folder).await?;
            let days = match every {
                Days::Never => 0,
                Days::Every(days) => *days,
            };
            show(session, json, &folder.name, Request::SetRotation { folder: folder.id, days }).await
        }
    }
}

/// Runs `password`.
pub async fn password(session: &Session, json: bool, command: &PasswordCommand) -> Result<(), ApiError> {
    if let PasswordCommand::AtLogin { off } = command {
        let password = if *off { None } else { Some(session.password(false)?) };
        session.ask(Request::SetUnlockAtLogin { password }).await?;
        print(json, &json!({"atLogin": !off}), |_| {
            let said =
                if *off { "The password is asked for again." } else { "Until it is locked, your log-in opens it." };
            vec![said.to_owned()]
        });
        return Ok(());
    }
    let old = session.secret().await?;
    match command {
        PasswordCommand::AtLogin { .. } => Ok(()),
        PasswordCommand::Change { new } => {
            let new = session.new_password(new.file.as_deref())?;
            session.ask(Request::ChangePassword { password: old, new }).await?;
            print(json, &json!({"changed": true}), |_| {
                vec!["The password of this computer was changed. Recovery kits stay as they are.".to_owned()]
            });
            Ok(())
        }
        PasswordCommand::Renew { new, output } => {
            let new = session.new_password(new.file.as_deref())?;
            let kits = recovery::kits(session.ask(Request::RenewKeys { password: old, new }).await?)?;
            recovery::settle(session).await?;
            if !json {
                println!("The password is new, and so is every key that the old one opened.\n");
            }
            recovery::hand_out(session, json, &kits, output).await
        }
    }
}

async fn status(session: &Session, json: bool, folder: Option<&str>) -> Result<(), ApiError> {
    if let Some(folder) = folder {
        let folder = paths::folder(session, folder).await?;
        return show(session, json, &folder.name, Request::FolderKeys { folder: folder.id }).await;
    }
    let own = account(session.ask(Request::AccountKeys).await?)?;
    let mut folders = Vec::new();
    for folder in paths::folders(session).await? {
        folders.push((folder.name, keys(session.ask(Request::FolderKeys { folder: folder.id }).await?)?));
    }
    let all: Vec<_> = folders.iter().map(|(name, keys)| json!({"name": name, "keys": keys})).collect();
    print(json, &json!({"account": own, "folders": all}), |_| {
        let mut lines = account_lines(&own);
        for (name, keys) in &folders {
            lines.push(String::new());
            lines.extend(folder_lines(name, keys));
        }
        lines
    });
    Ok(())
}

async fn show(session: &Session, json: bool, name: &str, request: Request) -> Result<(), ApiError> {
    let keys = keys(session.ask(request).await?)?;
    print(json, &keys, |keys| folder_lines(name, keys));
    Ok(())
}

/// Says how far it is, on a terminal.
async fn with_progress(session: &Session, folder: FolderId, request: Request) -> Result<FolderKeys, ApiError> {
    let mut events = session.events().await?;
    let watching = async {
        while let Some(event) = events.next().await {
            match event {
                Event::Rewrapped { folder: which, done, of } if which == folder && std::io::stderr().is_terminal() => {
                    progress(done, of);
                }
                _ => {}
            }
        }
        std::future::pending().await
    };
    let answer = tokio::select! {
        answer = session.ask(request) => answer,
        () = watching => Err(fault(ErrorCode::Internal, "Valise made a mistake.", "")),
    };
    if std::io::stderr().is_terminal() {
        progress_end();
    }
    keys(answer?)
}

#[allow(clippy::print_stderr, reason = "progress goes to the terminal")]
fn progress(done: u64, of: u64) {
    eprint!("\r\x1b[K{done} of {}", file_keys(of));
    let _ = std::io::stderr().flush();
}

#[allow(clippy::print_stderr, reason = "progress goes to the terminal")]
fn progress_end() {
    eprint!("\r\x1b[K");
}

/// The keys of a reply.
pub fn account(reply: Reply) -> Result<AccountKeys, ApiError> {
    match reply {
        Reply::AccountKeys(keys) => Ok(keys),
        other => Err(unexpected(&other)),
    }
}

fn keys(reply: Reply) -> Result<FolderKeys, ApiError> {
    match reply {
        Reply::FolderKeys(keys) => Ok(keys),
        other => Err(unexpected(&other)),
    }
}

/// One's own keys, and what opens this home.
pub fn account_lines(keys: &AccountKeys) -> Vec<String> {
    let mut lines = vec![
        format!("account key  version {}", keys.account_version),
        format!("master key   version {}", keys.master_version),
    ];
    for way in &keys.ways_in {
        lines.push(match (way.kind, &way.place) {
            (WayInKind::Password, _) => {
                format!("password     a guess costs {} MiB and {} passes over them", keys.memory_mib, keys.passes)
            }
            (WayInKind::Token, place) => format!("token        {}", shown(place.as_deref().unwrap_or_default())),
        });
    }
    if keys.folders_behind > 0 {
        lines.push(format!("folders that still use the account key before: {}", keys.folders_behind));
    }
    lines
}

fn folder_lines(name: &str, keys: &FolderKeys) -> Vec<String> {
    let by = if keys.by.is_empty() { String::new() } else { format!(", made by {}", shown(&keys.by)) };
    let mut lines = vec![format!("{}  version {}{by}", shown(name), keys.current)];
    lines.extend(keys.files.iter().map(|files| format!("  version {}: {}", files.version, file_keys(files.keys))));
    if keys.minimum > 0 {
        lines.push(format!("  oldest version that is accepted: {}", keys.minimum));
    }
    if keys.change_waiting {
        lines.push("  a key change is waiting: it comes before the next file".to_owned());
    }
    if keys.rotate_days > 0 {
        lines.push(format!("  changes by itself every {} days", keys.rotate_days));
    }
    lines
}

fn file_keys(count: u64) -> String {
    if count == 1 { "1 file key".to_owned() } else { format!("{count} file keys") }
}
