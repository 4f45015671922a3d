//! What Valise costs while nothing happens: an unlocked window in a folder that it shares with a colleague, whose agent
//! runs, too, beside the catalog.
//!
//! Traffic is the payload of all connections of the application, both directions together: TLS or noise and all that is
//! in them, without the headers of TCP and IP. Requests to the catalog come and go: they pass through a relay of the
//! application's own, which counts every byte. The connection with the pinning node stays: the kernel counts it.

use std::{collections::BTreeMap, fs, net::SocketAddr, process::Command as StdCommand, time::Duration};

use tokio::time::sleep;
use valise_protocol::invitation::Link;
use valise_tests::{
    args,
    catalog::Catalog,
    cli::Person,
    process::Process,
    relay::Relay,
    window::{Computer, Window},
};

use crate::{measure, table::Target, valise::FOLDER};

/// What follows an unlock, such as the first round and the connection with the pinning node, is over after this.
const CALM: Duration = Duration::from_secs(30);

/// What was spent, by the minute where it is traffic.
struct Spent {
    /// Shares of a core, in per cent.
    application: f64,
    page: f64,
    agent: f64,
    catalog: f64,
    /// Bytes to and from the catalog, and the pinning node.
    requests: f64,
    node: f64,
}

/// Two targets.
pub async fn run(quick: bool) -> [Target; 2] {
    let minutes = if quick { 1 } else { 10 };
    let spent = match std::env::var_os("DISPLAY") {
        Some(_) => Some(measured(minutes).await),
        None => None,
    };
    let aside = |say: &dyn Fn(&Spent) -> String| spent.as_ref().map_or("(there is no display)".to_owned(), say);
    [
        Target {
            wanted: "idle: below 0.5 % of a core",
            found: spent.as_ref().map(|spent| spent.application),
            aside: aside(&|spent| format!("({minutes} min, the application; its page {:.2})", spent.page)),
            enough: |share| share < 0.5,
        },
        Target {
            wanted: "idle: below 20 KB of traffic a minute",
            found: spent.as_ref().map(|spent| (spent.requests + spent.node) / 1000.0),
            aside: aside(&|spent| {
                format!("(catalog {:.2}, pinning node {:.2})", spent.requests / 1000.0, spent.node / 1000.0)
            }),
            enough: |kilobytes| kilobytes < 20.0,
        },
    ]
}

/// Ada with her agent; Bao with the window.
struct World {
    catalog: Catalog,
    /// Between Bao and the catalog.
    relay: Relay,
    agent: Process,
    window: Window,
    _ada: Person,
    _at_bao: Computer,
}

async fn measured(minutes: u32) -> Spent {
    let mut world = World::start().await;
    sleep(CALM).await;
    let (before, times) = (world.state().await, minutes * 60);
    sleep(Duration::from_secs(times.into())).await;
    let spent = world.state().await.since(&before, times.into());
    world.window.close().await;
    world.agent.stop().await;
    world.catalog.process.stop().await;
    told(minutes, &spent);
    spent
}

impl World {
    async fn start() -> Self {
        let catalog = Catalog::start().await;
        let relay = Relay::to(address(&catalog.url)).await;
        let (ada, bao) = (Person::new("Ada"), Person::new("Bao"));
        ada.valise(args!["init", "--name", "Ada", "--workspace", "Bench", "--catalog", &catalog.url]).await;
        ada.valise(args!["folder", "create", FOLDER]).await;
        let invitation = ada.valise(args!["invite", FOLDER]).await;
        let link = through(&relay, invitation["link"].as_str().expect("a link"));
        let agent = ada.start(args!["agent"]).not_worth_telling();
        bao.valise(args!["join", &link, "--name", "Bao"]).await;
        for number in 0..20 {
            let file = ada.home.write(&format!("document {number}.txt"), format!("{number} green umbrellas"));
            ada.valise(args!["add", file, "--to", FOLDER]).await;
        }
        let at_bao = Computer::start("bao").await;
        fs::rename(bao.home.valise(), at_bao.home.path().join("data/valise")).expect("Bao's home is the window's");
        let window = Window::open(&at_bao, &[]).await;
        window.fill("Password", &bao.password).await;
        window.press("Unlock").await;
        window.see(&format!("h1 bdi[title='{FOLDER}']")).await;
        window.see("[data-entry]").await;
        window.read("In step").await;
        World { catalog, relay, agent, window, _ada: ada, _at_bao: at_bao }
    }

