//! An exclusive limit in the form of another version.

use crate::hit::Applies;
use crate::index::{Index, Schema, Version};
use crate::mend::{Mended, Spot, add, remove, value, without_effect};
use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule};
use crate::run::Sink;
use palisade_document::Kind;
use palisade_finding::Severity;
use serde_json::json;

/// PAL-DAT029.
pub static RULE: Rule = Rule {
    id: "PAL-DAT029",
    name: "exclusive-limit-without-effect",
    severity: Severity::Medium,
    profile: Profile::Recommended,
    direction: Direction::Both,
    category: "data-validation",
    part: Part::None,
    invalid: true,
    owasp: &["API8:2023"],
    cwe: &["CWE-20"],
    aliases: &["validation-property-dependency-unsatisfied", "v3-validation-property-dependency-unsatisfied"],
    what: "An `exclusiveMinimum` or `exclusiveMaximum` in the form of another version: a number before OpenAPI \
        3.1, a boolean since; or a boolean without the limit that it belongs to.",
    why: "Validators ignore it or refuse the contract. The limit that was meant does not hold.",
    fix: "Before 3.1 write `minimum: 0` and `exclusiveMinimum: true`; since 3.1 `exclusiveMinimum: 0`.",
    bad: include_str!("../../../tests/fixtures/PAL-DAT029/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-DAT029/good.yaml"),
    references: &["https://spec.openapis.org/oas/v3.1.1#schema-object"],
    mend: Remedy::Partly(mend),
    check: Check::SchemaAlone(check),
};

fn check(index: &Index<'_>, schema: &Schema<'_>, sink: &mut Sink<'_>) {
    for (key, limit) in [("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")] {
        let Some(node) = schema.node.get(key) else { continue };
        let message = match (node.kind(), index.version) {
            (Kind::Bool, Version::V31) => {
                format!("{key} is a number since OpenAPI 3.1: as a boolean it limits nothing")
            }
            (Kind::Number, Version::V2 | Version::V30) => {
                format!("{key} is a boolean before OpenAPI 3.1: as a number it limits nothing")
            }
            (Kind::Bool, _) if node.as_bool() == Some(true) && schema.node.get(limit).is_none() => {
                format!("{key} without {limit} limits nothing")
            }
            _ => continue,
        };
        sink.at(node, message, Applies::Nothing);
    }
}

/// Writes the limit in the form of the contract's version; takes out a flag that limits nothing.
fn mend<'a>(index: &Index<'a>, spot: &Spot<'a>) -> Option<Mended> {
    let (key, schema) = (spot.node.key()?, spot.node.parent()?);
    let limit = if key == "exclusiveMinimum" { "minimum" } else { "maximum" };
    let other = schema.get(limit);
    match (spot.node.kind(), other) {
        (Kind::Bool, Some(other)) if spot.node.as_bool() == Some(true) && other.kind() == Kind::Number => {
            let mut edits = index.editor().replace_scalar(spot.node, &value(other)?).ok()?;
            edits.extend(remove(index, schema, &[limit])?);
            Mended::risky(format!("write {key} as a number"), edits)
        }
        (Kind::Bool, _) => without_effect(index, spot),
        (Kind::Number, None) => {
            let mut edits = index.editor().replace_scalar(spot.node, &json!(true)).ok()?;
            edits.extend(add(index, schema, &["type"], limit, &value(spot.node)?)?);
            Mended::risky(format!("write {limit}, and {key} as a flag"), edits)
        }
        _ => None,
    }
}
