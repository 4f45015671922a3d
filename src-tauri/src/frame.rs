//! Where the window was, and how large: kept in the home, so that each home's window has its own place. Never put where no
//! screen is any more.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};
use tauri::{PhysicalPosition, PhysicalSize, WebviewWindow};

/// So much of its top must be on a screen to be taken hold of.
const GRIP: (i32, i32) = (120, 32);

/// The last place that was seen, in physical pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Frame {
    x: i32,
    y: i32,
    width: u32,
    height: u32,
    maximized: bool,
}

/// A screen.
#[derive(Clone, Copy, Debug)]
struct Screen {
    x: i32,
    y: i32,
    width: u32,
    height: u32,
}

/// The window's frame, and the file it is kept in.
pub struct Kept {
    place: PathBuf,
    frame: Mutex<Option<Frame>>,
}

impl Kept {
    /// In a home.
    pub fn new(home: &Path) -> Self {
        let place = home.join("window.json");
        let frame = std::fs::read(&place).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok());
        Self { place, frame: Mutex::new(frame) }
    }

    /// Puts the window where it was.
    pub fn restore(&self, window: &WebviewWindow) {
        let Some(frame) = *self.lock() else { return };
        let screen = |monitor: &tauri::Monitor| Screen {
            x: monitor.position().x,
            y: monitor.position().y,
            width: monitor.size().width,
            height: monitor.size().height,
        };
        let screens: Vec<Screen> = window.available_monitors().unwrap_or_default().iter().map(screen).collect();
        let Some(frame) = fit(frame, &screens) else { return };
        let _ = window.set_size(PhysicalSize::new(frame.width, frame.height));
        let _ = window.set_position(PhysicalPosition::new(frame.x, frame.y));
        if frame.maximized {
            let _ = window.maximize();
        }
    }

    /// The window moved, or has another size.
    pub fn note(&self, window: &tauri::Window) {
        // A window that is hidden or minimised has no place that means anything.
        if !window.is_visible().unwrap_or(false) || window.is_minimized().unwrap_or(false) {
            return;
        }
        let (Ok(position), Ok(size), Ok(maximized)) =
            (window.outer_position(), window.inner_size(), window.is_maximized())
        else {
            return;
        };
        let mut frame = self.lock();
        *frame = match *frame {
            // What it goes back to.
            Some(before) if maximized => Some(Frame { maximized, ..before }),
            _ => Some(Frame { x: position.x, y: position.y, width: size.width, height: size.height, maximized }),
        };
    }

    /// Keeps it. A frame that is lost is no harm.
    pub fn keep(&self) {
        let Some(frame) = *self.lock() else { return };
        let written = serde_json::to_vec(&frame).map_err(std::io::Error::from).and_then(|bytes| {
            let next = self.place.with_extension("tmp");
            std::fs::write(&next, bytes)?;
            std::fs::rename(next, &self.place)
        });
        if let Err(error) = written {
            tracing::debug!(%error, "where the window was is not kept");
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<Frame>> {
        self.frame.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The frame on the screens that there are; none if there is none.
fn fit(frame: Frame, screens: &[Screen]) -> Option<Frame> {
    let screen = screens.iter().find(|screen| has_grip(&frame, screen)).or_else(|| screens.first())?;
    let (width, height) = (frame.width.min(screen.width), frame.height.min(screen.height));
    if has_grip(&frame, screen) {
        return Some(Frame { width, height, ..frame });
    }
    let middle = |start: i32, room: u32, taken: u32| start + (room - taken).cast_signed() / 2;
    let (x, y) = (middle(screen.x, screen.width, width), middle(screen.y, screen.height, height));
    Some(Frame { x, y, width, height, ..frame })
}

/// Enough of the window's top is on the screen.
fn has_grip(frame: &Frame, screen: &Screen) -> bool {
    let right = frame.x.saturating_add_unsigned(frame.width).min(screen.x.saturating_add_unsigned(screen.width));
    let across = right.saturating_sub(frame.x.max(screen.x));
    let bottom = screen.y.saturating_add_unsigned(screen.height);
    across >= GRIP.0 && frame.y >= screen.y && frame.y <= bottom - GRIP.1
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEFT: Screen = Screen { x: 0, y: 0, width: 1920, height: 1080 };
    const RIGHT: Screen = Screen { x: 1920, y: 0, width: 2560, height: 1440 };

    fn frame(x: i32, y: i32, width: u32, height: u32) -> Frame {
        Frame { x, y, width, height, maximized: false }
    }

    #[test]
    fn it_stays_where_a_screen_is() {
        for there in [frame(10, 20, 1280, 800), frame(2000, 30, 2400, 1300), frame(-900, 0, 1280, 800)] {
            assert_eq!(fit(there, &[LEFT, RIGHT]), Some(there));
        }
    }

    #[test]
    fn it_comes_back_when_a_screen_is_gone() {
        let middle = frame(320, 140, 1280, 800);
        for lost in [(2500, 100), (-1250, 10), (100, -500), (100, 1075), (i32::MAX, i32::MIN)] {
            assert_eq!(fit(frame(lost.0, lost.1, 1280, 800), &[LEFT]), Some(middle), "{lost:?}");
        }
        let large = fit(frame(2500, 100, 2400, 1300), &[LEFT]).unwrap();
        assert_eq!((large.x, large.y, large.width, large.height), (0, 0, 1920, 1080));
        assert_eq!(fit(middle, &[]), None);
    }

    #[test]
    fn it_is_kept() {
        let home = tempfile::tempdir().unwrap();
        let kept = Kept::new(home.path());
        assert_eq!(*kept.lock(), None);
        *kept.lock() = Some(frame(1, 2, 1000, 700));
        kept.keep();
        assert_eq!(*Kept::new(home.path()).lock(), Some(frame(1, 2, 1000, 700)));
        std::fs::write(home.path().join("window.json"), "{\"x\":").unwrap();
        assert_eq!(*Kept::new(home.path()).lock(), None, "damage is no harm");
    }
}
