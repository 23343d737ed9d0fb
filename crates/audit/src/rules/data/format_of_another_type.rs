//! A format that belongs to another type.

use crate::hit::Applies;
use crate::index::{Index, Schema};
use crate::mend::{Mended, Spot, without_effect};
use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule};
use crate::rules::help;
use crate::run::Sink;
use palisade_document::quote;
use palisade_finding::Severity;

/// PAL-DAT023.
pub static RULE: Rule = Rule {
    id: "PAL-DAT023",
    name: "format-of-another-type",
    severity: Severity::Low,
    profile: Profile::Recommended,
    direction: Direction::Both,
    category: "data-validation",
    part: Part::None,
    invalid: false,
    owasp: &["API8:2023"],
    cwe: &["CWE-20", "CWE-704"],
    aliases: &[
        "warning-schema-format-improper",
        "v3-warning-schema-format-improper",
        "warning-header-format-improper",
        "warning-items-format-improper",
        "warning-parameter-format-improper",
    ],
    what: "A `format` on a type that it says nothing about, for example `date-time` on an integer or `double` \
        on an integer.",
    why: "The format is ignored, so that the value is wider than it seems; or a tool follows the format, \
        ignores the type, and refuses what the API sends.",
    fix: "Correct the type or the format: `date-time` goes with `string`, `int64` with `integer`, `double` \
        with `number`.",
    bad: include_str!("../../../tests/fixtures/PAL-DAT023/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-DAT023/good.yaml"),
    references: &["https://spec.openapis.org/registry/format/"],
    mend: Remedy::Partly(mend),
    check: Check::SchemaAlone(check),
};

fn check(_: &Index<'_>, schema: &Schema<'_>, sink: &mut Sink<'_>) {
    let Some(node) = schema.node.get("format") else { return };
    let Some(format) = node.as_str() else { return };
    let types = help::types(schema.node);
    // Numbers too large for a double are often sent as strings, so a number's format may stand on a string.
    if types.is_empty() || types.iter().any(|word| matches!(*word, "string" | "file")) {
        return;
    }
    let text = help::shaped(schema.node) || matches!(format, "password" | "regex" | "uri-template" | "char");
    let fraction = matches!(format, "double" | "float") && !types.contains(&"number");
    let number = matches!(format, "int32" | "int64") && !types.iter().any(|word| matches!(*word, "integer" | "number"));
    if text || fraction || number {
        let types = types.join(", ");
        sink.at(
            node,
            format!("format {} says nothing about type {}", quote(format), help::shown(&types)),
            Applies::Nothing,
        );
    }
}

/// Takes the format out; a number needs one of its own.
fn mend<'a>(index: &Index<'a>, spot: &Spot<'a>) -> Option<Mended> {
    let types = help::types(spot.node.parent()?);
    let right = match (types.contains(&"number"), types.contains(&"integer")) {
        (true, _) => "double",
        (_, true) => "int64",
        _ => return without_effect(index, spot),
    };
    let edits = index.editor().replace_scalar(spot.node, &right.into()).ok()?;
    Mended::risky(format!("set format to {right}"), edits)
}
