//! A million file keys moved under a newer folder key, in the real encrypted index: CPU and memory, in a process of
//! its own, between the making of the keys and the end.

use std::{fs, path::Path, process::Stdio};

use tokio::process::Command;
use valise_engine::bench::ManyKeys;

use crate::{measure, table::Target};

/// What this program is called with to do it.
pub const MODE: &str = "rewrap-in-here";

/// In the process of its own: makes so many keys, moves them, prints CPU seconds and the peak in MiB.
pub fn run_here(home: &Path, count: usize) {
    let mut keys = ManyKeys::make(home, count).expect("many keys");
    let id = std::process::id();
    // From here on: the kernel forgets the high-water mark so far.
    fs::write("/proc/self/clear_refs", "5").expect("a new high-water mark");
    let before = measure::cpu(id).0;
    let moved = keys.rewrap(|_| ()).expect("all of them move");
    let seconds = measure::cpu(id).0 - before;
    assert_eq!(moved, count as u64);
    println!("{seconds} {}", measure::high_water(id) as f64 / 1024.0);
}

/// Two targets: seconds of CPU, MiB.
pub async fn run(scratch: &Path, count: usize) -> [Target; 2] {
    let home = scratch.join("many-keys");
    let program = std::env::current_exe().expect("this program");
    let child = Command::new(program).arg(MODE).arg(&home).arg(count.to_string()).stdout(Stdio::piped()).spawn();
    let output = child.expect("this program again").wait_with_output().await.expect("its output");
    let text = String::from_utf8_lossy(&output.stdout);
    let mut numbers = text.split_whitespace().map(|number| number.parse::<f64>().ok());
    let (seconds, peak) = (numbers.next().flatten(), numbers.next().flatten());
    fs::remove_dir_all(&home).expect("the home can be removed");
    let aside = format!("{count} file keys");
    // Of fewer keys, so much less: the figure is for a million.
    let seconds = seconds.map(|seconds| seconds * 1e6 / count as f64);
    [
        Target {
            wanted: "rewrap a million file keys: < 4 s CPU",
            found: seconds,
            aside: aside.clone(),
            enough: |s| s < 4.0,
        },
        Target { wanted: "rewrap a million file keys: < 64 MiB", found: peak, aside, enough: |peak| peak < 64.0 },
    ]
}
