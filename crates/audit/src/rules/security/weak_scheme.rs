//! A weak scheme that operations require: one rule for each kind that has no older rule of its own.

use super::common::{self, Kind};
use crate::hit::Applies;
use crate::index::{Index, Scheme};
use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule, Why};
use crate::run::Sink;
use palisade_document::{NodeRef, quote};
use palisade_finding::Severity;

macro_rules! rules {
    ($($(#[$doc:meta])* $static:ident $id:literal $name:literal $kind:ident $cwe:tt [$($alias:literal),* $(,)?]
        $what:literal $why:literal $fix:literal $says:literal)*) => {$(
        $(#[$doc])*
        pub static $static: Rule = Rule {
            id: $id,
            name: $name,
            severity: Severity::Medium,
            profile: Profile::Recommended,
            direction: Direction::Both,
            category: "authentication",
            part: Part::Security,
            invalid: false,
            owasp: &["API2:2023"],
            cwe: &$cwe,
            aliases: &[$($alias),*],
            what: $what,
            why: $why,
            fix: $fix,
            bad: include_str!(concat!("../../../tests/fixtures/", $id, "/bad.yaml")),
            good: include_str!(concat!("../../../tests/fixtures/", $id, "/good.yaml")),
            references: &["https://owasp.org/API-Security/editions/2023/en/0xa2-broken-authentication/"],
            mend: Remedy::Hand(Why::Api),
            check: Check::Scheme(|index, scheme, sink| check(index, scheme, Kind::$kind, $says, sink)),
        };
    )*};
}

rules! {
    /// PAL-SEC037.
    HEADER_KEY "PAL-SEC037" "api-key-in-header" KeyHeader ["CWE-287", "CWE-522"] [
        "global-securityrequirement-apikey-inheader", "operation-securityrequirement-apikey-inheader",
        "v3-global-securityrequirement-apikey-inheader", "v3-operation-securityrequirement-apikey-inheader",
        "global-securityrequirement-average", "operation-securityrequirement-average",
        "v3-global-securityrequirement-average", "v3-operation-securityrequirement-average",
    ]
    "Operations that only ask for an API key in a header."
    "A key says which program calls, not which person. It does not expire by itself, has no scopes, and is the same \
        in every request, so one that leaks works until somebody notices."
    "Use short-lived bearer tokens (OAuth 2 or OpenID Connect) or mutual TLS; keep keys for telling clients apart."
    "asks for nothing but an API key in a header"

    /// PAL-SEC038.
    COOKIE_KEY "PAL-SEC038" "api-key-in-cookie" KeyCookie ["CWE-352", "CWE-522"] [
        "v3-global-securityrequirement-apikey-incookie", "v3-operation-securityrequirement-apikey-incookie",
    ]
    "Operations that only ask for a key in a cookie."
    "Browsers send cookies on their own, also when another site starts the request: without further measures every \
        page a user visits can act in their name (cross-site request forgery)."
    "Use bearer tokens in the `Authorization` header. Where a cookie is needed, set `SameSite`, `HttpOnly` and \
        `Secure`, and ask for an anti-forgery token in a second header."
    "asks for nothing but a cookie"

    /// PAL-SEC039.
    UNREGISTERED "PAL-SEC039" "unregistered-http-scheme" Unregistered ["CWE-287", "CWE-1390"] [
        "v3-global-securityrequirement-http-unknown", "v3-operation-securityrequirement-http-unknown",
    ]
    "Operations that ask for an HTTP authentication scheme which is not in the IANA registry."
    "Nobody has published how the scheme works, so nobody outside has looked for its faults, and gateways and \
        generated clients cannot speak it."
    "Use a registered scheme, `bearer` for example; a misspelt name is corrected."
    "uses an HTTP authentication scheme that is not registered"
}

fn check(index: &Index<'_>, scheme: &Scheme<'_>, kind: Kind, says: &str, sink: &mut Sink<'_>) {
    if !common::kinds(scheme).contains(&kind) {
        return;
    }
    let mut alone = common::served(index, scheme);
    if kind != Kind::Unregistered {
        // Most operations share one list, the root's.
        let mut last = (None, false);
        alone.retain(|at| {
            let list = index.operations.get(*at).and_then(|operation| operation.security);
            let id = list.map(NodeRef::id);
            if last.0 != id {
                last = (id, list.is_some_and(|list| suffices(list, scheme.name)));
            }
            last.1
        });
    }
    if !alone.is_empty() {
        let message = format!("scheme {} {says} ({})", quote(scheme.name), common::operations(alone.len()));
        sink.at_key(scheme.node, message, Applies::Operations(alone));
    }
}

/// Alternatives of one requirement looked at, at most.
const MAX_ALTERNATIVES: usize = 64;

/// Whether one alternative of a requirement is this scheme and nothing else.
fn suffices(list: NodeRef<'_>, name: &str) -> bool {
    list.items().take(MAX_ALTERNATIVES).filter(|one| one.len() == 1).any(|one| one.get(name).is_some())
}
