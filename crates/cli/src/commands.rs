//! The commands.

use std::io::{IsTerminal as _, Read as _};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use valise_engine::api::FolderId;
use valise_engine::api::{
    AfterHandOver, ApiError, Connection, EntryKind, ErrorCode, Event, FolderInvitation, Hit, Member, Reply, Request,
    Role, Stage, Status,
};

use crate::args::{
    Arguments, Command, FolderCommand, Init, Invite, Join, RecoveryCommand, RoleName, Sync, TokenCommand, TrashCommand,
};
use crate::interrupt::Interrupt;
use crate::opened;
use crate::output::{print, role, row, shown};
use crate::paths::{self, find, split};
use crate::people::account;
use crate::session::{Session, fault, unexpected};
use crate::transfers;

/// Runs one command.
pub async fn run(arguments: Arguments) -> Result<ExitCode, ApiError> {
    match &arguments.command {
        Command::Demo { files } => crate::demo::run(files).await?,
        Command::Agent(agent) => crate::agent::agent(&arguments, agent).await?,
        Command::Completions { shell } => crate::papers::completions(*shell)?,
        Command::Man { command, output } => crate::papers::man(command, output.as_deref())?,
        Command::Doctor => return crate::doctor::doctor(&arguments).await,
        _ => with_home(&arguments).await?,
    }
    Ok(ExitCode::SUCCESS)
}

async fn with_home(arguments: &Arguments) -> Result<(), ApiError> {
    let mut session = Session::begin(arguments).await?;
    let result = command(&mut session, arguments).await;
    session.end().await;
    result
}

