//! One input through all peers, in turns.

use std::{fs, path::Path};

use tempfile::TempDir;
use valise_tests::{cli::Person, home::Home};

use crate::{
    bare,
    inputs::{Input, Unit},
    measure::Cost,
    peers::{self, AGE, Peer, assert_same},
    table::{ALONE, BARE, COLLEAGUE, LS_AFTER, LS_BEFORE, LS_COLLEAGUE, Table, Target, VALISE},
    valise::{self, World},
};

/// Measures every peer once a round.
pub async fn run(input: &Input, rounds: usize, scratch: &Path) -> Table {
    let mut table = Table::new(&input.title, rounds, input.unit, input.files, input.bytes);
    let mut used = Used { scratch, kept: Vec::new(), homes: Vec::new(), keeps: input.unit == Unit::Files };
    for _ in 0..rounds {
        // Made ready first: a machine that rested gives memory more slowly than one that is at work.
        let world = World::start().await;
        for peer in if input.path.is_dir() { peers::TREE } else { peers::FILE } {
            take_turn(peer, input, &mut table, &mut used).await;
        }
        with_the_catalog(&world, input, &mut table, &mut used).await;
        used.homes(world.end().await);
        if input.path.is_dir() {
            let mut world = World::start().await;
            world.cut_off().await;
            table.note("add", ALONE, Ok(world.add(&input.path).await));
            used.homes(world.end().await);
        }
    }
    table
}

/// Places that were worked in. Thousands of files are removed at the end only: for minutes after a removal ext4 without
/// a journal looks long for a free inode, and whoever comes next would pay for it.
struct Used<'a> {
    scratch: &'a Path,
    kept: Vec<TempDir>,
    homes: Vec<Home>,
    keeps: bool,
}

impl Used<'_> {
    fn place(&self) -> TempDir {
        tempfile::Builder::new().prefix("work-").tempdir_in(self.scratch).expect("a place to work")
    }

    fn done_with(&mut self, place: TempDir) {
        if self.keeps {
            self.kept.push(place);
        }
    }

    fn homes(&mut self, homes: impl IntoIterator<Item = Home>) {
        if self.keeps {
            self.homes.extend(homes);
        }
    }
}

async fn take_turn(peer: &Peer, input: &Input, table: &mut Table, used: &mut Used<'_>) {
    let place = used.place();
    let (put, get) = match peer.turn(input, place.path()).await {
        Ok((put, get)) => (Ok(put), Ok(get)),
        Err(why) => (Err(why.clone()), Err(why)),
    };
    table.note("add", peer.name, put);
    table.note("get", peer.name, get);
    used.done_with(place);
}

/// Valise as it is used, and the bare node with the blocks that it made.
async fn with_the_catalog(world: &World, input: &Input, table: &mut Table, used: &mut Used<'_>) {
    let place = used.place();
    table.note("start", LS_BEFORE, Ok(valise::start_alone(&world.ada).await));
    table.note("add", VALISE, Ok(world.add(&input.path).await));
    if input.unit == Unit::Files {
        let (bare, empty) = (used.place(), used.place());
        table.note("start", BARE, bare::start_alone(empty.path()).await);
        table.note("add", BARE, bare::measured(&world.ada.home.valise(), bare.path()).await);
        used.done_with(bare);
        used.done_with(empty);
    }
    world.hold().await;
    table.note("start", LS_AFTER, Ok(valise::start_alone(&world.ada).await));
    table.note("get", VALISE, Ok(get(world, &world.ada, input, &place.path().join("own")).await));
    // His first look reads all that is new.
    valise::start_alone(&world.bao).await;
    table.note("start", LS_COLLEAGUE, Ok(valise::start_alone(&world.bao).await));
    table.note("get", COLLEAGUE, Ok(get(world, &world.bao, input, &place.path().join("colleague's")).await));
    used.done_with(place);
}

async fn get(world: &World, who: &Person, input: &Input, out: &Path) -> Cost {
    fs::create_dir(out).expect("a place to come out");
    let to = out.join(input.name());
    let cost = world.get(who, input.name(), &to).await;
    assert_same(&input.path, &to);
    cost
}

/// What the figures of a workload are to be.
pub fn targets(name: &str, table: &Table) -> Vec<Target> {
    let mut targets = Vec::new();
    match name {
        "large" => targets.extend(beside_age(table)),
        "small" => targets.extend([of_each_file(table), beside_the_bare_node(table)]),
        _ => {}
    }
    let peaks = ["add", "get"].map(|what| table.median(what, VALISE).and_then(|cost| cost.peak));
    let colleague = table.median("get", COLLEAGUE).and_then(|cost| cost.peak);
    targets.push(Target {
        wanted: "peak memory since unlocking: below 150 MiB",
        found: peaks.into_iter().chain([colleague]).flatten().reduce(f64::max),
        aside: format!("({name}: the most of add, get, and a colleague's get)"),
        enough: |peak| peak < 150.0,
    });
    targets
}

fn beside_age(table: &Table) -> [Target; 2] {
    let times = |what: &'static str, cost: Option<Cost>| Some(cost?.cpu / table.median(what, AGE)?.cpu);
    let whole = |what, who| times(what, table.median(what, who));
    let without = |what, who, start| times(what, table.without_start(what, who, start)).unwrap_or(f64::NAN);
    [
        Target {
            wanted: "CPU of adding the large file: at most 3.5 times age's",
            found: whole("add", VALISE),
            aside: format!("({:.2} without starting and unlocking)", without("add", VALISE, LS_BEFORE)),
            enough: |times| times <= 3.5,
        },
        Target {
            wanted: "CPU of getting it: at most 3 times age's",
            found: whole("get", VALISE),
            aside: format!(
                "({:.2} without starting and unlocking; a colleague's {:.2})",
                without("get", VALISE, LS_AFTER),
                whole("get", COLLEAGUE).unwrap_or(f64::NAN),
            ),
            enough: |times| times <= 3.0,
        },
    ]
}

fn of_each_file(table: &Table) -> Target {
    let each = |who| Some(table.milliseconds_each(table.without_start("add", who, LS_BEFORE)?));
    Target {
        wanted: "CPU of adding a small file: at most 3 ms, without starting",
        found: each(VALISE),
        aside: format!("({:.2} with the catalog away)", each(ALONE).unwrap_or(f64::NAN)),
        enough: |milliseconds| milliseconds <= 3.0,
    }
}

/// A rate is of adding: neither is charged for its start.
fn beside_the_bare_node(table: &Table) -> Target {
    let bare = table.without_start("add", BARE, BARE);
    let times = |who: &str, of: fn(Cost) -> f64| Some(of(bare?) / of(table.without_start("add", who, LS_BEFORE)?));
    let shown = |who: &str, of: fn(Cost) -> f64| times(who, of).unwrap_or(f64::NAN);
    let aside = format!(
        "(by CPU {:.2}; with the catalog away {:.2}, by CPU {:.2})",
        shown(VALISE, |cost| cost.cpu),
        shown(ALONE, |cost| cost.wall),
        shown(ALONE, |cost| cost.cpu),
    );
    Target {
        wanted: "rate of adding small files: at least half the bare node's",
        found: times(VALISE, |cost| cost.wall),
        aside,
        enough: |times| times >= 0.5,
    }
}
