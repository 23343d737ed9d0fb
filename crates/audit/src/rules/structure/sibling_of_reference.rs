//! A member beside `$ref`, before OpenAPI 3.1.

use crate::engine::{Applies, Sink};
use crate::index::{Index, Version};
use crate::rule::{Check, Part, Rule};
use palisade_document::quote;
use palisade_finding::Severity;

/// FST008.
pub static RULE: Rule = Rule {
    id: "FST008",
    name: "sibling-of-reference",
    severity: Severity::Info,
    category: "structure",
    part: Part::None,
    invalid: false,
    owasp: &["API9:2023"],
    cwe: &["CWE-1059"],
    aliases: &["no-$ref-siblings", "oas3-no-$ref-siblings"],
    what: "A member beside `$ref`, before OpenAPI 3.1.",
    why: "It is ignored: a limit written there limits nothing.",
    fix: "Move it into the schema referred to, or put the reference into an `allOf`.",
    bad: include_str!("../../../tests/fixtures/FST008/bad.yaml"),
    good: include_str!("../../../tests/fixtures/FST008/good.yaml"),
    references: &["https://spec.openapis.org/oas/v3.0.3#reference-object"],
    mend: None,
    check: Check::Contract(check),
};

fn check(index: &Index<'_>, sink: &mut Sink<'_>) {
    for node in index.refs.values() {
        // Since 3.1 a schema may say more beside its reference, and every other object a summary and a description.
        let mut others = node.members().filter(|member| member.key != "$ref" && !member.key.starts_with("x-"));
        if index.version == Version::V31 {
            continue;
        }
        // A path item's siblings are undefined rather than ignored; its reference is the usual place for both.
        if let Some(other) = others.next() {
            let message = format!("{} stands beside $ref and is ignored", quote(other.key));
            sink.at_key(*node, message, Applies::Nothing);
        }
    }
}
