//! A small shop API with switches for its defects, and the traffic that makes it look alive.
//!
//! The shop keeps its state in memory, starts from fixed data and answers the same requests with the same
//! bytes. Its people, addresses and card numbers are invented. [`CONTRACT`] is what it promises;
//! [`Switches`] says where it breaks that promise.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking"))]

mod server;
mod shop;
mod switches;
mod traffic;

pub use server::serve;
pub use switches::{Switches, UnknownSwitch};
pub use traffic::{Traffic, TrafficError, TrafficReport};

/// The shop's contract: OpenAPI 3.1 as YAML.
pub const CONTRACT: &str = include_str!("../../../examples/shop/shop.openapi.yaml");

/// Where the shop listens unless told otherwise.
pub const LISTEN: &str = "127.0.0.1:8602";

/// Requests a second that [`Traffic::run`] makes unless told otherwise.
pub const RATE: f64 = 30.0;
