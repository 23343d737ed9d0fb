//! The gateway over real sockets: every byte both sides see is compared.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

mod answers;
mod attack;
mod attack_http2;
mod block;
mod block_http2;
mod failures;
mod faults;
mod http2;
mod identity;
mod lone;
mod nginx;
mod policy;
mod replay;
mod smuggling;
mod support;
mod tls;
mod transparency;
mod upstream_http2;
mod upstreams;
mod websocket;
