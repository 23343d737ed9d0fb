//! A requirement for an OAuth 2 scope that the scheme does not declare.

use crate::hit::Applies;
use crate::index::{Index, Scheme};
use crate::mend::{Mended, Spot};
use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule};
use crate::run::Sink;
use palisade_document::edit::Place;
use palisade_document::{NodeRef, quote};
use palisade_finding::Severity;
use std::collections::HashMap;

/// PAL-SEC007.
pub static RULE: Rule = Rule {
    id: "PAL-SEC007",
    name: "undeclared-scope",
    severity: Severity::Medium,
    profile: Profile::Recommended,
    direction: Direction::Both,
    category: "authorization",
    part: Part::Security,
    invalid: true,
    owasp: &["API5:2023"],
    cwe: &["CWE-863"],
    aliases: &[
        "global-securityrequirement-oauth2-scope-unreferenced",
        "operation-securityrequirement-oauth2-scope-unreferenced",
        "v3-global-securityrequirement-oauth2-scope-unreferenced",
        "v3-operation-securityrequirement-oauth2-scope-unreferenced",
    ],
    what: "A requirement for an OAuth 2 scope that the scheme does not declare.",
    why: "No token can carry the scope: the operation is either closed to everybody, or the check was dropped \
        to make it work.",
    fix: "Declare the scope in the flow, or correct its name.",
    bad: include_str!("../../../tests/fixtures/PAL-SEC007/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-SEC007/good.yaml"),
    references: &["https://spec.openapis.org/oas/v3.0.3#oauth-flow-object"],
    mend: Remedy::Unsafe(mend),
    check: Check::Contract(check),
};

fn check(index: &Index<'_>, sink: &mut Sink<'_>) {
    let schemes: HashMap<&str, &Scheme<'_>> = index.schemes.iter().map(|scheme| (scheme.name, scheme)).collect();
    let root = index.root().get("security").map(|list| (list, None));
    let own = index.operations.iter().filter(|operation| operation.own_security);
    let own = own.filter_map(|operation| operation.security.map(|list| (list, Some(operation))));
    for (list, operation) in root.into_iter().chain(own) {
        for member in list.items().flat_map(NodeRef::members) {
            let Some(scheme) = schemes.get(member.key) else { continue };
            if scheme.node.get("type").and_then(NodeRef::as_str) != Some("oauth2") {
                continue;
            }
            for scope in member.value.items().filter(|scope| scope.as_str().is_some_and(|name| !declares(scheme, name)))
            {
                let name = scope.as_str().unwrap_or_default();
                let message = format!("scope {} is not declared by scheme {}", quote(name), quote(scheme.name));
                let applies =
                    operation.map_or(Applies::Everything, |operation| Applies::Operations(vec![operation.at]));
                if let (Some(hit), Some(operation)) = (sink.at(scope, message, applies), operation) {
                    hit.operation(operation.label());
                }
            }
        }
    }
}

fn declares(scheme: &Scheme<'_>, name: &str) -> bool {
    let flows = scheme.node.get("flows").into_iter().flat_map(NodeRef::members).map(|flow| flow.value);
    flows.chain([scheme.node]).any(|flow| flow.get("scopes").is_some_and(|scopes| scopes.get(name).is_some()))
}

/// Declares the scope in every flow.
fn mend<'a>(index: &Index<'a>, spot: &Spot<'a>) -> Option<Mended> {
    let name = spot.node.as_str()?;
    let scheme = index.schemes.iter().find(|scheme| Some(scheme.name) == spot.node.parent().and_then(NodeRef::key))?;
    let flows = scheme.node.get("flows").into_iter().flat_map(NodeRef::members).map(|flow| flow.value);
    let words = name.replace(|c: char| !c.is_alphanumeric(), " ");
    let mut edits = Vec::new();
    for scopes in flows.chain([scheme.node]).filter_map(|flow| flow.get("scopes")) {
        edits.extend(index.editor().insert_member(scopes, Place::End, name, &words.as_str().into()).ok()?);
    }
    Mended::risky(format!("declare scope {}", quote(name)), edits)
}
