//! Files that callers may upload without a bound: one rule for their size, one for their media type.

use crate::hit::Applies;
use crate::index::{Index, Operation};
use crate::mend::{Mended, Spot, bounds};
use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule, Why};
use crate::rules::help;
use crate::run::Sink;
use palisade_document::{NodeRef, quote, refs};
use palisade_finding::Severity;

/// PAL-SEC067.
pub static SIZE: Rule = Rule {
    id: "PAL-SEC067",
    name: "upload-without-size-limit",
    severity: Severity::Low,
    profile: Profile::Recommended,
    direction: Direction::Both,
    category: "authorization",
    part: Part::None,
    invalid: false,
    owasp: &["API4:2023"],
    cwe: &["CWE-770", "CWE-400"],
    aliases: &[],
    what: "A file that callers may upload, without `maxLength` on it.",
    why: "One upload fills the disk or the memory of whoever reads it as a whole.",
    fix: "Set `maxLength`: for binary strings it counts bytes. Refuse longer bodies before they are stored.",
    bad: include_str!("../../../tests/fixtures/PAL-SEC067/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-SEC067/good.yaml"),
    references: &["https://owasp.org/API-Security/editions/2023/en/0xa4-unrestricted-resource-consumption/"],
    mend: Remedy::Unsafe(mend),
    check: Check::Operation(|_, operation, sink| check(operation, false, sink)),
};

/// PAL-SEC068.
pub static MEDIA_TYPE: Rule = Rule {
    id: "PAL-SEC068",
    name: "upload-of-any-type",
    severity: Severity::Low,
    profile: Profile::Recommended,
    direction: Direction::Both,
    category: "exposure",
    part: Part::None,
    invalid: false,
    owasp: &["API8:2023"],
    cwe: &["CWE-434"],
    aliases: &[],
    what: "A file that callers may upload in a form, without a media type in `encoding` or `contentMediaType`.",
    why: "A page or a program uploaded where a picture was meant runs in the browser of whoever opens it, or on the \
        server.",
    fix: "List the media types: `encoding.NAME.contentType` beside the schema, or `contentMediaType` in it (since 3.1). \
        Check the content, not the name.",
    bad: include_str!("../../../tests/fixtures/PAL-SEC068/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-SEC068/good.yaml"),
    references: &["https://owasp.org/www-community/vulnerabilities/Unrestricted_File_Upload"],
    mend: Remedy::Hand(Why::Api),
    check: Check::Operation(|_, operation, sink| check(operation, true, sink)),
};

fn check(operation: &Operation<'_>, types: bool, sink: &mut Sink<'_>) {
    if operation.outgoing {
        return;
    }
    let Some(body) = operation.node.get("requestBody").and_then(|body| refs::follow(body).ok()) else { return };
    for media in body.get("content").into_iter().flat_map(NodeRef::members) {
        let Some(schema) = media.value.get("schema").and_then(|schema| refs::follow(schema).ok()) else { continue };
        if !media.key.starts_with("multipart/") {
            if !types && binary(schema) && schema.get("maxLength").is_none() {
                report(operation, schema, "the body", "of any size", sink);
            }
            continue;
        }
        for member in schema.get("properties").into_iter().flat_map(NodeRef::members) {
            let Ok(part) = refs::follow(member.value) else { continue };
            let item = part.get("items").and_then(|items| refs::follow(items).ok()).unwrap_or(part);
            if !binary(item) {
                continue;
            }
            let encoding = media.value.get("encoding").and_then(|encoding| encoding.get(member.key));
            let named = encoding.is_some_and(|encoding| encoding.get("contentType").is_some());
            if types && !named && item.get("contentMediaType").is_none() {
                report(operation, part, &quote(member.key), "of any media type", sink);
            } else if !types && item.get("maxLength").is_none() {
                report(operation, part, &quote(member.key), "of any size", sink);
            }
        }
    }
}

/// Whether a schema is the content of a file.
fn binary(schema: NodeRef<'_>) -> bool {
    let word = |key: &str| schema.get(key).and_then(NodeRef::as_str).unwrap_or_default();
    help::types(schema).contains(&"string") && matches!(word("format"), "binary" | "byte")
        || !word("contentMediaType").is_empty() && !word("contentMediaType").ends_with("json")
}

fn report(operation: &Operation<'_>, node: NodeRef<'_>, what: &str, how: &str, sink: &mut Sink<'_>) {
    let label = operation.label();
    let message = format!("{} takes a file {how} ({what})", quote(&label));
    if let Some(hit) = sink.at_key(node, message, Applies::Nothing) {
        hit.operation(label);
    }
}

/// Bounds the size of the file.
fn mend<'a>(index: &Index<'a>, spot: &Spot<'a>) -> Option<Mended> {
    let file = spot.node.get("items").and_then(|items| refs::follow(items).ok()).unwrap_or(spot.node);
    bounds::max_length(index, &Spot { node: file, ..spot.clone() })
}
