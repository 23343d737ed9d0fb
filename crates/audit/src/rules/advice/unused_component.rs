//! Components that nothing refers to.

use crate::engine::{Applies, Sink};
use crate::index::{Index, Version};
use crate::mend::{Mended, Spot};
use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule};
use crate::rules::{help, shape};
use palisade_document::{Kind, Member, NodeMap, NodeRef, quote, refs};
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
    let used = used(index, &NodeMap::default());
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

/// Every component that a reference leads to, or into, from outside of it and of those that are left out.
fn used(index: &Index<'_>, without: &NodeMap<()>) -> NodeMap<()> {
    let depth = if index.version == Version::V2 { 2 } else { 3 };
    let schemas = index.component_map("schemas", "definitions");
    let mut used = NodeMap::default();
    for node in index.document.nodes() {
        let target = match node.key() {
            Some("$ref" | "operationRef") if node.kind() == Kind::String => refs::target(node).ok(),
            Some("mapping") if ancestor(node, depth).is_none_or(|own| !without.contains_key(&own.id())) => {
                // The names of a mapping stand for schemas.
                let names = node.members().filter_map(|member| schemas?.get(member.value.as_str()?));
                let targets = node.members().filter_map(|member| refs::target(member.value).ok());
                used.extend(names.chain(targets).map(|found| (found.id(), ())));
                continue;
            }
            _ => continue,
        };
        // A reference into a component uses the component; one from within itself does not.
        if let Some(component) = target.and_then(|target| ancestor(target, depth))
            && ancestor(node, depth).is_none_or(|own| own.id() != component.id() && !without.contains_key(&own.id()))
        {
            used.insert(component.id(), ());
        }
    }
    // What extends a base with a discriminator is found by its name when a message is read.
    for schema in &index.schemas {
        let parts = schema.node.get("allOf").into_iter().flat_map(NodeRef::items);
        if parts.filter_map(shape::follow).any(|base| base.get("discriminator").is_some()) {
            used.insert(schema.node.id(), ());
        }
    }
    used
}

/// The node itself or the one around it that lies this many steps below the root.
fn ancestor(node: NodeRef<'_>, depth: usize) -> Option<NodeRef<'_>> {
    let steps = std::iter::successors(Some(node), |node| node.parent()).count() - 1;
    std::iter::successors(Some(node), |node| node.parent()).nth(steps.checked_sub(depth)?)
}

/// Rounds of looking for what only unused components use.
const MAX_ROUNDS: usize = 100;

/// Takes out every unused component of all kinds, and what only those use: one edit, because each finding names but the
/// first of its kind.
fn mend<'a>(index: &Index<'a>, _: &Spot<'a>) -> Option<Mended> {
    let kinds = kinds(index);
    let mut gone: NodeMap<()> = NodeMap::default();
    for _ in 0..MAX_ROUNDS {
        let used = used(index, &gone);
        let before = gone.len();
        for kind in &kinds {
            gone.extend(idle(index, *kind, &used).into_iter().map(|member| (member.value.id(), ())));
        }
        if gone.len() == before {
            break;
        }
    }
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
