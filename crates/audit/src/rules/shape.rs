//! Walks over the parts of a contract that several rules share.

use crate::index::{Index, Version};
use palisade_document::{Kind, NodeId, NodeRef, refs};
use std::collections::HashSet;
use std::iter::Copied;
use std::slice::Iter;

/// Parts of one composition that are looked at, at most.
const MAX_PARTS: usize = 64;

/// The object that a node stands for, references followed; `None` when they lead nowhere.
pub(crate) fn follow(node: NodeRef<'_>) -> Option<NodeRef<'_>> {
    refs::follow(node).ok().filter(|node| node.is_object())
}

/// Whether a schema declares this type, alone or among others.
pub(crate) fn is(node: NodeRef<'_>, word: &str) -> bool {
    let Some(types) = node.get("type") else { return false };
    types.as_str() == Some(word) || types.items().any(|item| item.as_str() == Some(word))
}

/// What a value is, in a message.
pub(crate) fn kind(value: NodeRef<'_>) -> &'static str {
    match value.kind() {
        Kind::Null => "null",
        Kind::Bool => "a boolean",
        Kind::Number => "a number",
        Kind::String => "a string",
        Kind::Array => "an array",
        Kind::Object => "an object",
    }
}

/// Whether a value is of a type that the schema declares; true when it declares none.
pub(crate) fn fits_type(version: Version, schema: NodeRef<'_>, value: NodeRef<'_>) -> bool {
    let Some(types) = schema.get("type") else { return true };
    let nullable = version == Version::V30 && schema.get("nullable").and_then(NodeRef::as_bool) == Some(true);
    let fits = |word: &str| match value.kind() {
        Kind::Null => word == "null" || nullable,
        Kind::Bool => word == "boolean",
        Kind::Number => word == "number" || word == "integer" && value.as_f64().is_none_or(|one| one.fract() == 0.0),
        Kind::String => word == "string",
        Kind::Array => word == "array",
        Kind::Object => word == "object",
    };
    let mut words = types.as_str().into_iter().chain(types.items().filter_map(NodeRef::as_str)).peekable();
    words.peek().is_none() || words.any(|word| fits(word) || word == "file")
}

/// Whether a schema lists its values and limits them in another way too.
pub(crate) fn limited_enum(node: NodeRef<'_>) -> bool {
    (node.get("enum").is_some() || node.get("const").is_some())
        && ["pattern", "format", "minLength", "maxLength", "minimum", "maximum", "multipleOf"]
            .iter()
            .any(|key| node.get(key).is_some())
}

/// A schema and the parts its `allOf` joins with it, nested ones too, references followed.
pub(crate) fn flat(node: NodeRef<'_>) -> Vec<NodeRef<'_>> {
    let mut parts = vec![node];
    let mut at = 0;
    while let Some(part) = parts.get(at).copied() {
        at += 1;
        for child in part.get("allOf").into_iter().flat_map(NodeRef::items).filter_map(follow) {
            if parts.len() < MAX_PARTS && parts.iter().all(|known| known.id() != child.id()) {
                parts.push(child);
            }
        }
    }
    parts
}

/// Every schema that some `allOf` joins with others.
pub(crate) fn composed(index: &Index<'_>) -> HashSet<NodeId> {
    let lists = index.schemas.iter().filter_map(|schema| schema.node.get("allOf"));
    lists.flat_map(NodeRef::items).filter_map(follow).map(NodeRef::id).collect()
}

/// The schemas without which a value of this one cannot be: required properties, parts, items that must be there.
pub(crate) fn needed(node: NodeRef<'_>) -> Vec<NodeRef<'_>> {
    let properties = node.get("properties");
    let names = node.get("required").into_iter().flat_map(NodeRef::items).filter_map(NodeRef::as_str);
    let mut needed: Vec<_> = names.filter_map(|name| properties.and_then(|properties| properties.get(name))).collect();
    for key in ["allOf", "oneOf", "anyOf"] {
        needed.extend(node.get(key).into_iter().flat_map(NodeRef::items));
    }
    needed.extend(node.get("items").filter(|_| node.get("minItems").is_some()));
    needed
}

/// Where a media type object stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum From {
    /// In a request body.
    Request,
    /// In a response.
    Response,
    /// In a parameter or header.
    Parameter,
}

/// One media type object.
#[derive(Clone, Copy)]
pub(crate) struct Media<'a> {
    /// The media type's name.
    pub(crate) name: &'a str,
    /// The object.
    pub(crate) node: NodeRef<'a>,
    /// Where it stands.
    pub(crate) from: From,
}

impl Media<'_> {
    /// Whether a schema describes it.
    pub(crate) fn described(&self) -> bool {
        ["schema", "itemSchema", "$ref"].iter().any(|key| self.node.get(key).is_some())
    }

    /// Whether it is of a form that schemas say nothing about.
    pub(crate) fn binary(&self) -> bool {
        let name = self.name.split(';').next().unwrap_or_default().trim();
        ["image/", "audio/", "video/", "font/", "model/"].iter().any(|prefix| name.starts_with(prefix))
            || ["octet-stream", "pdf", "zip", "gzip", "x-tar", "event-stream"]
                .iter()
                .any(|end| name.strip_suffix(end).is_some_and(|rest| rest.ends_with(['/', '+', '-'])))
            || name.starts_with("application/vnd.openxmlformats")
            || name.starts_with("application/vnd.ms-")
    }

    /// Whether values of it are JSON.
    pub(crate) fn json(&self) -> bool {
        let name = self.name.split(';').next().unwrap_or_default().trim();
        name.eq_ignore_ascii_case("application/json") || name.ends_with("+json") || name == "*/*"
    }
}

/// The media types of the `content` of a node.
pub(crate) fn content(node: NodeRef<'_>, from: From) -> impl Iterator<Item = Media<'_>> {
    let members = node.get("content").into_iter().flat_map(NodeRef::members);
    members.filter(|member| member.value.is_object() && !member.key.starts_with("x-")).map(move |member| Media {
        name: member.key,
        node: member.value,
        from,
    })
}

/// Every request body object, once each.
pub(crate) fn bodies<'a>(index: &Index<'a>) -> Vec<NodeRef<'a>> {
    let used = index.operations.iter().filter_map(|operation| operation.node.get("requestBody"));
    let named = index.component_map("requestBodies", "x-none").into_iter().flat_map(NodeRef::members);
    let mut seen = HashSet::new();
    let all = used.chain(named.map(|member| member.value)).filter_map(follow);
    all.filter(|body| seen.insert(body.id())).collect()
}

