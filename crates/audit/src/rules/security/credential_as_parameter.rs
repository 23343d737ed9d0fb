//! A credential that is declared as an ordinary header or cookie parameter (`Authorization`, `X-Api-Key`, a
//! session cookie) instead of a security scheme. One finding for each name.

use super::common;
use super::common::Plain;
use crate::engine::{Applies, Sink};
use crate::index::{Index, Parameter};
use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule, Why};
use palisade_document::quote;
use palisade_finding::Severity;
use std::collections::BTreeMap;

/// PAL-SEC075.
pub static RULE: Rule = Rule {
    id: "PAL-SEC075",
    name: "credential-as-parameter",
    severity: Severity::Low,
    profile: Profile::Recommended,
    direction: Direction::Both,
    category: "authentication",
    part: Part::None,
    invalid: false,
    owasp: &["API2:2023"],
    cwe: &["CWE-1059", "CWE-306"],
    aliases: &["warning-parameter-header-authorization", "v3-warning-parameter-header-authorization"],
    what: "A credential that is declared as an ordinary header or cookie parameter (`Authorization`, \
        `X-Api-Key`, a session cookie) instead of a security scheme. One finding for each name.",
    why: "For tools the operation asks for no credential: gateways do not check it, tests do not send it. From \
        3.0 on a parameter named `Authorization` is ignored altogether.",
    fix: "Declare a security scheme and require it; remove the parameter.",
    bad: include_str!("../../../tests/fixtures/PAL-SEC075/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-SEC075/good.yaml"),
    references: &[
        "https://spec.openapis.org/oas/v3.0.3#parameter-object",
        "https://owasp.org/API-Security/editions/2023/en/0xa2-broken-authentication/",
    ],
    mend: Remedy::Hand(Why::Intent),
    check: Check::Contract(check),
};

fn check(index: &Index<'_>, sink: &mut Sink<'_>) {
    let mut names: BTreeMap<String, (&Parameter<'_>, usize)> = BTreeMap::new();
    for parameter in index.parameters.iter().filter(|parameter| !parameter.response) {
        if credential(parameter) {
            let entry = names.entry(parameter.name.to_ascii_lowercase()).or_insert((parameter, 0));
            entry.1 += parameter.operations.len();
        }
    }
    for (parameter, count) in names.into_values().filter(|(_, count)| *count > 0) {
        let message = format!(
            "{} parameter {} is a credential: declare a security scheme ({})",
            parameter.place,
            quote(parameter.name),
            common::operations(count)
        );
        sink.at(parameter.node, message, Applies::Nothing);
    }
}

fn credential(parameter: &Parameter<'_>) -> bool {
    let Some(plain) = Plain::of(parameter.name) else { return false };
    let plain = plain.as_str();
    match parameter.place {
        "header" => matches!(
            plain,
            "authorization"
                | "xapikey"
                | "apikey"
                | "xauthtoken"
                | "xaccesstoken"
                | "xsessiontoken"
                | "accesstoken"
                | "authtoken"
                | "xauthkey"
                | "xtoken"
                | "xauth"
        ),
        "cookie" => matches!(
            plain,
            "session"
                | "sessionid"
                | "sid"
                | "jsessionid"
                | "phpsessid"
                | "connectsid"
                | "token"
                | "jwt"
                | "accesstoken"
                | "authtoken"
        ),
        _ => false,
    }
}
