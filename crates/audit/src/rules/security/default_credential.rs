//! A member or parameter whose name stands for a password, key or token, with a `default`.

use crate::hit::Applies;
use crate::index::{Index, Schema};
use crate::mend::{Mended, Spot, remove};
use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule};
use crate::rules::help;
use crate::run::Sink;
use palisade_document::{NodeRef, quote};
use palisade_finding::Severity;
use palisade_sensitive::{Class, field_kind};

/// PAL-SEC072.
pub static RULE: Rule = Rule {
    id: "PAL-SEC072",
    name: "default-credential",
    severity: Severity::Medium,
    profile: Profile::Minimal,
    direction: Direction::Both,
    category: "authentication",
    part: Part::None,
    invalid: false,
    owasp: &["API2:2023", "API8:2023"],
    cwe: &["CWE-1392", "CWE-798"],
    aliases: &[],
    what: "A member or parameter whose name stands for a password, key or token, with a `default`.",
    why: "Whoever leaves it out gets a credential that everybody who reads the contract knows.",
    fix: "Remove the default, and require the value.",
    bad: include_str!("../../../tests/fixtures/PAL-SEC072/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-SEC072/good.yaml"),
    references: &["https://owasp.org/API-Security/editions/2023/en/0xa2-broken-authentication/"],
    mend: Remedy::Unsafe(mend),
    check: Check::Schema(check),
};

fn check(_: &Index<'_>, schema: &Schema<'_>, sink: &mut Sink<'_>) {
    let Some(default) = schema.node.get("default") else { return };
    let name = schema.property.or_else(|| {
        let holder = if schema.node.key() == Some("schema") { schema.node.parent() } else { Some(schema.node) };
        holder.and_then(|holder| holder.get("name")).and_then(NodeRef::as_str)
    });
    let Some(name) = name.filter(|_| !help::fixed(schema.node)) else { return };
    let text = default.as_str().unwrap_or_default().trim();
    // Empty, a word for "none", or a hole to be filled is no credential.
    let none = ["null", "none", "string", "token", "optional", "false", "true"];
    let hole =
        text.contains(['<', '{', '*', '…', ' ']) || text.bytes().all(|byte| matches!(byte, b'x' | b'X' | b'.' | b'-'));
    if text.is_empty() || hole || none.contains(&text) {
        return;
    }
    if field_kind(name).is_some_and(|kind| kind.class() == Class::Credential) {
        let message = format!("{} has a default: a credential that every reader knows", quote(name));
        sink.at(default, message, Applies::Nothing);
    }
}

/// Takes the default out.
fn mend<'a>(index: &Index<'a>, spot: &Spot<'a>) -> Option<Mended> {
    Mended::loss(index, "take the default out", remove(index, spot.node.parent()?, &["default"])?)
}
