//! An example for a media type that the operation does not send.

use crate::hit::Applies;
use crate::index::{Index, Operation, Version};
use crate::mend::{Mended, Spot, remove};
use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule};
use crate::run::Sink;
use palisade_document::{NodeRef, quote};
use palisade_finding::Severity;

/// PAL-STR047.
pub static RULE: Rule = Rule {
    id: "PAL-STR047",
    name: "example-of-undeclared-media-type",
    severity: Severity::Low,
    profile: Profile::Recommended,
    direction: Direction::Both,
    category: "structure",
    part: Part::None,
    invalid: false,
    owasp: &["API9:2023"],
    cwe: &["CWE-1059"],
    aliases: &["semantic-operation-example"],
    what: "In Swagger 2.0: an entry of a response's `examples` for a media type that `produces` does not list.",
    why: "It shows an answer that the operation never gives; mocks and tests built from it test nothing.",
    fix: "Add the media type to `produces`, or remove the example.",
    bad: include_str!("../../../tests/fixtures/PAL-STR047/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-STR047/good.yaml"),
    references: &["https://spec.openapis.org/oas/v2.0"],
    mend: Remedy::Unsafe(mend),
    check: Check::Operation(check),
};

fn check(index: &Index<'_>, operation: &Operation<'_>, sink: &mut Sink<'_>) {
    if index.version != Version::V2 {
        return;
    }
    let Some(produces) = operation.node.get("produces").or_else(|| index.root().get("produces")) else { return };
    for response in operation.responses.iter().filter_map(|(_, at)| index.responses.get(*at)) {
        if response.operations.first() != Some(&operation.at) || response.operations.len() > 1 {
            continue;
        }
        for member in response.node.get("examples").into_iter().flat_map(NodeRef::members) {
            let listed = produces.items().filter_map(NodeRef::as_str).any(|item| item == member.key || item == "*/*");
            if member.key.contains('/') && !listed {
                let message = format!("the example is {}, which produces does not list", quote(member.key));
                sink.at_key(member.value, message, Applies::Nothing);
            }
        }
    }
}

/// Takes the example out.
fn mend<'a>(index: &Index<'a>, spot: &Spot<'a>) -> Option<Mended> {
    let examples = spot.node.parent()?;
    let edits = match examples.len() {
        1 => remove(index, examples.parent()?, &["examples"])?,
        _ => remove(index, examples, &[spot.node.key()?])?,
    };
    Mended::loss(index, "take the example out", edits)
}
