//! A real keyring: GNOME's, on a session bus of its own, in the home of one person.
//!
//! It ends with the test. What it keeps lies in that home, so that it can be started again: unlocked, locked, or as
//! the new keyring of somebody who lost the old one.

use std::fs;

use crate::home::Home;
use crate::process::Process;
use tokio::process::Command;

/// A running keyring.
pub struct Keyring {
    process: Process,
    bus: String,
}

impl Keyring {
    /// Why none can run here; none if one can.
    pub fn why_not() -> Option<String> {
        let found = |program: &str| {
            let path = std::env::var_os("PATH").unwrap_or_default();
            std::env::split_paths(&path).any(|directory| directory.join(program).is_file())
        };
        let missing = ["dbus-run-session", "gnome-keyring-daemon"].into_iter().find(|program| !found(program));
        missing.map(|program| format!("{program} is not installed"))
    }

    /// One that its owner has unlocked, as at log-in.
    pub async fn unlocked(home: &Home) -> Self {
        let unlock = "printf 'a log-in password\\n' | gnome-keyring-daemon --unlock --components=secrets";
        Self::start(home, unlock).await
    }

    /// One that nobody has unlocked, and no one is there to answer its question.
    pub async fn locked(home: &Home) -> Self {
        Self::start(home, "gnome-keyring-daemon --start --components=secrets").await
    }

    /// Forgets all that a keyring kept in a home. None may be running there.
    pub fn wipe(home: &Home) {
        let kept = home.path().join("data/keyrings");
        assert!(kept.is_dir(), "the keyring was kept elsewhere");
        fs::remove_dir_all(kept).expect("the keyring's files");
    }

    /// The address of its bus.
    pub fn bus(&self) -> String {
        self.bus.clone()
    }

    /// Ends it.
    pub async fn stop(mut self) {
        self.process.kill().await;
    }

    async fn start(home: &Home, daemon: &str) -> Self {
        let script = format!("{daemon} >/dev/null && echo \"bus $DBUS_SESSION_BUS_ADDRESS\" && exec sleep 3600");
        let mut command = Command::new("dbus-run-session");
        command.args(["--", "sh", "-c", &script]).envs(home.environment()).current_dir(home.path());
        command.env_remove("DBUS_SESSION_BUS_ADDRESS").env_remove("DISPLAY").env_remove("WAYLAND_DISPLAY");
        let process = Process::spawn(&mut command).not_worth_telling();
        let bus = process.line("its bus", |line| line.strip_prefix("bus ").map(str::to_owned)).await;
        Self { process, bus }
    }
}
