//! A security scheme that operations without TLS require: one rule for each kind of scheme.

use super::common::{self, Kind};
use crate::hit::Applies;
use crate::index::{Index, Scheme};
use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule, Why};
use crate::run::Sink;
use palisade_document::quote;
use palisade_finding::Severity;

macro_rules! rules {
    ($($(#[$doc:meta])* $static:ident $id:literal $name:literal $severity:ident $kind:ident [$what:literal, $sent:literal]
        [$($alias:literal),* $(,)?])*) => {$(
        $(#[$doc])*
        pub static $static: Rule = Rule {
            id: $id,
            name: $name,
            severity: Severity::$severity,
            profile: Profile::Minimal,
            direction: Direction::Both,
            category: "transport",
            part: Part::Security,
            invalid: false,
            owasp: &["API2:2023", "API8:2023"],
            cwe: &["CWE-319", "CWE-523"],
            aliases: &[$($alias),*],
            what: concat!($what, ", required by an operation that can be reached without TLS."),
            why: concat!(
                "Whoever is on the way reads ", $sent, " and can use it as long as it is valid: the operation is as \
                good as public on that network."
            ),
            fix: "Offer the operations over `https` only: remove the `http` server or scheme, or move it to the \
                operations that ask for no credential.",
            bad: include_str!(concat!("../../../tests/fixtures/", $id, "/bad.yaml")),
            good: include_str!(concat!("../../../tests/fixtures/", $id, "/good.yaml")),
            references: &[
                "https://owasp.org/API-Security/editions/2023/en/0xa8-security-misconfiguration/",
                "https://cwe.mitre.org/data/definitions/319.html",
            ],
            mend: Remedy::Hand(Why::Api),
            check: Check::Scheme(|index, scheme, sink| check(index, scheme, Kind::$kind, sink)),
        };
    )*};
}

rules! {
    /// PAL-SEC020.
    HEADER_KEY "PAL-SEC020" "header-key-over-clear-text" Critical KeyHeader ["An API key in a header", "the key"] [
        "global-securityrequirement-apikey-inheader-clear", "operation-securityrequirement-apikey-inheader-clear",
        "v3-global-securityrequirement-apikey-inheader-clear", "v3-operation-securityrequirement-apikey-inheader-clear",
        "global-securityrequirement-clearcredentials", "operation-securityrequirement-clearcredentials",
        "v3-global-securityrequirement-clearcredentials", "v3-operation-securityrequirement-clearcredentials",
    ]
    /// PAL-SEC021.
    QUERY_KEY "PAL-SEC021" "query-key-over-clear-text" Critical KeyQuery ["An API key in the query", "the key"] [
        "global-securityrequirement-apikey-inquery-clear", "operation-securityrequirement-apikey-inquery-clear",
        "v3-global-securityrequirement-apikey-inquery-clear", "v3-operation-securityrequirement-apikey-inquery-clear",
    ]
    /// PAL-SEC022.
    COOKIE_KEY "PAL-SEC022" "cookie-key-over-clear-text" Critical KeyCookie ["An API key in a cookie", "the cookie"] [
        "v3-global-securityrequirement-apikey-incookie-clear", "v3-operation-securityrequirement-apikey-incookie-clear",
    ]
    /// PAL-SEC023.
    BASIC "PAL-SEC023" "basic-over-clear-text" Critical Basic ["HTTP basic authentication", "name and password"] [
        "global-securityrequirement-basic-clear", "operation-securityrequirement-basic-clear",
        "v3-global-securityrequirement-http-basic-clear", "v3-operation-securityrequirement-http-basic-clear",
    ]
    /// PAL-SEC024.
    DIGEST "PAL-SEC024" "digest-over-clear-text" Critical Digest
        ["HTTP digest authentication", "a digest from which a weak password can be worked out"] [
        "v3-global-securityrequirement-http-digest-clear", "v3-operation-securityrequirement-http-digest-clear",
    ]
    /// PAL-SEC025.
    NEGOTIATE "PAL-SEC025" "negotiate-over-clear-text" Critical Negotiate
        ["HTTP negotiate authentication", "the ticket, which is not bound to the connection,"] [
        "v3-global-securityrequirement-http-negotiate-clear", "v3-operation-securityrequirement-http-negotiate-clear",
    ]
    /// PAL-SEC026.
    OAUTH1 "PAL-SEC026" "oauth1-over-clear-text" Critical OAuth1
        ["OAuth 1 authentication", "the signed request and, with the PLAINTEXT method, the secret itself"] [
        "v3-global-securityrequirement-http-oauth1-clear", "v3-operation-securityrequirement-http-oauth1-clear",
    ]
    /// PAL-SEC027.
    UNREGISTERED "PAL-SEC027" "unregistered-scheme-over-clear-text" Critical Unregistered
        ["An HTTP authentication scheme that is not registered", "whatever the scheme sends"] [
        "v3-global-securityrequirement-http-unknown-clear", "v3-operation-securityrequirement-http-unknown-clear",
    ]
    /// PAL-SEC028.
    BEARER "PAL-SEC028" "bearer-over-clear-text" High Bearer ["A bearer token", "the token"] [
        "v3-global-securityrequirement-http-bearer-clear", "v3-operation-securityrequirement-http-bearer-clear",
    ]
    /// PAL-SEC029.
    STANDARD "PAL-SEC029" "registered-scheme-over-clear-text" High Standard
        ["An HTTP authentication scheme that is registered and does not encrypt", "what the scheme sends"] [
        "v3-global-securityrequirement-http-known-good-clear", "v3-operation-securityrequirement-http-known-good-clear",
    ]
    /// PAL-SEC030.
    IMPLICIT "PAL-SEC030" "implicit-flow-token-over-clear-text" High Implicit
        ["A token of the OAuth 2 implicit flow", "the token"] [
        "global-securityrequirement-oauth2-implicit-clear", "operation-securityrequirement-oauth2-implicit-clear",
        "v3-global-securityrequirement-oauth2-implicit-clear", "v3-operation-securityrequirement-oauth2-implicit-clear",
    ]
    /// PAL-SEC031.
    PASSWORD "PAL-SEC031" "password-flow-token-over-clear-text" High Password
        ["A token of the OAuth 2 password flow", "the token"] [
        "global-securityrequirement-oauth2-password-clear", "operation-securityrequirement-oauth2-password-clear",
        "v3-global-securityrequirement-oauth2-ropg-clear", "v3-operation-securityrequirement-oauth2-ropg-clear",
    ]
    /// PAL-SEC032.
    CODE "PAL-SEC032" "code-flow-token-over-clear-text" High Code
        ["A token of the OAuth 2 authorization code flow", "the token"] [
        "global-securityrequirement-oauth2-accesscode-clear", "operation-securityrequirement-oauth2-accesscode-clear",
        "v3-global-securityrequirement-oauth2-authorizationcode-clear",
        "v3-operation-securityrequirement-oauth2-authorizationcode-clear",
    ]
    /// PAL-SEC033.
    CLIENT "PAL-SEC033" "client-credentials-token-over-clear-text" High Client
        ["A token of the OAuth 2 client credentials flow", "the token"] [
        "global-securityrequirement-oauth2-application-clear", "operation-securityrequirement-oauth2-application-clear",
        "v3-global-securityrequirement-oauth2-clientcredentials-clear",
        "v3-operation-securityrequirement-oauth2-clientcredentials-clear",
    ]
    /// PAL-SEC034.
    DEVICE "PAL-SEC034" "device-flow-token-over-clear-text" High Device
        ["A token of the OAuth 2 device authorization flow", "the token"] []
    /// PAL-SEC035.
    OPEN_ID "PAL-SEC035" "openid-token-over-clear-text" High OpenId ["A token of OpenID Connect", "the token"] []
    /// PAL-SEC036.
    MUTUAL_TLS "PAL-SEC036" "mutual-tls-over-clear-text" High MutualTls
        ["Mutual TLS, which needs TLS", "all of the traffic, because no certificate is asked for,"] []
}

fn check(index: &Index<'_>, scheme: &Scheme<'_>, kind: Kind, sink: &mut Sink<'_>) {
    if !common::kinds(scheme).contains(&kind) {
        return;
    }
    let mut clear = common::served(index, scheme);
    clear.retain(|at| index.operations.get(*at).is_some_and(|operation| common::clear(index, operation)));
    if clear.is_empty() {
        return;
    }
    let message =
        format!("scheme {} is asked for over clear text by {}", quote(scheme.name), common::operations(clear.len()));
    sink.at_key(scheme.node, message, Applies::Operations(clear));
}
