//! A schema without `type` or anything else that limits its value.

use crate::hit::Applies;
use crate::index::{Index, Schema, Version};
use crate::mend::{Mended, Spot, add};
use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule};
use crate::rules::help;
use crate::run::Sink;
use palisade_document::NodeRef;
use palisade_finding::Severity;

/// PAL-DAT008.
pub static RULE: Rule = Rule {
    id: "PAL-DAT008",
    name: "schema-without-type",
    severity: Severity::Low,
    profile: Profile::Recommended,
    direction: Direction::Both,
    category: "data-validation",
    part: Part::Data,
    invalid: false,
    owasp: &["API8:2023"],
    cwe: &["CWE-20"],
    aliases: &[
        "oas-missing-type",
        "schema-notype",
        "schema-request-notype",
        "schema-response-notype",
        "v3-schema-notype",
        "v3-schema-request-notype",
        "v3-schema-response-notype",
        "parameter-array-items-notype",
        "response-header-array-items-notype",
        "schema-array-items-notype",
        "v3-schema-array-items-notype",
        "schema-empty",
        "v3-schema-empty",
    ],
    what: "A schema without `type` or anything else that limits its value.",
    why: "Any value passes: text where a number is meant, an object where a text is meant.",
    fix: "Set `type`, and the limits that belong to it.",
    bad: include_str!("../../../tests/fixtures/PAL-DAT008/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-DAT008/good.yaml"),
    references: &["https://spec.openapis.org/oas/v3.0.3#schema-object"],
    mend: Remedy::Unsafe(mend),
    check: Check::SchemaAlone(check),
};

fn check(index: &Index<'_>, schema: &Schema<'_>, sink: &mut Sink<'_>) {
    let node = schema.node;
    let says = [
        "type",
        "allOf",
        "oneOf",
        "anyOf",
        "not",
        "if",
        "enum",
        "const",
        "properties",
        "additionalProperties",
        "patternProperties",
        "items",
        "prefixItems",
        "required",
        "$dynamicRef",
        "$recursiveRef",
        "then",
        "else",
        "contains",
        "propertyNames",
        "dependentSchemas",
        "schema",
        "content",
        "unevaluatedProperties",
    ];
    // The schema of a header or parameter in Swagger 2.0 is the object itself; a body's is judged on its own.
    if schema.part
        || says.iter().any(|key| node.get(key).is_some())
        || node.get("in").is_some() && index.version != Version::V2
    {
        return;
    }
    sink.at_key(
        node,
        || format!("{} has no type: any value passes", help::called(schema)),
        Applies::Schema(schema.at, 1.0),
    );
}

/// Sets the type that the limits belong to.
fn mend<'a>(index: &Index<'a>, spot: &Spot<'a>) -> Option<Mended> {
    let schema = spot.node;
    let any = |keys: &[&str]| keys.iter().any(|key| schema.get(key).is_some());
    let format = schema.get("format").and_then(NodeRef::as_str).unwrap_or_default();
    let words: Vec<&str> = [
        ("string", any(&["minLength", "maxLength", "pattern"]) || help::shaped(schema)),
        ("integer", matches!(format, "int32" | "int64")),
        ("number", matches!(format, "float" | "double")),
        ("array", any(&["minItems", "maxItems", "uniqueItems"])),
        ("object", any(&["minProperties", "maxProperties"])),
    ]
    .into_iter()
    .filter_map(|(word, meant)| meant.then_some(word))
    .collect();
    let [word] = words.as_slice() else { return None };
    Mended::risky(format!("set type to {word}"), add(index, schema, &["title"], "type", &(*word).into())?)
}
