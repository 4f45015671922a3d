//! Copies of a catalog.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;
use valise_catalog::{StartError, backup};

/// Copies everything into a new directory, while the catalog runs or not. Its keys are in it: keep it as safe as the
/// catalog itself.
#[derive(Args)]
pub struct Backup {
    /// The catalog's data directory.
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// The directory to make.
    #[arg(long, value_name = "DIR")]
    to: PathBuf,
    /// What the pinning node keeps, too: needed to move to another server without anybody sending anything again.
    #[arg(long)]
    blocks: bool,
    /// Answer in JSON.
    #[arg(long)]
    json: bool,
}

/// Makes a catalog from a backup. The one it was made of must not run any more.
#[derive(Args)]
pub struct Restore {
    /// The backup.
    #[arg(long, value_name = "DIR")]
    from: PathBuf,
    /// The data directory to make; it must not be there, or empty.
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// Answer in JSON.
    #[arg(long)]
    json: bool,
}

/// Carries it out.
pub fn make(command: Backup) -> Result<String, StartError> {
    backup::backup(&command.data, &command.to, command.blocks)?;
    Ok(match command.json {
        true => format!("{}\n", json!({"backup": command.to, "blocks": command.blocks, "keys": true})),
        false => format!(
            "{} holds the database, both keys{}.\nWhoever has it can stand in for this catalog.\n",
            command.to.display(),
            if command.blocks { " and the pinning node's blocks" } else { "" }
        ),
    })
}

/// Carries it out.
pub fn restore(command: Restore) -> Result<String, StartError> {
    backup::restore(&command.from, &command.data)?;
    Ok(match command.json {
        true => format!("{}\n", json!({"data": command.data})),
        false => format!("{} is ready to be served.\n", command.data.display()),
    })
}
