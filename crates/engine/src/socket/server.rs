//! For who holds the home: answers commands as it answers itself.

use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use tokio::io::AsyncReadExt as _;
use tokio::net::unix::{ReadHalf, WriteHalf};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::Semaphore;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::frame::{self, FrameError};
use super::{
    ASK_WITHIN, Answer, Ask, Greeting, MAX_CONNECTIONS, MAX_GREETING, MAX_REPLY, MAX_REQUEST, NAME, Place, STOP,
    TAKE_WITHIN, is_own,
};
use crate::Engine;
use crate::api::{ApiError, Reply, Request, Stage};
use crate::error::EngineError;
use crate::transfer::Stop;
use crate::transfer::life::Begun;

/// After a connection could not be taken: too many files are open, most likely.
const CALM: Duration = Duration::from_millis(100);

/// Who holds the home.
#[async_trait]
pub trait Behind: Send + Sync + 'static {
    /// Its engine.
    fn engine(&self) -> &Engine;

    /// Locks, as it does itself.
    async fn lock(&self) -> Result<(), ApiError>;

    /// A command was given.
    fn used(&self, how: Use);
}

/// What a command means for who locks when nobody is here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    /// Somebody opened Valise.
    Opened,
    /// Somebody, or something, works with it. What only looks how it stands, or waits, is no use.
    Worked,
}

/// A socket that is served.
pub struct Serving {
    stop: CancellationToken,
    tasks: TaskTracker,
    place: Place,
}

impl Serving {
    /// Takes no more, and removes the socket. What was begun is answered to nobody.
    pub async fn stop(&self) {
        self.stop.cancel();
        let _ = std::fs::remove_file(&self.place.path);
        self.tasks.close();
        self.tasks.wait().await;
    }
}

/// Serves the socket of the home that this engine holds, in the place of one that a killed process left. To be called on
/// a runtime.
///
/// # Errors
/// The home's file system has no sockets, or the home's path is too long for one (only outside Linux).
pub fn serve(behind: Arc<dyn Behind>) -> Result<Serving, ApiError> {
    let home = behind.engine().home().to_owned();
    let (listener, place) = bind(&home).map_err(EngineError::from)?;
    let (stop, tasks) = (CancellationToken::new(), TaskTracker::new());
    tasks.spawn(accept(behind, listener, stop.clone(), tasks.clone()));
    Ok(Serving { stop, tasks, place })
}

