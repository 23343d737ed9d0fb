//! Values that a contract shows: defaults and examples, each with the schema it ought to keep.

use crate::index::{Index, Version};
use crate::rules::shape::{self, From, Media};
use palisade_document::{Kind, Member, NodeId, NodeRef};
use std::collections::HashSet;

/// What a value is shown as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shown {
    /// `default` of a schema.
    Default,
    /// An example, wherever it stands.
    Example,
}

/// One value and its schema.
pub(crate) struct Sample<'a> {
    /// The schema, references followed.
    pub(crate) schema: NodeRef<'a>,
    /// The value.
    pub(crate) value: NodeRef<'a>,
    /// Shown as what.
    pub(crate) shown: Shown,
    /// In what the API sends.
    pub(crate) response: bool,
    /// What the value belongs to.
    pub(crate) owner: Owner<'a>,
}

/// What a value belongs to.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Owner<'a> {
    /// A schema, by its place in the index.
    Schema(usize),
    /// A media type of this name.
    Media(&'a str),
    /// A parameter or header of this name.
    Parameter(&'a str),
}

/// Every default and example of a contract, once for each schema it is shown for; none of which one look tells that
/// it keeps its schema.
pub(crate) fn samples<'a>(index: &Index<'a>) -> Vec<Sample<'a>> {
    let mut all = Vec::new();
    for schema in &index.schemas {
        let mut add = |value, shown| {
            if evident(schema.node, value) {
                return;
            }
            let owner = Owner::Schema(schema.at);
            all.push(Sample { schema: schema.node, value, shown, response: schema.response, owner });
        };
        if let Some(value) = schema.node.get("default") {
            add(value, Shown::Default);
        }
        if let Some(value) = schema.node.get("example") {
            add(value, Shown::Example);
        }
        if index.version == Version::V31 {
            schema.node.get("examples").into_iter().flat_map(NodeRef::items).for_each(|one| add(one, Shown::Example));
        }
    }
    for media in shape::media(index) {
        let Some(schema) = media.node.get("schema").and_then(shape::follow) else { continue };
        for value in examples(media.node).into_iter().filter(|value| natural(&media, schema, *value)) {
            let owner = Owner::Media(media.name);
            let response = media.from == From::Response;
            all.push(Sample { schema, value, shown: Shown::Example, response, owner });
        }
    }
    for parameter in index.parameters.iter().filter(|_| index.version != Version::V2) {
        let Some(schema) = parameter.node.get("schema").and_then(shape::follow) else { continue };
        let text = |value: &NodeRef<'a>| value.as_str().is_some() && !shape::is(schema, "string");
        // A text for an array or object is how it looks on the wire.
        let wire = ["array", "object"].iter().any(|word| shape::is(schema, word)) || schema.get("type").is_none();
        for value in examples(parameter.node).into_iter().filter(|value| !(wire && text(value))) {
            let owner = Owner::Parameter(parameter.name);
            let response = parameter.response;
            all.push(Sample { schema, value, shown: Shown::Example, response, owner });
        }
    }
    if index.version == Version::V2 {
        for response in &index.responses {
            let Some(schema) = response.node.get("schema").and_then(shape::follow) else { continue };
            for member in response.node.get("examples").into_iter().flat_map(NodeRef::members) {
                let media = Media { name: member.key, node: response.node, from: From::Response };
                if natural(&media, schema, member.value) {
                    let owner = Owner::Media(member.key);
                    all.push(Sample { schema, value: member.value, shown: Shown::Example, response: true, owner });
                }
            }
        }
    }
    let mut seen: HashSet<(NodeId, NodeId)> = HashSet::with_capacity(all.len());
    all.retain(|sample| seen.insert((sample.schema.id(), sample.value.id())));
    all
}

/// Whether a schema asks for nothing but the type that the value has, as most do.
fn evident(schema: NodeRef<'_>, value: NodeRef<'_>) -> bool {
    let Some(word) = schema.get("type").and_then(NodeRef::as_str) else { return false };
    let fits = match value.kind() {
        Kind::String => word == "string",
        Kind::Bool => word == "boolean",
        Kind::Number => word == "number" || word == "integer" && value.as_i64().is_some(),
        Kind::Null | Kind::Array | Kind::Object => false,
    };
    let says_no_more = |member: Member<'_>| {
        let known = ["type", "title", "description", "default", "example", "examples", "deprecated", "nullable"];
        known.contains(&member.key)
    };
    fits && schema.members().all(says_no_more)
}

/// The values of `example` and `examples` of a media type, parameter or header.
fn examples(node: NodeRef<'_>) -> Vec<NodeRef<'_>> {
    let named = node.get("examples").into_iter().flat_map(NodeRef::members);
    let values = named.filter_map(|member| {
        let example = shape::follow(member.value)?;
        example.get("value").or_else(|| example.get("dataValue"))
    });
    node.get("example").into_iter().chain(values).collect()
}

/// Whether an example is written as the value itself, and not as a text of the media type.
fn natural(media: &Media<'_>, schema: NodeRef<'_>, value: NodeRef<'_>) -> bool {
    match value.as_str() {
        Some(_) if !media.json() => false,
        Some(text) => {
            shape::is(schema, "string")
                || !text.trim_start().starts_with(['{', '[', '<', '"']) && !text.trim().is_empty()
        }
        None => media.json() || value.is_object() && !media.name.contains("xml") && !media.name.contains("multipart"),
    }
}
