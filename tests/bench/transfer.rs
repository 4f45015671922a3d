//! A large file from one computer to another, with nobody between them: two engines, and two bare nodes with the very same
//! blocks and the same settings. Each side is a process of its own, on loopback.
//!
//! In everyday life the pinning node stands where Ada stands here. The catalog is away meanwhile, so its node is no source.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command as StdCommand,
    time::{Duration, Instant},
};

use serde::{Deserialize, Serialize};
use tempfile::TempDir;
use tokio::{io::AsyncWriteExt, process::Command};
use tokio_util::sync::CancellationToken;
use valise_blocks::{Address, Blocks, Cid, FetchOptions, IpfsNode, NodeConfig, PeerId};
use valise_engine::{
    Config, Engine,
    api::{Password, Reply, Request},
    bench::{BLOCK_TIMEOUT, Direct, WINDOW},
};
use valise_tests::{cli::Person, process::Process};

use crate::{
    inputs::{self, Input},
    measure,
    peers::assert_same,
    table::{Target, median},
    valise::{self, FOLDER, World},
};

/// What this program is called with to be one side.
pub const MODE: &str = "transfer-in-here";
/// What `serve` answers with before the other's turn.
const SERVING: &str = "serving ";
const LISTEN: &str = "/ip4/127.0.0.1/tcp/0";
/// How long one transfer may take.
const TRANSFER: Duration = Duration::from_secs(600);

/// What the side that gets it says at the end.
#[derive(Clone, Copy, Serialize, Deserialize)]
struct Got {
    /// Complete here, and kept.
    here: Spent,
    /// Written to a file as well; by the engine decrypted, by the bare node as it is.
    written: Spent,
}

/// Since the begin, in seconds.
#[derive(Clone, Copy, Serialize, Deserialize)]
struct Spent {
    wall: f64,
    cpu: f64,
}

/// One transfer.
#[derive(Clone, Copy)]
struct Transfer {
    got: Got,
    /// CPU seconds of the side that gives.
    given: f64,
}

/// Who carries it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Valise,
    Bare,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Kind::Valise => "valise",
            Kind::Bare => "bare",
        }
    }
}

/// In a process of its own: `peer HOME`, `serve HOME PEER`, or `fetch HOME PEER ADDRESS TO`, by an engine or a bare node.
pub async fn run_here(arguments: &[&str]) {
    match *arguments {
        ["valise", "peer", home] => println!("{}", Direct::of(&open(home).await).peer().expect("a peer")),
        ["valise", "serve", home, peer] => {
            let engine = open(home).await;
            let side = Direct::of(&engine);
            let listening = side.let_in(peer).await.expect("an address");
            println!("{SERVING}{} {}", side.peer().expect("a peer"), listening[0]);
            std::future::pending::<()>().await;
        }
        ["valise", "fetch", home, peer, address, to] => tell(&fetch_with_engine(home, (peer, address), to).await),
        ["bare", "peer", repository] => println!("{}", node(repository).await.peer()),
        ["bare", "serve", repository, peer] => {
            let node = node(repository).await;
            node.allow(vec![PeerId(peer.to_owned())]).await.expect("it is let in");
            let health = node.health().await.expect("an address");
            println!("{SERVING}{} {}", health.peer, health.listening[0]);
            std::future::pending::<()>().await;
        }
        ["bare", "fetch", repository, peer, address, to] => tell(&fetch_bare(repository, (peer, address), to).await),
        _ => panic!("not a side of a transfer: {arguments:?}"),
    }
}

fn tell(got: &Got) {
    println!("{}", serde_json::to_string(got).expect("numbers"));
}

/// What was spent since a moment.
struct Clock {
    began: Instant,
    cpu: f64,
}

impl Clock {
    fn start() -> Self {
        Clock { began: Instant::now(), cpu: measure::cpu(std::process::id()).0 }
    }

    fn spent(&self) -> Spent {
        Spent { wall: self.began.elapsed().as_secs_f64(), cpu: measure::cpu(std::process::id()).0 - self.cpu }
    }
}

async fn open(home: &str) -> Engine {
    let config = Config { listen: vec![LISTEN.to_owned()], ..Config::new(home) };
    let engine = Engine::start(config).expect("an engine");
    let password = Password(std::env::var("VALISE_PASSWORD").expect("a password"));
    engine.handle(Request::Unlock { password }).await.expect("it opens");
    engine
}

