//! A `nullable` that allows nothing.

use crate::engine::{Applies, Sink};
use crate::index::{Index, Schema, Version};
use crate::rule::{Check, Part, Rule};
use palisade_finding::Severity;

/// PAL-DAT041.
pub static RULE: Rule = Rule {
    id: "PAL-DAT041",
    name: "nullable-without-effect",
    severity: Severity::Low,
    category: "data-validation",
    part: Part::None,
    invalid: false,
    owasp: &["API8:2023"],
    cwe: &["CWE-476", "CWE-1286"],
    aliases: &["nullable-type-sibling"],
    what: "A `nullable: true` since OpenAPI 3.1, which has no such keyword, or in 3.0 in a schema without \
        `type`, where it says nothing.",
    why: "Null is refused although the contract seems to allow it, by some tools and not by others.",
    fix: "Since 3.1 add `\"null\"` to `type`; in 3.0 write `type` beside `nullable`.",
    bad: include_str!("../../../tests/fixtures/PAL-DAT041/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-DAT041/good.yaml"),
    references: &["https://spec.openapis.org/oas/v3.1.1#schema-object"],
    mend: None,
    check: Check::Schema(check),
};

fn check(index: &Index<'_>, schema: &Schema<'_>, sink: &mut Sink<'_>) {
    let Some(node) = schema.node.get("nullable").filter(|node| node.as_bool() == Some(true)) else { return };
    let message = match index.version {
        Version::V31 => "nullable is no keyword since OpenAPI 3.1: null is not allowed by it",
        // Beside a composition it is a common way to write "this or null".
        Version::V30
            if !["type", "allOf", "anyOf", "oneOf", "$ref", "enum"]
                .iter()
                .any(|key| schema.node.get(key).is_some()) =>
        {
            "nullable without type says nothing"
        }
        _ => return,
    };
    sink.at_key(node, message.to_owned(), Applies::Nothing);
}
