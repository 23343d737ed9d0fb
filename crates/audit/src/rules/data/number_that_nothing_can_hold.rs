//! A limit that neither a 64-bit integer nor a double can represent.

use crate::hit::Applies;
use crate::index::{Index, Schema};
use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule, Why};
use crate::rules::help;
use crate::run::Sink;
use palisade_document::{KeyMask, Kind};
use palisade_finding::Severity;

/// PAL-DAT010.
pub static RULE: Rule = Rule {
    id: "PAL-DAT010",
    name: "number-that-nothing-can-hold",
    severity: Severity::Low,
    profile: Profile::Recommended,
    direction: Direction::Both,
    category: "data-validation",
    part: Part::None,
    invalid: false,
    owasp: &["API8:2023"],
    cwe: &["CWE-190", "CWE-681"],
    aliases: &["v3-validation-property-overflow", "validation-property-overflow"],
    what: "A limit that neither a 64-bit integer nor a double can represent.",
    why: "Each implementation rounds it, or reads it as infinite, in its own way: the limit is not the same \
        everywhere.",
    fix: "Use a limit that the number type of the value can hold.",
    bad: include_str!("../../../tests/fixtures/PAL-DAT010/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-DAT010/good.yaml"),
    references: &["https://spec.openapis.org/oas/v3.0.3#data-types"],
    mend: Remedy::Hand(Why::Intent),
    check: Check::SchemaAlone(check),
};

/// What limits by a number.
const KEYS: [&str; 9] = [
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "maxLength",
    "minLength",
    "maxItems",
    "minItems",
];
const LIMITS: KeyMask = KeyMask::of(&KEYS);

fn check(_: &Index<'_>, schema: &Schema<'_>, sink: &mut Sink<'_>) {
    if !LIMITS.may_be_in(schema.node) {
        return;
    }
    let integer = help::types(schema.node).contains(&"integer");
    for key in KEYS {
        let Some(node) = schema.node.get(key).filter(|node| node.kind() == Kind::Number) else { continue };
        let whole = node.number_text().is_some_and(|text| !text.contains(['.', 'e', 'E']));
        let fits = match node.as_f64() {
            None => false,
            Some(_) if integer && whole => node.as_i64().is_some() || node.as_u64().is_some(),
            Some(_) => true,
        };
        if !fits {
            sink.at(node, format!("{key} is larger than common number types can hold"), Applies::Nothing);
        }
    }
}
