//! A security scheme that operations require and that uses HTTP basic, digest, negotiate or OAuth 1.

use crate::hit::Applies;
use crate::index::{Index, Scheme};
use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule, Why};
use crate::run::Sink;
use palisade_document::{NodeRef, quote};
use palisade_finding::Severity;

/// PAL-SEC003.
pub static RULE: Rule = Rule {
    id: "PAL-SEC003",
    name: "basic-auth",
    severity: Severity::Medium,
    profile: Profile::Recommended,
    direction: Direction::Both,
    category: "authentication",
    part: Part::Security,
    invalid: false,
    owasp: &["API2:2023"],
    cwe: &["CWE-287", "CWE-522"],
    aliases: &[
        "owasp:api2:2023-no-http-basic",
        "owasp:api2:2023-auth-insecure-schemes",
        "owasp-no-http-basic",
        "owasp-auth-insecure-schemes",
        "global-securityrequirement-basic",
        "operation-securityrequirement-basic",
        "v3-global-securityrequirement-http-basic",
        "v3-operation-securityrequirement-http-basic",
        "v3-global-securityrequirement-http-digest",
        "v3-operation-securityrequirement-http-digest",
        "v3-global-securityrequirement-http-negotiate",
        "v3-operation-securityrequirement-http-negotiate",
        "v3-global-securityrequirement-http-oauth1",
        "v3-operation-securityrequirement-http-oauth1",
        "global-securityrequirement-weak",
        "operation-securityrequirement-weak",
        "v3-global-securityrequirement-weak",
        "v3-operation-securityrequirement-weak",
    ],
    what: "A security scheme that operations require and that uses HTTP basic, digest, negotiate or OAuth 1.",
    why: "These send the password, or something as good as it, with every request: whoever sees one request \
        can replay it, and the password cannot be limited or taken back by itself.",
    fix: "Use short-lived bearer tokens (OAuth 2 or OpenID Connect) or mutual TLS.",
    bad: include_str!("../../../tests/fixtures/PAL-SEC003/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-SEC003/good.yaml"),
    references: &["https://owasp.org/API-Security/editions/2023/en/0xa2-broken-authentication/"],
    mend: Remedy::Hand(Why::Api),
    check: Check::Scheme(check),
};

fn check(_: &Index<'_>, scheme: &Scheme<'_>, sink: &mut Sink<'_>) {
    let word = |key: &str| scheme.node.get(key).and_then(NodeRef::as_str).unwrap_or_default();
    let weak = match word("type") {
        "basic" => Some("basic"),
        "http" => {
            ["basic", "digest", "negotiate", "oauth"].into_iter().find(|weak| word("scheme").eq_ignore_ascii_case(weak))
        }
        _ => None,
    };
    if let (Some(weak), false) = (weak, scheme.operations.is_empty()) {
        let message = format!("scheme {} uses HTTP {weak} authentication", quote(scheme.name));
        sink.at_key(scheme.node, message, Applies::Operations(scheme.operations.clone()));
    }
}
