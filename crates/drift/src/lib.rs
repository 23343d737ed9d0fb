//! Holds traffic against a contract, by validation: what is called and not promised, promised and not called, on its
//! way out, and broken.
//!
//! [`Terms`] is the contract, compiled once. An [`Account`] is what the exchanges of one API come to, bounded and
//! mergeable. [`Drift`] keeps one account a host, for recordings of unknown origin, and finds out by itself which of
//! their hosts and base paths are the contract's.
//!
//! A request that breaks the contract and is refused with 4xx is the API at work: it is counted and is no finding.
//! Bodies that are known by their shape only are held against what the shape proves.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking"))]

mod account;
mod drift;
mod history;
mod judge;
mod lifetime;
mod places;
mod report;
mod rules;
mod security;
mod sighting;
mod terms;
mod tree;

pub use account::{Account, Counts};
pub use drift::{Drift, Outcome};
pub use history::{Change, ChangeKind, History};
pub use rules::rules;
pub use sighting::{Direction, Kind, Reference, Sighting, Spot};
pub use terms::Terms;
