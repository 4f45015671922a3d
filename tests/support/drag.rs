//! A real X11 drag and drop: a window of another program that offers files, and the pointer moved by hand.
//!
//! There is one pointer on a display, so such tests run one at a time. No window manager is needed.

use std::{path::Path, time::Duration};

use tokio::process::Command;

use crate::{process::Process, window::Window};

/// Where the window stands from which files are dragged: below the two windows of 1280 by 800 which the screen holds.
const SOURCE: (i32, i32) = (1110, 820);
/// Its middle, from there.
const MIDDLE: (i32, i32) = (80, 60);
/// From here on GTK calls it a drag; one step more than its threshold of 8 pixels.
const THRESHOLD: i32 = 14;
const STEPS: i32 = 20;

/// Files held by the pointer, over nothing yet.
pub struct Drag {
    source: Process,
    at: (i32, i32),
    read: usize,
}

impl Drag {
    /// Takes hold of files, the button down.
    pub async fn begin(files: &[impl AsRef<Path>]) -> Self {
        // Debian's Python, which has gi; another one may come first in PATH.
        let mut command = Command::new("/usr/bin/python3");
        command.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/support/drag_source.py"));
        command.args([SOURCE.0.to_string(), SOURCE.1.to_string()]).args(files.iter().map(AsRef::as_ref));
        let source = Process::spawn(&mut command);
        let (_, read) = source.line_after(0, "READY", said("READY")).await;

        let (x, y) = (SOURCE.0 + MIDDLE.0, SOURCE.1 + MIDDLE.1);
        let at = (x - THRESHOLD, y - THRESHOLD);
        pointer(&["mousemove", &x.to_string(), &y.to_string(), "mousedown", "1"]).await;
        glide((x, y), at).await;
        let (_, read) = source.line_after(read, "BEGIN", said("BEGIN")).await;
        Drag { source, at, read }
    }

    /// Moves to a place on the screen, and waits until what is there says that it would take the files.
    pub async fn over(mut self, place: (i32, i32)) -> Self {
        glide(self.at, place).await;
        self.at = place;
        (_, self.read) = self.source.line_after(self.read, "ACCEPTED", said("ACCEPTED")).await;
        self
    }

    /// Lets go, and waits until the files were taken.
    pub async fn release(self) {
        pointer(&["mouseup", "1"]).await;
        let end = |line: &str| matches!(line, "END" | "FAILED").then(|| line.to_owned());
        let (end, _) = self.source.line_after(self.read, "END", end).await;
        assert_eq!(end, "END", "the drop was refused: {:?}", self.source.output());
        assert!(self.source.output().iter().any(|line| line.text == "SENT"), "nobody asked for the files");
    }
}

/// Drops files on the middle of a window.
pub async fn drop_files(window: &Window, files: &[impl AsRef<Path>]) {
    let middle = window.middle().await;
    Drag::begin(files).await.over(middle).await.release().await;
}

fn said(word: &str) -> impl FnMut(&str) -> Option<()> {
    move |line| (line == word).then_some(())
}

/// From one place to another at the pace of a hand: a jump would be one event, and no drag of a person looks so.
async fn glide(from: (i32, i32), to: (i32, i32)) {
    let mut moves: Vec<String> = Vec::new();
    for step in 1..=STEPS {
        let along = |from: i32, to: i32| (from + (to - from) * step / STEPS).to_string();
        moves.extend(["mousemove".into(), along(from.0, to.0), along(from.1, to.1), "sleep".into(), "0.02".into()]);
    }
    pointer(&moves).await;
}

async fn pointer(args: &[impl AsRef<str>]) {
    let mut xdotool = Process::spawn(Command::new("xdotool").args(args.iter().map(AsRef::as_ref)));
    let status = xdotool.exit_within(Duration::from_secs(20)).await;
    assert!(status.success(), "xdotool: {:?}", xdotool.output());
}
