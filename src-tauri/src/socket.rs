//! Commands of this home: what holds it answers them.
//!
//! A command is no sign that somebody is at the window, or a script could hold it open for ever: only who unlocks by one is
//! here.

use std::sync::Arc;

use tauri::{AppHandle, Manager as _};
use valise_engine::Engine;
use valise_engine::api::ApiError;
use valise_engine::socket::{Behind, Use};

use crate::page;
use crate::state::App;

struct Window(AppHandle);

#[async_trait::async_trait]
impl Behind for Window {
    fn engine(&self) -> &Engine {
        self.0.state::<App>().inner().engine()
    }

    async fn lock(&self) -> Result<(), ApiError> {
        page::lock(&self.0).await
    }

    fn used(&self, how: Use) {
        if how == Use::Opened {
            self.0.state::<App>().attention.here();
        }
    }
}

/// Hears them from now on.
pub fn hear(app: &AppHandle) {
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        app.state::<App>().hear(Arc::new(Window(app.clone())));
    });
}
