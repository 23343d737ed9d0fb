//! A PUT, PATCH or DELETE for which scopes that are named for reading (`orders:read`, `read_orders`,
//! `orders.readonly`) are enough.

use super::common;
use crate::hit::Applies;
use crate::index::{Index, Operation};
use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule, Why};
use crate::run::Sink;
use palisade_document::{NodeRef, quote};
use palisade_finding::Severity;

/// PAL-SEC086.
pub static RULE: Rule = Rule {
    id: "PAL-SEC086",
    name: "write-with-read-scope",
    severity: Severity::Medium,
    profile: Profile::Minimal,
    direction: Direction::Both,
    category: "authorization",
    part: Part::Security,
    invalid: false,
    owasp: &["API5:2023"],
    cwe: &["CWE-863", "CWE-285"],
    aliases: &[],
    what: "A PUT, PATCH or DELETE for which scopes that are named for reading (`orders:read`, `read_orders`, \
        `orders.readonly`) are enough.",
    why: "A token that was asked for to read is enough to change or delete: users who consented to the one \
        gave the other.",
    fix: "Declare a scope for writing and require it.",
    bad: include_str!("../../../tests/fixtures/PAL-SEC086/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-SEC086/good.yaml"),
    references: &["https://owasp.org/API-Security/editions/2023/en/0xa5-broken-function-level-authorization/"],
    mend: Remedy::Hand(Why::Api),
    check: Check::Operation(check),
};

fn check(_: &Index<'_>, operation: &Operation<'_>, sink: &mut Sink<'_>) {
    if operation.outgoing || !matches!(operation.method.as_str(), "PUT" | "PATCH" | "DELETE") {
        return;
    }
    let Some(list) = operation.security else { return };
    let Some(alternative) = list.items().find(|one| reads(*one)) else { return };
    let label = operation.label();
    let scope =
        alternative.members().flat_map(|member| member.value.items()).find_map(NodeRef::as_str).unwrap_or_default();
    let message = format!("{} changes something, and scope {} is enough for it", quote(&label), quote(scope));
    let node = if operation.own_security { list } else { operation.node };
    if let Some(hit) = sink.at_key(node, message, Applies::Operations(vec![operation.at])) {
        hit.operation(label);
    }
}

/// Whether an alternative asks for scopes, all of them for reading.
fn reads(alternative: NodeRef<'_>) -> bool {
    let mut scopes =
        alternative.members().flat_map(|member| member.value.items()).filter_map(NodeRef::as_str).peekable();
    scopes.peek().is_some()
        && scopes.all(|scope| {
            common::has_word(scope, &["read", "readonly", "view", "viewer"])
                && !common::has_word(
                    scope,
                    &["write", "readwrite", "edit", "manage", "admin", "all", "delete", "update"],
                )
        })
}
