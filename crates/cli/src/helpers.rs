//! `helper`, and `recover --ask`: a forgotten password with the help of officers, on either side.

use valise_engine::api::{
    ApiError, AskedRecovery, AskedStage, Authority, AuthorityHolder, Code, DeviceId, ErrorCode, HolderChoice, Password,
    RecoveryRequest, Rehearsed, Reply, Request, Stage,
};

use crate::args::{HelperCommand, Recover};
use crate::commands::confirm;
use crate::output::{count, moment, print, shown};
use crate::people::account;
use crate::recovery::{ask, hand_out, kits, settle};
use crate::session::{Session, fault, given, unexpected};

/// Runs `helper`.
pub async fn helper(session: &Session, json: bool, command: &HelperCommand) -> Result<(), ApiError> {
    match command {
        HelperCommand::List => {}
        HelperCommand::Set { people, key, secret_file, wait } => {
            let mut holders = Vec::new();
            for person in people {
                holders.push(HolderChoice::Officer { account: account(session, person).await? });
            }
            if let Some(place) = key {
                let secret = key_secret(secret_file.as_deref())?;
                holders.push(HolderChoice::Kept { place: place.clone(), secret });
            }
            session.ask(Request::SetAuthority { holders, delay_hours: *wait }).await?;
        }
        HelperCommand::End { yes } => {
            confirm(*yes, "ends it: nobody can help any more, and everybody needs two kits again", "everybody")?;
            session.ask(Request::SetAuthority { holders: Vec::new(), delay_hours: 0 }).await?;
        }
        HelperCommand::MakeKey { address, secret_file } => {
            let (place, secret) = (address.clone(), key_secret(secret_file.as_deref())?);
            session.ask(Request::MakeKeeperKey { place, secret }).await?;
        }
        HelperCommand::Approve { device, yes, key, secret_file } => {
            let request = find(session, device).await?;
            if *yes && plain(device) != plain(&request.fingerprint) && device.parse() != Ok(request.device) {
                return Err(fault(
                    ErrorCode::BadInput,
                    "With --yes, give everything that was read out to you.",
                    "all 32 characters",
                ));
            }
            let question = format!("lets them in if they have read exactly this to you: {}", request.fingerprint);
            confirm(*yes, &question, &request.name)?;
            let with_key = request.needs_secret || key.is_some() || secret_file.is_some();
            let secret = if with_key { key_secret(secret_file.as_deref())? } else { None };
            let place = key.clone();
            session.ask(Request::ApproveRecovery { device: request.device, place, secret }).await?;
        }
        HelperCommand::Rewrap { key, secret_file } => {
            let secret = key_secret(secret_file.as_deref())?;
            session.ask(Request::RewrapAuthority { place: key.clone(), secret }).await?;
        }
        HelperCommand::Refuse { device } => {
            let request = find(session, device).await?;
            session.ask(Request::RefuseRecovery { device: request.device }).await?;
        }
    }
    print(json, &authority(session).await?, authority_lines);
    Ok(())
}

/// A PIN or a service's token; without one, the service's own ways are tried.
fn key_secret(file: Option<&std::path::Path>) -> Result<Option<Password>, ApiError> {
    given(file, "VALISE_KEY_SECRET")
}

async fn authority(session: &Session) -> Result<Authority, ApiError> {
    match session.ask(Request::Authority).await? {
        Reply::Authority(authority) => Ok(*authority),
        other => Err(unexpected(&other)),
    }
}

fn plain(text: &str) -> String {
    text.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_lowercase()
}

/// A request by its id, or by how its fingerprint begins.
async fn find(session: &Session, device: &str) -> Result<RecoveryRequest, ApiError> {
    let wanted = plain(device);
    let requests = authority(session).await?.requests;
    let id: Option<DeviceId> = device.parse().ok();
    let fits = |it: &RecoveryRequest| Some(it.device) == id || plain(&it.fingerprint).starts_with(&wanted);
    let mut found = requests.into_iter().filter(|it| !wanted.is_empty() && fits(it));
    match (found.next(), found.next()) {
        (Some(one), None) => Ok(one),
        (None, _) => Err(fault(ErrorCode::NotFound, "There is no such request.", "see `valise helper list`")),
        _ => Err(fault(ErrorCode::BadInput, "Several requests begin so.", "give more of the fingerprint")),
    }
}

fn authority_lines(authority: &Authority) -> Vec<String> {
    let mut lines = Vec::new();
    if authority.version.is_none() {
        lines
            .push("Nobody can help with a forgotten password. An officer chooses who: `valise helper set`.".to_owned());
    } else {
        let holder = |it: &AuthorityHolder| {
            let gone = if it.gone { "  (is no officer any more: choose anew)" } else { "" };
            format!("helps    {}  {}{gone}", shown(&it.name), it.fingerprint)
        };
        lines.extend(authority.holders.iter().map(holder));
        if authority.holders.len() > 1 {
            lines.push("         both are needed".to_owned());
        }
        lines.push(format!("waits    {} hours between yes and release", authority.delay_hours));
    }
    if !authority.to_come.is_empty() {
        let names: Vec<_> = authority.to_come.iter().map(|name| shown(name).to_string()).collect();
        lines.push(format!("to come  {} (a new kit each: `valise recovery kit`)", names.join(", ")));
    }
    lines.extend(authority.requests.iter().flat_map(request_lines));
    lines
}

