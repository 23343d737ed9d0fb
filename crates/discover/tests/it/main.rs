//! Learning from small, complete pieces of traffic.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

mod bodiless;
mod contract;
mod noise;
mod oauth;
mod schemas;
mod shop;
mod state;
mod templates;
mod verdict;
