//! `successor` and `folder successor`: who takes over the folders of somebody whose account is closed.

use valise_engine::api::{ApiError, ErrorCode, FolderSuccession, Reply, Request, Succession, Successor};

use crate::args::{SuccessorCommand, Whom};
use crate::output::{print, shown};
use crate::paths;
use crate::people::account;
use crate::session::{Session, fault, unexpected};

/// Runs `successor`.
pub async fn successor(session: &Session, json: bool, command: Option<&SuccessorCommand>) -> Result<(), ApiError> {
    let now = match command {
        None => ask(session, Request::Succession).await?,
        Some(SuccessorCommand::Set { whom }) => {
            let account = chosen(session, whom).await?;
            ask(session, Request::NameSuccessor { account }).await?
        }
        Some(SuccessorCommand::Agree { folders }) => agree(session, folders).await?,
    };
    print(json, &now, lines);
    Ok(())
}

/// Runs `folder successor`.
pub async fn of_folder(session: &Session, json: bool, folder: &str, whom: &Whom) -> Result<(), ApiError> {
    let folder = paths::folder(session, folder).await?.id;
    let account = chosen(session, whom).await?;
    let now = ask(session, Request::SetFolderSuccessor { folder, account }).await?;
    print(json, &now, lines);
    Ok(())
}

async fn ask(session: &Session, request: Request) -> Result<Succession, ApiError> {
    match session.ask(request).await? {
        Reply::Succession(succession) => Ok(succession),
        other => Err(unexpected(&other)),
    }
}

async fn chosen(session: &Session, whom: &Whom) -> Result<Option<valise_engine::api::AccountId>, ApiError> {
    match &whom.person {
        Some(person) => account(session, person).await.map(Some),
        None => Ok(None),
    }
}

/// Takes the workspace's successor for these folders; without names, for those about which nothing is decided, or whose
/// successor is gone.
async fn agree(session: &Session, names: &[String]) -> Result<Succession, ApiError> {
    let mut now = ask(session, Request::Succession).await?;
    let named = now.named.clone().filter(|named| !named.me);
    let Some(named) = named else {
        return Err(fault(
            ErrorCode::NotAllowed,
            "There is nobody to agree to: officers have named nobody, or you.",
            "name somebody for each folder: `valise folder successor`",
        ));
    };
    let mut folders = Vec::new();
    for name in names {
        folders.push(paths::folder(session, name).await?.id);
    }
    if names.is_empty() {
        let is_open = |it: &&FolderSuccession| !it.decided || it.successor.as_ref().is_some_and(|one| one.gone);
        folders.extend(now.folders.iter().filter(is_open).map(|it| it.folder));
    }
    for folder in folders {
        now = ask(session, Request::SetFolderSuccessor { folder, account: Some(named.account) }).await?;
    }
    Ok(now)
}

fn lines(succession: &Succession) -> Vec<String> {
    let mut lines = vec![match &succession.named {
        Some(named) => format!("{} takes over where an owner agrees.", who(named)),
        None => "Nobody is named to take over. An officer names somebody: `valise successor set`.".to_owned(),
    }];
    let folder = |it: &FolderSuccession| {
        let to = match (&it.successor, it.decided) {
            (Some(successor), _) => who(successor),
            (None, true) => "nobody".to_owned(),
            (None, false) => "not decided".to_owned(),
        };
        let alone = if it.alone { "  (nobody else is in it, who could hand it over: add a second person)" } else { "" };
        format!("{to:<20} {}{alone}", shown(&it.name))
    };
    if !succession.folders.is_empty() {
        lines.push("Folders that you alone own pass to:".to_owned());
    }
    lines.extend(succession.folders.iter().map(folder));
    if succession.folders.iter().any(|it| !it.decided) {
        lines.push("Decide with `valise successor agree` or `valise folder successor`.".to_owned());
    }
    lines
}

fn who(successor: &Successor) -> String {
    let name = if successor.me { "You".to_owned() } else { shown(&successor.name) };
    if successor.gone { format!("{name} (gone)") } else { name }
}
