//! `token`: a token with a PIN beside the password, or instead of it.

use serde_json::json;
use valise_engine::api::{ApiError, Request};

use crate::args::TokenCommand;
use crate::keys::{account, account_lines};
use crate::output::{print, shown};
use crate::session::Session;

/// Runs `token`.
pub async fn token(session: &Session, json: bool, command: &TokenCommand) -> Result<(), ApiError> {
    let (request, said) = match command {
        TokenCommand::Status => return status(session, json).await,
        TokenCommand::Add { address, instead, new_pin_file } => {
            let pin = session.new_pin(new_pin_file.as_deref()).await?;
            let (password, place) = (session.secret().await?, address.clone());
            let said = if *instead {
                "Only the token opens this home now. If it is lost, recovery kits are the way in: `valise recovery status`."
            } else {
                "The token opens this home, and so does the password."
            };
            (Request::AddToken { password, place, pin, instead: *instead }, said)
        }
        TokenCommand::Remove { new } => {
            let is_alone = session.is_token_alone().await?;
            let new = if is_alone { Some(session.new_password(new.file.as_deref())?) } else { None };
            (Request::RemoveToken { password: session.secret().await?, new }, "The token opens this home no more.")
        }
    };
    let keys = account(session.ask(request).await?)?;
    print(json, &keys, |keys| {
        let mut lines = vec![said.to_owned()];
        lines.extend(account_lines(keys));
        lines
    });
    Ok(())
}

/// What opens this home, locked or not.
pub async fn status(session: &Session, json: bool) -> Result<(), ApiError> {
    let status = session.status().await?;
    print(json, &json!({"password": status.password, "token": status.token}), |_| {
        let password = status.password.then(|| "password".to_owned());
        password.into_iter().chain(status.token.as_deref().map(|token| format!("token  {}", shown(token)))).collect()
    });
    Ok(())
}
