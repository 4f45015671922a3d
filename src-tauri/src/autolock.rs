//! Locks by itself: when nobody has been here for a while, with the screen, and before the computer sleeps.
//!
//! The page says when somebody is here. What is on its way is not cut off: it locks when nothing moves any more, unless
//! somebody is back by then. By the clock it waits for opened files too: who works in another program is there, and
//! locking takes the file from under it. Only sleep does not wait.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use tauri::{AppHandle, Manager as _};
use valise_engine::api::{InHand, Reply, Request, Settings};

use crate::page;
use crate::state::App;

/// Between two looks at the clock.
const LOOK: Duration = Duration::from_secs(2);
/// No choice is shorter: before that, the clock need not be asked about.
const SHORTEST: Duration = Duration::from_secs(60);

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

    /// For how long nobody was here, and whether the screen was locked.
    fn now(&self) -> (Duration, bool) {
        let (since, screen_locked) = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        (since.elapsed(), screen_locked)
    }
}

/// Whether it is to lock. `minutes` is 0 for never by the clock.
fn is_to_lock((alone, screen_locked): (Duration, bool), minutes: u32, in_hand: InHand) -> bool {
    let by_clock = minutes > 0 && alone >= Duration::from_secs(u64::from(minutes) * 60) && in_hand.opened == 0;
    (screen_locked || by_clock) && in_hand.transfers == 0
}

/// Looks at the clock, and listens to the system, as long as the window lives.
pub fn watch(app: &AppHandle) {
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
                Ok(Some(Said::Sleeps)) => lock(&app).await,
                Ok(None) => return,
                Err(_) => {}
            }
            look(&app).await;
        }
    });
}

async fn look(app: &AppHandle) {
    let state = app.state::<App>();
    let now = state.attention.now();
    if now.0 < SHORTEST && !now.1 {
        return;
    }
    // Only an open vault has something in hand.
    let Ok(Reply::InHand(in_hand)) = state.ask(Request::InHand).await else { return };
    let minutes = match state.ask(Request::Settings).await {
        Ok(Reply::Settings(settings)) => settings.lock_after_minutes,
        _ => Settings::default().lock_after_minutes,
    };
    if is_to_lock(now, minutes, in_hand) {
        lock(app).await;
    }
}

async fn lock(app: &AppHandle) {
    tracing::info!("nobody is here");
    if let Err(error) = page::lock(app).await {
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

    const NOTHING: InHand = InHand { transfers: 0, opened: 0 };

    fn minutes(minutes: u64) -> Duration {
        Duration::from_secs(minutes * 60)
    }

    #[test]
    fn it_locks_after_a_while_or_behind_a_locked_screen() {
        assert!(!is_to_lock((minutes(14), false), 15, NOTHING));
        assert!(is_to_lock((minutes(15), false), 15, NOTHING));
        assert!(!is_to_lock((minutes(10_000), false), 0, NOTHING), "never by the clock");
        assert!(is_to_lock((minutes(0), true), 0, NOTHING), "with the screen in any case");
    }

    #[test]
    fn what_is_in_hand_is_not_cut_off() {
        let (moving, opened) = (InHand { transfers: 1, opened: 0 }, InHand { transfers: 0, opened: 1 });
        assert!(!is_to_lock((minutes(20), false), 15, moving) && !is_to_lock((minutes(20), true), 15, moving));
        assert!(!is_to_lock((minutes(20), false), 15, opened), "somebody works in another program");
        assert!(is_to_lock((minutes(20), true), 15, opened), "the screen locks all the same");
    }

    #[test]
    fn who_comes_back_is_here() {
        let attention = Attention::default();
        attention.set(true);
        assert!(is_to_lock(attention.now(), 0, NOTHING));
        attention.here();
        assert!(!is_to_lock(attention.now(), 0, NOTHING));
    }
}
