//! An operation that describes no 429 response; asked of every method but HEAD.

use crate::engine::Sink;
use crate::index::{Index, Operation};
use crate::rule::{Check, Part, Rule};
use crate::rules::help;
use palisade_finding::Severity;

/// RDT005.
pub static RULE: Rule = Rule {
    id: "RDT005",
    name: "operation-without-429",
    severity: Severity::Medium,
    category: "responses",
    part: Part::Data,
    invalid: false,
    owasp: &["API4:2023"],
    cwe: &["CWE-544", "CWE-770"],
    aliases: &["owasp:api4:2023-rate-limit-responses-429", "owasp-define-error-responses-429", "v3-response-429"],
    what: "An operation that describes no 429 response; asked of every method but HEAD.",
    why: "Too many requests gives an answer that nobody described: it is not checked for stack traces and \
        inner details, and clients cannot handle it.",
    fix: "Describe the 429 response (or the range 4XX); share one through `components.responses`.",
    bad: include_str!("../../../tests/fixtures/RDT005/bad.yaml"),
    good: include_str!("../../../tests/fixtures/RDT005/good.yaml"),
    references: &["https://owasp.org/API-Security/editions/2023/en/0xa4-unrestricted-resource-consumption/"],
    mend: None,
    check: Check::Operation(check),
};

fn check(_: &Index<'_>, operation: &Operation<'_>, sink: &mut Sink<'_>) {
    help::answer(operation, "429", sink);
}
