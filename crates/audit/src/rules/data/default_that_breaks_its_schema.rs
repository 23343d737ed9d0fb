//! A default that its own schema refuses.

use crate::engine::Sink;
use crate::index::Index;
use crate::rule::{Check, Part, Rule};
use crate::rules::help;
use palisade_finding::Severity;

/// PAL-DAT007.
pub static RULE: Rule = Rule {
    id: "PAL-DAT007",
    name: "default-that-breaks-its-schema",
    severity: Severity::Medium,
    category: "data-validation",
    part: Part::None,
    invalid: true,
    owasp: &["API8:2023"],
    cwe: &["CWE-1188"],
    aliases: &["v3-validation-schema-default"],
    what: "A default that its own schema refuses.",
    why: "A caller who leaves the value out gets one that no caller may send.",
    fix: "Correct the default or the schema.",
    bad: include_str!("../../../tests/fixtures/PAL-DAT007/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-DAT007/good.yaml"),
    references: &["https://spec.openapis.org/oas/v3.0.3#schema-object"],
    mend: None,
    check: Check::Contract(check),
};

fn check(index: &Index<'_>, sink: &mut Sink<'_>) {
    help::values(index, &["default"], "default", sink);
}
