//! From document to contract. Never fails as a whole: what does not fit is a problem at its place, and the
//! walk goes on.

mod message;
mod parameter;
mod security;
mod server;

use crate::model::{Components, Contract, Operation, Parameter, PathItem, Version};
use crate::roles::Role;
use palisade_document::refs::Resolver;
use palisade_document::{Document, Kind, Member, NodeId, NodeRef, Problem, pointer, quote, refs};
use palisade_finding::Severity;
use std::collections::HashSet;
use std::sync::Arc;

/// The codes of problems found while loading a contract, beside those of `palisade_document::code`; once
/// published they never change meaning.
pub mod code {
    /// The document's root is no object.
    pub const ROOT_NOT_OBJECT: &str = "root-not-object";
    /// The root has neither `openapi` nor `swagger`.
    pub const NOT_OPENAPI: &str = "not-openapi";
    /// A version of OpenAPI that is not known; read as the nearest one.
    pub const UNKNOWN_VERSION: &str = "unknown-version";
    /// A member of the root that OpenAPI does not know.
    pub const UNKNOWN_MEMBER: &str = "unknown-member";
    /// A value of the wrong type; left out.
    pub const WRONG_TYPE: &str = "wrong-type";
    /// A value of the right type that OpenAPI does not know; left out.
    pub const UNKNOWN_VALUE: &str = "unknown-value";
    /// A required member is missing.
    pub const MISSING_MEMBER: &str = "missing-member";
    /// A response's name is no status, no range and not `default`; left out.
    pub const INVALID_STATUS: &str = "invalid-status";
    /// A path that does not begin with `/`.
    pub const INVALID_PATH: &str = "invalid-path";
    /// References make the contract larger than is modelled; what follows was left out.
    pub const MODEL_LIMIT: &str = "model-limit";
}

/// Most parts (operations, parameters, media types, ...) of a model: shared components count for each use.
const MAX_PARTS: usize = 1_500_000;

impl Contract {
    /// Reads the contract that a document holds, with everything that is wrong with its structure and its
    /// references, in source order. A document that is no contract gives an empty one, `readable` false.
    pub fn load(document: Arc<Document>) -> (Contract, Vec<Problem>) {
        let mut loader = Loader {
            document: &document,
            resolver: Resolver::new(&document),
            problems: refs::survey(&document),
            judged: HashSet::new(),
            version: Version::V3_1,
            parts: 0,
        };
        let mut contract = loader.contract();
        let mut problems = loader.problems;
        problems.sort_by_key(|problem| problem.span.start);
        contract.document = document;
        (contract, problems)
    }
}

struct Loader<'a> {
    document: &'a Document,
    resolver: Resolver<'a>,
    problems: Vec<Problem>,
    /// Nodes with a problem listed already: shared components are met once for each use.
    judged: HashSet<(NodeId, &'static str)>,
    version: Version,
    parts: usize,
}

/// Methods that are members of a path item, and the version that brought them.
const METHODS: [(&str, &str, Version); 9] = [
    ("get", "GET", Version::V2_0),
    ("put", "PUT", Version::V2_0),
    ("post", "POST", Version::V2_0),
    ("delete", "DELETE", Version::V2_0),
    ("options", "OPTIONS", Version::V2_0),
    ("head", "HEAD", Version::V2_0),
    ("patch", "PATCH", Version::V2_0),
    ("trace", "TRACE", Version::V3_0),
    ("query", "QUERY", Version::V3_2),
];

impl<'a> Loader<'a> {
    fn problem(&mut self, node: NodeRef<'a>, code: &'static str, severity: Severity, message: String) {
        if self.judged.insert((node.id(), code)) {
            let problem = Problem::new(self.document, code, severity, node.span(), message);
            self.problems.push(problem.at_pointer(node.pointer()));
        }
    }

    /// A problem with the name of a member.
    fn problem_at_key(&mut self, member: &Member<'a>, code: &'static str, severity: Severity, message: String) {
        if self.judged.insert((member.id, code)) {
            let problem = Problem::new(self.document, code, severity, member.key_span, message);
            let pointer = member.value.parent().map(|parent| parent.pointer()).unwrap_or_default();
            self.problems.push(problem.at_pointer(pointer::child(&pointer, member.key)));
        }
    }

    fn wrong_type(&mut self, node: NodeRef<'a>, what: &str, wanted: &str) {
        let message = format!("{what} must be {wanted}, found {}", node.kind().as_str());
        self.problem(node, code::WRONG_TYPE, Severity::High, message);
    }

