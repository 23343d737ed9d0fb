//! An operation of Swagger 2.0 that answers with a body and no `produces` says of which media type, its own or
//! the contract's.

use crate::hit::Applies;
use crate::index::{Index, Operation, Version};
use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule, Why};
use crate::run::Sink;
use palisade_document::quote;
use palisade_finding::Severity;

/// PAL-SEC051.
pub static RULE: Rule = Rule {
    id: "PAL-SEC051",
    name: "answer-of-any-media-type",
    severity: Severity::Low,
    profile: Profile::Recommended,
    direction: Direction::Both,
    category: "transport",
    part: Part::Security,
    invalid: false,
    owasp: &["API8:2023"],
    cwe: &["CWE-436", "CWE-116"],
    aliases: &["operation-produces"],
    what: "An operation of Swagger 2.0 that answers with a body and no `produces` says of which media type, its \
        own or the contract's.",
    why: "Nobody can check what leaves the API: an answer that a browser takes for HTML runs what an attacker \
        put into it.",
    fix: "Add `produces` to the operation or to the root.",
    bad: include_str!("../../../tests/fixtures/PAL-SEC051/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-SEC051/good.yaml"),
    references: &["https://owasp.org/API-Security/editions/2023/en/0xa8-security-misconfiguration/"],
    mend: Remedy::Hand(Why::Api),
    check: Check::Operation(check),
};

fn check(index: &Index<'_>, operation: &Operation<'_>, sink: &mut Sink<'_>) {
    if index.version != Version::V2 || operation.outgoing || index.root().get("produces").is_some() {
        return;
    }
    let mut responses = operation.responses.iter().filter_map(|(_, found)| index.responses.get(*found));
    if responses.any(|response| !response.schemas.is_empty()) && operation.node.get("produces").is_none() {
        let label = operation.label();
        let message = format!("{} answers with a body of any media type", quote(&label));
        if let Some(hit) = sink.at_key(operation.node, message, Applies::Operations(vec![operation.at])) {
            hit.operation(label);
        }
    }
}
