//! An exclusive limit in the form of another version.

use crate::engine::{Applies, Sink};
use crate::index::{Index, Schema, Version};
use crate::rule::{Check, Part, Rule};
use palisade_document::Kind;
use palisade_finding::Severity;

/// PAL-DAT029.
pub static RULE: Rule = Rule {
    id: "PAL-DAT029",
    name: "exclusive-limit-without-effect",
    severity: Severity::Medium,
    category: "data-validation",
    part: Part::None,
    invalid: true,
    owasp: &["API8:2023"],
    cwe: &["CWE-20"],
    aliases: &["validation-property-dependency-unsatisfied", "v3-validation-property-dependency-unsatisfied"],
    what: "An `exclusiveMinimum` or `exclusiveMaximum` in the form of another version: a number before OpenAPI \
        3.1, a boolean since; or a boolean without the limit that it belongs to.",
    why: "Validators ignore it or refuse the contract. The limit that was meant does not hold.",
    fix: "Before 3.1 write `minimum: 0` and `exclusiveMinimum: true`; since 3.1 `exclusiveMinimum: 0`.",
    bad: include_str!("../../../tests/fixtures/PAL-DAT029/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-DAT029/good.yaml"),
    references: &["https://spec.openapis.org/oas/v3.1.1#schema-object"],
    mend: None,
    check: Check::Schema(check),
};

fn check(index: &Index<'_>, schema: &Schema<'_>, sink: &mut Sink<'_>) {
    for (key, limit) in [("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")] {
        let Some(node) = schema.node.get(key) else { continue };
        let message = match (node.kind(), index.version) {
            (Kind::Bool, Version::V31) => {
                format!("{key} is a number since OpenAPI 3.1: as a boolean it limits nothing")
            }
            (Kind::Number, Version::V2 | Version::V30) => {
                format!("{key} is a boolean before OpenAPI 3.1: as a number it limits nothing")
            }
            (Kind::Bool, _) if node.as_bool() == Some(true) && schema.node.get(limit).is_none() => {
                format!("{key} without {limit} limits nothing")
            }
            _ => continue,
        };
        sink.at(node, message, Applies::Nothing);
    }
}
