//! The window as a person meets it: how soon it is painted, and how soon a list of 100,000 files is of use. The built
//! program on a real X server, driven as in the tests.
//!
//! Times are of one clock, the system's: the page's by `performance.timeOrigin`, the start of the process by what the
//! kernel says of it, in hundredths of a second.

use std::{
    fs,
    path::Path,
    process::Command as StdCommand,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use serde_json::{Value, json};
use tokio::process::Command;
use valise_tests::{
    home::Home,
    process::Process,
    window::{Computer, Window},
};

use crate::{
    measure::{self, TICKS_A_SECOND, UNLOCKED},
    table::{Target, median},
};

/// What this program is called with to make a home.
pub const MODE: &str = "files-in-here";
const FOLDER: &str = "Archive";
const PASSWORD: &str = "violet ladder marble seven";
/// Making a home takes about a second for 3,000 files.
const MAKING: Duration = Duration::from_secs(600);
/// Between two looks at what the application wrote.
const LOOK: Duration = Duration::from_millis(2);

/// In the page: when its first content was painted, in milliseconds since 1970; null where it cannot say.
const FIRST_PAINT: &str = "
const done = arguments[0];
const look = () => {
  const paint = performance.getEntriesByName('first-contentful-paint')[0];
  if (paint !== undefined) done(performance.timeOrigin + paint.startTime);
  else if (performance.now() > 20000) done(null);
  else setTimeout(look, 20);
};
look();";

/// In the page: notes when there are rows, and when a key pressed in the frame after that has moved the selection.
const WATCH: &str = "
window.usable = new Promise((done) => {
  const now = () => performance.timeOrigin + performance.now();
  const grid = () => document.querySelector('[role=grid]');
  const chosen = () => grid()?.querySelector('[aria-selected=true]')?.dataset.index;
  let rows = null, pressed = false, before;
  const frame = () => {
    if (rows === null) {
      if (grid()?.querySelector('[data-index]') != null) rows = now();
    } else if (!pressed) {
      before = chosen();
      pressed = true;
      grid().dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowDown', bubbles: true, cancelable: true }));
    } else if (chosen() !== before) {
      done({ rows, usable: now(), count: Number(grid().ariaRowCount ?? grid().getAttribute('aria-rowcount')) - 1 });
      return;
    }
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
});";
const USABLE: &str = "const done = arguments[0]; window.usable.then(done);";

/// In a process of its own, for memory that is not given back: makes a home.
pub fn run_here(home: &Path, count: usize) {
    valise_engine::bench::make_many_files(home, PASSWORD, FOLDER, count).expect("a home with many files");
    println!("made");
}

/// So many starts of each; two targets.
pub async fn run(scratch: &Path, times: usize, count: usize) -> [Target; 2] {
    if std::env::var_os("DISPLAY").is_none() {
        return [painted(&[]), usable(&[], count)];
    }
    let made = scratch.join("many-files");
    make(&made, count).await;
    let mut starts = Vec::new();
    for _ in 0..times {
        starts.push(start(&made, count).await);
    }
    fs::remove_dir_all(&made).expect("the home can be removed");
    println!("\nThe window ({times} times, medians)\n");
    let line = |what: &str, of: fn(&Start) -> Option<f64>| {
        let seconds: Vec<f64> = starts.iter().filter_map(of).collect();
        if !seconds.is_empty() {
            let most = seconds.iter().copied().fold(0.0, f64::max);
            println!("  {what:<58} {:>7.3} s, longest {most:.3} s", median(seconds));
        }
    };
    line("from the start of the process to the first paint", |start| start.painted);
    line("from Unlock to the open vault", |start| Some(start.unlocked - start.pressed));
    line("from the open vault to the first rows", |start| Some(start.rows - start.unlocked));
    line("from the open vault to a list of use", |start| Some(start.usable - start.unlocked));
    [painted(&starts), usable(&starts, count)]
}

/// Seconds; all but the first since 1970.
struct Start {
    painted: Option<f64>,
    pressed: f64,
    unlocked: f64,
    rows: f64,
    usable: f64,
}

fn painted(starts: &[Start]) -> Target {
    let seconds: Vec<f64> = starts.iter().filter_map(|start| start.painted).collect();
    let most = seconds.iter().copied().fold(0.0, f64::max);
    Target {
        wanted: "the window is painted: at most 1 s after its start",
        found: (!seconds.is_empty()).then(|| median(seconds)),
        aside: if starts.is_empty() { NO_DISPLAY.to_owned() } else { format!("(median; longest {most:.2})") },
        enough: |seconds| seconds <= 1.0,
    }
}

fn usable(starts: &[Start], count: usize) -> Target {
    let since = |from: fn(&Start) -> f64| median(starts.iter().map(|start| start.usable - from(start)));
    Target {
        wanted: "a list of 100,000 files is of use: at most 1.5 s after unlocking",
        found: (!starts.is_empty()).then(|| since(|start| start.unlocked)),
        aside: match starts {
            [] => NO_DISPLAY.to_owned(),
            _ => format!("({count} files; {:.2} after the button was pressed)", since(|start| start.pressed)),
        },
        enough: |seconds| seconds <= 1.5,
    }
}

const NO_DISPLAY: &str = "(there is no display)";

async fn make(home: &Path, count: usize) {
    let mut command = Command::new(std::env::current_exe().expect("this program"));
    let mut process = Process::spawn(command.arg(MODE).arg(home).arg(count.to_string()));
    let status = process.exit_within(MAKING).await;
    assert!(status.success(), "{status}");
}

/// One start in a copy of the home, which locks and is gone afterwards.
async fn start(made: &Path, count: usize) -> Start {
    let mut computer = Computer::start("ada").await;
    copy(made, &computer.home);
    // Its log says when the vault is open.
    computer.environment.extend([("RUST_LOG", "valise_engine=info".to_owned()), ("NO_COLOR", "1".to_owned())]);
    let window = Window::open(&computer, &[]).await;
    window.place(0, 0, 1280, 800).await;
    let began = started(window.application_id().await);
    let paint = window.client.execute_async(FIRST_PAINT, Vec::new()).await.expect("the page answers");
    window.fill("Password", PASSWORD).await;
    window.client.execute(WATCH, Vec::new()).await.expect("the page is watched");
    let pressed = now();
    let (unlocked, ()) = tokio::join!(unlocked(&window), window.press("Unlock"));
    let usable = window.client.execute_async(USABLE, Vec::new()).await.expect("the page answers");
    assert_eq!(usable["count"], json!(count), "the list is another");
    window.close().await;
    let seconds = |value: &Value| value.as_f64().map(|milliseconds| milliseconds / 1000.0);
    Start {
        painted: seconds(&paint).map(|paint| paint - began),
        pressed,
        unlocked,
        rows: seconds(&usable["rows"]).expect("a time"),
        usable: seconds(&usable["usable"]).expect("a time"),
    }
}

fn copy(made: &Path, home: &Home) {
    let data = home.path().join("data/valise");
    let copied = StdCommand::new("cp").arg("-a").args([made, &data]).status().expect("cp");
    assert!(copied.success(), "no copy of the home");
}

/// When the application has said that the vault is open.
async fn unlocked(window: &Window) -> f64 {
    let said = async {
        while !window.output().iter().any(|line| line.text.ends_with(UNLOCKED)) {
            tokio::time::sleep(LOOK).await;
        }
        now()
    };
    tokio::time::timeout(valise_tests::PATIENCE, said).await.expect("it opens")
}

/// Seconds since 1970.
fn now() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_secs_f64()
}

/// When a process began, in seconds since 1970; the kernel counts from the machine's start.
fn started(id: u32) -> f64 {
    let fields = measure::stat(id).expect("a running process");
    let ticks: f64 = fields[19].parse().expect("a number of ticks");
    let uptime = fs::read_to_string("/proc/uptime").expect("the machine's age");
    let uptime: f64 = uptime.split(' ').next().and_then(|seconds| seconds.parse().ok()).expect("seconds");
    now() - uptime + ticks / TICKS_A_SECOND
}
