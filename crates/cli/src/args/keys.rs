//! Keys, what opens a home, and signatures.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::KitOutput;

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
    /// The system's keyring opens this computer's Valise for whoever is logged in, from now until it is locked, and again
    /// from each unlocking with the password on.
    AtLogin {
        /// It does so no more.
        #[arg(long)]
        off: bool,
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
