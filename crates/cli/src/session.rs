//! A home for the length of one command: its engine here, or the Valise that has it already.
//!
//! Commands do not know which it is. What has the home already (the window, `valise agent`) stays as it is: it is not
//! locked or unlocked by the way, and goes on afterwards.

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use tokio::sync::broadcast::{self, error::RecvError};
use valise_catalog::{Server, hosted};
use valise_engine::api::{
    ApiError, ErrorCode, Event, Password, Reply, Request, Stage, Status, Transfer, TransferState,
};
use valise_engine::socket::{self, Remote};
use valise_engine::{Config, Engine};

use crate::args::Arguments;
use crate::output;

/// A home that is just being taken, or let go, is waited for so long.
const TURN: Duration = Duration::from_secs(1);

/// Who answers.
enum Answers {
    /// An engine here.
    Here(Arc<Engine>),
    /// The Valise that has the home.
    There(Remote),
}

/// What a command works with.
pub struct Session {
    answers: Answers,
    /// The catalog, if this home hosts one and the engine is here.
    hosted: Option<Server>,
    home: PathBuf,
    password_file: Option<PathBuf>,
    /// The token is to open the home, also where a password does.
    token: bool,
    pin_file: Option<PathBuf>,
    /// What was typed once is not asked for again.
    typed: OnceLock<Password>,
    typed_pin: OnceLock<Password>,
}

/// What is told, from a moment on.
pub enum Events {
    /// By the engine here.
    Here(broadcast::Receiver<Event>),
    /// By the Valise that has the home.
    There(socket::Events),
}

impl Events {
    /// The next one; none when there will be none. Safe to be cut short.
    pub async fn next(&mut self) -> Option<Event> {
        match self {
            Self::Here(events) => loop {
                match events.recv().await {
                    Ok(event) => return Some(event),
                    Err(RecvError::Lagged(_)) => {}
                    Err(RecvError::Closed) => return None,
                }
            },
            Self::There(events) => events.next().await,
        }
    }
}

/// Keeps what was begun going while it lives.
pub struct Held {
    _there: Option<socket::Held>,
}

impl Session {
    /// Takes the home, or finds who has it.
    pub async fn begin(arguments: &Arguments) -> Result<Self, ApiError> {
        let home = home(arguments)?;
        let mut session = Self::of(answers(&home).await?, home, arguments);
        if let Answers::Here(_) = session.answers {
            session.host_again().await?;
        }
        Ok(session)
    }

    /// Takes the home as a program that stays: nobody else may have it.
    pub async fn stay(arguments: &Arguments) -> Result<(Self, Arc<Engine>), ApiError> {
        let home = home(arguments)?;
        let engine = Arc::new(Engine::start(Config { transfers_go_on: true, ..Config::new(&home) })?);
        let mut session = Self::of(Answers::Here(engine.clone()), home, arguments);
        session.host_again().await?;
        Ok((session, engine))
    }

    fn of(answers: Answers, home: PathBuf, arguments: &Arguments) -> Self {
        Self {
            answers,
            hosted: None,
            home,
            password_file: arguments.password_file.clone(),
            token: arguments.token,
            pin_file: arguments.pin_file.clone(),
            typed: OnceLock::new(),
            typed_pin: OnceLock::new(),
        }
    }

    async fn host_again(&mut self) -> Result<(), ApiError> {
        if hosted::exists(&self.catalog_dir()) {
            self.host(None).await?;
        }
        Ok(())
    }

    /// Whether another Valise has the home.
    pub fn is_shared(&self) -> bool {
        self.engine().is_none()
    }

    fn engine(&self) -> Option<&Engine> {
        match &self.answers {
            Answers::Here(engine) => Some(engine),
            Answers::There(_) => None,
        }
    }

    /// For what cannot be done to a home that another Valise has.
    pub fn must_be_alone(&self) -> Result<(), ApiError> {
        if !self.is_shared() {
            return Ok(());
        }
        Err(fault(
            ErrorCode::InUse,
            "Valise is open in this home, and this cannot be done under it.",
            "Quit its window, or end `valise agent`, then try again.",
        ))
    }

