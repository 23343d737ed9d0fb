//! An operation that describes no 500 response; asked of every method but HEAD.

use crate::engine::Sink;
use crate::index::{Index, Operation};
use crate::rule::{Check, Part, Rule};
use crate::rules::help;
use palisade_finding::Severity;

/// RDT006.
pub static RULE: Rule = Rule {
    id: "RDT006",
    name: "operation-without-500",
    severity: Severity::Medium,
    category: "responses",
    part: Part::Data,
    invalid: false,
    owasp: &["API8:2023"],
    cwe: &["CWE-544", "CWE-209"],
    aliases: &["owasp:api8:2023-define-error-responses-500", "owasp-define-error-responses-500"],
    what: "An operation that describes no 500 response; asked of every method but HEAD.",
    why: "A fault in the server gives an answer that nobody described: it is not checked for stack traces and \
        inner details, and clients cannot handle it.",
    fix: "Describe the 500 response (or the range 5XX); share one through `components.responses`.",
    bad: include_str!("../../../tests/fixtures/RDT006/bad.yaml"),
    good: include_str!("../../../tests/fixtures/RDT006/good.yaml"),
    references: &["https://owasp.org/API-Security/editions/2023/en/0xa8-security-misconfiguration/"],
    mend: None,
    check: Check::Operation(check),
};

fn check(_: &Index<'_>, operation: &Operation<'_>, sink: &mut Sink<'_>) {
    help::answer(operation, "500", sink);
}
