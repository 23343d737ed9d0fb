//! A limit for another type than the one declared.

use crate::engine::{Applies, Sink};
use crate::index::{Index, Schema};
use crate::rule::{Check, Part, Rule};
use crate::rules::help;
use palisade_finding::Severity;

/// PAL-DAT021.
pub static RULE: Rule = Rule {
    id: "PAL-DAT021",
    name: "keyword-of-another-type",
    severity: Severity::Low,
    category: "data-validation",
    part: Part::None,
    invalid: false,
    owasp: &["API8:2023"],
    cwe: &["CWE-20"],
    aliases: &[
        "warning-schema-property-improper",
        "v3-warning-schema-property-improper",
        "warning-header-property-improper",
        "warning-items-property-improper",
        "warning-parameter-property-improper",
        "validation-header-notarray-items",
        "validation-parameter-notarray-items",
        "validation-schema-notarray-items",
        "v3-validation-schema-notarray-items",
    ],
    what: "A limit that belongs to another type than the schema has, for example `maxLength` on an integer.",
    why: "Validators ignore it. Whoever wrote it believes that the value is limited, and it is not.",
    fix: "Use the limit of the declared type (`maximum` for numbers, `maxLength` for strings, `maxItems` for \
        arrays), or correct the type.",
    bad: include_str!("../../../tests/fixtures/PAL-DAT021/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-DAT021/good.yaml"),
    references: &[
        "https://spec.openapis.org/oas/v3.1.1#schema-object",
        "https://json-schema.org/understanding-json-schema/reference/regular_expressions",
    ],
    mend: None,
    check: Check::Schema(check),
};

/// Keywords and the types they limit.
const OWN: [(&str, &[&str]); 19] = [
    ("minLength", &["string"]),
    ("maxLength", &["string"]),
    ("pattern", &["string"]),
    ("minimum", &["number", "integer"]),
    ("maximum", &["number", "integer"]),
    ("exclusiveMinimum", &["number", "integer"]),
    ("exclusiveMaximum", &["number", "integer"]),
    ("multipleOf", &["number", "integer"]),
    ("items", &["array"]),
    ("prefixItems", &["array"]),
    ("contains", &["array"]),
    ("minItems", &["array"]),
    ("maxItems", &["array"]),
    ("properties", &["object"]),
    ("patternProperties", &["object"]),
    ("additionalProperties", &["object"]),
    ("propertyNames", &["object"]),
    ("minProperties", &["object"]),
    ("maxProperties", &["object"]),
];

fn check(_: &Index<'_>, schema: &Schema<'_>, sink: &mut Sink<'_>) {
    let types = help::types(schema.node);
    if types.is_empty() || types.contains(&"file") {
        return;
    }
    // Members are fewer than keywords, so they are what is walked.
    for member in schema.node.members() {
        let Some((key, own)) = OWN.iter().find(|(key, _)| *key == member.key) else { continue };
        if own.iter().all(|one| !types.contains(one)) {
            let message = format!(
                "{key} limits nothing here: {} is of type {}",
                help::called(schema),
                help::shown(&types.join(", "))
            );
            sink.at_key(member.value, message, Applies::Nothing);
            return;
        }
    }
}
