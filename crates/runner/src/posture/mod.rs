//! Drives the assessment of a third party: the one place that asks its servers.

mod reach;

pub use reach::{Manners, Reach, Resolver, Unreachable};
