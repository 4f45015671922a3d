//! The icon in the panel (StatusNotifierItem): whether Valise is locked, open, or has something new; open, lock, quit.
//!
//! It is spoken over the session bus alone. Where no panel shows such icons there is none, and nothing else changes: it
//! appears when a panel comes up later.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use ksni::menu::StandardItem;
use ksni::{Category, Handle, Icon, MenuItem, OfflineReason, Status, ToolTip, Tray, TrayMethods as _};
use tauri::AppHandle;

use crate::background;
use crate::words::{Language, State};

/// The icon, as long as the program runs.
pub struct Panel {
    handle: Handle<Item>,
    shown: Arc<AtomicBool>,
}

impl Panel {
    /// None where there is no session bus.
    pub async fn begin(app: &AppHandle, language: Language) -> Option<Self> {
        let shown = Arc::new(AtomicBool::new(true));
        let item = Item { app: app.clone(), state: State::Locked, language, shown: shown.clone() };
        match item.assume_sni_available(true).spawn().await {
            Ok(handle) => Some(Self { handle, shown }),
            Err(error) => {
                tracing::debug!(%error, "no icon in the panel");
                None
            }
        }
    }

    /// A panel shows it.
    pub fn is_shown(&self) -> bool {
        self.shown.load(Ordering::Acquire) && !self.handle.is_closed()
    }

    /// Shows this.
    pub async fn set(&self, state: State, language: Language) {
        self.handle.update(|item| (item.state, item.language) = (state, language)).await;
    }
}

struct Item {
    app: AppHandle,
    state: State,
    language: Language,
    shown: Arc<AtomicBool>,
}

impl Tray for Item {
    fn id(&self) -> String {
        "valise-desktop".to_owned()
    }

    fn category(&self) -> Category {
        Category::ApplicationStatus
    }

    fn title(&self) -> String {
        "Valise".to_owned()
    }

    fn status(&self) -> Status {
        if self.state == State::News { Status::NeedsAttention } else { Status::Active }
    }

    fn tool_tip(&self) -> ToolTip {
        ToolTip {
            title: "Valise".to_owned(),
            description: self.language.state(self.state).to_owned(),
            ..ToolTip::default()
        }
    }

    fn icon_pixmap(&self) -> Vec<Icon> {
        vec![drawn(self.state)]
    }

    fn attention_icon_pixmap(&self) -> Vec<Icon> {
        vec![drawn(State::News)]
    }

    fn activate(&mut self, _: i32, _: i32) {
        background::show(&self.app);
    }

    fn menu(&self) -> Vec<MenuItem<Self>> {
        let item = |label: &str, enabled, activate: fn(&AppHandle)| {
            let activate = Box::new(move |item: &mut Self| activate(&item.app));
            MenuItem::Standard(StandardItem { label: label.to_owned(), enabled, activate, ..StandardItem::default() })
        };
        vec![
            item(self.language.open(), true, background::show),
            item(self.language.lock(), self.state != State::Locked, background::lock),
            MenuItem::Separator,
            item(self.language.quit(), true, |app| app.exit(0)),
        ]
    }

    fn watcher_online(&self) {
        self.shown.store(true, Ordering::Release);
    }

    fn watcher_offline(&self, _: OfflineReason) -> bool {
        self.shown.store(false, Ordering::Release);
        true
    }
}

/// The program's own icon: paler while locked, with a dot when something is new.
fn drawn(state: State) -> Icon {
    let image = tauri::include_image!("icons/32x32.png");
    let (width, height) = (image.width(), image.height());
    let mut data = Vec::with_capacity(image.rgba().len());
    for (index, pixel) in image.rgba().chunks_exact(4).enumerate() {
        let (x, y) = (index as u32 % width, index as u32 / width);
        let [r, g, b, a] = match state {
            State::News if is_in_dot(x, y, width) => [0xd9, 0x8c, 0x1f, 0xff],
            State::Locked => pale([pixel[0], pixel[1], pixel[2], pixel[3]]),
            _ => [pixel[0], pixel[1], pixel[2], pixel[3]],
        };
        data.extend([a, r, g, b]);
    }
    Icon { width: width.cast_signed(), height: height.cast_signed(), data }
}

/// A third of the width, at the lower right.
fn is_in_dot(x: u32, y: u32, width: u32) -> bool {
    let radius = (width / 6).cast_signed();
    let middle = width.cast_signed() - radius - 1;
    let (dx, dy) = (x.cast_signed() - middle, y.cast_signed() - middle);
    dx * dx + dy * dy <= radius * radius
}

fn pale([r, g, b, a]: [u8; 4]) -> [u8; 4] {
    let grey = ((u32::from(r) * 30 + u32::from(g) * 59 + u32::from(b) * 11) / 100) as u8;
    [grey, grey, grey, a / 2]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_look_different() {
        let [locked, open, news] = [State::Locked, State::Open, State::News].map(|state| drawn(state).data);
        assert!(locked.len() == 32 * 32 * 4 && open.len() == locked.len());
        assert!(locked != open && open != news && news != locked);
    }
}
