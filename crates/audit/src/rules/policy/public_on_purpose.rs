//! An operation, path or contract that says it is public on purpose. Findings about authentication and authorization
//! are closed there and cost nothing.

use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule, Why};
use palisade_finding::Severity;

/// PAL-POL005.
pub static RULE: Rule = Rule {
    id: "PAL-POL005",
    name: "public-on-purpose",
    severity: Severity::Info,
    profile: Profile::Strict,
    direction: Direction::Both,
    category: "policy",
    part: Part::None,
    invalid: false,
    owasp: &["API2:2023"],
    cwe: &["CWE-306"],
    aliases: &[],
    what: "An operation, path or contract that says it is public on purpose. The findings about authentication and \
        authorization of these operations are closed and cost nothing.",
    why: "Operations without a credential are the first that strangers find. The list of them is worth a look from \
        time to time.",
    fix: "If it is not meant to be public, remove the annotation and require a credential.",
    bad: include_str!("../../../tests/fixtures/PAL-POL005/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-POL005/good.yaml"),
    references: &["https://owasp.org/API-Security/editions/2023/en/0xa2-broken-authentication/"],
    mend: Remedy::Hand(Why::File),
    // The policy reports it while it is applied.
    check: Check::Problem(&["public-on-purpose"]),
};
