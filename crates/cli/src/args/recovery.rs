//! Ways back in without the password.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

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
