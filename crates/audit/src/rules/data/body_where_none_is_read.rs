//! A request body for a method that has none.

use crate::hit::Applies;
use crate::index::{Index, Operation};
use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule, Why};
use crate::run::Sink;
use palisade_document::{NodeRef, quote};
use palisade_finding::Severity;

/// PAL-DAT046.
pub static RULE: Rule = Rule {
    id: "PAL-DAT046",
    name: "body-where-none-is-read",
    severity: Severity::Low,
    profile: Profile::Recommended,
    direction: Direction::Both,
    category: "data-validation",
    part: Part::None,
    invalid: false,
    owasp: &["API8:2023"],
    cwe: &["CWE-444", "CWE-436"],
    aliases: &["no-request-body"],
    what: "A request body (in Swagger 2.0 a body parameter) of GET, HEAD, DELETE or TRACE. Reported once for \
        each of these methods, with the number of operations.",
    why: "HTTP gives it no meaning: caches, gateways and servers drop or keep it, and two that disagree open \
        the door to request smuggling.",
    fix: "Send the values as query parameters, or use POST.",
    bad: include_str!("../../../tests/fixtures/PAL-DAT046/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-DAT046/good.yaml"),
    references: &["https://www.rfc-editor.org/rfc/rfc9110", "https://spec.openapis.org/oas/v3.1.1#request-body-object"],
    mend: Remedy::Hand(Why::Intent),
    check: Check::Contract(check),
};

fn check(index: &Index<'_>, sink: &mut Sink<'_>) {
    for method in ["GET", "HEAD", "DELETE", "TRACE"] {
        let mut found = index
            .operations
            .iter()
            .filter(|operation| operation.method == method)
            .filter_map(|operation| Some((operation, body(index, operation)?)));
        let Some((operation, node)) = found.next() else { continue };
        let label = operation.label();
        let message = match found.count() {
            0 => format!("{} has a request body, which HTTP gives no meaning", quote(&label)),
            more => format!(
                "{} {method} operations have a request body, which HTTP gives no meaning; the first is {}",
                more + 1,
                quote(&label)
            ),
        };
        if let Some(hit) = sink.at_key(node, message, Applies::Nothing) {
            hit.operation(label).value(method);
        }
    }
}

/// The request body of an operation, or the first parameter that is one.
fn body<'a>(index: &Index<'a>, operation: &Operation<'a>) -> Option<NodeRef<'a>> {
    let parameters = operation.parameters.iter().filter_map(|at| index.parameters.get(*at));
    let mut bodies = parameters.filter(|one| matches!(one.place, "body" | "formData")).map(|one| one.node);
    operation.node.get("requestBody").or_else(|| bodies.next())
}
