//! An operation id that tools cannot use.

use crate::hit::Applies;
use crate::index::{Index, Operation};
use crate::mend::{Mended, Spot, ids};
use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule};
use crate::run::Sink;
use palisade_document::{NodeRef, quote};
use palisade_finding::Severity;

/// PAL-STR023.
pub static RULE: Rule = Rule {
    id: "PAL-STR023",
    name: "unusable-operation-id",
    severity: Severity::Info,
    profile: Profile::Recommended,
    direction: Direction::Both,
    category: "structure",
    part: Part::None,
    invalid: false,
    owasp: &["API9:2023"],
    cwe: &["CWE-1059"],
    aliases: &["operation-operationId-valid-in-url", "operation-operationId-url-safe"],
    what: "An `operationId` that is empty or holds characters which may not stand in a URL unescaped, such as \
        spaces or braces.",
    why: "Links, logs, policies and generated code name operations by it; each tool mends such a name in its \
        own way.",
    fix: "Use letters, digits, `-`, `_`, `.` and the like.",
    bad: include_str!("../../../tests/fixtures/PAL-STR023/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-STR023/good.yaml"),
    references: &["https://spec.openapis.org/oas/v3.1.1#operation-object"],
    mend: Remedy::Unsafe(mend),
    check: Check::Operation(check),
};

fn check(_: &Index<'_>, operation: &Operation<'_>, sink: &mut Sink<'_>) {
    let Some(node) = operation.node.get("operationId") else { return };
    let Some(id) = node.as_str() else { return };
    let good = |b: u8| b.is_ascii_alphanumeric() || b"-._~:/?#[]@!$&'()*+,;=".contains(&b);
    if id.is_empty() || !id.bytes().all(good) {
        sink.at(node, format!("operationId {} is no name that fits into a URL", quote(id)), Applies::Nothing);
    }
}

/// Writes `_` for what does not fit, unless a link names the operation.
fn mend<'a>(index: &Index<'a>, spot: &Spot<'a>) -> Option<Mended> {
    let operation = index.operations.iter().find(|one| Some(one.node.id()) == spot.node.parent().map(NodeRef::id))?;
    if ids::linked(index, spot.node) {
        return None;
    }
    let word = spot.node.as_str()?.replace(|c: char| !c.is_ascii_alphanumeric() && !"-._".contains(c), "_");
    let mut taken = ids::taken(index);
    let id = match word.trim_matches('_').is_empty() {
        true => ids::fresh(operation, &mut taken),
        false => ids::claim(word, &mut taken),
    };
    let edits = index.editor().replace_scalar(spot.node, &id.as_str().into()).ok()?;
    Mended::risky(format!("name the operation {id}"), edits)
}
