//! A string without `pattern`, `enum`, `const` or a format that fixes its form.

use crate::hit::Applies;
use crate::index::{Index, Schema};
use crate::mend::bounds;
use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule};
use crate::rules::help;
use crate::run::Sink;
use palisade_finding::Severity;
use palisade_schema::TypeSet;

/// TDT008.
pub static RULE: Rule = Rule {
    id: "TDT008",
    name: "string-without-pattern",
    severity: Severity::Medium,
    profile: Profile::Recommended,
    direction: Direction::MainlyRequest,
    category: "data-validation",
    part: Part::Data,
    invalid: false,
    owasp: &["API4:2023"],
    cwe: &["CWE-20"],
    aliases: &[
        "owasp:api4:2023-string-restricted",
        "owasp-string-restricted",
        "v3-schema-string-pattern",
        "parameter-array-string-pattern",
        "parameter-string-pattern",
        "response-header-array-string-pattern",
        "response-header-string-pattern",
        "schema-array-string-pattern",
        "schema-request-string-pattern",
        "schema-response-string-pattern",
        "schema-string-pattern",
        "v3-schema-request-string-pattern",
        "v3-schema-response-string-pattern",
    ],
    what: "A string without `pattern`, `enum`, `const` or a format that fixes its form. A pattern that \
        every text matches, such as `.*` or `^.+$`, counts as none.",
    why: "Any text passes, quotes, control characters and markup included: what injection needs.",
    fix: "Set `pattern` to what the value may be, or a `format` such as `uuid` or `date-time`.",
    bad: include_str!("../../../tests/fixtures/TDT008/bad.yaml"),
    good: include_str!("../../../tests/fixtures/TDT008/good.yaml"),
    references: &["https://owasp.org/API-Security/editions/2023/en/0xa4-unrestricted-resource-consumption/"],
    mend: Remedy::Unsafe(bounds::pattern),
    check: Check::SchemaAlone(check),
};

fn check<'a>(index: &Index<'a>, schema: &Schema<'a>, sink: &mut Sink<'_>) {
    let node = schema.node;
    if schema.types.meets(TypeSet::STRING)
        && !help::fixed(node)
        && (node.get("pattern").is_none() || help::vacuous(index, node))
        && !help::shaped(node)
    {
        sink.at_key(
            help::spot(node),
            || format!("{} is a string without pattern", help::called(schema)),
            Applies::Schema(schema.at, 0.6),
        );
    }
}
