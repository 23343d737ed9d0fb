//! A value that must come and has a default.

use crate::hit::Applies;
use crate::index::{Index, Parameter};
use crate::mend::{Mended, Spot, remove};
use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule};
use crate::rules::shape;
use crate::run::Sink;
use palisade_document::{NodeRef, quote};
use palisade_finding::Severity;

/// PAL-BPR020.
pub static RULE: Rule = Rule {
    id: "PAL-BPR020",
    name: "required-with-default",
    severity: Severity::Info,
    profile: Profile::Strict,
    direction: Direction::Both,
    category: "best-practice",
    part: Part::None,
    invalid: false,
    owasp: &["API9:2023"],
    cwe: &["CWE-1059"],
    aliases: &["warning-parameter-required-default", "v3-warning-parameter-required-default"],
    what: "A required parameter whose schema has a `default`. Reported once for the contract, with the number \
        of parameters.",
    why: "The default can never apply. One of the two is wrong: callers who trust the default are refused.",
    fix: "Remove the default, or do not require the parameter.",
    bad: include_str!("../../../tests/fixtures/PAL-BPR020/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-BPR020/good.yaml"),
    references: &["https://spec.openapis.org/oas/v3.1.1#parameter-object"],
    mend: Remedy::Unsafe(mend),
    check: Check::Contract(check),
};

/// Required parameters with a default.
fn defaulted<'i, 'a>(index: &'i Index<'a>) -> impl Iterator<Item = &'i Parameter<'a>> {
    index.parameters.iter().filter(|parameter| {
        parameter.node.get("required").and_then(NodeRef::as_bool) == Some(true)
            && parameter.schema.and_then(shape::follow).is_some_and(|schema| schema.get("default").is_some())
    })
}

fn check(index: &Index<'_>, sink: &mut Sink<'_>) {
    let mut found = defaulted(index);
    let Some(first) = found.next() else { return };
    let message = match found.count() {
        0 => format!("parameter {} is required and has a default", quote(first.name)),
        more => format!("{} parameters are required and have a default, the first is {}", more + 1, quote(first.name)),
    };
    // One finding for the whole contract: the same whichever place is the first.
    if let Some(hit) = sink.at_key(first.node, message, Applies::Nothing) {
        hit.value("*");
    }
}

/// Takes the defaults out: the finding is one for all parameters. A shared schema may be that of optional ones too.
fn mend<'a>(index: &Index<'a>, _: &Spot<'a>) -> Option<Mended> {
    let mut edits = Vec::new();
    for schema in defaulted(index).filter_map(|parameter| parameter.schema) {
        if schema.get("$ref").is_some() {
            return None;
        }
        edits.extend(remove(index, schema, &["default"])?);
    }
    Mended::loss(index, "take out defaults that are never used", edits)
}