async fn command(session: &mut Session, arguments: &Arguments) -> Result<(), ApiError> {
    let json = arguments.json;
    match &arguments.command {
        Command::Init(command) => return init(session, json, command).await,
        Command::Join(command) => return join(session, json, command).await,
        Command::Recover(command) => return crate::recovery::recover(session, json, command).await,
        Command::Recovery(command @ RecoveryCommand::Check { .. }) => {
            return crate::recovery::recovery(session, json, command).await;
        }
        Command::Pair(command) => return crate::devices::pair(session, json, command).await,
        Command::Token(TokenCommand::Status) => return crate::token::status(session, json).await,
        Command::Forget { yes } => return crate::devices::forget(session, json, *yes).await,
        Command::Invitation { link } => return crate::computer::invitation(session, json, link.as_deref()).await,
        Command::Settings { command } => return crate::computer::settings(session, json, command.as_ref()).await,
        Command::Unlock => return crate::agent::unlock(session, json).await,
        Command::Lock => return crate::agent::lock(session, json).await,
        Command::Status if is_closed(session).await? => return status(session, json).await,
        command => session.unlock(command.only_looks()).await?,
    }
    match &arguments.command {
        Command::Init(_)
        | Command::Join(_)
        | Command::Pair(_)
        | Command::Forget { .. }
        | Command::Recover(_)
        | Command::Agent(_)
        | Command::Invitation { .. }
        | Command::Settings { .. }
        | Command::Unlock
        | Command::Lock
        | Command::Doctor
        | Command::Completions { .. }
        | Command::Man { .. }
        | Command::Demo { .. } => Ok(()),
        Command::Device(command) => crate::devices::device(session, json, command).await,
        Command::Recovery(command) => crate::recovery::recovery(session, json, command).await,
        Command::Helper(command) => crate::helpers::helper(session, json, command).await,
        Command::Invite(command) => invite(session, json, command).await,
        Command::Invitations { command } => crate::invitations::invitations(session, json, command.as_ref()).await,
        Command::Folder(command) => folder(session, json, command).await,
        Command::Add(command) => transfers::add(session, json, command).await,
        Command::Ls { path, trash } => ls(session, json, path.as_deref(), *trash).await,
        Command::Get { path, output, version } => transfers::get(session, json, path, output.clone(), *version).await,
        Command::Search { text, folder } => crate::look::search(session, json, text, folder.as_deref()).await,
        Command::Recent { last } => crate::look::recent(session, json, *last).await,
        Command::Info { path } => crate::look::info(session, json, path).await,
        Command::Keep { paths, not } => crate::look::keep(session, json, paths, !not).await,
        Command::Undo => undo(session, json).await,
        Command::Outbox => transfers::outbox(session, json).await,
        Command::Storage => crate::computer::storage(session, json).await,
        Command::Network { command } => crate::computer::network(session, json, command.as_ref()).await,
        Command::Group { command } => crate::groups::group(session, json, command.as_ref()).await,
        Command::Transfers { command } => transfers::transfers(session, json, command.as_ref()).await,
        Command::Edit(command) => opened::edit(session, json, command).await,
        Command::Versions { path } => opened::versions(session, json, path).await,
        Command::RestoreVersion { path, number } => opened::restore_version(session, json, path, *number).await,
        Command::Trash(TrashCommand::Empty { folder, yes }) => {
            opened::empty_trash(session, json, folder.as_deref(), *yes).await
        }
        Command::Trash(TrashCommand::Policy { folder, keep }) => trash_policy(session, json, folder, *keep).await,
        Command::Trash(TrashCommand::Delete { paths, yes }) => purge(session, json, paths, *yes).await,
        Command::Mv { from, to } => mv(session, json, from, to).await,
        Command::Mkdir { path } => mkdir(session, json, path).await,
        Command::Rm { paths } => rm(session, json, paths).await,
        Command::Restore { paths } => restore(session, json, paths).await,
        Command::Export { path, output } => export(session, json, path, output.clone()).await,
        Command::Sync(command) => sync(session, json, command).await,
        Command::Status => status(session, json).await,
        Command::People { command } => crate::people::people(session, json, command.as_ref()).await,
        Command::Successor { command } => crate::succession::successor(session, json, command.as_ref()).await,
        Command::Attach { catalog } => {
            session.ask(Request::Attach { catalog: catalog.clone() }).await?;
            status(session, json).await
        }
        Command::Key(command) => crate::keys::key(session, json, command).await,
        Command::Password(command) => crate::keys::password(session, json, command).await,
        Command::Token(command) => crate::token::token(session, json, command).await,
        Command::Sign(command) => crate::signatures::sign(session, json, command).await,
        Command::Signatures { path, no_check } => crate::signatures::signatures(session, json, path, !no_check).await,
        Command::ExportSigned { path, output, version } => {
            crate::signatures::export(session, json, path, *version, output).await
        }
        Command::Link { path } => {
            let place = find(session, path).await?;
            let request = Request::Link { folder: place.folder.id, entry: place.entry.map(|entry| entry.id) };
            match session.ask(request).await? {
                Reply::Link(link) => {
                    print(json, &link, |link| vec![link.clone()]);
                    Ok(())
                }
                other => Err(unexpected(&other)),
            }
        }
        Command::OpenLink { link } => match session.ask(Request::FollowLink { link: link.clone() }).await? {
            Reply::Linked(linked) => {
                print(json, &linked, |linked| {
                    let path = linked.path.iter().map(|step| &step.name).chain(&linked.name);
                    let path: Vec<String> =
                        std::iter::once(&linked.folder_name).chain(path).map(|it| shown(it)).collect();
                    vec![format!("{}{}", path.join("/"), if linked.trashed { "  (in the trash)" } else { "" })]
                });
                Ok(())
            }
            other => Err(unexpected(&other)),
        },
        Command::Activity(command) => crate::activity::activity(session, json, command).await,
        Command::Risk { path } => crate::risk::risk(session, json, path).await,
        Command::SigningKey(command) => crate::signatures::keys(session, json, command).await,
        Command::Fingerprints => fingerprints(session, json).await,
        Command::Security => security(session, json).await,
    }
}

/// Whether there is nothing to open here, or another Valise has it and keeps it locked.
async fn is_closed(session: &Session) -> Result<bool, ApiError> {
    let stage = session.status().await?.stage;
    Ok(stage == Stage::New || (stage == Stage::Locked && session.is_shared()))
}

