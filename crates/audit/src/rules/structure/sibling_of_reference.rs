//! A member beside `$ref` that is ignored there.

use crate::engine::Sink;
use crate::index::Index;
use crate::rule::{Check, Part, Rule};
use crate::rules::help;
use palisade_contract::roles::MisfitKind;
use palisade_finding::Severity;

/// FST008.
pub static RULE: Rule = Rule {
    id: "FST008",
    name: "sibling-of-reference",
    severity: Severity::Info,
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
    mend: None,
    check: Check::Contract(check),
};

fn check(index: &Index<'_>, sink: &mut Sink<'_>) {
    help::misfits(index, sink, |kind| matches!(kind, MisfitKind::Sibling));
}
