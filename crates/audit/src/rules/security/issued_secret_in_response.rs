//! A response schema with a member for a secret that the API issues: `client_secret`, `secretKey`,
//! `signingSecret`, `privateKey`, or a password that its description calls generated, temporary or a passcode.

use super::common;
use super::common::Plain;
use crate::hit::Applies;
use crate::index::{Index, Schema};
use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule, Why};
use crate::run::Sink;
use palisade_document::quote;
use palisade_finding::Severity;

/// PAL-SEC088.
pub static RULE: Rule = Rule {
    id: "PAL-SEC088",
    name: "issued-secret-in-response",
    severity: Severity::Low,
    profile: Profile::Recommended,
    direction: Direction::Response,
    category: "exposure",
    part: Part::None,
    invalid: false,
    owasp: &["API3:2023"],
    cwe: &["CWE-200", "CWE-522"],
    aliases: &[],
    what: "A response schema with a member for a secret that the API issues: `client_secret`, `secretKey`, \
        `signingSecret`, `privateKey`, or a password that its description calls generated, temporary or a passcode.",
    why: "To be shown once, when it is made, is what such a secret needs. In a schema that other answers share \
        it is shown in every list and every log.",
    fix: "Answer with it only from the operation that makes it, by a schema of its own; elsewhere show the \
        last characters.",
    bad: include_str!("../../../tests/fixtures/PAL-SEC088/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-SEC088/good.yaml"),
    references: &["https://owasp.org/API-Security/editions/2023/en/0xa3-broken-object-property-level-authorization/"],
    mend: Remedy::Hand(Why::Api),
    check: Check::SchemaAlone(check),
};

fn check(_: &Index<'_>, schema: &Schema<'_>, sink: &mut Sink<'_>) {
    let Some(name) = schema.property else { return };
    let Some(plain) = Plain::of(name) else { return };
    let issued = matches!(
        plain.as_str(),
        "accesskeysecret"
            | "apisecret"
            | "clientsecret"
            | "privatekey"
            | "secretkey"
            | "secretaccesskey"
            | "signingsecret"
            | "webhooksecret"
            | "sharedsecret"
    );
    let flag = schema.types.meets(common::HOLDS_NO_SECRET);
    let password =
        matches!(plain.as_str(), "password" | "passwd" | "pwd" | "passphrase") && common::issued(schema.node);
    if (issued || password) && !common::is_true(schema.node, "writeOnly") && !flag {
        sink.at_key(schema.node, format!("the API sends the secret {}", quote(name)), Applies::Nothing);
    }
}
