//! Window.
fn main() {}
