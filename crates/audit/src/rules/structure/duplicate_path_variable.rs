//! A variable that stands twice in one path.

use crate::hit::Applies;
use crate::index::Index;
use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule, Why};
use crate::run::Sink;
use palisade_document::{NodeRef, quote};
use palisade_finding::Severity;

/// PAL-STR025.
pub static RULE: Rule = Rule {
    id: "PAL-STR025",
    name: "duplicate-path-variable",
    severity: Severity::Medium,
    profile: Profile::Recommended,
    direction: Direction::Both,
    category: "structure",
    part: Part::None,
    invalid: true,
    owasp: &["API1:2023"],
    cwe: &["CWE-694", "CWE-639"],
    aliases: &[],
    what: "A path in which two variables have the same name.",
    why: "One parameter describes both, and a server keeps one of the two values: the other one reaches the \
        code unchecked, or the check sees the wrong one.",
    fix: "Give each variable a name of its own.",
    bad: include_str!("../../../tests/fixtures/PAL-STR025/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-STR025/good.yaml"),
    references: &["https://spec.openapis.org/oas/v3.1.1#paths-object"],
    mend: Remedy::Hand(Why::Intent),
    check: Check::Contract(check),
};

fn check(index: &Index<'_>, sink: &mut Sink<'_>) {
    for member in index.root().get("paths").into_iter().flat_map(NodeRef::members) {
        let mut seen: Vec<&str> = Vec::new();
        for (name, _) in member.key.split('{').skip(1).filter_map(|rest| rest.split_once('}')) {
            if seen.contains(&name) {
                let message = format!("the variable {} stands twice in {}", quote(name), quote(member.key));
                sink.at_key(member.value, message, Applies::Nothing);
                break;
            }
            seen.push(name);
        }
    }
}
