//! A format that no registry lists.

use crate::hit::Applies;
use crate::index::Index;
use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule, Why};
use crate::run::Sink;
use palisade_document::{NodeRef, quote};
use palisade_finding::Severity;
use std::collections::BTreeMap;

/// PAL-DAT022.
pub static RULE: Rule = Rule {
    id: "PAL-DAT022",
    name: "unknown-format",
    severity: Severity::Info,
    profile: Profile::Strict,
    direction: Direction::Both,
    category: "data-validation",
    part: Part::None,
    invalid: false,
    owasp: &["API8:2023"],
    cwe: &["CWE-20"],
    aliases: &[
        "parameter-numerical-unknown-format",
        "parameter-string-unknown-format",
        "response-header-numerical-unknown-format",
        "response-header-string-unknown-format",
        "schema-numerical-unknown-format",
        "schema-string-unknown-format",
        "v3-schema-numerical-unknown-format",
        "v3-schema-string-unknown-format",
    ],
    what: "A `format` that neither JSON Schema nor the OpenAPI format registry knows. Each such word is \
        reported once, with the number of places.",
    why: "Validators skip a format they do not know: what looks like a check is none.",
    fix: "Use a registered format, or add a `pattern` that says the same.",
    bad: include_str!("../../../tests/fixtures/PAL-DAT022/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-DAT022/good.yaml"),
    references: &["https://spec.openapis.org/registry/format/"],
    mend: Remedy::Hand(Why::Api),
    check: Check::Contract(check),
};

/// Formats of the 2020-12 dialect, of the OpenAPI specifications and of the OpenAPI format registry.
const KNOWN: [&str; 59] = [
    "base64url",
    "binary",
    "byte",
    "char",
    "commonmark",
    "date",
    "date-time",
    "date-time-local",
    "decimal",
    "decimal128",
    "double",
    "double-int",
    "duration",
    "email",
    "etag",
    "float",
    "hostname",
    "html",
    "http-date",
    "idn-email",
    "idn-hostname",
    "int16",
    "int32",
    "int64",
    "int8",
    "ipv4",
    "ipv6",
    "iri",
    "iri-reference",
    "json-pointer",
    "media-range",
    "password",
    "regex",
    "relative-json-pointer",
    "sf-binary",
    "sf-boolean",
    "sf-decimal",
    "sf-integer",
    "sf-string",
    "sf-token",
    "single",
    "time",
    "time-local",
    "uint16",
    "uint32",
    "uint64",
    "uint8",
    "unixtime",
    "uri",
    "uri-reference",
    "uri-template",
    "uuid",
    "cidr",
    "ipv4-cidr",
    "ipv6-cidr",
    "mac",
    "language-tag",
    "timezone",
    "semver",
];

fn check(index: &Index<'_>, sink: &mut Sink<'_>) {
    let mut found: BTreeMap<&str, (NodeRef<'_>, usize)> = BTreeMap::new();
    for schema in &index.schemas {
        let Some(node) = schema.node.get("format") else { continue };
        let Some(word) = node.as_str().filter(|word| !word.is_empty() && !KNOWN.contains(word)) else { continue };
        found.entry(word).or_insert((node, 0)).1 += 1;
    }
    for (word, (node, count)) in found {
        let places = if count == 1 { String::new() } else { format!(" ({count} places)") };
        let message = format!("format {} is not a registered one and checks nothing{places}", quote(word));
        if let Some(hit) = sink.at(node, message, Applies::Nothing) {
            hit.value(word);
        }
    }
}
