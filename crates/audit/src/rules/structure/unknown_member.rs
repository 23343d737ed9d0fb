//! A member that the specification does not know, other than an extension (`x-`).

use crate::index::Index;
use crate::mend::{Mended, Spot};
use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule};
use crate::rules::help;
use crate::run::Sink;
use palisade_contract::roles::MisfitKind;
use palisade_finding::Severity;

/// FSE017.
pub static RULE: Rule = Rule {
    id: "FSE017",
    name: "unknown-member",
    severity: Severity::Info,
    profile: Profile::Recommended,
    direction: Direction::Both,
    category: "structure",
    part: Part::None,
    invalid: false,
    owasp: &["API9:2023"],
    cwe: &["CWE-1059"],
    aliases: &[
        "oas3-schema",
        "oas2-schema",
        "semantic-unknown-property",
        "v3-semantic-unknown-property",
        "validation-parameter-body-additionalproperties",
        "validation-parameter-notbody-schema",
        "oas2-anyOf",
        "oas2-oneOf",
    ],
    what: "A member that the specification does not know, other than an extension (`x-`).",
    why: "It has no effect. When it is a misspelt `security` or `required`, that is a hole.",
    fix: "Correct the spelling, or prefix an extension with `x-`.",
    bad: include_str!("../../../tests/fixtures/FSE017/bad.yaml"),
    good: include_str!("../../../tests/fixtures/FSE017/good.yaml"),
    references: &["https://spec.openapis.org/oas/v3.0.3"],
    mend: Remedy::Unsafe(mend),
    check: Check::Contract(check),
};

fn check(index: &Index<'_>, sink: &mut Sink<'_>) {
    help::misfits(index, sink, |kind| matches!(kind, MisfitKind::Unknown));
}

/// Corrects a key that differs from one the specification knows by little more than a slip of the pen.
fn mend<'a>(index: &Index<'a>, spot: &Spot<'a>) -> Option<Mended> {
    let (key, object) = (spot.node.key()?, spot.node.parent()?);
    let roles = index.roles();
    let role = roles.role(object.id())?;
    let known = role.table().iter().filter(|field| role.field(roles.version(), field.name).is_some());
    let mut meant = known.map(|field| field.name).filter(|name| help::alike(name, key));
    let right = meant.next().filter(|right| meant.all(|other| other == *right))?;
    let edits = index.editor().rename_key(object, &object.member(key)?, right).ok()?;
    Mended::risky(format!("write {right}"), edits)
}
