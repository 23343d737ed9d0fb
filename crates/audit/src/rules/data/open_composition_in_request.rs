//! A composed object in requests that nothing closes.

use crate::hit::Applies;
use crate::index::{Index, Schema, Version};
use crate::mend::{Mended, Spot, add};
use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule};
use crate::rules::{help, shape};
use crate::run::Sink;
use palisade_document::NodeRef;
use palisade_finding::Severity;

/// PAL-DAT042.
pub static RULE: Rule = Rule {
    id: "PAL-DAT042",
    name: "open-composition-in-request",
    severity: Severity::Low,
    profile: Profile::Strict,
    direction: Direction::Request,
    category: "data-validation",
    part: Part::Data,
    invalid: false,
    owasp: &["API3:2023"],
    cwe: &["CWE-915"],
    aliases: &["owasp:api3:2023-no-unevaluatedProperties", "owasp:api3:2023-constrained-unevaluatedProperties"],
    what: "A schema with `allOf` used in requests of OpenAPI 3.1 and later that does not refuse undeclared \
        members with `unevaluatedProperties`.",
    why: "A member such as `role` or `price` that the code binds by its name can be written by anybody (mass \
        assignment). `additionalProperties` cannot close a composition.",
    fix: "Set `unevaluatedProperties: false` beside the `allOf`.",
    bad: include_str!("../../../tests/fixtures/PAL-DAT042/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-DAT042/good.yaml"),
    references: &[
        "https://json-schema.org/understanding-json-schema/reference/combining",
        "https://owasp.org/API-Security/editions/2023/en/0xa3-broken-object-property-level-authorization/",
    ],
    mend: Remedy::Unsafe(mend),
    check: Check::Schema(check),
};

fn check(index: &Index<'_>, schema: &Schema<'_>, sink: &mut Sink<'_>) {
    let node = schema.node;
    let Some(list) = node.get("allOf").filter(|list| list.len() > 1) else { return };
    if index.version != Version::V31 || schema.part || node.get("unevaluatedProperties").is_some() {
        return;
    }
    let parts = shape::flat(node);
    let object = parts.iter().any(|part| part.get("properties").is_some());
    let closes = |part: &NodeRef<'_>| {
        part.get("unevaluatedProperties").is_some()
            || part.get("additionalProperties").is_some_and(|rest| rest.as_bool() != Some(true))
    };
    if object && !parts.iter().any(closes) {
        let message = format!("{} accepts members that none of its parts declares", help::called(schema));
        sink.at_key(list, message, Applies::Schema(schema.at, 0.5));
    }
}

/// Refuses undeclared members.
fn mend<'a>(index: &Index<'a>, spot: &Spot<'a>) -> Option<Mended> {
    let edits = add(index, spot.node.parent()?, &["type"], "unevaluatedProperties", &false.into())?;
    Mended::risky("refuse undeclared members", edits)
}
