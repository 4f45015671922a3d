//! What is left of a password in memory after locking: in the program of the window, and in the page's processes.

use std::fs::{self, File};
use std::io::ErrorKind;
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::path::Path;

use memchr::memmem;
use valise_tests::window::{Computer, Window};
use valise_tests::{PATIENCE, until};

const PAGE: usize = 4096;
/// Pages that are asked about at once.
const BLOCK: usize = 1 << 14;

/// How often a process has the text in memory that it can write: as UTF-8 or UTF-16. Only pages that it has touched are
/// read: reading others would make them its own, and a page's process reserves many gigabytes.
fn copies(process: u32, text: &str) -> usize {
    let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    // A process that has ended meanwhile has nothing any more.
    let open = |name: &str| match File::open(format!("/proc/{process}/{name}")) {
        Ok(file) => Some(file),
        Err(error) if error.kind() == ErrorKind::NotFound => None,
        Err(error) => panic!("{name} of {process}: {error}"),
    };
    let (Some(maps), Some(memory), Some(pages)) = (open("maps"), open("mem"), open("pagemap")) else { return 0 };
    let maps = std::io::read_to_string(maps).unwrap_or_default();
    let mut found = 0;
    for line in maps.lines().filter(|line| line.split(' ').nth(1).is_some_and(|rights| rights.starts_with("rw"))) {
        let (begin, end) = line.split(' ').next().and_then(|range| range.split_once('-')).expect("a range");
        let [begin, end] = [begin, end].map(|number| usize::from_str_radix(number, 16).expect("a number"));
        for (at, length) in touched(&pages, begin / PAGE..end / PAGE) {
            let mut run = vec![0; length];
            let Ok(read) = memory.read_at(&mut run, at as u64) else { continue };
            let times = |needle| memmem::find_iter(&run[..read], needle).count();
            found += times(text.as_bytes()) + times(&wide);
        }
    }
    found
}

/// Runs of pages that are in memory or in the swap (`pagemap`, bits 63 and 62): where each begins, and its length.
fn touched(pages: &File, range: Range<usize>) -> Vec<(usize, usize)> {
    let mut runs: Vec<(usize, usize)> = Vec::new();
    for block in range.clone().step_by(BLOCK) {
        let mut words = vec![0; BLOCK.min(range.end - block) * 8];
        let read = pages.read_at(&mut words, block as u64 * 8).unwrap_or(0);
        let is_there = |word: &[u8]| word[7] & 0b1100_0000 != 0;
        for (index, _) in words[..read].chunks_exact(8).enumerate().filter(|(_, word)| is_there(word)) {
            let at = (block + index) * PAGE;
            match runs.last_mut() {
                Some((begin, length)) if *begin + *length == at => *length += PAGE,
                _ => runs.push((at, PAGE)),
            }
        }
    }
    runs
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
    let mut at_alice = Computer::start("alice").await;
    at_alice.keeps_page = false;
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
    if let Err(error) = File::open(format!("/proc/{program}/mem")) {
        // As it should be: not even who started it may.
        println!("{error}");
        println!("not run: the memory of the window's processes after locking (only root may read it)");
        return;
    }
    let index = at_alice.home.path().join("data/valise/index.db");
    assert!(has_open(program, &index), "an open vault holds its index");
    let before = processes(program);
    let open: Vec<_> = before.iter().map(|id| (name(*id), copies(*id, &password))).collect();
    println!("copies of the password while Valise is open: {open:?}");
    // Or the search finds nothing at all, and what follows would mean nothing.
    assert!(open.iter().any(|(name, copies)| name.starts_with(PAGE_PROCESS) && *copies > 0), "{open:?}");

    alice.press_last("Lock").await;
    // With the page's process the driver's session ends; the program goes on, with another page.
    let locked = until("another page, and no process with the password", PATIENCE, || async {
        let now = processes(program);
        let is_new_page = |id: &u32| name(*id).starts_with(PAGE_PROCESS) && !before.contains(id);
        let left: Vec<_> = now.iter().map(|id| (name(*id), copies(*id, &password))).collect();
        let clean = left.iter().all(|(_, copies)| *copies == 0);
        (now.contains(&program) && now.iter().any(is_new_page) && clean).then_some(left)
    })
    .await;
    println!("copies after locking: {locked:?}");
    assert!(!has_open(program, &index), "a locked vault lets go of its index");
}

/// What the kernel calls the process of a page: the beginning of WebKitWebProcess.
const PAGE_PROCESS: &str = "WebKitWebProce";

/// Whether a process holds a file open.
fn has_open(process: u32, file: &Path) -> bool {
    let open = fs::read_dir(format!("/proc/{process}/fd")).expect("its files").flatten();
    open.filter_map(|entry| fs::read_link(entry.path()).ok()).any(|target| target == file)
}
