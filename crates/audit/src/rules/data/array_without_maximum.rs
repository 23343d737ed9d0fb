//! An array without `maxItems`.

use crate::hit::Applies;
use crate::index::{Index, Schema};
use crate::mend::bounds;
use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule};
use crate::rules::{help, shape};
use crate::run::Sink;
use palisade_document::NodeRef;
use palisade_finding::Severity;
use palisade_schema::TypeSet;

/// TDT001.
pub static RULE: Rule = Rule {
    id: "TDT001",
    name: "array-without-maximum",
    severity: Severity::High,
    profile: Profile::Recommended,
    direction: Direction::MainlyRequest,
    category: "data-validation",
    part: Part::Data,
    invalid: false,
    owasp: &["API4:2023"],
    cwe: &["CWE-770"],
    aliases: &[
        "owasp:api4:2023-array-limit",
        "owasp-array-limit",
        "v3-schema-array-maxitems",
        "parameter-array-maxitems",
        "response-header-array-maxitems",
        "schema-array-maxitems",
        "schema-request-array-maxitems",
        "schema-response-array-maxitems",
        "v3-schema-request-array-maxitems",
        "v3-schema-response-array-maxitems",
    ],
    what: "An array without `maxItems`. One of 2147483647 or more counts as none. Medium for a parameter outside \
        of the body whose items are listed by an `enum`.",
    why: "A caller may send as many items as fit into the request, and an answer may hold the whole table: \
        memory and time have no bound.",
    fix: "Set `maxItems` to the largest number that makes sense.",
    bad: include_str!("../../../tests/fixtures/TDT001/bad.yaml"),
    good: include_str!("../../../tests/fixtures/TDT001/good.yaml"),
    references: &["https://owasp.org/API-Security/editions/2023/en/0xa4-unrestricted-resource-consumption/"],
    mend: Remedy::Evidence(bounds::max_items),
    check: Check::Schema(check),
};

fn check(_: &Index<'_>, schema: &Schema<'_>, sink: &mut Sink<'_>) {
    let node = schema.node;
    if schema.types.meets(TypeSet::ARRAY) && !help::limited(node, "maxItems") && node.get("prefixItems").is_none() {
        let hit = sink.at_key(
            help::spot(node),
            || format!("{} is an array without maxItems", help::called(schema)),
            Applies::Schema(schema.at, 1.0),
        );
        // Few values, and the request line bounds how often they repeat.
        if let Some(hit) = hit.filter(|hit| hit.level() > Severity::Medium && listed_parameter(node)) {
            hit.severity(Severity::Medium);
        }
    }
}

/// Whether an array is a parameter outside of the body, and its items are listed.
fn listed_parameter(array: NodeRef<'_>) -> bool {
    let place = help::described_parameter(array).get("in").and_then(NodeRef::as_str);
    matches!(place, Some("query" | "path" | "header" | "cookie"))
        && array.get("items").and_then(shape::follow).is_some_and(help::fixed)
}
