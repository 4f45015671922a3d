//! `valise-catalog`: the catalog as a program.

mod program;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::{Parser, Subcommand};
use tracing_subscriber::EnvFilter;
use valise_catalog::{Config, Server, StartError};

/// The central server of a Valise workspace. It orders what members sign and decrypts nothing.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve a workspace until SIGTERM or SIGINT.
    Serve {
        /// Directory for keys, database and blocks; made if it is not there.
        #[arg(long, value_name = "DIR")]
        data: PathBuf,
        /// Address and port to answer HTTPS on; port 0 takes any free one.
        #[arg(long, value_name = "ADDR")]
        listen: SocketAddr,
        /// Multiaddr the pinning node listens on (TCP); may be given more than once.
        #[arg(long, value_name = "MULTIADDR", default_value = "/ip4/0.0.0.0/tcp/0")]
        node_listen: Vec<String>,
        /// Multiaddr at which clients reach the pinning node, if another; may be given more than once.
        #[arg(long, value_name = "MULTIADDR")]
        advertise: Vec<String>,
        /// Hours for which the pinning node keeps what was dropped.
        #[arg(long, value_name = "HOURS", default_value_t = 24)]
        keep_dropped: u32,
        /// Address and port to answer /metrics on, by plain HTTP: for those alone who run the server.
        #[arg(long, value_name = "ADDR")]
        metrics_listen: Option<SocketAddr>,
    },
    /// Who has what here.
    #[command(subcommand)]
    Account(program::admin::Account),
    Backup(program::backup::Backup),
    Restore(program::backup::Restore),
    Export(program::port::Export),
    Import(program::port::Import),
    /// How much may be kept here.
    #[command(subcommand)]
    Quota(program::admin::QuotaCommand),
}

#[tokio::main]
async fn main() -> ExitCode {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    match run(Arguments::parse().command).await {
        Ok(answer) => {
            print!("{answer}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            let reason = std::error::Error::source(&error).map(ToString::to_string);
            tracing::error!(%error, reason, "not done");
            ExitCode::FAILURE
        }
    }
}

/// Carries a command out. What it says is for standard output.
async fn run(command: Command) -> Result<String, StartError> {
    match command {
        Command::Serve { data, listen, node_listen, advertise, keep_dropped, metrics_listen } => {
            let grace = Duration::from_secs(u64::from(keep_dropped) * 3600);
            serve(Config { data, listen, node_listen, advertise, grace, metrics_listen }).await.map(|()| String::new())
        }
        Command::Account(command) => program::admin::account(command),
        Command::Backup(command) => program::backup::make(command),
        Command::Restore(command) => program::backup::restore(command),
        Command::Export(command) => program::port::export(command),
        Command::Import(command) => program::port::import(command),
        Command::Quota(command) => program::admin::quota(command),
    }
}

async fn serve(config: Config) -> Result<(), StartError> {
    let ended = ended();
    let server = Server::start(config).await?;
    println!("listening on {}", server.url());
    println!("identity {}", server.identity());
    if let Some(address) = server.metrics_address() {
        println!("metrics http://{address}/metrics");
    }
    ended.await;
    tracing::info!("stopping");
    server.stop().await;
    Ok(())
}

/// Ends when the system or a person asks for it: from now on, not from when it is awaited.
#[cfg(unix)]
fn ended() -> impl Future<Output = ()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut signals: Vec<_> =
        [SignalKind::terminate(), SignalKind::interrupt()].into_iter().flat_map(|kind| signal(kind).ok()).collect();
    async move {
        let any = futures::future::select_all(signals.iter_mut().map(|signal| Box::pin(signal.recv())));
        any.await;
    }
}

#[cfg(not(unix))]
fn ended() -> impl Future<Output = ()> {
    async {
        // Without a handler for it, the program cannot be asked to stop: then it runs on.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
