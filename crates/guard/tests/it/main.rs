//! Decisions as a driver sees them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]
#![allow(clippy::type_complexity, reason = "tables of cases")]

mod answers;
mod attack;
mod callers;
mod decisions;
#[path = "../../../../fuzz/src/guard.rs"]
mod fuzz;
mod generated;
mod hostile;
mod identity;
mod parameters;
mod policy;
mod profile;
mod replayed;
mod seeds;
mod signer;

use palisade_exchange::{HeadersView, RequestView};
use palisade_guard::{ApiPolicy, Decision, Delivery, Facts, Mode, Policy, Progress};

pub(crate) fn api(contract: &str, mode: Mode) -> ApiPolicy {
    ApiPolicy {
        id: "shop".to_owned(),
        name: "shop".to_owned(),
        hosts: Vec::new(),
        base_path: "/".to_owned(),
        upstreams: vec!["http://127.0.0.1:1".to_owned()],
        upstream_ca: None,
        delivery: Delivery::default(),
        mode,
        contract: Some(contract.to_owned()),
        observe_operations: Vec::new(),
        exceptions: Vec::new(),
        protection: palisade_guard::Protection::default(),
    }
}

pub(crate) fn compile(api: &ApiPolicy) -> Policy {
    let (policy, findings) = Policy::compile(api);
    assert_eq!(findings, [], "{:?}", api.contract);
    policy
}

/// `METHOD path?query`, header lines, body: through head and body as a gateway does it.
pub(crate) fn send(policy: &Policy, line: &str, headers: &[(&str, &str)], body: &str) -> Decision {
    let (method, target) = line.split_once(' ').expect("method and target");
    let (path, query) = match target.split_once('?') {
        Some((path, query)) => (path, Some(query)),
        None => (target, None),
    };
    let length = body.len().to_string();
    let mut fields: Vec<(&str, &[u8])> = headers.iter().map(|(name, value)| (*name, value.as_bytes())).collect();
    if !body.is_empty() {
        fields.push(("Content-Length", length.as_bytes()));
    }
    let headers = HeadersView(&fields);
    let request = RequestView { method, host: "shop.test", path, query, headers, client: None };
    ask(policy, &request, body.as_bytes(), false).1
}

/// What a request's head leads to, and the decision on the whole of it. `truncated`: the body goes on.
pub(crate) fn ask(policy: &Policy, request: &RequestView<'_>, body: &[u8], truncated: bool) -> (Progress, Decision) {
    let mut inquiry = policy.inquire(Facts::default());
    let head = inquiry.head(request);
    if let Progress::Body { limit } = head {
        inquiry.body(request, body, truncated || body.len() as u64 > limit);
    }
    (head, inquiry.decision())
}

/// The errors as `in name pointer code` lines.
pub(crate) fn lines(decision: &Decision) -> Vec<String> {
    decision
        .errors
        .iter()
        .map(|error| format!("{} {} {} {}", error.location, error.name, error.pointer, error.code))
        .collect()
}
