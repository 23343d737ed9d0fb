//! The walk over a contract that fills the index.

use super::{Index, MAX_REQUIREMENTS, Operation, Parameter, Response, Schema, Scheme, Version};
use crate::rules::help;
use palisade_document::{KeyMask, NodeRef};
use std::collections::{HashMap, HashSet, VecDeque};

/// The methods an operation may have as a member of a path item.
const METHODS: [&str; 9] = ["get", "put", "post", "delete", "options", "head", "patch", "trace", "query"];

/// Operations judged at most; more are cut off with a finding.
const MAX_OPERATIONS: usize = 100_000;

/// Everything a schema keyword says about its children.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Child {
    One,
    List,
    Map,
}

/// Keywords that hold schemas.
pub(crate) const CHILDREN: [(&str, Child); 18] = [
    ("properties", Child::Map),
    ("patternProperties", Child::Map),
    ("additionalProperties", Child::One),
    ("items", Child::One),
    ("prefixItems", Child::List),
    ("contains", Child::One),
    ("allOf", Child::List),
    ("anyOf", Child::List),
    ("oneOf", Child::List),
    ("not", Child::One),
    ("if", Child::One),
    ("then", Child::One),
    ("else", Child::One),
    ("propertyNames", Child::One),
    ("dependentSchemas", Child::Map),
    ("unevaluatedItems", Child::One),
    ("unevaluatedProperties", Child::One),
    ("contentSchema", Child::One),
];

/// The same keywords, for a first look.
const HOLDERS: KeyMask = {
    let mut keys = [""; CHILDREN.len()];
    let mut at = 0;
    while at < CHILDREN.len() {
        keys[at] = CHILDREN[at].0;
        at += 1;
    }
    KeyMask::of(&keys)
};

impl<'a> Index<'a> {
    pub(super) fn walk_schemes(&mut self) {
        let map = self.component_map("securitySchemes", "securityDefinitions");
        for member in map.into_iter().flat_map(NodeRef::members).collect::<Vec<_>>() {
            if let Some(node) = self.resolve(member.value) {
                self.schemes.push(Scheme { name: member.key, node, operations: Vec::new() });
            }
        }
    }

    pub(super) fn link_schemes(&mut self) {
        let by_name: HashMap<&str, usize> =
            self.schemes.iter().enumerate().map(|(at, scheme)| (scheme.name, at)).collect();
        for (at, operation) in self.operations.iter().enumerate() {
            for requirement in operation.security.into_iter().flat_map(NodeRef::items) {
                self.requirements_seen += requirement.len().max(1);
                if self.requirements_seen > MAX_REQUIREMENTS {
                    return;
                }
                for member in requirement.members() {
                    if let Some(scheme) = by_name.get(member.key).and_then(|found| self.schemes.get_mut(*found))
                        && scheme.operations.last() != Some(&at)
                    {
                        scheme.operations.push(at);
                    }
                }
            }
        }
    }

    pub(super) fn link_parts(&mut self) {
        let mut edges = std::mem::take(&mut self.edges);
        // Stable: the parts of a schema keep the order in which they were met.
        edges.sort_by_key(|(from, _)| *from);
        let (list, starts) = &mut self.parts;
        let mut edges = edges.into_iter().peekable();
        for schema in 0..=self.schemas.len() as u32 {
            starts.push(list.len() as u32);
            while let Some((_, to)) = edges.next_if(|(from, _)| *from == schema) {
                list.push(to);
            }
        }
    }

