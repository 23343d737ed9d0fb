//! A pattern that is no valid regular expression of ECMA-262.

use crate::hit::Applies;
use crate::index::{Index, Schema};
use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule, Why};
use crate::run::Sink;
use palisade_document::quote;
use palisade_finding::Severity;

/// PAL-DAT004.
pub static RULE: Rule = Rule {
    id: "PAL-DAT004",
    name: "invalid-pattern",
    severity: Severity::Medium,
    profile: Profile::Recommended,
    direction: Direction::Both,
    category: "data-validation",
    part: Part::None,
    invalid: true,
    owasp: &["API8:2023"],
    cwe: &["CWE-20", "CWE-1286"],
    aliases: &["semantic-pattern-incorrect-pcre", "v3-semantic-pattern-incorrect-pcre"],
    what: "A pattern that is no valid regular expression of ECMA-262.",
    why: "Validators ignore the pattern or refuse the whole contract. In the first case nothing is checked.",
    fix: "Correct the expression.",
    bad: include_str!("../../../tests/fixtures/PAL-DAT004/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-DAT004/good.yaml"),
    references: &["https://spec.openapis.org/oas/v3.0.3#schema-object"],
    mend: Remedy::Hand(Why::Api),
    check: Check::SchemaAlone(check),
};

fn check<'a>(index: &Index<'a>, schema: &Schema<'a>, sink: &mut Sink<'_>) {
    let Some(node) = schema.node.get("pattern") else { return };
    let Some(pattern) = node.as_str() else { return };
    let Some(facts) = index.pattern(pattern) else { return };
    if !facts.valid {
        sink.at(node, format!("pattern {} is no regular expression", quote(pattern)), Applies::Nothing);
    }
}
