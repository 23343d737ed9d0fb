//! A bearer scheme with JSON web tokens whose description says nothing about how they are signed, checked or how
//! long they live.

use super::common;
use crate::hit::Applies;
use crate::index::{Index, Scheme};
use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule, Why};
use crate::run::Sink;
use palisade_document::{NodeRef, quote};
use palisade_finding::Severity;

/// PAL-SEC046.
pub static RULE: Rule = Rule {
    id: "PAL-SEC046",
    name: "jwt-without-policy",
    severity: Severity::Info,
    profile: Profile::Strict,
    direction: Direction::Both,
    category: "authentication",
    part: Part::None,
    invalid: false,
    owasp: &["API2:2023"],
    cwe: &["CWE-347", "CWE-345"],
    aliases: &["owasp:api2:2023-jwt-best-practices", "owasp-jwt-best-practices"],
    what: "A bearer scheme with JSON web tokens whose description says nothing about how they are signed, \
        checked or how long they live.",
    why: "Most attacks on such tokens use what was left open: no signature, a weak algorithm, a token that \
        never expires or was meant for somebody else.",
    fix: "Say in the description which algorithms are accepted, who issues the tokens, for which audience, and \
        when they expire; RFC 8725 is the list.",
    bad: include_str!("../../../tests/fixtures/PAL-SEC046/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-SEC046/good.yaml"),
    references: &["https://www.rfc-editor.org/rfc/rfc8725"],
    mend: Remedy::Hand(Why::Api),
    check: Check::Scheme(check),
};

fn check(_: &Index<'_>, scheme: &Scheme<'_>, sink: &mut Sink<'_>) {
    let Some(format) = scheme.node.get("bearerFormat") else { return };
    if scheme.operations.is_empty() || !format.as_str().is_some_and(|text| common::has_word(text, &["jwt"])) {
        return;
    }
    let text = scheme.node.get("description").and_then(NodeRef::as_str).unwrap_or_default().to_ascii_lowercase();
    let said = [
        "rfc8725",
        "rfc 8725",
        "algorithm",
        "rs256",
        "es256",
        "ps256",
        "eddsa",
        "hs256",
        "signed",
        "signature",
        "expire",
        "expiry",
        "lifetime",
        "ttl",
        "valid for",
        "short-lived",
        "jwks",
        "issuer",
        "audience",
    ];
    if !said.iter().any(|word| text.contains(word)) {
        let message =
            format!("scheme {} takes JSON web tokens and does not say how they are checked", quote(scheme.name));
        sink.at(format, message, Applies::Nothing);
    }
}
