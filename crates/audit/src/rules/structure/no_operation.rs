//! A contract without any operation.

use crate::hit::Applies;
use crate::index::Index;
use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule, Why};
use crate::run::Sink;
use palisade_finding::Severity;

/// PAL-STR011.
pub static RULE: Rule = Rule {
    id: "PAL-STR011",
    name: "no-operation",
    severity: Severity::Info,
    profile: Profile::Recommended,
    direction: Direction::Both,
    category: "structure",
    part: Part::None,
    invalid: false,
    owasp: &["API9:2023"],
    cwe: &["CWE-1059"],
    aliases: &["v3-validation-global-paths-empty", "validation-global-paths-empty"],
    what: "A contract without any operation.",
    why: "Nothing can be judged: the score is 0.",
    fix: "Describe the operations under `paths`.",
    bad: include_str!("../../../tests/fixtures/PAL-STR011/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-STR011/good.yaml"),
    references: &["https://spec.openapis.org/oas/v3.0.3#paths-object"],
    mend: Remedy::Hand(Why::Api),
    check: Check::Contract(check),
};

fn check(index: &Index<'_>, sink: &mut Sink<'_>) {
    if index.operations.iter().all(|operation| operation.outgoing) {
        let node = index.root().get("paths").unwrap_or(index.root());
        sink.at_key(
            node,
            "the contract describes no operation: there is nothing to score".to_owned(),
            Applies::Nothing,
        );
    }
}