    fn missing(&mut self, node: NodeRef<'a>, what: &str) {
        self.problem(node, code::MISSING_MEMBER, Severity::Medium, format!("{what} is missing"));
    }

    /// Counts a part of the model. False: there are too many.
    fn part(&mut self, node: NodeRef<'a>) -> bool {
        self.parts += 1;
        if self.parts == MAX_PARTS + 1 {
            let message = format!("more than {MAX_PARTS} parts once references are followed: the rest was left out");
            self.problem(node, code::MODEL_LIMIT, Severity::High, message);
        }
        self.parts <= MAX_PARTS
    }

    /// The node behind references; `None` when they lead nowhere, which the survey has listed.
    fn resolve(&mut self, node: NodeRef<'a>) -> Option<NodeRef<'a>> {
        self.resolver.follow(node).ok()
    }

    /// A member that must be of this kind when it is there.
    fn typed(&mut self, node: NodeRef<'a>, key: &str, kind: Kind, wanted: &str) -> Option<NodeRef<'a>> {
        let value = node.get(key)?;
        if value.kind() == kind {
            return Some(value);
        }
        self.wrong_type(value, &format!("`{key}`"), wanted);
        None
    }

    fn object(&mut self, node: NodeRef<'a>, key: &str) -> Option<NodeRef<'a>> {
        self.typed(node, key, Kind::Object, "an object")
    }

    fn array(&mut self, node: NodeRef<'a>, key: &str) -> Option<NodeRef<'a>> {
        self.typed(node, key, Kind::Array, "an array")
    }

    /// Members of an object member, extensions left out, each resolved to an object.
    fn map(&mut self, node: NodeRef<'a>, key: &str) -> Vec<(Member<'a>, NodeRef<'a>)> {
        let Some(map) = self.object(node, key) else { return Vec::new() };
        let mut entries = Vec::new();
        for member in map.members() {
            if !member.key.starts_with("x-")
                && let Some(value) = self.entry(&member)
            {
                entries.push((member, value));
            }
        }
        entries
    }

    /// The object that a member holds or refers to.
    fn entry(&mut self, member: &Member<'a>) -> Option<NodeRef<'a>> {
        let value = self.resolve(member.value)?;
        if !value.is_object() {
            self.wrong_type(value, &quote(member.key), "an object");
            return None;
        }
        Some(value)
    }

    fn text(&mut self, node: NodeRef<'a>, key: &str) -> Option<&'a str> {
        self.typed(node, key, Kind::String, "a string").and_then(|value| value.as_str())
    }

    fn string(&mut self, node: NodeRef<'a>, key: &str) -> Option<String> {
        self.text(node, key).map(str::to_owned)
    }

    /// A string that is often written without quotes and so became a number; it counts as written.
    fn version_text(&mut self, node: NodeRef<'a>, key: &str) -> Option<String> {
        let value = node.get(key)?;
        if value.kind() == Kind::Number {
            return value.number_text().map(str::to_owned);
        }
        self.string(node, key)
    }

    fn flag(&mut self, node: NodeRef<'a>, key: &str) -> Option<bool> {
        self.typed(node, key, Kind::Bool, "a boolean").and_then(|value| value.as_bool())
    }

    fn strings(&mut self, node: NodeRef<'a>, key: &str) -> Option<Vec<String>> {
        let list = self.array(node, key)?;
        let mut strings = Vec::new();
        for item in list.items() {
            match item.as_str() {
                Some(text) => strings.push(text.to_owned()),
                None => self.wrong_type(item, &format!("an item of `{key}`"), "a string"),
            }
        }
        Some(strings)
    }

    fn contract(&mut self) -> Contract {
        let root = self.document.root();
        let mut contract = Contract {
            document: Arc::new(Document::from_value("", &serde_json::Value::Null)),
            readable: false,
            version: self.version,
            openapi: String::new(),
            title: String::new(),
            api_version: String::new(),
            json_schema_dialect: None,
            servers: Vec::new(),
            security: None,
            security_schemes: Vec::new(),
            paths: Vec::new(),
            operations: Vec::new(),
            webhooks: Vec::new(),
            callbacks: Vec::new(),
            components: Components::default(),
        };
        if !root.is_object() {
            // That there is no document at all, the reader has told.
            if self.document.source().trim().is_empty() && root.is_null() {
                return contract;
            }
            let message = format!("the root must be an object, found {}", root.kind().as_str());
            self.problem(root, code::ROOT_NOT_OBJECT, Severity::High, message);
            return contract;
        }
        let Some(openapi) = self.find_version(root) else { return contract };
        contract.readable = true;
        contract.version = self.version;
        contract.openapi = openapi;
        self.unknown_members(root);
        match self.object(root, "info") {
            Some(info) => {
                contract.title = self.string(info, "title").unwrap_or_default();
                contract.api_version = self.version_text(info, "version").unwrap_or_default();
                for key in ["title", "version"] {
                    if info.get(key).is_none() {
                        self.missing(info, &format!("`info.{key}`"));
                    }
                }
            }
            None if root.get("info").is_none() => self.missing(root, "`info`"),
            None => {}
        }
        contract.json_schema_dialect = self.string(root, "jsonSchemaDialect");
        contract.servers = self.root_servers(root);
        contract.security = self.requirements(root);
        self.components(root, &mut contract);
        self.paths(root, &mut contract);
        contract
    }

    fn find_version(&mut self, root: NodeRef<'a>) -> Option<String> {
        let key = if root.get("openapi").is_some() { "openapi" } else { "swagger" };
        let Some(declared) = root.get(key) else {
            let message = "this is no OpenAPI contract: neither `openapi` nor `swagger` is declared".to_owned();
            self.problem(root, code::NOT_OPENAPI, Severity::High, message);
            return None;
        };
        let text = self.version_text(root, key).unwrap_or_default();
        let mut numbers = text.split('.');
        let version = match (key, numbers.next(), numbers.next()) {
            ("swagger", Some("2"), Some("0") | None) => Some(Version::V2_0),
            ("openapi", Some("3"), Some("0") | None) => Some(Version::V3_0),
            ("openapi", Some("3"), Some("1")) => Some(Version::V3_1),
            ("openapi", Some("3"), Some("2")) => Some(Version::V3_2),
            _ => None,
        };
        self.version = version.unwrap_or(match key {
            "swagger" => Version::V2_0,
            _ if text.is_empty() => Version::V3_0,
            _ => Version::V3_2,
        });
        if version.is_none() && !text.is_empty() {
            let message = format!("{} is no known version; read as {}", quote(&text), self.version);
            self.problem(declared, code::UNKNOWN_VERSION, Severity::Medium, message);
        }
        Some(text)
    }

    fn unknown_members(&mut self, root: NodeRef<'a>) {
        let known = |key: &str| Role::Root.field(self.version, key).is_some();
        let unknown: Vec<Member<'a>> =
            root.members().filter(|member| !member.key.starts_with("x-") && !known(member.key)).collect();
        for member in unknown.iter().take(100) {
            // Reported as a merge key already.
            if member.key != "<<" {
                let message = format!("OpenAPI {} knows no root member {}", self.version, quote(member.key));
                self.problem_at_key(member, code::UNKNOWN_MEMBER, Severity::Low, message);
            }
        }
    }

    fn components(&mut self, root: NodeRef<'a>, contract: &mut Contract) {
        let (holder, schemes) = match self.version {
            Version::V2_0 => (Some(root), "securityDefinitions"),
            _ => (self.object(root, "components"), "securitySchemes"),
        };
        let Some(holder) = holder else { return };
        let schemas = if self.version == Version::V2_0 { "definitions" } else { "schemas" };
        contract.components = Components {
            schemas: self.names(holder, schemas),
            parameters: self.names(holder, "parameters"),
            request_bodies: self.names(holder, "requestBodies"),
            responses: self.names(holder, "responses"),
            headers: self.names(holder, "headers"),
        };
        contract.security_schemes = self.security_schemes(holder, schemes);
    }

    fn names(&mut self, holder: NodeRef<'a>, key: &str) -> Vec<(String, NodeId)> {
        let Some(map) = self.object(holder, key) else { return Vec::new() };
        map.members()
            .filter(|member| !member.key.starts_with("x-") || key == "schemas" || key == "definitions")
            .map(|member| (member.key.to_owned(), member.value.id()))
            .collect()
    }

    fn paths(&mut self, root: NodeRef<'a>, contract: &mut Contract) {
        if root.get("paths").is_none()
            && (self.version <= Version::V3_0 || (root.get("components").is_none() && root.get("webhooks").is_none()))
        {
            self.missing(root, "`paths`");
        }
        let mut callbacks = Vec::new();
        if let Some(paths) = self.object(root, "paths") {
            for member in paths.members().filter(|member| !member.key.starts_with("x-")) {
                if !member.key.starts_with('/') && member.key != "<<" {
                    let message = format!("the path {} must begin with `/`", quote(member.key));
                    self.problem_at_key(&member, code::INVALID_PATH, Severity::Medium, message);
                }
                let Some(item) = self.path_item(&member) else { continue };
                let servers = self.servers(item);
                let path = contract.paths.len();
                let operations = self.operations(item, member.key, path, &mut callbacks);
                contract.operations.extend(operations);
                contract.paths.push(PathItem {
                    template: member.key.to_owned(),
                    servers,
                    node: item.id(),
                    member: member.id,
                });
            }
        }
        for (member, item) in self.map(root, "webhooks") {
            let operations = self.operations(item, member.key, usize::MAX, &mut callbacks);
            contract.webhooks.extend(operations);
        }
        // Operations of callbacks can have callbacks, and references can make that a circle.
        let mut seen = HashSet::new();
        while let Some(operation) = callbacks.pop() {
            if !seen.insert(operation.id()) {
                continue;
            }
            for (_, callback) in self.map(operation, "callbacks") {
                for expression in callback.members().filter(|member| !member.key.starts_with("x-")) {
                    if seen.insert(expression.id)
                        && let Some(item) = self.entry(&expression)
                    {
                        let operations = self.operations(item, expression.key, usize::MAX, &mut callbacks);
                        contract.callbacks.extend(operations);
                    }
                }
            }
        }
        contract.callbacks.sort_by_key(|operation| operation.node);
    }

    /// The path item of a member of `paths`. Where its reference leads nowhere, what stands beside it.
    fn path_item(&mut self, member: &Member<'a>) -> Option<NodeRef<'a>> {
        let item = self.resolve(member.value).unwrap_or(member.value);
        if !item.is_object() {
            self.wrong_type(item, &format!("the path {}", quote(member.key)), "an object");
            return None;
        }
        Some(item)
    }

    fn operations(
        &mut self,
        item: NodeRef<'a>,
        template: &str,
        path: usize,
        callbacks: &mut Vec<NodeRef<'a>>,
    ) -> Vec<Operation> {
        let shared = self.parameters(item, true);
        let mut found = Vec::new();
        for member in item.members() {
            let known = METHODS.iter().find(|(key, _, since)| *key == member.key && *since <= self.version);
            if let Some((_, method, _)) = known {
                found.push(((*method).to_owned(), member));
            } else if member.key == "additionalOperations" && self.version >= Version::V3_2 {
                if member.value.is_object() {
                    found.extend(member.value.members().map(|member| (member.key.to_owned(), member)));
                } else {
                    self.wrong_type(member.value, "`additionalOperations`", "an object");
                }
            }
        }
        let mut operations = Vec::new();
        for (method, member) in found {
            if method.starts_with("x-") || !self.part(member.value) {
                continue;
            }
            if !member.value.is_object() {
                let what = format!("the operation {method} {}", quote(template));
                self.wrong_type(member.value, &what, "an object");
                continue;
            }
            if member.value.get("callbacks").is_some() {
                callbacks.push(member.value);
            }
            operations.push(self.operation(member.value, method, template, path, &shared));
        }
        operations
    }

    fn operation(
        &mut self,
        node: NodeRef<'a>,
        method: String,
        template: &str,
        path: usize,
        shared: &parameter::Declared<'a>,
    ) -> Operation {
        let own = self.parameters(node, false);
        let mut parameters: Vec<Parameter> = Vec::new();
        for parameter in &shared.parameters {
            let replaced = own.parameters.iter().any(|other| parameter::same(other, parameter));
            if !replaced && self.part(node) {
                parameters.push(parameter.clone());
            }
        }
        let request_body = self.request_body(node, shared, &own);
        parameters.extend(own.parameters);
        Operation {
            method,
            template: template.to_owned(),
            path,
            operation_id: self.string(node, "operationId"),
            deprecated: self.flag(node, "deprecated").unwrap_or_default(),
            tags: self.strings(node, "tags").unwrap_or_default(),
            summary: self.string(node, "summary"),
            parameters,
            request_body,
            responses: self.responses(node),
            security: self.requirements(node),
            servers: self.servers(node),
            node: node.id(),
        }
    }
}