    async fn state(&self) -> State {
        let application = self.window.application_id().await;
        let cpu = |id: u32| measure::cpu(id).0;
        State {
            application: cpu(application),
            page: pages(application).into_iter().map(cpu).sum(),
            agent: cpu(self.agent.id()),
            catalog: cpu(self.catalog.process.id()),
            requests: self.relay.carried(),
            connections: connections(application, self.relay.address),
        }
    }
}

/// The same link with another way to the catalog.
fn through(relay: &Relay, link: &str) -> String {
    let mut link = Link::parse(link).expect("a link");
    link.addresses = vec![format!("https://{}", relay.address)];
    link.to_text()
}

fn address(url: &str) -> SocketAddr {
    url.trim_start_matches("https://").parse().expect("an address")
}

/// Counters, at some moment.
struct State {
    application: f64,
    page: f64,
    agent: f64,
    catalog: f64,
    requests: u64,
    /// Bytes by connection, those with the relay left out.
    connections: BTreeMap<String, u64>,
}

impl State {
    fn since(&self, before: &State, seconds: f64) -> Spent {
        let share = |of: fn(&State) -> f64| (of(self) - of(before)) * 100.0 / seconds;
        let by_minute = |bytes: u64| bytes as f64 * 60.0 / seconds;
        let same = self.connections.keys().eq(before.connections.keys());
        assert!(same, "other connections than before: {:?}, {:?}", before.connections.keys(), self.connections.keys());
        let node = self.connections.iter().map(|(connection, bytes)| bytes - before.connections[connection]).sum();
        Spent {
            application: share(|state| state.application),
            page: share(|state| state.page),
            agent: share(|state| state.agent),
            catalog: share(|state| state.catalog),
            requests: by_minute(self.requests - before.requests),
            node: by_minute(node),
        }
    }
}

/// The processes that draw the application's page: its children, or theirs.
fn pages(application: u32) -> Vec<u32> {
    measure::below(application).into_iter().filter(|id| measure::name(*id).starts_with("WebKit")).collect()
}

/// What `ss` says of a process's TCP connections: the two ends, and bytes to and fro.
fn connections(id: u32, relay: SocketAddr) -> BTreeMap<String, u64> {
    let output = StdCommand::new("ss").args(["-H", "-t", "-n", "-p", "-i", "-O"]).output().expect("ss");
    let text = String::from_utf8_lossy(&output.stdout);
    let of_process = format!("pid={id},");
    let mut found = BTreeMap::new();
    for line in text.lines().filter(|line| line.contains(&of_process) && line.starts_with("ESTAB")) {
        let words: Vec<&str> = line.split_whitespace().collect();
        let (Some(own), Some(other)) = (words.get(3), words.get(4)) else { continue };
        let count = |name: &str| {
            let value = words.iter().find_map(|word| word.strip_prefix(name));
            value.and_then(|value| value.parse::<u64>().ok()).unwrap_or(0)
        };
        if *other != relay.to_string() {
            found.insert(format!("{own} {other}"), count("bytes_sent:") + count("bytes_received:"));
        }
    }
    found
}

fn told(minutes: u32, spent: &Spent) {
    println!("\nIdle for {minutes} min: an unlocked window, a colleague's agent, a catalog\n");
    for (who, share) in [
        ("the window's application", spent.application),
        ("its page, WebKit's processes", spent.page),
        ("the colleague's agent", spent.agent),
        ("the catalog with its pinning node", spent.catalog),
    ] {
        println!("  {who:<44} {share:>6.3} % of a core");
    }
    println!("  {:<44} {:>6.0} bytes a minute", "the application and the catalog", spent.requests);
    println!("  {:<44} {:>6.0} bytes a minute", "the application and the pinning node", spent.node);
    println!("  payload of both directions, without the headers of TCP and IP");
}
