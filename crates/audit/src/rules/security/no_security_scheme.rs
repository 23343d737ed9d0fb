//! A contract that declares no security scheme at all.

use super::common;
use crate::hit::Applies;
use crate::index::Index;
use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule, Why};
use crate::run::Sink;
use palisade_finding::Severity;

/// PAL-SEC002.
pub static RULE: Rule = Rule {
    id: "PAL-SEC002",
    name: "no-security-scheme",
    severity: Severity::High,
    profile: Profile::Minimal,
    direction: Direction::Both,
    category: "authentication",
    part: Part::Security,
    invalid: false,
    owasp: &["API2:2023"],
    cwe: &["CWE-306"],
    aliases: &["global-securitydefinitions-undefined", "v3-global-securitydefinitions-undefined"],
    what: "A contract that declares no security scheme at all.",
    why: "A requirement can only name a declared scheme. Without one the contract cannot protect anything.",
    fix: "Declare how callers show who they are under `components.securitySchemes` (2.0: \
        `securityDefinitions`), and require it with `security`. An API that is public as a whole says so with \
        `x-palisade-public` and a reason at the root.",
    bad: include_str!("../../../tests/fixtures/PAL-SEC002/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-SEC002/good.yaml"),
    references: &["https://spec.openapis.org/oas/v3.0.3#security-scheme-object"],
    mend: Remedy::Hand(Why::Api),
    check: Check::Contract(check),
};

fn check(index: &Index<'_>, sink: &mut Sink<'_>) {
    if !common::declares_schemes(index) && !index.operations.is_empty() {
        let message = "the contract declares no security scheme: no operation can ask for a credential".to_owned();
        sink.at(index.root(), message, Applies::Everything);
    }
}
