//! The page's own process, which is not ours to wipe: what was typed into the page stays in its memory.

use tauri::{AppHandle, Manager as _};

use crate::state::App;

/// Ends the page's process and begins the page anew in another one. For locking: a password that was typed is then in no
/// process any more.
pub fn begin_anew(app: &AppHandle) {
    app.state::<App>().typing.forget();
    let Some(window) = app.get_webview_window("main") else { return };
    #[cfg(target_os = "linux")]
    let begun = window.with_webview(|page| {
        use webkit2gtk::WebViewExt as _;
        let view = page.inner();
        view.terminate_web_process();
        view.reload();
    });
    #[cfg(not(target_os = "linux"))]
    let begun = window.reload();
    if let Err(error) = begun {
        tracing::warn!(%error, "the page goes on as it is");
    }
}
