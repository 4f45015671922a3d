//! A desktop that shows notifications and icons of programs: a stand-in of ours (`panel.py`) on the computer's own, real
//! session bus.

use serde_json::Value;
use tokio::process::Command;

use crate::{process::Process, window::Computer};

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/support/panel.py");

/// The stand-in, as long as it runs.
pub struct Panel {
    process: Process,
}

impl Panel {
    /// On a computer, before or after its programs.
    pub async fn start(computer: &Computer) -> Self {
        let process = Process::spawn(computer.on_this(Command::new(SCRIPT).arg("serve"))).not_worth_telling();
        process.line("the stand-in listens", |line| (line == "ready").then_some(())).await;
        Self { process }
    }

    /// Waits for something that a program asked of it; answers the rest of the line.
    pub async fn hears(&self, begin: &str, has: &str) -> String {
        let wanted = |line: &str| line.strip_prefix(begin).filter(|rest| rest.contains(has)).map(str::to_owned);
        self.process.line(&format!("{begin} … {has}"), wanted).await
    }

    /// Everything that was asked of it so far.
    pub fn heard(&self) -> Vec<String> {
        self.process.output().into_iter().map(|line| line.text).collect()
    }
}

/// What the program's icon says of itself.
pub async fn item(computer: &Computer) -> Option<Value> {
    serde_json::from_str(&run(computer, &["item"]).await?).ok()
}

/// Chooses from the menu of the program's icon.
pub async fn choose(computer: &Computer, label: &str) {
    run(computer, &["menu", label]).await.unwrap_or_else(|| panic!("{label} is not in the menu"));
}

/// Clicks a notification.
pub async fn click(computer: &Computer, id: &str) {
    run(computer, &["click", id]).await.expect("the stand-in answers");
}

/// Asks a window to close.
pub async fn shut(computer: &Computer, window: &str) {
    run(computer, &["shut", window]).await.expect("the window is there");
}

/// The focus is no window's: somebody looks elsewhere.
pub async fn look_away(computer: &Computer) {
    run(computer, &["look-away"]).await.expect("a screen");
}

async fn run(computer: &Computer, arguments: &[&str]) -> Option<String> {
    let output = computer.on_this(Command::new(SCRIPT).args(arguments)).output().await.expect("the stand-in");
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}
