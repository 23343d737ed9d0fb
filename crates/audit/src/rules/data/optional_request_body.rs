//! A body that may be left out.

use crate::hit::Applies;
use crate::index::Index;
use crate::index::Operation;
use crate::mend::{Mended, Spot, set};
use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule};
use crate::rules::shape;
use crate::run::Sink;
use palisade_document::{NodeRef, quote};
use palisade_finding::Severity;
use std::collections::HashSet;

/// PAL-DAT045.
pub static RULE: Rule = Rule {
    id: "PAL-DAT045",
    name: "optional-request-body",
    severity: Severity::Info,
    profile: Profile::Strict,
    direction: Direction::Both,
    category: "data-validation",
    part: Part::None,
    invalid: false,
    owasp: &["API8:2023"],
    cwe: &["CWE-20"],
    aliases: &[],
    what: "A request body of POST, PUT or PATCH that is not marked as required. Reported once for the contract, \
        with the number of operations.",
    why: "A request without any body passes, and no limit of the schema is looked at: `required` is false \
        unless it is written.",
    fix: "Set `required: true` on the request body.",
    bad: include_str!("../../../tests/fixtures/PAL-DAT045/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-DAT045/good.yaml"),
    references: &["https://spec.openapis.org/oas/v3.1.1#request-body-object"],
    mend: Remedy::Unsafe(mend),
    check: Check::Contract(check),
};

fn check(index: &Index<'_>, sink: &mut Sink<'_>) {
    let optional: Vec<_> = optional(index).collect();
    if let Some((operation, body)) = optional.first() {
        let label = operation.label();
        let message = match optional.len() {
            1 => format!("the request body of {} may be left out", quote(&label)),
            count => {
                format!("the request bodies of {count} operations may be left out, the first is {}", quote(&label))
            }
        };
        sink.at_key(*body, message, Applies::Nothing);
    }
}

/// Operations with a body that may be left out.
fn optional<'i, 'a>(index: &'i Index<'a>) -> impl Iterator<Item = (&'i Operation<'a>, NodeRef<'a>)> {
    let bare = |node: NodeRef<'_>| node.get("required").and_then(NodeRef::as_bool) != Some(true);
    index
        .operations
        .iter()
        .filter(|operation| !operation.outgoing && matches!(operation.method.as_str(), "POST" | "PUT" | "PATCH"))
        .filter_map(|operation| Some((operation, operation.node.get("requestBody").and_then(shape::follow)?)))
        .filter(move |(_, body)| bare(*body))
}

/// Asks for every body: the finding is one for all of them.
fn mend<'a>(index: &Index<'a>, _: &Spot<'a>) -> Option<Mended> {
    let mut seen = HashSet::new();
    let mut edits = Vec::new();
    for (_, body) in optional(index).filter(|(_, body)| seen.insert(body.id())) {
        edits.extend(set(index, body, &["description"], "required", &true.into())?);
    }
    Mended::risky("require the request bodies", edits)
}
