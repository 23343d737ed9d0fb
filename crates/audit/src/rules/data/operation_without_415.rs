//! An operation that describes no 415 response; asked of POST, PUT and PATCH.

use crate::engine::Sink;
use crate::index::{Index, Operation};
use crate::rule::{Check, Part, Rule};
use crate::rules::help;
use palisade_finding::Severity;

/// RDT004.
pub static RULE: Rule = Rule {
    id: "RDT004",
    name: "operation-without-415",
    severity: Severity::Medium,
    category: "responses",
    part: Part::Data,
    invalid: false,
    owasp: &["API8:2023"],
    cwe: &["CWE-544", "CWE-209"],
    aliases: &["v3-response-415"],
    what: "An operation that describes no 415 response; asked of POST, PUT and PATCH.",
    why: "A wrong media type gives an answer that nobody described: it is not checked for stack traces and \
        inner details, and clients cannot handle it.",
    fix: "Describe the 415 response (or the range 4XX); share one through `components.responses`.",
    bad: include_str!("../../../tests/fixtures/RDT004/bad.yaml"),
    good: include_str!("../../../tests/fixtures/RDT004/good.yaml"),
    references: &["https://owasp.org/API-Security/editions/2023/en/0xa8-security-misconfiguration/"],
    mend: None,
    check: Check::Operation(check),
};

fn check(_: &Index<'_>, operation: &Operation<'_>, sink: &mut Sink<'_>) {
    help::answer(operation, "415", sink);
}
