//! From a reference to what it names, and back.

use crate::diagnostics::component_uses;
use crate::judged::{File, Judged};
use crate::text::Encoding;
use lsp_types::{Location, Position};
use palisade_document::{NodeId, NodeRef, refs};

/// Places given for one request at most.
const MAX_PLACES: usize = 10_000;

/// The value of the `$ref` that a node is, or that the object whose key the position is in consists of.
pub(crate) fn reference(node: NodeRef<'_>, in_key: bool) -> Option<NodeRef<'_>> {
    if node.as_str().is_some() && node.key() == Some("$ref") {
        return Some(node);
    }
    if in_key { refs::reference_of(node) } else { None }
}

/// Where the reference at a position leads: `$ref`, a discriminator's mapping, or a scheme named by a security
/// requirement.
pub(crate) fn definition(judged: &Judged, file: &File, position: Position, encoding: Encoding) -> Option<Location> {
    let (node, in_key) = judged.node_at(file, position, encoding)?;
    let target = target(judged, node, in_key)?;
    judged.location(judged.shown(target), encoding)
}

fn target<'a>(judged: &'a Judged, node: NodeRef<'a>, in_key: bool) -> Option<NodeRef<'a>> {
    if let Some(reference) = reference(node, in_key) {
        return refs::target(reference).ok();
    }
    let parent = node.parent()?;
    if node.as_str().is_some() && parent.key() == Some("mapping") {
        let named = node.as_str().filter(|text| text.contains(['#', '/', '.'])).and_then(|_| refs::target(node).ok());
        return named.or_else(|| component(judged, "schemas", "definitions", node.as_str()?));
    }
    // `security: [{scheme: []}]`
    if in_key && parent.parent().and_then(NodeRef::key) == Some("security") {
        return component(judged, "securitySchemes", "securityDefinitions", node.key()?);
    }
    None
}

fn component<'a>(judged: &'a Judged, new: &str, old: &str, name: &str) -> Option<NodeRef<'a>> {
    let root = judged.document.root();
    root.get("components").and_then(|all| all.get(new)).or_else(|| root.get(old))?.get(name)
}

/// The uses of what stands at a position: of the component it is in, or of the one a reference there leads to.
pub(crate) fn references(
    judged: &Judged,
    file: &File,
    position: Position,
    declaration: bool,
    encoding: Encoding,
) -> Vec<Location> {
    let Some((node, in_key)) = judged.node_at(file, position, encoding) else { return Vec::new() };
    let node = target(judged, node, in_key).unwrap_or(node);
    let Some((component, uses)) = component_uses(judged, node) else { return Vec::new() };
    let own = declaration.then(|| judged.location(judged.shown(component), encoding)).flatten();
    let site = |id: &NodeId| judged.location(judged.document.node(*id).span(), encoding);
    own.into_iter().chain(uses.iter().filter_map(site)).take(MAX_PLACES).collect()
}
