//! An operation of Swagger 2.0 that takes a body and no `consumes` says of which media type, its own or the
//! contract's.

use super::common;
use crate::hit::Applies;
use crate::index::{Index, Operation, Version};
use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule, Why};
use crate::run::Sink;
use palisade_document::quote;
use palisade_finding::Severity;

/// PAL-SEC050.
pub static RULE: Rule = Rule {
    id: "PAL-SEC050",
    name: "body-of-any-media-type",
    severity: Severity::Low,
    profile: Profile::Recommended,
    direction: Direction::Both,
    category: "transport",
    part: Part::Security,
    invalid: false,
    owasp: &["API8:2023"],
    cwe: &["CWE-436", "CWE-20"],
    aliases: &["operation-consumes"],
    what: "An operation of Swagger 2.0 that takes a body and no `consumes` says of which media type, its own or \
        the contract's.",
    why: "Whatever parsers the framework has are open to callers: a JSON endpoint that also reads XML brings \
        entity expansion and file disclosure with it.",
    fix: "Add `consumes` to the operation or to the root.",
    bad: include_str!("../../../tests/fixtures/PAL-SEC050/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-SEC050/good.yaml"),
    references: &["https://owasp.org/API-Security/editions/2023/en/0xa8-security-misconfiguration/"],
    mend: Remedy::Hand(Why::Api),
    check: Check::Operation(check),
};

fn check(index: &Index<'_>, operation: &Operation<'_>, sink: &mut Sink<'_>) {
    if index.version != Version::V2 || operation.outgoing || index.root().get("consumes").is_some() {
        return;
    }
    let body = common::parameters(index, operation).any(|parameter| matches!(parameter.place, "body" | "formData"));
    if body && operation.node.get("consumes").is_none() {
        let label = operation.label();
        let message = format!("{} takes a body of any media type", quote(&label));
        if let Some(hit) = sink.at_key(operation.node, message, Applies::Operations(vec![operation.at])) {
            hit.operation(label);
        }
    }
}
