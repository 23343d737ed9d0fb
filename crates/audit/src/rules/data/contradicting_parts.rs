//! Parts of an allOf that no value meets together.

use crate::hit::Applies;
use crate::index::{Index, Schema};
use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule, Why};
use crate::rules::{help, shape};
use crate::run::Sink;
use palisade_document::{NodeRef, quote};
use palisade_finding::Severity;
use palisade_schema::TypeSet;
use std::collections::HashMap;

/// PAL-DAT033.
pub static RULE: Rule = Rule {
    id: "PAL-DAT033",
    name: "contradicting-parts",
    severity: Severity::Medium,
    profile: Profile::Recommended,
    direction: Direction::Both,
    category: "data-validation",
    part: Part::None,
    invalid: false,
    owasp: &["API8:2023"],
    cwe: &["CWE-1286"],
    aliases: &["allof-conflicts"],
    what: "Parts of an `allOf`, or the schema around it, whose types exclude each other, for the whole or for a \
        property that two of them declare.",
    why: "No value can pass. Whoever enforces the contract blocks every request, whoever does not has no check \
        at all.",
    fix: "Give the parts one type.",
    bad: include_str!("../../../tests/fixtures/PAL-DAT033/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-DAT033/good.yaml"),
    references: &["https://json-schema.org/understanding-json-schema/reference/combining"],
    mend: Remedy::Hand(Why::Intent),
    check: Check::Schema(check),
};

fn check(_: &Index<'_>, schema: &Schema<'_>, sink: &mut Sink<'_>) {
    let Some(list) = schema.node.get("allOf").filter(|list| list.is_array()) else { return };
    let parts = shape::flat(schema.node);
    let mut whole = TypeSet::ALL;
    let mut properties: HashMap<&str, TypeSet> = HashMap::new();
    for part in parts {
        whole = whole.intersection(taken(part));
        if whole == TypeSet::NONE {
            let message = format!("the parts of {} have types that exclude each other", help::called(schema));
            sink.at_key(list, message, Applies::Nothing);
            return;
        }
        for member in part.get("properties").into_iter().flat_map(NodeRef::members) {
            let Some(target) = shape::follow(member.value) else { continue };
            let known = properties.entry(member.key).or_insert(TypeSet::ALL);
            *known = known.intersection(taken(target));
            if *known == TypeSet::NONE {
                let name = quote(member.key);
                let message = format!("two parts of {} give property {name} different types", help::called(schema));
                sink.at_key(list, message, Applies::Nothing);
                return;
            }
        }
    }
}

/// The types a schema takes.
fn taken(node: NodeRef<'_>) -> TypeSet {
    let words = help::types(node).into_iter();
    let types = words.map(|word| TypeSet::from_word(word).unwrap_or(TypeSet::ALL)).fold(TypeSet::NONE, TypeSet::union);
    match node.get("nullable").and_then(NodeRef::as_bool) {
        _ if types == TypeSet::NONE => TypeSet::ALL,
        Some(true) => types.union(TypeSet::NULL),
        _ => types,
    }
}
