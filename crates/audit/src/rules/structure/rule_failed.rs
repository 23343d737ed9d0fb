//! A rule that failed on this contract. Its findings are not assessed.

use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule, Why};
use palisade_finding::Severity;

/// PAL-DOC008.
pub static RULE: Rule = Rule {
    id: "PAL-DOC008",
    name: "rule-failed",
    severity: Severity::Info,
    profile: Profile::Minimal,
    direction: Direction::Both,
    category: "structure",
    part: Part::None,
    invalid: false,
    owasp: &[],
    cwe: &[],
    aliases: &[],
    what: "A rule that failed on this contract. Its findings are not assessed.",
    why: "This is a fault in the program, not in the contract.",
    fix: "Please report it with the contract, if you may share it.",
    bad: "",
    good: "",
    references: &[],
    mend: Remedy::Hand(Why::File),
    check: Check::Problem(&["rule-failed"]),
};
