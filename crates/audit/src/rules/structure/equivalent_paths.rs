//! Two paths that differ only in the names of their variables.

use crate::hit::Applies;
use crate::index::Index;
use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule, Why};
use crate::run::Sink;
use palisade_document::{NodeRef, quote};
use palisade_finding::Severity;

/// PAL-STR008.
pub static RULE: Rule = Rule {
    id: "PAL-STR008",
    name: "equivalent-paths",
    severity: Severity::High,
    profile: Profile::Minimal,
    direction: Direction::Both,
    category: "structure",
    part: Part::None,
    invalid: true,
    owasp: &["API8:2023"],
    cwe: &["CWE-436"],
    aliases: &["no-ambiguous-paths", "semantic-path-equivalent", "v3-semantic-path-equivalent", "no-identical-paths"],
    what: "Two paths that differ only in the names of their variables.",
    why: "Which of the two counts for a request is left to the tool: a check on one is avoided through the \
        other.",
    fix: "Join the two into one path.",
    bad: include_str!("../../../tests/fixtures/PAL-STR008/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-STR008/good.yaml"),
    references: &["https://spec.openapis.org/oas/v3.0.3#path-templating"],
    mend: Remedy::Hand(Why::Intent),
    check: Check::Contract(check),
};

fn check(index: &Index<'_>, sink: &mut Sink<'_>) {
    let mut seen: std::collections::HashMap<String, &str> = std::collections::HashMap::new();
    let paths = index.root().get("paths").into_iter().flat_map(NodeRef::members);
    for member in paths.filter(|member| member.key.starts_with('/')) {
        match seen.entry(shape(member.key)) {
            // The same key twice is another rule's finding.
            std::collections::hash_map::Entry::Occupied(first) if *first.get() != member.key => {
                let message = format!("{} matches the same requests as {}", quote(member.key), quote(first.get()));
                sink.at_key(member.value, message, Applies::Nothing);
            }
            std::collections::hash_map::Entry::Occupied(_) => {}
            std::collections::hash_map::Entry::Vacant(free) => {
                free.insert(member.key);
            }
        }
    }
}

/// The path with its variables' names taken out.
fn shape(path: &str) -> String {
    let mut out = String::new();
    let mut inside = false;
    for c in path.chars() {
        match c {
            '{' => inside = true,
            '}' => inside = false,
            _ if inside => continue,
            _ => {}
        }
        out.push(c);
    }
    out
}
