//! An operation that asks for a credential and does not describe the answer 401, given when the caller is not known.

use crate::engine::{Applies, Sink};
use crate::index::{Index, Operation};
use crate::rule::{Check, Part, Rule};
use palisade_document::quote;
use palisade_finding::Severity;

/// PAL-SEC015.
pub static RULE: Rule = Rule {
    id: "PAL-SEC015",
    name: "secured-operation-without-401",
    severity: Severity::Low,
    category: "responses",
    part: Part::None,
    invalid: false,
    owasp: &["API8:2023"],
    cwe: &["CWE-544"],
    aliases: &["owasp:api8:2023-define-error-responses-401", "owasp-define-error-responses-401", "v3-response-401"],
    what: "An operation that asks for a credential and does not describe the answer 401, given when the caller \
        is not known.",
    why: "Clients cannot tell a refused call from a broken one, and tests do not check that the refusal works.",
    fix: "Describe the 401 response; share one through `components.responses`.",
    bad: include_str!("../../../tests/fixtures/PAL-SEC015/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-SEC015/good.yaml"),
    references: &["https://owasp.org/API-Security/editions/2023/en/0xa8-security-misconfiguration/"],
    mend: None,
    check: Check::Operation(check),
};

fn check(_: &Index<'_>, operation: &Operation<'_>, sink: &mut Sink<'_>) {
    if operation.outgoing || !operation.secured() || operation.answers("401") {
        return;
    }
    let Some(responses) = operation.responses_node else { return };
    let label = operation.label();
    let message = format!("{} asks for a credential and describes no answer 401", quote(&label));
    if let Some(hit) = sink.at_key(responses, message, Applies::Nothing) {
        hit.operation(label);
    }
}
