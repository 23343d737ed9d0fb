//! A path without operation.

use crate::hit::Applies;
use crate::index::Index;
use crate::mend::{Mended, Spot, remove};
use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule};
use crate::run::Sink;
use palisade_document::quote;
use palisade_finding::Severity;

/// PAL-STR044.
pub static RULE: Rule = Rule {
    id: "PAL-STR044",
    name: "empty-path-item",
    severity: Severity::Low,
    profile: Profile::Recommended,
    direction: Direction::Both,
    category: "structure",
    part: Part::None,
    invalid: false,
    owasp: &["API9:2023"],
    cwe: &["CWE-1059"],
    aliases: &[
        "paths-pathitem-empty",
        "v3-paths-pathitem-empty",
        "warning-path-pathitems-empty",
        "v3-warning-path-pathitems-empty",
    ],
    what: "A path that describes no operation.",
    why: "The path is there and nothing is said about it: whatever it answers is not described, or the \
        operations were lost.",
    fix: "Describe its operations, or remove the path.",
    bad: include_str!("../../../tests/fixtures/PAL-STR044/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-STR044/good.yaml"),
    references: &["https://spec.openapis.org/oas/v3.1.1#paths-object"],
    mend: Remedy::Unsafe(mend),
    check: Check::Contract(check),
};

fn check(index: &Index<'_>, sink: &mut Sink<'_>) {
    const METHODS: [&str; 10] =
        ["get", "put", "post", "delete", "options", "head", "patch", "trace", "query", "additionalOperations"];
    for (path, item) in &index.items {
        let resolved = item.get("$ref").is_none();
        if resolved && item.members().all(|member| !METHODS.contains(&member.key)) {
            sink.at_key(*item, format!("path {} has no operation", quote(path)), Applies::Nothing);
        }
    }
}

/// Takes the path out.
fn mend<'a>(index: &Index<'a>, spot: &Spot<'a>) -> Option<Mended> {
    let path = spot.node.key()?;
    Mended::loss(index, format!("take path {} out", quote(path)), remove(index, spot.node.parent()?, &[path])?)
}
