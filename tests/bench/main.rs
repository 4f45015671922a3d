//! `make bench`: what Valise costs, beside other programs that keep files safe, on the same inputs in the same run.
//!
//! The speed of a machine drifts, so rounds alternate between the peers, medians are shown, and CPU seconds and ratios
//! say more than wall time. The programs are the built ones; Valise's server side runs in processes of its own and is
//! not counted: what is measured is the person's computer.
//!
//! To add a peer: a line in `peers.rs`. To add an input: a function in `inputs.rs` and a line in [`WORKLOADS`]. To add a
//! measurement of another kind: a name in [`OTHERS`] and its lines in [`run`].

mod bare;
mod idle;
mod inputs;
mod measure;
mod members;
mod peers;
mod rewrap;
mod syncs;
mod table;
mod transfer;
mod valise;
mod visible;
mod window;
mod workload;

use std::{path::Path, process::ExitCode};

use tokio::signal::unix::{SignalKind, signal};

use crate::{inputs::Input, table::Target};

/// Makes an input in a folder; small, if it is only to be seen that it works.
type Make = fn(&Path, bool) -> Input;

/// Inputs by the name that `--only` takes, in order.
const WORKLOADS: &[(&str, Make)] = &[("large", inputs::large), ("small", inputs::small), ("office", inputs::office)];
/// The input of which it is counted how often adding it waits for the disk.
const SMALL: &str = "small";
/// A large file between two computers.
const TRANSFER: &str = "transfer";
/// How soon a colleague sees a file.
const VISIBLE: &str = "visible";
/// How soon the window is of use.
const WINDOW: &str = "window";
/// What it costs while nothing happens.
const IDLE: &str = "idle";
/// What it costs to move file keys.
const REWRAP: &str = "rewrap";
/// What a key change costs in a folder with many members.
const REKEY: &str = "rekey-50";
/// What it costs to remove a computer that was in many folders.
const REVOKE: &str = "revoke";
/// What is measured beside the inputs.
const OTHERS: &[&str] = &[TRANSFER, VISIBLE, WINDOW, IDLE, REWRAP, REKEY, REVOKE];

const USAGE: &str = "usage: bench [--quick] [--only NAME] [--rounds N] [--dir DIR]

  --quick     small inputs and one round, to see that it works
  --only      one of the measurements: large, small, office, transfer, visible, window, idle, rewrap, rekey-50, revoke
  --rounds    how often each peer has its turn (3)
  --dir       where to work; on a real disk, with some 8 GB free (/var/tmp)";

#[tokio::main]
async fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if is_part(&arguments).await {
        return ExitCode::SUCCESS;
    }
    let Some(options) = Options::parse(&arguments) else {
        println!("{USAGE}");
        return ExitCode::FAILURE;
    };
    tokio::select! {
        () = run(&options) => ExitCode::SUCCESS,
        // The end of `run` removes what it made and ends what it started.
        () = interrupted() => {
            println!("interrupted");
            ExitCode::FAILURE
        }
    }
}

/// What is measured runs in a process of its own: this program again, called with the name of its part.
async fn is_part(arguments: &[String]) -> bool {
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let numbers = |texts: &[&str]| texts.iter().filter_map(|text| text.parse().ok()).collect::<Vec<usize>>();
    match arguments.as_slice() {
        [bare::MODE, repository, blocks] => bare::add_all(Path::new(repository), Path::new(blocks)).await,
        [rewrap::MODE, home, count] => rewrap::run_here(Path::new(home), count.parse().unwrap_or(0)),
        [members::MODE, what, home, counts @ ..] => members::run_here(Path::new(home), what, &numbers(counts)),
        [window::MODE, home, count] => window::run_here(Path::new(home), count.parse().unwrap_or(0)),
        [transfer::MODE, side @ ..] => transfer::run_here(side).await,
        _ => return false,
    }
    true
}

struct Options {
    quick: bool,
    only: Option<String>,
    rounds: usize,
    dir: String,
}

impl Options {
    fn parse(arguments: &[String]) -> Option<Self> {
        let mut options = Options { quick: false, only: None, rounds: 0, dir: "/var/tmp".to_owned() };
        let mut arguments = arguments.iter();
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                "--quick" => options.quick = true,
                "--only" => options.only = Some(arguments.next().filter(|name| is_name(name))?.clone()),
                "--rounds" => options.rounds = arguments.next()?.parse().ok().filter(|rounds| *rounds > 0)?,
                "--dir" => options.dir.clone_from(arguments.next()?),
                _ => return None,
            }
        }
        if options.rounds == 0 {
            options.rounds = if options.quick { 1 } else { 3 };
        }
        Some(options)
    }

    fn wants(&self, name: &str) -> bool {
        self.only.as_deref().is_none_or(|only| only == name)
    }
}

fn is_name(name: &str) -> bool {
    OTHERS.contains(&name) || WORKLOADS.iter().any(|(known, _)| *known == name)
}

async fn run(options: &Options) {
    let scratch = tempfile::Builder::new().prefix("valise-bench-").tempdir_in(&options.dir).expect("a place to work");
    // Homes too: a temporary directory may be in memory, and memory is no disk.
    tempfile::env::override_temp_dir(scratch.path()).expect("nothing was put elsewhere yet");
    measure::require_space(scratch.path(), if options.quick { 1 } else { 8 });

    let mut targets: Vec<Target> = Vec::new();
    for (name, make) in WORKLOADS.iter().filter(|(name, _)| options.wants(name)) {
        let dir = scratch.path().join("input");
        let input = make(&dir, options.quick);
        let table = workload::run(&input, options.rounds, scratch.path()).await;
        table.print();
        targets.extend(workload::targets(name, &table));
        if *name == SMALL {
            targets.push(syncs::run(&input, scratch.path()).await);
        }
        std::fs::remove_dir_all(&dir).expect("the input can be removed");
    }
    if options.wants(TRANSFER) {
        targets.push(transfer::run(scratch.path(), options.rounds, options.quick).await);
    }
    if options.wants(VISIBLE) {
        targets.push(visible::run(if options.quick { 5 } else { 30 }).await);
    }
    if options.wants(WINDOW) {
        let (times, files) = if options.quick { (1, 2_000) } else { (5, 100_000) };
        targets.extend(window::run(scratch.path(), times, files).await);
    }
    if options.wants(IDLE) {
        targets.extend(idle::run(options.quick).await);
    }
    if options.wants(REWRAP) {
        targets.extend(rewrap::run(scratch.path(), if options.quick { 20_000 } else { 1_000_000 }).await);
    }
    if options.wants(REKEY) {
        targets.push(members::rekey(scratch.path()).await);
    }
    if options.wants(REVOKE) {
        targets.extend(members::revoke(scratch.path(), options.quick).await);
    }
    table::print_targets(&targets);
}

async fn interrupted() {
    let mut asked = signal(SignalKind::terminate()).expect("signals can be heard");
    tokio::select! {
        _ = asked.recv() => {}
        _ = tokio::signal::ctrl_c() => {}
    }
}
