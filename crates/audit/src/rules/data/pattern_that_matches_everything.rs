//! A pattern that every text matches.

use crate::hit::Applies;
use crate::index::{Index, Schema};
use crate::mend::{Mended, Spot, add, remove, without_effect};
use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule};
use crate::run::Sink;
use palisade_document::quote;
use palisade_finding::Severity;
use serde_json::json;

/// PAL-DAT005.
pub static RULE: Rule = Rule {
    id: "PAL-DAT005",
    name: "pattern-that-matches-everything",
    severity: Severity::Low,
    profile: Profile::Recommended,
    direction: Direction::Both,
    category: "data-validation",
    part: Part::None,
    invalid: false,
    owasp: &["API8:2023"],
    cwe: &["CWE-20"],
    aliases: &[
        "v3-schema-string-loosepattern",
        "parameter-array-string-loosepattern",
        "parameter-string-loosepattern",
        "response-header-array-string-loosepattern",
        "response-header-string-loosepattern",
        "schema-array-string-loosepattern",
        "schema-string-loosepattern",
    ],
    what: "A pattern that every text of one line matches, or every one but the empty text.",
    why: "It looks like a check and is none.",
    fix: "Write down what the value may be, or remove the pattern.",
    bad: include_str!("../../../tests/fixtures/PAL-DAT005/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-DAT005/good.yaml"),
    references: &["https://json-schema.org/understanding-json-schema/reference/regular_expressions"],
    mend: Remedy::Partly(mend),
    check: Check::SchemaAlone(check),
};

fn check<'a>(index: &Index<'a>, schema: &Schema<'a>, sink: &mut Sink<'_>) {
    let Some(node) = schema.node.get("pattern") else { return };
    let Some(pattern) = node.as_str() else { return };
    let Some(facts) = index.pattern(pattern) else { return };
    if facts.vacuous() {
        let but = if facts.match_all { "" } else { " but the empty one: that is what minLength says" };
        sink.at(node, format!("pattern {} matches every text{but}", quote(pattern)), Applies::Nothing);
    }
}

/// Takes the pattern out; one that asks for some text is a `minLength`.
fn mend<'a>(index: &Index<'a>, spot: &Spot<'a>) -> Option<Mended> {
    let facts = index.pattern(spot.node.as_str()?)?;
    if facts.match_all {
        return without_effect(index, spot);
    }
    let schema = spot.node.parent()?;
    let mut edits = remove(index, schema, &["pattern"])?;
    if schema.get("minLength").is_none() {
        edits.extend(add(index, schema, &["format", "type"], "minLength", &json!(1))?);
    }
    Mended::risky("write minLength for the pattern", edits)
}
