//! For who does not hold the home: asks whoever does.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::io::AsyncWriteExt as _;
use tokio::net::UnixStream;
use tokio::sync::mpsc;
use tokio::time::timeout;

use super::frame::{self, FrameError};
use super::{ASK_WITHIN, Answer, Ask, Greeting, MAX_GREETING, MAX_REPLY, MAX_REQUEST, NAME, Place, STOP, is_own};
use crate::api::{ApiError, Event, Reply, Request};
use crate::error::EngineError;

/// Events that wait for a command that is slow to show them.
const WAITING_EVENTS: usize = 256;
/// A server that is about to end lets go of connections.
const TRIES: u32 = 3;

/// The Valise that holds a home.
#[derive(Clone, Debug)]
pub struct Remote {
    home: PathBuf,
}

/// Keeps what a request began from being let go. Dropped, what still runs rests.
pub struct Held {
    _stream: UnixStream,
}

/// What is told, from a moment on.
pub struct Events(mpsc::Receiver<Event>);

impl Events {
    /// The next one; none when the other side is gone. Safe to be cut short.
    pub async fn next(&mut self) -> Option<Event> {
        self.0.recv().await
    }
}

impl Remote {
    /// Who serves a home's socket; none if nobody does.
    ///
    /// # Errors
    /// It is another version, another person's, or does not answer.
    pub async fn find(home: &Path) -> Result<Option<Self>, ApiError> {
        let remote = Self { home: home.to_owned() };
        Ok(remote.connect().await?.map(|_| remote))
    }

    /// Asks.
    ///
    /// # Errors
    /// As it would be asked here; and: it has ended.
    pub async fn ask(&self, request: Request) -> Result<Reply, ApiError> {
        self.begin(request).await.map(|(reply, _)| reply)
    }

    /// Asks for something that goes on after the reply, as long as it is held.
    ///
    /// # Errors
    /// As [`Remote::ask`].
    pub async fn begin(&self, request: Request) -> Result<(Reply, Held), ApiError> {
        let mut stream = self.send(Ask::Request(request)).await?;
        let reply = reply(&mut stream).await?;
        Ok((reply, Held { _stream: stream }))
    }

    /// Asks, and tells it to stop as soon as `stop` is ready; waits for the answer all the same.
    ///
    /// # Errors
    /// As [`Remote::ask`].
    pub async fn ask_until(&self, request: Request, stop: impl Future<Output = ()>) -> Result<Reply, ApiError> {
        let mut stream = self.send(Ask::Request(request)).await?;
        let (mut from, mut to) = stream.split();
        let stopping = async {
            stop.await;
            let _ = to.write_all(&[STOP]).await;
            std::future::pending().await
        };
        tokio::select! {
            reply = reply(&mut from) => reply,
            reply = stopping => reply,
        }
    }

    /// Hears events from now on.
    ///
    /// # Errors
    /// It has ended.
    pub async fn events(&self) -> Result<Events, ApiError> {
        let mut stream = self.send(Ask::Events).await?;
        match frame::read(&mut stream, MAX_REPLY).await {
            Ok(Answer::Listening) => {}
            _ => return Err(EngineError::OtherEnded.into()),
        }
        let (sender, receiver) = mpsc::channel(WAITING_EVENTS);
        tokio::spawn(async move {
            loop {
                tokio::select! {
                    () = sender.closed() => return,
                    answer = frame::read(&mut stream, MAX_REPLY) => {
                        let Ok(Answer::Event(event)) = answer else { return };
                        if sender.send(event).await.is_err() {
                            return;
                        }
                    }
                }
            }
        });
        Ok(Events(receiver))
    }

    async fn send(&self, mut ask: Ask) -> Result<UnixStream, ApiError> {
        if let Ask::Request(request) = &mut ask {
            for path in request.paths() {
                *path = std::path::absolute(&*path).map_err(EngineError::from)?;
            }
        }
        let mut stream = self.connect().await?.ok_or(EngineError::OtherEnded)?;
        match frame::write(&mut stream, &ask, MAX_REQUEST).await {
            Ok(()) => Ok(stream),
            Err(FrameError::TooLong) => {
                Err(EngineError::BadInput("That is too much at once. Name a directory instead of its files.").into())
            }
            Err(FrameError::NotText) => Err(EngineError::BadInput("A path has a name that is not text.").into()),
            Err(FrameError::Ended | FrameError::NotUnderstood) => Err(EngineError::OtherEnded.into()),
        }
    }

    /// A connection that has greeted; none if nobody listens.
    async fn connect(&self) -> Result<Option<UnixStream>, ApiError> {
        for _ in 0..TRIES {
            let place = Place::of(&self.home, NAME).map_err(EngineError::from)?;
            let mut stream = match UnixStream::connect(&place.path).await {
                Ok(stream) => stream,
                Err(error) if is_nobody(&error) => return Ok(None),
                Err(error) => return Err(EngineError::from(error).into()),
            };
            if !is_own(&stream).map_err(EngineError::from)? {
                return Err(EngineError::NotAllowed("Somebody else answers in this home.").into());
            }
            match timeout(ASK_WITHIN, greet(&mut stream)).await {
                Ok(Ok(())) => return Ok(Some(stream)),
                // It is busy with others, or about to end.
                Ok(Err(Greeted::Not)) => tokio::time::sleep(Duration::from_millis(200)).await,
                Ok(Err(Greeted::Otherwise(valise))) => return Err(EngineError::OtherVersion(valise).into()),
                Err(_) => return Err(EngineError::TimedOut.into()),
            }
        }
        Err(EngineError::OtherEnded.into())
    }
}

/// Why a greeting leads to nothing.
enum Greeted {
    /// The connection ended.
    Not,
    /// It is another version.
    Otherwise(String),
}

async fn greet(stream: &mut UnixStream) -> Result<(), Greeted> {
    let theirs: Greeting = match frame::read(stream, MAX_GREETING).await {
        Ok(theirs) => theirs,
        Err(FrameError::Ended) => return Err(Greeted::Not),
        // Whatever it is, it is none of ours.
        Err(_) => return Err(Greeted::Otherwise("unknown".to_owned())),
    };
    if theirs != Greeting::ours() {
        return Err(Greeted::Otherwise(theirs.valise));
    }
    frame::write(stream, &theirs, MAX_GREETING).await.map_err(|_| Greeted::Not)
}

fn is_nobody(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused)
}

async fn reply(from: &mut (impl tokio::io::AsyncRead + Unpin)) -> Result<Reply, ApiError> {
    match frame::read(from, MAX_REPLY).await {
        Ok(Answer::Reply(reply)) => Ok(reply),
        Ok(Answer::Trouble(trouble)) => Err(trouble),
        _ => Err(EngineError::OtherEnded.into()),
    }
}
