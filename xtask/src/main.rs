//! Tidy checks and generation for the repository itself.
fn main() {}
