//! An example that its own schema refuses.

use crate::index::Index;
use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule, Why};
use crate::rules::help;
use crate::rules::samples::Shown;
use crate::run::Sink;
use palisade_finding::Severity;

/// PAL-DAT006.
pub static RULE: Rule = Rule {
    id: "PAL-DAT006",
    name: "example-that-breaks-its-schema",
    severity: Severity::Low,
    profile: Profile::Recommended,
    direction: Direction::Both,
    category: "data-validation",
    part: Part::None,
    invalid: false,
    owasp: &["API9:2023"],
    cwe: &["CWE-1059"],
    aliases: &[
        "oas3-valid-schema-example",
        "oas3-valid-media-example",
        "oas2-valid-media-example",
        "oas2-valid-schema-example",
        "no-invalid-media-type-examples",
        "no-invalid-parameter-examples",
        "no-invalid-schema-examples",
        "oas3-example-external-check",
        "v3-warning-example-schema-not-consistent",
        "v3-warning-schema-example-improper",
        "v3-warning-schema-sample-improper",
        "warning-header-sample-improper",
        "warning-items-sample-improper",
        "warning-parameter-sample-improper",
        "warning-schema-example-improper",
        "warning-schema-sample-improper",
    ],
    what: "An example that its own schema refuses.",
    why: "One of the two is wrong. Tools that learn, mock or test from the example work with a value the API \
        does not accept.",
    fix: "Correct the example or the schema.",
    bad: include_str!("../../../tests/fixtures/PAL-DAT006/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-DAT006/good.yaml"),
    references: &["https://spec.openapis.org/oas/v3.0.3#schema-object"],
    mend: Remedy::Hand(Why::Api),
    check: Check::Contract(check),
};

fn check(index: &Index<'_>, sink: &mut Sink<'_>) {
    help::values(index, Shown::Example, "example", sink);
}