    /// Hosts the catalog of this home; answers its address.
    pub async fn host(&mut self, listen: Option<std::net::SocketAddr>) -> Result<String, ApiError> {
        self.must_be_alone()?;
        let server = hosted::start(&self.catalog_dir(), listen).await;
        let server = server
            .map_err(|error| fault(ErrorCode::Io, "The catalog could not be started here.", &error.to_string()))?;
        let url = server.url();
        self.hosted = Some(server);
        Ok(url)
    }

    /// The catalog that is hosted here moves into a new directory; answers where the rest of it lies.
    pub async fn move_out(&mut self, to: &Path) -> Result<PathBuf, ApiError> {
        self.must_be_alone()?;
        let server = self.hosted.take().ok_or_else(|| fault(ErrorCode::NotFound, "This computer is no server.", ""))?;
        server.stop().await;
        let (data, to) = (self.catalog_dir(), to.to_owned());
        let moved = tokio::task::spawn_blocking(move || hosted::move_out(&data, &to)).await;
        let details = match moved {
            Ok(Ok(left)) => return Ok(left),
            Ok(Err(error)) => error.to_string(),
            Err(error) => error.to_string(),
        };
        Err(fault(ErrorCode::Io, "The copy could not be made. It goes on as before on this computer.", &details))
    }

    /// Whether this home hosts its workspace's catalog.
    pub fn is_host(&self) -> bool {
        self.hosted.is_some()
    }

    fn catalog_dir(&self) -> PathBuf {
        self.home.join("catalog")
    }

    /// Asks.
    pub async fn ask(&self, request: Request) -> Result<Reply, ApiError> {
        match &self.answers {
            Answers::Here(engine) => engine.handle(request).await,
            Answers::There(remote) => remote.ask(request).await,
        }
    }

    /// Asks for something that goes on after the reply, as long as this command holds it.
    pub async fn hold(&self, request: Request) -> Result<(Reply, Held), ApiError> {
        match &self.answers {
            Answers::Here(engine) => {
                let held = Held { _there: None };
                Ok((engine.handle(request).await?, held))
            }
            Answers::There(remote) => {
                let (reply, held) = remote.begin(request).await?;
                Ok((reply, Held { _there: Some(held) }))
            }
        }
    }

    /// Asks for something whose transfer is given up as soon as `stop` is ready; its answer is waited for all the same.
    pub async fn ask_until(&self, request: Request, stop: impl Future<Output = ()>) -> Result<Reply, ApiError> {
        match &self.answers {
            Answers::Here(engine) => {
                let mut reply = std::pin::pin!(engine.handle(request));
                tokio::select! {
                    reply = &mut reply => return reply,
                    () = stop => {}
                }
                // Nobody else has begun any.
                for transfer in self.transfers().await?.into_iter().filter(|it| it.state == TransferState::Running) {
                    let _ = self.ask(Request::CancelTransfer { transfer: transfer.id }).await;
                }
                reply.await
            }
            Answers::There(remote) => remote.ask_until(request, stop).await,
        }
    }

    /// Hears events from now on.
    pub async fn events(&self) -> Result<Events, ApiError> {
        match &self.answers {
            Answers::Here(engine) => Ok(Events::Here(engine.events())),
            Answers::There(remote) => remote.events().await.map(Events::There),
        }
    }

    /// Files on their way.
    pub async fn transfers(&self) -> Result<Vec<Transfer>, ApiError> {
        match self.ask(Request::Transfers).await? {
            Reply::Transfers(all) => Ok(all),
            other => Err(unexpected(&other)),
        }
    }

    /// Where the home stands.
    pub async fn status(&self) -> Result<Status, ApiError> {
        match self.ask(Request::Status).await? {
            Reply::Status(status) => Ok(status),
            other => Err(unexpected(&other)),
        }
    }

