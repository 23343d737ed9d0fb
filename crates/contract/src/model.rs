//! The version-normalised model of an OpenAPI contract. Node ids lead back to the exact place in the document.

use palisade_document::{Document, NodeId, NodeRef};
use std::fmt;
use std::sync::Arc;

/// Which OpenAPI a contract is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Version {
    /// Swagger 2.0.
    V2_0,
    /// OpenAPI 3.0.x.
    V3_0,
    /// OpenAPI 3.1.x; schemas are JSON Schema 2020-12.
    V3_1,
    /// OpenAPI 3.2.x; schemas are JSON Schema 2020-12.
    V3_2,
}

impl Version {
    /// `2.0`, `3.0`, `3.1` or `3.2`.
    pub fn as_str(self) -> &'static str {
        match self {
            Version::V2_0 => "2.0",
            Version::V3_0 => "3.0",
            Version::V3_1 => "3.1",
            Version::V3_2 => "3.2",
        }
    }

    /// The version that a document with this root declares; of versions 3 that are not known the nearest one.
    pub fn declared(root: NodeRef<'_>) -> Option<Version> {
        let text = |key: &str| root.get(key).map(|node| node.scalar_text().trim()).filter(|text| !text.is_empty());
        if let Some(text) = text("openapi") {
            let mut numbers = text.split('.');
            return match (numbers.next()?, numbers.next()) {
                ("3", Some("0") | None) => Some(Version::V3_0),
                ("3", Some("1")) => Some(Version::V3_1),
                ("3", _) => Some(Version::V3_2),
                _ => None,
            };
        }
        text("swagger")?.starts_with('2').then_some(Version::V2_0)
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A contract: what an API promises. Collections are in source order.
#[derive(Debug, Clone)]
pub struct Contract {
    pub(crate) document: Arc<Document>,
    /// False when the document is no contract at all: its root is no object or declares no version.
    pub readable: bool,
    /// The OpenAPI version; where the document declares none that is known, the nearest one.
    pub version: Version,
    /// The declared OpenAPI version as written, for example `3.0.3`; empty when there is none.
    pub openapi: String,
    /// `info.title`; empty when there is none.
    pub title: String,
    /// `info.version` as written (an unquoted `1.10` stays `1.10`); empty when there is none.
    pub api_version: String,
    /// `jsonSchemaDialect`, when declared.
    pub json_schema_dialect: Option<String>,
    /// `servers`, or what `schemes`, `host` and `basePath` of 2.0 mean.
    pub servers: Vec<Server>,
    /// `security`: what operations without their own need. `None` when not declared.
    pub security: Option<Vec<SecurityRequirement>>,
    /// Declared security schemes.
    pub security_schemes: Vec<SecurityScheme>,
    /// The path items.
    pub paths: Vec<PathItem>,
    /// The operations of all paths.
    pub operations: Vec<Operation>,
    /// Operations of `webhooks`; `template` is the webhook's name.
    pub webhooks: Vec<Operation>,
    /// Operations of all callbacks; `template` is the callback's expression.
    pub callbacks: Vec<Operation>,
    /// Reusable components.
    pub components: Components,
}

impl Contract {
    /// The document this contract was read from.
    pub fn document(&self) -> &Arc<Document> {
        &self.document
    }

    /// The view of a node of this contract's document.
    pub fn node(&self, id: NodeId) -> NodeRef<'_> {
        self.document.node(id)
    }

    /// What an operation needs: its own requirements, else the contract's. Empty: nothing is needed.
    pub fn security_of<'a>(&'a self, operation: &'a Operation) -> &'a [SecurityRequirement] {
        operation.security.as_deref().or(self.security.as_deref()).unwrap_or_default()
    }

    /// The declared scheme of a name.
    pub fn security_scheme(&self, name: &str) -> Option<&SecurityScheme> {
        self.security_schemes.iter().find(|scheme| scheme.name == name)
    }

    /// The servers an operation is called on: its own, else its path's, else the contract's. Empty: the
    /// place the contract was loaded from.
    pub fn servers_of<'a>(&'a self, operation: &'a Operation) -> &'a [Server] {
        if !operation.servers.is_empty() {
            return &operation.servers;
        }
        match self.paths.get(operation.path) {
            Some(path) if !path.servers.is_empty() => &path.servers,
            _ => &self.servers,
        }
    }
}

/// Reusable components: name and node, in source order.
#[derive(Debug, Clone, Default)]
pub struct Components {
    /// `components/schemas`, or `definitions` of 2.0.
    pub schemas: Vec<(String, NodeId)>,
    /// `components/parameters`, or `parameters` of 2.0.
    pub parameters: Vec<(String, NodeId)>,
    /// `components/requestBodies`.
    pub request_bodies: Vec<(String, NodeId)>,
    /// `components/responses`, or `responses` of 2.0.
    pub responses: Vec<(String, NodeId)>,
    /// `components/headers`.
    pub headers: Vec<(String, NodeId)>,
}

