//! A member that decides about rights or money (`role`, `isAdmin`, `permissions`, `balance`, `verified` and the
//! like) in a schema that requests and answers share, and that is not `readOnly`.

use super::common::Plain;
use super::purpose;
use crate::hit::Applies;
use crate::index::{Index, Operation};
use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule, Why};
use crate::rules::help;
use crate::run::Sink;
use palisade_document::quote;
use palisade_finding::Severity;

/// PAL-SEC080.
pub static RULE: Rule = Rule {
    id: "PAL-SEC080",
    name: "privileged-field-in-request",
    severity: Severity::Low,
    profile: Profile::Minimal,
    direction: Direction::Request,
    category: "authorization",
    part: Part::None,
    invalid: false,
    owasp: &["API3:2023"],
    cwe: &["CWE-915", "CWE-269"],
    aliases: &[],
    what: "A member that decides about rights or money (`role`, `isAdmin`, `permissions`, `balance`, `verified` \
        and the like), and that is not `readOnly`, in a schema that requests and answers share, or that callers \
        without a credential send: to sign up, or to change something.",
    why: "Code that stores what it is given lets every caller raise their own rights or balance (mass \
        assignment).",
    fix: "Mark the member `readOnly: true`, or use a schema of its own for requests that lacks it. Where only \
        administrators send it, give their operations a schema of their own.",
    bad: include_str!("../../../tests/fixtures/PAL-SEC080/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-SEC080/good.yaml"),
    references: &["https://owasp.org/API-Security/editions/2023/en/0xa3-broken-object-property-level-authorization/"],
    mend: Remedy::Hand(Why::Intent),
    check: Check::Contract(check),
};

fn check(index: &Index<'_>, sink: &mut Sink<'_>) {
    let open = open_to_strangers(index);
    for schema in index.schemas.iter().filter(|schema| schema.request) {
        let Some(name) = schema.property.filter(|name| privileged(name)) else { continue };
        let who = match (schema.response, open.get(schema.at)) {
            (true, _) => "whoever may send the object",
            (false, Some(true)) => "callers without a credential",
            _ => continue,
        };
        if !help::read_only(schema.node) {
            sink.at_key(schema.node, format!("{} can be written by {who}", quote(name)), Applies::Nothing);
        }
    }
}

/// For each schema whether it is part of a body that callers without a credential send to sign up, or to change
/// something.
fn open_to_strangers(index: &Index<'_>) -> Vec<bool> {
    let open = |one: &&Operation<'_>| !one.secured() && (purpose::for_everybody(one) || purpose::changes(one));
    let bodies = index.operations.iter().filter(open).flat_map(|one| &one.bodies);
    let mut next: Vec<usize> = bodies.filter_map(|body| index.schema_of(*body)).map(|schema| schema.at).collect();
    let mut found = vec![false; index.schemas.len()];
    while let Some(at) = next.pop() {
        if let Some(slot) = found.get_mut(at).filter(|slot| !**slot) {
            *slot = true;
            next.extend(index.parts(at).iter().map(|part| *part as usize));
        }
    }
    found
}

fn privileged(name: &str) -> bool {
    let Some(plain) = Plain::of(name) else { return false };
    matches!(
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
    )
}
