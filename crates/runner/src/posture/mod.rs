//! Drives the assessment of a third party: the one place that asks its servers.

mod assess;
mod availability;
mod contract;
pub mod dns;
pub mod feeds;
pub mod http;
pub mod ports;
mod reach;
pub mod tls;

pub use assess::{Options, Step, assess};
pub use availability::{Failure, Sample, sample};
pub use contract::Contract;
pub use reach::{Manners, Reach, Resolver, Unreachable};
