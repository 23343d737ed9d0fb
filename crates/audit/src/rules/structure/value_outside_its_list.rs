//! A word where the specification lists the words that may stand: `in`, `type`, `style`, `schemes`.

use crate::index::Index;
use crate::mend::{Mended, Spot};
use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule};
use crate::rules::help;
use crate::run::Sink;
use palisade_contract::roles::MisfitKind;
use palisade_finding::Severity;

/// FST004.
pub static RULE: Rule = Rule {
    id: "FST004",
    name: "value-outside-its-list",
    severity: Severity::Info,
    profile: Profile::Recommended,
    direction: Direction::Both,
    category: "structure",
    part: Part::None,
    invalid: true,
    owasp: &["API9:2023"],
    cwe: &["CWE-1059"],
    aliases: &["oas3-schema", "oas2-schema", "semantic-property-pattern"],
    what: "A word where the specification lists the words that may stand: `in`, `type`, `style`, `schemes`.",
    why: "Tools skip what they do not know: the parameter is not validated, the scheme not enforced.",
    fix: "Use one of the listed words.",
    bad: include_str!("../../../tests/fixtures/FST004/bad.yaml"),
    good: include_str!("../../../tests/fixtures/FST004/good.yaml"),
    references: &["https://spec.openapis.org/oas/v3.0.3"],
    mend: Remedy::Unsafe(mend),
    check: Check::Contract(check),
};

fn check(index: &Index<'_>, sink: &mut Sink<'_>) {
    help::misfits(index, sink, |kind| matches!(kind, MisfitKind::OutsideList(_)));
}

/// Corrects the case of a word.
fn mend<'a>(index: &Index<'a>, spot: &Spot<'a>) -> Option<Mended> {
    const WORDS: [&str; 17] = [
        "string",
        "number",
        "integer",
        "boolean",
        "array",
        "object",
        "null",
        "file",
        "query",
        "header",
        "path",
        "cookie",
        "formData",
        "body",
        "apiKey",
        "oauth2",
        "openIdConnect",
    ];
    let text = spot.node.as_str()?;
    let right = WORDS.iter().find(|word| word.eq_ignore_ascii_case(text) && **word != text)?;
    let edits = index.editor().replace_scalar(spot.node, &(*right).into()).ok()?;
    Mended::risky(format!("write {right}"), edits)
}
