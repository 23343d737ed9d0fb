//! Judging third parties.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

mod catalogue;
mod http;
mod policy;
mod score;
mod tls;
