//! The control plane from outside: the real router, the real store, the real ingestion.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

mod audit_log;
mod authz;
mod corrections;
mod document;
mod drift;
mod events;
mod findings;
mod gates;
mod jobs;
mod keys;
mod learning;
mod oidc;
mod projects;
mod proposals;
mod protection;
mod remote;
mod representation;
mod schedules;
mod security;
mod shield;
mod stream;
mod support;
mod telemetry;
mod third_parties;
mod two_servers;
mod users;
