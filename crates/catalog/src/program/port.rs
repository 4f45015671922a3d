//! A workspace as one file.

use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::json;
use valise_catalog::StartError;
use valise_catalog::port::{self, Keys, Ported};

/// Writes the workspace into one file, while the catalog runs or not: all records, wrapped keys and sealed key rings, as
/// docs/format.md says, and no content. Without the catalog's keys, unless asked for.
#[derive(Args)]
pub struct Export {
    /// The catalog's data directory.
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// The file to make; it must not be there.
    #[arg(long, value_name = "FILE")]
    to: PathBuf,
    /// The catalog's private keys, too: whoever has the file can then stand in for this catalog.
    #[arg(long)]
    with_identity: bool,
    /// Answer in JSON.
    #[arg(long)]
    json: bool,
}

/// Makes a catalog from an export, of which everything is verified. The one that wrote it must not be served any more. Where
/// the export holds no keys, say where they are, or that another catalog is to be made.
#[derive(Args)]
pub struct Import {
    /// The export.
    #[arg(long, value_name = "FILE")]
    from: PathBuf,
    /// The data directory to make; it must not be there, or empty.
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// Where the keys of the catalog that wrote it are: its data directory, or a directory with identity.key and pinning.key.
    #[arg(long, value_name = "DIR")]
    keys: Option<PathBuf>,
    /// Make another catalog, with keys of its own. Nobody's Valise takes it for the workspace's: it is for looking at.
    #[arg(long, conflicts_with = "keys")]
    new_identity: bool,
    /// Answer in JSON.
    #[arg(long)]
    json: bool,
}

/// Carries it out.
pub fn export(command: Export) -> Result<String, StartError> {
    let Export { data, to, with_identity, json } = command;
    let ported = port::export(&data, &to, with_identity)?;
    if json {
        let mut answer = answer(&ported);
        (answer["export"], answer["keys"]) = (json!(to), json!(with_identity));
        return Ok(format!("{answer}\n"));
    }
    let keys = match with_identity {
        true => "Its keys are in it: whoever has it can stand in for this catalog.",
        false => "No keys are in it: keep those of the data directory, and they can be served with it again.",
    };
    Ok(format!("{} holds the workspace: {}.\n{keys}\n", to.display(), many(&ported)))
}

/// Carries it out.
pub fn import(command: Import) -> Result<String, StartError> {
    let Import { from, data, keys, new_identity, json } = command;
    let keys = match keys {
        Some(directory) => Keys::From(directory),
        None if new_identity => Keys::New,
        None => Keys::Exported,
    };
    let ported = port::import(&from, &data, &keys)?;
    if json {
        let mut answer = answer(&ported);
        (answer["data"], answer["newIdentity"]) = (json!(data), json!(new_identity));
        return Ok(format!("{answer}\n"));
    }
    Ok(format!("{}\n{}\n", ready(&data, &ported), served(&keys)))
}

fn answer(ported: &Ported) -> serde_json::Value {
    json!({
        "workspace": ported.workspace,
        "identity": ported.identity,
        "records": ported.records,
        "accounts": ported.accounts,
        "folders": ported.folders,
    })
}

fn ready(data: &Path, ported: &Ported) -> String {
    format!("{} is ready to be served: {}.", data.display(), many(ported))
}

fn served(keys: &Keys) -> &'static str {
    match keys {
        Keys::New => "It is another catalog: nobody's Valise takes it for the workspace's.",
        _ => "It is the same catalog: never serve both. What it holds is fetched again from people's computers.",
    }
}

fn many(ported: &Ported) -> String {
    let Ported { records, accounts, folders, .. } = ported;
    let count = |number: &u64, one: &str| format!("{number} {one}{}", if *number == 1 { "" } else { "s" });
    [count(records, "record"), count(accounts, "account"), count(folders, "folder")].join(", ")
}
