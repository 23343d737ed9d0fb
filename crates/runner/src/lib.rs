//! The one room for outgoing traffic: fetches the files and URLs that a contract's references and a configuration name.
//!
//! [`Loader`] reads a contract and the files it is spread over: below the contract's own folder and nowhere else,
//! and from the hosts that the user named and no others. What is not fetched stays a problem at the reference. What an
//! editor has open counts instead of what is on the disk ([`Source`]). [`Setup`] is the configuration of audits with the
//! files it names, [`Baseline`] the file of known findings.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking"))]

mod address;
mod baseline;
mod file;
mod host;
mod http;
mod load;
pub mod posture;
mod setup;
mod source;

pub use address::is_private;
pub use baseline::Baseline;
pub use host::{Host, HostError};
pub use http::Network;
pub use load::{Bounds, Loader};
pub use setup::{CONFIGURATION, Fault, Setup, read_configuration, read_file};
pub use source::{Disk, Source};