/// Under another name first: when it has its own, nobody else may use it, and it answers.
fn bind(home: &Path) -> io::Result<(UnixListener, Place)> {
    let (new, place) = (Place::of(home, "socket.tmp")?, Place::of(home, NAME)?);
    match std::fs::remove_file(&new.path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let listener = UnixListener::bind(&new.path)?;
    std::fs::set_permissions(&new.path, std::fs::Permissions::from_mode(0o600))?;
    std::fs::rename(&new.path, &place.path)?;
    Ok((listener, place))
}

async fn accept(behind: Arc<dyn Behind>, listener: UnixListener, stop: CancellationToken, tasks: TaskTracker) {
    let room = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    loop {
        let taken = tokio::select! {
            () = stop.cancelled() => return,
            taken = listener.accept() => taken,
        };
        let stream = match taken {
            Ok((stream, _)) => stream,
            Err(error) => {
                tracing::warn!(%error, "a command was not heard");
                tokio::time::sleep(CALM).await;
                continue;
            }
        };
        if !is_own(&stream).unwrap_or(false) {
            tracing::warn!("somebody else asked");
            continue;
        }
        // One too many is let go at once, and says so to its person.
        let Ok(room) = room.clone().try_acquire_owned() else { continue };
        let (behind, stop) = (behind.clone(), stop.clone());
        tasks.spawn(async move {
            let _room = room;
            if let Some(Err(error)) = stop.run_until_cancelled(attend(&behind, stream)).await {
                tracing::debug!(%error, "a command was not answered");
            }
        });
    }
}

/// One connection.
async fn attend(behind: &Arc<dyn Behind>, mut stream: UnixStream) -> Result<(), FrameError> {
    let (mut from, mut to) = stream.split();
    let asked = timeout(ASK_WITHIN, async {
        frame::write(&mut to, &Greeting::ours(), MAX_GREETING).await?;
        if frame::read::<Greeting>(&mut from, MAX_GREETING).await? != Greeting::ours() {
            return Err(FrameError::NotUnderstood);
        }
        frame::read::<Ask>(&mut from, MAX_REQUEST).await
    });
    match asked.await.map_err(|_| FrameError::Ended)?? {
        Ask::Request(request) => answer(behind, request, from, to).await,
        Ask::Events => tell(behind, from, to).await,
    }
}

async fn answer(
    behind: &Arc<dyn Behind>,
    request: Request,
    mut from: ReadHalf<'_>,
    mut to: WriteHalf<'_>,
) -> Result<(), FrameError> {
    let mut begun = begun(&request);
    let answering = behind.clone();
    // A task of its own: it goes on to its end when nobody waits for it any more.
    let mut answer = tokio::spawn(async move { handle(&answering, request).await });
    let answer = loop {
        tokio::select! {
            answer = &mut answer => break answer.unwrap_or_else(|_| Err(gone().into())),
            why = stopped(&mut from) => {
                behind.engine().let_go(&begun, why);
                if why == Stop::Pause {
                    return Err(FrameError::Ended);
                }
            }
        }
    };
    if let Ok(Reply::Transfer(transfer)) = &answer {
        begun = Begun::Transfer(transfer.id);
    }
    let sent = send(&mut to, &answer.map_or_else(Answer::Trouble, Answer::Reply)).await;
    if let Begun::Transfer(_) = begun {
        // Whoever waits for it holds the connection; whoever lets it go when it has ended changes nothing.
        let why = if sent.is_ok() { stopped(&mut from).await } else { Stop::Pause };
        behind.engine().let_go(&begun, why);
    }
    sent
}

/// Until a client that waits says that it is to stop for good; or is gone, and it rests.
async fn stopped(from: &mut ReadHalf<'_>) -> Stop {
    match from.read_u8().await {
        Ok(STOP) => Stop::Cancel,
        _ => Stop::Pause,
    }
}

fn begun(request: &Request) -> Begun {
    match request {
        Request::Save { folder, entry, version, to } => Begun::Save((*folder, *entry, *version), to.clone()),
        _ => Begun::Nothing,
    }
}

async fn handle(behind: &Arc<dyn Behind>, mut request: Request) -> Result<Reply, ApiError> {
    if request.paths().iter().any(|path| !path.is_absolute()) {
        return Err(EngineError::BadInput("A path is not complete.").into());
    }
    let how = how(&request);
    if how == Some(Use::Worked) {
        behind.used(Use::Worked);
    }
    let was_open = is_open(behind).await;
    let reply = match request {
        Request::Lock => behind.lock().await.map(|()| Reply::Done),
        // It would take the home away from under who holds it.
        Request::Forget => Err(EngineError::InUse.into()),
        request => behind.engine().handle(request).await,
    };
    // Who asks to unlock what is open has shown nothing.
    if how == Some(Use::Opened) && reply.is_ok() && !was_open && is_open(behind).await {
        behind.used(Use::Opened);
    }
    reply
}

async fn is_open(behind: &Arc<dyn Behind>) -> bool {
    let status = behind.engine().handle(Request::Status).await;
    matches!(status, Ok(Reply::Status(status)) if status.stage == Stage::Open)
}

fn how(request: &Request) -> Option<Use> {
    match request {
        Request::Unlock { .. }
        | Request::UnlockAtLogin
        | Request::UnlockWithToken { .. }
        | Request::Create { .. }
        | Request::Join { .. }
        | Request::JoinAccount { .. }
        | Request::Recover { .. }
        | Request::RecoverAccount { .. }
        | Request::FinishRecovery { .. } => Some(Use::Opened),
        Request::Status
        | Request::Settings
        | Request::InHand
        | Request::Transfers
        | Request::Sync
        | Request::AwaitHeld { .. }
        | Request::Diagnose
        | Request::Lock => None,
        _ => Some(Use::Worked),
    }
}

async fn tell(behind: &Arc<dyn Behind>, mut from: ReadHalf<'_>, mut to: WriteHalf<'_>) -> Result<(), FrameError> {
    let mut events = behind.engine().events();
    send(&mut to, &Answer::Listening).await?;
    loop {
        let event = tokio::select! {
            _ = from.read_u8() => return Ok(()),
            event = events.recv() => event,
        };
        match event {
            Ok(event) => send(&mut to, &Answer::Event(event)).await?,
            // Who is slow misses some, as everybody who listens may.
            Err(RecvError::Lagged(_)) => {}
            Err(RecvError::Closed) => return Ok(()),
        }
    }
}

/// Who does not take it in time does not get it.
async fn send(to: &mut WriteHalf<'_>, answer: &Answer) -> Result<(), FrameError> {
    let sending = async {
        match frame::write(to, answer, MAX_REPLY).await {
            Err(FrameError::TooLong) => {
                let trouble = EngineError::BadInput("The answer is too large. Ask for less at once.");
                frame::write(to, &Answer::Trouble(trouble.into()), MAX_REPLY).await
            }
            Err(FrameError::NotText) => {
                let trouble = EngineError::BadInput("A path has a name that is not text.");
                frame::write(to, &Answer::Trouble(trouble.into()), MAX_REPLY).await
            }
            sent => sent,
        }
    };
    timeout(TAKE_WITHIN, sending).await.map_err(|_| FrameError::Ended)?
}

fn gone() -> EngineError {
    EngineError::Internal("a request ended without an answer")
}
