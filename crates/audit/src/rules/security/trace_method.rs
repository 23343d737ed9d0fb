//! An operation with the method TRACE or CONNECT.

use crate::hit::Applies;
use crate::index::{Index, Operation};
use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule, Why};
use crate::run::Sink;
use palisade_document::quote;
use palisade_finding::Severity;

/// PAL-SEC077.
pub static RULE: Rule = Rule {
    id: "PAL-SEC077",
    name: "trace-method",
    severity: Severity::Medium,
    profile: Profile::Recommended,
    direction: Direction::Both,
    category: "exposure",
    part: Part::None,
    invalid: false,
    owasp: &["API8:2023"],
    cwe: &["CWE-693", "CWE-200"],
    aliases: &[],
    what: "An operation with the method TRACE or CONNECT.",
    why: "TRACE sends the request back, with headers that scripts must not see and those that proxies add. \
        CONNECT makes the server a tunnel into its network.",
    fix: "Remove the operation, and switch the methods off in the server.",
    bad: include_str!("../../../tests/fixtures/PAL-SEC077/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-SEC077/good.yaml"),
    references: &["https://owasp.org/www-community/attacks/Cross_Site_Tracing"],
    mend: Remedy::Hand(Why::Intent),
    check: Check::Operation(check),
};

fn check(_: &Index<'_>, operation: &Operation<'_>, sink: &mut Sink<'_>) {
    let method = operation.method.as_str();
    if operation.outgoing || !(method.eq_ignore_ascii_case("trace") || method.eq_ignore_ascii_case("connect")) {
        return;
    }
    let label = operation.label();
    let message = format!("{} is offered", quote(&label));
    if let Some(hit) = sink.at_key(operation.node, message, Applies::Nothing) {
        hit.operation(label);
    }
}
