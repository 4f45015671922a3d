//! `doctor`: what can be wrong, in words that name nobody.

use std::io::IsTerminal as _;
use std::process::ExitCode;

use valise_engine::api::{ApiError, Check, Diagnosis, Finding, FindingState, Password, Reply, Request, Stage};

use crate::args::Arguments;
use crate::output::{print, shown};
use crate::session::{Session, unexpected};

/// There is a problem: none of the codes of errors.
const PROBLEM: u8 = 9;

/// Looks, and says what was found.
pub async fn doctor(arguments: &Arguments) -> Result<ExitCode, ApiError> {
    let diagnosis = match Session::begin(arguments).await {
        Ok(session) => {
            let diagnosis = of_home(&session).await;
            session.end().await;
            diagnosis?
        }
        // Whoever has the home and does not answer, or a home that cannot be taken: the rest can be looked at.
        Err(error) => {
            let mut findings = valise_engine::doctor_of_program();
            findings.push(finding(Check::Holder, FindingState::Problem, &error));
            Diagnosis { open: false, findings }
        }
    };
    print(arguments.json, &diagnosis, |diagnosis| diagnosis.findings.iter().flat_map(lines).collect());
    let is_problem = diagnosis.findings.iter().any(|finding| finding.state == FindingState::Problem);
    Ok(if is_problem { ExitCode::from(PROBLEM) } else { ExitCode::SUCCESS })
}

async fn of_home(session: &Session) -> Result<Diagnosis, ApiError> {
    let opened = open(session).await;
    let mut diagnosis = match session.ask(Request::Diagnose).await? {
        Reply::Diagnosis(diagnosis) => diagnosis,
        other => return Err(unexpected(&other)),
    };
    let says = if session.is_shared() {
        "A window or an agent has the home, and answers commands."
    } else {
        "No window and no agent has the home."
    };
    let holder = Finding { check: Check::Holder, state: FindingState::Ok, says: says.to_owned(), todo: None };
    diagnosis.findings.insert(1, holder);
    diagnosis.findings.extend(opened.err().map(|error| finding(Check::Lock, FindingState::Problem, &error)));
    Ok(diagnosis)
}

/// Opens what can be opened: who has forgotten the password needs a doctor, too.
async fn open(session: &Session) -> Result<(), ApiError> {
    if session.is_shared() || session.status().await?.stage != Stage::Locked {
        return Ok(());
    }
    match session.known_password()? {
        Some(_) => session.open().await,
        None if std::io::stdin().is_terminal() => {
            let password = ask()?;
            if password.0.is_empty() {
                return Ok(());
            }
            session.ask(Request::Unlock { password }).await.map(|_| ())
        }
        None => Ok(()),
    }
}

fn ask() -> Result<Password, ApiError> {
    crate::session::ask("Password (only Enter: what can be seen while Valise is locked): ")
}

/// An error's fixed words: its details may name something.
fn finding(check: Check, state: FindingState, error: &ApiError) -> Finding {
    Finding { check, state, says: error.happened.clone(), todo: error.todo.clone() }
}

fn lines(finding: &Finding) -> Vec<String> {
    let state = match finding.state {
        FindingState::Ok => "ok",
        FindingState::Note => "note",
        FindingState::Problem => "PROBLEM",
    };
    let todo = finding.todo.iter().map(|todo| format!("         {}", shown(todo)));
    std::iter::once(format!("{state:<8} {}", shown(&finding.says))).chain(todo).collect()
}
