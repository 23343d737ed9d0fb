//! Readers from outside: what fuzzing checks, on seeds.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

#[path = "../../../../fuzz/src/lib.rs"]
mod fuzz;
mod seeds;
#[path = "../support/wire.rs"]
mod wire;
