//! A member that the specification requires and that is absent or an empty text.

use crate::engine::Sink;
use crate::index::Index;
use crate::rule::{Check, Part, Rule};
use crate::rules::help;
use palisade_contract::roles::MisfitKind;
use palisade_finding::Severity;

/// FBP001.
pub static RULE: Rule = Rule {
    id: "FBP001",
    name: "missing-member",
    severity: Severity::Info,
    category: "structure",
    part: Part::None,
    invalid: false,
    owasp: &["API9:2023"],
    cwe: &["CWE-1059"],
    aliases: &[
        "oas3-schema",
        "oas2-schema",
        "v3-parameter-schema-undefined",
        "semantic-property-required",
        "v3-semantic-property-required",
        "v3-validation-mandatory-category",
        "v3-validation-parameter-schema-content-not-present",
        "v3-validation-property-required",
        "v3-validation-security-required",
        "validation-security-oauth-required",
        "v3-validation-security-oauth-required",
        "validation-mandatory-category",
        "validation-parameter-body-required",
        "validation-property-required",
        "validation-security-required",
    ],
    what: "A member that the specification requires and that is absent or an empty text.",
    why: "Tools that read the contract stop here or guess; what they generate or enforce differs from tool to \
        tool.",
    fix: "Add the member.",
    bad: include_str!("../../../tests/fixtures/FBP001/bad.yaml"),
    good: include_str!("../../../tests/fixtures/FBP001/good.yaml"),
    references: &["https://spec.openapis.org/oas/v3.0.3"],
    mend: None,
    check: Check::Contract(check),
};

fn check(index: &Index<'_>, sink: &mut Sink<'_>) {
    help::misfits(index, sink, |kind| matches!(kind, MisfitKind::Missing(_) | MisfitKind::Empty(_)));
}
