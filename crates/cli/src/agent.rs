//! `agent`, `unlock` and `lock`: the engine without a window, and what opens and closes the one that is there.

use std::io::{IsTerminal as _, Write as _};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use tokio::signal::unix::{SignalKind, signal};
use valise_engine::Engine;
use valise_engine::api::{ApiError, ErrorCode, InHand, Reply, Request, Stage};
use valise_engine::socket::{self, Behind, Use};

use crate::args::{Agent, Arguments};
use crate::commands::status;
use crate::session::{Session, fault, given};

/// Between two looks at the clock.
const LOOK: Duration = Duration::from_secs(2);

/// Has the home until it is told to end; then it is locked.
pub async fn agent(arguments: &Arguments, command: &Agent) -> Result<(), ApiError> {
    let (session, engine) = Session::stay(arguments).await?;
    let staying = Arc::new(Staying { engine, used: Mutex::new(Instant::now()) });
    let result = stay(arguments, command, &session, staying).await;
    session.end().await;
    result
}

async fn stay(
    arguments: &Arguments,
    command: &Agent,
    session: &Session,
    staying: Arc<Staying>,
) -> Result<(), ApiError> {
    if session.status().await?.stage != Stage::New && !command.locked {
        if can_be_asked(arguments)? {
            session.open().await?;
        } else {
            session.opens_by_itself().await?;
        }
    }
    // Only now: who is still asked for a password ends it as any command.
    let mut end = std::pin::pin!(asked_to_end()?);
    let serving = socket::serve(staying.clone())?;
    // Whoever waits for this line may give commands.
    status(session, arguments.json).await?;
    let _ = std::io::stdout().flush();
    loop {
        tokio::select! {
            () = &mut end => break,
            () = tokio::time::sleep(LOOK) => {}
        }
        if let Some(minutes) = command.idle_lock {
            staying.lock_if_idle(Duration::from_secs(u64::from(minutes) * 60)).await;
        }
    }
    serving.stop().await;
    Ok(())
}

/// Whether there is a password, or somebody to ask.
fn can_be_asked(arguments: &Arguments) -> Result<bool, ApiError> {
    let password = given(arguments.password_file.as_deref(), "VALISE_PASSWORD")?;
    let pin = given(arguments.pin_file.as_deref(), "VALISE_PIN")?;
    Ok(password.is_some() || pin.is_some() || std::io::stdin().is_terminal())
}

/// Ctrl-C, the end of the terminal, or of the system.
fn asked_to_end() -> Result<impl Future<Output = ()>, ApiError> {
    let hear = |kind| signal(kind).map_err(|error| fault(ErrorCode::Io, "The system refused.", &error.to_string()));
    let (mut interrupted, mut terminated, mut hung_up) =
        (hear(SignalKind::interrupt())?, hear(SignalKind::terminate())?, hear(SignalKind::hangup())?);
    Ok(async move {
        tokio::select! {
            _ = interrupted.recv() => {}
            _ = terminated.recv() => {}
            _ = hung_up.recv() => {}
        }
    })
}

/// An engine that stays.
struct Staying {
    engine: Arc<Engine>,
    /// When a command was given last.
    used: Mutex<Instant>,
}

impl Staying {
    async fn lock_if_idle(&self, limit: Duration) {
        let idle = self.used.lock().unwrap_or_else(PoisonError::into_inner).elapsed();
        if idle < limit {
            return;
        }
        // Only what is open has something in hand.
        let Ok(Reply::InHand(in_hand)) = self.engine.handle(Request::InHand).await else { return };
        if in_hand == (InHand { transfers: 0, opened: 0 })
            && let Err(error) = self.lock().await
        {
            tracing::warn!(%error, "locking");
        }
    }
}

#[async_trait]
impl Behind for Staying {
    fn engine(&self) -> &Engine {
        &self.engine
    }

    async fn lock(&self) -> Result<(), ApiError> {
        self.engine.handle(Request::Lock).await.map(|_| ())
    }

    fn used(&self, _: Use) {
        *self.used.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
    }
}

/// Opens the Valise that has the home.
pub async fn unlock(session: &Session, json: bool) -> Result<(), ApiError> {
    if !session.is_shared() {
        return Err(fault(
            ErrorCode::NotFound,
            "No Valise is open in this home that could stay unlocked.",
            "Start `valise agent` or the window; every other command unlocks for itself.",
        ));
    }
    session.open().await?;
    status(session, json).await
}

/// Locks the Valise that has the home. Where there is none, it is locked.
pub async fn lock(session: &Session, json: bool) -> Result<(), ApiError> {
    session.ask(Request::Lock).await?;
    status(session, json).await
}
