//! Judges a third-party API by what it shows to the network: its TLS, its HTTP answers, its DNS and mail records, its
//! open ports, its reputation, its contract.
//!
//! Nothing here touches a socket or reads a clock. Each part has a plan that says what to ask next ([`tls`], [`http`],
//! [`dns`]), is given what came back, and ends with facts; a judge turns facts into findings. [`Posture`] joins them:
//! one grade, a score by [`Category`], and what was not assessed, which never counts as clean.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking"))]

mod catalogue;
pub mod change;
pub mod contract;
pub mod dns;
pub mod http;
mod policy;
pub mod ports;
mod posture;
pub mod reputation;
mod rule;
pub mod score;
mod target;
pub mod tls;

pub use catalogue::catalogue_markdown;
pub use policy::{Accepted, Policy, Reason, Unknown, Verdict};
pub use posture::{Facts, Found, Guides, Judged, Missing, Observed, Part, PartName, Posture};
pub use rule::{Category, Rule, Sighting, rule, rules};
pub use score::{Ceiling, Grade};
pub use target::{Target, TargetError};
