//! A query parameter that identifies an object by an integer.

use crate::hit::Applies;
use crate::index::{Index, Parameter};
use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule, Why};
use crate::rules::help;
use crate::run::Sink;
use palisade_document::quote;
use palisade_finding::Severity;

/// PAL-SEC081.
pub static RULE: Rule = Rule {
    id: "PAL-SEC081",
    name: "numeric-id-in-query",
    severity: Severity::Info,
    profile: Profile::Strict,
    direction: Direction::Both,
    category: "authorization",
    part: Part::None,
    invalid: false,
    owasp: &["API1:2023"],
    cwe: &["CWE-340", "CWE-639"],
    aliases: &[],
    what: "A query parameter that identifies an object by an integer.",
    why: "Running numbers can be guessed: where the check of ownership is missing once, every object can be \
        read by counting.",
    fix: "Use random identifiers such as UUIDs, and check ownership in every operation.",
    bad: include_str!("../../../tests/fixtures/PAL-SEC081/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-SEC081/good.yaml"),
    references: &["https://owasp.org/API-Security/editions/2023/en/0xa1-broken-object-level-authorization/"],
    mend: Remedy::Hand(Why::Api),
    check: Check::Parameter(check),
};

fn check(_: &Index<'_>, parameter: &Parameter<'_>, sink: &mut Sink<'_>) {
    let name = parameter.name;
    let id = name.eq_ignore_ascii_case("id") || ["Id", "ID", "_id", "-id", "_ID"].iter().any(|end| name.ends_with(end));
    let numeric =
        parameter.schema.is_some_and(|schema| help::types(schema).contains(&"integer") && !help::fixed(schema));
    if parameter.place == "query" && id && numeric {
        let message = format!("query parameter {} identifies an object by a number that can be guessed", quote(name));
        sink.at(parameter.node, message, Applies::Nothing);
    }
}
