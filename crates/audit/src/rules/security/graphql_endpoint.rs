//! An operation that takes GraphQL.

use crate::hit::Applies;
use crate::index::{Index, Operation};
use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule, Why};
use crate::run::Sink;
use palisade_document::quote;
use palisade_finding::Severity;

/// PAL-SEC079.
pub static RULE: Rule = Rule {
    id: "PAL-SEC079",
    name: "graphql-endpoint",
    severity: Severity::Info,
    profile: Profile::Strict,
    direction: Direction::Both,
    category: "exposure",
    part: Part::None,
    invalid: false,
    owasp: &["API4:2023", "API8:2023"],
    cwe: &["CWE-770", "CWE-1059"],
    aliases: &[],
    what: "An operation that takes GraphQL.",
    why: "The contract only sees one operation: who may read which field, how deep and how much is decided in \
        the query, where no rule here can look.",
    fix: "Bound depth, complexity and batching in the server, switch introspection off in production, and \
        audit the schema itself.",
    bad: include_str!("../../../tests/fixtures/PAL-SEC079/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-SEC079/good.yaml"),
    references: &["https://cheatsheetseries.owasp.org/cheatsheets/GraphQL_Cheat_Sheet.html"],
    mend: Remedy::Hand(Why::Api),
    check: Check::Operation(check),
};

fn check(_: &Index<'_>, operation: &Operation<'_>, sink: &mut Sink<'_>) {
    let last = operation.path.rsplit('/').find(|step| !step.is_empty()).unwrap_or_default();
    let graphql = ["graphql", "graphiql", "gql"].iter().any(|word| last.eq_ignore_ascii_case(word));
    if operation.outgoing || !graphql || !matches!(operation.method.as_str(), "GET" | "POST") {
        return;
    }
    let label = operation.label();
    let message = format!("{} takes GraphQL, which is not assessed", quote(&label));
    if let Some(hit) = sink.at_key(operation.node, message, Applies::Nothing) {
        hit.operation(label);
    }
}
