//! Bytes that are no UTF-8 or UTF-16. They are replaced.

use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule, Why};
use palisade_finding::Severity;

/// PAL-DOC002.
pub static RULE: Rule = Rule {
    id: "PAL-DOC002",
    name: "invalid-encoding",
    severity: Severity::Medium,
    profile: Profile::Recommended,
    direction: Direction::Both,
    category: "structure",
    part: Part::None,
    invalid: false,
    owasp: &["API9:2023"],
    cwe: &["CWE-176"],
    aliases: &[],
    what: "Bytes that are no UTF-8 or UTF-16. They are replaced.",
    why: "Each parser replaces, drops or refuses them in its own way.",
    fix: "Save the file as UTF-8.",
    bad: "",
    good: "",
    references: &["https://www.rfc-editor.org/rfc/rfc3629"],
    mend: Remedy::Hand(Why::File),
    check: Check::Problem(&["invalid-encoding", "lone-surrogate"]),
};
