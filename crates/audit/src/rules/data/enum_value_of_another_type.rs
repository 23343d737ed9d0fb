//! A listed value that is not of the declared type.

use crate::hit::Applies;
use crate::index::{Index, Schema};
use crate::mend::{Mended, Spot};
use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule};
use crate::rules::{help, shape};
use crate::run::Sink;
use palisade_document::{Kind, NodeRef};
use palisade_finding::Severity;
use palisade_schema::TypeSet;

/// PAL-DAT026.
pub static RULE: Rule = Rule {
    id: "PAL-DAT026",
    name: "enum-value-of-another-type",
    severity: Severity::Medium,
    profile: Profile::Recommended,
    direction: Direction::Both,
    category: "data-validation",
    part: Part::None,
    invalid: false,
    owasp: &["API8:2023"],
    cwe: &["CWE-1286", "CWE-704"],
    aliases: &[
        "typed-enum",
        "no-enum-type-mismatch",
        "semantic-header-enum-type-incompatible",
        "semantic-item-enum-type-incompatible",
        "semantic-parameter-enum-type-incompatible",
        "semantic-schema-enum-type-incompatible",
        "v3-semantic-schema-enum-type-incompatible",
        "validation-enum-entry-badvalue",
        "v3-validation-enum-entry-badvalue",
    ],
    what: "An entry of `enum` (or the value of `const`) whose type is not the one that the schema declares. In \
        YAML an unquoted `1` or `no` is no string.",
    why: "The value can never pass, or a tool that ignores the type lets it pass: both sides then disagree on \
        what is valid.",
    fix: "Give the entry the declared type: quote it in YAML, or correct `type`.",
    bad: include_str!("../../../tests/fixtures/PAL-DAT026/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-DAT026/good.yaml"),
    references: &["https://spec.openapis.org/oas/v3.1.1#schema-object"],
    mend: Remedy::Safe(mend),
    check: Check::SchemaAlone(check),
};

fn check(index: &Index<'_>, schema: &Schema<'_>, sink: &mut Sink<'_>) {
    let list = schema.node.get("enum").into_iter().flat_map(NodeRef::items).chain(schema.node.get("const"));
    // All of one list are of one declared type, and nearly always they are texts.
    let texts = schema.types.meets(TypeSet::STRING);
    for value in list.filter(|value| !(texts && value.kind() == Kind::String)) {
        if !shape::fits_type(index.version, schema.node, value) {
            let types = help::types(schema.node).join(", ");
            let message = format!(
                "a listed value of {} is {}, the type is {}",
                help::called(schema),
                shape::kind(value),
                help::shown(&types)
            );
            sink.at(value, message, Applies::Nothing);
        }
    }
}

/// Quotes a value that stands for a text, and takes the quotes from a number or flag.
fn mend<'a>(index: &Index<'a>, spot: &Spot<'a>) -> Option<Mended> {
    let value = spot.node;
    let list = value.parent()?;
    let schema = if value.key() == Some("const") { list } else { list.parent()? };
    let types = help::types(schema);
    let types: Vec<&str> = types.iter().copied().filter(|word| *word != "null").collect();
    let editor = index.editor();
    match (types.as_slice(), value.kind()) {
        (["string"], Kind::Number | Kind::Bool) => Mended::safe("put it into quotes", editor.quote_scalar(value).ok()?),
        (["integer" | "number"], Kind::String) => {
            let number: serde_json::Number = serde_json::from_str(value.as_str()?).ok()?;
            Mended::safe("take the quotes away", editor.replace_scalar(value, &number.into()).ok()?)
        }
        (["boolean"], Kind::String) => {
            let flag: bool = value.as_str()?.parse().ok()?;
            Mended::safe("take the quotes away", editor.replace_scalar(value, &flag.into()).ok()?)
        }
        _ => None,
    }
}
