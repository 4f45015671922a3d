//! What can be typed.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

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
                | Self::Versions { .. }
                | Self::Export { .. }
                | Self::Status
                | Self::People { command: None }
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

/// `sign`
#[derive(Args)]
pub struct Sign {
    /// FOLDER/PATH
    pub path: String,
    /// An older version, by the number that `versions` shows.
    #[arg(long, value_name = "N")]
    pub version: Option<u32>,
    /// What you say by it; without it, the signature says it all.
    #[arg(long, value_name = "TEXT")]
    pub statement: Option<String>,
    /// With this one of your keys, by the number that `signing-key list` shows: one that is on a token asks for its PIN.
    #[arg(long, value_name = "N")]
    pub key: Option<u64>,
}

/// `signing-key`
#[derive(Subcommand)]
pub enum SigningKeyCommand {
    /// All of them, with the fingerprints that `ssh-keygen -l` shows.
    List,
    /// Another one for this computer; the one before signs no more.
    Rotate,
    /// Sign with a key on a token, too: this computer's own stays. The key is made there if there is none.
    AddToken {
        /// `pkcs11:token=org;object=signing?module-path=/usr/lib/softhsm/libsofthsm2.so`
        address: String,
    },
    /// End one, be it another computer's: what it signed before stays signed.
    Revoke {
        /// Its version, as `list` shows it.
        number: u64,
        /// Do not ask.
        #[arg(long)]
        yes: bool,
    },
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
        person: String,
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
    /// Give one up; what is complete stays.
    Cancel {
        /// Its number in the list.
        number: u64,
    },
}

/// `trash`
#[derive(Subcommand)]
pub enum TrashCommand {
    /// Delete for good what lies in the trash, with all versions. This cannot be undone.
    Empty {
        /// In one folder; else in all that you may change.
        folder: Option<String>,
        /// Do not ask.
        #[arg(long)]
        yes: bool,
    },
}

/// `recovery`
#[derive(Subcommand)]
pub enum RecoveryCommand {
    /// Make new kits; those before stop working.
    Kit {
        /// Where they go.
        #[command(flatten)]
        output: KitOutput,
    },
    /// Prove that a kit is kept: two of its groups, from the paper.
    Confirm {
        /// Which.
        #[arg(value_enum)]
        kit: KitText,
        /// The two groups that are asked for; without them, they are asked for here.
        #[arg(num_args = 2)]
        groups: Vec<String>,
    },
    /// Is this kit still good? Needs no password, and does not use it up.
    Check {
        /// The code; without it, it is asked for, so that it stands in no history.
        code: Option<String>,
    },
    /// Go through a whole recovery in a copy, which is removed again: does it work? Uses nothing up.
    Rehearse {
        /// The code of a kit; twice for two kits, else with the keyring. Without it, it is asked for.
        #[arg(long = "code", value_name = "CODE")]
        codes: Vec<String>,
    },
    /// How the ways out stand.
    Status,
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
    /// Close somebody's account, as an officer: they are refused at once, removed from folders, and keys change.
    Close {
        /// Who, by name or account id.
        person: String,
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

/// `key`
#[derive(Subcommand)]
pub enum KeyCommand {
    /// Versions: of your keys and of every folder's, or of one folder's.
    Status {
        /// Which.
        folder: Option<String>,
    },
    /// A new key for a folder, or for your account, after which every folder's key changes. Content stays as it is.
    Rotate {
        /// Which.
        #[arg(required_unless_present = "account")]
        folder: Option<String>,
        /// Your account key.
        #[arg(long, conflicts_with = "folder")]
        account: bool,
    },
    /// Move a folder's file keys under its newest key, those that are not there yet.
    Rewrap {
        /// Which.
        folder: String,
        /// Only say how many would move.
        #[arg(long)]
        dry_run: bool,
    },
    /// Keep and accept nothing under a folder's older keys any more; file keys are moved first.
    Retire {
        /// Which.
        folder: String,
    },
    /// How often a folder's key changes by itself.
    Policy {
        /// Which.
        folder: String,
        /// So many days, or `never`.
        #[arg(long, value_name = "DAYS")]
        every: Days,
    },
}

/// A number of days.
#[derive(Clone, Copy)]
pub enum Days {
    /// Only when something demands it.
    Never,
    /// After so many.
    Every(u32),
}

impl std::str::FromStr for Days {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "never" => Ok(Self::Never),
            days => match days.parse() {
                Ok(days @ 1..) => Ok(Self::Every(days)),
                _ => Err("a number of days, or `never`".to_owned()),
            },
        }
    }
}

/// `password`
#[derive(Subcommand)]
pub enum PasswordCommand {
    /// Another password. Recovery kits stay as they are.
    Change {
        /// Where it comes from.
        #[command(flatten)]
        new: NewPassword,
    },
    /// Somebody may know it: another password, and every key that it opened anew. Old recovery kits stop working, and so
    /// does a token until it is added again.
    Renew {
        /// Where it comes from.
        #[command(flatten)]
        new: NewPassword,
        /// Where the new kits go.
        #[command(flatten)]
        output: KitOutput,
    },
}

/// `token`
#[derive(Subcommand)]
pub enum TokenCommand {
    /// A token opens this home from now on, too, in the place of one that did. Its key is made if there is none.
    Add {
        /// `pkcs11:token=org;object=valise?module-path=/usr/lib/softhsm/libsofthsm2.so`
        address: String,
        /// The password opens nothing any more. Only where a recovery kit is proven to be kept (`recovery confirm`): without
        /// the token, kits are the only way in.
        #[arg(long)]
        instead: bool,
        /// Reads the PIN of a token that takes another one's place from a file (else VALISE_NEW_PIN, else as --pin-file).
        #[arg(long, value_name = "FILE")]
        new_pin_file: Option<PathBuf>,
    },
    /// It opens this home no more. Where there is no password, a new one is asked for.
    Remove {
        /// Where that comes from.
        #[command(flatten)]
        new: NewPassword,
    },
    /// What opens this home. Needs neither password nor token.
    Status,
}

