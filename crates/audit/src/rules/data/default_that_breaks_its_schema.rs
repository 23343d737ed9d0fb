//! A default that its own schema refuses.

use crate::index::Index;
use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule, Why};
use crate::rules::help;
use crate::rules::samples::Shown;
use crate::run::Sink;
use palisade_finding::Severity;

/// PAL-DAT007.
pub static RULE: Rule = Rule {
    id: "PAL-DAT007",
    name: "default-that-breaks-its-schema",
    severity: Severity::Medium,
    profile: Profile::Recommended,
    direction: Direction::Both,
    category: "data-validation",
    part: Part::None,
    invalid: true,
    owasp: &["API8:2023"],
    cwe: &["CWE-1188"],
    aliases: &[
        "semantic-header-default-invalid",
        "semantic-item-default-invalid",
        "semantic-parameter-default-invalid",
        "semantic-schema-default-invalid",
        "v3-semantic-schema-default-invalid",
    ],
    what: "A default that its own schema refuses.",
    why: "A caller who leaves the value out gets one that no caller may send.",
    fix: "Correct the default or the schema.",
    bad: include_str!("../../../tests/fixtures/PAL-DAT007/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-DAT007/good.yaml"),
    references: &["https://spec.openapis.org/oas/v3.0.3#schema-object"],
    mend: Remedy::Hand(Why::Intent),
    check: Check::Contract(check),
};

fn check(index: &Index<'_>, sink: &mut Sink<'_>) {
    help::values(index, Shown::Default, "default", sink);
}
