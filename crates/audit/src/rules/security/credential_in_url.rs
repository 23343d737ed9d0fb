//! A query or path parameter whose name stands for a credential.

use crate::hit::Applies;
use crate::index::{Index, Parameter};
use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule, Why};
use crate::rules::help;
use crate::run::Sink;
use palisade_document::{NodeRef, quote};
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
    what: "A query or path parameter whose name stands for a credential: `access_token`, `password`, `key` where \
        its description begins with \"API key\".",
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
const NAMES: [&str; 19] = [
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
    "oauthaccesstoken",
    "oauthtoken",
    "passphrase",
    "passwd",
    "password",
    "privatekey",
    "refreshtoken",
    "secret",
    "sessiontoken",
];

fn check(_: &Index<'_>, parameter: &Parameter<'_>, sink: &mut Sink<'_>) {
    let plain = help::plain(parameter.name);
    let credential = NAMES.contains(&plain.as_str()) || plain == "key" && api_key(parameter);
    if !matches!(parameter.place, "query" | "path") || !credential {
        return;
    }
    // In a path these words name an object, as in `/authorizations/{authorization}`.
    if parameter.place == "path" && matches!(parameter.name, "auth" | "authorization" | "bearer") {
        return;
    }
    let message = format!("{} parameter {} carries a credential in the URL", parameter.place, quote(parameter.name));
    sink.at(parameter.node, message, Applies::Operations(parameter.operations.clone()));
}

/// Whether a description begins by calling the parameter an API key.
fn api_key(parameter: &Parameter<'_>) -> bool {
    let text = parameter.node.get("description").and_then(NodeRef::as_str).unwrap_or_default();
    let text = text.trim_start().trim_start_matches("The ").trim_start_matches("Your ");
    ["API key", "API-key"]
        .iter()
        .any(|words| text.get(..words.len()).is_some_and(|start| start.eq_ignore_ascii_case(words)))
}
