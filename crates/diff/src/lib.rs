//! What changed between two contracts, and which clients it breaks.
//!
//! [`diff`] compares by meaning: references are followed, the order of things and the names of components do not count,
//! what can be spelled in several ways is read as one. The direction decides what a change does: a request that allows
//! less breaks clients, as does a response that allows more. Both contracts may be of any version. [`proposals`] are what a
//! contract lacks of a learned one, with the edits that would bring it in.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking"))]

mod catalogue;
mod change;
mod check;
mod life;
mod messages;
pub mod proposals;
mod schemas;
mod security;
mod servers;
mod shape;
mod side;
mod walk;

pub use catalogue::markdown;
pub use change::{CATEGORY, Change, Place};
pub use check::{Check, Level, checks};
pub use jiff::civil::Date;

use palisade_contract::Contract;

/// What a comparison is told from outside.
#[derive(Debug, Clone, Copy, Default)]
pub struct Options {
    /// The present day, for dates of sunset. Without it no date has passed.
    pub today: Option<Date>,
}

/// The changes from one contract to another: the worst first, else in the order of the contracts.
pub fn diff(old: &Contract, new: &Contract, options: &Options) -> Vec<Change> {
    let (old, new) = (side::Side::new(old), side::Side::new(new));
    walk::Walk::new(&old, &new, options).run()
}

/// A kind of change by its id.
pub fn check(id: &str) -> Option<&'static Check> {
    checks().iter().find(|check| check.id == id)
}
