//! `device`, `pair` and `forget`: a person's computers.

use std::io::Write as _;

use serde_json::json;
use valise_engine::api::{
    ApiError, Code, Device, DeviceId, ErrorCode, Event, FolderReach, Pairing, Reach, Reply, Request, Stage,
};

use crate::args::{DeviceCommand, Pair};
use crate::interrupt::Interrupt;
use crate::output::{print, shown};
use crate::recovery;
use crate::session::{Session, fault, unexpected};

/// Runs `device`.
pub async fn device(session: &Session, json: bool, command: &DeviceCommand) -> Result<(), ApiError> {
    match command {
        DeviceCommand::List => {
            print(json, &list(session).await?, |devices| devices.iter().map(line).collect());
            Ok(())
        }
        DeviceCommand::Add { name } => add(session, json, name.as_deref()).await,
        DeviceCommand::Rename { device, name } => {
            let device = find(session, device).await?.id;
            session.ask(Request::NameDevice { device, name: name.clone() }).await?;
            print(json, &list(session).await?, |devices| devices.iter().map(line).collect());
            Ok(())
        }
        DeviceCommand::Remove { device, output } => {
            let device = find(session, device).await?.id;
            let password = session.secret().await?;
            let kits = recovery::kits(session.ask(Request::RemoveDevice { device, password }).await?)?;
            recovery::settle(session).await?;
            recovery::hand_out(session, json, &kits, output).await
        }
        DeviceCommand::Reach { device, files } => {
            let device = find(session, device).await?;
            match session.ask(Request::Reach { device: device.id }).await? {
                Reply::Reach(reach) => {
                    print(json, &reach, |reach| reach_lines(&device, reach, *files));
                    Ok(())
                }
                other => Err(unexpected(&other)),
            }
        }
    }
}

async fn list(session: &Session) -> Result<Vec<Device>, ApiError> {
    match session.ask(Request::Devices).await? {
        Reply::Devices(devices) => Ok(devices),
        other => Err(unexpected(&other)),
    }
}

/// By name, or by the beginning of its fingerprint or id.
async fn find(session: &Session, text: &str) -> Result<Device, ApiError> {
    let devices = list(session).await?;
    let compact = text.replace(' ', "").to_lowercase();
    let by_name: Vec<_> = devices.iter().filter(|device| device.name.as_deref() == Some(text)).collect();
    let by_id = devices.iter().filter(|device| compact.len() >= 4 && id(device.id).starts_with(&compact));
    match (by_name.as_slice(), by_id.collect::<Vec<_>>().as_slice()) {
        ([one], _) | ([], [one]) => Ok((*one).clone()),
        ([], []) => Err(fault(ErrorCode::NotFound, "There is no such computer.", "see `valise device list`")),
        _ => Err(fault(ErrorCode::BadInput, "Several computers are called that.", "use its fingerprint")),
    }
}

fn id(device: DeviceId) -> String {
    device.to_string()
}

fn line(device: &Device) -> String {
    let name = device.name.as_deref().map_or_else(|| "(no name)".to_owned(), shown);
    let state = match (device.here, device.valid, device.online) {
        (true, ..) => "this one",
        (_, false, _) => "removed",
        (.., true) => "connected",
        _ => "",
    };
    format!("{:<39}  {state:<9}  {name}", device.fingerprint)
}

async fn add(session: &Session, json: bool, name: Option<&str>) -> Result<(), ApiError> {
    let mut events = session.events().await?;
    let password = session.secret().await?;
    let mut interrupt = Interrupt::hear();
    let pairing = match session.ask(Request::Pair { password, name: name.map(str::to_owned) }).await? {
        Reply::Pairing(pairing) => pairing,
        other => return Err(unexpected(&other)),
    };
    print(json, &pairing, code_lines);
    let _ = std::io::stdout().flush();
    loop {
        let event = tokio::select! {
            event = events.next() => event,
            // The code counts no more: whoever has the home would go on waiting.
            () = interrupt.pressed() => {
                session.ask(Request::EndPairing).await?;
                None
            }
        };
        match event {
            Some(Event::Paired { name: Some(name), .. }) => {
                recovery::settle(session).await?;
                print(json, &json!({"joined": name}), |_| vec![format!("{} has joined.", shown(&name))]);
                return Ok(());
            }
            Some(Event::Paired { trouble: Some(trouble), .. }) => return Err(trouble),
            Some(_) => {}
            None => return Err(fault(ErrorCode::Cancelled, "Stopped.", "")),
        }
    }
}

