//! The workspace, its people and folders, and a person's computers.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::KitOutput;

/// `agent`
#[derive(Args)]
pub struct Agent {
    /// Lock by itself when no command was given for so many minutes; transfers and opened files are waited for.
    #[arg(long, value_name = "MINUTES", value_parser = clap::value_parser!(u32).range(1..))]
    pub idle_lock: Option<u32>,
    /// Do not unlock now: `valise unlock` does.
    #[arg(long)]
    pub locked: bool,
}

/// `init`
#[derive(Args)]
pub struct Init {
    /// Your name, as colleagues will see it.
    #[arg(long)]
    pub name: String,
    /// The workspace's name.
    #[arg(long)]
    pub workspace: String,
    /// Address of a catalog.
    #[arg(long, value_name = "URL", conflicts_with = "host")]
    pub catalog: Option<String>,
    /// Host the catalog here: reachable while `valise sync --watch` or the window runs.
    #[arg(long, value_name = "ADDR", num_args = 0..=1)]
    #[allow(clippy::option_option, reason = "the flag may stand without an address")]
    pub host: Option<Option<SocketAddr>>,
}

/// `join`
#[derive(Args)]
pub struct Join {
    /// The link; without it, it is read from standard input.
    pub link: Option<String>,
    /// Your name, as colleagues will see it.
    #[arg(long)]
    pub name: String,
    /// Do not wait until somebody lets you in.
    #[arg(long)]
    pub no_wait: bool,
    /// Wait at most so many seconds.
    #[arg(long, default_value_t = 300)]
    pub timeout: u64,
}

/// `invite`
#[derive(Args)]
pub struct Invite {
    /// To which folder.
    pub folder: String,
    /// As what.
    #[arg(long, value_enum, default_value_t = RoleName::Editor)]
    pub role: RoleName,
    /// How long the link can be used.
    #[arg(long, default_value_t = 7)]
    pub days: u32,
}

/// Roles.
#[derive(Clone, Copy, ValueEnum)]
pub enum RoleName {
    /// Everything.
    Owner,
    /// Content.
    Editor,
    /// Reading.
    Viewer,
}

/// `folder`
#[derive(Subcommand)]
pub enum FolderCommand {
    /// A new shared folder.
    Create {
        /// Its name.
        name: String,
    },
    /// Folders of this account.
    List,
    /// Another name for a folder, for everybody in it.
    Rename {
        /// Which.
        folder: String,
        /// The new name.
        name: String,
    },
    /// Who is in a folder.
    Members {
        /// Which.
        folder: String,
    },
    /// Add a person of the workspace.
    Add {
        /// Which.
        folder: String,
        /// Who, by name or account id.
        #[arg(required_unless_present = "group")]
        person: Option<String>,
        /// Everybody of a group who is not in it yet.
        #[arg(long, conflicts_with = "person", value_name = "NAME")]
        group: Option<String>,
        /// As what.
        #[arg(long, value_enum, default_value_t = RoleName::Editor)]
        role: RoleName,
    },
    /// Change a member's role.
    Role {
        /// Which.
        folder: String,
        /// Who, by name or account id.
        person: String,
        /// To what.
        #[arg(value_enum)]
        role: RoleName,
    },
    /// Who takes over a folder of yours should your account be closed, whatever officers have named.
    Successor {
        /// Which.
        folder: String,
        /// Whom.
        #[command(flatten)]
        whom: Whom,
    },
    /// Folders that others share with you, and that wait for your answer.
    Invitations,
    /// Accept one: it is read from now on, on all your computers.
    Accept {
        /// Its name or id, as `invitations` shows it.
        folder: String,
    },
    /// Decline one: you leave it without having read anything.
    Decline {
        /// Its name or id, as `invitations` shows it.
        folder: String,
    },
    /// Make somebody an owner of a folder of yours.
    HandOver {
        /// Which.
        folder: String,
        /// To whom, by name or account id: a member who has accepted it.
        person: String,
        /// And leave it.
        #[arg(long)]
        leave: bool,
        /// And be an editor from now on.
        #[arg(long, conflicts_with = "leave")]
        step_down: bool,
    },
    /// Leave a folder: its key changes, and nothing new in it is yours to read.
    Leave {
        /// Which.
        folder: String,
    },
    /// Remove a member; the folder's key changes.
    Remove {
        /// Which.
        folder: String,
        /// Who, by name or account id.
        person: String,
    },
}

/// `people`
#[derive(Subcommand)]
pub enum PeopleCommand {
    /// Make somebody an officer, who lets people in and closes accounts; as an officer.
    Officer {
        /// Who, by name or account id.
        person: String,
        /// They are one no longer.
        #[arg(long)]
        not: bool,
    },
    /// Compare safety numbers with somebody: by telephone or side by side, not by mail and not through Valise. They count as
    /// verified on this computer then.
    Verify {
        /// Who, by name or account id.
        person: String,
        /// Their number, as they read it out: refused if it is another one.
        #[arg(long, conflicts_with = "undo")]
        number: Option<String>,
        /// Do not ask; needs the whole number.
        #[arg(long, requires = "number")]
        yes: bool,
        /// They count as verified no more.
        #[arg(long)]
        undo: bool,
    },
    /// Close somebody's account, as an officer: they are refused at once, removed from folders, and keys change.
    Close {
        /// Who, by name or account id.
        person: String,
        /// Do not ask.
        #[arg(long)]
        yes: bool,
    },
}

