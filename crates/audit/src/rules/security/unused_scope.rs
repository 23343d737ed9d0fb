//! OAuth 2 scopes that a scheme declares and no operation requires.

use super::common;
use crate::hit::Applies;
use crate::index::Index;
use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule, Why};
use crate::run::Sink;
use palisade_document::{NodeRef, quote};
use palisade_finding::Severity;
use std::collections::HashSet;

/// PAL-SEC044.
pub static RULE: Rule = Rule {
    id: "PAL-SEC044",
    name: "unused-scope",
    severity: Severity::Info,
    profile: Profile::Strict,
    direction: Direction::Both,
    category: "authorization",
    part: Part::None,
    invalid: false,
    owasp: &["API5:2023", "API9:2023"],
    cwe: &["CWE-1059", "CWE-272"],
    aliases: &[],
    what: "OAuth 2 scopes that a scheme declares and no operation requires.",
    why: "Programs ask for them and users consent to them, and nobody can say from the contract what they \
        open.",
    fix: "Require each scope where it counts, or remove it.",
    bad: include_str!("../../../tests/fixtures/PAL-SEC044/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-SEC044/good.yaml"),
    references: &["https://spec.openapis.org/oas/v3.0.3#oauth-flow-object"],
    mend: Remedy::Hand(Why::Intent),
    check: Check::Contract(check),
};

fn check(index: &Index<'_>, sink: &mut Sink<'_>) {
    let mut used: HashSet<(&str, &str)> = HashSet::new();
    let lists = index.operations.iter().filter(|operation| operation.own_security).filter_map(|one| one.security);
    let mut seen = HashSet::new();
    for list in lists.chain(index.root().get("security")).filter(|list| seen.insert(list.id())) {
        for member in list.items().flat_map(NodeRef::members) {
            used.extend(member.value.items().filter_map(NodeRef::as_str).map(|scope| (member.key, scope)));
        }
    }
    for scheme in index.schemes.iter().filter(|scheme| !scheme.operations.is_empty()) {
        let mut unused: HashSet<&str> = HashSet::new();
        let mut place = None;
        for (_, flow) in common::flows(scheme) {
            for scope in flow.get("scopes").into_iter().flat_map(NodeRef::members) {
                if !used.contains(&(scheme.name, scope.key)) && unused.insert(scope.key) {
                    place = place.or(Some((scope.key, scope.value)));
                }
            }
        }
        if let Some((first, place)) = place {
            let more = if unused.len() > 1 { format!(" and {} more", unused.len() - 1) } else { String::new() };
            let message =
                format!("no operation requires scope {}{more} of scheme {}", quote(first), quote(scheme.name));
            sink.at_key(place, message, Applies::Nothing);
        }
    }
}