async fn init(session: &mut Session, json: bool, command: &Init) -> Result<(), ApiError> {
    if session.status().await?.stage != Stage::New {
        return Err(fault(
            ErrorCode::AlreadySetUp,
            "There is an account in this home already.",
            "choose another --home",
        ));
    }
    let password = session.password(true)?;
    let catalog = match (&command.catalog, command.host) {
        (_, Some(listen)) => Some(session.host(listen).await?),
        (catalog, None) => catalog.clone(),
    };
    let (name, workspace) = (command.name.clone(), command.workspace.clone());
    session.ask(Request::Create { name, password, workspace, catalog }).await?;
    status(session, json).await
}

async fn join(session: &Session, json: bool, command: &Join) -> Result<(), ApiError> {
    if session.status().await?.stage == Stage::New {
        let link = match &command.link {
            Some(link) => link.clone(),
            None => read_link()?,
        };
        let password = session.password(true)?;
        session.ask(Request::Join { link, name: command.name.clone(), password }).await?;
    } else {
        session.unlock(false).await?;
    }
    let arrived = async {
        let mut events = session.events().await?;
        loop {
            let status = session.status().await?;
            if status.stage == Stage::Open {
                return Ok(());
            }
            let _ = tokio::time::timeout(Duration::from_secs(1), events.next()).await;
        }
    };
    if command.no_wait {
        session.ask(Request::Sync).await?;
    } else {
        let limit = Duration::from_secs(command.timeout);
        tokio::time::timeout(limit, arrived).await.unwrap_or_else(|_| {
            Err(fault(
                ErrorCode::TimedOut,
                "Nobody has let you in yet.",
                "ask the person who invited you to open Valise, then run `valise sync`",
            ))
        })?;
        session.ask(Request::Sync).await?;
    }
    status(session, json).await
}

/// A link from standard input, so that it stands in no history.
pub fn read_link() -> Result<String, ApiError> {
    let mut link = String::new();
    std::io::stdin()
        .take(8192)
        .read_to_string(&mut link)
        .map_err(|error| fault(ErrorCode::BadInput, "No link was given.", &error.to_string()))?;
    Ok(link)
}

async fn invite(session: &Session, json: bool, command: &Invite) -> Result<(), ApiError> {
    let folder = paths::folder(session, &command.folder).await?.id;
    match session.ask(Request::Invite { folder, role: role_of(command.role), days: command.days }).await? {
        Reply::Invitation(invitation) => {
            print(json, &invitation, |invitation| vec![invitation.link.clone()]);
            Ok(())
        }
        other => Err(unexpected(&other)),
    }
}

fn role_of(name: RoleName) -> Role {
    match name {
        RoleName::Owner => Role::Owner,
        RoleName::Editor => Role::Editor,
        RoleName::Viewer => Role::Viewer,
    }
}

