//! A list that must not be empty.

use crate::hit::Applies;
use crate::index::{Index, Schema, Version};
use crate::mend::{Mended, Spot, without_effect};
use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule};
use crate::run::Sink;
use palisade_document::KeyMask;
use palisade_finding::Severity;

/// PAL-STR045.
pub static RULE: Rule = Rule {
    id: "PAL-STR045",
    name: "empty-list",
    severity: Severity::Low,
    profile: Profile::Recommended,
    direction: Direction::Both,
    category: "structure",
    part: Part::None,
    invalid: false,
    owasp: &["API8:2023"],
    cwe: &["CWE-1286"],
    aliases: &["v3-validation-array-void"],
    what: "An empty `enum`, `allOf`, `anyOf` or `oneOf`; before OpenAPI 3.1 also an empty `required`.",
    why: "An empty list of values lets nothing pass; an empty composition says nothing. Tools refuse it or \
        ignore it, each in its own way.",
    fix: "Fill the list, or remove it.",
    bad: include_str!("../../../tests/fixtures/PAL-STR045/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-STR045/good.yaml"),
    references: &["https://spec.openapis.org/oas/v3.1.1#schema-object"],
    mend: Remedy::Safe(mend),
    check: Check::SchemaAlone(check),
};

/// Keywords that hold lists.
const LISTS: KeyMask = KeyMask::of(&["enum", "allOf", "anyOf", "oneOf", "required"]);

fn check(index: &Index<'_>, schema: &Schema<'_>, sink: &mut Sink<'_>) {
    if !LISTS.may_be_in(schema.node) {
        return;
    }
    for member in schema.node.members() {
        let list = match member.key {
            "enum" | "allOf" | "anyOf" | "oneOf" => true,
            "required" => index.version != Version::V31,
            _ => false,
        };
        if list && member.value.is_array() && member.value.is_empty() {
            sink.at_key(member.value, format!("{} is an empty list", member.key), Applies::Nothing);
        }
    }
}

/// Takes an empty list out that asks for nothing. Of an empty choice no value is one: there something is missing.
fn mend<'a>(index: &Index<'a>, spot: &Spot<'a>) -> Option<Mended> {
    match spot.node.key()? {
        "required" | "allOf" => without_effect(index, spot),
        _ => None,
    }
}
