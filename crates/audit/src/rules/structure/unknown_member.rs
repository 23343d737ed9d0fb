//! A member that the specification does not know, other than an extension (`x-`).

use crate::engine::Sink;
use crate::index::Index;
use crate::rule::{Check, Part, Rule};
use crate::rules::help;
use palisade_contract::roles::MisfitKind;
use palisade_finding::Severity;

/// FSE017.
pub static RULE: Rule = Rule {
    id: "FSE017",
    name: "unknown-member",
    severity: Severity::Info,
    category: "structure",
    part: Part::None,
    invalid: false,
    owasp: &["API9:2023"],
    cwe: &["CWE-1059"],
    aliases: &[
        "oas3-schema",
        "oas2-schema",
        "semantic-unknown-property",
        "v3-semantic-unknown-property",
        "validation-parameter-body-additionalproperties",
        "validation-parameter-notbody-schema",
        "oas2-anyOf",
        "oas2-oneOf",
    ],
    what: "A member that the specification does not know, other than an extension (`x-`).",
    why: "It has no effect. When it is a misspelt `security` or `required`, that is a hole.",
    fix: "Correct the spelling, or prefix an extension with `x-`.",
    bad: include_str!("../../../tests/fixtures/FSE017/bad.yaml"),
    good: include_str!("../../../tests/fixtures/FSE017/good.yaml"),
    references: &["https://spec.openapis.org/oas/v3.0.3"],
    mend: None,
    check: Check::Contract(check),
};

fn check(index: &Index<'_>, sink: &mut Sink<'_>) {
    help::misfits(index, sink, |kind| matches!(kind, MisfitKind::Unknown));
}
