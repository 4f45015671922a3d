//! Two people at two homes, with a real catalog and its pinning node.

use std::{ffi::OsString, path::Path, process::Command, time::Duration};

use valise_tests::{
    args,
    cli::Person,
    home::Home,
    process::{Process, program},
};

use crate::measure::{self, Cost, Peak};

/// The shared folder.
pub const FOLDER: &str = "Archive";
/// How long a pinning node may take until it holds everything.
const HOLDING: Duration = Duration::from_secs(1800);

/// The catalog as a process, with everything it keeps.
pub struct Catalog {
    /// Where it answers.
    pub url: String,
    process: Process,
    home: Home,
}

impl Catalog {
    /// Starts one, on loopback alone.
    pub async fn start() -> Self {
        let home = Home::new("catalog");
        let mut command = program("valise-catalog", &home);
        command.args(["serve", "--listen", "127.0.0.1:0", "--node-listen", "/ip4/127.0.0.1/tcp/0", "--data"]);
        command.arg(home.path().join("data")).env("RUST_LOG", "warn");
        let process = Process::spawn(&mut command);
        let url = process.line("its address", |line| line.strip_prefix("listening on ").map(str::to_owned)).await;
        Catalog { url, process, home }
    }
}

/// Ada, who adds; Bao, a colleague in the same folder.
pub struct World {
    /// She adds.
    pub ada: Person,
    /// He gets.
    pub bao: Person,
    catalog: Catalog,
}

impl World {
    /// A new workspace with one shared folder.
    pub async fn start() -> Self {
        let catalog = Catalog::start().await;
        let (ada, bao) = (Person::new("Ada"), Person::new("Bao"));
        ada.valise(args!["init", "--name", "Ada", "--workspace", "Bench", "--catalog", &catalog.url]).await;
        ada.valise(args!["folder", "create", FOLDER]).await;
        let invitation = ada.valise(args!["invite", FOLDER]).await;
        let link = invitation["link"].as_str().expect("a link").to_owned();
        let mut open = ada.start(args!["sync", "--watch"]);
        bao.valise(args!["join", &link, "--name", "Bao"]).await;
        open.stop().await;
        World { ada, bao, catalog }
    }

    /// `valise add --no-wait`: ends when the content is stored and the outbox has what the catalog is to be told.
    pub async fn add(&self, what: &Path) -> Cost {
        run(self.adding(what)).await
    }

    /// The same, to be started.
    pub fn adding(&self, what: &Path) -> Command {
        command(&self.ada, &args!["add", what, "--to", FOLDER, "--no-wait"])
    }

    /// Takes the catalog away for good.
    pub async fn cut_off(&mut self) {
        self.catalog.process.kill().await;
    }

    /// Ends what runs. What lies on the disk is gone when these are.
    pub async fn end(mut self) -> [Home; 3] {
        self.cut_off().await;
        [self.ada.home, self.bao.home, self.catalog.home]
    }

    /// Keeps Ada's computer on until the catalog knows of everything and its node holds it.
    pub async fn hold(&self) {
        let mut open = self.ada.start(args!["sync", "--watch"]).not_worth_telling();
        open.line_within(HOLDING, "that everything is held", |line| is_settled(line).then_some(())).await;
        open.stop().await;
    }

    /// `valise get` by one of them.
    pub async fn get(&self, who: &Person, name: &str, to: &Path) -> Cost {
        run(command(who, &args!["get", format!("{FOLDER}/{name}"), "-o", to])).await
    }
}

/// `valise ls`: what starting, unlocking and one look at the catalog cost by themselves.
pub async fn start_alone(who: &Person) -> Cost {
    run(command(who, &args!["ls"])).await
}

fn command(who: &Person, arguments: &[OsString]) -> Command {
    let mut command = who.command(arguments);
    command.env("RUST_LOG", "valise_engine=info");
    command.into_std()
}

async fn run(mut command: Command) -> Cost {
    measure::settle();
    measure::run(&mut command, Peak::SinceUnlock).await.unwrap_or_else(|why| panic!("{why}"))
}

/// A status, by itself or in an event, with nothing on its way.
fn is_settled(line: &str) -> bool {
    let Ok(value) = serde_json::from_str::<serde_json::Value>(line) else { return false };
    let status = value.get("status").unwrap_or(&value);
    status["waiting"] == 0 && status["unheld"] == 0 && status["connection"] == "inStep"
}
