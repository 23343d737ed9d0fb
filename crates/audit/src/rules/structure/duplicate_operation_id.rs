//! An `operationId` that several operations share.

use crate::hit::Applies;
use crate::index::Index;
use crate::mend::{Mended, Spot, ids};
use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule};
use crate::run::Sink;
use palisade_document::{NodeRef, quote};
use palisade_finding::Severity;

/// PAL-STR009.
pub static RULE: Rule = Rule {
    id: "PAL-STR009",
    name: "duplicate-operation-id",
    severity: Severity::Medium,
    profile: Profile::Recommended,
    direction: Direction::Both,
    category: "structure",
    part: Part::None,
    invalid: true,
    owasp: &["API9:2023"],
    cwe: &["CWE-1059"],
    aliases: &["operation-operationId-unique", "semantic-operation-id", "v3-semantic-operation-id"],
    what: "An `operationId` that several operations share.",
    why: "Policies, links and generated code name operations by it: they reach the wrong one.",
    fix: "Give each operation an id of its own.",
    bad: include_str!("../../../tests/fixtures/PAL-STR009/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-STR009/good.yaml"),
    references: &["https://spec.openapis.org/oas/v3.0.3#operation-object"],
    mend: Remedy::Unsafe(mend),
    check: Check::Contract(check),
};

fn check(index: &Index<'_>, sink: &mut Sink<'_>) {
    let mut seen = std::collections::HashSet::new();
    for operation in &index.operations {
        let Some(node) = operation.node.get("operationId") else { continue };
        if node.as_str().is_some_and(|id| !seen.insert(id)) {
            let message = format!("operationId {} stands more than once", quote(node.scalar_text()));
            if let Some(hit) = sink.at(node, message, Applies::Nothing) {
                hit.operation(operation.label());
            }
        }
    }
}

/// Names the later operation by its method and path, unless a link may mean it.
fn mend<'a>(index: &Index<'a>, spot: &Spot<'a>) -> Option<Mended> {
    let operation = index.operations.iter().find(|one| Some(one.node.id()) == spot.node.parent().map(NodeRef::id))?;
    if ids::linked(index, spot.node) {
        return None;
    }
    let id = ids::fresh(operation, &mut ids::taken(index));
    let edits = index.editor().replace_scalar(spot.node, &id.as_str().into()).ok()?;
    Mended::risky(format!("name the operation {id}"), edits)
}
