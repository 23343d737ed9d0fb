//! Limits of a string that exclude each other.

use crate::hit::Applies;
use crate::index::{Index, Schema};
use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule, Why};
use crate::run::Sink;
use palisade_document::{NodeRef, quote};
use palisade_finding::Severity;

/// PAL-DAT024.
pub static RULE: Rule = Rule {
    id: "PAL-DAT024",
    name: "contradicting-string-limits",
    severity: Severity::Medium,
    profile: Profile::Recommended,
    direction: Direction::Both,
    category: "data-validation",
    part: Part::None,
    invalid: true,
    owasp: &["API8:2023"],
    cwe: &["CWE-1286"],
    aliases: &[
        "parameter-string-pattern-incompatible",
        "response-header-string-pattern-incompatible",
        "schema-string-pattern-incompatible",
        "v3-schema-string-pattern-incompatible",
        "v3-schema-response-string-pattern-incompatible",
        "semantic-pattern-incompatible",
        "v3-semantic-pattern-incompatible",
    ],
    what: "A `pattern`, `format`, `minLength` or `maxLength` that another one excludes: the pattern allows at \
        most 4 characters and `minLength` is 5, or a `uuid` must fit into 10 characters.",
    why: "No value can pass. Whoever enforces the contract blocks every request, and whoever therefore \
        switches the check off has none.",
    fix: "Make the limits agree.",
    bad: include_str!("../../../tests/fixtures/PAL-DAT024/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-DAT024/good.yaml"),
    references: &[
        "https://spec.openapis.org/oas/v3.1.1#schema-object",
        "https://json-schema.org/understanding-json-schema/reference/regular_expressions",
    ],
    mend: Remedy::Hand(Why::Intent),
    check: Check::SchemaAlone(check),
};

/// Fewest and most characters that a value of a format has.
fn lengths(format: &str) -> Option<(u64, u64)> {
    match format {
        "date" => Some((10, 10)),
        "date-time" => Some((17, u64::MAX)),
        "uuid" => Some((36, 36)),
        "ipv4" => Some((7, 15)),
        "ipv6" => Some((2, 45)),
        "email" => Some((3, u64::MAX)),
        _ => None,
    }
}

fn check<'a>(index: &Index<'a>, schema: &Schema<'a>, sink: &mut Sink<'_>) {
    let node = schema.node;
    let limit = |key: &str| node.get(key).and_then(NodeRef::as_u64);
    let own = node.get("format").and_then(NodeRef::as_str).and_then(lengths);
    let (low, high) = (limit("minLength"), limit("maxLength"));
    if let (Some((least, most)), Some(format)) = (own, node.get("format")) {
        let word = quote(format.scalar_text());
        if let Some(high) = high.filter(|high| *high < least) {
            let message = format!("a value of format {word} has at least {least} characters, maxLength is {high}");
            sink.at(format, message, Applies::Nothing);
        } else if let Some(low) = low.filter(|low| *low > most) {
            let message = format!("a value of format {word} has at most {most} characters, minLength is {low}");
            sink.at(format, message, Applies::Nothing);
        }
    }
    let Some((pattern, text)) = node.get("pattern").and_then(|node| Some((node, node.as_str()?))) else { return };
    let Some(facts) = index.pattern(text).filter(|facts| facts.valid) else { return };
    if facts.impossible {
        sink.at(pattern, format!("no text matches pattern {}", quote(text)), Applies::Nothing);
        return;
    }
    let ceiling = high.into_iter().chain(own.map(|(_, most)| most)).min();
    if let Some(ceiling) = ceiling.filter(|ceiling| facts.min_len > *ceiling) {
        let what = if high == Some(ceiling) { "maxLength allows" } else { "the format has" };
        let least = facts.min_len;
        let message = format!("pattern {} needs at least {least} characters, {what} at most {ceiling}", quote(text));
        sink.at(pattern, message, Applies::Nothing);
        return;
    }
    let floor = low.into_iter().chain(own.map(|(least, _)| least)).max().unwrap_or(0);
    let Some(most) = facts.max_len else { return };
    if most < floor {
        let what = if low == Some(floor) { "minLength asks for" } else { "the format needs" };
        let message = format!("pattern {} allows at most {most} characters, {what} {floor}", quote(text));
        sink.at(pattern, message, Applies::Nothing);
    }
}
