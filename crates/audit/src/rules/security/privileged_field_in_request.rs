//! A member that decides about rights or money (`role`, `isAdmin`, `permissions`, `balance`, `verified` and the
//! like) in a schema that requests and answers share, and that is not `readOnly`.

use super::common;
use super::common::Plain;
use crate::engine::{Applies, Sink};
use crate::index::{Index, Schema};
use crate::rule::{Check, Part, Remedy, Rule, Why};
use palisade_document::quote;
use palisade_finding::Severity;

/// PAL-SEC080.
pub static RULE: Rule = Rule {
    id: "PAL-SEC080",
    name: "privileged-field-in-request",
    severity: Severity::Low,
    category: "authorization",
    part: Part::None,
    invalid: false,
    owasp: &["API3:2023"],
    cwe: &["CWE-915", "CWE-269"],
    aliases: &[],
    what: "A member that decides about rights or money (`role`, `isAdmin`, `permissions`, `balance`, `verified` \
        and the like) in a schema that requests and answers share, and that is not `readOnly`.",
    why: "Code that stores what it is given lets every caller raise their own rights or balance (mass \
        assignment).",
    fix: "Mark the member `readOnly: true`, or use a schema of its own for requests that lacks it. Where only \
        administrators send it, give their operations a schema of their own.",
    bad: include_str!("../../../tests/fixtures/PAL-SEC080/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-SEC080/good.yaml"),
    references: &["https://owasp.org/API-Security/editions/2023/en/0xa3-broken-object-property-level-authorization/"],
    mend: Remedy::Hand(Why::Intent),
    check: Check::SchemaAlone(check),
};

fn check(_: &Index<'_>, schema: &Schema<'_>, sink: &mut Sink<'_>) {
    let Some(name) = schema.property.filter(|_| schema.request && schema.response) else { return };
    let Some(plain) = Plain::of(name) else { return };
    let privileged = matches!(
        plain.as_str(),
        "isadmin"
            | "admin"
            | "isadministrator"
            | "issuperuser"
            | "superuser"
            | "isstaff"
            | "isroot"
            | "role"
            | "roles"
            | "userrole"
            | "userroles"
            | "permissions"
            | "privileges"
            | "accesslevel"
            | "balance"
            | "accountbalance"
            | "walletbalance"
            | "creditbalance"
            | "availablecredit"
            | "verified"
            | "isverified"
            | "emailverified"
            | "isemailverified"
            | "phoneverified"
            | "isapproved"
            | "ispremium"
    );
    if privileged && !common::is_true(schema.node, "readOnly") {
        let message = format!("{} can be written by whoever may send the object", quote(name));
        sink.at_key(schema.node, message, Applies::Nothing);
    }
}