async fn folder(session: &Session, json: bool, command: &FolderCommand) -> Result<(), ApiError> {
    match command {
        FolderCommand::Create { name } => match session.ask(Request::CreateFolder { name: name.clone() }).await? {
            Reply::Folder(folder) => {
                settle(session).await?;
                print(json, &folder, |folder| vec![format!("{} {}", folder.id, shown(&folder.name))]);
                Ok(())
            }
            other => Err(unexpected(&other)),
        },
        FolderCommand::Rename { folder, name } => {
            let folder = paths::folder(session, folder).await?.id;
            session.ask(Request::RenameFolder { folder, name: name.clone() }).await?;
            settle(session).await?;
            folders(session, json).await
        }
        FolderCommand::List => folders(session, json).await,
        FolderCommand::Members { folder } => {
            let members = members(session, paths::folder(session, folder).await?.id).await?;
            print(json, &members, |members| {
                let line = |member: &Member| {
                    let waits = if member.accepted { "" } else { "  (has not accepted yet)" };
                    let sure = match member {
                        Member { me: true, .. } => "",
                        Member { verified: true, .. } => "  (verified)",
                        Member { compare_again: true, .. } => "  (compare safety numbers again)",
                        Member { joined_by_link: true, .. } => "  (joined by link, not verified)",
                        _ => "  (not verified)",
                    };
                    format!("{:<7} {}{sure}{waits}", role(member.role), shown(&member.name))
                };
                members.iter().map(line).collect()
            });
            Ok(())
        }
        FolderCommand::Add { folder, group: Some(group), role, .. } => {
            let folder = paths::folder(session, folder).await?.id;
            crate::groups::add_to(session, folder, group, role_of(*role)).await?;
            print(json, &members(session, folder).await?, |_| Vec::new());
            Ok(())
        }
        FolderCommand::Add { folder, person, role, .. } => {
            let person = person.as_deref().unwrap_or_default();
            let (folder, account) = (paths::folder(session, folder).await?.id, account(session, person).await?);
            change_members(session, json, folder, Request::AddMember { folder, account, role: role_of(*role) }).await
        }
        FolderCommand::Role { folder, person, role } => {
            let (folder, account) = (paths::folder(session, folder).await?.id, account(session, person).await?);
            change_members(session, json, folder, Request::SetRole { folder, account, role: role_of(*role) }).await
        }
        FolderCommand::Successor { folder, whom } => crate::succession::of_folder(session, json, folder, whom).await,
        FolderCommand::Invitations => {
            print(json, &invitations(session).await?, |all| all.iter().map(invitation).collect());
            Ok(())
        }
        FolderCommand::Accept { folder } => {
            let folder = invited(session, folder).await?;
            session.ask(Request::AcceptFolder { folder }).await?;
            session.ask(Request::Sync).await?;
            folders(session, json).await
        }
        FolderCommand::Decline { folder } => {
            let folder = invited(session, folder).await?;
            session.ask(Request::DeclineFolder { folder }).await?;
            folders(session, json).await
        }
        FolderCommand::HandOver { folder, person, leave, step_down } => {
            let (folder, account) = (paths::folder(session, folder).await?.id, account(session, person).await?);
            let then = match (leave, step_down) {
                (true, _) => AfterHandOver::Leave,
                (_, true) => AfterHandOver::StepDown,
                _ => AfterHandOver::Stay,
            };
            session.ask(Request::HandOver { folder, account, then }).await?;
            folders(session, json).await
        }
        FolderCommand::Leave { folder } => {
            let folder = paths::folder(session, folder).await?.id;
            session.ask(Request::Leave { folder }).await?;
            folders(session, json).await
        }
        FolderCommand::Remove { folder, person } => {
            let (folder, account) = (paths::folder(session, folder).await?.id, account(session, person).await?);
            change_members(session, json, folder, Request::RemoveMember { folder, account }).await
        }
    }
}

async fn invitations(session: &Session) -> Result<Vec<FolderInvitation>, ApiError> {
    match session.ask(Request::FolderInvitations).await? {
        Reply::FolderInvitations(all) => Ok(all),
        other => Err(unexpected(&other)),
    }
}

fn invitation(it: &FolderInvitation) -> String {
    let name = it.name.as_deref().map_or_else(|| it.folder.to_string(), shown);
    // Who shares it comes first: the name is theirs to choose.
    format!("{:<7} {} shares “{name}”", role(it.role), shown(&it.by))
}

/// A folder that waits, by name or id.
async fn invited(session: &Session, name: &str) -> Result<FolderId, ApiError> {
    let all = invitations(session).await?;
    let found: Vec<_> =
        all.iter().filter(|it| it.name.as_deref() == Some(name) || it.folder.to_string() == name).collect();
    match found.as_slice() {
        [one] => Ok(one.folder),
        [] => Err(fault(
            ErrorCode::NotFound,
            "No folder of that name waits for you.",
            "`valise folder invitations` shows which do",
        )),
        _ => Err(fault(
            ErrorCode::BadInput,
            "Several folders of that name wait for you.",
            "use the id that `folder invitations --json` shows",
        )),
    }
}

/// Asks before something that cannot be taken back: the name has to be typed.
#[allow(clippy::print_stderr, reason = "a question to a person")]
pub fn confirm(yes: bool, what: &str, name: &str) -> Result<(), ApiError> {
    if yes {
        return Ok(());
    }
    if !std::io::stdin().is_terminal() {
        return Err(fault(ErrorCode::BadInput, "Nothing was changed.", "say --yes"));
    }
    eprint!("This {what}.\nType {} to go on: ", shown(name));
    let mut typed = String::new();
    match std::io::stdin().read_line(&mut typed) {
        Ok(_) if typed.trim() == name => Ok(()),
        _ => Err(fault(ErrorCode::Cancelled, "Nothing was changed.", "")),
    }
}

