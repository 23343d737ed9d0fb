//! A response schema with a member whose name stands for a secret or a payment or identity number.

use super::common::{self, Plain};
use crate::hit::Applies;
use crate::index::{Index, Schema};
use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule, Why};
use crate::run::Sink;
use palisade_document::{NodeRef, quote};
use palisade_finding::Severity;

/// PAL-SEC011.
pub static RULE: Rule = Rule {
    id: "PAL-SEC011",
    name: "sensitive-field-in-response",
    severity: Severity::High,
    profile: Profile::Minimal,
    direction: Direction::Response,
    category: "exposure",
    part: Part::None,
    invalid: false,
    owasp: &["API3:2023"],
    cwe: &["CWE-200", "CWE-213"],
    aliases: &[],
    what: "A response schema, or the body of a webhook or callback, with a member whose name stands for a password, a \
        one-time secret, or a payment or identity number.",
    why: "What an answer carries, every client has, and every log and cache between. Excessive data in answers \
        is how most API leaks begin.",
    fix: "Take the member out of the response schema, or mark it `writeOnly: true` when it is only ever sent.",
    bad: include_str!("../../../tests/fixtures/PAL-SEC011/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-SEC011/good.yaml"),
    references: &["https://owasp.org/API-Security/editions/2023/en/0xa3-broken-object-property-level-authorization/"],
    mend: Remedy::Hand(Why::Api),
    check: Check::SchemaAlone(check),
};

/// Names of members that no answer needs.
const NAMES: [&str; 24] = [
    "creditcard",
    "creditcardnumber",
    "cardnumber",
    "cvc",
    "cvc2",
    "cvv",
    "cvv2",
    "hashedpassword",
    "mfasecret",
    "otpsecret",
    "passphrase",
    "passwd",
    "password",
    "passwordhash",
    "pin",
    "pincode",
    "passwordsalt",
    "pwd",
    "salt",
    "securityanswer",
    "socialsecuritynumber",
    "ssn",
    "totpsecret",
    "userpassword",
];

fn check(_: &Index<'_>, schema: &Schema<'_>, sink: &mut Sink<'_>) {
    let Some(name) = schema.property else { return };
    let hidden = schema.node.get("writeOnly").and_then(NodeRef::as_bool) == Some(true);
    if hidden || !Plain::of(name).is_some_and(|plain| NAMES.contains(&plain.as_str())) {
        return;
    }
    // A member password that is a boolean says whether there is one.
    if schema.types.meets(common::HOLDS_NO_SECRET) {
        return;
    }
    // What the API makes itself has to reach somebody; another rule looks at it.
    if common::issued(schema.node) {
        return;
    }
    let message = format!("the API sends the member {}", quote(name));
    sink.at_key(schema.node, message, Applies::Nothing);
}
