//! What a process cost: CPU seconds, wall seconds, peak memory.
//!
//! CPU is read from `/proc/PID/stat` between the end of the process and its being reaped, together with that of the
//! children which it waited for; it counts hundredths of a second. Peak memory is the kernel's high-water mark, looked
//! at while the process runs.

use std::{
    fs,
    io::{BufRead, BufReader, Read},
    path::Path,
    process::{Child, Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::JoinHandle,
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};
use tokio::time::sleep;

/// Between two looks at a process.
const TICK: Duration = Duration::from_millis(10);
/// What `/proc` counts CPU time in: USER_HZ, 100 a second on every Linux.
pub const TICKS_A_SECOND: f64 = 100.0;
/// What Valise's log says when the vault is open.
pub const UNLOCKED: &str = "unlocked";

/// What a run cost.
#[derive(Clone, Copy, Debug)]
pub struct Cost {
    /// User and system seconds of the process and its children.
    pub cpu: f64,
    /// The system's part of them: what it takes to be given memory and files differs most between machines.
    pub system: f64,
    /// Seconds from start to end.
    pub wall: f64,
    /// MiB; none where it could not be seen.
    pub peak: Option<f64>,
}

/// From when on memory is looked at.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Peak {
    /// From the start; of a shell, its children's, together.
    FromStart,
    /// From the line that says [`UNLOCKED`]: what deriving a key from a password takes is meant to be much.
    SinceUnlock,
}

/// Runs a command to its end. An error is why it failed, in words.
pub async fn run(command: &mut Command, peak: Peak) -> Result<Cost, String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let began = Instant::now();
    let mut running = Running::start(command, peak).map_err(|error| format!("{name}: {error}"))?;
    let mut most = 0;
    while !running.ended() {
        most = most.max(running.memory());
        sleep(TICK).await;
    }
    let wall = began.elapsed().as_secs_f64();
    let (cpu, system) = cpu(running.id);
    let (succeeded, said) = running.reap();
    if !succeeded {
        return Err(format!("{name} failed: {}", said.lines().last().unwrap_or("without a word")));
    }
    Ok(Cost { cpu, system, wall, peak: (most > 0).then(|| most as f64 / 1024.0) })
}

/// A process that has not been reaped. Asked to end, with its group, when dropped before.
struct Running {
    child: Child,
    id: u32,
    peak: Peak,
    counting: Arc<AtomicBool>,
    said: Option<JoinHandle<String>>,
}

impl Running {
    fn start(command: &mut Command, peak: Peak) -> std::io::Result<Self> {
        use std::os::unix::process::CommandExt;
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).process_group(0);
        let mut child = command.spawn()?;
        let id = child.id();
        let counting = Arc::new(AtomicBool::new(peak == Peak::FromStart));
        let (stderr, shared) = (child.stderr.take().expect("piped"), counting.clone());
        let said = std::thread::spawn(move || listen(stderr, id, &shared));
        Ok(Running { child, id, peak, counting, said: Some(said) })
    }

    fn ended(&self) -> bool {
        let look = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
        waitid(WaitId::Pid(pid(self.id)), look).expect("our own child").is_some()
    }

    /// The high-water mark in KiB, or nothing while it does not count.
    fn memory(&self) -> u64 {
        if !self.counting.load(Ordering::Acquire) {
            return 0;
        }
        match self.peak {
            Peak::SinceUnlock => high_water(self.id),
            Peak::FromStart => {
                let children = children(self.id);
                if children.is_empty() { high_water(self.id) } else { children.into_iter().map(high_water).sum() }
            }
        }
    }

    fn reap(&mut self) -> (bool, String) {
        let status = self.child.wait().expect("our own child");
        let said = self.said.take().and_then(|said| said.join().ok()).unwrap_or_default();
        (status.success(), said)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if self.said.is_some() {
            // Not KILL: gocryptfs has something to unmount.
            let _ = kill_process_group(pid(self.id), Signal::TERM);
            let _ = self.child.wait();
        }
    }
}

/// Keeps what a process says, and begins to count its memory anew when it is unlocked.
fn listen(stderr: impl Read, id: u32, counting: &AtomicBool) -> String {
    let mut said = String::new();
    for line in BufReader::new(stderr).lines().map_while(Result::ok) {
        if line.contains(UNLOCKED) && !counting.load(Ordering::Acquire) {
            // 5 resets the high-water mark: proc_pid_clear_refs(5).
            let reset = fs::write(format!("/proc/{id}/clear_refs"), "5");
            counting.store(reset.is_ok(), Ordering::Release);
        }
        said += &line;
        said.push('\n');
    }
    said
}

pub fn high_water(id: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{id}/status")).unwrap_or_default();
    let mark = status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.split_whitespace().next()?.parse().ok());
    mark.unwrap_or(0)
}

fn children(id: u32) -> Vec<u32> {
    let children = fs::read_to_string(format!("/proc/{id}/task/{id}/children")).unwrap_or_default();
    children.split_whitespace().filter_map(|id| id.parse().ok()).collect()
}

/// Everything that a process started, and that started, by whichever thread.
pub fn below(id: u32) -> Vec<u32> {
    let all: Vec<u32> = fs::read_dir("/proc")
        .expect("processes")
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .collect();
    let above = |id: &u32| stat(*id)?.get(1)?.parse::<u32>().ok();
    let is_below = |other: &u32| std::iter::successors(above(other), above).any(|above| above == id);
    all.into_iter().filter(is_below).collect()
}

/// What a process is called, in 15 bytes at most.
pub fn name(id: u32) -> String {
    fs::read_to_string(format!("/proc/{id}/comm")).unwrap_or_default().trim().to_owned()
}

/// What stands behind the name in `/proc/PID/stat`, which is in brackets and may hold anything: first the state, which
/// `proc(5)` counts as the third.
pub fn stat(id: u32) -> Option<Vec<String>> {
    let stat = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    let (_, fields) = stat.rsplit_once(')')?;
    Some(fields.split_whitespace().map(str::to_owned).collect())
}

/// CPU seconds, and the system's part of them.
pub fn cpu(id: u32) -> (f64, f64) {
    let fields = stat(id).expect("a process that is not reaped");
    let seconds = |field: &String| field.parse::<f64>().expect("a number of ticks") / TICKS_A_SECOND;
    // utime, stime, cutime, cstime.
    let times: Vec<f64> = fields[11..15].iter().map(seconds).collect();
    (times.iter().sum(), times[1] + times[3])
}

fn pid(id: u32) -> Pid {
    Pid::from_raw(id.cast_signed()).expect("a process id")
}

/// Writes out what earlier runs left to the system, so that it is not paid for by the next.
pub fn settle() {
    let settled = Command::new("sync").status().expect("sync");
    assert!(settled.success(), "sync failed");
}

/// Panics when fewer than so many GiB are free.
pub fn require_space(dir: &Path, gib: u64) {
    let output = Command::new("df").args(["--output=avail", "--block-size=1G"]).arg(dir).output().expect("df");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let free: u64 = text.lines().last().and_then(|line| line.trim().parse().ok()).expect("df says a number");
    assert!(free >= gib, "{gib} GiB are needed in {}, and {free} are free", dir.display());
}
