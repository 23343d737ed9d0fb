//! A parameter that stands twice in one list.

use crate::hit::Applies;
use crate::index::Index;
use crate::mend::{Mended, Spot, place_in, same};
use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule};
use crate::rules::{help, shape};
use crate::run::Sink;
use palisade_document::{NodeRef, quote};
use palisade_finding::Severity;
use std::collections::HashSet;

/// PAL-STR020.
pub static RULE: Rule = Rule {
    id: "PAL-STR020",
    name: "duplicate-parameter",
    severity: Severity::Medium,
    profile: Profile::Recommended,
    direction: Direction::Both,
    category: "structure",
    part: Part::None,
    invalid: true,
    owasp: &["API8:2023"],
    cwe: &["CWE-694", "CWE-436"],
    aliases: &[
        "operation-parameters",
        "operation-parameters-unique",
        "semantic-parameter-namein-multiple",
        "semantic-parameter-namein-multiple-header",
        "v3-semantic-parameter-namein-multiple",
        "v3-semantic-parameter-namein-multiple-header",
    ],
    what: "Two parameters of one list with the same name and place; names of headers are compared without case.",
    why: "One of the two counts, and which one is left to the tool: the limits of the other limit nothing.",
    fix: "Remove one, or name the other one.",
    bad: include_str!("../../../tests/fixtures/PAL-STR020/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-STR020/good.yaml"),
    references: &["https://spec.openapis.org/oas/v3.1.1#operation-object"],
    mend: Remedy::Safe(mend),
    check: Check::Contract(check),
};

fn check(index: &Index<'_>, sink: &mut Sink<'_>) {
    let items = index.items.iter().map(|(_, item)| *item);
    let operations = index.operations.iter().map(|operation| operation.node);
    let mut lists = HashSet::new();
    for list in items.chain(operations).filter_map(|holder| holder.get("parameters")) {
        if list.len() < 2 || !lists.insert(list.id()) {
            continue;
        }
        let mut seen: HashSet<(&str, std::borrow::Cow<'_, str>)> = HashSet::new();
        for entry in list.items() {
            let Some(node) = shape::follow(entry) else { continue };
            let text = |key: &str| node.get(key).and_then(NodeRef::as_str);
            let (Some(name), Some(place)) = (text("name"), text("in")) else { continue };
            let same = if place == "header" { name.to_ascii_lowercase().into() } else { name.into() };
            if !seen.insert((place, same)) {
                let message = format!("the {} parameter {} stands twice", help::shown(place), quote(name));
                sink.at(entry, message, Applies::Nothing);
            }
        }
    }
}

/// Takes a parameter out that says what one before it says.
fn mend<'a>(index: &Index<'a>, spot: &Spot<'a>) -> Option<Mended> {
    let list = spot.node.parent()?;
    let at = place_in(list, spot.node)?;
    if !list.items().take(at).any(|other| same(other, spot.node)) {
        return None;
    }
    Mended::removal(index, "take the repetition out", index.editor().remove_item(list, at).ok()?)
}
