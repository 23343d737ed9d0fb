//! A tag that is declared twice.

use crate::hit::Applies;
use crate::index::Index;
use crate::mend::{Mended, Spot, place_in, same};
use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule};
use crate::run::Sink;
use palisade_document::{NodeRef, quote};
use palisade_finding::Severity;
use std::collections::HashSet;

/// PAL-STR022.
pub static RULE: Rule = Rule {
    id: "PAL-STR022",
    name: "duplicate-tag",
    severity: Severity::Low,
    profile: Profile::Recommended,
    direction: Direction::Both,
    category: "structure",
    part: Part::None,
    invalid: false,
    owasp: &["API9:2023"],
    cwe: &["CWE-694"],
    aliases: &["openapi-tags-uniqueness", "no-duplicated-tag-names"],
    what: "Two entries of `tags` with the same name.",
    why: "Only one of the two descriptions counts, and which one is left to the tool.",
    fix: "Join the two.",
    bad: include_str!("../../../tests/fixtures/PAL-STR022/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-STR022/good.yaml"),
    references: &["https://spec.openapis.org/oas/v3.1.1#tag-object"],
    mend: Remedy::Safe(mend),
    check: Check::Contract(check),
};

fn check(index: &Index<'_>, sink: &mut Sink<'_>) {
    let mut seen = HashSet::new();
    for tag in index.root().get("tags").into_iter().flat_map(NodeRef::items) {
        let Some(name) = tag.get("name") else { continue };
        if name.as_str().is_some_and(|text| !seen.insert(text)) {
            sink.at(name, format!("tag {} is declared twice", quote(name.scalar_text())), Applies::Nothing);
        }
    }
}

/// Takes the later one out when it says nothing that the first does not.
fn mend<'a>(index: &Index<'a>, spot: &Spot<'a>) -> Option<Mended> {
    let tag = spot.node.parent()?;
    let list = tag.parent()?;
    let at = place_in(list, tag)?;
    let first =
        list.items().take(at).find(|other| other.get("name").and_then(NodeRef::as_str) == spot.node.as_str())?;
    if !tag.members().all(|member| first.get(member.key).is_some_and(|value| same(value, member.value))) {
        return None;
    }
    Mended::removal(index, "take the repetition out", index.editor().remove_item(list, at).ok()?)
}
