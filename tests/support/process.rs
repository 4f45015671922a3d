//! Real processes: the programs as they were built, each in a process group of its own which ends with the test.
//!
//! Invariant: when a [`Process`] is dropped, or the test's process dies in any other way (a time limit's SIGKILL
//! included), its whole group is killed. A watchdog does both: a shell that waits for the end of a pipe which only the
//! test holds.

use std::{
    os::unix::process::CommandExt,
    path::PathBuf,
    process::{Child as StdChild, Command as StdCommand, ExitStatus, Stdio},
    time::Duration,
};

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::{
    io::{AsyncBufReadExt, AsyncRead, BufReader},
    process::{Child, Command},
    sync::watch,
    time::timeout,
};

use crate::{PATIENCE, home::Home};

/// Where one of the built programs is (`valise`, `valise-catalog`, `valise-desktop`): see [`target_dir`].
pub fn built(program: &str) -> PathBuf {
    let path = target_dir().join(program);
    assert!(path.exists(), "{} is not built: cargo build --workspace", path.display());
    path
}

/// `target/debug`, or whichever folder holds the programs of this build: above the folder of the running test
/// (`target/debug/deps/<test>`), or beside the running program (`target/release/bench`).
pub fn target_dir() -> PathBuf {
    let running = std::env::current_exe().expect("the path of this test");
    let dir = running.parent().expect("a program lies in a folder");
    let above = dir.parent().filter(|_| dir.ends_with("deps"));
    above.unwrap_or(dir).to_path_buf()
}

/// A built program in `home`, ready for its arguments. Nothing of the caller's environment that names a Valise home, a
/// password or a session bus reaches it.
pub fn program(name: &str, home: &Home) -> Command {
    let mut command = Command::new(built(name));
    for (key, _) in std::env::vars_os() {
        if key.to_string_lossy().starts_with("VALISE_") {
            command.env_remove(key);
        }
    }
    command.envs(home.environment()).current_dir(home.path());
    command
}

/// A running process, its output so far, and the guard that ends its group.
pub struct Process {
    name: String,
    child: Child,
    output: watch::Receiver<Vec<Line>>,
    watchdog: Watchdog,
    tells: bool,
}

/// A line that the process wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Standard output, or standard error.
    pub on_stdout: bool,
    /// Without its end.
    pub text: String,
}

impl Process {
    /// Starts `command` in a group of its own, and reads what it writes from then on.
    pub fn spawn(command: &mut Command) -> Self {
        let name = command.as_std().get_program().to_string_lossy().into_owned();
        let mut child = command
            .process_group(0)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        let watchdog = Watchdog::over(child.id().expect("a new process has an id"));
        let (sender, output) = watch::channel(Vec::new());
        tokio::spawn(read_lines(child.stdout.take().expect("piped"), true, sender.clone()));
        tokio::spawn(read_lines(child.stderr.take().expect("piped"), false, sender));
        Process { name, child, output, watchdog, tells: true }
    }

    /// What this process wrote does not explain a failed test.
    pub fn not_worth_telling(mut self) -> Self {
        self.tells = false;
        self
    }

    /// Process id, which is the id of the group too.
    pub fn id(&self) -> u32 {
        self.watchdog.group
    }

    /// Everything written so far, in order of arrival.
    pub fn output(&self) -> Vec<Line> {
        self.output.borrow().clone()
    }

    /// What `wanted` makes of the first line of standard output that it accepts, counting from the start.
    pub async fn line<T>(&self, what: &str, wanted: impl FnMut(&str) -> Option<T>) -> T {
        self.line_within(PATIENCE, what, wanted).await
    }

    /// As [`Process::line`], with another limit.
    pub async fn line_within<T>(&self, limit: Duration, what: &str, wanted: impl FnMut(&str) -> Option<T>) -> T {
        self.find_line(0, limit, what, wanted).await.0
    }

