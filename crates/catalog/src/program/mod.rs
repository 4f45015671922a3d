//! The commands of the program besides `serve`: what an operator does.

pub mod admin;
pub mod backup;
pub mod port;
