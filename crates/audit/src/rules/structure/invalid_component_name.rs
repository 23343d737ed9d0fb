//! A component whose name no reference may use.

use crate::hit::Applies;
use crate::index::{Index, Version};
use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule, Why};
use crate::run::Sink;
use palisade_document::{NodeRef, quote};
use palisade_finding::Severity;

/// PAL-STR033.
pub static RULE: Rule = Rule {
    id: "PAL-STR033",
    name: "invalid-component-name",
    severity: Severity::Low,
    profile: Profile::Recommended,
    direction: Direction::Both,
    category: "structure",
    part: Part::None,
    invalid: false,
    owasp: &["API9:2023"],
    cwe: &["CWE-1286"],
    aliases: &["v3-validation-key-pattern", "spec-components-invalid-map-name"],
    what: "A component (since 3.0) whose name holds other characters than letters, digits, `.`, `-` and `_`.",
    why: "References to it must be escaped, which tools do in different ways: for some it leads nowhere, and \
        nothing is checked there.",
    fix: "Rename the component.",
    bad: include_str!("../../../tests/fixtures/PAL-STR033/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-STR033/good.yaml"),
    references: &["https://spec.openapis.org/oas/v3.1.1#components-object"],
    mend: Remedy::Hand(Why::Intent),
    check: Check::Contract(check),
};

fn check(index: &Index<'_>, sink: &mut Sink<'_>) {
    if index.version == Version::V2 {
        return;
    }
    let kinds = index.root().get("components").into_iter().flat_map(NodeRef::members);
    for member in kinds.filter(|kind| !kind.key.starts_with("x-")).flat_map(|kind| kind.value.members()) {
        let good = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_');
        if !member.key.bytes().all(good) || member.key.is_empty() {
            let message = format!("{} is no name for a component", quote(member.key));
            sink.at_key(member.value, message, Applies::Nothing);
        }
    }
}
