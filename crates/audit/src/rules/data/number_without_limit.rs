//! A number without its upper or lower limit.

use crate::hit::Applies;
use crate::index::{Index, Schema};
use crate::mend::bounds;
use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule};
use crate::rules::help;
use crate::run::Sink;
use palisade_finding::Severity;
use palisade_schema::TypeSet;

/// TDT004.
pub static MAXIMUM: Rule = Rule {
    id: "TDT004",
    name: "number-without-maximum",
    severity: Severity::Medium,
    profile: Profile::Recommended,
    direction: Direction::MainlyRequest,
    category: "data-validation",
    part: Part::Data,
    invalid: false,
    owasp: &["API4:2023"],
    cwe: &["CWE-20", "CWE-190", "CWE-770"],
    aliases: &[
        "owasp:api4:2023-integer-limit",
        "owasp:api4:2023-integer-limit-legacy",
        "owasp-integer-limit",
        "v3-schema-numerical-max",
        "parameter-array-numerical-max",
        "parameter-numerical-max",
        "response-header-array-numerical-max",
        "response-header-numerical-max",
        "schema-array-numerical-max",
        "schema-numerical-max",
        "schema-request-numerical-max",
        "v3-schema-request-numerical-max",
    ],
    what: "A number without `maximum`.",
    why: "Any number passes: sizes, counts and prices that were never thought of reach the code.",
    fix: "Set `maximum` (since 3.1 also `exclusiveMaximum`).",
    bad: include_str!("../../../tests/fixtures/TDT004/bad.yaml"),
    good: include_str!("../../../tests/fixtures/TDT004/good.yaml"),
    references: &["https://owasp.org/API-Security/editions/2023/en/0xa4-unrestricted-resource-consumption/"],
    mend: Remedy::Evidence(bounds::maximum),
    check: Check::SchemaAlone(maximum),
};

/// TDT005.
pub static MINIMUM: Rule = Rule {
    id: "TDT005",
    name: "number-without-minimum",
    severity: Severity::Medium,
    profile: Profile::Recommended,
    direction: Direction::MainlyRequest,
    category: "data-validation",
    part: Part::Data,
    invalid: false,
    owasp: &["API4:2023"],
    cwe: &["CWE-20", "CWE-191"],
    aliases: &[
        "owasp:api4:2023-integer-limit",
        "owasp:api4:2023-integer-limit-legacy",
        "owasp-integer-limit",
        "v3-schema-numerical-min",
        "parameter-array-numerical-min",
        "parameter-numerical-min",
        "response-header-array-numerical-min",
        "response-header-numerical-min",
        "schema-array-numerical-min",
        "schema-numerical-min",
        "schema-request-numerical-min",
        "v3-schema-request-numerical-min",
    ],
    what: "A number without `minimum`.",
    why: "Negative quantities and prices pass: a classic way to be paid for ordering.",
    fix: "Set `minimum` (since 3.1 also `exclusiveMinimum`).",
    bad: include_str!("../../../tests/fixtures/TDT005/bad.yaml"),
    good: include_str!("../../../tests/fixtures/TDT005/good.yaml"),
    references: &["https://owasp.org/API-Security/editions/2023/en/0xa4-unrestricted-resource-consumption/"],
    mend: Remedy::Evidence(bounds::minimum),
    check: Check::SchemaAlone(minimum),
};

fn maximum(_: &Index<'_>, schema: &Schema<'_>, sink: &mut Sink<'_>) {
    limit(schema, "maximum", "exclusiveMaximum", sink);
}

fn minimum(_: &Index<'_>, schema: &Schema<'_>, sink: &mut Sink<'_>) {
    limit(schema, "minimum", "exclusiveMinimum", sink);
}

fn limit(schema: &Schema<'_>, key: &str, exclusive: &str, sink: &mut Sink<'_>) {
    let node = schema.node;
    if !schema.types.meets(TypeSet::NUMBER) || help::fixed(node) {
        return;
    }
    let set = help::limited(node, key) || (help::number(node, exclusive) && help::limited(node, exclusive));
    if !set {
        sink.at_key(
            help::spot(node),
            || format!("{} is a number without {key}", help::called(schema)),
            Applies::Schema(schema.at, 0.4),
        );
    }
}
