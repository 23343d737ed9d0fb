//! A POST that moves money (payment, refund, transfer, order) and takes no key by which the server can tell a
//! repetition.

use super::common;
use super::common::{Flow, Plain};
use crate::hit::Applies;
use crate::index::{Index, Operation};
use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule, Why};
use crate::run::Sink;
use palisade_document::{NodeRef, quote, refs};
use palisade_finding::Severity;

/// PAL-SEC065.
pub static RULE: Rule = Rule {
    id: "PAL-SEC065",
    name: "payment-without-idempotency-key",
    severity: Severity::Low,
    profile: Profile::Recommended,
    direction: Direction::Both,
    category: "authorization",
    part: Part::None,
    invalid: false,
    owasp: &["API6:2023"],
    cwe: &["CWE-837", "CWE-799"],
    aliases: &[],
    what: "A POST that moves money (payment, refund, transfer, order) and takes no key by which the server can \
        tell a repetition.",
    why: "When the answer is lost the client sends the request again, and the customer pays twice. Attackers \
        do the same on purpose (replay).",
    fix: "Take a header `Idempotency-Key` (or a member for it), and answer a repeated key with the first \
        answer.",
    bad: include_str!("../../../tests/fixtures/PAL-SEC065/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-SEC065/good.yaml"),
    references: &[
        "https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/",
        "https://owasp.org/API-Security/editions/2023/en/0xa6-unrestricted-access-to-sensitive-business-flows/",
    ],
    mend: Remedy::Hand(Why::Api),
    check: Check::Operation(check),
};

fn check(index: &Index<'_>, operation: &Operation<'_>, sink: &mut Sink<'_>) {
    let Some(Flow::Money(what)) = common::flow(operation) else { return };
    if common::parameters(index, operation).any(|parameter| key(parameter.name)) {
        return;
    }
    for body in &operation.bodies {
        let Ok(schema) = refs::follow(*body) else { continue };
        let parts = schema.get("allOf").into_iter().flat_map(NodeRef::items).filter_map(|part| refs::follow(part).ok());
        let mut members = parts.chain([schema]).filter_map(|part| part.get("properties")).flat_map(NodeRef::members);
        if members.any(|member| key(member.key)) {
            return;
        }
    }
    let label = operation.label();
    let message = format!("{} ({what}) cannot tell a repetition: it takes no idempotency key", quote(&label));
    if let Some(hit) = sink.at_key(operation.node, message, Applies::Nothing) {
        hit.operation(label);
    }
}

/// Whether a name is that of a key for repetitions.
fn key(name: &str) -> bool {
    let Some(plain) = Plain::of(name) else { return false };
    let plain = plain.as_str();
    plain.contains("idempoten")
        || matches!(
            plain,
            "requestid"
                | "xrequestid"
                | "transactionid"
                | "clienttoken"
                | "nonce"
                | "clientreference"
                | "referenceid"
                | "externalid"
                | "clientorderid"
                | "deduplicationid"
                | "clientrequestid"
                | "merchantreference"
        )
}
