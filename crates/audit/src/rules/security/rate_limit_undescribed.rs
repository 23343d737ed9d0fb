//! Operations whose answers describe no header that tells callers about their limit, such as `RateLimit` or
//! `X-RateLimit-Remaining`. One finding for a contract, with their number.

use super::common;
use crate::hit::Applies;
use crate::index::Index;
use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule, Why};
use crate::run::Sink;
use palisade_finding::Severity;

/// PAL-SEC061.
pub static RULE: Rule = Rule {
    id: "PAL-SEC061",
    name: "rate-limit-undescribed",
    severity: Severity::Info,
    profile: Profile::Strict,
    direction: Direction::Both,
    category: "responses",
    part: Part::None,
    invalid: false,
    owasp: &["API4:2023"],
    cwe: &["CWE-770", "CWE-799"],
    aliases: &["owasp:api4:2023-rate-limit", "owasp-rate-limit"],
    what: "Operations whose answers describe no header that tells callers about their limit, such as \
        `RateLimit` or `X-RateLimit-Remaining`. One finding for a contract, with their number.",
    why: "Either there is no limit, or clients find out by running into it. A gateway may well enforce one; \
        then the contract should say so.",
    fix: "Describe the headers on success answers, shared through `components.headers`, and enforce a limit.",
    bad: include_str!("../../../tests/fixtures/PAL-SEC061/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-SEC061/good.yaml"),
    references: &[
        "https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/",
        "https://owasp.org/API-Security/editions/2023/en/0xa4-unrestricted-resource-consumption/",
    ],
    mend: Remedy::Hand(Why::Api),
    check: Check::Contract(check),
};

fn check(index: &Index<'_>, sink: &mut Sink<'_>) {
    let served = || index.operations.iter().filter(|operation| !operation.outgoing);
    let mut lacking = served().filter(|operation| {
        !operation.responses.is_empty() && !common::describes_header(index, operation, common::limit_header)
    });
    let Some(first) = lacking.next() else { return };
    let (count, all) = (1 + lacking.count(), served().count());
    let message = format!("{count} of {} tell callers nothing about a rate limit", common::operations(all));
    sink.at_key(first.node, message, Applies::Nothing);
}
