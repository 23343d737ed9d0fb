//! The binary, seen from outside.
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

mod access_logs;
mod apisec;
mod audit;
mod audit_evidence;
mod audit_files;
mod audit_policy;
mod block;
mod chaos;
mod ci;
mod controller;
mod corrections;
mod demo_api;
mod deploy;
mod diff;
mod drift;
mod envoy;
mod evidence;
mod feeds;
mod identity;
mod job;
mod keys;
mod learned;
mod lone_gateway;
mod lsp;
mod profile;
mod protection;
mod recorded_secrets;
mod reload;
mod replay;
mod rotation;
mod score;
mod score_tls;
mod secrets;
mod secured;
mod security;
mod sensitive;
mod serve;
mod states;
mod store;
mod support;
mod tap;
mod telemetry;
mod third_parties;
mod transport;
mod update;
mod users;
#[path = "../../../readers/tests/support/wire.rs"]
#[allow(dead_code, reason = "shared with the readers' tests")]
mod wire;
