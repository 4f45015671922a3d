//! What the program does while nobody looks at its window: the icon in the panel, the system's notifications, and whether
//! it goes on when the window is closed.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::Duration;

use tauri::{AppHandle, Manager as _, Window, WindowEvent};
use tokio::sync::broadcast::error::RecvError;
use valise_engine::api::{
    ApiError, ErrorCode, Event, Folder, FolderId, Notifications, Reply, Request, Settings, Stage,
};

use crate::commands::reply;
use crate::notify::{Act, Bus};
use crate::page;
use crate::state::{App, fault};
use crate::tray::Panel;
use crate::words::State;

/// Many events in a row are one piece of news.
const CALM: Duration = Duration::from_millis(400);
/// A panel may come up after the programs that start at log-in.
const PANEL_COMES: Duration = Duration::from_secs(10);

/// What stays while the program runs.
#[derive(Default)]
pub struct Background {
    panel: OnceLock<Panel>,
    keep_running: AtomicBool,
    /// The folder that the page shows.
    shown: Mutex<Option<FolderId>>,
}

impl Background {
    /// As it was chosen.
    pub fn choose(&self, settings: &Settings) {
        self.keep_running.store(settings.keep_running, Ordering::Release);
    }

    /// Closing the window does not end the program: it was chosen so, and there is a way back to the window.
    fn outlives_window(&self) -> bool {
        self.keep_running.load(Ordering::Acquire) && self.panel.get().is_some_and(Panel::is_shown)
    }

    /// The page shows this folder, or none.
    pub fn shows(&self, folder: Option<FolderId>) {
        *self.shown.lock().unwrap_or_else(PoisonError::into_inner) = folder;
    }

    fn shown(&self) -> Option<FolderId> {
        *self.shown.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Begins. `hidden`: without a window, until somebody wants it.
pub fn begin(app: &AppHandle, hidden: bool) {
    let state = app.state::<App>();
    if let Some(window) = app.get_webview_window("main") {
        state.frame.restore(&window);
        if !hidden {
            let _ = window.show();
        }
    }
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        let state = app.state::<App>();
        if let Ok(Reply::Settings(settings)) = state.ask(Request::Settings).await {
            state.background.choose(&settings);
        }
        if let Some(panel) = Panel::begin(&app, state.spoken.now()).await {
            let _ = state.background.panel.set(panel);
        }
        if hidden {
            let app = app.clone();
            tauri::async_runtime::spawn(async move { minimize_without_panel(&app).await });
        }
        watch(&app).await;
    });
}

/// A program that started without a window and has no icon either would be nowhere.
async fn minimize_without_panel(app: &AppHandle) {
    tokio::time::sleep(PANEL_COMES).await;
    let has_icon = app.state::<App>().background.panel.get().is_some_and(Panel::is_shown);
    if let Some(window) = app.get_webview_window("main").filter(|_| !has_icon) {
        let _ = window.show();
        let _ = window.minimize();
    }
}

/// Brings the window before the person.
pub fn show(app: &AppHandle) {
    if let Some(window) = app.get_webview_window("main") {
        let _ = window.unminimize();
        let _ = window.show();
        let _ = window.set_focus();
    }
}

/// Locks, from the panel.
pub fn lock(app: &AppHandle) {
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        if let Err(error) = page::lock(&app).await {
            tracing::warn!(%error, "locking");
        }
    });
}

/// What closing, moving and looking at the window mean.
pub fn on_window_event(window: &Window, event: &WindowEvent) {
    let Some(app) = window.try_state::<App>() else { return };
    match event {
        WindowEvent::Moved(_) | WindowEvent::Resized(_) => app.frame.note(window),
        WindowEvent::Focused(true) => look(window.app_handle()),
        WindowEvent::Focused(false) => app.frame.keep(),
        WindowEvent::CloseRequested { api, .. } => {
            app.frame.keep();
            if app.background.outlives_window() {
                api.prevent_close();
                let _ = window.hide();
            }
        }
        _ => {}
    }
}

