//! A member that the specification requires and that is absent or an empty text.

use crate::index::Index;
use crate::mend::{Mended, Spot, answers, set};
use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule};
use crate::rules::help;
use crate::run::Sink;
use palisade_contract::roles::MisfitKind;
use palisade_finding::Severity;
use serde_json::{Value, json};

/// FBP001.
pub static RULE: Rule = Rule {
    id: "FBP001",
    name: "missing-member",
    severity: Severity::Info,
    profile: Profile::Recommended,
    direction: Direction::Both,
    category: "structure",
    part: Part::None,
    invalid: false,
    owasp: &["API9:2023"],
    cwe: &["CWE-1059"],
    aliases: &[
        "oas3-schema",
        "oas2-schema",
        "v3-parameter-schema-undefined",
        "semantic-property-required",
        "v3-semantic-property-required",
        "v3-validation-mandatory-category",
        "v3-validation-parameter-schema-content-not-present",
        "v3-validation-property-required",
        "v3-validation-security-required",
        "validation-security-oauth-required",
        "v3-validation-security-oauth-required",
        "validation-mandatory-category",
        "validation-parameter-body-required",
        "validation-property-required",
        "validation-security-required",
    ],
    what: "A member that the specification requires and that is absent or an empty text.",
    why: "Tools that read the contract stop here or guess; what they generate or enforce differs from tool to \
        tool.",
    fix: "Add the member.",
    bad: include_str!("../../../tests/fixtures/FBP001/bad.yaml"),
    good: include_str!("../../../tests/fixtures/FBP001/good.yaml"),
    references: &["https://spec.openapis.org/oas/v3.0.3"],
    mend: Remedy::Partly(mend),
    check: Check::Contract(check),
};

fn check(index: &Index<'_>, sink: &mut Sink<'_>) {
    help::misfits(index, sink, |kind| matches!(kind, MisfitKind::Missing(_) | MisfitKind::Empty(_)));
}

/// Adds what can be told from the rest of the contract.
fn mend<'a>(index: &Index<'a>, spot: &Spot<'a>) -> Option<Mended> {
    let node = spot.node;
    let id = node.id();
    let (value, behind): (Value, &[&str]) = match spot.value.as_str() {
        "description" => {
            let response = index.response_at(node)?;
            (json!(answers::phrase(response.status)), &[])
        }
        "version" if index.root().get("info").is_some_and(|info| info.id() == id) => (json!("1.0.0"), &["title"]),
        "paths" => (json!({}), &["info"]),
        "scopes" | "flows" => (json!({}), &["type"]),
        _ => return None,
    };
    Mended::safe(format!("add {}", spot.value), set(index, node, behind, &spot.value, &value)?)
}
