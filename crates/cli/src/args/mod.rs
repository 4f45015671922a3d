//! What can be typed: the commands here, what each takes by topic.

use std::path::PathBuf;

use clap::{Parser, Subcommand};

mod files;
mod keys;
mod people;
mod recovery;

pub use files::*;
pub use keys::*;
pub use people::*;
pub use recovery::*;

/// Share confidential files with colleagues. Files are encrypted on this computer; servers can read nothing.
#[derive(Parser)]
#[command(name = "valise", version, propagate_version = true)]
pub struct Arguments {
    /// Where this person's Valise lives.
    #[arg(long, global = true, env = "VALISE_HOME", value_name = "DIR")]
    pub home: Option<PathBuf>,
    /// Answers as JSON, one document on one line.
    #[arg(long, global = true)]
    pub json: bool,
    /// Reads the password from the first line of a file (else VALISE_PASSWORD, else it is asked for).
    #[arg(long, global = true, value_name = "FILE")]
    pub password_file: Option<PathBuf>,
    /// Opens this home with its token, also where a password does.
    #[arg(long, global = true)]
    pub token: bool,
    /// Reads the token's PIN from the first line of a file (else VALISE_PIN, else it is asked for).
    #[arg(long, global = true, value_name = "FILE")]
    pub pin_file: Option<PathBuf>,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Subcommand)]
