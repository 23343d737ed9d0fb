//! An API key that operations require and that travels in the query string.

use crate::hit::Applies;
use crate::index::{Index, Scheme};
use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule, Why};
use crate::run::Sink;
use palisade_document::{NodeRef, quote};
use palisade_finding::Severity;

/// PAL-SEC004.
pub static RULE: Rule = Rule {
    id: "PAL-SEC004",
    name: "api-key-in-query",
    severity: Severity::High,
    profile: Profile::Minimal,
    direction: Direction::Both,
    category: "authentication",
    part: Part::Security,
    invalid: false,
    owasp: &["API2:2023"],
    cwe: &["CWE-598"],
    aliases: &[
        "owasp:api2:2023-no-api-keys-in-url",
        "owasp-no-api-keys-in-url",
        "global-securityrequirement-apikey-inquery",
        "operation-securityrequirement-apikey-inquery",
        "v3-global-securityrequirement-apikey-inquery",
        "v3-operation-securityrequirement-apikey-inquery",
    ],
    what: "An API key that operations require and that travels in the query string.",
    why: "URLs are written to access logs, browser histories and referrer headers. A key in them leaks without \
        any attack.",
    fix: "Carry the key in a header (`in: header`), or use bearer tokens.",
    bad: include_str!("../../../tests/fixtures/PAL-SEC004/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-SEC004/good.yaml"),
    references: &["https://owasp.org/API-Security/editions/2023/en/0xa2-broken-authentication/"],
    mend: Remedy::Hand(Why::Api),
    check: Check::Scheme(check),
};

fn check(_: &Index<'_>, scheme: &Scheme<'_>, sink: &mut Sink<'_>) {
    let word = |key: &str| scheme.node.get(key).and_then(NodeRef::as_str).unwrap_or_default();
    if word("type") == "apiKey" && word("in") == "query" && !scheme.operations.is_empty() {
        let message = format!("scheme {} carries the API key in the query string", quote(scheme.name));
        let node = scheme.node.get("in").unwrap_or(scheme.node);
        sink.at(node, message, Applies::Operations(scheme.operations.clone()));
    }
}