async fn folders(session: &Session, json: bool) -> Result<(), ApiError> {
    print(json, &paths::folders(session).await?, |folders| {
        let line = |folder: &valise_engine::api::Folder| {
            let later = match &folder.successor {
                _ if folder.ownerless => "  (its owner's account is closed: nobody manages it)".to_owned(),
                Some(successor) => format!("  (passes to {})", shown(successor)),
                None => String::new(),
            };
            let new = if folder.unread > 0 { format!("  ({} new)", folder.unread) } else { String::new() };
            format!(
                "{:>6} files  {:>3} people  {:<7} {}{new}{later}",
                folder.files,
                folder.people,
                role(folder.role),
                shown(&folder.name)
            )
        };
        folders.iter().map(line).collect()
    });
    Ok(())
}

async fn members(session: &Session, folder: FolderId) -> Result<Vec<Member>, ApiError> {
    match session.ask(Request::Members { folder }).await? {
        Reply::Members(members) => Ok(members),
        other => Err(unexpected(&other)),
    }
}

/// On this computer alone there is nobody to wait for. Who interrupts the waiting interrupts nothing else.
pub async fn await_held(session: &Session, seconds: u32, interrupt: &mut Interrupt) -> Result<(), ApiError> {
    let status = session.status().await?;
    if status.account.as_ref().is_some_and(|account| account.catalog.is_none()) {
        return Ok(());
    }
    tokio::select! {
        held = session.ask(Request::AwaitHeld { seconds }) => held.map(|_| ()),
        () = interrupt.pressed() => Err(fault(
            ErrorCode::Cancelled,
            "Stopped waiting. What was made is safe on this computer, and nowhere else yet.",
            "interrupted; `valise sync` goes on",
        )),
    }
}

async fn ls(session: &Session, json: bool, path: Option<&str>, trash: bool) -> Result<(), ApiError> {
    if trash {
        let folder = match path {
            Some(path) => Some(paths::folder(session, path).await?.id),
            None => None,
        };
        let hits = trashed(session, folder).await?;
        print(json, &hits, |hits| {
            hits.iter().map(|hit| format!("{}/{}", shown(&hit.folder_name), shown(&hit.entry.name))).collect()
        });
        return Ok(());
    }
    let Some(path) = path else { return folders(session, json).await };
    let place = find(session, path).await?;
    let mut entries = match &place.entry {
        Some(entry) if entry.kind == EntryKind::File => vec![entry.clone()],
        _ => paths::list(session, place.folder.id, place.directory()?).await?.entries,
    };
    entries.sort_by_key(|entry| (entry.kind == EntryKind::File, entry.name.to_lowercase()));
    print(json, &entries, |entries| entries.iter().map(row).collect());
    session.ask(Request::Look { folder: place.folder.id }).await.map(|_| ())
}

/// What lies in the trash.
pub async fn trashed(session: &Session, folder: Option<FolderId>) -> Result<Vec<Hit>, ApiError> {
    match session.ask(Request::Trash { folder }).await? {
        Reply::Hits(hits) => Ok(hits),
        other => Err(unexpected(&other)),
    }
}

async fn mv(session: &Session, json: bool, from: &str, to: &str) -> Result<(), ApiError> {
    let source = find(session, from).await?;
    let entry = source.entry()?.clone();
    let folder = source.folder.id;
    let (parent, name) = match find(session, to).await {
        Ok(place) if place.directory().is_ok() => (place, entry.name.clone()),
        _ => split(session, to).await?,
    };
    if parent.folder.id != folder {
        return Err(fault(ErrorCode::BadInput, "Moving is inside one folder.", "use `get` and `add` between folders"));
    }
    let (old, _) = split(session, from).await?;
    if parent.directory()? != old.directory()? {
        session.ask(Request::Move { folder, entries: vec![entry.id], parent: parent.directory()? }).await?;
    }
    if name != entry.name {
        session.ask(Request::Rename { folder, entry: entry.id, name }).await?;
    }
    settle(session).await?;
    print(json, &"done", |_| Vec::new());
    Ok(())
}

