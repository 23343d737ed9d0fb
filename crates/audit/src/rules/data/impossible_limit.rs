//! A step of numbers that is no step.

use crate::hit::Applies;
use crate::index::{Index, Schema};
use crate::mend::without_effect;
use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule};
use crate::run::Sink;
use palisade_finding::Severity;

/// PAL-DAT030.
pub static RULE: Rule = Rule {
    id: "PAL-DAT030",
    name: "impossible-limit",
    severity: Severity::Medium,
    profile: Profile::Recommended,
    direction: Direction::Both,
    category: "data-validation",
    part: Part::None,
    invalid: true,
    owasp: &["API8:2023"],
    cwe: &["CWE-20"],
    aliases: &[],
    what: "A `multipleOf` that is not above zero.",
    why: "No validator can apply it: some refuse the contract, others ignore the limit.",
    fix: "Use a number above 0, or remove it.",
    bad: include_str!("../../../tests/fixtures/PAL-DAT030/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-DAT030/good.yaml"),
    references: &["https://spec.openapis.org/oas/v3.1.1#schema-object"],
    mend: Remedy::Safe(without_effect),
    check: Check::SchemaAlone(check),
};

fn check(_: &Index<'_>, schema: &Schema<'_>, sink: &mut Sink<'_>) {
    if let Some(node) = schema.node.get("multipleOf")
        && node.as_f64().is_some_and(|value| value <= 0.0)
    {
        sink.at(node, "multipleOf must be above 0".to_owned(), Applies::Nothing);
    }
}
