//! `sign`, `signatures`, `export-signed`, `signing-key`.

use std::path::Path;

use valise_engine::api::{
    ApiError, DekId, DocumentSignature, EntryKind, ErrorCode, Reply, Request, Signatures, SigningKey, Verdict,
};

use crate::args::{Sign, SigningKeyCommand};
use crate::commands::confirm;
use crate::opened;
use crate::output::{moment, print, shown};
use crate::paths::{Place, find};
use crate::session::{Session, fault, unexpected};

/// Signs a version of a file.
pub async fn sign(session: &Session, json: bool, command: &Sign) -> Result<(), ApiError> {
    let place = file(session, &command.path).await?;
    let (folder, entry) = (place.folder.id, place.entry()?.id);
    let version = version(session, &place, command.version).await?;
    let statement = command.statement.clone().unwrap_or_default();
    let key = command.key;
    // Only a key on a token needs one; the engine says so of the others.
    let pin = match key {
        Some(key) if on_token(session, key).await? => Some(session.pin()?),
        _ => None,
    };
    show(json, session.ask(Request::Sign { folder, entry, version, statement, key, pin }).await?)
}

async fn on_token(session: &Session, version: u64) -> Result<bool, ApiError> {
    match session.ask(Request::SigningKeys).await? {
        Reply::SigningKeys(keys) => Ok(keys.iter().any(|key| key.version == version && key.token.is_some())),
        other => Err(unexpected(&other)),
    }
}

/// Who signed a file.
pub async fn signatures(session: &Session, json: bool, path: &str, check: bool) -> Result<(), ApiError> {
    let place = file(session, path).await?;
    show(json, session.ask(Request::Signatures { folder: place.folder.id, entry: place.entry()?.id, check }).await?)
}

/// Writes a file with what checks its signatures.
pub async fn export(
    session: &Session,
    json: bool,
    path: &str,
    number: Option<u32>,
    output: &Path,
) -> Result<(), ApiError> {
    let place = file(session, path).await?;
    let (folder, entry) = (place.folder.id, place.entry()?.id);
    let version = version(session, &place, number).await?;
    let to = std::path::absolute(output).unwrap_or_else(|_| output.to_owned());
    match session.ask(Request::ExportSigned { folder, entry, version, to }).await? {
        Reply::ExportedSigned(exported) => {
            print(json, &exported, |exported| {
                let mut files = vec![&exported.file, &exported.allowed_signers];
                for one in &exported.signatures {
                    files.extend([&one.signature, &one.statement, &one.statement_signature, &one.certificate]);
                }
                let mut lines: Vec<String> = files.iter().map(|path| shown(&path.to_string_lossy())).collect();
                if exported.left_out > 0 {
                    lines.push(format!("left out, because they are not good: {}", exported.left_out));
                }
                lines
            });
            Ok(())
        }
        other => Err(unexpected(&other)),
    }
}

/// Runs `signing-key`.
pub async fn keys(session: &Session, json: bool, command: &SigningKeyCommand) -> Result<(), ApiError> {
    let request = match command {
        SigningKeyCommand::List => Request::SigningKeys,
        SigningKeyCommand::Rotate => Request::RotateSigningKey,
        SigningKeyCommand::AddToken { address } => {
            Request::AddTokenSigningKey { place: address.clone(), pin: session.pin()? }
        }
        SigningKeyCommand::Revoke { number, yes } => {
            confirm(*yes, "ends a key: it signs nothing any more", &number.to_string())?;
            Request::RevokeSigningKey { version: *number }
        }
    };
    match session.ask(request).await? {
        Reply::SigningKeys(keys) => {
            print(json, &keys, |keys| keys.iter().map(key).collect());
            Ok(())
        }
        other => Err(unexpected(&other)),
    }
}

async fn file(session: &Session, path: &str) -> Result<Place, ApiError> {
    let place = find(session, path).await?;
    match place.entry()?.kind {
        EntryKind::File => Ok(place),
        EntryKind::Directory => Err(fault(ErrorCode::BadInput, "Only files can be signed.", "")),
    }
}

async fn version(session: &Session, place: &Place, number: Option<u32>) -> Result<Option<DekId>, ApiError> {
    match number {
        Some(number) => opened::version(session, place, number).await.map(Some),
        None => Ok(None),
    }
}

fn show(json: bool, reply: Reply) -> Result<(), ApiError> {
    match reply {
        Reply::Signatures(signatures) => {
            print(json, &signatures, lines);
            Ok(())
        }
        other => Err(unexpected(&other)),
    }
}

fn lines(signatures: &Signatures) -> Vec<String> {
    if signatures.signatures.is_empty() {
        return vec![format!("Nobody has signed {}.", shown(&signatures.name))];
    }
    signatures.signatures.iter().flat_map(|one| signature(one, signatures.newest)).collect()
}

fn signature(one: &DocumentSignature, newest: u32) -> Vec<String> {
    let versions: Vec<String> = one.versions.iter().map(u32::to_string).collect();
    let which = if one.current { String::new() } else { format!(" (the newest is {newest})") };
    let (versions, name) = (versions.join(", "), shown(&one.name));
    let mut lines = vec![format!("version {versions}{which}  {}  {name}: {}", moment(one.at), verdict(one.verdict))];
    let words = one.statement.split('\n').filter(|line| !line.is_empty());
    lines.extend(words.map(|line| format!("    {}", shown(line))));
    let good = matches!(one.verdict, Verdict::Good | Verdict::NotChecked);
    if good && one.key_ended_since {
        lines.push("    The key was ended since then.".to_owned());
    }
    if good && !one.member {
        lines.push("    No member of the folder any more.".to_owned());
    }
    lines
}

fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Good => "good",
        Verdict::NotChecked => "not checked yet: the file was not read on this computer",
        Verdict::KeyRevoked => "NOT GOOD: made after the key was revoked",
        Verdict::OtherBytes => "NOT GOOD: it is of other bytes than this file has",
        Verdict::NotMember => "NOT GOOD: by somebody who was not a member of this folder",
        Verdict::Invalid => "NOT GOOD: it is not what it says it is",
    }
}

fn key(key: &SigningKey) -> String {
    let computer = key.computer.as_deref().map_or_else(|| "a computer without a name".to_owned(), shown);
    let this = if key.this { ", this one" } else { "" };
    let state = match (key.in_force, key.here) {
        (false, _) => "ended",
        (true, true) => "signs here",
        (true, false) => "in force",
    };
    let token = key.token.as_deref().map(|token| format!("  {}", shown(token))).unwrap_or_default();
    format!("{:>4}  {state:<10}  {}  {computer}{this}{token}", key.version, key.fingerprint)
}
