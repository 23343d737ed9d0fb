//! A member beside `$ref` that is ignored there.

use crate::index::{Index, Version};
use crate::mend::{Mended, Spot};
use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule};
use crate::rules::help;
use crate::run::Sink;
use palisade_contract::roles::{MisfitKind, Role};
use palisade_finding::Severity;

/// FST008.
pub static RULE: Rule = Rule {
    id: "FST008",
    name: "sibling-of-reference",
    severity: Severity::Info,
    profile: Profile::Recommended,
    direction: Direction::Both,
    category: "structure",
    part: Part::None,
    invalid: false,
    owasp: &["API9:2023"],
    cwe: &["CWE-1059"],
    aliases: &[
        "no-$ref-siblings",
        "oas3-no-$ref-siblings",
        "v3-warning-reference-property",
        "warning-reference-property",
    ],
    what: "A member beside `$ref` that is ignored there: any before OpenAPI 3.1, and outside of schemas and path \
        items any but `summary` and `description` since.",
    why: "It is ignored: a limit written there limits nothing.",
    fix: "Move it into the schema referred to, or put the reference into an `allOf`.",
    bad: include_str!("../../../tests/fixtures/FST008/bad.yaml"),
    good: include_str!("../../../tests/fixtures/FST008/good.yaml"),
    references: &["https://spec.openapis.org/oas/v3.0.3#reference-object"],
    mend: Remedy::Partly(mend),
    check: Check::Contract(check),
};

fn check(index: &Index<'_>, sink: &mut Sink<'_>) {
    help::misfits(index, sink, |kind| matches!(kind, MisfitKind::Sibling));
}

/// Takes the ignored members out. What describes a schema is kept: the reference moves into an `allOf`, where its
/// neighbours count.
fn mend<'a>(index: &Index<'a>, spot: &Spot<'a>) -> Option<Mended> {
    const TEXT: [&str; 8] =
        ["title", "summary", "description", "example", "externalDocs", "deprecated", "readOnly", "writeOnly"];
    let node = spot.node;
    let role = index.sibling_role(node)?;
    let heard: &[&str] = if index.version == Version::V31 { &["summary", "description"] } else { &[] };
    let others: Vec<_> = node
        .members()
        .filter(|one| one.key != "$ref" && !one.key.starts_with("x-") && !heard.contains(&one.key))
        .collect();
    let described = others.iter().any(|one| TEXT.contains(&one.key));
    let editor = index.editor();
    if described && role == Role::Schema {
        let gone: Vec<_> = others.iter().filter(|one| !TEXT.contains(&one.key)).copied().collect();
        let mut edits = editor.remove_members(node, &gone).ok()?;
        edits.extend(editor.wrap_member(node, &node.member("$ref")?, "allOf").ok()?);
        return Mended::removal(index, "put the reference into an allOf, so that what describes it counts", edits);
    }
    let edits = editor.remove_members(node, &others).ok()?;
    let what = "take out what is ignored beside $ref";
    if described { Mended::risky(what, edits) } else { Mended::removal(index, what, edits) }
}
