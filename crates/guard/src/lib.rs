//! Decides what a contract and a policy let through.
//!
//! Pure: no IO, no clock. A driver (gateway, replay, Envoy) shows a request to a compiled [`Policy`] and
//! carries out the [`Decision`].
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking"))]

mod ambiguity;
mod bans;
mod client;
mod counters;
mod decision;
mod delivery;
mod dialogue;
mod glob;
mod hardening;
mod header_rules;
pub mod identity;
mod inquiry;
mod limits;
mod networks;
mod per_second;
mod policy;
pub mod profile;
mod protection;
mod rates;
mod redactions;
mod scrub;
mod snapshot;
mod soundness;
mod terms;
mod verdict;

pub use bans::{Ban, Bans};
pub use client::client_address;
pub use counters::{AVERAGE_SECONDS, BURST_SECONDS, Counters};
pub use decision::{BanOrder, Decision, Effect, FieldError, Outcome, RateState, Step};
pub use delivery::{
    Balance, Delivery, Health, MAX_UPSTREAMS, Millis, Passive, Probe, Retries, StatusRange, Times, TlsIdentity,
    UpstreamProtocol, holds,
};
pub use dialogue::{
    Answer, CounterKey, Edit, Facts, Fault, FramingDoubt, Lookup, Progress, RateAsk, Rates, ResponseNeed,
    ResponseVerdict,
};
pub use inquiry::{Inquiry, InquiryState};
pub use networks::{Lists, NetworkSet, client_network};
pub use per_second::PerSecond;
pub use policy::{Policy, base_paths};
pub use protection::{
    Action, BanRule, Check, HeaderRule, MessageLimits, NetworkList, NetworkRules, OnError, OperationRule, Protection,
    RateFields, RateKey, RateRule, ResponseRules,
};
pub use rates::{rate_fields, status_range};
pub use redactions::Redactions;
pub use snapshot::{ApiPolicy, Exception, Mode, Snapshot};
pub use soundness::Mistake;