async fn fetch_with_engine(home: &str, (peer, address): (&str, &str), to: &str) -> Got {
    let engine = open(home).await;
    let folders = engine.handle(Request::Folders).await.expect("folders");
    let Reply::Folders(folders) = folders else { panic!("folders were asked for") };
    let folder = folders.iter().find(|folder| folder.name == FOLDER).expect("the folder").id;
    let listing = engine.handle(Request::List { folder, parent: None }).await.expect("a listing");
    let Reply::Listing(listing) = listing else { panic!("a listing was asked for") };
    let entry = listing.entries.iter().max_by_key(|entry| entry.size).expect("a file").id;
    let side = Direct::of(&engine);
    side.connect(peer, address).await.expect("it is let in");

    let clock = Clock::start();
    side.fetch(folder, entry).await.expect("it comes");
    let here = clock.spent();
    let save = Request::Save { folder, entry, version: None, to: to.into() };
    engine.handle(save).await.expect("it is saved");
    let got = Got { here, written: clock.spent() };
    engine.stop().await;
    got
}

/// As the engine's: its configuration but for the key.
async fn node(repository: &str) -> IpfsNode {
    let mut config = NodeConfig::new(repository, [u8::from(repository.ends_with("blocks")) + 1; 32].into());
    config.listen = vec![Address(LISTEN.to_owned())];
    IpfsNode::open(config).await.expect("a node")
}

async fn fetch_bare(repository: &str, (peer, address): (&str, &str), to: &str) -> Got {
    let node = node(repository).await;
    let root: Cid = std::env::var("ROOT").expect("a root").parse().expect("a content id");
    let peer = PeerId(peer.to_owned());
    node.allow(vec![peer.clone()]).await.expect("it may be asked");
    node.connect(&peer, &[Address(address.to_owned())]).await.expect("it is let in");
    let options = FetchOptions {
        from: Vec::new(),
        window: WINDOW,
        block_timeout: BLOCK_TIMEOUT,
        max_bytes: 0,
        max_blocks: 0,
        cancel: CancellationToken::new(),
    };

    let clock = Clock::start();
    node.fetch(root, options, &|_| {}).await.expect("it comes");
    node.pin(root).await.expect("it is kept");
    let here = clock.spent();
    write_out(&node, root, to).await;
    let got = Got { here, written: clock.spent() };
    node.stop().await;
    got
}

async fn write_out(node: &IpfsNode, root: Cid, to: &str) {
    use futures::StreamExt;
    let mut file = tokio::fs::File::create(to).await.expect("a file");
    let mut pieces = node.read(root);
    while let Some(piece) = pieces.next().await {
        file.write_all(&piece.expect("a piece")).await.expect("it is written");
    }
    // As the engine leaves a file.
    file.sync_all().await.expect("it is on the disk");
}

/// So many rounds of each, in turns; one target.
pub async fn run(scratch: &Path, rounds: usize, quick: bool) -> Target {
    let dir = scratch.join("input");
    let input = inputs::large(&dir, quick);
    let homes = Homes::make(&input, scratch).await;
    let mut transfers = Vec::new();
    for _ in 0..rounds {
        for kind in [Kind::Bare, Kind::Valise] {
            transfers.push((kind, homes.transfer(kind, &input).await));
        }
    }
    fs::remove_dir_all(&dir).expect("the input can be removed");
    told(&input, rounds, &transfers)
}

/// Ada's home with the file, Bao's as it was before he had any of it.
struct Homes {
    ada: Person,
    bao: Person,
    /// The root of the file's blocks.
    root: String,
    work: PathBuf,
}

impl Homes {
    async fn make(input: &Input, scratch: &Path) -> Self {
        let mut world = World::start().await;
        world.add(&input.path).await;
        let note = world.ada.home.write("note.txt", "a file brings the folder's keys");
        world.add(&note).await;
        world.hold().await;
        // He reads all records; the first file that he gets brings the keys of all.
        valise::start_alone(&world.bao).await;
        world.get(&world.bao, "note.txt", &world.bao.home.path().join("note.txt")).await;
        world.cut_off().await;
        let World { ada, bao, .. } = world;
        let root = largest_pin(&ada.home.valise().join("blocks"));
        Homes { ada, bao, root, work: scratch.to_owned() }
    }

