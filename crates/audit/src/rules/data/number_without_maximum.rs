//! A number without `maximum`.

use crate::engine::{Applies, Sink};
use crate::index::{Index, Schema};
use crate::rule::{Check, Part, Rule};
use crate::rules::help;
use palisade_finding::Severity;

/// TDT004.
pub static RULE: Rule = Rule {
    id: "TDT004",
    name: "number-without-maximum",
    severity: Severity::Medium,
    category: "data-validation",
    part: Part::Data,
    invalid: false,
    owasp: &["API4:2023"],
    cwe: &["CWE-20", "CWE-190", "CWE-770"],
    aliases: &[
        "owasp:api4:2023-integer-limit",
        "owasp:api4:2023-integer-limit-legacy",
        "owasp-integer-limit",
        "v3-schema-numerical-max",
    ],
    what: "A number without `maximum`.",
    why: "Any number passes: sizes, counts and prices that were never thought of reach the code.",
    fix: "Set `maximum` (since 3.1 also `exclusiveMaximum`).",
    bad: include_str!("../../../tests/fixtures/TDT004/bad.yaml"),
    good: include_str!("../../../tests/fixtures/TDT004/good.yaml"),
    references: &["https://owasp.org/API-Security/editions/2023/en/0xa4-unrestricted-resource-consumption/"],
    mend: None,
    check: Check::Schema(check),
};

fn check(_: &Index<'_>, schema: &Schema<'_>, sink: &mut Sink<'_>) {
    let node = schema.node;
    if help::numeric(node)
        && !help::fixed(node)
        && node.get("maximum").is_none()
        && !help::number(node, "exclusiveMaximum")
    {
        sink.at_key(
            help::spot(node),
            || format!("{} is a number without maximum", help::called(schema)),
            Applies::Schema(schema.at, 0.4),
        );
    }
}
