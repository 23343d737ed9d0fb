//! A branch of oneOf that can never be the only one.

use crate::hit::Applies;
use crate::index::{Index, Schema};
use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule, Why};
use crate::rules::{help, shape};
use crate::run::Sink;
use palisade_document::NodeRef;
use palisade_finding::Severity;
use std::collections::HashSet;

/// PAL-DAT034.
pub static RULE: Rule = Rule {
    id: "PAL-DAT034",
    name: "branch-that-never-matches",
    severity: Severity::Medium,
    profile: Profile::Recommended,
    direction: Direction::Both,
    category: "data-validation",
    part: Part::None,
    invalid: false,
    owasp: &["API8:2023"],
    cwe: &["CWE-1286"],
    aliases: &[],
    what: "Two equal branches of a `oneOf`, or a branch whose type the schema around it excludes.",
    why: "Of equal branches both match or none, and `oneOf` wants exactly one: every value of that form is \
        refused. A branch of another type is dead text.",
    fix: "Remove the branch, or say in it what makes it different.",
    bad: include_str!("../../../tests/fixtures/PAL-DAT034/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-DAT034/good.yaml"),
    references: &["https://json-schema.org/understanding-json-schema/reference/combining"],
    mend: Remedy::Hand(Why::Intent),
    check: Check::Schema(check),
};

fn check(index: &Index<'_>, schema: &Schema<'_>, sink: &mut Sink<'_>) {
    let Some(list) = schema.node.get("oneOf").filter(|list| list.is_array()) else { return };
    let outer = help::types(schema.node);
    let mut seen = HashSet::new();
    let mut texts = HashSet::new();
    for branch in list.items() {
        let target = shape::follow(branch);
        let id = target.map(NodeRef::id);
        let text = Some(index.document.slice(branch.span()).trim()).filter(|text| !text.is_empty());
        let again = id.is_some_and(|id| !seen.insert(id)) | text.is_some_and(|text| !texts.insert(text));
        if again {
            let message = format!("two branches of the oneOf of {} are equal: neither can match", help::called(schema));
            sink.at(branch, message, Applies::Nothing);
            continue;
        }
        let types = target.map(help::types).unwrap_or_default();
        let meets = |word: &&str| outer.contains(word) || *word == "integer" && outer.contains(&"number");
        if !outer.is_empty() && !types.is_empty() && !types.iter().any(meets) && !types.contains(&"number") {
            let message = format!("{} is never of the type of this branch", help::called(schema));
            sink.at(branch, message, Applies::Nothing);
        }
    }
}
