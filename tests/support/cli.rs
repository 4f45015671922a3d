//! Two people at two terminals: `alice()` and `bob()`, each with a home of their own, through the `valise` program.

use std::{
    ffi::{OsStr, OsString},
    time::Duration,
};

use serde_json::Value;
use tokio::process::Command;

use crate::{
    PATIENCE,
    home::Home,
    process::{Process, program},
};

/// Arguments of mixed kinds: `args!["add", &path, "--to", "Contracts"]`.
#[macro_export]
macro_rules! args {
    ($($arg:expr),* $(,)?) => { [$(std::ffi::OsString::from($arg)),*] };
}

/// A person at a terminal.
pub struct Person {
    /// As colleagues see it.
    pub name: &'static str,
    /// Their computer, as far as files go.
    pub home: Home,
    /// Their device's password.
    pub password: String,
    /// The session bus of their computer: where a keyring may answer. Without one there is none.
    pub bus: Option<String>,
    /// More of their environment.
    pub environment: Vec<(&'static str, String)>,
}

/// Alice, who begins.
pub fn alice() -> Person {
    Person::new("Alice")
}

/// Bob, who joins.
pub fn bob() -> Person {
    Person::new("Bob")
}

impl Person {
    /// Somebody new, on an empty computer.
    pub fn new(name: &'static str) -> Self {
        // Different for each, so that one's password never opens what is another's.
        let password = format!("{name} keeps nine green umbrellas");
        Person { name, home: Home::new(&name.to_lowercase()), password, bus: None, environment: Vec::new() }
    }

    /// `valise --home DIR --json ARGS`, with the password in its environment, ready to start.
    pub fn command(&self, args: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Command {
        let mut command = self.valise_at_home();
        command.arg("--json").args(args);
        command
    }

    /// As [`Person::command`], for people to read: without `--json`.
    pub fn plain(&self, args: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Command {
        let mut command = self.valise_at_home();
        command.args(args);
        command
    }

    fn valise_at_home(&self) -> Command {
        let mut command = program("valise", &self.home);
        command.arg("--home").arg(self.home.valise());
        command.env("VALISE_PASSWORD", &self.password);
        // What passwords cost by default is for the window's test and the demonstration.
        command.env("VALISE_COSTS", "floor");
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        command.env("DBUS_SESSION_BUS_ADDRESS", self.bus.as_deref().unwrap_or("unix:path=/nowhere"));
        command
    }

    /// Starts a command that goes on, such as `agent`.
    pub fn start(&self, args: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Process {
        Process::spawn(&mut self.command(args))
    }

    /// Runs a command that must succeed, and returns its answer.
    pub async fn valise(&self, args: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Value {
        self.valise_within(PATIENCE, args).await
    }

    /// As [`Person::valise`], with another limit: for large files.
    pub async fn valise_within(&self, limit: Duration, args: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Value {
        let args = owned(args);
        let outcome = self.run(limit, &args).await;
        assert_eq!(outcome.status, Some(0), "{}: valise {args:?}\n{}", self.name, outcome.text);
        outcome.answer
    }

    /// Runs a command that must fail, and returns how.
    pub async fn refused(&self, args: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Outcome {
        let args = owned(args);
        let outcome = self.run(PATIENCE, &args).await;
        assert_ne!(outcome.status, Some(0), "{}: valise {args:?} was to fail\n{}", self.name, outcome.text);
        outcome
    }

    /// Runs a command that may end either way, and returns how it did.
    pub async fn run_any(&self, args: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Outcome {
        self.run(PATIENCE, &owned(args)).await
    }

    /// Runs a command that must succeed with all logs at their finest, and returns the log.
    pub async fn run_logged(&self, args: impl IntoIterator<Item = impl AsRef<OsStr>>) -> String {
        let mut process = Process::spawn(self.command(args).env("RUST_LOG", "trace")).not_worth_telling();
        let status = process.exit_within(PATIENCE).await;
        assert!(status.success(), "{}: {status} at trace level", self.name);
        let lines = process.output();
        lines.iter().filter(|line| !line.on_stdout).map(|line| format!("{}\n", line.text)).collect()
    }

    async fn run(&self, limit: Duration, args: &[OsString]) -> Outcome {
        let mut process = self.start(args);
        let status = process.exit_within(limit).await.code();
        let lines = process.output();
        let stdout: Vec<&str> = lines.iter().filter(|line| line.on_stdout).map(|line| line.text.as_str()).collect();
        let text = lines.iter().map(|line| format!("{}\n", line.text)).collect();
        Outcome { status, answer: parse(&stdout), text }
    }
}

/// How a command ended.
pub struct Outcome {
    /// The exit code; none when a signal ended it.
    pub status: Option<i32>,
    /// Standard output as JSON: one document, or a list of a document per line; null when there is none.
    pub answer: Value,
    /// All that it wrote, for people.
    pub text: String,
}

fn owned(args: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Vec<OsString> {
    args.into_iter().map(|arg| arg.as_ref().to_owned()).collect()
}

fn parse(stdout: &[&str]) -> Value {
    let whole = stdout.join("\n");
    if whole.trim().is_empty() {
        return Value::Null;
    }
    if let Ok(document) = serde_json::from_str(&whole) {
        return document;
    }
    let document = |line: &&str| serde_json::from_str(line).unwrap_or_else(|error| panic!("not JSON, {error}: {line}"));
    Value::Array(stdout.iter().map(document).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn answers_are_one_document_or_one_per_line() {
        assert_eq!(parse(&[]), Value::Null);
        assert_eq!(parse(&["{", "\"a\": 1", "}"]), json!({"a": 1}));
        assert_eq!(parse(&["{\"a\":1}", "{\"b\":2}"]), json!([{"a": 1}, {"b": 2}]));
    }
}
