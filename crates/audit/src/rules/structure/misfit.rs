//! Anything else that the reader of the contract could not use.

use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule, Why};
use palisade_finding::Severity;

/// PAL-DOC009.
pub static RULE: Rule = Rule {
    id: "PAL-DOC009",
    name: "misfit",
    severity: Severity::Info,
    profile: Profile::Recommended,
    direction: Direction::Both,
    category: "structure",
    part: Part::None,
    invalid: false,
    owasp: &[],
    cwe: &[],
    aliases: &[],
    what: "Anything else that the reader of the contract could not use.",
    why: "What could not be used is not judged.",
    fix: "Correct it as the message says.",
    bad: "",
    good: "",
    references: &["https://spec.openapis.org/oas/v3.0.3"],
    mend: Remedy::Hand(Why::File),
    check: Check::Problem(&["misfit"]),
};
