//! A number without `minimum`.

use crate::engine::{Applies, Sink};
use crate::index::{Index, Schema};
use crate::rule::{Check, Part, Rule};
use crate::rules::help;
use palisade_finding::Severity;

/// TDT005.
pub static RULE: Rule = Rule {
    id: "TDT005",
    name: "number-without-minimum",
    severity: Severity::Medium,
    category: "data-validation",
    part: Part::Data,
    invalid: false,
    owasp: &["API4:2023"],
    cwe: &["CWE-20", "CWE-191"],
    aliases: &[
        "owasp:api4:2023-integer-limit",
        "owasp:api4:2023-integer-limit-legacy",
        "owasp-integer-limit",
        "v3-schema-numerical-min",
    ],
    what: "A number without `minimum`.",
    why: "Negative quantities and prices pass: a classic way to be paid for ordering.",
    fix: "Set `minimum` (since 3.1 also `exclusiveMinimum`).",
    bad: include_str!("../../../tests/fixtures/TDT005/bad.yaml"),
    good: include_str!("../../../tests/fixtures/TDT005/good.yaml"),
    references: &["https://owasp.org/API-Security/editions/2023/en/0xa4-unrestricted-resource-consumption/"],
    mend: None,
    check: Check::Schema(check),
};

fn check(_: &Index<'_>, schema: &Schema<'_>, sink: &mut Sink<'_>) {
    let node = schema.node;
    if help::numeric(node)
        && !help::fixed(node)
        && node.get("minimum").is_none()
        && !help::number(node, "exclusiveMinimum")
    {
        sink.at_key(
            help::spot(node),
            || format!("{} is a number without minimum", help::called(schema)),
            Applies::Schema(schema.at, 0.4),
        );
    }
}
