//! An operation whose requirement is empty, or has `{}` among its alternatives.

use crate::engine::{Applies, Sink};
use crate::index::{Index, Operation};
use crate::rule::{Check, Part, Rule};
use palisade_document::quote;
use palisade_finding::Severity;

/// PAL-SEC001.
pub static RULE: Rule = Rule {
    id: "PAL-SEC001",
    name: "security-switched-off",
    severity: Severity::Medium,
    category: "authentication",
    part: Part::Security,
    invalid: false,
    owasp: &["API2:2023"],
    cwe: &["CWE-306"],
    aliases: &["operation-security-empty", "v3-operation-securityrequirement-emptyarray"],
    what: "An operation whose requirement is empty, or has `{}` among its alternatives.",
    why: "The empty requirement overrides the one at the root: the operation is public. That is right for a \
        login or a health check, and an open door elsewhere.",
    fix: "Remove the empty list or the `{}`. If the operation is meant to be public, accept this finding into \
        the baseline.",
    bad: include_str!("../../../tests/fixtures/PAL-SEC001/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-SEC001/good.yaml"),
    references: &["https://owasp.org/API-Security/editions/2023/en/0xa2-broken-authentication/"],
    mend: None,
    check: Check::Operation(check),
};

fn check(_: &Index<'_>, operation: &Operation<'_>, sink: &mut Sink<'_>) {
    let Some(list) = operation.security.filter(|list| list.is_array()) else { return };
    let open = list.is_empty() || list.items().any(|one| one.is_object() && one.is_empty());
    if !open || operation.outgoing {
        return;
    }
    let label = operation.label();
    let how = if list.is_empty() { "an empty security list" } else { "an empty requirement among the alternatives" };
    let message = format!("{} may be called without a credential: {how}", quote(&label));
    let node = if operation.own_security { list } else { operation.node };
    if let Some(hit) = sink.at_key(node, message, Applies::Operations(vec![operation.at])) {
        hit.operation(label);
    }
}
