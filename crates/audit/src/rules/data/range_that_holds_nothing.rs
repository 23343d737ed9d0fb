//! A lower limit above the upper limit.

use crate::hit::Applies;
use crate::index::{Index, Schema};
use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule, Why};
use crate::run::Sink;
use palisade_document::KeyMask;
use palisade_finding::Severity;

/// PAL-DAT009.
pub static RULE: Rule = Rule {
    id: "PAL-DAT009",
    name: "range-that-holds-nothing",
    severity: Severity::Medium,
    profile: Profile::Recommended,
    direction: Direction::Both,
    category: "data-validation",
    part: Part::None,
    invalid: true,
    owasp: &["API8:2023"],
    cwe: &["CWE-1286"],
    aliases: &["v3-validation-property-greater", "validation-property-greater"],
    what: "A lower limit above the upper limit.",
    why: "No value can pass. Whoever enforces the contract blocks the operation, whoever does not has no limit \
        at all.",
    fix: "Correct one of the two.",
    bad: include_str!("../../../tests/fixtures/PAL-DAT009/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-DAT009/good.yaml"),
    references: &["https://spec.openapis.org/oas/v3.0.3#schema-object"],
    mend: Remedy::Hand(Why::Intent),
    check: Check::SchemaAlone(check),
};

/// Keys of lower ends.
const LOW: KeyMask = KeyMask::of(&["minimum", "minLength", "minItems", "minProperties"]);

fn check(_: &Index<'_>, schema: &Schema<'_>, sink: &mut Sink<'_>) {
    if !LOW.may_be_in(schema.node) {
        return;
    }
    for (low, high) in [
        ("minimum", "maximum"),
        ("minLength", "maxLength"),
        ("minItems", "maxItems"),
        ("minProperties", "maxProperties"),
    ] {
        let (Some(from), Some(to)) = (schema.node.get(low), schema.node.get(high)) else { continue };
        if from.as_f64().zip(to.as_f64()).is_some_and(|(from, to)| from > to) {
            sink.at(from, format!("{low} is larger than {high}: no value passes"), Applies::Nothing);
        }
    }
}
