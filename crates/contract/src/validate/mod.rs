//! A contract compiled for judging requests and responses.

mod body;
mod fields;
mod request;
mod response;
mod security;

pub use body::{BODY_LIMIT, BodyRule, matching_media};
pub use security::{Carrier, SchemeUse};

use crate::model::{Contract, Header, Location, MediaType, Operation, Status, Style, Version};
use crate::params::form::{CompiledHeader, Field, is_binary, is_json};
use crate::params::{Decoder, Shape};
use crate::router::{Routed, Router};
use palisade_document::{NodeId, NodeRef};
use palisade_schema::{
    Compiler, Dialect, Direction, Options, Outcome, Problem, SchemaId, SchemaSet, TypeSet, Violation,
};

/// Header fields as they came: name and value.
pub type Fields<'a> = &'a [(&'a str, &'a [u8])];

/// One thing wrong with a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issue {
    /// `path`, `query`, `header`, `cookie`, `body`, `response-body`, `response-header` or `response-status`.
    pub location: &'static str,
    /// Parameter or header name; empty for a body.
    pub name: String,
    /// JSON pointer inside the value; empty for the whole.
    pub pointer: String,
    /// Stable code.
    pub code: &'static str,
    /// What is wrong, without the offending value.
    pub message: String,
    /// Worth telling, no reason to refuse.
    pub alert_only: bool,
    /// The schema that is broken, where it is one.
    pub schema: Option<NodeId>,
}

