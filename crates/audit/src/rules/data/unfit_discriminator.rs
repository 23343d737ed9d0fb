//! A discriminator whose property is not there, not required or no string.

use crate::hit::Applies;
use crate::index::{Index, Schema, Version};
use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule, Why};
use crate::rules::{help, shape};
use crate::run::Sink;
use palisade_document::{NodeRef, quote};
use palisade_finding::Severity;

/// PAL-DAT036.
pub static RULE: Rule = Rule {
    id: "PAL-DAT036",
    name: "unfit-discriminator",
    severity: Severity::Medium,
    profile: Profile::Recommended,
    direction: Direction::Both,
    category: "data-validation",
    part: Part::None,
    invalid: false,
    owasp: &["API8:2023"],
    cwe: &["CWE-20", "CWE-843"],
    aliases: &[
        "oas2-discriminator",
        "semantic-discriminator-required",
        "v3-semantic-discriminator-required",
        "semantic-discriminator-string",
        "v3-semantic-discriminator-string",
    ],
    what: "A `discriminator` whose property a variant does not declare, does not require, or does not describe \
        as a string.",
    why: "A message without the property, or with something else in it, cannot be told apart: validators pick \
        a wrong variant or none, and its checks do not run.",
    fix: "Declare the property in every variant as a string and list it in `required`.",
    bad: include_str!("../../../tests/fixtures/PAL-DAT036/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-DAT036/good.yaml"),
    references: &["https://spec.openapis.org/oas/v3.1.1#discriminator-object"],
    mend: Remedy::Hand(Why::Intent),
    check: Check::Schema(check),
};

fn check(index: &Index<'_>, schema: &Schema<'_>, sink: &mut Sink<'_>) {
    let Some(node) = schema.node.get("discriminator") else { return };
    let spot = if index.version == Version::V2 { Some(node) } else { node.get("propertyName") };
    let Some((spot, name)) = spot.and_then(|spot| Some((spot, spot.as_str()?))) else { return };
    let branches: Vec<_> = ["oneOf", "anyOf"]
        .iter()
        .filter_map(|key| schema.node.get(key))
        .flat_map(NodeRef::items)
        .filter_map(shape::follow)
        .filter(|branch| !help::types(*branch).contains(&"null"))
        .take(200)
        .collect();
    let own = shape::flat(schema.node);
    // Without variants of its own the schema is the base that others extend; a base may serve all variants too.
    let wrong = match fault(&own, name, branches.is_empty()) {
        Some(fault) if branches.is_empty() => Some(fault),
        Some(_) => branches.iter().find_map(|branch| fault(&shape::flat(*branch), name, true)),
        None => None,
    };
    if let Some(what) = wrong {
        sink.at(spot, format!("the discriminating property {} {what}", quote(name)), Applies::Nothing);
    }
}

/// What is wrong with the property in a schema, given with the parts it is composed of.
fn fault(parts: &[NodeRef<'_>], name: &str, choices: bool) -> Option<&'static str> {
    let Some(property) =
        parts.iter().filter_map(|part| part.get("properties")).find_map(|properties| properties.get(name))
    else {
        // A part that is itself a choice may declare it.
        let choice = choices && parts.iter().any(|part| part.get("oneOf").is_some() || part.get("anyOf").is_some());
        return (!choice).then_some("is not declared");
    };
    let listed = |part: &NodeRef<'_>| {
        part.get("required").into_iter().flat_map(NodeRef::items).any(|item| item.as_str() == Some(name))
    };
    if !parts.iter().any(listed) {
        return Some("is not required");
    }
    let types = shape::follow(property).map(help::types).unwrap_or_default();
    (!types.is_empty() && !types.contains(&"string")).then_some("is not a string")
}
