//! A limit that is no possible limit.

use crate::engine::{Applies, Sink};
use crate::index::{Index, Schema};
use crate::rule::{Check, Part, Rule};
use crate::rules::help;
use palisade_finding::Severity;

/// PAL-DAT030.
pub static RULE: Rule = Rule {
    id: "PAL-DAT030",
    name: "impossible-limit",
    severity: Severity::Medium,
    category: "data-validation",
    part: Part::None,
    invalid: true,
    owasp: &["API8:2023"],
    cwe: &["CWE-20"],
    aliases: &[
        "validation-property-integer",
        "v3-validation-property-integer",
        "validation-property-integer-positive",
        "v3-validation-property-integer-positive",
    ],
    what: "A length or count that is negative or has a fraction, or a `multipleOf` that is not above zero.",
    why: "No validator can apply it: some refuse the contract, others ignore the limit.",
    fix: "Use a whole number from 0 for lengths and counts, and a number above 0 for `multipleOf`.",
    bad: include_str!("../../../tests/fixtures/PAL-DAT030/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-DAT030/good.yaml"),
    references: &["https://spec.openapis.org/oas/v3.1.1#schema-object"],
    mend: None,
    check: Check::Schema(check),
};

const COUNTS: [&str; 8] =
    ["minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties", "minContains", "maxContains"];

fn check(_: &Index<'_>, schema: &Schema<'_>, sink: &mut Sink<'_>) {
    for key in COUNTS {
        let Some(node) = schema.node.get(key) else { continue };
        if node.as_f64().is_some_and(|value| value < 0.0 || value.fract() != 0.0) {
            let text = node.number_text().unwrap_or_default();
            sink.at(
                node,
                format!("{key} is {}: a count is a whole number from 0", help::shown(text)),
                Applies::Nothing,
            );
        }
    }
    if let Some(node) = schema.node.get("multipleOf")
        && node.as_f64().is_some_and(|value| value <= 0.0)
    {
        sink.at(node, "multipleOf must be above 0".to_owned(), Applies::Nothing);
    }
}
