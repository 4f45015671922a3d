//! `activity`: what happened in a folder.

use std::path::PathBuf;

use valise_engine::api::{
    Activity, ActivityFilter, ActivityFormat, ActivityKind, ActivityPage, ActivityPlace, ActivityWhat, ApiError,
    FolderId, Reply, Request,
};
use valise_engine::{activity_headline, activity_line};

use crate::args::{ActivityOf, KindName};
use crate::output::{print, role, shown};
use crate::paths::{find, folder};
use crate::people::account;
use crate::session::{Session, unexpected};

/// Says what happened, the newest first; or writes all of it to a file.
pub async fn activity(session: &Session, json: bool, command: &ActivityOf) -> Result<(), ApiError> {
    let folder = folder(session, &command.folder).await?.id;
    let person = match &command.person {
        Some(person) => Some(account(session, person).await?),
        None => None,
    };
    let entry = match &command.file {
        Some(path) => Some(find(session, &format!("{}/{path}", command.folder)).await?.entry()?.id),
        None => None,
    };
    let filter = ActivityFilter { person, kind: command.kind.map(kind), entry };
    match &command.output {
        Some(to) => {
            let format = if command.csv { ActivityFormat::Csv } else { ActivityFormat::Json };
            let to = std::path::absolute(to).unwrap_or_else(|_| to.clone());
            written(session, Request::ExportActivity { folder, filter, format, to }, json).await
        }
        None if command.csv => {
            print!("{}", activity_headline());
            each_page(session, folder, &filter, command.last, |page| {
                page.activities.iter().for_each(|it| print!("{}", activity_line(it)));
            })
            .await
        }
        None => {
            let mut all = Vec::new();
            each_page(session, folder, &filter, command.last, |page| all.extend(page.activities)).await?;
            print(json, &all, |all| all.iter().map(line).collect());
            Ok(())
        }
    }
}

async fn written(session: &Session, request: Request, json: bool) -> Result<(), ApiError> {
    match session.ask(request).await? {
        Reply::Path(path) => {
            let path: PathBuf = path;
            print(json, &path, |path| vec![shown(&path.to_string_lossy())]);
            Ok(())
        }
        other => Err(unexpected(&other)),
    }
}

async fn each_page(
    session: &Session,
    folder: FolderId,
    filter: &ActivityFilter,
    last: u32,
    mut each: impl FnMut(ActivityPage),
) -> Result<(), ApiError> {
    let mut before: Option<ActivityPlace> = None;
    let mut left = last;
    while left > 0 {
        let request = Request::Activity { folder, filter: filter.clone(), before, limit: left.min(500) };
        let page = match session.ask(request).await? {
            Reply::Activity(page) => page,
            other => return Err(unexpected(&other)),
        };
        left = left.saturating_sub(u32::try_from(page.activities.len()).unwrap_or(u32::MAX));
        before = page.before;
        each(page);
        if before.is_none() {
            break;
        }
    }
    Ok(())
}

fn kind(name: KindName) -> ActivityKind {
    match name {
        KindName::Added => ActivityKind::Added,
        KindName::Changed => ActivityKind::Changed,
        KindName::Removed => ActivityKind::Removed,
        KindName::Shared => ActivityKind::Shared,
        KindName::Keys => ActivityKind::Keys,
        KindName::Signed => ActivityKind::Signed,
    }
}

fn line(it: &Activity) -> String {
    format!("{:>6}.{:<4} {:<16} {}", it.at.record, it.at.change, shown(&it.by), words(it))
}

fn words(it: &Activity) -> String {
    let text = |text: &Option<String>| shown(text.as_deref().unwrap_or_default());
    let (path, before, person) = (text(&it.path), text(&it.before), text(&it.person));
    let number = it.number.unwrap_or_default();
    let role = it.role.map(role).unwrap_or_default();
    match it.what {
        ActivityWhat::FolderMade => "made the folder".to_owned(),
        ActivityWhat::FileAdded => format!("added {path}"),
        ActivityWhat::DirectoryAdded => format!("made the directory {path}"),
        ActivityWhat::NewVersion => format!("version {number} of {path}"),
        ActivityWhat::VersionRestored => format!("restored an older version of {path}, as version {number}"),
        ActivityWhat::ConflictCopy => format!("changed it while somebody else did: {path}"),
        ActivityWhat::Renamed => format!("renamed {before} to {path}"),
        ActivityWhat::Moved => format!("moved {before} to {path}"),
        ActivityWhat::FolderNamed => format!("named the folder {path}"),
        ActivityWhat::Trashed => format!("put into the trash: {path}"),
        ActivityWhat::Restored => format!("took out of the trash: {path}"),
        ActivityWhat::Purged => format!("deleted for good: {path}"),
        ActivityWhat::Expired => format!("let go of what had its time in the trash: {path}"),
        ActivityWhat::TrashPolicy if number == 0 => {
            "decided that the trash is kept until somebody empties it".to_owned()
        }
        ActivityWhat::TrashPolicy => format!("decided that the trash is kept for {number} days"),
        ActivityWhat::MemberAdded => format!("added {person} as {role}"),
        ActivityWhat::MemberJoined => format!("let in {person} as {role}, by an invitation link"),
        ActivityWhat::MemberAccepted => "accepted the folder".to_owned(),
        ActivityWhat::MemberRemoved => format!("removed {person}"),
        ActivityWhat::MemberLeft => "left".to_owned(),
        ActivityWhat::RoleChanged => format!("made {person} {role}"),
        ActivityWhat::Succeeded => {
            format!("handed the folder over to {person}, because its owners' accounts are closed")
        }
        ActivityWhat::Invited => format!("made an invitation link for one {role}"),
        ActivityWhat::InvitationWithdrawn => "withdrew an invitation link".to_owned(),
        ActivityWhat::SuccessorNamed if person.is_empty() => "decided that nobody takes the folder over".to_owned(),
        ActivityWhat::SuccessorNamed => format!("decided that {person} takes the folder over one day"),
        ActivityWhat::KeyChanged => format!("changed the folder's key (version {number})"),
        ActivityWhat::KeyPolicy => format!("decided on the folder's keys (version {number} and later count)"),
        ActivityWhat::Signed => format!("signed version {number} of {path}"),
    }
}
