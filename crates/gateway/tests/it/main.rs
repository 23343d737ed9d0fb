//! The gateway over real sockets: every byte both sides see is compared.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

mod answers;
mod attack;
mod block;
mod faults;
mod lone;
mod nginx;
mod smuggling;
mod support;
mod transparency;
mod upstreams;
