//! An operation under an administrative path whose own requirement is one that common operations have too.

use crate::hit::Applies;
use crate::index::{Index, Operation};
use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule, Why};
use crate::run::Sink;
use palisade_document::{NodeRef, quote};
use palisade_finding::Severity;
use std::collections::HashSet;

/// PAL-SEC048.
pub static RULE: Rule = Rule {
    id: "PAL-SEC048",
    name: "admin-path-with-user-scope",
    severity: Severity::Medium,
    profile: Profile::Minimal,
    direction: Direction::Both,
    category: "authorization",
    part: Part::Security,
    invalid: false,
    owasp: &["API5:2023"],
    cwe: &["CWE-285", "CWE-269"],
    aliases: &["owasp:api5:2023-admin-security-unique"],
    what: "An operation under an administrative path whose own requirement is one that common operations have \
        too.",
    why: "Whoever may use the common operations holds everything the contract asks of an administrator: the \
        only check left is in the code.",
    fix: "Ask for a scope or a scheme that only administrators have.",
    bad: include_str!("../../../tests/fixtures/PAL-SEC048/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-SEC048/good.yaml"),
    references: &["https://owasp.org/API-Security/editions/2023/en/0xa5-broken-function-level-authorization/"],
    mend: Remedy::Hand(Why::Api),
    check: Check::Contract(check),
};

fn check(index: &Index<'_>, sink: &mut Sink<'_>) {
    let admin = |operation: &Operation<'_>| operation.path.split('/').any(is_admin);
    if !index.operations.iter().any(|operation| operation.own_security && admin(operation)) {
        return;
    }
    let served = || index.operations.iter().filter(|operation| !operation.outgoing);
    let mut common: HashSet<Vec<(&str, Vec<&str>)>> = HashSet::new();
    let mut seen = HashSet::new();
    for operation in served().filter(|operation| !admin(operation)) {
        let list = operation.security.filter(|list| seen.insert(list.id()));
        common.extend(list.into_iter().flat_map(NodeRef::items).map(asked));
    }
    common.remove(&Vec::new());
    for operation in served().filter(|operation| operation.own_security && admin(operation)) {
        let Some(list) = operation.security else { continue };
        if list.items().map(asked).any(|asked| common.contains(&asked)) {
            let label = operation.label();
            let message =
                format!("{} looks administrative and asks for no more than common operations do", quote(&label));
            if let Some(hit) = sink.at_key(list, message, Applies::Operations(vec![operation.at])) {
                hit.operation(label);
            }
        }
    }
}

/// One alternative of a requirement, in a form that can be compared.
fn asked(alternative: NodeRef<'_>) -> Vec<(&str, Vec<&str>)> {
    let mut asked: Vec<(&str, Vec<&str>)> = alternative
        .members()
        .map(|member| {
            let mut scopes: Vec<&str> = member.value.items().filter_map(NodeRef::as_str).collect();
            scopes.sort_unstable();
            (member.key, scopes)
        })
        .collect();
    asked.sort_unstable();
    asked
}

/// Whether a step of a path says that administrators are meant.
pub(super) fn is_admin(step: &str) -> bool {
    ["admin", "administrator", "internal", "management", "manage"].iter().any(|word| step.eq_ignore_ascii_case(word))
}
