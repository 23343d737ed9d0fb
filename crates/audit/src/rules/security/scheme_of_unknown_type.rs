//! A security scheme whose type no version of the specification knows, required by an operation.

use super::common;
use crate::hit::Applies;
use crate::index::{Index, Scheme};
use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule, Why};
use crate::run::Sink;
use palisade_document::quote;
use palisade_finding::Severity;

/// PAL-SEC041.
pub static RULE: Rule = Rule {
    id: "PAL-SEC041",
    name: "scheme-of-unknown-type",
    severity: Severity::Medium,
    profile: Profile::Recommended,
    direction: Direction::Both,
    category: "authentication",
    part: Part::Security,
    invalid: false,
    owasp: &["API2:2023"],
    cwe: &["CWE-306", "CWE-1390"],
    aliases: &[],
    what: "A security scheme whose type no version of the specification knows, required by an operation.",
    why: "Tools that meet an unknown type skip it: gateways generated from the contract let every caller in.",
    fix: "Use `http`, `apiKey`, `oauth2`, `openIdConnect` or `mutualTLS` (2.0: `basic`, `apiKey`, `oauth2`), \
        and say in the description what is special.",
    bad: include_str!("../../../tests/fixtures/PAL-SEC041/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-SEC041/good.yaml"),
    references: &["https://spec.openapis.org/oas/v3.1.1.html#security-scheme-object"],
    mend: Remedy::Hand(Why::Api),
    check: Check::Scheme(check),
};

fn check(index: &Index<'_>, scheme: &Scheme<'_>, sink: &mut Sink<'_>) {
    let Some(named) = scheme.node.get("type") else { return };
    let Some(word) = named.as_str() else { return };
    let required = common::served(index, scheme);
    let known = ["http", "apiKey", "oauth2", "openIdConnect", "mutualTLS", "basic"];
    if known.contains(&word) || required.is_empty() {
        return;
    }
    let message = format!("scheme {} has the unknown type {}", quote(scheme.name), quote(word));
    sink.at(named, message, Applies::Operations(required));
}
