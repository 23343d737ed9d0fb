//! An operation without a security requirement, neither its own nor one at the root.

use super::{common, purpose};
use crate::hit::Applies;
use crate::index::{Index, Operation};
use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule, Why};
use crate::run::Sink;
use palisade_document::quote;
use palisade_finding::Severity;

/// SAN001.
pub static RULE: Rule = Rule {
    id: "SAN001",
    name: "operation-without-security",
    severity: Severity::Critical,
    profile: Profile::Minimal,
    direction: Direction::Both,
    category: "authentication",
    part: Part::Security,
    invalid: false,
    owasp: &["API2:2023", "API5:2023"],
    cwe: &["CWE-306"],
    aliases: &[
        "owasp:api2:2023-write-restricted",
        "owasp:api2:2023-read-restricted",
        "owasp-protection-global-unsafe",
        "owasp-protection-global-unsafe-strict",
        "owasp-protection-global-safe",
        "operation-security",
        "v3-operation-security",
    ],
    what: "An operation without a security requirement, neither its own nor one at the root. Medium where it is \
        public by its nature (sign-in, sign-up, the home page, a check of health), and where the contract declares \
        no scheme at all and the operation only reads.",
    why: "Without a requirement nothing says that a caller must show who they are: gateways and generated \
        servers let everybody in.",
    fix: "Add `security` to the operation, or once at the root. An operation that is meant to be public says \
        so with `security: []`, a whole contract with `x-palisade-public` and a reason at its root.",
    bad: include_str!("../../../tests/fixtures/SAN001/bad.yaml"),
    good: include_str!("../../../tests/fixtures/SAN001/good.yaml"),
    references: &["https://owasp.org/API-Security/editions/2023/en/0xa2-broken-authentication/"],
    mend: Remedy::Hand(Why::Intent),
    check: Check::Operation(check),
};

fn check(index: &Index<'_>, operation: &Operation<'_>, sink: &mut Sink<'_>) {
    if operation.security.is_some() || operation.outgoing {
        return;
    }
    let label = operation.label();
    let public = purpose::for_everybody(operation);
    let end = if public { "; if it is meant to be public, say `security: []`" } else { "" };
    let message = format!("{} has no security requirement, its own or the contract's{end}", quote(&label));
    if let Some(hit) = sink.at_key(operation.node, message, Applies::Operations(vec![operation.at])) {
        hit.operation(label);
        // Another rule has said that no operation can ask for a credential.
        if public || !common::declares_schemes(index) && purpose::reads(operation) {
            hit.severity(Severity::Medium);
        }
    }
}
