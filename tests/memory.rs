//! What is left of a password in memory after locking: in the program of the window, and in the page's processes.

use std::fs::{self, File};
use std::os::unix::fs::FileExt;

use valise_tests::window::{Computer, Window};
use valise_tests::{PATIENCE, until};

const CHUNK: usize = 1 << 20;

/// A process of the window, and how often the text is in memory that it can write: as UTF-8 or UTF-16.
fn copies(process: u32, text: &str) -> usize {
    let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let maps = fs::read_to_string(format!("/proc/{process}/maps")).expect("its maps");
    let memory = File::open(format!("/proc/{process}/mem")).expect("its memory: run this as root");
    let mut buffer = vec![0; CHUNK + wide.len()];
    let mut found = 0;
    for line in maps.lines().filter(|line| line.split(' ').nth(1).is_some_and(|rights| rights.starts_with("rw"))) {
        let (begin, end) = line.split(' ').next().and_then(|range| range.split_once('-')).expect("a range");
        let [begin, end] = [begin, end].map(|number| u64::from_str_radix(number, 16).expect("a number"));
        for at in (begin..end).step_by(CHUNK) {
            let room = buffer.len().min(usize::try_from(end - at).expect("a length"));
            let Ok(read) = memory.read_at(&mut buffer[..room], at) else { break };
            found += [text.as_bytes(), &wide].iter().map(|needle| count(&buffer[..read], needle)).sum::<usize>();
        }
    }
    found
}

/// How often it begins in the first chunk.
fn count(memory: &[u8], needle: &[u8]) -> usize {
    let first = needle[0];
    let starts = memory.iter().take(CHUNK).enumerate().filter(|(_, byte)| **byte == first);
    starts.filter(|(at, _)| memory[*at..].starts_with(needle)).count()
}

/// The program and everything it started.
fn processes(program: u32) -> Vec<u32> {
    let ids = fs::read_dir("/proc").expect("processes").flatten();
    let ids = ids.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    let parent = |id: u32| {
        let stat = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
        stat.rsplit(") ").next()?.split(' ').nth(1)?.parse::<u32>().ok()
    };
    let below = |id: &u32| std::iter::successors(Some(*id), |id| parent(*id)).any(|above| above == program);
    ids.filter(below).collect()
}

fn name(process: u32) -> String {
    fs::read_to_string(format!("/proc/{process}/comm")).unwrap_or_default().trim().to_owned()
}

#[tokio::test]
async fn after_locking_no_process_has_the_password() {
    let at_alice = Computer::start("alice").await;
    let alice = Window::open(&at_alice, &[]).await;
    // Not a literal: nobody else has it in memory by chance. The test's own process is not looked into.
    let password = format!("violet ladder {} marble", std::process::id());
    alice.read("Welcome to Valise").await;
    alice.press("Start a workspace").await;
    alice.fill("Your name", "Alice Novak").await;
    alice.fill("Choose a password for this computer", &password).await;
    alice.press("Continue").await;
    alice.fill("Name of the workspace", "Brightwater").await;
    alice.press("Continue").await;
    alice.fill("Name of the folder", "Agreements").await;
    alice.press("Make the folder").await;
    alice.see("h1 bdi[title='Agreements']").await;

    let program = alice.application_id().await;
    let limits = fs::read_to_string(format!("/proc/{program}/limits")).expect("its limits");
    let core = limits.lines().find(|line| line.starts_with("Max core file size")).expect("a limit");
    assert_eq!(core.split_whitespace().nth(4), Some("0"), "{core}");
    for process in processes(program) {
        eprintln!("open: {} has {} copies of the password", name(process), copies(process, &password));
    }

    alice.press("Lock").await;
    alice.read("Welcome back").await;
    until("no process has the password", PATIENCE, || async {
        let left: Vec<_> = processes(program).into_iter().map(|id| (name(id), copies(id, &password))).collect();
        left.iter().all(|(_, copies)| *copies == 0).then_some(()).or_else(|| {
            eprintln!("locked: {left:?}");
            None
        })
    })
    .await;
}
