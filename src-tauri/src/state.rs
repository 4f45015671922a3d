//! What the commands share.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use sha2::{Digest as _, Sha256};
use valise_catalog::{Server, hosted};
use valise_engine::api::{ApiError, ErrorCode, Reply, Request};
use valise_engine::socket::{self, Behind, Serving};
use valise_engine::typed::Typing;
use valise_engine::{Config, Engine};

use crate::autolock::Attention;
use crate::background::Background;
use crate::frame;
use crate::notify::Told;
use crate::preview::Previews;
use crate::words::Spoken;

/// The engine, the catalog if this computer hosts it, and what was dropped.
pub struct App {
    engine: Engine,
    home: PathBuf,
    hosted: tokio::sync::Mutex<Option<Server>>,
    /// Where commands of this home are heard.
    socket: OnceLock<Serving>,
    drops: Mutex<Drops>,
    invitation: Mutex<Option<String>>,
    /// Whether somebody is here.
    pub attention: Attention,
    /// What is typed into the page.
    pub typing: Typing,
    /// What goes on without the window.
    pub background: Background,
    /// What the system's notifications told.
    pub told: Mutex<Told>,
    /// Where the window is.
    pub frame: frame::Kept,
    /// The language of what is said outside the window.
    pub spoken: Spoken,
    /// Files that the page is about to show.
    pub previews: Previews,
}

/// Paths of drops by number, until they are added or forgotten.
#[derive(Default)]
struct Drops {
    last: u32,
    paths: HashMap<u32, Vec<PathBuf>>,
}

/// Drops that are remembered at once.
const MAX_DROPS: usize = 16;

impl App {
    /// Takes the home.
    pub fn start() -> Result<Self, ApiError> {
        let home = home().ok_or_else(|| fault(ErrorCode::Io, "No home directory is known."))?;
        let arguments: Vec<String> = std::env::args().collect();
        let config = Config { transfers_go_on: true, ..Config::new(&home) };
        Ok(Self {
            engine: Engine::start(config)?,
            frame: frame::Kept::new(&home),
            home,
            hosted: tokio::sync::Mutex::default(),
            socket: OnceLock::new(),
            drops: Mutex::default(),
            invitation: Mutex::new(invitation_in(&arguments)),
            attention: Attention::default(),
            typing: Typing::default(),
            background: Background::default(),
            told: Mutex::default(),
            spoken: Spoken::default(),
            previews: Previews::default(),
        })
    }

    /// The engine.
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// Asks the engine.
    pub async fn ask(&self, request: Request) -> Result<Reply, ApiError> {
        self.engine.handle(request).await
    }

    /// Hosts the catalog on this computer; answers its address. `VALISE_HOST` (address and port) chooses where.
    pub async fn host(&self) -> Result<String, ApiError> {
        let mut hosted = self.hosted.lock().await;
        if let Some(server) = hosted.as_ref() {
            return Ok(server.url());
        }
        let listen = std::env::var("VALISE_HOST").ok().and_then(|address| address.parse().ok());
        let server = hosted::start(&self.catalog_dir(), listen).await.map_err(|error| ApiError {
            details: Some(error.to_string()),
            ..fault(ErrorCode::Io, "The workspace could not be hosted on this computer.")
        })?;
        let url = server.url();
        *hosted = Some(server);
        Ok(url)
    }

    /// Hosts what was hosted before.
    pub async fn host_again(&self) -> Result<(), ApiError> {
        if hosted::exists(&self.catalog_dir()) {
            self.host().await?;
        }
        Ok(())
    }

    /// The catalog that is hosted here moves into a new directory, for another server.
    pub async fn move_out(&self, to: &Path) -> Result<(), ApiError> {
        let mut hosted = self.hosted.lock().await;
        let server = hosted.take().ok_or_else(|| fault(ErrorCode::NotFound, "This computer is no server."))?;
        server.stop().await;
        let (data, target) = (self.catalog_dir(), to.to_owned());
        let moved = tokio::task::spawn_blocking(move || hosted::move_out(&data, &target)).await;
        drop(hosted);
        let words = match moved {
            Ok(Ok(_)) => return Ok(()),
            Ok(Err(error)) => error.to_string(),
            Err(error) => error.to_string(),
        };
        // It goes on here.
        if let Err(error) = self.host_again().await {
            tracing::error!(%error, "the catalog of this computer did not start again");
        }
        Err(ApiError {
            safe: Some("It goes on as before on this computer.".to_owned()),
            details: Some(words),
            ..fault(ErrorCode::Io, "The copy could not be made.")
        })
    }

    /// Whether this computer hosts its workspace's catalog.
    pub async fn is_host(&self) -> bool {
        self.hosted.lock().await.is_some()
    }

    fn catalog_dir(&self) -> PathBuf {
        self.home.join("catalog")
    }

    /// Remembers what was dropped; answers its number.
    pub fn remember_drop(&self, paths: Vec<PathBuf>) -> u32 {
        let mut drops = lock(&self.drops);
        if drops.paths.len() >= MAX_DROPS {
            drops.paths.clear();
        }
        drops.last += 1;
        let id = drops.last;
        drops.paths.insert(id, paths);
        id
    }

    /// Takes what was dropped.
    pub fn take_drop(&self, id: u32) -> Result<Vec<PathBuf>, ApiError> {
        let taken = lock(&self.drops).paths.remove(&id);
        taken.ok_or_else(|| fault(ErrorCode::NotFound, "What was dropped is not known any more. Drop it again."))
    }

    /// The invitation this program was opened with, once.
    pub fn take_invitation(&self) -> Option<String> {
        lock(&self.invitation).take()
    }

    /// Hears the commands of this home from now on.
    pub fn hear(&self, behind: Arc<dyn Behind>) {
        match socket::serve(behind) {
            Ok(serving) => _ = self.socket.set(serving),
            Err(error) => tracing::warn!(%error, "commands are not heard"),
        }
    }

    /// Locks, and stops hosting.
    pub async fn stop(&self) {
        if let Some(socket) = self.socket.get() {
            socket.stop().await;
        }
        self.engine.stop().await;
        if let Some(server) = self.hosted.lock().await.take() {
            server.stop().await;
        }
    }
}

/// The link among a program's arguments.
pub fn invitation_in(arguments: &[String]) -> Option<String> {
    arguments.get(1).filter(|argument| argument.starts_with("valise://")).cloned()
}

/// By what windows of one home find one another on the session bus: one for each home, and nothing of its path.
pub fn instance_name() -> String {
    let home = home().unwrap_or_default();
    let home = std::fs::canonicalize(&home).unwrap_or(home);
    let digest = Sha256::digest(home.as_os_str().as_encoded_bytes());
    format!("app.valise.desktop.h{}", hex(&digest[..8]))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// `VALISE_HOME`, or `valise` in the person's data directory.
fn home() -> Option<PathBuf> {
    let given = |name| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    given("VALISE_HOME")
        .or_else(|| given("XDG_DATA_HOME").map(|data| data.join("valise")))
        .or_else(|| given("HOME").map(|home| Path::new(&home).join(".local/share/valise")))
}

/// An error of the window's own.
pub fn fault(code: ErrorCode, happened: &str) -> ApiError {
    ApiError { code, happened: happened.to_owned(), safe: None, todo: None, details: None }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