/// Where an API is served.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Server {
    /// The URL, variables replaced by their defaults.
    pub url: String,
    /// The path part of the URL, without a trailing slash: empty, or `/v1`. A variable without default
    /// stays in braces.
    pub base_path: String,
    /// The node of the server; for 2.0 the root.
    pub node: NodeId,
}

/// A path and what it holds.
#[derive(Debug, Clone)]
pub struct PathItem {
    /// The template as written, for example `/orders/{orderId}`.
    pub template: String,
    /// Servers declared on the path.
    pub servers: Vec<Server>,
    /// The path item: where a `$ref` led, the node it led to.
    pub node: NodeId,
    /// The member of `paths`, with the place of the template as its key.
    pub member: NodeId,
}

/// One operation: a method on a path template.
#[derive(Debug, Clone)]
pub struct Operation {
    /// The method in upper case; methods of `additionalOperations` as written.
    pub method: String,
    /// The path template as written.
    pub template: String,
    /// Index in [`Contract::paths`]; for webhooks and callbacks it has no meaning.
    pub path: usize,
    /// `operationId`.
    pub operation_id: Option<String>,
    /// `deprecated`.
    pub deprecated: bool,
    /// `tags`.
    pub tags: Vec<String>,
    /// `summary`.
    pub summary: Option<String>,
    /// Parameters of the path and the operation: those of the operation win. Bodies of 2.0 are not among them.
    pub parameters: Vec<Parameter>,
    /// The request body.
    pub request_body: Option<RequestBody>,
    /// The responses.
    pub responses: Vec<Response>,
    /// The operation's own `security`; an empty list lifts the contract's.
    pub security: Option<Vec<SecurityRequirement>>,
    /// The operation's own servers.
    pub servers: Vec<Server>,
    /// The operation object.
    pub node: NodeId,
}

impl Operation {
    /// `GET /orders/{orderId}`: the words findings name an operation by.
    pub fn label(&self) -> String {
        format!("{} {}", self.method, self.template)
    }

    /// The response that a status falls under: the exact code, else its range, else the default.
    pub fn response(&self, status: u16) -> Option<&Response> {
        let by = |wanted: Status| self.responses.iter().find(|response| response.status == wanted);
        by(Status::Code(status)).or_else(|| by(Status::Range((status / 100) as u8))).or_else(|| by(Status::Default))
    }
}

/// Where a parameter stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Location {
    /// In the path template.
    Path,
    /// In the query string.
    Query,
    /// The whole query string (3.2).
    QueryString,
    /// A header field.
    Header,
    /// A cookie.
    Cookie,
}

impl Location {
    /// The word contracts use for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Location::Path => "path",
            Location::Query => "query",
            Location::QueryString => "querystring",
            Location::Header => "header",
            Location::Cookie => "cookie",
        }
    }
}

/// How a parameter's value is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Style {
    /// `a,b`: path and header.
    Simple,
    /// `.a.b`: path.
    Label,
    /// `;id=a`: path.
    Matrix,
    /// `id=a&id=b`: query and cookie.
    Form,
    /// `id=a%20b`.
    SpaceDelimited,
    /// `id=a%7Cb`.
    PipeDelimited,
    /// `id[key]=a`.
    DeepObject,
    /// `a%09b`: `tsv` of 2.0.
    TabDelimited,
    /// `id=a; id=b` (3.2).
    Cookie,
}

/// One parameter, its `$ref` resolved.
#[derive(Debug, Clone)]
pub struct Parameter {
    /// The name as written.
    pub name: String,
    /// Where it stands.
    pub location: Location,
    /// It must be sent. Path parameters always must.
    pub required: bool,
    /// It should no longer be sent.
    pub deprecated: bool,
    /// An empty value is as good as none.
    pub allow_empty_value: bool,
    /// Reserved characters may stand unescaped.
    pub allow_reserved: bool,
    /// How its value is written.
    pub style: Style,
    /// Whether items and members are written as parameters of their own.
    pub explode: bool,
    /// Its schema; for 2.0 the parameter object, which holds the schema's keywords.
    pub schema: Option<NodeId>,
    /// A parameter with `content` is written in this media type instead of a style.
    pub content: Option<MediaType>,
    /// Declared on the path, not on the operation.
    pub on_path: bool,
    /// The parameter object.
    pub node: NodeId,
}

/// What a request may carry.
#[derive(Debug, Clone)]
pub struct RequestBody {
    /// It must be sent.
    pub required: bool,
    /// The media types, in source order.
    pub content: Vec<MediaType>,
    /// The request body object; for 2.0 the body parameter, or the operation when there are form fields.
    pub node: NodeId,
}

