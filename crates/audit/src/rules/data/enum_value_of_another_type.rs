//! A listed value that is not of the declared type.

use crate::engine::{Applies, Sink};
use crate::index::{Index, Schema};
use crate::rule::{Check, Part, Rule};
use crate::rules::{help, shape};
use palisade_document::{Kind, NodeRef};
use palisade_finding::Severity;

/// PAL-DAT026.
pub static RULE: Rule = Rule {
    id: "PAL-DAT026",
    name: "enum-value-of-another-type",
    severity: Severity::Medium,
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
    mend: None,
    check: Check::Schema(check),
};

fn check(index: &Index<'_>, schema: &Schema<'_>, sink: &mut Sink<'_>) {
    let list = schema.node.get("enum").into_iter().flat_map(NodeRef::items).chain(schema.node.get("const"));
    // All of one list are of one declared type, and nearly always they are texts.
    let texts = shape::is(schema.node, "string");
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
