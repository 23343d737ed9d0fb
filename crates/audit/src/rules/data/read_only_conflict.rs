//! Properties that may go neither way, or that must come although they may not.

use crate::hit::Applies;
use crate::index::{Index, Schema, Version};
use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule, Why};
use crate::rules::{help, shape};
use crate::run::Sink;
use palisade_document::{NodeRef, quote};
use palisade_finding::Severity;

/// PAL-DAT039.
pub static BOTH: Rule = Rule {
    id: "PAL-DAT039",
    name: "read-only-and-write-only",
    severity: Severity::Medium,
    profile: Profile::Recommended,
    direction: Direction::Both,
    category: "data-validation",
    part: Part::None,
    invalid: false,
    owasp: &["API3:2023"],
    cwe: &["CWE-1286", "CWE-213"],
    aliases: &["v3-validation-schema-write-read-only"],
    what: "A schema that is `readOnly` and `writeOnly` at once.",
    why: "The value may stand neither in requests nor in responses; tools drop one of the two marks, and a \
        secret may leave the API.",
    fix: "Keep the mark that is meant.",
    bad: include_str!("../../../tests/fixtures/PAL-DAT039/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-DAT039/good.yaml"),
    references: &["https://spec.openapis.org/oas/v3.1.1#schema-object"],
    mend: Remedy::Hand(Why::Intent),
    check: Check::Schema(both),
};

/// PAL-DAT040.
pub static REQUIRED: Rule = Rule {
    id: "PAL-DAT040",
    name: "required-read-only-in-request",
    severity: Severity::Info,
    profile: Profile::Strict,
    direction: Direction::Request,
    category: "data-validation",
    part: Part::None,
    invalid: false,
    owasp: &["API3:2023"],
    cwe: &["CWE-1286"],
    aliases: &[],
    what: "A property that is `readOnly` and required, in a schema used in requests, in Swagger 2.0 or since \
        OpenAPI 3.1.",
    why: "OpenAPI 3.0 says that such a property is required in responses only. Swagger 2.0 advises against it \
        and 3.1 says nothing: some validators refuse requests that lack what only the server may set.",
    fix: "Describe request and response with schemas of their own, or leave the property out of `required`.",
    bad: include_str!("../../../tests/fixtures/PAL-DAT040/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-DAT040/good.yaml"),
    references: &["https://spec.openapis.org/oas/v2.0", "https://spec.openapis.org/oas/v3.1.1#schema-object"],
    mend: Remedy::Hand(Why::Intent),
    check: Check::Schema(required),
};

fn both(_: &Index<'_>, schema: &Schema<'_>, sink: &mut Sink<'_>) {
    let set = |key: &str| schema.node.get(key).filter(|node| node.as_bool() == Some(true));
    if let (Some(_), Some(node)) = (set("readOnly"), set("writeOnly")) {
        let message = format!("{} is readOnly and writeOnly at once", help::called(schema));
        sink.at_key(node, message, Applies::Nothing);
    }
}

fn required(index: &Index<'_>, schema: &Schema<'_>, sink: &mut Sink<'_>) {
    if index.version == Version::V30 {
        return;
    }
    let Some(properties) = schema.node.get("properties") else { return };
    for name in schema.node.get("required").into_iter().flat_map(NodeRef::items) {
        let property = name.as_str().and_then(|name| properties.get(name));
        let read = |node: NodeRef<'_>| node.get("readOnly").and_then(NodeRef::as_bool) == Some(true);
        if property.is_some_and(|node| read(node) || shape::follow(node).is_some_and(read)) {
            let message = format!("{} is required in requests and readOnly", quote(name.scalar_text()));
            sink.at(name, message, Applies::Nothing);
        }
    }
}
