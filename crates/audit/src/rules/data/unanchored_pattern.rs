//! A pattern without `^` at its beginning or `$` at its end.

use crate::hit::Applies;
use crate::index::{Index, Schema};
use crate::mend::bounds;
use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule};
use crate::run::Sink;
use palisade_document::quote;
use palisade_finding::Severity;

/// PAL-DAT003.
pub static RULE: Rule = Rule {
    id: "PAL-DAT003",
    name: "unanchored-pattern",
    severity: Severity::Low,
    profile: Profile::Recommended,
    direction: Direction::Both,
    category: "data-validation",
    part: Part::None,
    invalid: false,
    owasp: &["API8:2023"],
    cwe: &["CWE-777"],
    aliases: &[
        "v3-schema-string-loosepattern",
        "parameter-array-string-loosepattern",
        "parameter-string-loosepattern",
        "response-header-array-string-loosepattern",
        "response-header-string-loosepattern",
        "schema-array-string-loosepattern",
        "schema-string-loosepattern",
    ],
    what: "A pattern that is not held to the beginning and the end of the text. `^a|b$` is not: each branch has \
        one side only.",
    why: "JSON Schema searches for a match anywhere in the text: what stands around it passes unchecked.",
    fix: "Begin the pattern with `^` and end it with `$`, alternatives in a group.",
    bad: include_str!("../../../tests/fixtures/PAL-DAT003/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-DAT003/good.yaml"),
    references: &["https://json-schema.org/understanding-json-schema/reference/regular_expressions"],
    mend: Remedy::Unsafe(bounds::anchors),
    check: Check::SchemaAlone(check),
};

fn check<'a>(index: &Index<'a>, schema: &Schema<'a>, sink: &mut Sink<'_>) {
    let Some(node) = schema.node.get("pattern") else { return };
    let Some(pattern) = node.as_str() else { return };
    let Some(facts) = index.pattern(pattern) else { return };
    if facts.valid && !facts.vacuous() && !(facts.anchored_start && facts.anchored_end) {
        let side = match (facts.anchored_start, facts.anchored_end) {
            (false, false) => "in every branch at the beginning and at the end",
            (false, true) => "in every branch at the beginning",
            _ => "in every branch at the end",
        };
        let side = if pattern.contains('|') { side } else { side.trim_start_matches("in every branch ") };
        let message = format!("pattern {} is not anchored {side}: any text around a match passes", quote(pattern));
        sink.at(node, message, Applies::Nothing);
    }
}
