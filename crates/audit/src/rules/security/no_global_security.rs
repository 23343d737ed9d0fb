//! A contract without `security` at its root.

use crate::hit::Applies;
use crate::index::Index;
use crate::mend::{Mended, Spot, add, same, value};
use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule};
use crate::run::Sink;
use palisade_document::NodeRef;
use palisade_finding::Severity;

/// SAN029.
pub static RULE: Rule = Rule {
    id: "SAN029",
    name: "no-global-security",
    severity: Severity::Low,
    profile: Profile::Recommended,
    direction: Direction::Both,
    category: "authentication",
    part: Part::Security,
    invalid: false,
    owasp: &["API2:2023"],
    cwe: &["CWE-306", "CWE-1188"],
    aliases: &["global-security", "v3-global-security"],
    what: "A contract without `security` at its root. Info where every operation has its own.",
    why: "An operation added later has no requirement unless its author remembers one. With one at the root, \
        forgetting it is safe.",
    fix: "Add `security` at the root with the scheme that most operations use, and override it where that is \
        wanted.",
    bad: include_str!("../../../tests/fixtures/SAN029/bad.yaml"),
    good: include_str!("../../../tests/fixtures/SAN029/good.yaml"),
    references: &["https://spec.openapis.org/oas/v3.0.3#security-requirement-object"],
    mend: Remedy::Safe(mend),
    check: Check::Contract(check),
};

fn check(index: &Index<'_>, sink: &mut Sink<'_>) {
    if index.root().get("security").is_none() && !index.operations.is_empty() {
        let bare: Vec<usize> =
            index.operations.iter().filter(|operation| operation.security.is_none()).map(|one| one.at).collect();
        let complete = bare.is_empty();
        let end = if complete { "; every operation has one today" } else { "" };
        let message = format!("the contract has no security requirement of its own{end}");
        if let Some(hit) = sink.at(index.root(), message, Applies::Operations(bare)).filter(|_| complete) {
            hit.severity(Severity::Info);
        }
    }
}

/// Writes what most operations require at the root, where every operation says itself what it requires.
fn mend<'a>(index: &Index<'a>, _: &Spot<'a>) -> Option<Mended> {
    let mut used: Vec<(NodeRef<'a>, usize)> = Vec::new();
    for operation in &index.operations {
        let list = operation.security.filter(|_| operation.own_security)?;
        if let Some((_, count)) = used.iter_mut().find(|(other, _)| same(*other, list)) {
            *count += 1;
        } else if used.len() < MAX_REQUIREMENTS {
            used.push((list, 1));
        }
    }
    used.retain(|(list, _)| !list.is_empty() && list.items().all(|one| !one.is_empty()));
    let (most, _) = used.into_iter().max_by_key(|(list, count)| (*count, std::cmp::Reverse(list.id())))?;
    let behind = ["servers", "produces", "consumes", "schemes", "basePath", "host", "tags", "info"];
    let edits = add(index, index.root(), &behind, "security", &value(most)?)?;
    Mended::safe("require at the root what most operations require", edits)
}

/// Different requirements that are counted.
const MAX_REQUIREMENTS: usize = 32;
