//! What a key change costs whoever makes it: one folder with many members, and a lost computer's removal from many
//! folders. CPU of composing and sealing all records, in a process of its own; sending them is the network's.

use std::{fs, path::Path, process::Stdio};

use tokio::process::Command;
use valise_engine::bench::ManyMembers;

use crate::{measure, table::Target};

/// What this program is called with to do it.
pub const MODE: &str = "members-in-here";
/// `/proc` counts hundredths of a second: one key change is less.
const REKEYS: u32 = 100;
/// File keys in each folder, where they are to make no difference.
const FILES: usize = 1_000;

/// In the process of its own: `rekey FOLDERS MEMBERS FILES` or `revoke` with the same; prints CPU milliseconds.
pub fn run_here(home: &Path, what: &str, numbers: &[usize]) {
    let [folders, members, files] = numbers else { panic!("three numbers") };
    let mut many = ManyMembers::make(home, *folders, *members, *files).expect("many members");
    let id = std::process::id();
    let before = measure::cpu(id).0;
    let times = if what == "rekey" { REKEYS } else { 1 };
    match what {
        "rekey" => (0..REKEYS).for_each(|_| many.rekey().expect("a key change")),
        _ => assert!(many.revoke().expect("a removal") > *folders),
    }
    println!("{}", (measure::cpu(id).0 - before) * 1000.0 / f64::from(times));
}

/// One target: CPU milliseconds.
pub async fn rekey(scratch: &Path) -> Target {
    Target {
        wanted: "rekey a folder of 50 members: < 20 ms CPU",
        found: measured(scratch, "rekey", [1, 50, 0]).await,
        aside: "composing and sealing".to_owned(),
        enough: |ms| ms < 20.0,
    }
}

/// Two targets: CPU milliseconds, and by how much they grow with files.
pub async fn revoke(scratch: &Path, quick: bool) -> [Target; 2] {
    let folders = if quick { 10 } else { 100 };
    let without = measured(scratch, "revoke", [folders, 10, 0]).await;
    let with = measured(scratch, "revoke", [folders, 10, FILES]).await;
    // Of fewer folders, so much less: the figure is for a hundred.
    let scaled = without.map(|ms| ms * 100.0 / folders as f64);
    let ratio = without.zip(with).map(|(without, with)| with / without.max(10.0));
    let aside = format!("{folders} folders");
    [
        Target {
            wanted: "remove a computer, 100 folders of 10 members: < 300 ms CPU",
            found: scaled,
            aside: aside.clone(),
            enough: |ms| ms < 300.0,
        },
        Target {
            wanted: "the same with 1,000 files in each: < 1.3 times as much",
            found: ratio,
            aside,
            enough: |ratio| ratio < 1.3,
        },
    ]
}

async fn measured(scratch: &Path, what: &str, numbers: [usize; 3]) -> Option<f64> {
    let home = scratch.join("many-members");
    let program = std::env::current_exe().expect("this program");
    let numbers = numbers.map(|number| number.to_string());
    let child = Command::new(program).args([MODE, what]).arg(&home).args(numbers).stdout(Stdio::piped()).spawn();
    let output = child.expect("this program again").wait_with_output().await.expect("its output");
    fs::remove_dir_all(&home).expect("the home can be removed");
    String::from_utf8_lossy(&output.stdout).trim().parse().ok()
}