pub enum Command {
    /// Start a workspace with yourself as its first person.
    Init(Init),
    /// Join a workspace by an invitation link.
    Join(Join),
    /// Invite somebody to a folder; prints the link.
    Invite(Invite),
    /// What an invitation link says, before anything is done with it. Needs no account.
    Invitation {
        /// The link; without it, it is read from standard input.
        link: Option<String>,
    },
    /// As an officer, invitations that nobody has used yet; without a command, the list.
    Invitations {
        /// What to do with one.
        #[command(subcommand)]
        command: Option<InvitationsCommand>,
    },
    /// Folders.
    #[command(subcommand)]
    Folder(FolderCommand),
    /// Encrypt files and directories into a folder.
    Add(Add),
    /// List a folder or directory; without a path, the folders.
    Ls {
        /// FOLDER or FOLDER/DIRECTORY
        path: Option<String>,
        /// What lies in the trash.
        #[arg(long)]
        trash: bool,
    },
    /// Files and directories whose name contains a text.
    Search {
        /// Part of the name; large and small letters are the same.
        text: String,
        /// Only in this folder.
        #[arg(long = "in", value_name = "FOLDER")]
        folder: Option<String>,
    },
    /// Files that changed last, in all folders.
    Recent {
        /// At most so many.
        #[arg(long, value_name = "N", default_value_t = 20)]
        last: u32,
    },
    /// Everything about a file or directory: where it lies, its versions, who can open it.
    Info {
        /// FOLDER/PATH
        path: String,
    },
    /// Keep files, or directories with everything in them, on this computer: they are fetched, and stay.
    Keep {
        /// FOLDER/PATH
        #[arg(required = true)]
        paths: Vec<String>,
        /// They need not stay any more.
        #[arg(long)]
        not: bool,
    },
    /// Take back the last change to files that was made in the Valise that is open here: what was added, renamed, moved,
    /// removed, restored.
    Undo,
    /// What waits for the server, and which files are on their way to it.
    Outbox,
    /// Decrypt a file or directory to this computer.
    #[command(disable_version_flag = true)]
    Get {
        /// FOLDER/PATH
        path: String,
        /// Where to: a new name, or a directory that is there.
        #[arg(short, long, default_value = ".")]
        output: PathBuf,
        /// A file's older version, by the number that `versions` shows.
        #[arg(long, value_name = "N")]
        version: Option<u32>,
    },
    /// Open a file in a program; what is saved there becomes a new version.
    Edit(Edit),
    /// A file's versions.
    Versions {
        /// FOLDER/PATH
        path: String,
    },
    /// Make an older version of a file the newest.
    RestoreVersion {
        /// FOLDER/PATH
        path: String,
        /// Its number, as `versions` shows it.
        number: u32,
    },
    /// Rename or move inside a folder.
    Mv {
        /// FOLDER/PATH
        from: String,
        /// FOLDER/PATH: a new name, or a directory that is there.
        to: String,
    },
    /// Make a directory inside a folder.
    Mkdir {
        /// FOLDER/PATH
        path: String,
    },
    /// Into the trash.
    Rm {
        /// FOLDER/PATH
        #[arg(required = true)]
        paths: Vec<String>,
    },
    /// Back from the trash.
    Restore {
        /// FOLDER/NAME, as `ls --trash` shows it.
        #[arg(required = true)]
        paths: Vec<String>,
    },
    /// The trash.
    #[command(subcommand)]
    Trash(TrashCommand),
    /// Write the encrypted file and its key, for the stock `age` program.
    Export {
        /// FOLDER/PATH
        path: String,
        /// The encrypted file to write; the key goes beside it, with `.key` added.
        #[arg(short, long)]
        output: PathBuf,
    },
    /// What is on its way to or from this computer; without a command, the list.
    Transfers {
        /// What to do.
        #[command(subcommand)]
        command: Option<TransfersCommand>,
    },
    /// Send and read everything now.
    Sync(Sync),
    /// Where this home stands.
    Status,
    /// People of the workspace; without a command, the list.
    People {
        /// What to do.
        #[command(subcommand)]
        command: Option<PeopleCommand>,
    },
    /// Groups of people, to share a folder with all of them at once; without a command, the list.
    Group {
        /// What to do.
        #[command(subcommand)]
        command: Option<GroupCommand>,
    },
    /// Who takes over the folders of somebody whose account is closed; without a command, how it stands.
    Successor {
        /// What to do.
        #[command(subcommand)]
        command: Option<SuccessorCommand>,
    },
    /// Attach a workspace that lives on this computer to a catalog.
    Attach {
        /// Address of the catalog.
        catalog: String,
    },
    /// Ways back in if the password is forgotten: kits to print, to prove and to check.
    #[command(subcommand)]
    Recovery(RecoveryCommand),
    /// Open this home without its password: with a kit and the keyring, or with two kits. With --catalog and two kits:
    /// your account on a new computer. Asks for a new password; a token opens it no more until it is added again.
    Recover(Recover),
    /// Who can help with a forgotten password, and who asks for it.
    #[command(subcommand)]
    Helper(HelperCommand),
    /// Keys: versions, rotation, file keys moved under newer keys.
    #[command(subcommand)]
    Key(KeyCommand),
    /// The password of this computer.
    #[command(subcommand)]
    Password(PasswordCommand),
    /// A token with a PIN (PKCS#11) that opens this home beside its password, or instead of it.
    #[command(subcommand)]
    Token(TokenCommand),
    /// Your computers: the list, another one, one that was lost.
    #[command(subcommand)]
    Device(DeviceCommand),
    /// Make this computer one of yours, by the code that `device add` gave on another one.
    Pair(Pair),
    /// Remove the account from this computer.
    Forget {
        /// Do not ask.
        #[arg(long)]
        yes: bool,
    },
    /// Sign a version of a file, as an agreement or approval: colleagues see it beside the file.
    #[command(disable_version_flag = true)]
    Sign(Sign),
    /// Who signed a file, and whether it is good.
    Signatures {
        /// FOLDER/PATH
        path: String,
        /// Do not fetch and read what was signed to compare it.
        #[arg(long)]
        no_check: bool,
    },
    /// A link to a file or directory for colleagues: it opens nothing for who is not in the folder.
    Link {
        /// FOLDER, or FOLDER/PATH
        path: String,
    },
    /// Where such a link leads.
    OpenLink {
        /// `valise://open/...`
        link: String,
    },
    /// What happened in a folder, the newest first: who added, changed, removed, shared, signed.
    Activity(ActivityOf),
    /// Can it ever be lost? The ways to its key, and who holds the bytes.
    Risk {
        /// FOLDER, or FOLDER/PATH
        path: String,
    },
    /// Write a file with its signatures, for `ssh-keygen -Y verify`, and a page for each.
    #[command(disable_version_flag = true)]
    ExportSigned {
        /// FOLDER/PATH
        path: String,
        /// A directory; it is made if it is not there.
        #[arg(short, long, value_name = "DIR")]
        output: PathBuf,
        /// An older version, by the number that `versions` shows.
        #[arg(long, value_name = "N")]
        version: Option<u32>,
    },
    /// Your keys that sign documents: each computer has its own.
    #[command(subcommand)]
    SigningKey(SigningKeyCommand),
    /// Valise without a window: stays, keeps everything in step, and lets the commands of this home do their work without
    /// a password until it is locked.
    Agent(Agent),
    /// Unlock the Valise that is open in this home, a window or `agent`: for all commands, until it is locked.
    Unlock,
    /// Lock the Valise that is open in this home.
    Lock,
    /// What may be wrong, and what to do about it. Names nobody and nothing, so it can be shown to whoever helps.
    Doctor,
    /// What is chosen for this computer; without a command, all of it. Needs no password.
    Settings {
        /// What to do.
        #[command(subcommand)]
        command: Option<SettingsCommand>,
    },
    /// What lies on this computer, and how much of it could be fetched again.
    Storage,
    /// How this computer is reached, and whom it reaches; where the catalog answers.
    Network {
        /// What to do.
        #[command(subcommand)]
        command: Option<NetworkCommand>,
    },
    /// Fingerprints of workspace, account, device and catalog.
    Fingerprints,
    /// Events that somebody should look at.
    Security,
    /// Print what a shell loads to complete commands: `source <(valise completions bash)`.
    Completions {
        /// Which shell.
        shell: clap_complete::Shell,
    },
    /// Print the man page of a command: `valise man add | man -l -`.
    Man {
        /// Which; without it, that of `valise` itself.
        command: Vec<String>,
        /// Write the pages of all commands into a directory; it is made if it is not there.
        #[arg(short, long, value_name = "DIR", conflicts_with = "command")]
        output: Option<PathBuf>,
    },
    /// Two people share files through a real catalog and real nodes, in a scratch directory.
    Demo {
        /// Files to share; without any, a few documents are made.
        files: Vec<PathBuf>,
    },
}

