//! Where no panel is spoken to: there is no icon, and closing the window ends the program.

use tauri::AppHandle;

use crate::words::{Language, State};

/// None.
pub enum Panel {}

impl Panel {
    /// None.
    pub async fn begin(_: &AppHandle, _: Language) -> Option<Self> {
        None
    }

    /// Never.
    pub fn is_shown(&self) -> bool {
        match *self {}
    }

    /// Never.
    pub async fn set(&self, _: State, _: Language) {
        match *self {}
    }
}
