//! A string without `maxLength` that nothing else bounds: no `enum`, no format of fixed length, no bounded pattern.

use crate::hit::Applies;
use crate::index::{Index, Schema};
use crate::mend::bounds;
use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule};
use crate::rules::help;
use crate::run::Sink;
use palisade_finding::Severity;
use palisade_schema::TypeSet;

/// TDT007.
pub static RULE: Rule = Rule {
    id: "TDT007",
    name: "string-without-maximum-length",
    severity: Severity::Medium,
    profile: Profile::Recommended,
    direction: Direction::MainlyRequest,
    category: "data-validation",
    part: Part::Data,
    invalid: false,
    owasp: &["API4:2023"],
    cwe: &["CWE-770", "CWE-20"],
    aliases: &[
        "owasp:api4:2023-string-limit",
        "owasp-string-limit",
        "v3-schema-string-maxlength",
        "parameter-array-string-maxlength",
        "parameter-string-maxlength",
        "response-header-array-string-maxlength",
        "response-header-string-maxlength",
        "schema-array-string-maxlength",
        "schema-request-string-maxlength",
        "schema-response-string-maxlength",
        "schema-string-maxlength",
        "v3-schema-request-string-maxlength",
        "v3-schema-response-string-maxlength",
        "v3_1-schema-request-string-maxlength",
        "v3_1-schema-response-string-maxlength",
    ],
    what: "A string without `maxLength` that nothing else bounds: no `enum`, no format of fixed length, no \
        bounded pattern. A `maxLength` of 2147483647 or more counts as none.",
    why: "A caller may send megabytes where a word is meant: buffers, logs and database columns pay for it.",
    fix: "Set `maxLength`, or a `pattern` that bounds the length.",
    bad: include_str!("../../../tests/fixtures/TDT007/bad.yaml"),
    good: include_str!("../../../tests/fixtures/TDT007/good.yaml"),
    references: &["https://owasp.org/API-Security/editions/2023/en/0xa4-unrestricted-resource-consumption/"],
    mend: Remedy::Evidence(bounds::max_length),
    check: Check::SchemaAlone(check),
};

fn check<'a>(index: &Index<'a>, schema: &Schema<'a>, sink: &mut Sink<'_>) {
    let node = schema.node;
    if schema.types.meets(TypeSet::STRING)
        && !help::fixed(node)
        && !help::limited(node, "maxLength")
        && !help::bounded(index, node)
    {
        sink.at_key(
            help::spot(node),
            || format!("{} is a string without maxLength", help::called(schema)),
            Applies::Schema(schema.at, 0.4),
        );
    }
}