fn code_lines(pairing: &Pairing) -> Vec<String> {
    vec![
        "On your other computer, choose “I use Valise on another computer”, or there run:".to_owned(),
        format!("  valise pair --catalog {}", pairing.catalog),
        String::new(),
        format!("Code:  {}", pairing.code.0),
        String::new(),
        "It counts for ten minutes and once. Waiting here…".to_owned(),
    ]
}

/// Runs `pair`.
pub async fn pair(session: &Session, json: bool, command: &Pair) -> Result<(), ApiError> {
    if session.status().await?.stage != Stage::New {
        return Err(fault(
            ErrorCode::AlreadySetUp,
            "There is an account in this home already.",
            "choose another --home, or see `valise forget`",
        ));
    }
    let code = match &command.code {
        Some(code) => Code(code.clone()),
        None => ask("Code: ")?,
    };
    let password = session.password(true)?;
    let (catalog, name) = (command.catalog.clone(), command.name.clone());
    session.ask(Request::JoinAccount { code, catalog, name, password }).await?;
    recovery::settle(session).await?;
    print(json, &session.status().await?, |status| {
        let account = status.account.as_ref();
        let account = account.map(|account| format!("{} · {}", shown(&account.name), shown(&account.workspace)));
        vec![format!("This computer is yours now: {}", account.unwrap_or_default())]
    });
    Ok(())
}

fn ask(prompt: &str) -> Result<Code, ApiError> {
    rpassword::prompt_password(prompt)
        .map(Code)
        .map_err(|error| fault(ErrorCode::BadInput, "The code cannot be asked for.", &error.to_string()))
}

/// Runs `forget`.
pub async fn forget(session: &Session, json: bool, yes: bool) -> Result<(), ApiError> {
    session.must_be_alone()?;
    let Some(account) = session.status().await?.account else {
        return Err(fault(ErrorCode::NotSetUp, "There is no account in this home.", ""));
    };
    if session.is_host() {
        return Err(fault(
            ErrorCode::NotAllowed,
            "This computer hosts the workspace: without it, nobody could share anything.",
            "move the workspace to a server first",
        ));
    }
    let what =
        "removes the account from this computer, with everything that was not sent yet. If it is the account's only
computer and there are no two kits, nobody can open its files any more";
    crate::commands::confirm(yes, what, &account.workspace)?;
    session.ask(Request::Forget).await?;
    print(json, &json!({"forgotten": true}), |_| {
        vec![
            "Valise’s data is gone from this computer. The account itself, and its files, are as they were.".to_owned(),
        ]
    });
    Ok(())
}

fn reach_lines(device: &Device, reach: &Reach, files: bool) -> Vec<String> {
    let name = device.name.as_deref().map_or_else(|| device.fingerprint.clone(), shown);
    let open: u64 = reach.folders.iter().map(|folder| folder.open).sum();
    let verb = if reach.valid { "can open" } else { "could open, so assume it did" };
    let of_files = || reach.folders.iter().filter(|folder| folder.open + folder.closed > 0);
    let mut lines = vec![format!("{name} {verb}: {} in {}", versions(open), folders(of_files().count()))];
    for folder in of_files() {
        lines.push(format!("  {}: {}{}", shown(&folder.name), versions(folder.open), later(reach.valid, folder)));
        if files {
            lines.extend(folder.files.iter().map(|file| format!("    {} ({})", shown(&file.path), file.open)));
        }
    }
    lines
}

fn later(valid: bool, folder: &FolderReach) -> String {
    match (valid, folder.key_changed) {
        (true, _) => String::new(),
        (false, true) if folder.closed == 0 => "; its key has changed, and nothing came since".to_owned(),
        (false, true) => format!("; {} came later, closed to it", versions(folder.closed)),
        (false, false) => "; its key changes before anything new comes".to_owned(),
    }
}

fn folders(count: usize) -> String {
    if count == 1 { "1 folder".to_owned() } else { format!("{count} folders") }
}

fn versions(count: u64) -> String {
    if count == 1 { "1 version".to_owned() } else { format!("{count} versions") }
}
