//! How often adding many small files waits for the disk: the calls by which a process has the system write, counted by
//! strace. In a run of its own, for being watched costs more than the adding.

use std::{path::Path, process::Command};

use crate::{
    inputs::Input,
    measure::{self, Peak},
    table::Target,
    valise::World,
};

const CALLS: &str = "trace=fsync,fdatasync,sync,syncfs,sync_file_range,msync";

/// One target: calls for each hundred files.
pub async fn run(input: &Input, scratch: &Path) -> Target {
    let counted = count(input, scratch).await;
    let aside = match &counted {
        Ok((_, calls)) => format!("({calls} for {} files)", input.files),
        Err(why) => format!("({why})"),
    };
    Target {
        wanted: "syncs while adding small files: at most 4 for 100",
        found: counted.ok().map(|(syncs, _)| syncs as f64 * 100.0 / input.files as f64),
        aside,
        enough: |syncs| syncs <= 4.0,
    }
}

/// How many, and which.
async fn count(input: &Input, scratch: &Path) -> Result<(u64, String), String> {
    if Command::new("strace").arg("-V").output().is_err() {
        return Err("strace is not installed".to_owned());
    }
    let world = World::start().await;
    let summary = scratch.join("syncs");
    let adding = world.adding(&input.path);
    let mut command = Command::new("strace");
    // Only these calls stop the program: with all of them it would be another one.
    command.args(["-f", "--seccomp-bpf", "-c", "-e", CALLS, "-o"]).arg(&summary).arg("--").arg(adding.get_program());
    command.args(adding.get_args()).current_dir(adding.get_current_dir().unwrap_or(scratch));
    for (name, value) in adding.get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    measure::run(&mut command, Peak::FromStart).await?;
    let summary = std::fs::read_to_string(&summary).map_err(|error| error.to_string())?;
    drop(world.end().await);
    Ok(sum(&summary))
}

/// Of strace's table: share, seconds, microseconds a call, calls, errors where there were some, the call's name.
fn sum(summary: &str) -> (u64, String) {
    let lines = summary.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
    let calls = lines.filter_map(|line| Some((line.get(3)?.parse().ok()?, *line.last()?)));
    let calls: Vec<(u64, &str)> = calls.filter(|(_, name)| CALLS.split(['=', ',']).any(|call| call == *name)).collect();
    let words: Vec<String> = calls.iter().map(|(count, name)| format!("{count} {name}")).collect();
    (calls.iter().map(|(count, _)| count).sum(), words.join(", "))
}
