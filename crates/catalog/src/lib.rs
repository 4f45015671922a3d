//! The catalog: the central server of a workspace.
//!
//! It orders the chains by compare-and-swap on their heads, answers with signed receipts, keeps what is
//! sealed and hands it to those who may have it, and runs the pinning node. It has no path to
//! `valise-crypto`: the dependency graph shows that it cannot decrypt.
//!
//! - [`Server`] hosts one, inside the program `valise-catalog` or the desktop application.
//! - `serve` takes connections, by TLS (`tls`), so many and so often (`rate`); `limits` has the numbers.
//! - `http` is the router and what is read from a request; a route calls one operation and no more.
//! - `read` and `write` are the operations: who may do what is decided there, on every one of them.
//! - `store` is the database and the folded chains, which change together or not at all.
//! - `db` is the database: one file a table, SQL nowhere else.
//! - [`admin`], [`backup`] and [`port`] are what an operator does, beside a running catalog.
//! - `pinning` fetches what content records announce and says "held".
//!
//! A change counts from its commit (SQLite, WAL, `synchronous = FULL`); nothing is answered before.

pub mod admin;
pub mod backup;
mod catalog;
mod chain;
mod data;
mod db;
mod error;
mod health;
pub mod hosted;
mod http;
mod hub;
pub mod limits;
mod metrics;
mod pairings;
mod pinning;
pub mod port;
mod rate;
mod read;
mod serve;
mod server;
mod sessions;
mod state;
mod store;
mod tls;
mod write;

pub use data::StartError;
pub use server::{Config, Server};