    /// Unlocks, and sees what there is to see; without a network, what is here does. What a command that only looks
    /// shows was verified before: it works with that, and a warning, when the catalog cannot be trusted now.
    ///
    /// Where another Valise has the home, it is open or not: a command that opened it by the way would leave it open.
    pub async fn unlock(&self, only_looks: bool) -> Result<(), ApiError> {
        let stage = self.status().await?.stage;
        if stage == Stage::Locked && self.is_shared() {
            return Err(fault(
                ErrorCode::Locked,
                "Valise is locked.",
                "Unlock it in its window, or with `valise unlock`.",
            ));
        }
        if !self.is_shared() {
            self.open().await?;
        } else if stage == Stage::New {
            return Err(not_set_up());
        }
        self.catch_up(only_looks).await
    }

    /// Opens the home, also one that another Valise has, and that stays open then.
    pub async fn open(&self) -> Result<(), ApiError> {
        if self.status().await?.stage == Stage::New {
            return Err(not_set_up());
        }
        if !self.token && self.opens_by_itself().await? {
            return Ok(());
        }
        let request = if self.token || self.is_token_alone().await? {
            Request::UnlockWithToken { pin: self.pin()? }
        } else {
            Request::Unlock { password: self.password(false)? }
        };
        self.ask(request).await.map(|_| ())
    }

    /// Whether the system's keyring opens it, where that was chosen. What was typed or given counts first.
    pub async fn opens_by_itself(&self) -> Result<bool, ApiError> {
        let given = self.password_file.is_some() || std::env::var_os("VALISE_PASSWORD").is_some();
        if given || self.typed.get().is_some() {
            return Ok(false);
        }
        match self.ask(Request::UnlockAtLogin).await? {
            Reply::Status(status) => Ok(status.stage == Stage::Open),
            other => Err(unexpected(&other)),
        }
    }

    async fn catch_up(&self, only_looks: bool) -> Result<(), ApiError> {
        match self.ask(Request::Sync).await {
            Err(error) if error.code == ErrorCode::Offline => Ok(()),
            // What there is no room for waits; everything else goes on.
            Err(error) if error.code == ErrorCode::OverQuota => {
                output::say(&error);
                Ok(())
            }
            Err(error) if error.code == ErrorCode::Distrusted && only_looks => {
                output::warning(&error);
                Ok(())
            }
            reply => reply.map(|_| ()),
        }
    }

    /// Whether no password opens the home, but a token.
    pub async fn is_token_alone(&self) -> Result<bool, ApiError> {
        let status = self.status().await?;
        Ok(!status.password && status.token.is_some())
    }

    /// The password or PIN that was given and is not asked for.
    pub fn known_password(&self) -> Result<Option<Password>, ApiError> {
        match given(self.password_file.as_deref(), "VALISE_PASSWORD")? {
            Some(password) => Ok(Some(password)),
            None => given(self.pin_file.as_deref(), "VALISE_PIN"),
        }
    }

    /// What the engine asks for once more before something grave: the password, or where there is none the token's PIN.
    pub async fn secret(&self) -> Result<Password, ApiError> {
        if self.is_token_alone().await? { self.pin() } else { self.password(false) }
    }

    /// The PIN of the token: from a file, the environment, or asked for. Never what is a password: tokens count.
    pub fn pin(&self) -> Result<Password, ApiError> {
        if let Some(pin) = given(self.pin_file.as_deref(), "VALISE_PIN")? {
            return Ok(pin);
        }
        if let Some(typed) = self.typed_pin.get() {
            return Ok(typed.clone());
        }
        let pin = ask("PIN of the token: ")?;
        let _ = self.typed_pin.set(pin.clone());
        Ok(pin)
    }

    /// The PIN of a token that is new here.
    pub async fn new_pin(&self, file: Option<&Path>) -> Result<Password, ApiError> {
        match given(file, "VALISE_NEW_PIN")? {
            Some(pin) => Ok(pin),
            None if self.is_token_alone().await? => ask("PIN of the new token: "),
            None => self.pin(),
        }
    }