/// One media type of a body.
#[derive(Debug, Clone)]
pub struct MediaType {
    /// The type or range as written, in lower case, without parameters: `application/json`, `text/*`.
    pub range: String,
    /// Its schema.
    pub schema: Option<NodeId>,
    /// The schema of each item of a sequential type (3.2).
    pub item_schema: Option<NodeId>,
    /// Fields of a form of 2.0, which has no schema of its own.
    pub form_fields: Vec<FormField>,
    /// How single properties of a form are written.
    pub encoding: Vec<Encoding>,
    /// The media type object; for 2.0 the object that holds the schema.
    pub node: NodeId,
}

/// A field of a form of 2.0.
#[derive(Debug, Clone)]
pub struct FormField {
    /// The field's name.
    pub name: String,
    /// It must be sent.
    pub required: bool,
    /// It is a file.
    pub file: bool,
    /// Whether items are written as fields of their own (`multi`).
    pub explode: bool,
    /// What stands between items otherwise.
    pub style: Style,
    /// The parameter object, which holds the schema's keywords.
    pub schema: NodeId,
}

/// How one property of a form body is written.
#[derive(Debug, Clone)]
pub struct Encoding {
    /// The property.
    pub property: String,
    /// Its content types, as written.
    pub content_type: Option<String>,
    /// How its value is written.
    pub style: Style,
    /// Whether items and members are written as fields of their own.
    pub explode: bool,
    /// `style`, `explode` or `allowReserved` is declared, so that the content type is ignored.
    pub styled: bool,
    /// Header fields of its part of a multipart body.
    pub headers: Vec<Header>,
}

/// Which statuses a response stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    /// One status.
    Code(u16),
    /// A hundred of them: `2` for `2XX`.
    Range(u8),
    /// All that no other response stands for.
    Default,
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Status::Code(code) => write!(f, "{code}"),
            Status::Range(hundred) => write!(f, "{hundred}XX"),
            Status::Default => f.write_str("default"),
        }
    }
}

/// One response, its `$ref` resolved.
#[derive(Debug, Clone)]
pub struct Response {
    /// Which statuses it stands for.
    pub status: Status,
    /// The media types; empty: the contract says nothing about the body.
    pub content: Vec<MediaType>,
    /// The headers.
    pub headers: Vec<Header>,
    /// The response object.
    pub node: NodeId,
    /// The member of `responses`, with the place of the status as its key.
    pub member: NodeId,
}

/// One header of a response or of a part, its `$ref` resolved.
#[derive(Debug, Clone)]
pub struct Header {
    /// The field's name as written.
    pub name: String,
    /// It must be sent.
    pub required: bool,
    /// How its value is written; of 2.0 what stands between items, else [`Style::Simple`].
    pub style: Style,
    /// Whether members are written as `key=value`.
    pub explode: bool,
    /// Its schema; for 2.0 the header object.
    pub schema: Option<NodeId>,
    /// A header with `content` is written in this media type instead of a style.
    pub media: Option<String>,
    /// The header object.
    pub node: NodeId,
}

/// One way to be let in: all of its schemes together. Without schemes: anyone.
#[derive(Debug, Clone)]
pub struct SecurityRequirement {
    /// Scheme names with the scopes needed.
    pub schemes: Vec<(String, Vec<String>)>,
    /// The requirement object.
    pub node: NodeId,
}

/// A declared security scheme.
#[derive(Debug, Clone)]
pub struct SecurityScheme {
    /// The name requirements use.
    pub name: String,
    /// What it is.
    pub kind: SecurityKind,
    /// The scheme object.
    pub node: NodeId,
}

/// What a security scheme is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SecurityKind {
    /// A key in a header, query parameter or cookie.
    ApiKey {
        /// The header, parameter or cookie.
        name: String,
        /// Where the key stands.
        location: Location,
    },
    /// An HTTP authentication scheme, in lower case: `basic`, `bearer`, ...
    Http {
        /// The scheme.
        scheme: String,
        /// What a bearer token looks like, as written.
        bearer_format: Option<String>,
    },
    /// OAuth 2.
    OAuth2 {
        /// The flows.
        flows: Vec<OAuthFlow>,
    },
    /// OpenID Connect discovery.
    OpenIdConnect {
        /// The discovery document's URL.
        url: String,
    },
    /// A client certificate.
    MutualTls,
    /// A type that no version knows, as written.
    Unknown(String),
}

/// One OAuth flow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OAuthFlow {
    /// In the words of 3.x: `implicit`, `password`, `clientCredentials`, `authorizationCode`,
    /// `deviceAuthorization`.
    pub kind: String,
    /// Where the user agrees.
    pub authorization_url: Option<String>,
    /// Where tokens come from.
    pub token_url: Option<String>,
    /// Declared scopes.
    pub scopes: Vec<String>,
    /// The flow object.
    pub node: NodeId,
}
