//! An object schema without properties.

use crate::hit::Applies;
use crate::index::{Index, Schema};
use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule, Why};
use crate::rules::help;
use crate::run::Sink;
use palisade_finding::Severity;
use palisade_schema::TypeSet;

/// TDT010.
pub static RULE: Rule = Rule {
    id: "TDT010",
    name: "object-without-properties",
    severity: Severity::Medium,
    profile: Profile::Recommended,
    direction: Direction::Both,
    category: "data-validation",
    part: Part::Data,
    invalid: false,
    owasp: &["API3:2023"],
    cwe: &["CWE-20", "CWE-915"],
    aliases: &[
        "v3-schema-object-without-properties",
        "schema-object-without-properties",
        "schema-response-object-without-properties",
    ],
    what: "An object schema without properties.",
    why: "Any object passes, whatever its members: nothing is validated, and members meant for others can be \
        written (mass assignment).",
    fix: "List the `properties`, and close the object with `additionalProperties: false`.",
    bad: include_str!("../../../tests/fixtures/TDT010/bad.yaml"),
    good: include_str!("../../../tests/fixtures/TDT010/good.yaml"),
    references: &["https://owasp.org/API-Security/editions/2023/en/0xa3-broken-object-property-level-authorization/"],
    mend: Remedy::Hand(Why::Api),
    check: Check::SchemaAlone(check),
};

fn check(_: &Index<'_>, schema: &Schema<'_>, sink: &mut Sink<'_>) {
    let node = schema.node;
    let described =
        ["properties", "patternProperties", "allOf", "oneOf", "anyOf", "if", "not", "enum", "const", "$dynamicRef"];
    if schema.part
        || !schema.types.meets(TypeSet::OBJECT)
        || described.iter().any(|key| node.get(key).is_some_and(|value| !value.is_empty() || !value.is_object()))
    {
        return;
    }
    let rest = ["additionalProperties", "unevaluatedProperties"].iter().find_map(|key| node.get(key));
    if rest.is_some_and(|rest| rest.as_bool() == Some(false) || (rest.is_object() && !rest.is_empty())) {
        return;
    }
    sink.at_key(
        node,
        || format!("{} is an object without properties: any object passes", help::called(schema)),
        Applies::Schema(schema.at, 0.5),
    );
}
