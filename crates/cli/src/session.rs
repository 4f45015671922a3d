//! A home's engine for the length of one command.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use valise_catalog::{Server, hosted};
use valise_engine::api::{ApiError, ErrorCode, Password, Reply, Request, Stage, Status};
use valise_engine::{Config, Engine};

use crate::args::Arguments;
use crate::output;

/// An engine, and the catalog if this home hosts one.
pub struct Session {
    engine: Engine,
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

impl Session {
    /// Takes the home.
    pub async fn begin(arguments: &Arguments) -> Result<Self, ApiError> {
        let home = home(arguments)?;
        let engine = Engine::start(Config::new(&home))?;
        let (password_file, pin_file) = (arguments.password_file.clone(), arguments.pin_file.clone());
        let (token, typed, typed_pin) = (arguments.token, OnceLock::new(), OnceLock::new());
        let mut session = Self { engine, hosted: None, home, password_file, token, pin_file, typed, typed_pin };
        if hosted::exists(&session.catalog_dir()) {
            session.host(None).await?;
        }
        Ok(session)
    }

    /// Hosts the catalog of this home; answers its address.
    pub async fn host(&mut self, listen: Option<std::net::SocketAddr>) -> Result<String, ApiError> {
        let server = hosted::start(&self.catalog_dir(), listen).await;
        let server = server
            .map_err(|error| fault(ErrorCode::Io, "The catalog could not be started here.", &error.to_string()))?;
        let url = server.url();
        self.hosted = Some(server);
        Ok(url)
    }

    /// Whether this home hosts its workspace's catalog.
    pub fn is_host(&self) -> bool {
        self.hosted.is_some()
    }

    fn catalog_dir(&self) -> PathBuf {
        self.home.join("catalog")
    }

    /// The engine.
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// Asks.
    pub async fn ask(&self, request: Request) -> Result<Reply, ApiError> {
        self.engine.handle(request).await
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
    pub async fn unlock(&self, only_looks: bool) -> Result<(), ApiError> {
        if self.status().await?.stage == Stage::New {
            return Err(fault(
                ErrorCode::NotSetUp,
                "There is no account in this home yet.",
                "Start with `init`, `join` or `pair`.",
            ));
        }
        let request = if self.token || self.is_token_alone().await? {
            Request::UnlockWithToken { pin: self.pin()? }
        } else {
            Request::Unlock { password: self.password(false)? }
        };
        self.ask(request).await?;
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

    /// Locks and lets go.
    pub async fn end(self) {
        self.engine.stop().await;
        if let Some(server) = self.hosted {
            server.stop().await;
        }
    }
}

/// A password that is not asked for.
pub fn given(file: Option<&Path>, variable: &str) -> Result<Option<Password>, ApiError> {
    let Some(path) = file else { return Ok(std::env::var(variable).ok().map(Password)) };
    let text = std::fs::read_to_string(path)
        .map_err(|error| fault(ErrorCode::BadInput, "The password file cannot be read.", &error.to_string()))?;
    Ok(Some(Password(text.lines().next().unwrap_or_default().to_owned())))
}

fn ask(prompt: &str) -> Result<Password, ApiError> {
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
