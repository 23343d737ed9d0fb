//! A member whose value has another type than the specification says.

use crate::index::Index;
use crate::mend::{Mended, Spot};
use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule};
use crate::rules::help;
use crate::run::Sink;
use palisade_contract::roles::{MisfitKind, Value};
use palisade_document::Kind;
use palisade_finding::Severity;

/// FBP010.
pub static RULE: Rule = Rule {
    id: "FBP010",
    name: "member-of-wrong-type",
    severity: Severity::Info,
    profile: Profile::Recommended,
    direction: Direction::Both,
    category: "structure",
    part: Part::None,
    invalid: true,
    owasp: &["API9:2023"],
    cwe: &["CWE-1059"],
    aliases: &[
        "oas3-schema",
        "oas2-schema",
        "oas-schema-check",
        "v3-validation-property-value-type",
        "validation-property-value-type",
        "spec",
        "struct",
        "validation-property-integer",
        "v3-validation-property-integer",
        "validation-property-integer-positive",
        "v3-validation-property-integer-positive",
    ],
    what: "A member whose value has another type than the specification says.",
    why: "Tools skip the member or stop. What it was meant to say is not enforced.",
    fix: "Give it a value of the right type.",
    bad: include_str!("../../../tests/fixtures/FBP010/bad.yaml"),
    good: include_str!("../../../tests/fixtures/FBP010/good.yaml"),
    references: &["https://spec.openapis.org/oas/v3.0.3"],
    mend: Remedy::Partly(mend),
    check: Check::Contract(check),
};

fn check(index: &Index<'_>, sink: &mut Sink<'_>) {
    help::misfits(index, sink, |kind| matches!(kind, MisfitKind::WrongType(_)));
}

/// Quotes a number that stands for a text, and takes the quotes from a flag or number that stands as text.
fn mend<'a>(index: &Index<'a>, spot: &Spot<'a>) -> Option<Mended> {
    let node = spot.node;
    let field = index.roles().role(node.parent()?.id())?.field(index.roles().version(), node.key()?)?;
    match (field.value, node.kind()) {
        (Value::Text | Value::Version, Kind::Number | Kind::Bool) => {
            Mended::safe("put it into quotes", index.editor().quote_scalar(node).ok()?)
        }
        (Value::Flag, Kind::String) => {
            let flag = matches!(node.scalar_text(), "true" | "false").then(|| node.scalar_text() == "true")?;
            Mended::risky("take the quotes away", index.editor().replace_scalar(node, &flag.into()).ok()?)
        }
        (Value::Number | Value::Count, Kind::String) => {
            let number: u64 = node.scalar_text().parse().ok()?;
            Mended::risky("take the quotes away", index.editor().replace_scalar(node, &number.into()).ok()?)
        }
        _ => None,
    }
}
