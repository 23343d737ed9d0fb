//! What the readers and writers promise, by example and by property.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

mod body;
mod edit;
mod emit;
mod files;
mod hostile;
mod path;
mod property;
mod yaml;
