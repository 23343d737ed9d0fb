//! An OAuth 2 or OpenID Connect address without TLS.

use crate::hit::Applies;
use crate::index::{Index, Scheme};
use crate::mend::{Mended, Spot, urls};
use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule};
use crate::run::Sink;
use palisade_document::{NodeRef, quote};
use palisade_finding::Severity;

/// PAL-SEC008.
pub static RULE: Rule = Rule {
    id: "PAL-SEC008",
    name: "clear-text-login",
    severity: Severity::High,
    profile: Profile::Minimal,
    direction: Direction::Both,
    category: "transport",
    part: Part::Security,
    invalid: false,
    owasp: &["API2:2023", "API8:2023"],
    cwe: &["CWE-319"],
    aliases: &[
        "global-securityscheme-oauth2-authorizationurl",
        "global-securityscheme-oauth2-tokenurl",
        "v3-global-securityscheme-oauth2-authorizationurl",
        "v3-global-securityscheme-oauth2-tokenurl",
    ],
    what: "An OAuth 2 or OpenID Connect address without TLS.",
    why: "Passwords, codes and tokens pass through these addresses; over clear text anyone on the way has \
        them.",
    fix: "Use the `https` address.",
    bad: include_str!("../../../tests/fixtures/PAL-SEC008/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-SEC008/good.yaml"),
    references: &["https://owasp.org/API-Security/editions/2023/en/0xa2-broken-authentication/"],
    mend: Remedy::Unsafe(mend),
    check: Check::Scheme(check),
};

fn check(_: &Index<'_>, scheme: &Scheme<'_>, sink: &mut Sink<'_>) {
    let flows = scheme.node.get("flows").into_iter().flat_map(NodeRef::members).map(|flow| flow.value);
    for flow in flows.chain([scheme.node]) {
        for key in ["authorizationUrl", "tokenUrl", "refreshUrl", "openIdConnectUrl", "deviceAuthorizationUrl"] {
            let Some(url) = flow.get(key) else { continue };
            if url.as_str().is_some_and(|text| text.to_ascii_lowercase().starts_with("http:")) {
                let message = format!("{key} of scheme {} is reached over clear text", quote(scheme.name));
                sink.at(url, message, Applies::Operations(scheme.operations.clone()));
            }
        }
    }
}

/// Reaches the address by TLS.
fn mend<'a>(index: &Index<'a>, spot: &Spot<'a>) -> Option<Mended> {
    let (scheme, edits) = urls::encrypt(index, spot.node)?;
    Mended::risky(format!("reach the address by {scheme}"), edits)
}
