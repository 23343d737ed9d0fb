//! A pattern on which a backtracking engine needs exponential or polynomial time, with a text that shows it.

use crate::hit::Applies;
use crate::index::{Index, Schema};
use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule, Why};
use crate::run::Sink;
use palisade_document::{NodeRef, quote};
use palisade_finding::Severity;
use palisade_schema::pattern::{Backtracking, Growth};

/// PAL-DAT002.
pub static RULE: Rule = Rule {
    id: "PAL-DAT002",
    name: "pattern-with-catastrophic-backtracking",
    severity: Severity::High,
    profile: Profile::Minimal,
    direction: Direction::Both,
    category: "data-validation",
    part: Part::None,
    invalid: false,
    owasp: &["API4:2023"],
    cwe: &["CWE-1333"],
    aliases: &[],
    what: "A pattern on which a backtracking engine needs exponential or polynomial time, with a text that shows \
        it. Exponential time is high, a power of three or more medium, quadratic time low; a `maxLength` so small \
        that the time stays short is taken into account. Patterns with look-around or back-references are not \
        judged.",
    why: "A text chosen by a caller keeps a processor busy, for minutes where the time is exponential, wherever \
        the pattern is checked by such an engine, which most validators use.",
    fix: "Rewrite the pattern so that no text can be matched in two ways: no repetition inside a repetition or \
        beside another over the same characters, and `^` at the beginning. Or set a small `maxLength`.",
    bad: include_str!("../../../tests/fixtures/PAL-DAT002/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-DAT002/good.yaml"),
    references: &["https://owasp.org/www-community/attacks/Regular_expression_Denial_of_Service_-_ReDoS"],
    mend: Remedy::Hand(Why::Intent),
    check: Check::SchemaAlone(check),
};

/// A text of bounded length does no harm when it takes fewer steps.
const HARMLESS: f64 = 1e6;

fn check<'a>(index: &Index<'a>, schema: &Schema<'a>, sink: &mut Sink<'_>) {
    let Some(node) = schema.node.get("pattern") else { return };
    let Some(pattern) = node.as_str() else { return };
    let Some(facts) = index.pattern(pattern) else { return };
    let Backtracking::Slow(witness) = &facts.backtracking else { return };
    let limit = schema.node.get("maxLength").and_then(NodeRef::as_f64).map(|limit| limit.max(0.0) as u64);
    let longest = limit.into_iter().chain(facts.max_len).min();
    if longest.is_some_and(|length| witness.steps_within(length) < HARMLESS) {
        return;
    }
    let (time, severity) = match witness.growth {
        Growth::Exponential => ("exponential time".to_owned(), Severity::High),
        Growth::Polynomial(2) => ("quadratic time".to_owned(), Severity::Low),
        Growth::Polynomial(degree) => (format!("time by the power of {degree}"), Severity::Medium),
    };
    let times = |text: &str| format!("{} again and again", quote(text));
    let parts = [
        (!witness.prefix.is_empty()).then(|| quote(&witness.prefix)),
        Some(times(&witness.pump)),
        (!witness.suffix.is_empty()).then(|| quote(&witness.suffix)),
    ];
    let text = parts.into_iter().flatten().collect::<Vec<_>>().join(", ");
    let message = format!("pattern {} takes {time} on some texts: {text}", quote(pattern));
    if let Some(hit) = sink.at(node, message, Applies::Nothing) {
        let measured = witness.steps.iter().filter(|(pumps, _)| *pumps > 0);
        let steps = measured.map(|(pumps, steps)| format!("{pumps} times {steps} steps")).collect::<Vec<_>>();
        hit.severity(severity).evidence(format!("{text}: {}", steps.join(", ")));
    }
}
