//! A nullable list of values without null.

use crate::hit::Applies;
use crate::index::{Index, Schema, Version};
use crate::mend::{Mended, Spot};
use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule};
use crate::rules::help;
use crate::run::Sink;
use palisade_document::NodeRef;
use palisade_finding::Severity;

/// PAL-DAT028.
pub static RULE: Rule = Rule {
    id: "PAL-DAT028",
    name: "nullable-enum-without-null",
    severity: Severity::Low,
    profile: Profile::Recommended,
    direction: Direction::Both,
    category: "data-validation",
    part: Part::None,
    invalid: false,
    owasp: &["API8:2023"],
    cwe: &["CWE-1286", "CWE-476"],
    aliases: &["nullable-enum-contains-null"],
    what: "A schema that allows null by its type or by `nullable`, with an `enum` in which null does not stand.",
    why: "The list decides: null is refused, although the contract says that it may be sent. Tools that read \
        only the type let it pass.",
    fix: "Add `null` to the `enum`, or do not allow null.",
    bad: include_str!("../../../tests/fixtures/PAL-DAT028/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-DAT028/good.yaml"),
    references: &["https://spec.openapis.org/oas/v3.1.1#schema-object"],
    mend: Remedy::Unsafe(mend),
    check: Check::SchemaAlone(check),
};

fn check(index: &Index<'_>, schema: &Schema<'_>, sink: &mut Sink<'_>) {
    let Some(list) = schema.node.get("enum").filter(|list| list.is_array()) else { return };
    let nullable = match index.version {
        Version::V2 => false,
        Version::V30 => schema.node.get("nullable").and_then(NodeRef::as_bool) == Some(true),
        Version::V31 => help::types(schema.node).contains(&"null"),
    };
    if nullable && !list.items().any(NodeRef::is_null) {
        let message = format!("{} may be null, and its enum does not list null", help::called(schema));
        sink.at_key(list, message, Applies::Nothing);
    }
}

/// Lists null.
fn mend<'a>(index: &Index<'a>, spot: &Spot<'a>) -> Option<Mended> {
    let edits = index.editor().insert_item(spot.node, &serde_json::Value::Null).ok()?;
    Mended::risky("list null", edits)
}