/// Who looks at the window looks at the folder in it.
fn look(app: &AppHandle) {
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        let state = app.state::<App>();
        if let Some(folder) = state.background.shown() {
            let _ = state.ask(Request::Look { folder }).await;
        }
    });
}

/// A folder that the page shows is looked at if the window is.
pub async fn page_shows(app: &AppHandle, folder: Option<FolderId>) -> Result<(), ApiError> {
    let state = app.state::<App>();
    state.background.shows(folder);
    match folder.filter(|_| is_looked_at(app)) {
        Some(folder) => state.ask(Request::Look { folder }).await.map(drop),
        None => Ok(()),
    }
}

fn is_looked_at(app: &AppHandle) -> bool {
    app.get_webview_window("main").is_some_and(|window| window.is_focused().unwrap_or(false))
}

async fn watch(app: &AppHandle) {
    let state = app.state::<App>();
    let mut events = state.engine().events();
    let mut bus = Bus::connect().await;
    if let Some(bus) = &bus {
        let app = app.clone();
        bus.clicks(move |id| {
            if app.state::<App>().told.lock().unwrap_or_else(PoisonError::into_inner).has(id) {
                show(&app);
            }
        });
    }
    loop {
        let acts = look_around(app).await;
        for act in acts {
            carry_out(&state, bus.as_mut(), act).await;
        }
        match events.recv().await {
            Ok(Event::FoldersChanged | Event::FolderChanged { .. } | Event::Status { .. } | Event::RecoveryChanged) => {
            }
            Ok(_) => continue,
            Err(RecvError::Lagged(_)) => {}
            Err(RecvError::Closed) => return,
        }
        tokio::time::sleep(CALM).await;
        events = events.resubscribe();
    }
}

/// Looks at how everything stands: the icon follows, and the answer is what is to be told.
async fn look_around(app: &AppHandle) -> Vec<Act> {
    let state = app.state::<App>();
    let speak = state.spoken.now();
    let (folders, requests) = open(&state).await.map_or((None, 0), |(folders, requests)| (Some(folders), requests));
    if let Some(panel) = state.background.panel.get() {
        panel.set(icon(folders.as_deref(), requests), speak).await;
    }
    let how = match state.ask(Request::Settings).await {
        Ok(Reply::Settings(settings)) => settings.notifications,
        _ => Notifications::Off,
    };
    let mut told = state.told.lock().unwrap_or_else(PoisonError::into_inner);
    match folders {
        Some(folders) => told.look(&folders, is_looked_at(app), how, speak),
        None => told.forget(),
    }
}

/// Folders and requests of an open vault.
async fn open(state: &App) -> Result<(Vec<Folder>, u32), ApiError> {
    let status = reply!(state.ask(Request::Status).await?, Status)?;
    if status.stage != Stage::Open {
        return Err(fault(ErrorCode::Locked, "Valise is locked."));
    }
    let folders = reply!(state.ask(Request::Folders).await?, Folders)?;
    Ok((folders, status.requests))
}

async fn carry_out(state: &App, bus: Option<&mut Bus>, act: Act) {
    let Some(bus) = bus else { return };
    match act {
        Act::Close(id) => bus.close(id).await,
        Act::Show { of, replaces, text } => match bus.show(replaces, &text).await {
            Ok(id) => state.told.lock().unwrap_or_else(PoisonError::into_inner).is_shown(of, id),
            Err(error) => tracing::debug!(%error, "nobody shows notifications here"),
        },
    }
}

fn icon(folders: Option<&[Folder]>, requests: u32) -> State {
    match folders {
        None => State::Locked,
        Some(folders) if requests > 0 || folders.iter().any(|folder| folder.unread > 0) => State::News,
        Some(_) => State::Open,
    }
}
