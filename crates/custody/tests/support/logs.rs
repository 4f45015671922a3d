//! Everything that is logged, at every level, by every crate.

use std::io;
use std::sync::{Mutex, OnceLock};

use tracing_subscriber::fmt::MakeWriter;

static LOGGED: Mutex<Vec<u8>> = Mutex::new(Vec::new());
static STARTED: OnceLock<()> = OnceLock::new();

/// From here on, all is kept.
pub fn start() {
    STARTED.get_or_init(|| {
        tracing_subscriber::fmt().with_env_filter("trace").with_writer(Keep).with_ansi(false).init();
    });
}

pub fn text() -> String {
    String::from_utf8_lossy(&LOGGED.lock().unwrap()).into_owned()
}

struct Keep;

impl io::Write for Keep {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        LOGGED.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Keep {
    type Writer = Keep;

    fn make_writer(&self) -> Keep {
        Keep
    }
}
