//! A discriminator that leads nowhere.

use crate::hit::Applies;
use crate::index::{Index, Schema, Version};
use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule, Why};
use crate::rules::{help, shape};
use crate::run::Sink;
use palisade_document::{NodeId, quote, refs};
use palisade_finding::Severity;
use std::collections::HashSet;

/// PAL-DAT037.
pub static MAPPING: Rule = Rule {
    id: "PAL-DAT037",
    name: "discriminator-mapping-to-nothing",
    severity: Severity::Medium,
    profile: Profile::Recommended,
    direction: Direction::Both,
    category: "data-validation",
    part: Part::None,
    invalid: false,
    owasp: &["API8:2023"],
    cwe: &["CWE-20", "CWE-843"],
    aliases: &["semantic-discriminator-value", "v3-semantic-discriminator-value"],
    what: "A value of `discriminator.mapping` that names no schema of the contract.",
    why: "A message with that value has no schema to be checked by.",
    fix: "Name a schema of `components.schemas`, or refer to one as `#/components/schemas/Name`.",
    bad: include_str!("../../../tests/fixtures/PAL-DAT037/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-DAT037/good.yaml"),
    references: &["https://spec.openapis.org/oas/v3.1.1#discriminator-object"],
    mend: Remedy::Hand(Why::Intent),
    check: Check::Schema(mapping),
};

/// PAL-DAT038.
pub static VARIANTS: Rule = Rule {
    id: "PAL-DAT038",
    name: "discriminator-without-variants",
    severity: Severity::Low,
    profile: Profile::Recommended,
    direction: Direction::Both,
    category: "data-validation",
    part: Part::None,
    invalid: false,
    owasp: &["API8:2023"],
    cwe: &["CWE-20", "CWE-843"],
    aliases: &[],
    what: "A `discriminator` (since 3.0) on a schema without `oneOf` and `anyOf` that no other schema extends \
        by `allOf`.",
    why: "It chooses between nothing: every object is judged by the base alone, whatever it claims to be.",
    fix: "List the variants in `oneOf`, or remove the discriminator.",
    bad: include_str!("../../../tests/fixtures/PAL-DAT038/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-DAT038/good.yaml"),
    references: &["https://spec.openapis.org/oas/v3.1.1#discriminator-object"],
    mend: Remedy::Hand(Why::Intent),
    check: Check::Contract(variants),
};

fn mapping(index: &Index<'_>, schema: &Schema<'_>, sink: &mut Sink<'_>) {
    let Some(map) = schema.node.get("discriminator").and_then(|node| node.get("mapping")) else { return };
    let schemas = index.component_map("schemas", "definitions");
    for member in map.members() {
        let Some(text) = member.value.as_str() else { continue };
        let found = if text.contains(['/', '#']) {
            // What lies in other files or hosts is the reference rules' matter.
            !matches!(refs::target(member.value), Err(error) if error.kind == refs::RefErrorKind::Unresolved)
        } else {
            text.contains('.') || schemas.is_some_and(|schemas| schemas.get(text).is_some())
        };
        if !found {
            let message = format!("the mapping of {} leads to no schema: {}", quote(member.key), quote(text));
            sink.at(member.value, message, Applies::Nothing);
        }
    }
}

fn variants(index: &Index<'_>, sink: &mut Sink<'_>) {
    if index.version == Version::V2 {
        return;
    }
    let mut extended: Option<HashSet<NodeId>> = None;
    for schema in &index.schemas {
        let node = schema.node;
        let Some(discriminator) = node.get("discriminator").filter(|one| one.is_object()) else { continue };
        if ["oneOf", "anyOf"].iter().any(|key| node.get(key).is_some()) {
            continue;
        }
        let extended = extended.get_or_insert_with(|| shape::composed(index));
        if !extended.contains(&node.id()) {
            let message = format!("the discriminator of {} has no variants to choose from", help::called(schema));
            sink.at_key(discriminator, message, Applies::Nothing);
        }
    }
}
