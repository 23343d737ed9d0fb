//! An OAuth 2 scope that stands for everything: `*`, `orders:*`, `all`, `full_access`, `admin:*`.

use super::common;
use crate::hit::Applies;
use crate::index::{Index, Scheme};
use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule, Why};
use crate::run::Sink;
use palisade_document::{NodeRef, quote};
use palisade_finding::Severity;

/// PAL-SEC043.
pub static RULE: Rule = Rule {
    id: "PAL-SEC043",
    name: "wildcard-scope",
    severity: Severity::Low,
    profile: Profile::Recommended,
    direction: Direction::Both,
    category: "authorization",
    part: Part::None,
    invalid: false,
    owasp: &["API5:2023"],
    cwe: &["CWE-250", "CWE-269"],
    aliases: &[],
    what: "An OAuth 2 scope that stands for everything: `*`, `orders:*`, `all`, `full_access`, `admin:*`.",
    why: "A token with it can do whatever its bearer can. Programs ask for it because it is convenient, and a \
        leaked token opens everything.",
    fix: "Declare one scope for each thing a program may do, reading apart from writing.",
    bad: include_str!("../../../tests/fixtures/PAL-SEC043/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-SEC043/good.yaml"),
    references: &[
        "https://www.rfc-editor.org/rfc/rfc9700",
        "https://owasp.org/API-Security/editions/2023/en/0xa5-broken-function-level-authorization/",
    ],
    mend: Remedy::Hand(Why::Api),
    check: Check::Scheme(check),
};

fn check(_: &Index<'_>, scheme: &Scheme<'_>, sink: &mut Sink<'_>) {
    let mut seen: Vec<&str> = Vec::new();
    for (_, flow) in common::flows(scheme) {
        for scope in flow.get("scopes").into_iter().flat_map(NodeRef::members) {
            if wild(scope.key) && !seen.contains(&scope.key) {
                seen.push(scope.key);
                let message =
                    format!("scope {} of scheme {} stands for everything", quote(scope.key), quote(scheme.name));
                sink.at_key(scope.value, message, Applies::Nothing);
            }
        }
    }
}

fn wild(scope: &str) -> bool {
    // Addresses as scopes end in a path that may well be called "all".
    let last = scope.rsplit(['/', ':', '.']).next().unwrap_or(scope);
    if last == "*" {
        return true;
    }
    !scope.contains('/')
        && ["all", "full", "everything", "root", "superuser", "full_access", "fullaccess", "full-access", "all_access"]
            .iter()
            .any(|word| scope.eq_ignore_ascii_case(word))
}
