//! A path that does not begin with a slash, holds a query string, or has unbalanced braces.

use crate::hit::Applies;
use crate::index::{Index, Version};
use crate::mend::{Mended, Spot};
use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule};
use crate::run::Sink;
use palisade_document::{NodeRef, quote};
use palisade_finding::Severity;

/// PAL-STR010.
pub static RULE: Rule = Rule {
    id: "PAL-STR010",
    name: "malformed-path",
    severity: Severity::Medium,
    profile: Profile::Recommended,
    direction: Direction::Both,
    category: "structure",
    part: Part::None,
    invalid: true,
    owasp: &["API9:2023"],
    cwe: &["CWE-1059"],
    aliases: &[
        "path-not-include-query",
        "semantic-parameter-path-name-empty",
        "v3-semantic-parameter-path-name-empty",
        "path-declarations-must-exist",
    ],
    what: "A path that does not begin with a slash, holds a query string, or has unbalanced braces.",
    why: "No request ever matches it as written: what it describes is not enforced.",
    fix: "Write the path as `/a/{b}`; describe query values as parameters.",
    bad: include_str!("../../../tests/fixtures/PAL-STR010/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-STR010/good.yaml"),
    references: &["https://spec.openapis.org/oas/v3.0.3#paths-object"],
    mend: Remedy::Unsafe(mend),
    check: Check::Contract(check),
};

fn check(index: &Index<'_>, sink: &mut Sink<'_>) {
    for member in index.root().get("paths").into_iter().flat_map(NodeRef::members) {
        let path = member.key;
        let opened = path.matches('{').count();
        let message = if path.starts_with("x-") {
            continue;
        } else if !path.starts_with('/') {
            "does not begin with a slash"
        } else if path.contains('?') {
            "holds a query string"
        } else if path.contains('#') && index.version == Version::V2 {
            "holds a fragment"
        } else if opened != path.matches('}').count() || path.contains("{}") {
            "has a brace without its other half, or an empty name"
        } else {
            continue;
        };
        sink.at_key(member.value, format!("path {} {message}", quote(path)), Applies::Nothing);
    }
}

/// Begins the path with a slash.
fn mend<'a>(index: &Index<'a>, spot: &Spot<'a>) -> Option<Mended> {
    let paths = spot.node.parent()?;
    let path = paths.members().find(|member| member.id == spot.node.id())?;
    if path.key.starts_with('/') || path.key.contains(['?', '#']) || path.key.is_empty() {
        return None;
    }
    let right = format!("/{}", path.key);
    Mended::risky("begin the path with a slash", index.editor().rename_key(paths, &path, &right).ok()?)
}
