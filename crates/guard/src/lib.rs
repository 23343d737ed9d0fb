//! Decides what a contract and a policy let through.
//!
//! Pure: no IO, no clock. A driver (gateway, replay, Envoy) shows a request to a compiled [`Policy`] and
//! carries out the [`Decision`].

mod ambiguity;
mod decision;
mod delivery;
pub mod identity;
mod inquiry;
mod limits;
mod policy;
pub mod profile;
mod protection;
mod redactions;
mod snapshot;
mod terms;
mod verdict;

pub use decision::{BanOrder, Decision, Effect, FieldError, Outcome, RateState, Step};
pub use delivery::{
    Balance, Delivery, Health, MAX_UPSTREAMS, Millis, Passive, Probe, Retries, StatusRange, Times, TlsIdentity,
    UpstreamProtocol, holds,
};
pub use inquiry::{
    Answer, CounterKey, Edit, Facts, Fault, FramingDoubt, Inquiry, InquiryState, Lookup, Progress, RateAsk, Rates,
    ResponseNeed, ResponseVerdict,
};
pub use policy::{Policy, base_paths};
pub use protection::{
    Action, BanRule, Check, HeaderRule, MessageLimits, NetworkList, NetworkRules, OnError, OperationRule, Protection,
    RateKey, RateRule, ResponseRules,
};
pub use redactions::Redactions;
pub use snapshot::{ApiPolicy, Exception, Mode, Snapshot};
