//! A member whose name stands for a password or another secret, marked `readOnly: true`.

use super::common;
use crate::hit::Applies;
use crate::index::{Index, Schema};
use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule, Why};
use crate::run::Sink;
use palisade_document::quote;
use palisade_finding::Severity;
use palisade_schema::TypeSet;
use palisade_sensitive::{Kind, field_kind};

/// PAL-SEC071.
pub static RULE: Rule = Rule {
    id: "PAL-SEC071",
    name: "read-only-secret",
    severity: Severity::Low,
    profile: Profile::Recommended,
    direction: Direction::Request,
    category: "exposure",
    part: Part::None,
    invalid: false,
    owasp: &["API3:2023"],
    cwe: &["CWE-200", "CWE-522"],
    aliases: &[],
    what: "A member whose name stands for a password or another secret, marked `readOnly: true`.",
    why: "The mark says that the server sends it and never takes it: the wrong way round for a secret. Clients \
        get it, and tools that enforce the contract refuse the request that sets it.",
    fix: "Mark it `writeOnly: true`, or take it out.",
    bad: include_str!("../../../tests/fixtures/PAL-SEC071/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-SEC071/good.yaml"),
    references: &[
        "https://spec.openapis.org/oas/v3.0.3#schema-object",
        "https://owasp.org/API-Security/editions/2023/en/0xa3-broken-object-property-level-authorization/",
    ],
    mend: Remedy::Hand(Why::Api),
    check: Check::SchemaAlone(check),
};

fn check(_: &Index<'_>, schema: &Schema<'_>, sink: &mut Sink<'_>) {
    let Some(name) = schema.property else { return };
    if !name.bytes().any(|byte| byte.eq_ignore_ascii_case(&b'p')) {
        return;
    }
    if !common::is_true(schema.node, "readOnly") || schema.types.meets(TypeSet::BOOLEAN) {
        return;
    }
    if !common::issued(schema.node)
        && matches!(field_kind(name), Some(Kind::Password | Kind::PasswordHash | Kind::PrivateKey))
    {
        let message = format!("{} is marked readOnly: only answers carry it", quote(name));
        sink.at_key(schema.node, message, Applies::Nothing);
    }
}
