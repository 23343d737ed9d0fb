//! A response under something that is no status code, range such as `4XX`, or `default`.

use crate::hit::Applies;
use crate::index::Version;
use crate::index::{Index, Operation};
use crate::mend::{Mended, Spot};
use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule};
use crate::run::Sink;
use palisade_document::{NodeRef, quote};
use palisade_finding::Severity;

/// PAL-STR006.
pub static RULE: Rule = Rule {
    id: "PAL-STR006",
    name: "invalid-status-code",
    severity: Severity::Medium,
    profile: Profile::Recommended,
    direction: Direction::Both,
    category: "structure",
    part: Part::None,
    invalid: true,
    owasp: &["API9:2023"],
    cwe: &["CWE-1059"],
    aliases: &["semantic-response-httpstatus", "v3-semantic-response-httpstatus"],
    what: "A response under something that is no status code, range such as `4XX`, or `default`.",
    why: "No answer ever has this status: the response is not described.",
    fix: "Use three digits from 100 to 599, `1XX` to `5XX`, or `default`.",
    bad: include_str!("../../../tests/fixtures/PAL-STR006/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-STR006/good.yaml"),
    references: &["https://spec.openapis.org/oas/v3.0.3#responses-object"],
    mend: Remedy::Partly(mend),
    check: Check::Operation(check),
};

fn check(_: &Index<'_>, operation: &Operation<'_>, sink: &mut Sink<'_>) {
    for member in operation.responses_node.into_iter().flat_map(NodeRef::members) {
        let key = member.key;
        let mut bytes = key.bytes();
        let class = bytes.next().is_some_and(|b| (b'1'..=b'5').contains(&b));
        let rest = key.get(1..).unwrap_or_default();
        let code = key.len() == 3 && class && (rest.bytes().all(|b| b.is_ascii_digit()) || rest == "XX");
        if !code && key != "default" && !key.starts_with("x-") {
            sink.at_key(member.value, format!("{} is no status code", quote(key)), Applies::Nothing);
        }
    }
}

/// Writes a range or `default` the way the specification does.
fn mend<'a>(index: &Index<'a>, spot: &Spot<'a>) -> Option<Mended> {
    let object = spot.node.parent()?;
    let key = object.members().find(|member| member.id == spot.node.id())?;
    let upper = key.key.to_ascii_uppercase();
    let range = upper.strip_suffix("XX").is_some_and(|class| matches!(class, "1" | "2" | "3" | "4" | "5"));
    let right = match key.key.eq_ignore_ascii_case("default") {
        true => "default".to_owned(),
        false if range && index.version != Version::V2 => upper,
        false => return None,
    };
    Mended::safe(format!("write {right}"), index.editor().rename_key(object, &key, &right).ok()?)
}
