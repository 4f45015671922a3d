//! One input through all peers, in turns.

use std::{fs, path::Path};

use crate::{
    bare,
    inputs::{Input, Unit},
    measure::Cost,
    peers::{self, AGE, assert_same},
    table::{BARE, COLLEAGUE, LS_AFTER, LS_BEFORE, LS_COLLEAGUE, Table, Target, VALISE},
    valise::{self, World},
};

/// Measures every peer once a round.
pub async fn run(input: &Input, rounds: usize, scratch: &Path) -> Table {
    let mut table = Table::new(&input.title, rounds, input.unit, input.files, input.bytes);
    let others = if input.path.is_dir() { peers::TREE } else { peers::FILE };
    for _ in 0..rounds {
        one_round(input, &mut table, scratch).await;
        for peer in others {
            let (put, get) = match peer.turn(input, scratch).await {
                Ok((put, get)) => (Ok(put), Ok(get)),
                Err(why) => (Err(why.clone()), Err(why)),
            };
            table.note("add", peer.name, put);
            table.note("get", peer.name, get);
        }
    }
    table
}

/// Valise, in a new workspace, and the bare node with the blocks that it made.
async fn one_round(input: &Input, table: &mut Table, scratch: &Path) {
    let world = World::start().await;
    let out = tempfile::tempdir_in(scratch).expect("a place to come out");
    table.note("start", LS_BEFORE, Ok(valise::start_alone(&world.ada).await));
    table.note("add", VALISE, Ok(world.add(&input.path).await));
    if input.unit == Unit::Files {
        table.note("start", BARE, bare::start_alone(scratch).await);
        table.note("add", BARE, bare::measured(&world.ada.home.valise(), scratch).await);
    }
    world.hold().await;
    table.note("start", LS_AFTER, Ok(valise::start_alone(&world.ada).await));
    table.note("get", VALISE, Ok(get(&world, &world.ada, input, out.path()).await));
    // His first look reads all that is new.
    valise::start_alone(&world.bao).await;
    table.note("start", LS_COLLEAGUE, Ok(valise::start_alone(&world.bao).await));
    table.note("get", COLLEAGUE, Ok(get(&world, &world.bao, input, out.path()).await));
}

async fn get(world: &World, who: &valise_tests::cli::Person, input: &Input, out: &Path) -> Cost {
    let to = out.join(input.name());
    let cost = world.get(who, input.name(), &to).await;
    assert_same(&input.path, &to);
    if to.is_dir() { fs::remove_dir_all(&to) } else { fs::remove_file(&to) }.expect("what came out can be removed");
    cost
}

/// What the figures of a workload are to be.
pub fn targets(name: &str, table: &Table) -> Vec<Target> {
    let mut targets = Vec::new();
    match name {
        "large" => targets.push(beside_age(table)),
        "small" => targets.push(beside_the_bare_node(table)),
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

fn beside_age(table: &Table) -> Target {
    let age = table.median("add", AGE).map(|cost| cost.cpu);
    let times = |cost: Option<Cost>| Some(cost?.cpu / age?);
    let without = times(table.without_start("add", VALISE, LS_BEFORE));
    Target {
        wanted: "CPU of adding the large file: at most 4.5 times age's",
        found: times(table.median("add", VALISE)),
        aside: format!("({:.2} without starting and unlocking)", without.unwrap_or(f64::NAN)),
        enough: |times| times <= 4.5,
    }
}

/// A rate is of adding: neither is charged for its start.
fn beside_the_bare_node(table: &Table) -> Target {
    let (whole, bare) = (table.median("add", VALISE), table.median("add", BARE));
    let without = (table.without_start("add", VALISE, LS_BEFORE), table.without_start("add", BARE, BARE));
    let times = |(valise, bare): (Option<Cost>, Option<Cost>), of: fn(Cost) -> f64| Some(of(bare?) / of(valise?));
    let shown = |times: Option<f64>| times.unwrap_or(f64::NAN);
    Target {
        wanted: "rate of adding small files: at least half the bare node's",
        found: times(without, |cost| cost.wall),
        aside: format!(
            "({:.2} with starting and unlocking; by CPU {:.2} and {:.2})",
            shown(times((whole, bare), |cost| cost.wall)),
            shown(times(without, |cost| cost.cpu)),
            shown(times((whole, bare), |cost| cost.cpu)),
        ),
        enough: |times| times >= 0.5,
    }
}
