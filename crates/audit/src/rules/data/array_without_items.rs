//! An array that says nothing about its items.

use crate::hit::Applies;
use crate::index::{Index, Schema};
use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule, Why};
use crate::rules::help;
use crate::run::Sink;
use palisade_finding::Severity;
use palisade_schema::TypeSet;

/// PAL-DAT020.
pub static RULE: Rule = Rule {
    id: "PAL-DAT020",
    name: "array-without-items",
    severity: Severity::Medium,
    profile: Profile::Recommended,
    direction: Direction::Both,
    category: "data-validation",
    part: Part::Data,
    invalid: false,
    owasp: &["API8:2023"],
    cwe: &["CWE-20"],
    aliases: &[
        "parameter-array-items-notype",
        "response-header-array-items-notype",
        "schema-array-items-notype",
        "v3-schema-array-items-notype",
        "validation-header-array-items",
        "validation-parameter-array-items",
        "validation-schema-array-items",
        "v3-validation-schema-array-items",
        "array-items",
    ],
    what: "An array without `items`, `prefixItems` or anything else that describes what it holds.",
    why: "Any item passes: texts, numbers, objects of any depth. Before OpenAPI 3.1 the contract is also \
        broken, because `items` is required there.",
    fix: "Describe the items with `items`.",
    bad: include_str!("../../../tests/fixtures/PAL-DAT020/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-DAT020/good.yaml"),
    references: &["https://spec.openapis.org/oas/v3.1.1#schema-object"],
    mend: Remedy::Hand(Why::Api),
    check: Check::SchemaAlone(check),
};

fn check(_: &Index<'_>, schema: &Schema<'_>, sink: &mut Sink<'_>) {
    let node = schema.node;
    let says = ["items", "prefixItems", "contains", "unevaluatedItems", "enum", "const", "allOf", "$dynamicRef"];
    if schema.part || !schema.types.meets(TypeSet::ARRAY) || says.iter().any(|key| node.get(key).is_some()) {
        return;
    }
    let message = format!("{} is an array without items: any item passes", help::called(schema));
    sink.at_key(help::spot(node), message, Applies::Schema(schema.at, 0.5));
}
