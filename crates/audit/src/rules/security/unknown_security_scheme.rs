//! A security requirement that names a scheme the contract does not declare.

use crate::hit::Applies;
use crate::index::{Index, Version};
use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule, Why};
use crate::run::Sink;
use palisade_document::{NodeRef, quote};
use palisade_finding::Severity;

/// PAL-SEC006.
pub static RULE: Rule = Rule {
    id: "PAL-SEC006",
    name: "unknown-security-scheme",
    severity: Severity::High,
    profile: Profile::Minimal,
    direction: Direction::Both,
    category: "authentication",
    part: Part::Security,
    invalid: true,
    owasp: &["API2:2023", "API8:2023"],
    cwe: &["CWE-306"],
    aliases: &[
        "oas3-operation-security-defined",
        "oas2-operation-security-defined",
        "semantic-global-securityrequirement-unreferenced",
        "semantic-operation-securityrequirement-unreferenced",
        "validation-global-securityrequirement-unreferenced",
        "validation-operation-securityrequirement-unreferenced",
        "v3-validation-global-securityrequirement-unreferenced",
        "v3-validation-operation-securityrequirement-unreferenced",
    ],
    what: "A security requirement that names a scheme the contract does not declare.",
    why: "Tools ignore the unknown name or refuse the contract. In the first case the operation is not \
        protected.",
    fix: "Correct the name, or declare the scheme.",
    bad: include_str!("../../../tests/fixtures/PAL-SEC006/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-SEC006/good.yaml"),
    references: &["https://spec.openapis.org/oas/v3.0.3#security-requirement-object"],
    mend: Remedy::Hand(Why::Intent),
    check: Check::Contract(check),
};

fn check(index: &Index<'_>, sink: &mut Sink<'_>) {
    let known: std::collections::HashSet<&str> = index.schemes.iter().map(|scheme| scheme.name).collect();
    let root = index.root().get("security").map(|list| (list, None));
    let own = index.operations.iter().filter(|operation| operation.own_security);
    let own = own.filter_map(|operation| operation.security.map(|list| (list, Some(operation))));
    for (list, operation) in root.into_iter().chain(own) {
        for member in list.items().flat_map(NodeRef::members) {
            // Since 3.2 a requirement may name a scheme by its address.
            if known.contains(member.key) || (index.version == Version::V31 && member.key.contains(['#', '/', ':'])) {
                continue;
            }
            let applies = operation.map_or(Applies::Everything, |operation| Applies::Operations(vec![operation.at]));
            let message = format!("the security requirement names {}, which is not declared", quote(member.key));
            if let (Some(hit), Some(operation)) = (sink.at_key(member.value, message, applies), operation) {
                hit.operation(operation.label());
            }
        }
    }
}
