//! An operation under an administrative path that has no security requirement of its own.

use crate::hit::Applies;
use crate::index::{Index, Operation};
use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule, Why};
use crate::run::Sink;
use palisade_document::quote;
use palisade_finding::Severity;

/// PAL-SEC010.
pub static RULE: Rule = Rule {
    id: "PAL-SEC010",
    name: "admin-path-with-common-security",
    severity: Severity::Medium,
    profile: Profile::Minimal,
    direction: Direction::Both,
    category: "authorization",
    part: Part::Security,
    invalid: false,
    owasp: &["API5:2023"],
    cwe: &["CWE-285", "CWE-862"],
    aliases: &["owasp:api5:2023-admin-security-unique"],
    what: "An operation under an administrative path that has no security requirement of its own.",
    why: "Any caller who may use the API at all can try administrative functions: the only check left is in \
        the code.",
    fix: "Give administrative operations a requirement of their own: a separate scheme, or a scope of their \
        own.",
    bad: include_str!("../../../tests/fixtures/PAL-SEC010/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-SEC010/good.yaml"),
    references: &["https://owasp.org/API-Security/editions/2023/en/0xa5-broken-function-level-authorization/"],
    mend: Remedy::Hand(Why::Api),
    check: Check::Operation(check),
};

fn check(index: &Index<'_>, operation: &Operation<'_>, sink: &mut Sink<'_>) {
    let admin = |step: &str| {
        matches!(step.to_ascii_lowercase().as_str(), "admin" | "administrator" | "internal" | "management" | "manage")
    };
    if operation.outgoing
        || operation.own_security
        || operation.security.is_none()
        || !operation.path.split('/').any(admin)
    {
        return;
    }
    // When every operation is administrative, the common requirement is the administrators' own.
    if index.operations.len() > 1 && index.operations.iter().all(|other| other.path.split('/').any(admin)) {
        return;
    }
    let label = operation.label();
    let message =
        format!("{} looks administrative and asks for nothing more than every other operation", quote(&label));
    if let Some(hit) = sink.at_key(operation.node, message, Applies::Operations(vec![operation.at])) {
        hit.operation(label);
    }
}
