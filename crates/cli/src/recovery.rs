//! `recovery` and `recover`: ways back in without the password.

use std::path::{Path, PathBuf};

use serde_json::json;
use valise_engine::api::{
    ApiError, Code, ErrorCode, Escrow, KeyringState, Kit, KitCheck, KitName, KitStatus, Kits, Recovery, Reply, Request,
    Stage,
};

use crate::args::{KitOutput, KitText, Recover, RecoveryCommand};
use crate::output::print;
use crate::session::{Session, fault, unexpected};

/// Runs `recovery`.
pub async fn recovery(session: &Session, json: bool, command: &RecoveryCommand) -> Result<(), ApiError> {
    match command {
        RecoveryCommand::Kit { output } => {
            let password = session.secret().await?;
            let kits = kits(session.ask(Request::MakeKits { password }).await?)?;
            settle(session).await?;
            hand_out(session, json, &kits, output).await
        }
        RecoveryCommand::Confirm { kit, groups } => confirm(session, json, *kit, groups).await,
        RecoveryCommand::Rehearse { codes } => crate::helpers::rehearse(session, json, codes).await,
        RecoveryCommand::Check { code } => check(session, json, code.as_deref()).await,
        RecoveryCommand::Status => {
            let status = status(session).await?;
            print(json, &status, status_lines);
            Ok(())
        }
    }
}

/// Runs `recover`.
pub async fn recover(session: &Session, json: bool, command: &Recover) -> Result<(), ApiError> {
    if command.with_help() {
        return crate::helpers::recover(session, json, command).await;
    }
    if let Some(catalog) = &command.catalog {
        return recover_account(session, json, command, catalog).await;
    }
    let mut codes: Vec<Code> = command.codes.iter().cloned().map(Code).collect();
    if codes.is_empty() {
        codes.push(ask("Code of a recovery kit: ")?);
    }
    let password = session.password(true)?;
    let mut answer = session.ask(Request::Recover { codes: codes.clone(), password: password.clone() }).await;
    if let Err(error) = &answer
        && error.code == ErrorCode::OtherKitNeeded
        && command.codes.is_empty()
    {
        crate::output::say(error);
        codes.push(ask("Code of the other kit: ")?);
        answer = session.ask(Request::Recover { codes, password }).await;
    }
    let kits = kits(answer?)?;
    settle(session).await?;
    hand_out(session, json, &kits, &command.output).await
}

/// On a new computer.
async fn recover_account(session: &Session, json: bool, command: &Recover, catalog: &str) -> Result<(), ApiError> {
    if session.status().await?.stage != Stage::New {
        return Err(fault(
            ErrorCode::AlreadySetUp,
            "There is an account in this home already.",
            "choose another --home, or leave out --catalog to open this one with its kits",
        ));
    }
    let mut codes: Vec<Code> = command.codes.iter().cloned().map(Code).collect();
    for prompt in ["Code of a recovery kit: ", "Code of the other kit: "].iter().skip(codes.len()) {
        codes.push(ask(prompt)?);
    }
    let password = session.password(true)?;
    let (catalog, name, alone) = (catalog.to_owned(), command.name.clone(), !command.keep_others);
    let kits = kits(session.ask(Request::RecoverAccount { codes, catalog, name, password, alone }).await?)?;
    settle(session).await?;
    hand_out(session, json, &kits, &command.output).await
}

/// Sends what was written; without a network, it goes later.
pub async fn settle(session: &Session) -> Result<(), ApiError> {
    match session.ask(Request::Sync).await {
        Err(error) if !matches!(error.code, ErrorCode::Offline | ErrorCode::OverQuota) => Err(error),
        _ => Ok(()),
    }
}

/// The kits of a reply.
pub fn kits(reply: Reply) -> Result<Kits, ApiError> {
    match reply {
        Reply::Kits(kits) => Ok(kits),
        other => Err(unexpected(&other)),
    }
}

/// Prints the kits, or writes a page for each.
pub async fn hand_out(session: &Session, json: bool, kits: &Kits, output: &KitOutput) -> Result<(), ApiError> {
    let Some(to) = output.output.as_ref().filter(|_| !output.print) else {
        print(json, kits, kit_lines);
        return Ok(());
    };
    let mut written = Vec::new();
    for kit in &kits.kits {
        let to = page_path(to, kit.kit);
        session.ask(Request::WriteKit { code: kit.code.clone(), to: to.clone() }).await?;
        written.push((kit, to));
    }
    let files: Vec<_> =
        written.iter().map(|(kit, to)| json!({"kit": kit.kit, "file": to, "asked": kit.asked})).collect();
    print(json, &json!({"set": kits.set, "keyring": kits.keyring, "kits": files}), |_| {
        let mut lines: Vec<String> =
            written.iter().map(|(kit, to)| format!("kit {:?}  {}", kit.kit, to.display())).collect();
        lines.push(match written.len() {
            1 => "Print it, remove the file, and keep the paper in another place than this computer.".to_owned(),
            _ => "Print both, remove the files, and keep the papers in two places.".to_owned(),
        });
        lines.push(keyring_line(kits.keyring));
        lines.extend(written.iter().map(|(kit, _)| how_to_confirm(kit)));
        lines
    });
    Ok(())
}

/// `kit.pdf` gives `kit-a.pdf` and `kit-b.pdf`.
fn page_path(to: &Path, kit: KitName) -> PathBuf {
    let letter = format!("{kit:?}").to_lowercase();
    let stem = to.file_stem().unwrap_or_default().to_string_lossy();
    let to = to.with_file_name(format!("{stem}-{letter}.pdf"));
    std::path::absolute(&to).unwrap_or(to)
}

