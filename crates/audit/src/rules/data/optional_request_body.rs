//! A body that may be left out.

use crate::engine::{Applies, Sink};
use crate::index::Index;
use crate::rule::{Check, Part, Rule};
use crate::rules::shape;
use palisade_document::{NodeRef, quote};
use palisade_finding::Severity;

/// PAL-DAT045.
pub static RULE: Rule = Rule {
    id: "PAL-DAT045",
    name: "optional-request-body",
    severity: Severity::Info,
    category: "data-validation",
    part: Part::None,
    invalid: false,
    owasp: &["API8:2023"],
    cwe: &["CWE-20"],
    aliases: &[],
    what: "A request body of POST, PUT or PATCH that is not marked as required. Reported once for the contract, \
        with the number of operations.",
    why: "A request without any body passes, and no limit of the schema is looked at: `required` is false \
        unless it is written.",
    fix: "Set `required: true` on the request body.",
    bad: include_str!("../../../tests/fixtures/PAL-DAT045/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-DAT045/good.yaml"),
    references: &["https://spec.openapis.org/oas/v3.1.1#request-body-object"],
    mend: None,
    check: Check::Contract(check),
};

fn check(index: &Index<'_>, sink: &mut Sink<'_>) {
    let bare = |node: NodeRef<'_>| node.get("required").and_then(NodeRef::as_bool) != Some(true);
    let optional: Vec<_> = index
        .operations
        .iter()
        .filter(|operation| !operation.outgoing && matches!(operation.method.as_str(), "POST" | "PUT" | "PATCH"))
        .filter_map(|operation| Some((operation, operation.node.get("requestBody").and_then(shape::follow)?)))
        .filter(|(_, body)| bare(*body))
        .collect();
    if let Some((operation, body)) = optional.first() {
        let label = operation.label();
        let message = match optional.len() {
            1 => format!("the request body of {} may be left out", quote(&label)),
            count => {
                format!("the request bodies of {count} operations may be left out, the first is {}", quote(&label))
            }
        };
        sink.at_key(*body, message, Applies::Nothing);
    }
}