/// What is known of the content of a message.
#[derive(Debug, Clone, Copy)]
pub enum Content<'b> {
    /// Not captured.
    Unseen,
    /// The bytes; empty where there was no body.
    Bytes(&'b [u8]),
    /// A JSON value that was read already, strictly, by [`parse_body`](palisade_document::json::parse_body).
    Tree(NodeRef<'b>),
    /// The structure of a JSON value whose scalars stand for their types: only what it proves is told.
    Structure(NodeRef<'b>),
}

impl Issue {
    fn new(location: &'static str, name: &str, code: &'static str, message: impl Into<String>) -> Issue {
        let (name, pointer) = (clip(name), String::new());
        Issue { location, name, pointer, code, message: message.into(), alert_only: false, schema: None }
    }
}

/// Names come from outside: no more than 128 bytes of one are kept.
fn clip(name: &str) -> String {
    name.get(..name.floor_char_boundary(128)).unwrap_or_default().to_owned()
}

/// A contract with its router, decoders and schemas compiled. Immutable; share it between threads.
#[derive(Debug)]
pub struct CompiledContract {
    router: Router,
    schemas: SchemaSet,
    operations: Vec<CompiledOperation>,
    options: Options,
}

/// One operation, compiled.
#[derive(Debug)]
pub struct CompiledOperation {
    /// `METHOD /template`.
    pub label: String,
    pub(crate) parameters: Vec<CompiledParameter>,
    /// Every query parameter may stand: one of them takes the whole query string.
    pub(crate) open_query: bool,
    /// A cookie parameter is declared, so that other cookies are worth telling.
    pub(crate) has_cookies: bool,
    /// Query, header and cookie names that security schemes use.
    pub(crate) credentials: std::sync::Arc<[(Location, String)]>,
    pub(crate) body: Option<CompiledBody>,
    pub(crate) responses: Vec<CompiledResponse>,
    security: Vec<Vec<SchemeUse>>,
}

#[derive(Debug)]
pub(crate) struct CompiledParameter {
    pub(crate) name: String,
    pub(crate) location: Location,
    pub(crate) required: bool,
    pub(crate) allow_empty: bool,
    pub(crate) decoder: Option<Decoder>,
}

#[derive(Debug)]
pub(crate) struct CompiledBody {
    pub(crate) required: bool,
    pub(crate) content: Vec<CompiledMedia>,
}

#[derive(Debug)]
pub(crate) struct CompiledMedia {
    pub(crate) range: String,
    pub(crate) schema: Option<SchemaId>,
    pub(crate) fields: Vec<Field>,
    /// Fewest and most bytes, where the content is no text.
    pub(crate) sizes: (u64, Option<u64>),
}

#[derive(Debug)]
pub(crate) struct CompiledResponse {
    pub(crate) status: Status,
    pub(crate) content: Vec<CompiledMedia>,
    pub(crate) headers: Vec<CompiledHeader>,
}

/// The dialect that a contract's schemas are written in.
pub fn dialect(version: Version) -> Dialect {
    match version {
        Version::V2_0 => Dialect::Oas2,
        Version::V3_0 => Dialect::Oas30,
        Version::V3_1 | Version::V3_2 => Dialect::Draft202012,
    }
}

/// A schema that waits for its set: what is known of its shape comes only then.
struct Build<'c> {
    contract: &'c Contract,
    compiler: Compiler,
    kinds: security::Kinds,
    credentials: std::sync::Arc<[(Location, String)]>,
}

impl CompiledContract {
    /// Compiles a contract. What cannot be used is a problem; the rest is compiled. `base_paths` replace the
    /// base paths of the contract's servers.
    pub fn compile(contract: &Contract, base_paths: Option<&[&str]>) -> (CompiledContract, Vec<Problem>) {
        let router = match base_paths {
            Some(paths) => Router::on(contract, paths),
            None => Router::new(contract),
        };
        let compiler = Compiler::new(std::sync::Arc::clone(contract.document()), dialect(contract.version));
        let credentials = security::credentials(contract);
        let mut build = Build { contract, compiler, kinds: security::Kinds::of(contract), credentials };
        let mut operations: Vec<CompiledOperation> =
            contract.operations.iter().map(|operation| build.operation(operation)).collect();
        let (schemas, problems) = build.compiler.finish();
        for operation in &mut operations {
            operation.settle(&schemas);
        }
        (CompiledContract { router, schemas, operations, options: Options::default() }, problems)
    }

    /// Finds the operation of a request.
    pub fn route<'r, 'p>(&'r self, method: &str, path: &'p str) -> Routed<'r, 'p> {
        self.router.route(method, path)
    }

    /// An operation by its index in the contract.
    pub fn operation(&self, index: usize) -> Option<&CompiledOperation> {
        self.operations.get(index)
    }

    /// The compiled schemas.
    pub fn schemas(&self) -> &SchemaSet {
        &self.schemas
    }

    fn judge(
        &self,
        schema: SchemaId,
        value: NodeRef<'_>,
        direction: Direction,
        at: (&'static str, &str),
        issues: &mut Vec<Issue>,
    ) {
        self.judge_with(schema, value, &Options { direction, ..self.options }, at, issues);
    }

    fn judge_with(
        &self,
        schema: SchemaId,
        value: NodeRef<'_>,
        options: &Options,
        at: (&'static str, &str),
        issues: &mut Vec<Issue>,
    ) {
        if self.schemas.is_clean(schema, value, options) {
            return;
        }
        let Outcome { violations, notes, exhausted, .. } = self.schemas.validate(schema, value, options);
        let issue = |alert_only| {
            move |violation: Violation| Issue {
                location: at.0,
                name: at.1.to_owned(),
                pointer: violation.pointer,
                code: violation.code,
                message: violation.message,
                alert_only,
                schema: Some(violation.schema),
            }
        };
        issues.extend(violations.into_iter().map(issue(false)));
        issues.extend(notes.into_iter().map(issue(true)));
        if let Some(limit) = exhausted {
            issues.push(Issue::new(at.0, at.1, limit.as_str(), "needs more work to judge than is allowed"));
        }
    }
}

impl Build<'_> {
    fn add(&mut self, node: Option<NodeId>) -> Option<SchemaId> {
        node.map(|node| self.compiler.add(node))
    }

    fn decoder(&mut self, name: &str, style: Style, explode: bool, schema: Option<NodeId>) -> Option<Decoder> {
        Some(Decoder {
            name: name.to_owned(),
            style,
            explode,
            schema: self.add(schema)?,
            types: TypeSet::ALL,
            shape: Shape::Scalar,
            json: false,
            text: false,
        })
    }

    /// A decoder of what is written in a media type; `None` where that is neither JSON nor text.
    fn content_decoder(&mut self, name: &str, range: &str, schema: Option<NodeId>) -> Option<Decoder> {
        let json = is_json(range);
        let text = range.starts_with("text/") && range != "text/xml" && !json;
        if !json && !text {
            return None;
        }
        self.decoder(name, Style::Simple, false, schema).map(|decoder| Decoder { json, text, ..decoder })
    }

    fn header(&mut self, header: &Header) -> CompiledHeader {
        let decoder = match &header.media {
            Some(range) => self.content_decoder(&header.name, range, header.schema),
            None => self.decoder(&header.name, header.style, header.explode, header.schema),
        };
        CompiledHeader { name: header.name.clone(), required: header.required, decoder }
    }

    fn operation(&mut self, operation: &Operation) -> CompiledOperation {
        let mut parameters = Vec::new();
        let mut open_query = false;
        for parameter in &operation.parameters {
            if parameter.location == Location::QueryString {
                open_query = true;
                continue;
            }
            // These three are described elsewhere in a contract; parameters of these names say nothing.
            let elsewhere = ["accept", "content-type", "authorization"];
            if parameter.location == Location::Header
                && elsewhere.iter().any(|name| parameter.name.eq_ignore_ascii_case(name))
            {
                continue;
            }
            let decoder = match &parameter.content {
                Some(media) => self
                    .content_decoder(&parameter.name, &media.range, media.schema)
                    .map(|decoder| Decoder { style: parameter.style, ..decoder }),
                None => self.decoder(&parameter.name, parameter.style, parameter.explode, parameter.schema),
            };
            parameters.push(CompiledParameter {
                name: parameter.name.clone(),
                location: parameter.location,
                required: parameter.required || parameter.location == Location::Path,
                allow_empty: parameter.allow_empty_value,
                decoder,
            });
        }
        let body = operation.request_body.as_ref().map(|body| CompiledBody {
            required: body.required,
            content: body.content.iter().map(|media| self.media(media)).collect(),
        });
        let responses = operation
            .responses
            .iter()
            .map(|response| CompiledResponse {
                status: response.status,
                content: response.content.iter().map(|media| self.media(media)).collect(),
                headers: response.headers.iter().map(|header| self.header(header)).collect(),
            })
            .collect();
        let security = self.kinds.alternatives(self.contract, operation);
        CompiledOperation {
            label: operation.label(),
            has_cookies: parameters.iter().any(|parameter| parameter.location == Location::Cookie),
            parameters,
            open_query,
            credentials: self.credentials.clone(),
            body,
            responses,
            security,
        }
    }

    fn media(&mut self, media: &MediaType) -> CompiledMedia {
        let mut fields: Vec<Field> = Vec::new();
        for field in &media.form_fields {
            fields.push(Field {
                name: field.name.clone(),
                schema: (!field.file).then(|| self.compiler.add(field.schema)),
                style: field.style,
                explode: field.explode,
                required: field.required,
                json: false,
                opaque: field.file,
                styled: false,
                decoder: None,
                types: Vec::new(),
                headers: Vec::new(),
            });
        }
        for encoding in &media.encoding {
            let content_type = encoding.content_type.as_deref().unwrap_or("");
            let named = content_type.split(',').map(|range| range.split(';').next().unwrap_or_default());
            let types = named.map(|range| range.trim().to_ascii_lowercase()).filter(|range| !range.is_empty());
            fields.push(Field {
                name: encoding.property.clone(),
                schema: None,
                style: encoding.style,
                explode: encoding.explode,
                required: false,
                json: !encoding.styled && is_json(content_type),
                opaque: false,
                styled: encoding.styled,
                decoder: None,
                types: if encoding.styled { Vec::new() } else { types.collect() },
                headers: encoding.headers.iter().map(|header| self.header(header)).collect(),
            });
        }
        CompiledMedia { range: media.range.clone(), schema: self.add(media.schema), fields, sizes: (0, None) }
    }
}

impl CompiledOperation {
    /// Names of the declared header parameters.
    pub fn header_names(&self) -> impl Iterator<Item = &str> {
        self.parameters
            .iter()
            .filter(|parameter| parameter.location == Location::Header)
            .map(|parameter| parameter.name.as_str())
    }

    /// What a caller must show: one of these alternatives, all schemes of it together. Empty: nothing is needed. An
    /// alternative without schemes lets anyone in.
    pub fn security(&self) -> &[Vec<SchemeUse>] {
        &self.security
    }

    /// True when a path parameter is written with semicolons (`matrix`).
    pub fn has_path_parameters_style(&self) -> bool {
        let decoders = self.parameters.iter().filter_map(|parameter| parameter.decoder.as_ref());
        decoders.into_iter().any(|decoder| decoder.style == Style::Matrix)
    }

    /// True when the contract speaks of a body, be it to say nothing of its content.
    pub fn declares_body(&self) -> bool {
        self.body.is_some()
    }

    /// Fills in what only the compiled schemas know.
    fn settle(&mut self, set: &SchemaSet) {
        let settled = |decoder: &mut Decoder| {
            decoder.types = set.accepted_types(decoder.schema);
            decoder.shape = Shape::of(decoder.types);
        };
        let decoders = self.parameters.iter_mut().filter_map(|parameter| parameter.decoder.as_mut());
        let headers = self.responses.iter_mut().flat_map(|response| &mut response.headers);
        decoders.chain(headers.filter_map(|header| header.decoder.as_mut())).for_each(settled);
        let request = self.body.iter_mut().flat_map(|body| &mut body.content);
        for media in request.chain(self.responses.iter_mut().flat_map(|response| &mut response.content)) {
            let schema = media.schema;
            media.sizes = schema.map_or((0, None), |schema| body::sizes(set, schema));
            for field in &mut media.fields {
                if field.schema.is_none() && !field.opaque {
                    field.schema = schema.and_then(|schema| set.property_schema(schema, &field.name));
                }
                let binary = |range: &String| {
                    let text = is_json(range) || range.starts_with("text/") || range.contains("xml");
                    !text && range != "application/x-www-form-urlencoded" && !range.contains('*')
                };
                // A type that is no text says that the bytes are not to be read as text.
                field.opaque |= !field.types.is_empty() && field.types.iter().all(binary);
                field.opaque |= field.schema.is_some_and(|schema| is_binary(set, schema));
                if let Some(schema) = field.schema.filter(|_| field.styled) {
                    let types = set.accepted_types(schema);
                    let (name, shape) = (field.name.clone(), Shape::of(types));
                    let (style, explode) = (field.style, field.explode);
                    field.decoder =
                        Some(Decoder { name, style, explode, schema, types, shape, json: false, text: false });
                }
                field.headers.iter_mut().filter_map(|header| header.decoder.as_mut()).for_each(settled);
            }
        }
    }
}
