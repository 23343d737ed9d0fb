//! An operation that changes something (POST, PUT, PATCH or DELETE) and lets callers without a credential in, by
//! `security: []` or `{}` among the alternatives. Operations that a caller needs to get a credential, and
//! searches, are left out.

use super::purpose;
use super::security_switched_off;
use crate::hit::Applies;
use crate::index::{Index, Operation};
use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule, Why};
use crate::run::Sink;
use palisade_document::quote;
use palisade_finding::Severity;

/// PAL-SEC047.
pub static RULE: Rule = Rule {
    id: "PAL-SEC047",
    name: "public-write",
    severity: Severity::High,
    profile: Profile::Minimal,
    direction: Direction::Both,
    category: "authentication",
    part: Part::Security,
    invalid: false,
    owasp: &["API2:2023", "API5:2023"],
    cwe: &["CWE-306", "CWE-862"],
    aliases: &[
        "owasp:api2:2023-write-restricted",
        "owasp-protection-global-unsafe",
        "owasp-protection-global-unsafe-strict",
    ],
    what: "An operation that changes something (POST, PUT, PATCH or DELETE) and lets callers without a \
        credential in, by `security: []` or `{}` among the alternatives. Operations that a caller needs to \
        get a credential, and searches, are left out.",
    why: "Anybody can change or delete what the operation reaches, as often as they like, and no log says who \
        it was.",
    fix: "Require a scheme. If the operation is meant to be public, say so and limit it.",
    bad: include_str!("../../../tests/fixtures/PAL-SEC047/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-SEC047/good.yaml"),
    references: &["https://owasp.org/API-Security/editions/2023/en/0xa2-broken-authentication/"],
    mend: Remedy::Hand(Why::Intent),
    check: Check::Operation(check),
};

fn check(_: &Index<'_>, operation: &Operation<'_>, sink: &mut Sink<'_>) {
    let Some(how) = security_switched_off::open(operation).filter(|_| purpose::changes(operation)) else { return };
    let Some(list) = operation.security else { return };
    let label = operation.label();
    let message = format!("{} changes something and may be called without a credential: {how}", quote(&label));
    let node = if operation.own_security { list } else { operation.node };
    if let Some(hit) = sink.at_key(node, message, Applies::Operations(vec![operation.at])) {
        hit.operation(label);
    }
}
