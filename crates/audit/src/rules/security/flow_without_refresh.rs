//! An OAuth 2 authorization code, device or password flow, required by an operation, without `refreshUrl`.

use super::common;
use crate::hit::Applies;
use crate::index::{Index, Scheme};
use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule, Why};
use crate::run::Sink;
use palisade_document::quote;
use palisade_finding::Severity;

/// PAL-SEC045.
pub static RULE: Rule = Rule {
    id: "PAL-SEC045",
    name: "flow-without-refresh",
    severity: Severity::Info,
    profile: Profile::Strict,
    direction: Direction::Both,
    category: "authentication",
    part: Part::None,
    invalid: false,
    owasp: &["API2:2023"],
    cwe: &["CWE-613"],
    aliases: &["owasp:api2:2023-short-lived-access-tokens"],
    what: "An OAuth 2 authorization code, device or password flow, required by an operation, without \
        `refreshUrl`.",
    why: "Where a token cannot be renewed it is made to last: days instead of minutes, and so does the use of \
        a stolen one.",
    fix: "Issue short-lived access tokens with refresh tokens, and name the address in `refreshUrl` (it may be \
        the token address).",
    bad: include_str!("../../../tests/fixtures/PAL-SEC045/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-SEC045/good.yaml"),
    references: &["https://www.rfc-editor.org/rfc/rfc9700"],
    mend: Remedy::Hand(Why::Api),
    check: Check::Scheme(check),
};

fn check(_: &Index<'_>, scheme: &Scheme<'_>, sink: &mut Sink<'_>) {
    // Swagger 2.0 has no member for it.
    if scheme.operations.is_empty() || scheme.node.get("flow").is_some() {
        return;
    }
    for (name, flow) in common::flows(scheme) {
        let renews = matches!(name, "authorizationCode" | "password" | "deviceAuthorization");
        if renews && flow.get("refreshUrl").is_none() {
            let message = format!("the {name} flow of scheme {} names no refreshUrl", quote(scheme.name));
            sink.at_key(flow, message, Applies::Nothing);
        }
    }
}
