//! What is printed: for people in columns, for programs as JSON.

use std::process::ExitCode;

use serde::Serialize;
use valise_engine::api::{ApiError, Entry, EntryKind, ErrorCode, Place, Role, Transfer, Version};
pub use valise_engine::moment::minute as moment;

/// JSON on one line, or lines for people.
pub fn print<T: Serialize>(json: bool, value: &T, lines: impl FnOnce(&T) -> Vec<String>) {
    if json {
        if let Ok(text) = serde_json::to_string(value) {
            println!("{text}");
        }
    } else {
        lines(value).iter().for_each(|line| println!("{line}"));
    }
}

/// How many of what: `1 file`, `2 files`.
pub fn count(number: u32, one: &str, more: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { more })
}

/// Said beside an answer.
pub fn warning(error: &ApiError) {
    #[allow(clippy::print_stderr, reason = "a terminal program speaks there")]
    {
        eprintln!("valise: {} What follows was verified before.", shown(&error.happened));
    }
}

/// An answer that is not the last word, before something is asked.
pub fn say(error: &ApiError) {
    let sentences = [Some(&error.happened), error.safe.as_ref(), error.todo.as_ref()];
    let text: Vec<&str> = sentences.into_iter().flatten().map(String::as_str).collect();
    #[allow(clippy::print_stderr, reason = "a terminal program speaks there")]
    {
        eprintln!("valise: {}", shown(&text.join(" ")));
    }
}

/// What happened, what is safe, what to do; and an exit code by kind of error.
pub fn failure(error: &ApiError, json: bool) -> ExitCode {
    if json {
        println!("{}", serde_json::json!({ "error": error }));
    } else {
        let sentences = [Some(&error.happened), error.safe.as_ref(), error.todo.as_ref()];
        let text: Vec<&str> = sentences.into_iter().flatten().map(String::as_str).collect();
        #[allow(clippy::print_stderr, reason = "a terminal program speaks there")]
        {
            eprintln!("valise: {}", shown(&text.join(" ")));
            if error.code == ErrorCode::Internal || error.code == ErrorCode::Io {
                eprintln!("        ({})", shown(error.details.as_deref().unwrap_or("no details")));
            }
        }
    }
    ExitCode::from(exit_code(error.code))
}

/// `docs/cli.md` has the whole list. `doctor` has 9 when it finds a problem. 2 input, 3 password or lock, 4 not found, 5 not allowed, 6 network, 7 not verified, 8 disk, 1 the rest.
fn exit_code(code: ErrorCode) -> u8 {
    match code {
        ErrorCode::BadInput | ErrorCode::BadName | ErrorCode::BadInvitation | ErrorCode::NotPaired => 2,
        ErrorCode::WrongPassword | ErrorCode::Locked | ErrorCode::BadKit | ErrorCode::OtherKitNeeded => 3,
        ErrorCode::NotFound | ErrorCode::NotSetUp | ErrorCode::AlreadySetUp | ErrorCode::NoRecovery => 4,
        ErrorCode::NotAllowed | ErrorCode::Waiting | ErrorCode::InUse | ErrorCode::Removed => 5,
        ErrorCode::Offline | ErrorCode::NotAvailable | ErrorCode::TimedOut => 6,
        ErrorCode::NotVerified | ErrorCode::Distrusted | ErrorCode::UpdateNeeded => 7,
        ErrorCode::DiskFull | ErrorCode::OverQuota | ErrorCode::Io | ErrorCode::TooLarge | ErrorCode::NotKept => 8,
        ErrorCode::Cancelled | ErrorCode::Internal => 1,
    }
}

/// Text from others without anything that could steer a terminal or hide: escaped as `\u{..}`.
pub fn shown(text: &str) -> String {
    // As the window does (`format/name.ts`), but that joiners are never left.
    let steers = |c: char| {
        c.is_control()
            || matches!(c, '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}')
            || matches!(c, '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}')
            || matches!(c, '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}')
            || matches!(c, '\u{fff9}'..='\u{fffb}' | '\u{e000}'..='\u{f8ff}' | '\u{1bca0}'..='\u{1bca3}')
            || matches!(c, '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{10ffff}')
    };
    text.chars().map(|c| if steers(c) { c.escape_unicode().to_string() } else { c.to_string() }).collect()
}

/// 1234567 as `1.2 MB`.
pub fn size(bytes: u64) -> String {
    const UNITS: [&str; 5] = ["B", "kB", "MB", "GB", "TB"];
    let mut value = bytes as f64;
    let mut unit = 0;
    while value >= 999.5 && unit + 1 < UNITS.len() {
        value /= 1000.0;
        unit += 1;
    }
    if unit == 0 { format!("{bytes} B") } else { format!("{value:.1} {}", UNITS[unit]) }
}

/// A version of a file.
pub fn version(version: &Version) -> String {
    let (number, moment, size) = (version.number, moment(version.changed), size(version.size));
    format!("{number:>4}  {moment}  {size:>10}  {}", shown(&version.by))
}

/// A row of a listing.
pub fn row(entry: &Entry) -> String {
    let mark = if entry.kind == EntryKind::Directory { "/" } else { "" };
    format!(
        "{:>10}  {:<12}  {:<16}  {}{mark}",
        size(entry.size),
        place(&entry.place),
        shown(&entry.by),
        shown(&entry.name)
    )
}

fn place(place: &Place) -> String {
    match place {
        Place::Here => "here".into(),
        Place::HereAlone => "here alone".into(),
        Place::OnDemand => "on demand".into(),
        Place::Sending { percent } => format!("sending {percent} %"),
        Place::Fetching { percent } => format!("getting {percent} %"),
        Place::Waiting => "waiting".into(),
        Place::Problem { .. } => "problem".into(),
    }
}

/// A role in a word.
pub fn role(role: Role) -> &'static str {
    match role {
        Role::Owner => "owner",
        Role::Editor => "editor",
        Role::Viewer => "viewer",
    }
}

/// A transfer in a line.
pub fn transfer(transfer: &Transfer) -> String {
    let Transfer { files_done, files, bytes_done, bytes, rate, .. } = transfer;
    format!(
        "{files_done} of {}, {} of {}, {}/s",
        count(*files, "file", "files"),
        size(*bytes_done),
        size(*bytes),
        size(*rate)
    )
}
