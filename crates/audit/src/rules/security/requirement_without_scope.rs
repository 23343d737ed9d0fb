//! Operations that require an OAuth 2 scheme with scopes and name none of them.

use super::common;
use crate::hit::Applies;
use crate::index::{Index, Scheme};
use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule, Why};
use crate::run::Sink;
use palisade_document::{NodeRef, quote};
use palisade_finding::Severity;

/// PAL-SEC042.
pub static RULE: Rule = Rule {
    id: "PAL-SEC042",
    name: "requirement-without-scope",
    severity: Severity::Low,
    profile: Profile::Recommended,
    direction: Direction::Both,
    category: "authorization",
    part: Part::Security,
    invalid: false,
    owasp: &["API5:2023"],
    cwe: &["CWE-285", "CWE-863"],
    aliases: &[],
    what: "Operations that require an OAuth 2 scheme with scopes and name none of them.",
    why: "Any token of the authorization server opens them, also one that was issued for something harmless.",
    fix: "Name the scopes the operation needs in its requirement.",
    bad: include_str!("../../../tests/fixtures/PAL-SEC042/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-SEC042/good.yaml"),
    references: &["https://owasp.org/API-Security/editions/2023/en/0xa5-broken-function-level-authorization/"],
    mend: Remedy::Hand(Why::Api),
    check: Check::Scheme(check),
};

fn check(index: &Index<'_>, scheme: &Scheme<'_>, sink: &mut Sink<'_>) {
    let scopes = |flow: NodeRef<'_>| flow.get("scopes").is_some_and(|scopes| !scopes.is_empty());
    if !common::flows(scheme).into_iter().any(|(_, flow)| scopes(flow)) {
        return;
    }
    let mut bare = common::served(index, scheme);
    // Most operations share one list, the root's.
    let mut last = (None, false);
    bare.retain(|at| {
        let list = index.operations.get(*at).and_then(|operation| operation.security);
        let id = list.map(NodeRef::id);
        if last.0 != id {
            last = (id, list.is_some_and(|list| asks_nothing(list, scheme.name)));
        }
        last.1
    });
    if !bare.is_empty() {
        let message = format!(
            "scheme {} is asked for without any scope by {}",
            quote(scheme.name),
            common::operations(bare.len())
        );
        sink.at_key(scheme.node, message, Applies::Operations(bare));
    }
}

/// Alternatives of one requirement looked at, at most.
const MAX_ALTERNATIVES: usize = 64;

/// Whether an alternative of a requirement names a scheme with an empty list of scopes.
fn asks_nothing(list: NodeRef<'_>, name: &str) -> bool {
    let mut named = list.items().take(MAX_ALTERNATIVES).filter_map(|one| one.get(name));
    named.any(|scopes| scopes.is_array() && scopes.is_empty())
}