impl Command {
    /// Whether it changes nothing and asks nothing of others.
    pub fn only_looks(&self) -> bool {
        matches!(
            self,
            Self::Ls { .. }
                | Self::Get { .. }
                | Self::Search { .. }
                | Self::Recent { .. }
                | Self::Info { .. }
                | Self::Storage
                | Self::Network { command: None }
                | Self::Group { command: None }
                | Self::Versions { .. }
                | Self::Export { .. }
                | Self::Status
                | Self::People { command: None }
                | Self::Invitations { command: None | Some(InvitationsCommand::Link { .. }) }
                | Self::Successor { command: None }
                | Self::Transfers { .. }
                | Self::Fingerprints
                | Self::Signatures { .. }
                | Self::Activity(_)
                | Self::Link { .. }
                | Self::OpenLink { .. }
                | Self::Risk { .. }
                | Self::SigningKey(SigningKeyCommand::List)
                | Self::Security
                | Self::Device(DeviceCommand::List | DeviceCommand::Reach { .. })
                | Self::Key(KeyCommand::Status { .. } | KeyCommand::Rewrap { dry_run: true, .. })
                | Self::Password(PasswordCommand::Change { .. })
                | Self::Token(_)
                | Self::Helper(HelperCommand::List)
                | Self::Recovery(
                    RecoveryCommand::Status | RecoveryCommand::Confirm { .. } | RecoveryCommand::Rehearse { .. }
                )
                | Self::Folder(FolderCommand::List | FolderCommand::Members { .. } | FolderCommand::Invitations)
        )
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::Arguments;

    #[test]
    fn every_command_can_be_parsed() {
        Arguments::command().debug_assert();
    }
}
