//! A listed value that the same schema refuses.

use crate::hit::Applies;
use crate::index::Index;
use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule, Why};
use crate::rules::{help, shape};
use crate::run::Sink;
use palisade_document::NodeRef;
use palisade_finding::Severity;

/// PAL-DAT025.
pub static RULE: Rule = Rule {
    id: "PAL-DAT025",
    name: "enum-value-outside-limits",
    severity: Severity::Medium,
    profile: Profile::Recommended,
    direction: Direction::Both,
    category: "data-validation",
    part: Part::None,
    invalid: false,
    owasp: &["API8:2023"],
    cwe: &["CWE-1286"],
    aliases: &[],
    what: "An entry of `enum` (or the value of `const`) that has the right type and breaks another limit of the \
        same schema: its `pattern`, `maxLength`, `maximum` or `format`.",
    why: "The value stands in the list and can never pass. Clients that send it are refused.",
    fix: "Correct the entry or the limit.",
    bad: include_str!("../../../tests/fixtures/PAL-DAT025/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-DAT025/good.yaml"),
    references: &["https://spec.openapis.org/oas/v3.1.1#schema-object"],
    mend: Remedy::Hand(Why::Intent),
    check: Check::Contract(check),
};

fn check(index: &Index<'_>, sink: &mut Sink<'_>) {
    let (set, ids) = index.compiled();
    for schema in &index.schemas {
        if !shape::limited_enum(schema.node) {
            continue;
        }
        let Some(id) = ids.get(&schema.node.id()) else { continue };
        let list = schema.node.get("enum").into_iter().flat_map(NodeRef::items);
        for value in list.chain(schema.node.get("const")).take(200) {
            let outcome = set.validate(*id, value, &help::once(schema.response));
            if let Some(violation) = outcome.violations.first()
                && shape::fits_type(index.version, schema.node, value)
            {
                let message =
                    format!("a listed value of {} can never pass: {}", help::called(schema), violation.message);
                sink.at(value, message, Applies::Nothing);
            }
        }
    }
}
