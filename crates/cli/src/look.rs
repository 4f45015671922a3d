//! `search`, `recent`, `info`, `keep`: finding files, and having them here.

use valise_engine::api::{ApiError, Details, EntryKind, Hit, Reply, Request};

use crate::commands::settle;
use crate::output::{self, moment, print, role, row, shown};
use crate::paths::{self, find};
use crate::session::{Session, unexpected};

/// Runs `search`.
pub async fn search(session: &Session, json: bool, text: &str, folder: Option<&str>) -> Result<(), ApiError> {
    let folder = match folder {
        Some(name) => Some(paths::folder(session, name).await?.id),
        None => None,
    };
    hits(session, json, Request::Search { folder, text: text.to_owned() }).await
}

/// Runs `recent`.
pub async fn recent(session: &Session, json: bool, last: u32) -> Result<(), ApiError> {
    hits(session, json, Request::Recent { limit: last }).await
}

async fn hits(session: &Session, json: bool, request: Request) -> Result<(), ApiError> {
    match session.ask(request).await? {
        Reply::Hits(hits) => {
            print(json, &hits, |hits| hits.iter().map(hit).collect());
            Ok(())
        }
        other => Err(unexpected(&other)),
    }
}

fn hit(hit: &Hit) -> String {
    let mark = if hit.entry.kind == EntryKind::Directory { "/" } else { "" };
    let steps = hit.path.iter().map(|crumb| &crumb.name).chain([&hit.entry.name]);
    let path: Vec<String> = [&hit.folder_name].into_iter().chain(steps).map(|name| shown(name)).collect();
    format!("{}  {:<16}  {}{mark}", moment(hit.entry.changed), shown(&hit.entry.by), path.join("/"))
}

/// Runs `info`.
pub async fn info(session: &Session, json: bool, path: &str) -> Result<(), ApiError> {
    let place = find(session, path).await?;
    let request = Request::Details { folder: place.folder.id, entry: place.entry()?.id };
    match session.ask(request).await? {
        Reply::Details(details) => {
            print(json, &*details, lines);
            Ok(())
        }
        other => Err(unexpected(&other)),
    }
}

fn lines(details: &Details) -> Vec<String> {
    let mut lines = vec![row(&details.entry)];
    if details.entry.kind == EntryKind::File {
        let held =
            if details.held { "has confirmed the newest version" } else { "has not confirmed the newest version" };
        lines.push(format!("the pinning node {held}"));
    }
    lines.extend(details.entry.editing.iter().map(|name| format!("{} has it open", shown(name))));
    lines.extend(details.versions.iter().map(output::version));
    lines.push("can be opened by".to_owned());
    lines.extend(details.members.iter().map(|member| format!("  {:<7} {}", role(member.role), shown(&member.name))));
    lines
}

/// Runs `keep`.
pub async fn keep(session: &Session, json: bool, all: &[String], keep: bool) -> Result<(), ApiError> {
    for path in all {
        let place = find(session, path).await?;
        let entries = vec![place.entry()?.id];
        session.ask(Request::Keep { folder: place.folder.id, entries, keep }).await?;
    }
    settle(session).await?;
    print(json, &"done", |_| Vec::new());
    Ok(())
}
