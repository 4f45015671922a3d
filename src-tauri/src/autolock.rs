//! Locks by itself: when nobody has been here for a while, with the screen, and before the computer sleeps.
//!
//! The page says when somebody is here. What is on its way is not cut off: it locks when nothing moves any more, unless
//! somebody is back by then. Only sleep does not wait.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use tauri::Manager as _;
use valise_engine::api::{Reply, Request, Settings, Stage, TransferState};

use crate::state::App;

/// Between two looks at the clock.
const LOOK: Duration = Duration::from_secs(2);

/// When somebody was here last, and whether the screen was locked since.
pub struct Attention(Mutex<(Instant, bool)>);

/// What the system says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Said {
    ScreenLocked,
    ScreenUnlocked,
    Sleeps,
}

impl Default for Attention {
    fn default() -> Self {
        Self(Mutex::new((Instant::now(), false)))
    }
}

impl Attention {
    /// Somebody is here.
    pub fn here(&self) {
        self.set(false);
    }

    fn set(&self, screen_locked: bool) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = (Instant::now(), screen_locked);
    }

    fn is_gone(&self, settings: &Settings) -> bool {
        let (since, screen_locked) = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        is_gone(since.elapsed(), screen_locked, settings.lock_after_minutes)
    }
}

/// Whether nobody is here: `minutes` is 0 for never by the clock.
fn is_gone(alone: Duration, screen_locked: bool, minutes: u32) -> bool {
    screen_locked || (minutes > 0 && alone >= Duration::from_secs(u64::from(minutes) * 60))
}

/// Looks at the clock, and listens to the system, as long as the window lives.
pub fn watch(app: &tauri::AppHandle) {
    let (sender, mut said) = tokio::sync::mpsc::channel(8);
    #[cfg(target_os = "linux")]
    system::listen(&sender);
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        // Keeps the channel open where nobody listens to the system.
        let _sender = sender;
        loop {
            let state = app.state::<App>();
            match tokio::time::timeout(LOOK, said.recv()).await {
                Ok(Some(Said::ScreenLocked)) => state.attention.set(true),
                Ok(Some(Said::ScreenUnlocked)) => state.attention.here(),
                Ok(Some(Said::Sleeps)) => lock(&state).await,
                Ok(None) => return,
                Err(_) => {}
            }
            if is_open(&state).await && state.attention.is_gone(&settings(&state).await) && !is_moving(&state).await {
                lock(&state).await;
            }
        }
    });
}

async fn is_open(state: &App) -> bool {
    matches!(state.ask(Request::Status).await, Ok(Reply::Status(status)) if status.stage == Stage::Open)
}

async fn settings(state: &App) -> Settings {
    match state.ask(Request::Settings).await {
        Ok(Reply::Settings(settings)) => settings,
        _ => Settings::default(),
    }
}

async fn is_moving(state: &App) -> bool {
    match state.ask(Request::Transfers).await {
        Ok(Reply::Transfers(transfers)) => transfers.iter().any(|transfer| transfer.state == TransferState::Running),
        _ => false,
    }
}

async fn lock(state: &App) {
    tracing::info!("nobody is here");
    if let Err(error) = state.ask(Request::Lock).await {
        tracing::warn!(%error, "locking");
    }
}

/// Screen savers of the session, and the system's log-in manager.
#[cfg(target_os = "linux")]
mod system {
    use futures::StreamExt as _;
    use tokio::sync::mpsc::Sender;
    use zbus::message::{Message, Type};
    use zbus::{Connection, MatchRule, MessageStream};

    use super::Said;

    /// Where there is no such bus, nothing is heard, and the clock remains.
    pub fn listen(said: &Sender<Said>) {
        for (on_system, member) in [(false, "ActiveChanged"), (true, "Lock"), (true, "PrepareForSleep")] {
            let said = said.clone();
            tauri::async_runtime::spawn(async move {
                if let Err(error) = hear(on_system, member, &said).await {
                    tracing::debug!(%error, member, "the system is not heard");
                }
            });
        }
    }

    async fn hear(on_system: bool, member: &str, said: &Sender<Said>) -> zbus::Result<()> {
        let bus = if on_system { Connection::system().await? } else { Connection::session().await? };
        let rule = MatchRule::builder().msg_type(Type::Signal).member(member)?.build();
        let mut signals = MessageStream::for_match_rule(rule, &bus, None).await?;
        while let Some(signal) = signals.next().await {
            let Ok(signal) = signal else { continue };
            if let Some(what) = understand(&signal)
                && said.send(what).await.is_err()
            {
                break;
            }
        }
        Ok(())
    }

    fn understand(signal: &Message) -> Option<Said> {
        let header = signal.header();
        let yes = signal.body().deserialize::<bool>().ok();
        match (header.interface()?.as_str(), header.member()?.as_str(), yes) {
            // Of GNOME, Cinnamon, MATE, Xfce, KDE and freedesktop.org.
            (interface, "ActiveChanged", Some(active)) if interface.ends_with(".ScreenSaver") => {
                Some(if active { Said::ScreenLocked } else { Said::ScreenUnlocked })
            }
            ("org.freedesktop.login1.Session", "Lock", _) => Some(Said::ScreenLocked),
            ("org.freedesktop.login1.Manager", "PrepareForSleep", Some(true)) => Some(Said::Sleeps),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_here_after_a_while_or_behind_a_locked_screen() {
        let minutes = |minutes: u64| Duration::from_secs(minutes * 60);
        assert!(!is_gone(minutes(14), false, 15));
        assert!(is_gone(minutes(15), false, 15));
        assert!(!is_gone(minutes(10_000), false, 0), "never by the clock");
        assert!(is_gone(minutes(0), true, 0), "with the screen in any case");
    }

    #[test]
    fn who_comes_back_is_here() {
        let attention = Attention::default();
        let never = Settings { lock_after_minutes: 0 };
        attention.set(true);
        assert!(attention.is_gone(&never));
        attention.here();
        assert!(!attention.is_gone(&never));
    }
}
