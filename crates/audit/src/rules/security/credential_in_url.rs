//! A query or path parameter whose name stands for a credential.

use crate::engine::{Applies, Sink};
use crate::index::{Index, Parameter};
use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule, Why};
use crate::rules::help;
use palisade_document::quote;
use palisade_finding::Severity;

/// PAL-SEC005.
pub static RULE: Rule = Rule {
    id: "PAL-SEC005",
    name: "credential-in-url",
    severity: Severity::High,
    profile: Profile::Minimal,
    direction: Direction::Both,
    category: "authentication",
    part: Part::Security,
    invalid: false,
    owasp: &["API2:2023"],
    cwe: &["CWE-598"],
    aliases: &["owasp:api2:2023-no-credentials-in-url", "owasp-no-credentials-in-url"],
    what: "A query or path parameter whose name stands for a credential.",
    why: "URLs are written to access logs, browser histories and referrer headers: a token or password in them \
        leaks without any attack.",
    fix: "Send it in the `Authorization` header, or in the body of a POST.",
    bad: include_str!("../../../tests/fixtures/PAL-SEC005/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-SEC005/good.yaml"),
    references: &["https://owasp.org/API-Security/editions/2023/en/0xa2-broken-authentication/"],
    mend: Remedy::Hand(Why::Api),
    check: Check::Parameter(check),
};

/// Names that stand for a credential by themselves.
const NAMES: [&str; 17] = [
    "accesstoken",
    "apikey",
    "apitoken",
    "auth",
    "authorization",
    "authtoken",
    "bearer",
    "clientsecret",
    "idtoken",
    "jwt",
    "passphrase",
    "passwd",
    "password",
    "privatekey",
    "refreshtoken",
    "secret",
    "sessiontoken",
];

fn check(_: &Index<'_>, parameter: &Parameter<'_>, sink: &mut Sink<'_>) {
    if !matches!(parameter.place, "query" | "path") || !NAMES.contains(&help::plain(parameter.name).as_str()) {
        return;
    }
    // In a path these words name an object, as in `/authorizations/{authorization}`.
    if parameter.place == "path" && matches!(parameter.name, "auth" | "authorization" | "bearer") {
        return;
    }
    let message = format!("{} parameter {} carries a credential in the URL", parameter.place, quote(parameter.name));
    sink.at(parameter.node, message, Applies::Operations(parameter.operations.clone()));
}
