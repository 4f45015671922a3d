//! The engine's API over a Unix socket in the home: a command speaks it to the window or to `valise agent`, whichever
//! holds the home.
//!
//! - `frame`: length-prefixed JSON of the API's own types. `server`: for who holds the home. `client`: for who does not.
//! - One connection is one request, or one stream of events. Both sides say which Valise they are first, and speak on only
//!   if it is the same one: the API has no older versions.
//! - The other side must be of the same person (`SO_PEERCRED`): the directory (0700) and the socket (0600) say so, and
//!   both sides ask the system once more.
//! - What a client can make the server hold is bounded: connections, bytes of a request, time to ask, time to take an
//!   answer. Nothing a client does or leaves undone is waited for by the engine.
//! - Frames may carry passwords, PINs and codes of kits: their buffers are made once, at their full size, and wiped.
//!   Nothing of a frame is logged. (The parser's own scratch memory for a password with a quotation mark or a backslash
//!   in it, and the kernel's buffers, are beyond reach.)
//!
//! A request that was begun is answered to its end, whoever goes away: state changes are never cut in two. What a client
//! waits for itself, adding and saving, is stopped when it says so, and rests when it is gone.

mod client;
mod frame;
mod server;
#[cfg(test)]
mod tests;

use std::fs::File;
use std::io;
use std::os::fd::AsRawFd as _;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::net::UnixStream;

use crate::api::{ApiError, Event, Reply, Request};

pub use client::{Events, Held, Remote};
pub use server::{Behind, Serving, Use, serve};

/// The socket, in the home.
const NAME: &str = "socket";
/// `sun_path` has 108 bytes on Linux and 104 elsewhere, the end included.
const LONGEST_PATH: usize = 100;
/// A request is small, but for the paths of `Add`: as many as a command line has room for.
const MAX_REQUEST: usize = 4 << 20;
/// The largest reply lists a directory: about 150,000 entries.
const MAX_REPLY: usize = 64 << 20;
/// A greeting: readable by every version that will ever be.
const MAX_GREETING: usize = 4 << 10;
/// Connections at once. A command needs two; with full requests they are 256 MiB, which only the same person can cause.
const MAX_CONNECTIONS: usize = 64;
/// Until a client has greeted and asked, and until a server has greeted.
const ASK_WITHIN: Duration = Duration::from_secs(10);
/// Until a client has taken an answer, all of it: it is on the same computer.
const TAKE_WITHIN: Duration = Duration::from_secs(30);
/// What a client says while it waits: stop what was begun. One byte, so that it is never read in half.
const STOP: u8 = b'.';

/// What both sides say first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Greeting {
    /// The program's version.
    valise: String,
    /// Counts changes of frames and of the API between two releases.
    protocol: u32,
}

impl Greeting {
    fn ours() -> Self {
        Self { valise: env!("CARGO_PKG_VERSION").to_owned(), protocol: 1 }
    }
}

/// What a client asks, once on each connection.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Ask {
    /// One request.
    Request(Request),
    /// All events from now on.
    Events,
}

/// What a server answers.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(clippy::large_enum_variant, reason = "it lives as long as it is sent")]
enum Answer {
    /// To a request.
    Reply(Reply),
    /// To a request that failed.
    Trouble(ApiError),
    /// From here on nothing is missed.
    Listening,
    /// To who listens.
    Event(Event),
}

/// A name in a home, as a path that is short enough for a socket.
///
/// A long home is named by its open directory (`/proc/self/fd/N`), so that the socket is always in the home: found
/// without any variable of the environment, which a log-in at the desk and one from afar need not share.
struct Place {
    path: PathBuf,
    _home: Option<File>,
}

impl Place {
    fn of(home: &Path, name: &str) -> io::Result<Self> {
        let path = home.join(name);
        if path.as_os_str().as_bytes().len() <= LONGEST_PATH {
            return Ok(Self { path, _home: None });
        }
        if !cfg!(target_os = "linux") {
            return Err(io::Error::new(io::ErrorKind::InvalidFilename, "the home's path is too long for a socket"));
        }
        let home = File::open(home)?;
        Ok(Self { path: PathBuf::from(format!("/proc/self/fd/{}/{name}", home.as_raw_fd())), _home: Some(home) })
    }
}

/// Whether the other side is of the same person.
fn is_own(stream: &UnixStream) -> io::Result<bool> {
    Ok(stream.peer_cred()?.uid() == rustix::process::geteuid().as_raw())
}