fn kit_lines(kits: &Kits) -> Vec<String> {
    let mut lines = vec![format!("Recovery kits, set {}. They are shown this once.", kits.set)];
    for kit in &kits.kits {
        lines.push(String::new());
        lines.push(format!("Kit {:?}", kit.kit));
        let groups: Vec<&str> = kit.code.0.split(' ').collect();
        lines.extend(groups.chunks(7).map(|row| format!("  {}", row.join("  "))));
    }
    lines.push(String::new());
    if let [_, _] = kits.kits.as_slice() {
        lines.push("Write them on two papers and keep them in two places. Any two of kit A, kit B and this".to_owned());
        lines.push(
            "computer's keyring open Valise without the password: whoever has two can read your files.".to_owned(),
        );
    } else {
        lines.push(
            "Write it on paper, and keep it in another place than this computer. Any two of the kit, this".to_owned(),
        );
        lines.push("computer's keyring and your officers' help open Valise without the password.".to_owned());
    }
    lines.push(keyring_line(kits.keyring));
    lines.extend(kits.kits.iter().map(how_to_confirm));
    lines
}

fn how_to_confirm(kit: &Kit) -> String {
    let letter = format!("{:?}", kit.kit).to_lowercase();
    match kit.asked.as_slice() {
        [one, two] => {
            format!("Then, from the paper:  valise recovery confirm {letter} <group {one}> <group {two}>")
        }
        _ => format!("Then, from the paper:  valise recovery confirm {letter}"),
    }
}

async fn confirm(session: &Session, json: bool, kit: KitText, groups: &[String]) -> Result<(), ApiError> {
    let kit = kit_of(kit);
    let groups = match groups {
        [] => {
            let status = status(session).await?;
            let asked = status.kits.iter().find(|status| status.kit == kit).map(|status| status.asked.clone());
            let asked = asked.filter(|asked| !asked.is_empty());
            let asked =
                asked.ok_or_else(|| fault(ErrorCode::NoRecovery, "There are no kits yet.", "make them first"))?;
            asked.iter().map(|group| ask(&format!("Kit {kit:?}, group {group}: "))).collect::<Result<_, _>>()?
        }
        groups => groups.iter().cloned().map(Code).collect(),
    };
    session.ask(Request::ConfirmKit { kit, groups }).await?;
    print(json, &status(session).await?, status_lines);
    Ok(())
}

async fn check(session: &Session, json: bool, code: Option<&str>) -> Result<(), ApiError> {
    let code = code.map_or_else(|| ask("Code of the kit: "), |code| Ok(Code(code.to_owned())))?;
    match session.ask(Request::CheckKit { code }).await? {
        Reply::Kit(kit) => {
            print(json, &kit, |KitCheck { kit, set, .. }| {
                vec![format!("Kit {kit:?} of set {set} is good: it is one of two that open this computer's Valise.")]
            });
            Ok(())
        }
        other => Err(unexpected(&other)),
    }
}

async fn status(session: &Session) -> Result<Recovery, ApiError> {
    match session.ask(Request::Recovery).await? {
        Reply::Recovery(recovery) => Ok(recovery),
        other => Err(unexpected(&other)),
    }
}

fn status_lines(recovery: &Recovery) -> Vec<String> {
    let Some(set) = &recovery.set else {
        return vec![
            "No recovery kit: a forgotten password is final. `valise recovery kit --print` makes two.".to_owned(),
        ];
    };
    let kit = |status: &KitStatus| {
        let kept = if status.kept.is_some() { "kept, as was proven" } else { "not proven to be kept" };
        format!("kit {:?}    {kept}", status.kit)
    };
    let mut lines = vec![format!("set      {set}"), keyring_line(recovery.keyring)];
    lines.extend(recovery.kits.iter().map(kit));
    lines.push(match recovery.escrow {
        Escrow::Held => "officers can help: `valise recover --ask`".to_owned(),
        Escrow::Outdated => "officers who can help have changed: make a new kit, `valise recovery kit`".to_owned(),
        Escrow::Offered => "officers can help as soon as you make a new kit: `valise recovery kit`".to_owned(),
        Escrow::None | Escrow::Unknown => "officers cannot help".to_owned(),
    });
    lines.push("Any two of them open this computer's Valise without the password.".to_owned());
    lines
}

fn keyring_line(keyring: KeyringState) -> String {
    let state = match keyring {
        KeyringState::Kept => "has its share",
        KeyringState::Empty => "has no share: the other two are needed, or new kits (`valise recovery kit`)",
        KeyringState::Other => "has a share of an older set: the other two are needed, or new kits",
        KeyringState::Locked => "is locked",
        KeyringState::Absent => "there is none here: the other two are needed",
        KeyringState::NoAnswer => "does not answer",
        KeyringState::Failed => "gave an error",
    };
    format!("keyring  {state}")
}

fn kit_of(kit: KitText) -> KitName {
    match kit {
        KitText::A => KitName::A,
        KitText::B => KitName::B,
    }
}

/// Asks for a code, without showing it.
pub fn ask(prompt: &str) -> Result<Code, ApiError> {
    rpassword::prompt_password(prompt)
        .map(Code)
        .map_err(|error| fault(ErrorCode::BadInput, "The code cannot be asked for.", &error.to_string()))
}
