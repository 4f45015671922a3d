//! `invitations`: those that nobody has used yet, for officers.

use valise_engine::api::{ApiError, ErrorCode, InvitationId, OpenInvitation, Reply, Request};

use crate::args::InvitationsCommand;
use crate::commands::confirm;
use crate::output::{moment, print, role, shown};
use crate::session::{Session, fault, unexpected};

/// Runs `invitations`.
pub async fn invitations(session: &Session, json: bool, command: Option<&InvitationsCommand>) -> Result<(), ApiError> {
    let now = match command {
        None => all(session).await?,
        Some(InvitationsCommand::Link { invitation }) => {
            let id = find(session, invitation).await?.id;
            return match session.ask(Request::InvitationLink { id }).await? {
                Reply::Link(link) => {
                    print(json, &link, |link| vec![link.clone()]);
                    Ok(())
                }
                other => Err(unexpected(&other)),
            };
        }
        Some(InvitationsCommand::Withdraw { invitation, yes }) => {
            let found = find(session, invitation).await?;
            let what = "takes the invitation back: whoever has its link is not let in any more";
            confirm(*yes, what, &short(found.id))?;
            rows(session.ask(Request::WithdrawInvitation { id: found.id }).await?)?
        }
    };
    print(json, &now, |all| match all.as_slice() {
        [] => vec!["No invitation is open. `valise invite FOLDER` makes one.".to_owned()],
        all => all.iter().map(line).collect(),
    });
    Ok(())
}

async fn all(session: &Session) -> Result<Vec<OpenInvitation>, ApiError> {
    rows(session.ask(Request::Invitations).await?)
}

fn rows(reply: Reply) -> Result<Vec<OpenInvitation>, ApiError> {
    match reply {
        Reply::Invitations(all) => Ok(all),
        other => Err(unexpected(&other)),
    }
}

/// By how its id begins.
async fn find(session: &Session, invitation: &str) -> Result<OpenInvitation, ApiError> {
    let wanted = invitation.to_lowercase();
    let begins = |it: &OpenInvitation| !wanted.is_empty() && it.id.to_string().starts_with(&wanted);
    let mut found = all(session).await?.into_iter().filter(begins);
    match (found.next(), found.next()) {
        (Some(one), None) => Ok(one),
        (None, _) => Err(fault(ErrorCode::NotFound, "There is no such invitation.", "`valise invitations` lists them")),
        _ => Err(fault(ErrorCode::BadInput, "Several invitations begin so.", "give more of the id")),
    }
}

/// Enough of an id to name it.
fn short(id: InvitationId) -> String {
    id.to_string().chars().take(8).collect()
}

fn line(it: &OpenInvitation) -> String {
    let to = it.folder_name.as_deref().map_or_else(|| "a folder you are not in".to_owned(), shown);
    let when = if it.expired { "expired" } else { "until" };
    let by = if it.by_me { "you".to_owned() } else { shown(&it.by) };
    let becomes = it.role.map_or("", role);
    format!("{}  {when:<7} {}  {becomes:<7} by {by}  {to}", short(it.id), moment(it.expires))
}
