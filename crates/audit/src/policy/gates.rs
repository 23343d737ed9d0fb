//! Reading gates: what must hold, as a file says it.

use super::names::rules_named;
use palisade_document::NodeRef;
use palisade_document::config::{Mistake, Reader};
use palisade_finding::{Forbidden, Gate, GateScope, Glob, Minimum, OperationGlob, Severity};

/// A file of gates.
pub type GateFile = Vec<Gate>;

const KEYS: [&str; 6] = ["gate", "description", "applies_to", "minimum", "reject", "forbid"];

/// Categories of findings, of every engine that gates judge.
const CATEGORIES: [&str; 15] = [
    "authentication",
    "authorization",
    "transport",
    "data-validation",
    "responses",
    "exposure",
    "structure",
    "best-practice",
    "policy",
    "custom",
    "network",
    "application",
    "email",
    "system",
    "user",
];

/// Reads a file that holds one gate, or several under `gates`.
///
/// # Errors
/// Everything that is wrong with it, each with its place.
pub fn read_gates(name: &str, bytes: &[u8]) -> Result<GateFile, Vec<Mistake>> {
    let (mut reader, document) = Reader::open(name, bytes);
    let root = document.root();
    let short = name.rsplit(['/', '\\']).next().unwrap_or(name);
    let mut gates = Vec::new();
    if root.get("gates").is_some() {
        reader.object(root, "the file", &["gates"]);
        let list = reader.list(root, "gates");
        gates.extend(list.into_iter().filter_map(|node| gate(&mut reader, node, short)));
    } else {
        gates.extend(gate(&mut reader, root, short));
    }
    reader.done(gates)
}

/// Reads one gate; `name` is what it is called when it does not say.
pub(super) fn gate(reader: &mut Reader, node: NodeRef<'_>, name: &str) -> Option<Gate> {
    if !reader.object(node, "a gate", &KEYS) {
        return None;
    }
    let mut gate = Gate { name: reader.text(node, "gate").unwrap_or(name).to_owned(), ..Gate::default() };
    gate.description = reader.text(node, "description").map(str::to_owned);
    if let Some(scope) = node.get("applies_to")
        && reader.object(scope, "`applies_to`", &["files", "operations", "tags"])
    {
        gate.scope = GateScope {
            files: reader.texts(scope, "files").into_iter().map(|(text, _)| Glob::new(text)).collect(),
            operations: reader
                .texts(scope, "operations")
                .into_iter()
                .map(|(text, _)| OperationGlob::new(text))
                .collect(),
            tags: reader.texts(scope, "tags").into_iter().map(|(text, _)| text.to_owned()).collect(),
        };
    }
    if let Some(minimum) = node.get("minimum")
        && reader.object(minimum, "`minimum`", &["total", "security", "data"])
    {
        let mut points = |key: &str, of: f64| {
            let value: Option<f64> = reader.parsed(minimum, key);
            if value.is_some_and(|value| !(0.0..=of).contains(&value))
                && let Some(node) = minimum.get(key)
            {
                reader.wrong(node, format!("`{key}` lies between 0 and {of}"));
            }
            value
        };
        gate.minimum =
            Minimum { total: points("total", 100.0), security: points("security", 30.0), data: points("data", 70.0) };
        if !gate.scope.operations.is_empty() || !gate.scope.tags.is_empty() {
            reader.wrong(minimum, "points are of a whole contract: a gate for some operations has no `minimum`");
        }
    }
    if let Some(reject) = node.get("reject")
        && reader.object(reject, "`reject`", &["severity", "invalid", "categories"])
    {
        gate.severity = severity(reader, reject, "severity");
        gate.invalid = reader.flag(reject, "invalid") == Some(true);
        if let Some(categories) = reject.get("categories")
            && reader.object(categories, "`categories`", &CATEGORIES)
        {
            for member in categories.members().filter(|member| CATEGORIES.contains(&member.key)) {
                if let Some(lowest) = severity(reader, categories, member.key) {
                    gate.categories.insert(member.key.to_owned(), lowest);
                }
            }
        }
    }
    for (word, _) in reader.texts(node, "forbid") {
        let rules = rules_named(word).iter().map(|rule| rule.id.to_owned()).collect();
        gate.forbidden.push(Forbidden { word: Glob::flat(word), rules });
    }
    if ["minimum", "reject", "forbid"].iter().all(|key| node.get(key).is_none()) {
        reader.wrong(node, "the gate asks for nothing: give `minimum`, `reject` or `forbid`");
    }
    Some(gate)
}

/// A severity; `none` for no limit.
fn severity(reader: &mut Reader, object: NodeRef<'_>, key: &str) -> Option<Severity> {
    match object.get(key).and_then(NodeRef::as_str) {
        Some("none") => None,
        _ => reader.parsed(object, key),
    }
}
