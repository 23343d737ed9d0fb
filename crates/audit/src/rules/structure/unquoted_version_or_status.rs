//! A version or a status code written as a number instead of a string. Of status codes the first one is reported.

use crate::hit::Applies;
use crate::index::Index;
use crate::mend::{Mended, Spot};
use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule};
use crate::run::Sink;
use palisade_document::{Format, Kind, NodeRef, quote};
use palisade_finding::Severity;

/// PAL-STR005.
pub static RULE: Rule = Rule {
    id: "PAL-STR005",
    name: "unquoted-version-or-status",
    severity: Severity::Info,
    profile: Profile::Recommended,
    direction: Direction::Both,
    category: "structure",
    part: Part::None,
    invalid: false,
    owasp: &["API9:2023"],
    cwe: &["CWE-1059"],
    aliases: &[],
    what: "A version or a status code written as a number instead of a string. Of status codes the first one is \
        reported.",
    why: "YAML reads `1.10` as the number 1.1 and `0200` as 128 in some parsers: the contract changes with the \
        tool.",
    fix: "Put it into quotes.",
    bad: include_str!("../../../tests/fixtures/PAL-STR005/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-STR005/good.yaml"),
    references: &["https://spec.openapis.org/oas/v3.0.3#responses-object"],
    mend: Remedy::Safe(mend),
    check: Check::Contract(check),
};

fn check(index: &Index<'_>, sink: &mut Sink<'_>) {
    let version = index.root().get("info").and_then(|info| info.get("version"));
    let declared = ["openapi", "swagger"].into_iter().filter_map(|key| index.root().get(key));
    for node in version.into_iter().chain(declared).filter(|node| node.kind() == Kind::Number) {
        let message = format!("the version {} is a number: quote it", quote(node.scalar_text()));
        sink.at(node, message, Applies::Nothing);
    }
    if index.document.format() != Format::Yaml {
        return;
    }
    let mut first = true;
    for operation in &index.operations {
        for member in operation.responses_node.into_iter().flat_map(NodeRef::members) {
            let written = index.document.slice(member.key_span).chars().next();
            if written.is_some_and(|c| c.is_ascii_digit()) && std::mem::take(&mut first) {
                let message = format!("the status code {} is written as a number: quote it", quote(member.key));
                sink.at_key(member.value, message, Applies::Nothing);
            }
        }
    }
}

/// Quotes the version, or every status code of the contract.
fn mend<'a>(index: &Index<'a>, spot: &Spot<'a>) -> Option<Mended> {
    let editor = index.editor();
    if !spot.node.is_object() && spot.node.kind() == Kind::Number {
        return Mended::safe("quote the version", editor.quote_scalar(spot.node).ok()?);
    }
    let mut seen = std::collections::HashSet::new();
    let mut edits = Vec::new();
    for responses in index.operations.iter().filter_map(|one| one.responses_node) {
        for member in responses.members() {
            let written = index.document.slice(member.key_span).as_bytes().first();
            if written.is_some_and(u8::is_ascii_digit) && seen.insert(member.id) {
                edits.extend(editor.quote_key(responses, &member).ok()?);
            }
        }
    }
    Mended::safe("quote the status codes", edits)
}
