//! `valise`: the engine from a terminal (`docs/cli.md`). Each command parses, calls the engine, prints; no logic beyond that.

mod activity;
mod agent;
mod args;
mod commands;
mod computer;
mod demo;
mod devices;
mod doctor;
mod groups;
mod helpers;
mod interrupt;
mod invitations;
mod keys;
mod look;
mod opened;
mod output;
mod papers;
mod paths;
mod people;
mod recovery;
mod risk;
mod session;
mod signatures;
mod succession;
mod token;
mod transfers;

use std::process::ExitCode;

use clap::Parser as _;
use tracing_subscriber::EnvFilter;

#[tokio::main]
async fn main() -> ExitCode {
    let kept = valise_engine::process::keep_memory_to_itself();
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("off"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    if let Err(error) = kept {
        tracing::warn!(%error, "the system may write this program's memory to disk");
    }
    let arguments = args::Arguments::parse();
    let json = arguments.json;
    match commands::run(arguments).await {
        Ok(code) => code,
        Err(error) => output::failure(&error, json),
    }
}
