//! Components that nothing refers to.

use crate::hit::Applies;
use crate::index::{Index, Version};
use crate::mend::{Mended, Spot};
use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule};
use crate::rules::{help, shape};
use crate::run::Sink;
use palisade_document::{KeyMask, Kind, Member, NodeId, NodeMap, NodeRef, quote, refs};
use palisade_finding::Severity;

/// PAL-BPR019.
pub static RULE: Rule = Rule {
    id: "PAL-BPR019",
    name: "unused-component",
    severity: Severity::Info,
    profile: Profile::Strict,
    direction: Direction::Both,
    category: "best-practice",
    part: Part::None,
    invalid: false,
    owasp: &["API9:2023"],
    cwe: &["CWE-1059"],
    aliases: &[
        "oas3-unused-component",
        "oas2-unused-definition",
        "no-unused-components",
        "v3-warning-global-callback-unused",
        "v3-warning-global-example-unused",
        "v3-warning-global-header-unused",
        "v3-warning-global-link-unused",
        "v3-warning-global-parameter-unused",
        "v3-warning-global-request-body-unused",
        "v3-warning-global-response-unused",
        "v3-warning-global-schema-unused",
        "v3-warning-global-security-scheme-unused",
        "warning-global-parameter-unused",
        "warning-global-response-unused",
        "warning-global-schema-unused",
        "warning-global-security-scheme-unused",
    ],
    what: "Components to which no reference leads: schemas, parameters, responses, request bodies, headers, \
        examples, links, callbacks, path items, and security schemes that no requirement names. Reported \
        once for each kind, with their number.",
    why: "What nothing uses is not kept up: it is copied later with the mistakes of its time. A security \
        scheme without use was often meant to be required.",
    fix: "Remove it, or use it.",
    bad: include_str!("../../../tests/fixtures/PAL-BPR019/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-BPR019/good.yaml"),
    references: &["https://spec.openapis.org/oas/v3.1.1#components-object"],
    mend: Remedy::Unsafe(mend),
    check: Check::Contract(check),
};

/// The maps of components.
fn kinds<'a>(index: &Index<'a>) -> Vec<NodeRef<'a>> {
    let root = index.root();
    let kinds: Vec<NodeRef<'a>> = if index.version == Version::V2 {
        ["definitions", "parameters", "responses", "securityDefinitions"]
            .iter()
            .filter_map(|key| root.get(key))
            .collect()
    } else {
        let all = root.get("components").into_iter().flat_map(NodeRef::members);
        all.filter(|kind| !kind.key.starts_with("x-")).map(|kind| kind.value).collect()
    };
    kinds.into_iter().filter(|kind| kind.is_object()).collect()
}

/// The components of a kind that nothing uses.
fn idle<'a>(index: &Index<'a>, kind: NodeRef<'a>, used: &NodeMap<()>) -> Vec<Member<'a>> {
    let schemes = matches!(kind.key(), Some("securitySchemes" | "securityDefinitions"));
    kind.members()
        .filter(|member| member.value.is_object() && !member.key.starts_with("x-"))
        .filter(|member| match index.schemes.iter().find(|scheme| schemes && scheme.name == member.key) {
            Some(scheme) => scheme.operations.is_empty() && !required(index, member.key),
            None => !used.contains_key(&member.value.id()),
        })
        .collect()
}

fn check(index: &Index<'_>, sink: &mut Sink<'_>) {
    let kinds = kinds(index);
    if kinds.iter().all(|kind| kind.is_empty()) {
        return;
    }
    let used = used(&uses(index));
    for kind in kinds {
        let idle = idle(index, kind, &used);
        let Some(first) = idle.first() else { continue };
        let word = kind.key().unwrap_or_default();
        let message = match idle.len() {
            1 => format!("nothing refers to {} in {}", quote(first.key), help::shown(word)),
            more => {
                format!("nothing refers to {more} entries of {}, the first is {}", help::shown(word), quote(first.key))
            }
        };
        if let Some(hit) = sink.at_key(first.value, message, Applies::Nothing) {
            hit.value(word);
        }
    }
}

/// Whether the contract's own requirement names a scheme, whatever operations override it.
fn required(index: &Index<'_>, name: &str) -> bool {
    index.root().get("security").into_iter().flat_map(NodeRef::items).any(|one| one.get(name).is_some())
}

/// The keys under which components are named.
const NAMING: KeyMask = KeyMask::of(&["$ref", "operationRef", "mapping"]);

/// A use of a component, and the component it lies in.
type Use = (Option<NodeId>, NodeId);

