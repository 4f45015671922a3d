//! The page's own process, which is not ours to wipe: what was typed into the page stays in its memory.

use tauri::{AppHandle, Manager as _};
use tauri_plugin_dialog::{DialogExt as _, MessageDialogKind};
use valise_engine::api::{ApiError, Reply, Request, Stage};

use crate::state::App;

/// Locks, and begins the page anew. What could not be kept is said by a window of its own: the page that asked is gone.
pub async fn lock(app: &AppHandle) -> Result<(), ApiError> {
    let state = app.state::<App>();
    let answer = state.ask(Request::Lock).await.map(|_| ());
    let status = state.ask(Request::Status).await;
    if !matches!(status, Ok(Reply::Status(status)) if status.stage == Stage::Open) {
        begin_anew(app);
        if let Err(error) = &answer {
            app.dialog().message(sentences(error)).kind(MessageDialogKind::Warning).title("Valise").show(|_| {});
        }
    }
    answer
}

fn sentences(error: &ApiError) -> String {
    let parts = [Some(&error.happened), error.safe.as_ref(), error.todo.as_ref()];
    parts.into_iter().flatten().map(String::as_str).collect::<Vec<_>>().join(" ")
}

/// Ends the page's process and begins the page anew in another one. For locking: a password that was typed is then in no
/// process any more.
fn begin_anew(app: &AppHandle) {
    let state = app.state::<App>();
    state.typing.forget();
    state.previews.forget();
    state.background.shows(None);
    let Some(window) = app.get_webview_window("main") else { return };
    #[cfg(target_os = "linux")]
    let begun = window.with_webview(|page| {
        use webkit2gtk::WebViewExt as _;
        let view = page.inner();
        if !is_kept() {
            view.terminate_web_process();
        }
        view.reload();
    });
    #[cfg(not(target_os = "linux"))]
    let begun = window.reload();
    if let Err(error) = begun {
        tracing::warn!(%error, "the page goes on as it is");
    }
}

/// A test's driver loses the window with the page's process: a program that is built for development can be told to keep
/// it. A released one does not listen.
#[cfg(target_os = "linux")]
fn is_kept() -> bool {
    cfg!(debug_assertions) && std::env::var_os("VALISE_KEEP_PAGE").is_some()
}
