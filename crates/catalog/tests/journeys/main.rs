//! The catalog from outside: a real server on a free port, asked over HTTP.

#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used)]

mod append;
mod backup;
mod events;
mod folders;
mod founding;
mod health;
mod joins;
mod limits;
mod pinning;
mod port;
mod program;
mod proof;
mod quotas;
mod recoveries;
mod succession;
mod support;
mod wraps;