/// Every use of a component from outside of it.
fn uses(index: &Index<'_>) -> Vec<Use> {
    let depth = if index.version == Version::V2 { 2 } else { 3 };
    let schemas = index.component_map("schemas", "definitions");
    let holder = |node| ancestor(node, depth).map(NodeRef::id);
    let mut uses = Vec::new();
    for node in index.document.nodes().filter(|node| NAMING.may_hold(*node)) {
        let target = match node.key() {
            Some("$ref" | "operationRef") if node.kind() == Kind::String => refs::target(node).ok(),
            Some("mapping") => {
                // The names of a mapping stand for schemas.
                let names = node.members().filter_map(|member| schemas?.get(member.value.as_str()?));
                let targets = node.members().filter_map(|member| refs::target(member.value).ok());
                uses.extend(names.chain(targets).map(|found| (holder(node), found.id())));
                continue;
            }
            _ => continue,
        };
        // A reference into a component uses the component; one from within itself does not.
        if let Some(component) = target.and_then(holder)
            && holder(node) != Some(component)
        {
            uses.push((holder(node), component));
        }
    }
    // What extends a base with a discriminator is found by its name when a message is read.
    for schema in &index.schemas {
        let parts = schema.node.get("allOf").into_iter().flat_map(NodeRef::items);
        let bases = parts.filter_map(shape::follow).filter(|base| base.get("discriminator").is_some());
        uses.extend(bases.map(|base| (holder(base), schema.node.id())));
    }
    uses
}

fn used(uses: &[Use]) -> NodeMap<()> {
    uses.iter().map(|(_, component)| (*component, ())).collect()
}

/// The node itself or the one around it that lies this many steps below the root.
fn ancestor(node: NodeRef<'_>, depth: usize) -> Option<NodeRef<'_>> {
    let steps = std::iter::successors(Some(node), |node| node.parent()).count() - 1;
    std::iter::successors(Some(node), |node| node.parent()).nth(steps.checked_sub(depth)?)
}

/// The components that nothing uses, and what only those use.
fn idle_all<'a>(index: &Index<'a>, kinds: &[NodeRef<'a>]) -> NodeMap<()> {
    let uses = uses(index);
    let mut count: NodeMap<usize> = NodeMap::default();
    let mut by: NodeMap<Vec<NodeId>> = NodeMap::default();
    for (from, to) in &uses {
        *count.entry(*to).or_default() += 1;
        if let Some(from) = from {
            by.entry(*from).or_default().push(*to);
        }
    }
    let used = used(&uses);
    let first = kinds.iter().flat_map(|kind| idle(index, *kind, &used)).map(|member| member.value.id());
    let known: NodeMap<()> = kinds.iter().flat_map(|kind| kind.members()).map(|one| (one.value.id(), ())).collect();
    let mut open: Vec<NodeId> = first.collect();
    let mut gone: NodeMap<()> = NodeMap::default();
    while let Some(id) = open.pop() {
        if !known.contains_key(&id) || gone.insert(id, ()).is_some() {
            continue;
        }
        for to in by.get(&id).into_iter().flatten() {
            if let Some(count) = count.get_mut(to) {
                *count -= 1;
                if *count == 0 {
                    open.push(*to);
                }
            }
        }
    }
    gone
}

/// Takes out every unused component of all kinds, and what only those use: one edit, because each finding names but the
/// first of its kind.
fn mend<'a>(index: &Index<'a>, _: &Spot<'a>) -> Option<Mended> {
    let kinds = kinds(index);
    let gone = idle_all(index, &kinds);
    let editor = index.editor();
    let all: Vec<Member<'a>> = kinds.iter().flat_map(|kind| kind.members()).collect();
    let left = |kind: &NodeRef<'a>| kind.members().any(|member| !gone.contains_key(&member.value.id()));
    let components = index.root().member("components").filter(|_| index.version != Version::V2);
    let count = all.iter().filter(|member| gone.contains_key(&member.value.id())).count();
    let what = format!("take out {}, which nothing uses", shape::counted(count, "component"));
    let other = |holder: NodeRef<'a>| holder.members().any(|one| kinds.iter().all(|kind| kind.id() != one.value.id()));
    let mut edits = Vec::new();
    if let Some(components) = components
        && !kinds.iter().any(left)
        && !other(components.value)
    {
        edits = editor.remove_member(index.root(), &components).ok()?;
        return Mended::loss(index, what, edits);
    }
    let holder = components.map_or(index.root(), |components| components.value);
    // A map that would be empty goes as a whole.
    let empty = holder.members().filter(|one| kinds.iter().any(|kind| kind.id() == one.value.id() && !left(kind)));
    let empty: Vec<Member<'a>> = empty.filter(|one| !one.value.is_empty()).collect();
    if !empty.is_empty() {
        edits.extend(editor.remove_members(holder, &empty).ok()?);
    }
    for kind in kinds.iter().filter(|kind| left(kind)) {
        let members: Vec<_> = kind.members().filter(|member| gone.contains_key(&member.value.id())).collect();
        if !members.is_empty() {
            edits.extend(editor.remove_members(*kind, &members).ok()?);
        }
    }
    Mended::loss(index, what, edits)
}
