//! A `nullable` that allows nothing.

use crate::hit::Applies;
use crate::index::{Index, Schema, Version};
use crate::mend::{Mended, Spot, remove, without_effect};
use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule};
use crate::rules::help;
use crate::run::Sink;
use palisade_finding::Severity;

/// PAL-DAT041.
pub static RULE: Rule = Rule {
    id: "PAL-DAT041",
    name: "nullable-without-effect",
    severity: Severity::Low,
    profile: Profile::Recommended,
    direction: Direction::Both,
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
    mend: Remedy::Partly(mend),
    check: Check::SchemaAlone(check),
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

/// Says by the type that null is allowed; takes out what says nothing.
fn mend<'a>(index: &Index<'a>, spot: &Spot<'a>) -> Option<Mended> {
    let schema = spot.node.parent()?;
    let others = ["allOf", "anyOf", "oneOf", "$ref", "enum", "const"];
    let Some(types) = schema.get("type") else {
        // Beside a composition it was meant to widen it, and that takes more than a word.
        return if others.iter().any(|key| schema.get(key).is_some()) { None } else { without_effect(index, spot) };
    };
    if help::types(schema).contains(&"null") {
        return without_effect(index, spot);
    }
    let mut edits = match types.is_array() {
        true => index.editor().insert_item(types, &"null".into()).ok()?,
        false => index.editor().list_scalar(types, "null").ok()?,
    };
    edits.extend(remove(index, schema, &["nullable"])?);
    Mended::risky("allow null by the type", edits)
}
