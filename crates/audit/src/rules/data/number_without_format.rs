//! A number without `format`.

use crate::hit::Applies;
use crate::index::{Index, Schema};
use crate::mend::bounds;
use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule};
use crate::rules::help;
use crate::run::Sink;
use palisade_finding::Severity;
use palisade_schema::TypeSet;

/// TDT003.
pub static RULE: Rule = Rule {
    id: "TDT003",
    name: "number-without-format",
    severity: Severity::Low,
    profile: Profile::Recommended,
    direction: Direction::MainlyRequest,
    category: "data-validation",
    part: Part::Data,
    invalid: false,
    owasp: &["API8:2023"],
    cwe: &["CWE-190", "CWE-20"],
    aliases: &[
        "owasp:api4:2023-integer-format",
        "owasp-integer-format",
        "v3-schema-numerical-format",
        "parameter-array-numerical-format",
        "parameter-numerical-format",
        "response-header-array-numerical-format",
        "response-header-numerical-format",
        "schema-array-numerical-format",
        "schema-numerical-format",
        "schema-request-numerical-format",
        "v3-schema-request-numerical-format",
    ],
    what: "A number without `format`.",
    why: "Without one, each side picks its own size: what fits into 64 bits here overflows 32 bits there.",
    fix: "Set `format` to `int32`, `int64`, `float` or `double`.",
    bad: include_str!("../../../tests/fixtures/TDT003/bad.yaml"),
    good: include_str!("../../../tests/fixtures/TDT003/good.yaml"),
    references: &["https://spec.openapis.org/registry/format/"],
    mend: Remedy::Unsafe(bounds::format),
    check: Check::SchemaAlone(check),
};

fn check(_: &Index<'_>, schema: &Schema<'_>, sink: &mut Sink<'_>) {
    let node = schema.node;
    if schema.types.meets(TypeSet::NUMBER) && !help::fixed(node) && node.get("format").is_none() {
        sink.at_key(
            help::spot(node),
            || format!("{} is a number without format", help::called(schema)),
            Applies::Schema(schema.at, 0.2),
        );
    }
}
