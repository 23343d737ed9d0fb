//! A credential that is declared as an ordinary header or cookie parameter (`Authorization`, `X-Api-Key`, a
//! session cookie) instead of a security scheme. One finding for each name.

use super::common::{self, Kind, Plain};
use crate::hit::Applies;
use crate::index::{Index, Parameter, Scheme};
use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule, Why};
use crate::run::Sink;
use palisade_document::{NodeRef, quote};
use palisade_finding::Severity;
use std::collections::{BTreeMap, BTreeSet};

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
        `X-Api-Key`, a session cookie) instead of a security scheme. One finding for each name. Info where the \
        operations require a scheme that says the same.",
    why: "For tools an operation asks for the credentials of its security schemes: gateways do not check a parameter, \
        tests do not send it, and beside a scheme it says twice what may come apart. From 3.0 on a parameter named \
        `Authorization` is ignored altogether.",
    fix: "Declare a security scheme, if there is none, and require it; remove the parameter.",
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
    let mut names: BTreeMap<String, Vec<&Parameter<'_>>> = BTreeMap::new();
    for parameter in index.parameters.iter().filter(|parameter| !parameter.response) {
        if credential(parameter) && !parameter.operations.is_empty() {
            names.entry(parameter.name.to_ascii_lowercase()).or_default().push(parameter);
        }
    }
    for parameters in names.into_values() {
        let schemes: Vec<&Scheme<'_>> =
            index.schemes.iter().filter(|scheme| parameters.iter().any(|one| carries(scheme, one))).collect();
        let required: BTreeSet<usize> = schemes.iter().flat_map(|scheme| scheme.operations.iter().copied()).collect();
        let bare = |one: &Parameter<'_>| one.operations.iter().filter(|at| !required.contains(at)).count();
        let count = parameters.iter().map(|one| bare(one)).sum();
        // The first one that no scheme stands for, if any.
        let Some(shown) = parameters.iter().find(|one| count == 0 || bare(one) > 0) else { continue };
        let name = format!("{} parameter {}", shown.place, quote(shown.name));
        let (bare, operations) = (count > 0, common::operations(count));
        let message = match schemes.first().map(|scheme| quote(scheme.name)) {
            Some(scheme) if !bare => format!("{name} repeats scheme {scheme}"),
            Some(scheme) => format!("{name} is a credential: require scheme {scheme} ({operations})"),
            None => format!("{name} is a credential: declare a security scheme ({operations})"),
        };
        if let Some(hit) = sink.at(shown.node, message, Applies::Nothing).filter(|_| !bare) {
            hit.severity(Severity::Info);
        }
    }
}

/// Whether a scheme asks for what a parameter carries: a key of the same name in the same place, or anything that
/// travels in `Authorization`.
fn carries(scheme: &Scheme<'_>, parameter: &Parameter<'_>) -> bool {
    let word = |key: &str| scheme.node.get(key).and_then(NodeRef::as_str).unwrap_or_default();
    if word("type") == "apiKey" {
        return word("in") == parameter.place && word("name").eq_ignore_ascii_case(parameter.name);
    }
    parameter.place == "header"
        && parameter.name.eq_ignore_ascii_case("Authorization")
        && common::kinds(scheme).iter().any(|kind| *kind != Kind::MutualTls)
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