async fn mkdir(session: &Session, json: bool, path: &str) -> Result<(), ApiError> {
    let (place, name) = split(session, path).await?;
    let request = Request::MakeDirectory { folder: place.folder.id, parent: place.directory()?, name };
    match session.ask(request).await? {
        Reply::Entry(entry) => {
            settle(session).await?;
            print(json, &entry, |_| Vec::new());
            Ok(())
        }
        other => Err(unexpected(&other)),
    }
}

async fn rm(session: &Session, json: bool, all: &[String]) -> Result<(), ApiError> {
    for path in all {
        let place = find(session, path).await?;
        let entries = vec![place.entry()?.id];
        session.ask(Request::Remove { folder: place.folder.id, entries }).await?;
    }
    settle(session).await?;
    print(json, &"done", |_| Vec::new());
    Ok(())
}

async fn restore(session: &Session, json: bool, all: &[String]) -> Result<(), ApiError> {
    for path in all {
        let hit = in_trash(session, path).await?;
        session.ask(Request::Restore { folder: hit.folder, entries: vec![hit.entry.id] }).await?;
    }
    settle(session).await?;
    print(json, &"done", |_| Vec::new());
    Ok(())
}

/// How long things stay in the trash.
async fn trash_policy(session: &Session, json: bool, folder: &str, days: u32) -> Result<(), ApiError> {
    let folder = paths::folder(session, folder).await?.id;
    let Reply::Folder(folder) = session.ask(Request::SetTrashPolicy { folder, days }).await? else {
        return Err(fault(ErrorCode::Internal, "Not a folder.", ""));
    };
    print(json, &folder, |folder| {
        let kept = match folder.keep_days {
            0 => "until somebody empties it".to_owned(),
            1 => "for a day".to_owned(),
            days => format!("for {days} days"),
        };
        vec![format!("{}: what is put into the trash is kept {kept}.", shown(&folder.name))]
    });
    Ok(())
}

/// Something in the trash, by FOLDER/NAME.
async fn in_trash(session: &Session, path: &str) -> Result<Hit, ApiError> {
    let (name, rest) = path.split_once('/').ok_or_else(|| fault(ErrorCode::BadInput, "Give FOLDER/NAME.", ""))?;
    let folder = paths::folder(session, name).await?.id;
    let hit = trashed(session, Some(folder)).await?.into_iter().find(|hit| hit.entry.name == rest);
    hit.ok_or_else(|| fault(ErrorCode::NotFound, "This is not in the trash.", "`valise ls --trash` shows what is"))
}

/// Out of the trash for good, after a person at the terminal has said so.
async fn purge(session: &Session, json: bool, all: &[String], yes: bool) -> Result<(), ApiError> {
    let mut hits = Vec::new();
    for path in all {
        hits.push(in_trash(session, path).await?);
    }
    if !yes {
        opened::confirm(hits.len())?;
    }
    for hit in hits {
        session.ask(Request::Purge { folder: hit.folder, entries: vec![hit.entry.id] }).await?;
    }
    settle(session).await?;
    print(json, &"done", |_| Vec::new());
    Ok(())
}

async fn undo(session: &Session, json: bool) -> Result<(), ApiError> {
    match session.ask(Request::Undo).await? {
        Reply::Undone(undone) => {
            settle(session).await?;
            print(json, &undone, |undone| vec![undone.clone().unwrap_or_else(|| "nothing to take back".to_owned())]);
            Ok(())
        }
        other => Err(unexpected(&other)),
    }
}

/// Sends what was changed; without a network, or without room at the catalog, it waits for the next time.
pub async fn settle(session: &Session) -> Result<(), ApiError> {
    match session.ask(Request::Sync).await {
        Err(error) if !matches!(error.code, ErrorCode::Offline | ErrorCode::OverQuota) => Err(error),
        _ => Ok(()),
    }
}

