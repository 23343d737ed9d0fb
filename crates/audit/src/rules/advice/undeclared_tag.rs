//! A tag that the contract does not declare.

use crate::hit::Applies;
use crate::index::Index;
use crate::mend::{Mended, Spot};
use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule};
use crate::rules::help;
use crate::rules::shape;
use crate::run::Sink;
use palisade_document::{NodeRef, quote};
use palisade_finding::Severity;
use serde_json::json;
use std::collections::{BTreeMap, HashSet};

/// PAL-BPR001.
pub static RULE: Rule = Rule {
    id: "PAL-BPR001",
    name: "undeclared-tag",
    severity: Severity::Info,
    profile: Profile::Strict,
    direction: Direction::Both,
    category: "best-practice",
    part: Part::None,
    invalid: false,
    owasp: &["API9:2023"],
    cwe: &["CWE-1059"],
    aliases: &["operation-tag-defined"],
    what: "Operations with a tag that the `tags` of the contract, where there are any, do not declare. Reported \
        once for each such tag.",
    why: "The group has no description, and a misspelt tag takes the operation out of the group whose rules it \
        should keep.",
    fix: "Declare the tag, or correct its name.",
    bad: include_str!("../../../tests/fixtures/PAL-BPR001/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-BPR001/good.yaml"),
    references: &["https://spec.openapis.org/oas/v3.1.1#tag-object"],
    mend: Remedy::Safe(mend),
    check: Check::Contract(check),
};

fn check(index: &Index<'_>, sink: &mut Sink<'_>) {
    let Some(tags) = index.root().get("tags").filter(|tags| !tags.is_empty()) else { return };
    let known: HashSet<&str> = tags.items().filter_map(|tag| tag.get("name").and_then(NodeRef::as_str)).collect();
    let mut missing: BTreeMap<&str, (NodeRef<'_>, usize)> = BTreeMap::new();
    for tag in index.operations.iter().filter_map(|one| one.node.get("tags")).flat_map(NodeRef::items) {
        if let Some(name) = tag.as_str().filter(|name| !known.contains(name)) {
            missing.entry(name).or_insert((tag, 0)).1 += 1;
        }
    }
    for (name, (node, count)) in missing {
        let message = format!("tag {} is not declared ({})", quote(name), shape::counted(count, "operation"));
        if let Some(hit) = sink.at(node, message, Applies::Nothing) {
            hit.value(name);
        }
    }
}

/// Declares the tag, unless one that is declared differs from it by little more than a slip of the pen.
fn mend<'a>(index: &Index<'a>, spot: &Spot<'a>) -> Option<Mended> {
    let tags = index.root().get("tags")?;
    let names = tags.items().filter_map(|tag| tag.get("name").and_then(NodeRef::as_str));
    if names.into_iter().any(|name| help::alike(name, &spot.value)) {
        return None;
    }
    let edits = index.editor().insert_item(tags, &json!({"name": spot.value})).ok()?;
    Mended::safe(format!("declare tag {}", quote(&spot.value)), edits)
}
