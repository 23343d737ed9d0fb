//! An error answer whose schema has a member for a stack trace, an inner exception or an SQL statement.

use super::common::Plain;
use crate::hit::Applies;
use crate::index::Index;
use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule, Why};
use crate::rules::help;
use crate::run::Sink;
use palisade_document::{NodeId, NodeRef, quote, refs};
use palisade_finding::Severity;
use std::collections::HashSet;

/// PAL-SEC073.
pub static RULE: Rule = Rule {
    id: "PAL-SEC073",
    name: "stack-trace-in-answer",
    severity: Severity::Medium,
    profile: Profile::Minimal,
    direction: Direction::Both,
    category: "exposure",
    part: Part::None,
    invalid: false,
    owasp: &["API8:2023"],
    cwe: &["CWE-209", "CWE-497"],
    aliases: &[],
    what: "An error answer whose schema has a member for a stack trace, an inner exception or an SQL statement.",
    why: "It tells an attacker which libraries run, in which version, where their files are and how a query is \
        built.",
    fix: "Answer with a short problem description (RFC 9457) and an identifier under which the details stand \
        in the log.",
    bad: include_str!("../../../tests/fixtures/PAL-SEC073/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-SEC073/good.yaml"),
    references: &[
        "https://www.rfc-editor.org/rfc/rfc9457",
        "https://owasp.org/API-Security/editions/2023/en/0xa8-security-misconfiguration/",
    ],
    mend: Remedy::Hand(Why::Api),
    check: Check::Contract(check),
};

/// Schemas looked at below one answer, at most.
const MAX_SCHEMAS: usize = 64;

fn check(index: &Index<'_>, sink: &mut Sink<'_>) {
    let mut seen: HashSet<NodeId> = HashSet::new();
    for operation in index.operations.iter().filter(|operation| !operation.outgoing) {
        let errors = operation.responses.iter().filter(|(status, _)| status.starts_with(['4', '5', 'd']));
        for response in errors.filter_map(|(_, found)| index.responses.get(*found)) {
            if !seen.insert(response.node.id()) {
                continue;
            }
            let mut queue: Vec<NodeRef<'_>> = response.schemas.clone();
            let mut looked = 0;
            while let Some(schema) = queue.pop() {
                let Ok(schema) = refs::follow(schema) else { continue };
                looked += 1;
                if looked > MAX_SCHEMAS || !seen.insert(schema.id()) {
                    continue;
                }
                for member in schema.get("properties").into_iter().flat_map(NodeRef::members) {
                    if tells(member.key, member.value) {
                        let message = format!("error answers carry {}", quote(member.key));
                        sink.at_key(member.value, message, Applies::Nothing);
                    }
                    queue.push(member.value);
                }
                queue.extend(schema.get("items"));
                for key in ["allOf", "oneOf", "anyOf"] {
                    queue.extend(schema.get(key).into_iter().flat_map(NodeRef::items));
                }
            }
        }
    }
}

/// Whether a member is about the inside of the program.
fn tells(name: &str, schema: NodeRef<'_>) -> bool {
    let Some(plain) = Plain::of(name) else { return false };
    let inside = matches!(
        plain.as_str(),
        "stacktrace"
            | "stack"
            | "backtrace"
            | "traceback"
            | "innerexception"
            | "exceptionstack"
            | "callstack"
            | "debugtrace"
            | "exceptionclass"
            | "sqlstatement"
            | "sqlquery"
    );
    inside && !help::types(schema).iter().any(|word| matches!(*word, "boolean" | "integer" | "number"))
}
