//! An object schema used in requests that does not refuse undeclared members.

use crate::hit::Applies;
use crate::index::{Index, Schema};
use crate::mend::bounds;
use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule};
use crate::rules::help;
use crate::run::Sink;
use palisade_finding::Severity;

/// PAL-DAT001.
pub static RULE: Rule = Rule {
    id: "PAL-DAT001",
    name: "open-object-in-request",
    severity: Severity::Low,
    profile: Profile::Strict,
    direction: Direction::Request,
    category: "data-validation",
    part: Part::Data,
    invalid: false,
    owasp: &["API3:2023"],
    cwe: &["CWE-915"],
    aliases: &[
        "owasp:api3:2023-no-additionalProperties",
        "owasp:api3:2023-constrained-additionalProperties",
        "owasp-no-additionalProperties",
        "owasp-constrained-additionalProperties",
    ],
    what: "An object schema used in requests that does not refuse undeclared members.",
    why: "A member such as `role` or `price` that the code binds by its name can be written by anybody (mass \
        assignment).",
    fix: "Set `additionalProperties: false` (with `allOf` in 3.1: `unevaluatedProperties: false`).",
    bad: include_str!("../../../tests/fixtures/PAL-DAT001/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-DAT001/good.yaml"),
    references: &["https://owasp.org/API-Security/editions/2023/en/0xa3-broken-object-property-level-authorization/"],
    mend: Remedy::Unsafe(bounds::closed),
    check: Check::SchemaAlone(check),
};

fn check(_: &Index<'_>, schema: &Schema<'_>, sink: &mut Sink<'_>) {
    let node = schema.node;
    let properties = node.get("properties").is_some_and(|properties| !properties.is_empty());
    // Closing a part of an allOf would refuse what the other parts allow.
    if schema.part || !properties || node.get("allOf").is_some() {
        return;
    }
    let rest = ["unevaluatedProperties", "additionalProperties"].iter().find_map(|key| node.get(key));
    if rest.is_none_or(|rest| rest.as_bool() == Some(true) || (rest.is_object() && rest.is_empty())) {
        sink.at_key(
            node,
            || format!("{} accepts members that are not declared", help::called(schema)),
            Applies::Schema(schema.at, 0.5),
        );
    }
}
