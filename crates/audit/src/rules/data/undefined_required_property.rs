//! A required property that the schema does not describe.

use crate::hit::Applies;
use crate::index::Index;
use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule, Why};
use crate::rules::{help, shape};
use crate::run::Sink;
use palisade_document::{NodeId, NodeRef, quote};
use palisade_finding::Severity;
use std::collections::HashSet;

/// PAL-DAT031.
pub static RULE: Rule = Rule {
    id: "PAL-DAT031",
    name: "undefined-required-property",
    severity: Severity::Medium,
    profile: Profile::Recommended,
    direction: Direction::Both,
    category: "data-validation",
    part: Part::None,
    invalid: false,
    owasp: &["API3:2023"],
    cwe: &["CWE-20"],
    aliases: &[
        "required-fields-defined",
        "no-required-schema-properties-undefined",
        "semantic-schema-property-required",
        "v3-semantic-schema-property-required",
    ],
    what: "A name in `required` that stands neither in `properties` nor in another part of the schema.",
    why: "Callers must send a member of which nobody knows the type or the limits: whatever stands there \
        passes. Often the name is misspelt, and the property that was meant is not required.",
    fix: "Describe the property, or correct the name.",
    bad: include_str!("../../../tests/fixtures/PAL-DAT031/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-DAT031/good.yaml"),
    references: &["https://spec.openapis.org/oas/v3.1.1#schema-object"],
    mend: Remedy::Hand(Why::Intent),
    check: Check::Contract(check),
};

fn check(index: &Index<'_>, sink: &mut Sink<'_>) {
    let mut parts: Option<HashSet<NodeId>> = None;
    for schema in &index.schemas {
        let node = schema.node;
        let Some(required) = node.get("required").filter(|list| list.is_array() && !list.is_empty()) else { continue };
        let properties = node.get("properties");
        // What is composed, or holds only `required`, may get its properties from elsewhere.
        if properties.is_none_or(|properties| properties.is_empty()) && !shape::is(node, "object")
            || ["allOf", "oneOf", "anyOf", "if", "not", "patternProperties", "$ref", "discriminator", "$dynamicRef"]
                .iter()
                .any(|key| node.get(key).is_some())
            || node.get("additionalProperties").is_some_and(|rest| rest.is_object() && !rest.is_empty())
        {
            continue;
        }
        let missing = |name: &NodeRef<'_>| {
            name.as_str().is_some_and(|name| properties.is_none_or(|properties| properties.get(name).is_none()))
        };
        let Some(name) = required.items().find(missing) else { continue };
        let parts = parts.get_or_insert_with(|| shape::composed(index));
        if schema.part || parts.contains(&node.id()) {
            continue;
        }
        let message =
            format!("{} requires {}, which it does not describe", help::called(schema), quote(name.scalar_text()));
        sink.at(name, message, Applies::Nothing);
    }
}
