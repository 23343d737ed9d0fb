//! A recursion that no finite value ends.

use crate::hit::Applies;
use crate::index::{Index, Schema};
use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule, Why};
use crate::rules::{help, shape};
use crate::run::Sink;
use palisade_document::{KeyMask, NodeMap, NodeRef};
use palisade_finding::Severity;
use std::collections::HashSet;

/// PAL-DAT035.
pub static RULE: Rule = Rule {
    id: "PAL-DAT035",
    name: "endless-schema",
    severity: Severity::Medium,
    profile: Profile::Recommended,
    direction: Direction::Both,
    category: "data-validation",
    part: Part::None,
    invalid: true,
    owasp: &["API4:2023"],
    cwe: &["CWE-674", "CWE-835"],
    aliases: &["validation-reference-circular", "v3-validation-reference-circular"],
    what: "A schema that requires itself: by required properties, `allOf` or items that must be there, so that \
        no finite value satisfies it.",
    why: "Nothing can pass, and generators of code, mocks or tests that follow it never come back.",
    fix: "Let one property on the way be optional or nullable, or let a list be empty.",
    bad: include_str!("../../../tests/fixtures/PAL-DAT035/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-DAT035/good.yaml"),
    references: &["https://spec.openapis.org/oas/v3.1.1#schema-object"],
    mend: Remedy::Hand(Why::Intent),
    check: Check::Contract(check),
};

/// Rounds over what is still open; deeper chains are left undecided and reported by nothing.
const ROUNDS: usize = 200;

/// The keywords by which a schema may ask for itself.
const KEYS: [&str; 5] = ["required", "allOf", "oneOf", "anyOf", "minItems"];
const NEEDS: KeyMask = KeyMask::of(&KEYS);

fn check(index: &Index<'_>, sink: &mut Sink<'_>) {
    // Only these keywords can keep a schema from having an end; the few that have one are gone through, the last
    // first, until nothing changes.
    let needy = |node: NodeRef<'_>| NEEDS.may_be_in(node) && KEYS.iter().any(|key| node.get(key).is_some());
    let mut list: Vec<&Schema<'_>> = index.schemas.iter().rev().filter(|schema| needy(schema.node)).collect();
    let mut open: NodeMap<()> = list.iter().map(|schema| (schema.node.id(), ())).collect();
    for _ in 0..ROUNDS {
        let before = list.len();
        list.retain(|schema| {
            let done = has_end(schema.node, &open);
            if done {
                open.remove(&schema.node.id());
            }
            !done
        });
        if list.is_empty() {
            return;
        }
        if list.len() == before {
            break;
        }
    }
    // Of those that are left, only the ones that lie in a circle themselves are its fault.
    list.retain(|schema| in_circle(schema.node, &open));
    list.sort_by_key(|schema| schema.node.span().start);
    for schema in list {
        let message = format!("{} requires itself: no finite value satisfies it", help::called(schema));
        sink.at_key(schema.node, message, Applies::Nothing);
    }
}

/// Whether some finite value satisfies the schema, given those that are not known to have one.
fn has_end(node: NodeRef<'_>, open: &NodeMap<()>) -> bool {
    let sub = |child: NodeRef<'_>| shape::follow(child).is_none_or(|target| !open.contains_key(&target.id()));
    if ["enum", "const", "$dynamicRef", "$recursiveRef"].iter().any(|key| node.get(key).is_some())
        || node.get("nullable").and_then(NodeRef::as_bool) == Some(true)
    {
        return true;
    }
    if !node.get("allOf").into_iter().flat_map(NodeRef::items).all(sub) {
        return false;
    }
    for key in ["oneOf", "anyOf"] {
        if let Some(list) = node.get(key).filter(|list| !list.is_empty())
            && !list.items().any(sub)
        {
            return false;
        }
    }
    let object = || {
        let properties = node.get("properties");
        node.get("required")
            .into_iter()
            .flat_map(NodeRef::items)
            .filter_map(NodeRef::as_str)
            .all(|name| properties.and_then(|properties| properties.get(name)).is_none_or(sub))
    };
    let array = || {
        let some = node.get("minItems").and_then(NodeRef::as_u64).unwrap_or(0) > 0;
        !some || node.get("items").is_none_or(sub)
    };
    let types = help::types(node);
    if types.is_empty() {
        return object() && array();
    }
    types.iter().any(|word| match *word {
        "object" => object(),
        "array" => array(),
        _ => true,
    })
}

/// Whether the way through what has no end leads back to where it began.
fn in_circle(start: NodeRef<'_>, open: &NodeMap<()>) -> bool {
    let mut seen = HashSet::new();
    let mut stack = vec![start];
    while let Some(node) = stack.pop() {
        for child in shape::needed(node).into_iter().filter_map(shape::follow) {
            if child.id() == start.id() {
                return true;
            }
            if open.contains_key(&child.id()) && seen.len() < 1000 && seen.insert(child.id()) {
                stack.push(child);
            }
        }
    }
    false
}
