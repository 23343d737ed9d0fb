//! The client against servers that do what a test tells them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

mod answers;
mod events;
mod server;
mod tls;
