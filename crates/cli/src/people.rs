//! `people`: who is in the workspace, whose safety numbers were compared, and what officers decide.

use valise_engine::api::{AccountId, ApiError, ErrorCode, Person, Reply, Request};

use crate::args::PeopleCommand;
use crate::commands::confirm;
use crate::output::{print, shown};
use crate::session::{Session, fault, unexpected};

/// Runs `people`.
pub async fn people(session: &Session, json: bool, command: Option<&PeopleCommand>) -> Result<(), ApiError> {
    match command {
        None => {}
        Some(PeopleCommand::Officer { person, not }) => {
            let account = account(session, person).await?;
            session.ask(Request::SetOfficer { account, officer: !not }).await?;
        }
        Some(PeopleCommand::Verify { person, undo: true, .. }) => {
            let account = account(session, person).await?;
            session.ask(Request::SetVerified { account, number: None }).await?;
        }
        Some(PeopleCommand::Verify { person, number, yes, .. }) => {
            verify(session, person, number.as_deref(), *yes).await?;
        }
        Some(PeopleCommand::Close { person, yes }) => {
            let account = account(session, person).await?;
            let what = "closes the account: they are refused at once, and nothing brings it back. Shared folders which \
                        they alone own pass to the successor they agreed to (`valise successor`), once a member's \
                        computer hands them over; without one, nobody manages them any more. Folders which nobody else \
                        is in, and their own files, can be opened by nobody any more";
            confirm(*yes, what, person)?;
            session.ask(Request::CloseAccount { account }).await?;
        }
    }
    print(json, &all(session).await?, |people| people.iter().map(line).collect());
    Ok(())
}

/// Somebody, by name or account id; a name that two people have is no name.
pub async fn account(session: &Session, person: &str) -> Result<AccountId, ApiError> {
    find(&all(session).await?, person).map(|one| one.account)
}

fn find<'a>(people: &'a [Person], person: &str) -> Result<&'a Person, ApiError> {
    let found: Vec<_> = people.iter().filter(|one| one.name == person || one.account.to_string() == person).collect();
    match found.as_slice() {
        [one] => Ok(one),
        [] => Err(fault(ErrorCode::NotFound, "Nobody of this workspace has that name.", "`valise people` shows all")),
        _ => Err(fault(
            ErrorCode::BadInput,
            "Several people have that name.",
            "use the account id that `people --json` shows",
        )),
    }
}

/// Shows both numbers and asks. A number that was given is compared by the engine, which marks no other one.
async fn verify(session: &Session, person: &str, number: Option<&str>, yes: bool) -> Result<(), ApiError> {
    let people = all(session).await?;
    let they = find(&people, person)?;
    if !they.me && !yes {
        let own = people.iter().find(|one| one.me).map_or("", |me| me.fingerprint.as_str());
        let theirs = &they.fingerprint;
        let question = format!(
            "marks them as verified on this computer. Call them at a number you know, or sit side by side; not by \
             mail, and not through Valise. You read yours out, they read theirs, and each finds it on their own \
             screen:\n  yours   {own}\n  theirs  {theirs}\nOnly if both are the same"
        );
        confirm(false, &question, person)?;
    }
    let number = Some(number.map_or_else(|| they.fingerprint.clone(), str::to_owned));
    session.ask(Request::SetVerified { account: they.account, number }).await.map(drop)
}

async fn all(session: &Session) -> Result<Vec<Person>, ApiError> {
    match session.ask(Request::People).await? {
        Reply::People(people) => Ok(people),
        other => Err(unexpected(&other)),
    }
}

fn line(person: &Person) -> String {
    let officer = if person.officer { "officer" } else { "" };
    let sure = match person {
        Person { me: true, .. } => "you",
        Person { verified: true, .. } => "verified",
        Person { compare_again: true, .. } => "compare again",
        _ => "not verified",
    };
    format!("{officer:<8} {}  {sure:<13}  {}", person.fingerprint, shown(&person.name))
}
