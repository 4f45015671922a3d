//! Tests of the protocol: frozen vectors, codecs, the rules of the three chains, the fold of the tree.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

mod account;
mod codec;
mod documents;
mod folder_members;
mod folder_rules;
mod names;
mod records;
mod scenario;
mod succession;
mod tree;
mod tree_random;
mod vectors;
mod words;
mod workspace;
mod workspace_people;
