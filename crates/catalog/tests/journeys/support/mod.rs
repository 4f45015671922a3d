//! What the journeys stand on: people who sign, a client that proves itself, a server with nodes in memory.

pub mod chains;
pub mod client;
pub mod people;
pub mod world;

pub use chains::Log;
pub use client::Client;
pub use people::{Device, Person};
pub use world::World;
