//! A callback whose address the caller gives, in a parameter or member that neither an `enum` nor a `pattern`
//! restricts.

use crate::hit::Applies;
use crate::index::Index;
use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule, Why};
use crate::run::Sink;
use palisade_document::{NodeRef, quote, refs};
use palisade_finding::Severity;
use std::collections::HashSet;

/// PAL-SEC054.
pub static RULE: Rule = Rule {
    id: "PAL-SEC054",
    name: "callback-address-from-caller",
    severity: Severity::Low,
    profile: Profile::Minimal,
    direction: Direction::Both,
    category: "exposure",
    part: Part::None,
    invalid: false,
    owasp: &["API7:2023", "API10:2023"],
    cwe: &["CWE-918"],
    aliases: &[],
    what: "A callback whose address the caller gives, in a parameter or member that neither an `enum` nor a \
        `pattern` restricts.",
    why: "The server opens whatever address it is given: a caller can send it to internal services \
        (server-side request forgery), or have it flood somebody else.",
    fix: "Restrict the address by a `pattern` (scheme `https`, allowed hosts) or choose it from registered \
        ones; never open private address ranges, and ask the receiver to confirm first.",
    bad: include_str!("../../../tests/fixtures/PAL-SEC054/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-SEC054/good.yaml"),
    references: &[
        "https://owasp.org/API-Security/editions/2023/en/0xa7-server-side-request-forgery/",
        "https://owasp.org/API-Security/editions/2023/en/0xaa-unsafe-consumption-of-apis/",
    ],
    mend: Remedy::Hand(Why::Api),
    check: Check::Contract(check),
};

fn check(index: &Index<'_>, sink: &mut Sink<'_>) {
    let mut seen = HashSet::new();
    for operation in index.operations.iter().filter(|operation| operation.outgoing) {
        let Some(item) = operation.node.parent().filter(|item| seen.insert(item.id())) else { continue };
        let path = operation.path;
        // Only an expression at the start of the address chooses the host.
        let Some(expression) = path.strip_prefix("{$request.").and_then(|rest| rest.split_once('}')) else { continue };
        let Some(owner) = owner(item) else { continue };
        if !restricted(owner, expression.0) {
            let message = format!("the caller chooses the address of the callback {}", quote(path));
            sink.at_key(item, message, Applies::Nothing);
        }
    }
}

/// The operation that a callback's path item stands in, when it stands in one.
fn owner(item: NodeRef<'_>) -> Option<NodeRef<'_>> {
    let map = item.parent()?.parent()?;
    map.parent().filter(|owner| map.key() == Some("callbacks") && owner.key() != Some("components"))
}

/// Whether the schema that an expression names bounds its value.
fn restricted(owner: NodeRef<'_>, expression: &str) -> bool {
    let schema = if let Some(pointer) = expression.strip_prefix("body#") {
        let body = owner.get("requestBody").and_then(|body| refs::follow(body).ok());
        let content = body.and_then(|body| body.get("content"));
        let Some(media) = content.and_then(|content| content.members().next()) else { return true };
        let mut schema = media.value.get("schema").and_then(|schema| refs::follow(schema).ok());
        for step in pointer.split('/').skip(1) {
            schema = schema
                .and_then(|schema| schema.get("properties"))
                .and_then(|properties| properties.get(step))
                .and_then(|schema| refs::follow(schema).ok());
        }
        schema
    } else {
        let Some((place, name)) = expression.split_once('.') else { return true };
        let lists = [owner.get("parameters"), owner.parent().and_then(|item| item.get("parameters"))];
        let mut parameters =
            lists.into_iter().flatten().flat_map(NodeRef::items).filter_map(|one| refs::follow(one).ok());
        let word = |one: NodeRef<'_>, key: &str| one.get(key).and_then(NodeRef::as_str).unwrap_or_default().to_owned();
        parameters
            .find(|one| word(*one, "in") == place && word(*one, "name").eq_ignore_ascii_case(name))
            .and_then(|one| one.get("schema"))
            .and_then(|schema| refs::follow(schema).ok())
    };
    // What cannot be found is reported by other rules.
    schema.is_none_or(|schema| ["enum", "const", "pattern"].iter().any(|key| schema.get(key).is_some()))
}
