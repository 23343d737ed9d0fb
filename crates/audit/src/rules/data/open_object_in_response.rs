//! An object in responses that is open on purpose.

use crate::hit::Applies;
use crate::index::{Index, Schema};
use crate::mend::{Mended, Spot};
use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule};
use crate::rules::help;
use crate::run::Sink;
use palisade_finding::Severity;

/// PAL-DAT043.
pub static RULE: Rule = Rule {
    id: "PAL-DAT043",
    name: "open-object-in-response",
    severity: Severity::Info,
    profile: Profile::Strict,
    direction: Direction::Response,
    category: "data-validation",
    part: Part::None,
    invalid: false,
    owasp: &["API3:2023"],
    cwe: &["CWE-213"],
    aliases: &[
        "schema-object-additionalproperties-true",
        "v3-schema-object-additionalproperties-true",
        "warning-schema-additionalproperties-boolean",
    ],
    what: "An object schema used in responses only that says `additionalProperties: true` (or an empty schema).",
    why: "Nothing can tell a member that leaked from one that was meant: the description of the answer is no \
        limit.",
    fix: "List the properties and set `additionalProperties: false`, or describe the values of the additional \
        ones.",
    bad: include_str!("../../../tests/fixtures/PAL-DAT043/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-DAT043/good.yaml"),
    references: &["https://spec.openapis.org/oas/v3.1.1#schema-object"],
    mend: Remedy::Unsafe(mend),
    check: Check::SchemaAlone(check),
};

fn check(_: &Index<'_>, schema: &Schema<'_>, sink: &mut Sink<'_>) {
    if schema.request || schema.node.get("properties").is_none_or(|list| list.is_empty()) {
        return;
    }
    let Some(rest) = schema.node.get("additionalProperties") else { return };
    if rest.as_bool() == Some(true) || (rest.is_object() && rest.is_empty()) {
        let message = format!("{} in answers may hold any other member", help::called(schema));
        sink.at_key(rest, message, Applies::Nothing);
    }
}

/// Closes the object.
fn mend<'a>(index: &Index<'a>, spot: &Spot<'a>) -> Option<Mended> {
    Mended::risky("refuse undeclared members", index.editor().replace_scalar(spot.node, &false.into()).ok()?)
}
