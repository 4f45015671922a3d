//! Files: in and out, in their programs, on their way, and what happened to them.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

/// `activity`
#[derive(Args)]
pub struct ActivityOf {
    /// Which.
    pub folder: String,
    /// Only what this person did, by name or account id.
    #[arg(long)]
    pub person: Option<String>,
    /// Only this kind.
    #[arg(long, value_enum)]
    pub kind: Option<KindName>,
    /// Only of this file, or of what lies in this directory: its path inside the folder.
    #[arg(long, value_name = "PATH")]
    pub file: Option<String>,
    /// At most so many.
    #[arg(long, value_name = "N", default_value_t = 200)]
    pub last: u32,
    /// As CSV, for spreadsheets.
    #[arg(long, conflicts_with = "json")]
    pub csv: bool,
    /// Writes all of it to a file, the oldest first: as JSON, or as CSV with --csv.
    #[arg(short, long, value_name = "FILE", conflicts_with = "last")]
    pub output: Option<PathBuf>,
}

/// Kinds of things that happen.
#[derive(Clone, Copy, ValueEnum)]
pub enum KindName {
    /// Files and directories that came.
    Added,
    /// New versions, names and places.
    Changed,
    /// Into the trash, back from it, out of it for good.
    Removed,
    /// Members, roles, invitations.
    Shared,
    /// The folder's keys.
    Keys,
    /// Signatures on files.
    Signed,
}

/// `add`
#[derive(Args)]
pub struct Add {
    /// Files and directories.
    #[arg(required = true)]
    pub paths: Vec<PathBuf>,
    /// FOLDER or FOLDER/DIRECTORY
    #[arg(long)]
    pub to: String,
    /// Do not wait until the pinning node holds them.
    #[arg(long)]
    pub no_wait: bool,
    /// Wait at most so many seconds.
    #[arg(long, default_value_t = 600)]
    pub timeout: u32,
}

/// `sync`
#[derive(Args)]
pub struct Sync {
    /// Go on until interrupted; lets newcomers in, hosts what is hosted here.
    #[arg(long)]
    pub watch: bool,
    /// Do not wait until the pinning node holds what was made here.
    #[arg(long)]
    pub no_wait: bool,
    /// Wait at most so many seconds.
    #[arg(long, default_value_t = 600)]
    pub timeout: u32,
}

/// `edit`
#[derive(Args)]
pub struct Edit {
    /// FOLDER/PATH
    pub path: String,
    /// The program (else $VISUAL, else $EDITOR, else whatever opens such files here); it must stay until you are done.
    #[arg(long, value_name = "COMMAND")]
    pub with: Option<String>,
    /// Do not wait until the pinning node holds the new version.
    #[arg(long)]
    pub no_wait: bool,
    /// Wait at most so many seconds.
    #[arg(long, default_value_t = 600)]
    pub timeout: u32,
}

/// `transfers`
#[derive(Subcommand)]
pub enum TransfersCommand {
    /// Go on with one that was paused, waits, or was cut short, and wait until it is done.
    Resume {
        /// Its number in the list.
        number: u64,
    },
    /// Stop one for now, in the Valise that is open here.
    Pause {
        /// Its number in the list.
        number: u64,
    },
    /// Give one up; what is complete stays.
    Cancel {
        /// Its number in the list.
        number: u64,
    },
}

/// `trash`
#[derive(Subcommand)]
pub enum TrashCommand {
    /// Delete some of it for good, with all versions. This cannot be undone.
    Delete {
        /// FOLDER/NAME, as `ls --trash` shows it.
        #[arg(required = true)]
        paths: Vec<String>,
        /// Do not ask.
        #[arg(long)]
        yes: bool,
    },
    /// Decide how long things stay in a folder's trash before they go for good.
    Policy {
        /// The folder's name.
        folder: String,
        /// After so many days by themselves, or `forever`: until somebody empties it.
        #[arg(long, value_name = "DAYS", value_parser = keep)]
        keep: u32,
    },
    /// Delete for good what lies in the trash, with all versions. This cannot be undone.
    Empty {
        /// In one folder; else in all that you may change.
        folder: Option<String>,
        /// Do not ask.
        #[arg(long)]
        yes: bool,
    },
}

/// A number of days, or `forever` as 0.
fn keep(text: &str) -> Result<u32, String> {
    match text {
        "forever" => Ok(0),
        _ => text.parse().ok().filter(|days| *days > 0).ok_or_else(|| "a number of days, or forever".to_owned()),
    }
}
