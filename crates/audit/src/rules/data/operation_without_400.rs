//! An operation that describes no 400 response; asked of every method but HEAD.

use crate::engine::Sink;
use crate::index::{Index, Operation};
use crate::rule::{Check, Part, Rule};
use crate::rules::help;
use palisade_finding::Severity;

/// RDT002.
pub static RULE: Rule = Rule {
    id: "RDT002",
    name: "operation-without-400",
    severity: Severity::Medium,
    category: "responses",
    part: Part::Data,
    invalid: false,
    owasp: &["API8:2023"],
    cwe: &["CWE-544", "CWE-209"],
    aliases: &["owasp:api8:2023-define-error-validation", "owasp-define-error-validation", "v3-response-400"],
    what: "An operation that describes no 400 response; asked of every method but HEAD.",
    why: "Malformed input gives an answer that nobody described: it is not checked for stack traces and inner \
        details, and clients cannot handle it.",
    fix: "Describe the 400 response (or the range 4XX); share one through `components.responses`.",
    bad: include_str!("../../../tests/fixtures/RDT002/bad.yaml"),
    good: include_str!("../../../tests/fixtures/RDT002/good.yaml"),
    references: &["https://owasp.org/API-Security/editions/2023/en/0xa8-security-misconfiguration/"],
    mend: None,
    check: Check::Operation(check),
};

fn check(_: &Index<'_>, operation: &Operation<'_>, sink: &mut Sink<'_>) {
    help::answer(operation, "400", sink);
}