/// Where a new password comes from.
#[derive(Args)]
pub struct NewPassword {
    /// Reads the new password from the first line of a file (else VALISE_NEW_PASSWORD, else it is asked for).
    #[arg(long = "new-password-file", value_name = "FILE")]
    pub file: Option<PathBuf>,
}

/// Where kits go.
#[derive(Args)]
pub struct KitOutput {
    /// Write a page for each: KIT.pdf gives KIT-a.pdf and KIT-b.pdf.
    #[arg(short, long, value_name = "KIT.pdf", conflicts_with = "print")]
    pub output: Option<PathBuf>,
    /// Print them here (without --output, this is what happens).
    #[arg(long)]
    pub print: bool,
}

/// `recover`
#[derive(Args)]
pub struct Recover {
    /// The code of a kit; twice for two kits. Without it, it is asked for, so that it stands in no history.
    #[arg(long = "code", value_name = "CODE")]
    pub codes: Vec<String>,
    /// On a new computer, with both kits: address of the catalog, as the kits say.
    #[arg(long, value_name = "URL")]
    pub catalog: Option<String>,
    /// On a new computer: what it is called; else by its name in the network.
    #[arg(long, requires = "catalog")]
    pub name: Option<String>,
    /// On a new computer: your other ones are not lost, and go on counting.
    #[arg(long, requires = "catalog")]
    pub keep_others: bool,
    /// Ask the officers of the workspace for help: with the code of a kit, or with this computer's keyring.
    #[arg(long)]
    pub ask: bool,
    /// With --ask: what you want to say to them, in one line.
    #[arg(long, requires = "ask", value_name = "TEXT")]
    pub reason: Option<String>,
    /// How what you asked for stands.
    #[arg(long, conflicts_with_all = ["ask", "finish", "give_up"])]
    pub asked: bool,
    /// The officers have helped: open Valise, with the password that you chose when you asked.
    #[arg(long, conflicts_with_all = ["ask", "give_up"])]
    pub finish: bool,
    /// Ask no more.
    #[arg(long, conflicts_with = "ask")]
    pub give_up: bool,
    /// Where the new kits go.
    #[command(flatten)]
    pub output: KitOutput,
}

impl Recover {
    /// With the help of officers.
    pub fn with_help(&self) -> bool {
        self.ask || self.asked || self.finish || self.give_up
    }
}

/// `helper`
#[derive(Subcommand)]
pub enum HelperCommand {
    /// Who can help, whose kit is to be made anew for that, and who asks.
    List,
    /// As an officer, choose who can help: one officer, or two who are both needed then.
    Set {
        /// Officers, by name or account id.
        #[arg(required_unless_present = "key", num_args = 0..=2)]
        people: Vec<String>,
        /// A key that is kept elsewhere, beside an officer or alone: `pkcs11:token=...`, `vault:https://...`, `gcpkms:...`;
        /// any officer who may use it can help.
        #[arg(long, value_name = "ADDRESS")]
        key: Option<String>,
        /// A file with the token's PIN, or the service's token; else VALISE_KEY_SECRET, else the service's own ways.
        #[arg(long, requires = "key", value_name = "FILE")]
        secret_file: Option<PathBuf>,
        /// Hours between yes and release, in which the person can say no.
        #[arg(long, value_name = "HOURS", default_value_t = 24)]
        wait: u32,
    },
    /// As an officer: nobody can help any more.
    End {
        /// Do not ask.
        #[arg(long)]
        yes: bool,
    },
    /// Say yes to a request, after you have compared what its computer shows.
    Approve {
        /// How what it shows begins.
        device: String,
        /// Do not ask.
        #[arg(long)]
        yes: bool,
        /// Where the key is kept that is needed, unless this computer has used it before.
        #[arg(long, value_name = "ADDRESS")]
        key: Option<String>,
        /// A file with the token's PIN, or the service's token; else VALISE_KEY_SECRET, else the service's own ways.
        #[arg(long, value_name = "FILE")]
        secret_file: Option<PathBuf>,
    },
    /// Make the key that an address names, on a token or in Vault: once, before `set --key`.
    MakeKey {
        /// `pkcs11:token=org;object=valise?module-path=/usr/lib/softhsm/libsofthsm2.so`
        address: String,
        /// A file with the token's PIN, or the service's token; else VALISE_KEY_SECRET, else the service's own ways.
        #[arg(long, value_name = "FILE")]
        secret_file: Option<PathBuf>,
    },
    /// As an officer, after the key was rotated where it is kept: move what it has wrapped under its newest version. Who
    /// can help stays the same, and everybody's kit stays good.
    Rewrap {
        /// Where the key is kept, unless this computer has used it before; a token's newer key by its id.
        #[arg(long, value_name = "ADDRESS")]
        key: Option<String>,
        /// A file with the token's PIN, or the service's token; else VALISE_KEY_SECRET, else the service's own ways.
        #[arg(long, value_name = "FILE")]
        secret_file: Option<PathBuf>,
    },
    /// Say no to a request: as an officer, or because it is your own account and not you.
    Refuse {
        /// How what it shows begins.
        device: String,
    },
}

/// Kits.
#[derive(Clone, Copy, ValueEnum)]
pub enum KitText {
    /// Kit A.
    A,
    /// Kit B.
    B,
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
