//! An OAuth 2 scheme with the implicit or the password flow that operations require.

use crate::hit::Applies;
use crate::index::{Index, Scheme};
use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule, Why};
use crate::run::Sink;
use palisade_document::{NodeRef, quote};
use palisade_finding::Severity;

/// PAL-SEC009.
pub static RULE: Rule = Rule {
    id: "PAL-SEC009",
    name: "outdated-oauth-flow",
    severity: Severity::Medium,
    profile: Profile::Recommended,
    direction: Direction::Both,
    category: "authentication",
    part: Part::Security,
    invalid: false,
    owasp: &["API2:2023"],
    cwe: &["CWE-522"],
    aliases: &[
        "global-securityrequirement-oauth2-implicit",
        "operation-securityrequirement-oauth2-implicit",
        "global-securityrequirement-oauth2-password",
        "operation-securityrequirement-oauth2-password",
        "v3-global-securityrequirement-oauth2-implicit",
        "v3-operation-securityrequirement-oauth2-implicit",
        "v3-global-securityrequirement-oauth2-ropg",
        "v3-operation-securityrequirement-oauth2-ropg",
    ],
    what: "An OAuth 2 scheme with the implicit or the password flow that operations require.",
    why: "The implicit flow hands tokens over in URLs; the password flow gives the password to every client. \
        Both are deprecated (RFC 9700).",
    fix: "Use the authorization code flow with PKCE, or client credentials between machines.",
    bad: include_str!("../../../tests/fixtures/PAL-SEC009/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-SEC009/good.yaml"),
    references: &["https://www.rfc-editor.org/rfc/rfc9700"],
    mend: Remedy::Hand(Why::Api),
    check: Check::Scheme(check),
};

fn check(_: &Index<'_>, scheme: &Scheme<'_>, sink: &mut Sink<'_>) {
    if scheme.operations.is_empty() {
        return;
    }
    let mut found = Vec::new();
    for flow in scheme.node.get("flows").into_iter().flat_map(NodeRef::members) {
        if matches!(flow.key, "implicit" | "password") {
            found.push((flow.key, flow.value));
        }
    }
    if let Some(flow) = scheme.node.get("flow")
        && let Some(word @ ("implicit" | "password")) = flow.as_str()
    {
        found.push((word, flow));
    }
    for (word, node) in found {
        let message = format!("scheme {} uses the {word} flow of OAuth 2", quote(scheme.name));
        sink.at_key(node, message, Applies::Operations(scheme.operations.clone()));
    }
}
