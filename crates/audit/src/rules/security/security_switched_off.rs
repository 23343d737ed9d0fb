//! An operation whose requirement is empty, or has `{}` among its alternatives, and that changes nothing.

use super::{common, purpose};
use crate::hit::Applies;
use crate::index::{Index, Operation};
use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule, Why};
use crate::run::Sink;
use palisade_document::quote;
use palisade_finding::Severity;

/// PAL-SEC001.
pub static RULE: Rule = Rule {
    id: "PAL-SEC001",
    name: "security-switched-off",
    severity: Severity::Medium,
    profile: Profile::Minimal,
    direction: Direction::Both,
    category: "authentication",
    part: Part::Security,
    invalid: false,
    owasp: &["API2:2023"],
    cwe: &["CWE-306"],
    aliases: &[
        "owasp:api2:2023-read-restricted",
        "owasp-protection-global-unsafe-strict",
        "owasp-protection-global-safe",
        "global-securityrequirement-emptyarray",
        "operation-securityrequirement-emptyarray",
        "global-securityrequirement-emptyscheme",
        "operation-securityrequirement-emptyscheme",
        "v3-global-securityrequirement-emptyarray",
        "v3-operation-securityrequirement-emptyarray",
        "v3-global-securityrequirement-emptyscheme",
        "v3-operation-securityrequirement-emptyscheme",
    ],
    what: "An operation whose requirement is empty, or has `{}` among its alternatives.",
    why: "The empty requirement overrides the one at the root: the operation is public. That is right for a \
        login or a health check, and an open door elsewhere.",
    fix: "Remove the empty list or the `{}`. If the operation is meant to be public, accept this finding into \
        the baseline.",
    bad: include_str!("../../../tests/fixtures/PAL-SEC001/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-SEC001/good.yaml"),
    references: &["https://owasp.org/API-Security/editions/2023/en/0xa2-broken-authentication/"],
    mend: Remedy::Hand(Why::Intent),
    check: Check::Contract(check),
};

fn check(index: &Index<'_>, sink: &mut Sink<'_>) {
    let mut inherited = Vec::new();
    for operation in index.operations.iter().filter(|operation| !operation.outgoing) {
        let Some(how) = open(operation).filter(|_| !purpose::changes(operation)) else { continue };
        if !operation.own_security {
            inherited.push((operation.at, how));
            continue;
        }
        let Some(list) = operation.security else { continue };
        let label = operation.label();
        let message = format!("{} may be called without a credential: {how}", quote(&label));
        if let Some(hit) = sink.at_key(list, message, Applies::Operations(vec![operation.at])) {
            hit.operation(label);
        }
    }
    // What stands once at the root is one finding, however many operations it opens.
    if let (Some((_, how)), Some(list)) = (inherited.first(), index.root().get("security")) {
        let count = common::operations(inherited.len());
        let message = format!("{count} may be called without a credential: {how} at the root");
        sink.at_key(list, message, Applies::Operations(inherited.iter().map(|(at, _)| *at).collect()));
    }
}

/// Whether the requirement that counts lets callers without a credential in, and by what.
pub(super) fn open(operation: &Operation<'_>) -> Option<&'static str> {
    let list = operation.security.filter(|list| list.is_array())?;
    if list.is_empty() {
        return Some("an empty security list");
    }
    let empty = list.items().any(|one| one.is_object() && one.is_empty());
    empty.then_some("an empty requirement among the alternatives")
}
