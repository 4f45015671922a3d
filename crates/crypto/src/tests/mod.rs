//! Vectors: what others have published, and what this format has frozen.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod frozen;
mod published;
mod sshsig;

use serde_json::Value;
use zeroize::Zeroizing;

fn path(name: &str) -> String {
    format!("{}/../../tests/vectors/crypto-{name}.json", env!("CARGO_MANIFEST_DIR"))
}

fn vectors(name: &str) -> Value {
    let text = std::fs::read_to_string(path(name)).expect("vectors are part of the repository");
    serde_json::from_str(&text).unwrap()
}

fn text<'a>(vector: &'a Value, name: &str) -> &'a str {
    vector[name].as_str().unwrap_or_else(|| panic!("{name} is missing"))
}

fn bytes(vector: &Value, name: &str) -> Vec<u8> {
    hex::decode(text(vector, name)).unwrap()
}

fn array<const N: usize>(vector: &Value, name: &str) -> [u8; N] {
    bytes(vector, name).try_into().unwrap()
}

fn number(vector: &Value, name: &str) -> u64 {
    vector[name].as_u64().unwrap_or_else(|| panic!("{name} is missing"))
}

fn randomness(bytes: &[u8]) -> Zeroizing<[u8; 64]> {
    Zeroizing::new(bytes.try_into().unwrap())
}
