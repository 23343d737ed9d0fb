//! A weak scheme, or one that would travel over clear text, that is declared and that no operation requires.

use super::common;
use super::common::Kind;
use crate::hit::Applies;
use crate::index::{Index, Scheme};
use crate::mend::{Mended, Spot, remove};
use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule};
use crate::run::Sink;
use palisade_document::{NodeRef, quote};
use palisade_finding::Severity;

/// PAL-SEC040.
pub static RULE: Rule = Rule {
    id: "PAL-SEC040",
    name: "unused-weak-scheme",
    severity: Severity::Info,
    profile: Profile::Strict,
    direction: Direction::Both,
    category: "authentication",
    part: Part::None,
    invalid: false,
    owasp: &["API2:2023"],
    cwe: &["CWE-1059", "CWE-522"],
    aliases: &[
        "global-securityscheme-apikey-inheader",
        "global-securityscheme-apikey-inheader-clear",
        "global-securityscheme-apikey-inquery",
        "global-securityscheme-apikey-inquery-clear",
        "global-securityscheme-average",
        "global-securityscheme-basic",
        "global-securityscheme-basic-clear",
        "global-securityscheme-clearcredentials",
        "global-securityscheme-oauth2-accesscode-clear",
        "global-securityscheme-oauth2-application-clear",
        "global-securityscheme-oauth2-implicit",
        "global-securityscheme-oauth2-implicit-clear",
        "global-securityscheme-oauth2-password",
        "global-securityscheme-oauth2-password-clear",
        "global-securityscheme-weak",
        "v3-global-securityscheme-apikey-incookie",
        "v3-global-securityscheme-apikey-incookie-clear",
        "v3-global-securityscheme-apikey-inheader",
        "v3-global-securityscheme-apikey-inheader-clear",
        "v3-global-securityscheme-apikey-inquery",
        "v3-global-securityscheme-apikey-inquery-clear",
        "v3-global-securityscheme-average",
        "v3-global-securityscheme-clearcredentials",
        "v3-global-securityscheme-http-basic",
        "v3-global-securityscheme-http-basic-clear",
        "v3-global-securityscheme-http-bearer-clear",
        "v3-global-securityscheme-http-digest",
        "v3-global-securityscheme-http-digest-clear",
        "v3-global-securityscheme-http-known-good-clear",
        "v3-global-securityscheme-http-negotiate",
        "v3-global-securityscheme-http-negotiate-clear",
        "v3-global-securityscheme-http-oauth1",
        "v3-global-securityscheme-http-oauth1-clear",
        "v3-global-securityscheme-http-unknown",
        "v3-global-securityscheme-http-unknown-clear",
        "v3-global-securityscheme-oauth2-authorizationcode-clear",
        "v3-global-securityscheme-oauth2-clientcredentials-clear",
        "v3-global-securityscheme-oauth2-implicit",
        "v3-global-securityscheme-oauth2-implicit-clear",
        "v3-global-securityscheme-oauth2-ropg",
        "v3-global-securityscheme-oauth2-ropg-clear",
        "v3-global-securityscheme-weak",
        "v3_1-global-securityscheme-http-known-good-clear",
        "v3_1-global-securityscheme-oauth2-implicit",
        "v3_1-global-securityscheme-oauth2-implicit-clear",
    ],
    what: "A weak scheme, or one that would travel over clear text, that is declared and that no operation \
        requires.",
    why: "It costs nothing as long as nobody uses it. The next operation may: what is declared reads as an \
        offer.",
    fix: "Remove the scheme, or mend it before an operation requires it.",
    bad: include_str!("../../../tests/fixtures/PAL-SEC040/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-SEC040/good.yaml"),
    references: &["https://owasp.org/API-Security/editions/2023/en/0xa2-broken-authentication/"],
    mend: Remedy::Unsafe(mend),
    check: Check::Scheme(check),
};

fn check(index: &Index<'_>, scheme: &Scheme<'_>, sink: &mut Sink<'_>) {
    if !scheme.operations.is_empty() {
        return;
    }
    let kinds = common::kinds(scheme);
    let weak = kinds.iter().any(|kind| {
        !matches!(
            kind,
            Kind::Bearer | Kind::Standard | Kind::Code | Kind::Client | Kind::Device | Kind::OpenId | Kind::MutualTls
        )
    });
    let servers = index.root().get("servers").into_iter().flat_map(NodeRef::items);
    let schemes = index.root().get("schemes").into_iter().flat_map(NodeRef::items);
    let mut words = schemes.filter_map(NodeRef::as_str);
    if kinds.is_empty() {
        return;
    }
    let how = if weak {
        "is weak"
    } else if servers.into_iter().any(common::clear_server) || words.any(|word| matches!(word, "http" | "ws")) {
        "would travel over clear text"
    } else {
        return;
    };
    let message = format!("scheme {} {how}; no operation requires it", quote(scheme.name));
    sink.at_key(scheme.node, message, Applies::Nothing);
}

/// Takes the scheme out.
fn mend<'a>(index: &Index<'a>, spot: &Spot<'a>) -> Option<Mended> {
    let name = spot.node.key()?;
    let mut requirements = index.root().get("security").into_iter().flat_map(NodeRef::items);
    if requirements.any(|one| one.get(name).is_some()) {
        return None;
    }
    Mended::loss(index, format!("take scheme {} out", quote(name)), remove(index, spot.node.parent()?, &[name])?)
}
