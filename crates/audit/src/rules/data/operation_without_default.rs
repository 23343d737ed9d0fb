//! An operation that describes no `default` response; asked of every method.

use crate::engine::Sink;
use crate::index::{Index, Operation};
use crate::rule::{Check, Part, Rule};
use crate::rules::help;
use palisade_finding::Severity;

/// RDT015.
pub static RULE: Rule = Rule {
    id: "RDT015",
    name: "operation-without-default",
    severity: Severity::Medium,
    category: "responses",
    part: Part::Data,
    invalid: false,
    owasp: &["API8:2023"],
    cwe: &["CWE-544", "CWE-209"],
    aliases: &["v3-response-default-undefined"],
    what: "An operation that describes no `default` response; asked of every method.",
    why: "Answers that were not thought of have no shape: nothing can check them for stack traces and inner \
        details.",
    fix: "Describe a `default` response; share one through `components.responses`.",
    bad: include_str!("../../../tests/fixtures/RDT015/bad.yaml"),
    good: include_str!("../../../tests/fixtures/RDT015/good.yaml"),
    references: &["https://owasp.org/API-Security/editions/2023/en/0xa8-security-misconfiguration/"],
    mend: None,
    check: Check::Operation(check),
};

fn check(_: &Index<'_>, operation: &Operation<'_>, sink: &mut Sink<'_>) {
    help::answer(operation, "default", sink);
}