/// Changes who is in a folder. For people, no news is good news.
async fn change_members(session: &Session, json: bool, folder: FolderId, request: Request) -> Result<(), ApiError> {
    session.ask(request).await?;
    print(json, &members(session, folder).await?, |_| Vec::new());
    Ok(())
}

async fn export(session: &Session, json: bool, path: &str, output: PathBuf) -> Result<(), ApiError> {
    let place = find(session, path).await?;
    let entry = place.entry()?.id;
    let to = std::path::absolute(&output).unwrap_or(output);
    match session.ask(Request::Export { folder: place.folder.id, entry, to }).await? {
        Reply::Exported(exported) => {
            print(json, &exported, |exported| {
                vec![
                    format!("encrypted file  {}", exported.file.display()),
                    format!("its key         {}", exported.key.display()),
                    "Whoever has both can read it: age -d asks for the key as the passphrase.".to_owned(),
                ]
            });
            Ok(())
        }
        other => Err(unexpected(&other)),
    }
}

async fn sync(session: &Session, json: bool, command: &Sync) -> Result<(), ApiError> {
    if !command.watch {
        session.ask(Request::Sync).await?;
        if !command.no_wait {
            // What is only here when the computer is closed is nowhere.
            await_held(session, command.timeout, &mut Interrupt::hear()).await?;
        }
        return status(session, json).await;
    }
    let mut interrupt = Interrupt::hear();
    let mut events = session.events().await?;
    status(session, json).await?;
    loop {
        tokio::select! {
            () = interrupt.pressed() => return Ok(()),
            event = events.next() => match event {
                Some(event) if json => print(true, &event, |_| Vec::new()),
                Some(Event::Status { status }) => println!("{}", status_lines(&status).join("; ")),
                Some(_) => {}
                None => return Ok(()),
            },
        }
    }
}

/// Says where the home stands.
pub async fn status(session: &Session, json: bool) -> Result<(), ApiError> {
    print(json, &session.status().await?, status_lines);
    Ok(())
}

fn status_lines(status: &Status) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(account) = &status.account {
        lines.push(format!("{} at {}", shown(&account.name), shown(&account.workspace)));
    }
    lines.push(match &status.stage {
        Stage::New => "no account here yet: use `valise init`, `valise join` or `valise pair`".to_owned(),
        Stage::Locked => "locked".to_owned(),
        Stage::Waiting { inviter, .. } => format!("waiting for {}'s computer to let you in", shown(inviter)),
        Stage::Open => {
            let connection = connection(status.connection);
            format!("{connection}, {} waiting, {} not yet held elsewhere", status.waiting, status.unheld)
        }
    });
    if status.requests > 0 {
        lines.push("Somebody asks for help with a forgotten password: look at `valise helper list`.".to_owned());
    }
    lines
}

fn connection(connection: Connection) -> &'static str {
    match connection {
        Connection::None => "not connected to a server",
        Connection::Connecting => "connecting",
        Connection::InStep => "in step",
        Connection::Syncing => "syncing",
        Connection::Unreachable => "the server does not answer",
        Connection::Distrusted => "the server is not trusted",
        Connection::Removed => "this computer was removed from the account",
    }
}

async fn fingerprints(session: &Session, json: bool) -> Result<(), ApiError> {
    match session.ask(Request::Fingerprints).await? {
        Reply::Fingerprints(prints) => {
            print(json, &prints, |prints| {
                let catalog = prints.catalog.clone().unwrap_or_else(|| "none".to_owned());
                vec![
                    format!("workspace  {}", prints.workspace),
                    format!("account    {}", prints.account),
                    format!("device     {}", prints.device),
                    format!("catalog    {catalog}"),
                ]
            });
            Ok(())
        }
        other => Err(unexpected(&other)),
    }
}

async fn security(session: &Session, json: bool) -> Result<(), ApiError> {
    match session.ask(Request::SecurityEvents).await? {
        Reply::Security(events) => {
            print(json, &events, |events| match events.as_slice() {
                [] => vec!["Nothing that you should look at.".to_owned()],
                events => events.iter().map(|event| shown(&event.words.happened)).collect(),
            });
            Ok(())
        }
        other => Err(unexpected(&other)),
    }
}