/// `invitations`
#[derive(Subcommand)]
pub enum InvitationsCommand {
    /// Print the link of one once more.
    Link {
        /// How its id begins.
        invitation: String,
    },
    /// Take one back: whoever has its link is not let in any more.
    Withdraw {
        /// How its id begins.
        invitation: String,
        /// Do not ask.
        #[arg(long)]
        yes: bool,
    },
}

/// `group`
#[derive(Subcommand)]
pub enum GroupCommand {
    /// Make a group, or say anew who is in it; as an officer.
    Set {
        /// Its name.
        name: String,
        /// Who is in it, by name or account id.
        people: Vec<String>,
        /// Another name; without people, the same people.
        #[arg(long, value_name = "NAME")]
        rename: Option<String>,
    },
    /// Remove a group, as an officer. Its people stay in every folder.
    Remove {
        /// Which.
        name: String,
        /// Do not ask.
        #[arg(long)]
        yes: bool,
    },
}

/// `network`
#[derive(Subcommand)]
pub enum NetworkCommand {
    /// As an officer, make known where the catalog answers: everybody looks for it there, and follows by themselves.
    Address {
        /// In the order in which they are to be tried. The one in use stays the last of them if it is not named.
        #[arg(required = true, value_name = "URL")]
        urls: Vec<String>,
    },
    /// Copy the catalog that is hosted here into a new directory, for another server, and host it no more.
    MoveOut {
        /// Where to: `valise-catalog restore --from` reads it there.
        to: PathBuf,
        /// Do not ask.
        #[arg(long)]
        yes: bool,
    },
}

/// `successor`
#[derive(Subcommand)]
pub enum SuccessorCommand {
    /// Name somebody, as an officer. Folders that are there pass to them only if their owner agrees.
    Set {
        /// Whom.
        #[command(flatten)]
        whom: Whom,
    },
    /// Agree that folders which you alone own pass to whom officers have named.
    Agree {
        /// Which; without any, all about which nothing is decided.
        folders: Vec<String>,
    },
}

/// Somebody, or nobody.
#[derive(Args)]
#[group(required = true, multiple = false)]
pub struct Whom {
    /// Who, by name or account id.
    pub person: Option<String>,
    /// Nobody.
    #[arg(long)]
    pub nobody: bool,
}

/// `device`
#[derive(Subcommand)]
pub enum DeviceCommand {
    /// All of them, with their fingerprints.
    List,
    /// Another one: prints a code, and waits until it is typed there.
    Add {
        /// What this one is called, if it has no name yet; else by its name in the network.
        #[arg(long)]
        name: Option<String>,
    },
    /// Another name.
    Rename {
        /// Which: its name, or how its fingerprint begins.
        device: String,
        /// The new name.
        name: String,
    },
    /// One that is lost or not used any more: it is refused at once, and every key it knew begins anew. Old recovery kits
    /// stop working.
    Remove {
        /// Which: its name, or how its fingerprint begins.
        device: String,
        /// Where the new kits go.
        #[command(flatten)]
        output: KitOutput,
    },
    /// What it can open, or could when it was removed.
    Reach {
        /// Which: its name, or how its fingerprint begins.
        device: String,
        /// Every file.
        #[arg(long)]
        files: bool,
    },
}

/// `pair`
#[derive(Args)]
pub struct Pair {
    /// The code or the link; without it, it is asked for, so that it stands in no history.
    pub code: Option<String>,
    /// Address of the catalog; a link has it.
    #[arg(long, value_name = "URL")]
    pub catalog: Option<String>,
    /// What this computer is called; else by its name in the network.
    #[arg(long)]
    pub name: Option<String>,
}

/// `settings`
#[derive(Subcommand)]
pub enum SettingsCommand {
    /// Choose. What is not named stays as it is.
    Set(SettingsSet),
}

/// `settings set`
#[derive(Args)]
#[group(required = true, multiple = true)]
pub struct SettingsSet {
    /// The window locks when nobody was here for so many minutes; 0: only with the screen.
    #[arg(long, value_name = "MINUTES")]
    pub lock_after: Option<u32>,
    /// Files that were fetched may take so many MiB; 0: as many as there is room for.
    #[arg(long, value_name = "MIB")]
    pub cache: Option<u32>,
    /// What the window tells of new files while nobody looks at it.
    #[arg(long, value_enum)]
    pub notifications: Option<NotificationsName>,
}

/// What notifications say.
#[derive(Clone, Copy, ValueEnum)]
pub enum NotificationsName {
    /// How many files are new, and in which folder.
    Folders,
    /// That something is new, without a name.
    Nameless,
    /// Nothing.
    Off,
}