fn request_lines(request: &RecoveryRequest) -> Vec<String> {
    let whose =
        if request.mine { "your account".to_owned() } else { format!("the account of {}", shown(&request.name)) };
    let mut lines = vec![String::new(), format!("A new computer asks to recover {whose}.")];
    lines.push(format!("  it shows   {}", request.fingerprint));
    if !request.reason.is_empty() {
        lines.push(format!("  it says    {}", shown(&request.reason)));
    }
    if !request.approved_by.is_empty() {
        let by: Vec<_> = request.approved_by.iter().map(|name| shown(name).to_string()).collect();
        lines.push(format!("  approved   by {}", by.join(", ")));
    }
    match (request.released, request.not_before) {
        (true, _) => lines.push("  released".to_owned()),
        (false, Some(at)) => lines.push(format!("  released   not before {}", moment(at))),
        (false, None) => {}
    }
    if request.mine {
        lines.push(
            "  If that is not you: `valise helper refuse` with the first characters of what it shows.".to_owned(),
        );
    } else if request.may_approve {
        lines.push(
            "  Call them at a number you know, and let them read it to you. Then `valise helper approve`.".to_owned(),
        );
    }
    lines
}

/// Runs `recovery rehearse`.
pub async fn rehearse(session: &Session, json: bool, codes: &[String]) -> Result<(), ApiError> {
    let mut codes: Vec<Code> = codes.iter().cloned().map(Code).collect();
    if codes.is_empty() {
        codes.push(ask("Code of a recovery kit: ")?);
    }
    match session.ask(Request::Rehearse { codes }).await? {
        Reply::Rehearsed(rehearsed) => {
            print(json, &rehearsed, |Rehearsed { folders, files }| {
                let (folders, files) = (count(*folders, "folder", "folders"), count(*files, "file", "files"));
                vec![format!("It works: {folders} and {files} opened in a copy. Nothing was changed.")]
            });
            Ok(())
        }
        other => Err(unexpected(&other)),
    }
}

/// Runs `recover --ask`, `--asked`, `--finish` and `--give-up`.
pub async fn recover(session: &Session, json: bool, command: &Recover) -> Result<(), ApiError> {
    if command.ask {
        let is_new = session.status().await?.stage == Stage::New;
        let code = match command.codes.first() {
            Some(code) => Some(Code(code.clone())),
            None if is_new => Some(ask("Code of your recovery kit: ")?),
            None => None,
        };
        let request = Request::AskRecovery {
            code,
            catalog: command.catalog.clone(),
            name: command.name.clone(),
            alone: !command.keep_others,
            reason: command.reason.clone().unwrap_or_default(),
            password: session.password(true)?,
        };
        session.ask(request).await?;
    }
    if command.give_up {
        session.ask(Request::ForgetAsked).await?;
    }
    if command.finish {
        let password = session.password(false)?;
        let kits = kits(session.ask(Request::FinishRecovery { password }).await?)?;
        settle(session).await?;
        return hand_out(session, json, &kits, &command.output).await;
    }
    match session.ask(Request::AskedRecovery).await? {
        Reply::Asked(asked) => {
            print(json, &asked, |asked| asked.as_ref().map_or_else(|| vec!["nobody is asked".to_owned()], asked_lines));
            Ok(())
        }
        other => Err(unexpected(&other)),
    }
}

fn asked_lines(asked: &AskedRecovery) -> Vec<String> {
    let AskedRecovery { needed, approved, .. } = asked;
    let stage = match asked.stage {
        AskedStage::Asked => format!("{approved} of {needed} officers have approved it"),
        AskedStage::Approved => match asked.not_before {
            Some(at) => format!("approved; released not before {}", moment(at)),
            None => "approved; not released yet".to_owned(),
        },
        AskedStage::Ready => "ready: `valise recover --finish`, with the password that you chose".to_owned(),
        AskedStage::Refused => "refused: speak to an officer, then ask again".to_owned(),
        AskedStage::Gone => "counts no more: ask again".to_owned(),
        AskedStage::Unreachable => "the catalog does not answer now".to_owned(),
    };
    let mut lines = vec![
        format!("asked      {} at {}", moment(asked.at), shown(&asked.catalog)),
        format!("read out   {}", asked.fingerprint),
        format!("stands     {stage}"),
    ];
    if asked.stage == AskedStage::Asked {
        lines.push("Call one of your officers, and read these characters to them.".to_owned());
    }
    lines
}