    pub(super) fn walk_item(&mut self, path: &'a str, node: NodeRef<'a>, outgoing: bool) {
        // A callback may lead to an operation with callbacks: a queue, and each path item once.
        let mut queue = VecDeque::from([(path, node, outgoing)]);
        let mut seen = HashSet::new();
        while let Some((path, node, outgoing)) = queue.pop_front() {
            let Some(item) = self.resolve(node) else { continue };
            if !outgoing {
                self.items.push((path, item));
            } else if !seen.insert(item.id()) {
                continue;
            }
            let mut found: Vec<(String, NodeRef<'a>)> = Vec::new();
            for member in item.members() {
                if METHODS.contains(&member.key) {
                    found.push((member.key.to_ascii_uppercase(), member.value));
                } else if member.key == "additionalOperations" {
                    found.extend(member.value.members().map(|more| (more.key.to_owned(), more.value)));
                }
            }
            for (method, node) in found {
                if !node.is_object() || self.operations.len() >= MAX_OPERATIONS {
                    continue;
                }
                self.walk_operation(path, item, method, node, outgoing);
                for callback in node.get("callbacks").into_iter().flat_map(NodeRef::members) {
                    let Some(callback) = self.resolve(callback.value) else { continue };
                    queue.extend(callback.members().map(|member| (member.key, member.value, true)));
                }
            }
        }
    }

    fn walk_operation(&mut self, path: &'a str, item: NodeRef<'a>, method: String, node: NodeRef<'a>, outgoing: bool) {
        let at = self.operations.len();
        let own = node.get("security");
        // Of a callback or webhook the API sends the body, and takes the answer.
        let (asks, answers) = if outgoing { (Ways::GIVEN, Ways::TAKEN) } else { (Ways::TAKEN, Ways::GIVEN) };
        let mut operation = Operation {
            at,
            node,
            label: format!("{method} {path}").into(),
            method,
            path,
            parameters: Vec::new(),
            responses_node: node.get("responses").filter(|node| node.is_object()),
            responses: Vec::new(),
            security: own.or_else(|| self.root().get("security")),
            own_security: own.is_some(),
            bodies: Vec::new(),
            outgoing,
        };
        let lists = [item.get("parameters"), node.get("parameters")];
        for entry in lists.into_iter().flatten().flat_map(NodeRef::items) {
            let Some(found) = self.parameter(entry, None, asks) else { continue };
            let same = |index: &Self, other: &usize| match (index.parameters.get(*other), index.parameters.get(found)) {
                (Some(a), Some(b)) => a.name == b.name && a.place == b.place,
                _ => false,
            };
            operation.parameters.retain(|other| !same(self, other));
            operation.parameters.push(found);
        }
        for found in operation.parameters.clone() {
            let Some(parameter) = self.parameters.get_mut(found) else { continue };
            parameter.operations.push(at);
            if let (true, Some(schema)) = (parameter.place == "body", parameter.schema) {
                operation.bodies.push(schema);
            }
        }
        if let Some(body) = node.get("requestBody").and_then(|body| self.resolve(body)) {
            operation.bodies.extend(content_schemas(body));
        }
        for body in operation.bodies.clone() {
            self.schema(body, asks);
        }
        for member in operation.responses_node.into_iter().flat_map(NodeRef::members) {
            if member.key.starts_with("x-") {
                continue;
            }
            let Some(found) = self.response(member.key, member.value, answers) else { continue };
            if let Some(response) = self.responses.get_mut(found)
                && response.operations.last() != Some(&at)
            {
                response.operations.push(at);
            }
            operation.responses.push((member.key, found));
        }
        self.operations.push(operation);
    }

    /// A parameter, or with a name of its own a header of a response.
    fn parameter(&mut self, entry: NodeRef<'a>, header: Option<&'a str>, ways: Ways) -> Option<usize> {
        let node = self.resolve(entry)?;
        let news = self.news(node, ways);
        if let Some(found) = self.by_parameter.get(&node.id()).copied() {
            if let Some(schema) = self.parameters.get(found).and_then(|known| known.schema).filter(|_| news) {
                self.schema(schema, ways);
            }
            return Some(found);
        }
        let place =
            if header.is_some() { "header" } else { node.get("in").and_then(NodeRef::as_str).unwrap_or_default() };
        let name = header.or_else(|| node.get("name").and_then(NodeRef::as_str)).unwrap_or_default();
        let schema = match self.version {
            Version::V2 if place != "body" => Some(node),
            _ => node.get("schema").or_else(|| content_schemas(node).into_iter().next()),
        };
        let found = self.parameters.len();
        self.by_parameter.insert(node.id(), found);
        let response = header.is_some();
        self.parameters.push(Parameter { node, name, place, schema, response, operations: Vec::new() });
        if let Some(schema) = schema {
            self.schema(schema, ways);
        }
        Some(found)
    }

    fn response(&mut self, status: &'a str, node: NodeRef<'a>, ways: Ways) -> Option<usize> {
        let node = self.resolve(node)?;
        let news = self.news(node, ways);
        let known = self.by_response.get(&node.id()).copied();
        if known.is_some() && !news {
            return known;
        }
        let mut schemas = content_schemas(node);
        if self.version == Version::V2 {
            schemas.extend(node.get("schema"));
        }
        for schema in schemas.clone() {
            self.schema(schema, ways);
        }
        for header in node.get("headers").into_iter().flat_map(NodeRef::members) {
            self.parameter(header.value, Some(header.key), ways);
        }
        if known.is_some() {
            return known;
        }
        let found = self.responses.len();
        self.by_response.insert(node.id(), found);
        self.responses.push(Response { at: found, node, status, schemas, operations: Vec::new() });
        Some(found)
    }

    pub(super) fn walk_components(&mut self) {
        // What no operation uses is still judged, as neither request nor response.
        for member in self.component_map("schemas", "definitions").into_iter().flat_map(NodeRef::members) {
            self.schema(member.value, Ways::default());
        }
        for member in self.component_map("parameters", "parameters").into_iter().flat_map(NodeRef::members) {
            self.parameter(member.value, None, Ways::default());
        }
        for member in self.component_map("responses", "responses").into_iter().flat_map(NodeRef::members) {
            self.response("default", member.value, Ways::default());
        }
        let bodies: Vec<_> =
            self.component_map("requestBodies", "x-none").into_iter().flat_map(NodeRef::members).collect();
        for member in bodies {
            let Some(body) = self.resolve(member.value) else { continue };
            for schema in content_schemas(body) {
                self.schema(schema, Ways::default());
            }
        }
    }

    /// Notes the directions in which a parameter or response is walked; true when one of them is new.
    fn news(&mut self, node: NodeRef<'a>, ways: Ways) -> bool {
        self.walked.entry(node.id()).or_default().add(ways)
    }

    fn schema(&mut self, node: NodeRef<'a>, ways: Ways) {
        self.visit(node, Visit { ways, property: None, part: false });
    }

    fn visit(&mut self, node: NodeRef<'a>, visit: Visit<'a>) {
        let mut stack = vec![(node, visit, None)];
        while let Some((node, visit, parent)) = stack.pop() {
            let Some(target) = self.resolve(node) else { continue };
            let found = match self.by_schema.get(&target.id()) {
                Some(found) => *found,
                None => {
                    let found = self.schemas.len();
                    self.by_schema.insert(target.id(), found);
                    self.schemas.push(Schema {
                        at: found,
                        node: target,
                        types: help::type_set(target),
                        request: false,
                        response: false,
                        property: visit.property.filter(|_| target.id() == node.id()),
                        part: visit.part,
                        uses: 0,
                    });
                    found
                }
            };
            self.edges.extend(parent.map(|parent: usize| (parent as u32, found as u32)));
            let Some(schema) = self.schemas.get_mut(found) else { continue };
            schema.uses += 1;
            let first = schema.uses == 1;
            let mut ways = Ways { request: schema.request, response: schema.response };
            let news = ways.add(visit.ways);
            (schema.request, schema.response) = (ways.request, ways.response);
            if !first && !news {
                continue;
            }
            let next = Visit { ways, property: None, part: false };
            // Edges are written at the first visit; later visits only carry the direction on.
            let parent = first.then_some(found);
            if !HOLDERS.may_be_in(target) {
                continue;
            }
            let mut children = Vec::new();
            for (keyword, child) in CHILDREN {
                let Some(value) = target.get(keyword) else { continue };
                match child {
                    Child::One if value.is_array() => children.extend(value.items().map(|item| (item, next, parent))),
                    Child::One => children.push((value, next, parent)),
                    Child::List => {
                        let part = matches!(keyword, "allOf");
                        children.extend(value.items().map(|item| (item, Visit { part, ..next }, parent)));
                    }
                    Child::Map => {
                        let named = keyword == "properties";
                        children.extend(value.members().map(|member| {
                            (member.value, Visit { property: named.then_some(member.key), ..next }, parent)
                        }));
                    }
                }
            }
            stack.extend(children.into_iter().rev());
        }
    }
}

/// The directions in which something goes. What no operation uses goes in neither.
#[derive(Clone, Copy, Default)]
pub(super) struct Ways {
    request: bool,
    response: bool,
}

impl Ways {
    /// The API takes it.
    const TAKEN: Ways = Ways { request: true, response: false };
    /// The API gives it.
    const GIVEN: Ways = Ways { request: false, response: true };

    /// Adds directions; true when one of them is new.
    fn add(&mut self, more: Ways) -> bool {
        let news = (more.request && !self.request) || (more.response && !self.response);
        self.request |= more.request;
        self.response |= more.response;
        news
    }
}

#[derive(Clone, Copy)]
struct Visit<'a> {
    ways: Ways,
    property: Option<&'a str>,
    part: bool,
}

/// The schemas of a `content` map.
fn content_schemas(node: NodeRef<'_>) -> Vec<NodeRef<'_>> {
    node.get("content")
        .into_iter()
        .flat_map(NodeRef::members)
        .filter_map(|media| media.value.get("schema").or_else(|| media.value.get("itemSchema")))
        .collect()
}
