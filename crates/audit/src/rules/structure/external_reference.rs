//! A `$ref` to another host, or to a file outside of the contract's folder. It is not opened.

use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule, Why};
use palisade_finding::Severity;

/// PAL-STR003.
pub static RULE: Rule = Rule {
    id: "PAL-STR003",
    name: "external-reference",
    severity: Severity::Medium,
    profile: Profile::Minimal,
    direction: Direction::Both,
    category: "structure",
    part: Part::None,
    invalid: true,
    owasp: &["API7:2023", "API10:2023"],
    cwe: &["CWE-918", "CWE-73"],
    aliases: &[],
    what: "A `$ref` to another host, or to a file outside of the contract's folder. It is not opened.",
    why: "A contract that opens addresses and files makes whoever reads it send requests and disclose files; \
        and what is behind the address may change.",
    fix: "Copy what is referred to into the contract's folder, or name its host when you trust it (`--allow-net`).",
    bad: include_str!("../../../tests/fixtures/PAL-STR003/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-STR003/good.yaml"),
    references: &["https://spec.openapis.org/oas/v3.0.3"],
    mend: Remedy::Hand(Why::Api),
    check: Check::Problem(&["external-reference", "reference-outside-root", "reference-to-file"]),
};
