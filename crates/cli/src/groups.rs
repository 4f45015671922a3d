//! `group`: groups of people, and a folder shared with one.

use valise_engine::api::{ApiError, ErrorCode, FolderId, Group, Person, Reply, Request, Role};

use crate::args::GroupCommand;
use crate::commands::confirm;
use crate::output::{print, shown};
use crate::people::account;
use crate::session::{Session, fault, unexpected};

/// Runs `group`.
pub async fn group(session: &Session, json: bool, command: Option<&GroupCommand>) -> Result<(), ApiError> {
    let now = match command {
        None => all(session).await?,
        Some(GroupCommand::Set { name, people, rename }) => {
            let known = all(session).await?.into_iter().find(|group| group.name == *name);
            let mut members = Vec::with_capacity(people.len());
            for person in people {
                members.push(account(session, person).await?);
            }
            // Another name alone changes nobody.
            if let (Some(known), true, Some(_)) = (&known, people.is_empty(), rename) {
                members.clone_from(&known.members);
            }
            let (group, name) = (known.map(|known| known.id), rename.as_ref().unwrap_or(name).clone());
            groups(session.ask(Request::SetGroup { group, name, members }).await?)?
        }
        Some(GroupCommand::Remove { name, yes }) => {
            let group = find(session, name).await?.id;
            confirm(*yes, "removes the group; its people stay in every folder", name)?;
            groups(session.ask(Request::RemoveGroup { group }).await?)?
        }
    };
    let Reply::People(people) = session.ask(Request::People).await? else {
        return Err(fault(ErrorCode::Internal, "Valise made a mistake.", "people"));
    };
    print(json, &now, |groups| groups.iter().map(|group| line(group, &people)).collect());
    Ok(())
}

/// Adds everybody of a group to a folder.
pub async fn add_to(session: &Session, folder: FolderId, name: &str, role: Role) -> Result<(), ApiError> {
    let group = find(session, name).await?.id;
    session.ask(Request::AddGroup { folder, group, role, named: None }).await.map(|_| ())
}

async fn all(session: &Session) -> Result<Vec<Group>, ApiError> {
    groups(session.ask(Request::Groups).await?)
}

async fn find(session: &Session, name: &str) -> Result<Group, ApiError> {
    let found = all(session).await?.into_iter().find(|group| group.name == name || group.id.to_string() == name);
    found.ok_or_else(|| fault(ErrorCode::NotFound, "There is no such group.", "`valise group` lists them"))
}

fn groups(reply: Reply) -> Result<Vec<Group>, ApiError> {
    match reply {
        Reply::Groups(groups) => Ok(groups),
        other => Err(unexpected(&other)),
    }
}

fn line(group: &Group, people: &[Person]) -> String {
    let name = |person: &&Person| group.members.contains(&person.account);
    let names: Vec<String> = people.iter().filter(name).map(|person| shown(&person.name).to_string()).collect();
    let who = if names.is_empty() { "nobody".to_owned() } else { names.join(", ") };
    format!("{}: {who}", shown(&group.name))
}