    async fn transfer(&self, kind: Kind, input: &Input) -> Transfer {
        let place = tempfile::Builder::new().prefix("work-").tempdir_in(&self.work).expect("a place to work");
        let (giver, getter) = self.sides(kind, &place);
        let peer = say(self.command(kind, &self.bao, "peer").arg(&getter)).await;
        let mut giving = Process::spawn(self.command(kind, &self.ada, "serve").arg(&giver).arg(&peer));
        let address = giving.line("its address", |line| line.strip_prefix(SERVING).map(str::to_owned)).await;
        let to = place.path().join("got");
        measure::settle();
        let before = measure::cpu(giving.id()).0;
        let mut fetch = self.command(kind, &self.bao, "fetch");
        fetch.arg(&getter).args(address.split(' ')).arg(&to).env("ROOT", &self.root);
        let got = serde_json::from_str(&say(&mut fetch).await).expect("what it took");
        let given = measure::cpu(giving.id()).0 - before;
        giving.kill().await;
        match kind {
            Kind::Valise => assert_same(&input.path, &to),
            Kind::Bare => assert!(fs::metadata(&to).expect("the file").len() >= input.bytes, "it is not complete"),
        }
        Transfer { got, given }
    }

    /// Where either side lives: Ada's blocks are the same for both kinds.
    fn sides(&self, kind: Kind, place: &TempDir) -> (PathBuf, PathBuf) {
        match kind {
            Kind::Bare => (self.ada.home.valise().join("blocks"), place.path().join("repository")),
            Kind::Valise => {
                let copy = place.path().join("bao");
                let copied = StdCommand::new("cp").arg("-a").args([&self.bao.home.valise(), &copy]).status();
                assert!(copied.expect("cp").success(), "no copy of Bao's home");
                (self.ada.home.valise(), copy)
            }
        }
    }

    fn command(&self, kind: Kind, who: &Person, what: &str) -> Command {
        let mut command = Command::new(std::env::current_exe().expect("this program"));
        command.args([MODE, kind.name(), what]).envs(who.home.environment());
        command.env("VALISE_PASSWORD", &who.password).env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere");
        command
    }
}

/// The one line that a process says before it ends.
async fn say(command: &mut Command) -> String {
    let mut process = Process::spawn(command);
    let said = process.line_within(TRANSFER, "its line", |line| Some(line.to_owned())).await;
    let status = process.exit_within(TRANSFER).await;
    assert!(status.success(), "{status}");
    said
}

/// The root whose pin lists the most blocks: `pins/<cid>.pin`.
fn largest_pin(repository: &Path) -> String {
    let pins = fs::read_dir(repository.join("pins")).expect("pins").map(|entry| entry.expect("a pin"));
    let largest = pins.max_by_key(|pin| pin.metadata().expect("its size").len()).expect("a pin");
    largest.path().file_stem().and_then(|stem| stem.to_str()).expect("a content id").to_owned()
}

fn told(input: &Input, rounds: usize, transfers: &[(Kind, Transfer)]) -> Target {
    let middle = |kind: Kind, of: fn(&Transfer) -> f64| {
        median(transfers.iter().filter(|(other, _)| *other == kind).map(|(_, transfer)| of(transfer)))
    };
    let here = |kind| middle(kind, |transfer| transfer.got.here.wall);
    let written = |kind| middle(kind, |transfer| transfer.got.written.wall);
    let rounds = if rounds == 1 { "one round".to_owned() } else { format!("{rounds} rounds, medians") };
    println!("\nFrom one computer to another: one file of {} MiB ({rounds})\n", input.bytes >> 20);
    println!("  {:<32} {:>8} {:>8} {:>12} {:>12}", "", "wall s", "MiB/s", "CPU s, gets", "CPU s, gives");
    let line = |what: &str, wall: f64, cpu: f64, given: Option<f64>| {
        let rate = input.bytes as f64 / f64::from(1 << 20) / wall;
        let given = given.map_or(String::new(), |given| format!("{given:.2}"));
        println!("  {what:<32} {wall:>8.2} {rate:>8.0} {cpu:>12.2} {given:>12}");
    };
    for (kind, name, file) in
        [(Kind::Bare, "bare node", "  and written to a file"), (Kind::Valise, "valise", "  and decrypted to a file")]
    {
        line(name, here(kind), middle(kind, |t| t.got.here.cpu), Some(middle(kind, |t| t.given)));
        line(file, written(kind), middle(kind, |t| t.got.written.cpu), None);
    }
    Target {
        wanted: "a transfer of 1 GiB: at least 0.8 of the bare node's rate",
        found: Some(written(Kind::Bare) / written(Kind::Valise)),
        aside: format!(
            "(until the file is written; until the blocks are kept {:.2}, by CPU {:.2})",
            here(Kind::Bare) / here(Kind::Valise),
            middle(Kind::Bare, |t| t.got.here.cpu) / middle(Kind::Valise, |t| t.got.here.cpu),
        ),
        enough: |times| times >= 0.8,
    }
}
