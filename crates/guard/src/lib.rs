//! Decides what a contract and a policy let through.
//!
//! Pure: no IO, no clock. A driver (gateway, replay, Envoy) shows a request to a compiled [`Policy`] and
//! carries out the [`Decision`].

mod ambiguity;
mod decision;
mod policy;
mod redactions;
mod snapshot;
mod verdict;

pub use decision::{Decision, Effect, FieldError, Step};
pub use policy::{Head, Policy, base_paths};
pub use redactions::Redactions;
pub use snapshot::{ApiPolicy, Exception, Mode, Snapshot};