    /// The password: from a file, the environment, or asked for (twice if it is new).
    pub fn password(&self, new: bool) -> Result<Password, ApiError> {
        if let Some(password) = given(self.password_file.as_deref(), "VALISE_PASSWORD")? {
            return Ok(password);
        }
        if let (false, Some(typed)) = (new, self.typed.get()) {
            return Ok(typed.clone());
        }
        let password = if new { ask_twice()? } else { ask("Password: ")? };
        let _ = self.typed.set(password.clone());
        Ok(password)
    }

    /// The password that takes the place of another: from a file, the environment, or asked for twice.
    pub fn new_password(&self, file: Option<&Path>) -> Result<Password, ApiError> {
        match given(file, "VALISE_NEW_PASSWORD")? {
            Some(password) => Ok(password),
            None => ask_twice(),
        }
    }

    /// Locks and lets go of what is here.
    pub async fn end(self) {
        if let Some(engine) = self.engine() {
            engine.stop().await;
        }
        if let Some(server) = self.hosted {
            server.stop().await;
        }
    }
}

/// An engine of one's own, or who has the home and answers. Who has it may be just beginning, or another command that
/// is about to end.
async fn answers(home: &Path) -> Result<Answers, ApiError> {
    let began = Instant::now();
    loop {
        let taken = match Engine::start(Config::new(home)) {
            Ok(engine) => return Ok(Answers::Here(Arc::new(engine))),
            Err(error) => error,
        };
        if taken.code != ErrorCode::InUse {
            return Err(taken);
        }
        if let Some(remote) = Remote::find(home).await? {
            return Ok(Answers::There(remote));
        }
        if began.elapsed() > TURN {
            return Err(taken);
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

fn not_set_up() -> ApiError {
    fault(ErrorCode::NotSetUp, "There is no account in this home yet.", "Start with `init`, `join` or `pair`.")
}

/// A password that is not asked for.
pub fn given(file: Option<&Path>, variable: &str) -> Result<Option<Password>, ApiError> {
    let Some(path) = file else { return Ok(std::env::var(variable).ok().map(Password)) };
    let text = std::fs::read_to_string(path)
        .map_err(|error| fault(ErrorCode::BadInput, "The password file cannot be read.", &error.to_string()))?;
    Ok(Some(Password(text.lines().next().unwrap_or_default().to_owned())))
}

/// Asks for a password, without showing it.
pub fn ask(prompt: &str) -> Result<Password, ApiError> {
    rpassword::prompt_password(prompt)
        .map(Password)
        .map_err(|error| fault(ErrorCode::BadInput, "The password cannot be asked for.", &error.to_string()))
}

fn ask_twice() -> Result<Password, ApiError> {
    let password = ask("New password for this computer: ")?;
    if ask("The same again: ")?.0 != password.0 {
        return Err(fault(ErrorCode::BadInput, "The two passwords differ.", ""));
    }
    Ok(password)
}

fn home(arguments: &Arguments) -> Result<PathBuf, ApiError> {
    if let Some(home) = &arguments.home {
        return Ok(home.clone());
    }
    let data = std::env::var_os("XDG_DATA_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    let data = data.or_else(|| std::env::var_os("HOME").map(|home| Path::new(&home).join(".local/share")));
    data.map(|data| data.join("valise"))
        .ok_or_else(|| fault(ErrorCode::BadInput, "No home directory is known.", "give one with --home"))
}

/// An error of the command line's own.
pub fn fault(code: ErrorCode, happened: &str, details: &str) -> ApiError {
    let details = (!details.is_empty()).then(|| details.to_owned());
    ApiError { code, happened: happened.to_owned(), safe: None, todo: details.clone(), details }
}

/// The engine answered something else than it says it does.
pub fn unexpected(reply: &Reply) -> ApiError {
    fault(
        ErrorCode::Internal,
        "Valise made a mistake.",
        &format!("an unexpected reply: {:?}", std::mem::discriminant(reply)),
    )
}
