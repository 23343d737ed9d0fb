//! Parts of a composition that close each other out.

use crate::hit::Applies;
use crate::index::{Index, Schema};
use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule, Why};
use crate::rules::{help, shape};
use crate::run::Sink;
use palisade_document::{NodeRef, quote};
use palisade_finding::Severity;

/// PAL-DAT032.
pub static RULE: Rule = Rule {
    id: "PAL-DAT032",
    name: "closed-composition",
    severity: Severity::Medium,
    profile: Profile::Recommended,
    direction: Direction::Both,
    category: "data-validation",
    part: Part::None,
    invalid: false,
    owasp: &["API3:2023"],
    cwe: &["CWE-1286"],
    aliases: &["schema-xof-additionalproperties-false", "v3-schema-xof-additionalproperties-false"],
    what: "A part of an `allOf`, or a schema with `oneOf` or `anyOf`, that sets `additionalProperties: false` \
        while another part declares a property of its own.",
    why: "`additionalProperties` sees only the properties beside it. The parts refuse each other: what one \
        declares, the other forbids, and no object with all properties passes.",
    fix: "Since 3.1 set `unevaluatedProperties: false` on the whole instead; before, write all properties into \
        one schema.",
    bad: include_str!("../../../tests/fixtures/PAL-DAT032/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-DAT032/good.yaml"),
    references: &[
        "https://spec.openapis.org/oas/v3.1.1#schema-object",
        "https://json-schema.org/understanding-json-schema/reference/combining",
    ],
    mend: Remedy::Hand(Why::Intent),
    check: Check::Schema(check),
};

fn check(_: &Index<'_>, schema: &Schema<'_>, sink: &mut Sink<'_>) {
    let node = schema.node;
    let list = |key: &str| node.get(key).is_some_and(NodeRef::is_array);
    if !list("allOf") && !(closed(node) && (list("oneOf") || list("anyOf"))) {
        return;
    }
    let mut parts = shape::flat(node);
    if closed(node) {
        for branches in ["oneOf", "anyOf"].iter().filter_map(|key| node.get(key)) {
            parts.extend(branches.items().filter_map(shape::follow).take(64));
        }
    }
    // A closed branch of a choice is met only with the whole beside it, so only the flat parts may close.
    for part in shape::flat(node).into_iter().filter(|part| closed(*part)) {
        let own = part.get("properties");
        let stranger = parts
            .iter()
            .filter(|other| other.id() != part.id())
            .filter_map(|other| other.get("properties"))
            .flat_map(NodeRef::members)
            .find(|member| own.is_none_or(|own| own.get(member.key).is_none()));
        if let Some(member) = stranger {
            let message = format!(
                "a closed part of {} refuses the property {} of another part",
                help::called(schema),
                quote(member.key)
            );
            let at = ["allOf", "oneOf", "anyOf"].iter().find_map(|key| node.get(key)).unwrap_or(node);
            sink.at_key(at, message, Applies::Nothing);
            return;
        }
    }
}

fn closed(node: NodeRef<'_>) -> bool {
    node.get("additionalProperties").and_then(NodeRef::as_bool) == Some(false)
        && node.get("patternProperties").is_none()
}