/// Every media type object of bodies, responses, parameters and headers, once each.
pub(crate) fn media<'i, 'a>(index: &'i Index<'a>) -> Copied<Iter<'i, Media<'a>>> {
    index.media(gather_media).iter().copied()
}

fn gather_media<'a>(index: &Index<'a>) -> Vec<Media<'a>> {
    let mut all = Vec::new();
    for body in bodies(index) {
        all.extend(content(body, From::Request));
    }
    for response in &index.responses {
        all.extend(content(response.node, From::Response));
    }
    for parameter in &index.parameters {
        all.extend(content(parameter.node, From::Parameter));
    }
    all
}

/// The `consumes` and `produces` lists of Swagger 2.0.
pub(crate) fn media_lists<'a>(index: &Index<'a>) -> Vec<NodeRef<'a>> {
    if index.version != Version::V2 {
        return Vec::new();
    }
    let nodes = index.operations.iter().map(|operation| operation.node).chain([index.root()]);
    nodes.flat_map(|node| ["consumes", "produces"].into_iter().filter_map(move |key| node.get(key))).collect()
}

/// Every server object: of the contract, its path items and its operations.
pub(crate) fn servers<'a>(index: &Index<'a>) -> Vec<NodeRef<'a>> {
    if index.version == Version::V2 {
        return Vec::new();
    }
    let items = index.items.iter().map(|(_, item)| *item);
    let operations = index.operations.iter().map(|operation| operation.node);
    let holders = [index.root()].into_iter().chain(items).chain(operations);
    let mut seen = HashSet::new();
    let all = holders.filter_map(|holder| holder.get("servers")).flat_map(NodeRef::items);
    all.filter(|server| server.is_object() && seen.insert(server.id())).collect()
}

/// A word for a number of things: `1 place`, `3 places`.
pub(crate) fn counted(count: usize, word: &str) -> String {
    match (count, word.strip_suffix('y')) {
        (1, _) => format!("1 {word}"),
        (_, Some(stem)) => format!("{count} {stem}ies"),
        _ => format!("{count} {word}s"),
    }
}
