//! A parameter by which a caller changes the method of a request: `X-HTTP-Method-Override`, `X-Method-Override`,
//! `_method`.

use super::common::Plain;
use crate::hit::Applies;
use crate::index::{Index, Parameter};
use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule, Why};
use crate::run::Sink;
use palisade_document::quote;
use palisade_finding::Severity;

/// PAL-SEC076.
pub static RULE: Rule = Rule {
    id: "PAL-SEC076",
    name: "method-override",
    severity: Severity::Low,
    profile: Profile::Minimal,
    direction: Direction::Request,
    category: "authorization",
    part: Part::None,
    invalid: false,
    owasp: &["API8:2023", "API5:2023"],
    cwe: &["CWE-650", "CWE-436"],
    aliases: &[],
    what: "A parameter by which a caller changes the method of a request: `X-HTTP-Method-Override`, \
        `X-Method-Override`, `_method`.",
    why: "Gateways, caches and firewalls decide by the method on the wire: a GET that deletes passes them.",
    fix: "Remove the parameter; let clients send the method they mean.",
    bad: include_str!("../../../tests/fixtures/PAL-SEC076/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-SEC076/good.yaml"),
    references: &["https://owasp.org/API-Security/editions/2023/en/0xa8-security-misconfiguration/"],
    mend: Remedy::Hand(Why::Intent),
    check: Check::Parameter(check),
};

fn check(_: &Index<'_>, parameter: &Parameter<'_>, sink: &mut Sink<'_>) {
    let Some(plain) = Plain::of(parameter.name) else { return };
    let header = matches!(plain.as_str(), "xhttpmethodoverride" | "xhttpmethod" | "xmethodoverride");
    if header && parameter.place == "header"
        || parameter.name == "_method" && matches!(parameter.place, "query" | "formData")
    {
        let message = format!("parameter {} changes the method of the request", quote(parameter.name));
        sink.at(parameter.node, message, Applies::Nothing);
    }
}
