//! Two paths that one request may match, neither more exact than the other.

use crate::hit::Applies;
use crate::index::Index;
use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule, Why};
use crate::run::Sink;
use palisade_document::{NodeRef, quote};
use palisade_finding::Severity;
use std::collections::BTreeMap;

/// PAL-STR024.
pub static RULE: Rule = Rule {
    id: "PAL-STR024",
    name: "ambiguous-paths",
    severity: Severity::Low,
    profile: Profile::Recommended,
    direction: Direction::Both,
    category: "structure",
    part: Part::None,
    invalid: false,
    owasp: &["API8:2023"],
    cwe: &["CWE-436"],
    aliases: &["no-ambiguous-paths"],
    what: "Two paths with a method in common that match the same request, each of them more exact in another \
        segment: `/{a}/items` and `/orders/{b}`.",
    why: "Which one counts for `/orders/items` is left to the tool: gateway and server may choose differently, \
        and a check on one path is avoided through the other.",
    fix: "Make the paths differ in a fixed segment.",
    bad: include_str!("../../../tests/fixtures/PAL-STR024/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-STR024/good.yaml"),
    references: &["https://spec.openapis.org/oas/v3.1.1#paths-object"],
    mend: Remedy::Hand(Why::Intent),
    check: Check::Contract(check),
};

/// Steps through the tree of segments, over all paths.
const MAX_STEPS: usize = 400_000;

#[derive(Default)]
struct Node<'a> {
    fixed: BTreeMap<&'a str, usize>,
    variable: Option<usize>,
    /// Where the path that ends here stands in the list.
    path: Option<usize>,
}

fn check(index: &Index<'_>, sink: &mut Sink<'_>) {
    let mut nodes: Vec<Node<'_>> = vec![Node::default()];
    let mut steps = 0;
    for (at, (path, item)) in index.items.iter().enumerate() {
        let segments: Vec<&str> = path.split('/').skip(1).collect();
        // Fixed here and variable there, and the other way round: `ours` and `theirs` say which was met.
        let mut open = vec![(0usize, 0usize, false, false)];
        let mut other = None;
        while let Some((node, depth, ours, theirs)) = open.pop() {
            steps += 1;
            if steps > MAX_STEPS {
                return;
            }
            let Some(node) = nodes.get(node) else { continue };
            let Some(segment) = segments.get(depth) else {
                if let (true, true, Some(found)) = (ours, theirs, node.path)
                    && index.items.get(found).is_some_and(|(_, known)| shares_method(*known, *item))
                {
                    other = Some(found);
                    break;
                }
                continue;
            };
            if variable(segment) {
                open.extend(node.fixed.values().map(|next| (*next, depth + 1, ours, true)));
                open.extend(node.variable.map(|next| (next, depth + 1, ours, theirs)));
            } else {
                open.extend(node.fixed.get(segment).map(|next| (*next, depth + 1, ours, theirs)));
                open.extend(node.variable.map(|next| (next, depth + 1, true, theirs)));
            }
        }
        if let Some((known, _)) = other.and_then(|found| index.items.get(found)) {
            let message = format!("{} and {} match the same requests", quote(path), quote(known));
            sink.at_key(*item, message, Applies::Nothing);
        }
        insert(&mut nodes, &segments, at);
    }
}

fn insert<'a>(nodes: &mut Vec<Node<'a>>, segments: &[&'a str], at: usize) {
    let mut here = 0;
    for segment in segments {
        let next = nodes.len();
        let Some(node) = nodes.get_mut(here) else { return };
        let found = if variable(segment) {
            *node.variable.get_or_insert(next)
        } else {
            *node.fixed.entry(segment).or_insert(next)
        };
        if found == next {
            nodes.push(Node::default());
        }
        here = found;
    }
    if let Some(node) = nodes.get_mut(here) {
        node.path.get_or_insert(at);
    }
}

/// A segment that is one variable; one with text around it is taken as fixed.
fn variable(segment: &str) -> bool {
    segment.starts_with('{') && segment.ends_with('}')
}

fn shares_method(one: NodeRef<'_>, two: NodeRef<'_>) -> bool {
    const METHODS: [&str; 9] = ["get", "put", "post", "delete", "options", "head", "patch", "trace", "query"];
    METHODS.iter().any(|method| one.get(method).is_some() && two.get(method).is_some())
}
