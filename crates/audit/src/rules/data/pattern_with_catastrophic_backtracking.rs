//! A pattern on which a backtracking engine may need exponential or high polynomial time.

use crate::engine::{Applies, Sink};
use crate::index::{Index, Schema};
use crate::rule::{Check, Part, Rule};
use palisade_document::quote;
use palisade_finding::Severity;

/// PAL-DAT002.
pub static RULE: Rule = Rule {
    id: "PAL-DAT002",
    name: "pattern-with-catastrophic-backtracking",
    severity: Severity::High,
    category: "data-validation",
    part: Part::None,
    invalid: false,
    owasp: &["API4:2023"],
    cwe: &["CWE-1333"],
    aliases: &[],
    what: "A pattern on which a backtracking engine may need exponential or high polynomial time.",
    why: "A short text chosen by a caller keeps a processor busy for minutes wherever the pattern is checked \
        by such an engine, which most validators use.",
    fix: "Rewrite the pattern so that no text can be matched in two ways: no repetition inside a repetition \
        over the same characters.",
    bad: include_str!("../../../tests/fixtures/PAL-DAT002/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-DAT002/good.yaml"),
    references: &["https://owasp.org/www-community/attacks/Regular_expression_Denial_of_Service_-_ReDoS"],
    mend: None,
    check: Check::Schema(check),
};

fn check<'a>(index: &Index<'a>, schema: &Schema<'a>, sink: &mut Sink<'_>) {
    let Some(node) = schema.node.get("pattern") else { return };
    let Some(pattern) = node.as_str() else { return };
    let Some(facts) = index.pattern(pattern) else { return };
    if let Some(reason) = &facts.redos {
        let message = format!("pattern {} can take exponential time: {reason}", quote(pattern));
        sink.at(node, message, Applies::Nothing);
    }
}