    /// As [`Process::line`], from the `from`-th line of all output on; says also where to go on from.
    pub async fn line_after<T>(&self, from: usize, what: &str, wanted: impl FnMut(&str) -> Option<T>) -> (T, usize) {
        self.find_line(from, PATIENCE, what, wanted).await
    }

    async fn find_line<T>(
        &self,
        mut next: usize,
        limit: Duration,
        what: &str,
        mut wanted: impl FnMut(&str) -> Option<T>,
    ) -> (T, usize) {
        let mut output = self.output.clone();
        let search = async {
            loop {
                for line in output.borrow_and_update().iter().skip(next) {
                    next += 1;
                    if line.on_stdout
                        && let Some(found) = wanted(&line.text)
                    {
                        return Some((found, next));
                    }
                }
                if output.changed().await.is_err() {
                    return None;
                }
            }
        };
        match timeout(limit, search).await {
            Ok(Some(found)) => found,
            Ok(None) => panic!("{} ended before it wrote {what}\n{}", self.name, self.transcript()),
            Err(_) => panic!("{} did not write {what} within {limit:?}\n{}", self.name, self.transcript()),
        }
    }

    /// Waits for the process to end by itself, and for all that it wrote.
    pub async fn exit(&mut self) -> ExitStatus {
        self.exit_within(PATIENCE).await
    }

    /// As [`Process::exit`], with another limit.
    pub async fn exit_within(&mut self, limit: Duration) -> ExitStatus {
        let name = &self.name;
        let status = match timeout(limit, self.child.wait()).await {
            Ok(status) => status.unwrap_or_else(|error| panic!("{name}: {error}")),
            Err(_) => panic!("{name} still runs after {limit:?}\n{}", self.transcript()),
        };
        // Both readers end with the pipes; a child left behind may hold them open.
        let _ = timeout(Duration::from_secs(2), async { while self.output.changed().await.is_ok() {} }).await;
        status
    }

    /// Asks the process to end, as a system does at shutdown, and waits until it has.
    pub async fn stop(&mut self) -> ExitStatus {
        self.signal(Signal::TERM);
        self.exit().await
    }

    /// kill -9 on the whole group, as a power cut would: nothing is asked, nothing is flushed.
    pub async fn kill(&mut self) {
        self.signal(Signal::KILL);
        self.exit().await;
    }

    /// Freezes the whole group (`Signal::STOP`), lets it go on (`Signal::CONT`), or whatever else. A group that has
    /// ended already takes no notice.
    pub fn signal(&self, signal: Signal) {
        let group = Pid::from_raw(self.id().cast_signed()).expect("a process id");
        let _ = kill_process_group(group, signal);
    }

    fn transcript(&self) -> String {
        let output = self.output.borrow();
        let from = output.len().saturating_sub(60);
        output[from..].iter().map(|line| format!("    {}\n", line.text)).collect()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if self.tells && std::thread::panicking() {
            println!("the last that {} ({}) wrote:\n{}", self.name, self.id(), self.transcript());
        }
    }
}

async fn read_lines(stream: impl AsyncRead + Unpin, on_stdout: bool, output: watch::Sender<Vec<Line>>) {
    let mut lines = BufReader::new(stream).split(b'\n');
    while let Ok(Some(line)) = lines.next_segment().await {
        let text = String::from_utf8_lossy(&line).trim_end_matches('\r').to_owned();
        output.send_modify(|lines| lines.push(Line { on_stdout, text }));
    }
}

/// Kills a process group as soon as the test lets go of it, or dies.
struct Watchdog {
    shell: StdChild,
    group: u32,
}

impl Watchdog {
    fn over(group: u32) -> Self {
        let shell = StdCommand::new("/bin/sh")
            .args(["-c", "read -r _; kill -s KILL -- \"-$1\" 2>/dev/null", "watchdog", &group.to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            // A time limit's signal to the test's own group must not reach it.
            .process_group(0)
            .spawn()
            .expect("a shell");
        Watchdog { shell, group }
    }
}

impl Drop for Watchdog {
    fn drop(&mut self) {
        drop(self.shell.stdin.take());
        let _ = self.shell.wait();
    }
}
