//! Several files in a body that holds one.

use crate::hit::Applies;
use crate::index::Index;
use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule, Why};
use crate::rules::shape;
use crate::run::Sink;
use palisade_document::{NodeRef, quote};
use palisade_finding::Severity;

/// PAL-STR048.
pub static RULE: Rule = Rule {
    id: "PAL-STR048",
    name: "files-outside-multipart",
    severity: Severity::Low,
    profile: Profile::Recommended,
    direction: Direction::Both,
    category: "structure",
    part: Part::None,
    invalid: false,
    owasp: &["API8:2023"],
    cwe: &["CWE-436"],
    aliases: &["v3-semantic-mediatype-multiplefile"],
    what: "A list of files (binary strings) as the body of a media type other than `multipart`.",
    why: "Only a multipart body can hold several files: clients send one, or glue them together, and what \
        arrives is not what the schema describes.",
    fix: "Use `multipart/form-data` with the list as a property.",
    bad: include_str!("../../../tests/fixtures/PAL-STR048/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-STR048/good.yaml"),
    references: &[
        "https://spec.openapis.org/oas/v3.1.1#media-type-object",
        "https://spec.openapis.org/oas/v3.1.1#encoding-object",
    ],
    mend: Remedy::Hand(Why::Intent),
    check: Check::Contract(check),
};

fn check(index: &Index<'_>, sink: &mut Sink<'_>) {
    for media in shape::media(index) {
        if media.from != shape::From::Request || media.name.starts_with("multipart/") {
            continue;
        }
        let Some(schema) = media.node.get("schema").and_then(shape::follow) else { continue };
        let item = schema.get("items").and_then(shape::follow);
        if item.is_some_and(|item| item.get("format").and_then(NodeRef::as_str) == Some("binary")) {
            let message = format!("a body of {} holds one file, and a list of files is described", quote(media.name));
            sink.at_key(media.node, message, Applies::Nothing);
        }
    }
}
