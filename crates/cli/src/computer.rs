//! `settings`, `storage`, `network`: this computer, and the catalog if it is here. `invitation`: what a link says.

use std::path::Path;

use serde::Serialize;
use valise_engine::api::{
    ApiError, Connection, InvitationPreview, Network, Notifications, Reply, Request, Settings, Storage,
};

use crate::args::{NetworkCommand, NotificationsName, SettingsCommand};
use crate::commands::{confirm, read_link};
use crate::output::{moment, print, shown, size};
use crate::session::{Session, unexpected};

/// Runs `settings`.
pub async fn settings(session: &Session, json: bool, command: Option<&SettingsCommand>) -> Result<(), ApiError> {
    let mut settings = chosen(session).await?;
    if let Some(SettingsCommand::Set(set)) = command {
        settings.lock_after_minutes = set.lock_after.unwrap_or(settings.lock_after_minutes);
        settings.cache_mib = set.cache.unwrap_or(settings.cache_mib);
        settings.notifications = set.notifications.map_or(settings.notifications, notifications);
        session.ask(Request::SetSettings { settings }).await?;
        settings = chosen(session).await?;
    }
    print(json, &settings, settings_lines);
    Ok(())
}

async fn chosen(session: &Session) -> Result<Settings, ApiError> {
    match session.ask(Request::Settings).await? {
        Reply::Settings(settings) => Ok(settings),
        other => Err(unexpected(&other)),
    }
}

fn notifications(name: NotificationsName) -> Notifications {
    match name {
        NotificationsName::Folders => Notifications::Folders,
        NotificationsName::Nameless => Notifications::Nameless,
        NotificationsName::Off => Notifications::Off,
    }
}

fn settings_lines(settings: &Settings) -> Vec<String> {
    let lock = match settings.lock_after_minutes {
        0 => "with the screen alone".to_owned(),
        minutes => format!("after {minutes} minutes without anybody, and with the screen"),
    };
    let cache = match settings.cache_mib {
        0 => "as much as there is room for".to_owned(),
        mib => format!("at most {mib} MiB"),
    };
    let notifications = match settings.notifications {
        Notifications::Folders => "how many files are new, and where",
        Notifications::Nameless => "that something is new",
        Notifications::Off => "nothing",
    };
    let yes = |is: bool| if is { "yes" } else { "no" };
    vec![
        format!("window locks          {lock}"),
        format!("fetched files take    {cache}"),
        format!("notifications tell    {notifications}"),
        format!("goes on when closed   {}", yes(settings.keep_running)),
        format!("starts at log-in      {}", yes(settings.start_at_login)),
    ]
}

/// What lies here.
pub async fn storage(session: &Session, json: bool) -> Result<(), ApiError> {
    match session.ask(Request::Storage).await? {
        Reply::Storage(storage) => {
            print(json, &storage, storage_lines);
            Ok(())
        }
        other => Err(unexpected(&other)),
    }
}

fn storage_lines(storage: &Storage) -> Vec<String> {
    let mut lines = vec![
        format!("content here           {}", size(storage.bytes)),
        format!("can be fetched again   {}", size(storage.fetched)),
    ];
    lines.extend(storage.free.map(|free| format!("free on the disk       {}", size(free))));
    if storage.hosts {
        lines.push("This computer hosts the workspace: nothing is dropped here.".to_owned());
    }
    lines
}

/// How this computer is reached, and where the catalog answers.
pub async fn network(session: &mut Session, json: bool, command: Option<&NetworkCommand>) -> Result<(), ApiError> {
    let request = match command {
        None => Request::Network,
        Some(NetworkCommand::Address { urls }) => Request::SetCatalogAddresses { addresses: urls.clone() },
        Some(NetworkCommand::MoveOut { to, yes }) => return move_out(session, json, to, *yes).await,
    };
    match session.ask(request).await? {
        Reply::Network(network) => {
            print(json, &network, network_lines);
            Ok(())
        }
        other => Err(unexpected(&other)),
    }
}

async fn move_out(session: &mut Session, json: bool, to: &Path, yes: bool) -> Result<(), ApiError> {
    confirm(
        yes,
        "copies the catalog of this home for another server, and hosts it here no more: until that server answers, nobody \
         reaches it",
        "move",
    )?;
    let left = session.move_out(to).await?;
    let said = Moved { copy: to.display().to_string(), left: left.display().to_string() };
    print(json, &said, |said| {
        vec![
            format!("The copy is {}. On the other server:", said.copy),
            format!(
                "  valise-catalog restore --from {} --data DIR && valise-catalog serve --data DIR --listen ADDR",
                said.copy
            ),
            format!("Remove {} when it answers, and the copy.", said.left),
        ]
    });
    Ok(())
}

#[derive(Serialize)]
struct Moved {
    copy: String,
    left: String,
}

fn network_lines(network: &Network) -> Vec<String> {
    let connection = match network.connection {
        Connection::None => "none yet",
        Connection::Connecting => "being tried",
        Connection::InStep => "in step",
        Connection::Syncing => "changes are going to and fro",
        Connection::Unreachable => "does not answer",
        Connection::Distrusted => "not believed any more: see `valise security`",
        Connection::Removed => "does not know this computer any more",
    };
    let mut lines = Vec::new();
    if let Some(catalog) = &network.catalog {
        let here = if network.hosts { "  (on this computer)" } else { "" };
        lines.push(format!("catalog    {}{here}", shown(catalog)));
    }
    lines.push(format!("           {connection}"));
    if network.addresses.len() > 1 {
        lines.extend(network.addresses.iter().map(|address| format!("looked for {}", shown(address))));
    }
    lines.push(format!("connected  {} computers and servers", network.peers));
    lines.push(format!("node       {}", network.peer));
    lines.extend(network.listening.iter().map(|address| format!("listens    {}", shown(address))));
    lines
}

/// What an invitation says.
pub async fn invitation(session: &Session, json: bool, link: Option<&str>) -> Result<(), ApiError> {
    let link = link.map_or_else(read_link, |link| Ok(link.to_owned()))?;
    match session.ask(Request::InspectInvitation { link }).await? {
        Reply::Preview(preview) => {
            print(json, &preview, invitation_lines);
            Ok(())
        }
        other => Err(unexpected(&other)),
    }
}

fn invitation_lines(preview: &InvitationPreview) -> Vec<String> {
    let mut lines = vec![format!("{} invites you to {}", shown(&preview.inviter), shown(&preview.workspace))];
    lines.extend(preview.folder.as_ref().map(|folder| format!("folder       {}", shown(folder))));
    lines.push(format!("catalog      {}", shown(&preview.catalog)));
    lines.push(format!("workspace    {}", preview.fingerprint));
    lines.push(format!("good until   {}", moment(preview.expires)));
    lines
}
