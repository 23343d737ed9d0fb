//! What each object of OpenAPI may hold, for every version: the one table.
//!
//! Source: the fixed fields in OpenAPI 2.0, 3.0.4, 3.1.1 and 3.2.0, and the vocabularies of JSON Schema 2020-12.

use super::{Field, Role, Value, field};
use crate::model::Version::{V2_0, V3_0, V3_1, V3_2};

const METHOD: Value = Value::One(Role::Operation);
const PARAMETERS: Value = Value::List(Role::Parameter);
const SCHEMA: Value = Value::One(Role::Schema);
const SCHEMAS: Value = Value::List(Role::Schema);
const EXAMPLES: Value = Value::Map(Role::Example);
const SERVERS: Value = Value::List(Role::Server);
const CONTENT: Value = Value::Map(Role::MediaType);
const HEADERS: Value = Value::Map(Role::Header);
const DOCS: Value = Value::One(Role::ExternalDocs);
const TRANSPORTS: Value = Value::Words(&["http", "https", "ws", "wss"]);
const COLLECTIONS: Value = Value::Word(&["csv", "ssv", "tsv", "pipes", "multi"]);
const FORM_STYLES: Value = Value::Word(&["form", "spaceDelimited", "pipeDelimited", "deepObject"]);
const OLD_TYPES: Value = Value::Word(&["string", "number", "integer", "boolean", "array", "file"]);
const ITEM_TYPES: Value = Value::Word(&["string", "number", "integer", "boolean", "array"]);

pub(super) const ROOT: &[Field] = &[
    field("swagger", Value::Version).only(V2_0).need(),
    field("openapi", Value::Version).since(V3_0).need(),
    field("$self", Value::Text).since(V3_2),
    field("info", Value::One(Role::Info)).need(),
    field("jsonSchemaDialect", Value::Text).since(V3_1),
    field("host", Value::Text).only(V2_0),
    field("basePath", Value::Text).only(V2_0),
    field("schemes", TRANSPORTS).only(V2_0),
    field("consumes", Value::Texts).only(V2_0),
    field("produces", Value::Texts).only(V2_0),
    field("servers", SERVERS).since(V3_0),
    field("paths", Value::One(Role::Paths)).until(V3_0).need(),
    field("paths", Value::One(Role::Paths)).since(V3_1).need_unless(&["components", "webhooks"]),
    field("webhooks", Value::Map(Role::PathItem)).since(V3_1),
    field("components", Value::One(Role::Components)).since(V3_0),
    field("definitions", Value::Map(Role::Schema)).only(V2_0),
    field("parameters", Value::Map(Role::Parameter)).only(V2_0),
    field("responses", Value::Map(Role::Response)).only(V2_0),
    field("securityDefinitions", Value::Map(Role::SecurityScheme)).only(V2_0),
    field("security", Value::List(Role::SecurityRequirement)),
    field("tags", Value::List(Role::Tag)),
    field("externalDocs", DOCS),
];

pub(super) const INFO: &[Field] = &[
    field("title", Value::Text).need(),
    field("summary", Value::Text).since(V3_1),
    field("description", Value::Text),
    field("termsOfService", Value::Text),
    field("contact", Value::One(Role::Contact)),
    field("license", Value::One(Role::License)),
    field("version", Value::Version).need(),
];

pub(super) const CONTACT: &[Field] =
    &[field("name", Value::Text), field("url", Value::Text), field("email", Value::Text)];

pub(super) const LICENSE: &[Field] =
    &[field("name", Value::Text).need(), field("identifier", Value::Text).since(V3_1), field("url", Value::Text)];

pub(super) const SERVER: &[Field] = &[
    field("url", Value::Text).need(),
    field("name", Value::Text).since(V3_2),
    field("description", Value::Text),
    field("variables", Value::Map(Role::ServerVariable)),
];

pub(super) const SERVER_VARIABLE: &[Field] =
    &[field("enum", Value::Texts), field("default", Value::Text).need(), field("description", Value::Text)];

pub(super) const COMPONENTS: &[Field] = &[
    field("schemas", Value::Map(Role::Schema)),
    field("responses", Value::Map(Role::Response)),
    field("parameters", Value::Map(Role::Parameter)),
    field("examples", EXAMPLES),
    field("requestBodies", Value::Map(Role::RequestBody)),
    field("headers", HEADERS),
    field("securitySchemes", Value::Map(Role::SecurityScheme)),
    field("links", Value::Map(Role::Link)),
    field("callbacks", Value::Map(Role::Callback)),
    field("pathItems", Value::Map(Role::PathItem)).since(V3_1),
    field("mediaTypes", CONTENT).since(V3_2),
];

pub(super) const PATH_ITEM: &[Field] = &[
    field("$ref", Value::Text),
    field("summary", Value::Text).since(V3_0),
    field("description", Value::Text).since(V3_0),
    field("get", METHOD),
    field("put", METHOD),
    field("post", METHOD),
    field("delete", METHOD),
    field("options", METHOD),
    field("head", METHOD),
    field("patch", METHOD),
    field("trace", METHOD).since(V3_0),
    field("query", METHOD).since(V3_2),
    field("additionalOperations", Value::Map(Role::Operation)).since(V3_2),
    field("servers", SERVERS).since(V3_0),
    field("parameters", PARAMETERS),
];

pub(super) const OPERATION: &[Field] = &[
    field("tags", Value::Texts),
    field("summary", Value::Text),
    field("description", Value::Text),
    field("externalDocs", DOCS),
    field("operationId", Value::Text),
    field("consumes", Value::Texts).only(V2_0),
    field("produces", Value::Texts).only(V2_0),
    field("schemes", TRANSPORTS).only(V2_0),
    field("parameters", PARAMETERS),
    field("requestBody", Value::One(Role::RequestBody)).since(V3_0),
    field("responses", Value::One(Role::Responses)).until(V3_0).need(),
    field("responses", Value::One(Role::Responses)).since(V3_1),
    field("callbacks", Value::Map(Role::Callback)).since(V3_0),
    field("deprecated", Value::Flag),
    field("security", Value::List(Role::SecurityRequirement)),
    field("servers", SERVERS).since(V3_0),
];

pub(super) const EXTERNAL_DOCS: &[Field] = &[field("description", Value::Text), field("url", Value::Text).need()];

pub(super) const PARAMETER: &[Field] = &[
    field("name", Value::Text).need(),
    field("in", Value::Word(&["query", "header", "path", "formData", "body"])).only(V2_0).need(),
    field("in", Value::Word(&["query", "header", "path", "cookie"])).since(V3_0).until(V3_1).need(),
    field("in", Value::Word(&["query", "querystring", "header", "path", "cookie"])).since(V3_2).need(),
    field("description", Value::Text),
    field("required", Value::Flag),
    field("deprecated", Value::Flag).since(V3_0),
    field("allowEmptyValue", Value::Flag),
    field(
        "style",
        Value::Word(&["matrix", "label", "form", "simple", "spaceDelimited", "pipeDelimited", "deepObject"]),
    )
    .since(V3_0)
    .until(V3_1),
    field(
        "style",
        Value::Word(&["matrix", "label", "form", "simple", "spaceDelimited", "pipeDelimited", "deepObject", "cookie"]),
    )
    .since(V3_2),
    field("explode", Value::Flag).since(V3_0),
    field("allowReserved", Value::Flag).since(V3_0),
    field("schema", SCHEMA).only(V2_0).need_when("in", &["body"]),
    field("schema", SCHEMA).since(V3_0).need_unless(&["content"]),
    field("example", Value::Any).since(V3_0),
    field("examples", EXAMPLES).since(V3_0),
    field("content", CONTENT).since(V3_0),
    field("type", OLD_TYPES).only(V2_0).need_when("in", &["query", "header", "path", "formData"]),
    field("format", Value::Text).only(V2_0),
    field("items", Value::One(Role::Items)).only(V2_0).need_when("type", &["array"]),
    field("collectionFormat", COLLECTIONS).only(V2_0),
    field("default", Value::Any).only(V2_0),
    field("maximum", Value::Number).only(V2_0),
    field("exclusiveMaximum", Value::Flag).only(V2_0),
    field("minimum", Value::Number).only(V2_0),
    field("exclusiveMinimum", Value::Flag).only(V2_0),
    field("maxLength", Value::Count).only(V2_0),
    field("minLength", Value::Count).only(V2_0),
    field("pattern", Value::Text).only(V2_0),
    field("maxItems", Value::Count).only(V2_0),
    field("minItems", Value::Count).only(V2_0),
    field("uniqueItems", Value::Flag).only(V2_0),
    field("enum", Value::Array).only(V2_0),
    field("multipleOf", Value::Number).only(V2_0),
];

pub(super) const ITEMS: &[Field] = &[
    field("type", ITEM_TYPES).need(),
    field("format", Value::Text),
    field("items", Value::One(Role::Items)).need_when("type", &["array"]),
    field("collectionFormat", Value::Word(&["csv", "ssv", "tsv", "pipes"])),
    field("default", Value::Any),
    field("maximum", Value::Number),
    field("exclusiveMaximum", Value::Flag),
    field("minimum", Value::Number),
    field("exclusiveMinimum", Value::Flag),
    field("maxLength", Value::Count),
    field("minLength", Value::Count),
    field("pattern", Value::Text),
    field("maxItems", Value::Count),
    field("minItems", Value::Count),
    field("uniqueItems", Value::Flag),
    field("enum", Value::Array),
    field("multipleOf", Value::Number),
];

pub(super) const HEADER: &[Field] = &[
    field("description", Value::Text),
    field("required", Value::Flag).since(V3_0),
    field("deprecated", Value::Flag).since(V3_0),
    field("allowEmptyValue", Value::Flag).only(V3_0),
    field("style", Value::Word(&["simple"])).since(V3_0),
    field("explode", Value::Flag).since(V3_0),
    field("allowReserved", Value::Flag).only(V3_0),
    field("schema", SCHEMA).since(V3_0).need_unless(&["content"]),
    field("example", Value::Any).since(V3_0),
    field("examples", EXAMPLES).since(V3_0),
    field("content", CONTENT).since(V3_0),
    field("type", ITEM_TYPES).only(V2_0).need(),
    field("format", Value::Text).only(V2_0),
    field("items", Value::One(Role::Items)).only(V2_0).need_when("type", &["array"]),
    field("collectionFormat", Value::Word(&["csv", "ssv", "tsv", "pipes"])).only(V2_0),
    field("default", Value::Any).only(V2_0),
    field("maximum", Value::Number).only(V2_0),
    field("exclusiveMaximum", Value::Flag).only(V2_0),
    field("minimum", Value::Number).only(V2_0),
    field("exclusiveMinimum", Value::Flag).only(V2_0),
    field("maxLength", Value::Count).only(V2_0),
    field("minLength", Value::Count).only(V2_0),
    field("pattern", Value::Text).only(V2_0),
    field("maxItems", Value::Count).only(V2_0),
    field("minItems", Value::Count).only(V2_0),
    field("uniqueItems", Value::Flag).only(V2_0),
    field("enum", Value::Array).only(V2_0),
    field("multipleOf", Value::Number).only(V2_0),
];

pub(super) const REQUEST_BODY: &[Field] =
    &[field("description", Value::Text), field("content", CONTENT).need(), field("required", Value::Flag)];

pub(super) const MEDIA_TYPE: &[Field] = &[
    field("schema", SCHEMA),
    field("itemSchema", SCHEMA).since(V3_2),
    field("example", Value::Any),
    field("examples", EXAMPLES),
    field("encoding", Value::Map(Role::Encoding)),
    field("prefixEncoding", Value::List(Role::Encoding)).since(V3_2),
    field("itemEncoding", Value::One(Role::Encoding)).since(V3_2),
];

pub(super) const ENCODING: &[Field] = &[
    field("contentType", Value::Text),
    field("headers", HEADERS),
    field("style", FORM_STYLES),
    field("explode", Value::Flag),
    field("allowReserved", Value::Flag),
    field("encoding", Value::Map(Role::Encoding)).since(V3_2),
    field("prefixEncoding", Value::List(Role::Encoding)).since(V3_2),
    field("itemEncoding", Value::One(Role::Encoding)).since(V3_2),
];

pub(super) const RESPONSE: &[Field] = &[
    field("summary", Value::Text).since(V3_2),
    field("description", Value::Text).until(V3_1).need(),
    field("description", Value::Text).since(V3_2),
    field("schema", SCHEMA).only(V2_0),
    field("examples", Value::Object).only(V2_0),
    field("headers", HEADERS),
    field("content", CONTENT).since(V3_0),
    field("links", Value::Map(Role::Link)).since(V3_0),
];

pub(super) const EXAMPLE: &[Field] = &[
    field("summary", Value::Text),
    field("description", Value::Text),
    field("value", Value::Any),
    field("externalValue", Value::Text),
    field("dataValue", Value::Any).since(V3_2),
    field("serializedValue", Value::Text).since(V3_2),
];

pub(super) const LINK: &[Field] = &[
    field("operationRef", Value::Text),
    field("operationId", Value::Text),
    field("parameters", Value::Object),
    field("requestBody", Value::Any),
    field("description", Value::Text),
    field("server", Value::One(Role::Server)),
];

pub(super) const TAG: &[Field] = &[
    field("name", Value::Text).need(),
    field("summary", Value::Text).since(V3_2),
    field("description", Value::Text),
    field("externalDocs", DOCS),
    field("parent", Value::Text).since(V3_2),
    field("kind", Value::Text).since(V3_2),
];

pub(super) const SECURITY_SCHEME: &[Field] = &[
    field("type", Value::Word(&["basic", "apiKey", "oauth2"])).only(V2_0).need(),
    field("type", Value::Word(&["apiKey", "http", "oauth2", "openIdConnect"])).only(V3_0).need(),
    field("type", Value::Word(&["apiKey", "http", "mutualTLS", "oauth2", "openIdConnect"])).since(V3_1).need(),
    field("description", Value::Text),
    field("deprecated", Value::Flag).since(V3_2),
    field("name", Value::Text).need_when("type", &["apiKey"]),
    field("in", Value::Word(&["query", "header"])).only(V2_0).need_when("type", &["apiKey"]),
    field("in", Value::Word(&["query", "header", "cookie"])).since(V3_0).need_when("type", &["apiKey"]),
    field("scheme", Value::Text).since(V3_0).need_when("type", &["http"]),
    field("bearerFormat", Value::Text).since(V3_0),
    field("flows", Value::One(Role::Flows)).since(V3_0).need_when("type", &["oauth2"]),
    field("openIdConnectUrl", Value::Text).since(V3_0).need_when("type", &["openIdConnect"]),
    field("oauth2MetadataUrl", Value::Text).since(V3_2),
    field("flow", Value::Word(&["implicit", "password", "application", "accessCode"]))
        .only(V2_0)
        .need_when("type", &["oauth2"]),
    field("authorizationUrl", Value::Text).only(V2_0).need_when("flow", &["implicit", "accessCode"]),
    field("tokenUrl", Value::Text).only(V2_0).need_when("flow", &["password", "application", "accessCode"]),
    field("scopes", Value::TextMap).only(V2_0).need_when("type", &["oauth2"]),
];

pub(super) const FLOWS: &[Field] = &[
    field("implicit", Value::One(Role::ImplicitFlow)),
    field("password", Value::One(Role::TokenFlow)),
    field("clientCredentials", Value::One(Role::TokenFlow)),
    field("authorizationCode", Value::One(Role::CodeFlow)),
    field("deviceAuthorization", Value::One(Role::DeviceFlow)).since(V3_2),
];

pub(super) const IMPLICIT_FLOW: &[Field] = &[
    field("authorizationUrl", Value::Text).need(),
    field("refreshUrl", Value::Text),
    field("scopes", Value::TextMap).need(),
];

pub(super) const TOKEN_FLOW: &[Field] =
    &[field("tokenUrl", Value::Text).need(), field("refreshUrl", Value::Text), field("scopes", Value::TextMap).need()];

pub(super) const CODE_FLOW: &[Field] = &[
    field("authorizationUrl", Value::Text).need(),
    field("tokenUrl", Value::Text).need(),
    field("refreshUrl", Value::Text),
    field("scopes", Value::TextMap).need(),
];

pub(super) const DEVICE_FLOW: &[Field] = &[
    field("deviceAuthorizationUrl", Value::Text).need(),
    field("tokenUrl", Value::Text).need(),
    field("refreshUrl", Value::Text),
    field("scopes", Value::TextMap).need(),
];

pub(super) const DISCRIMINATOR: &[Field] = &[
    field("propertyName", Value::Text).need(),
    field("mapping", Value::TextMap),
    field("defaultMapping", Value::Text).since(V3_2),
];

pub(super) const XML: &[Field] = &[
    field("nodeType", Value::Word(&["element", "attribute", "text", "cdata", "none"])).since(V3_2),
    field("name", Value::Text),
    field("namespace", Value::Text),
    field("prefix", Value::Text),
    field("attribute", Value::Flag),
    field("wrapped", Value::Flag),
];

pub(super) const SCHEMA_OBJECT: &[Field] = &[
    field("$ref", Value::Text),
    field("type", Value::Types(&["string", "number", "integer", "boolean", "array", "object", "null", "file"]))
        .only(V2_0),
    field("type", Value::Word(&["string", "number", "integer", "boolean", "array", "object"])).only(V3_0),
    field("type", Value::Types(&["string", "number", "integer", "boolean", "array", "object", "null"])).since(V3_1),
    field("format", Value::Text),
    field("title", Value::Text),
    field("description", Value::Text),
    field("default", Value::Any),
    field("multipleOf", Value::Number),
    field("maximum", Value::Number),
    field("exclusiveMaximum", Value::Flag).until(V3_0),
    field("exclusiveMaximum", Value::Number).since(V3_1),
    field("minimum", Value::Number),
    field("exclusiveMinimum", Value::Flag).until(V3_0),
    field("exclusiveMinimum", Value::Number).since(V3_1),
    field("maxLength", Value::Count),
    field("minLength", Value::Count),
    field("pattern", Value::Text),
    field("maxItems", Value::Count),
    field("minItems", Value::Count),
    field("uniqueItems", Value::Flag),
    field("maxProperties", Value::Count),
    field("minProperties", Value::Count),
    field("required", Value::Texts),
    field("enum", Value::Array),
    field("allOf", SCHEMAS),
    field("anyOf", SCHEMAS).since(V3_0),
    field("oneOf", SCHEMAS).since(V3_0),
    field("not", SCHEMA).since(V3_0),
    field("items", Value::OneOrList(Role::Schema)).only(V2_0).need_when("type", &["array"]),
    field("items", SCHEMA).only(V3_0).need_when("type", &["array"]),
    field("items", SCHEMA).since(V3_1),
    field("properties", Value::Map(Role::Schema)),
    field("additionalProperties", Value::OneOrFlag(Role::Schema)),
    field("discriminator", Value::Text).only(V2_0),
    field("discriminator", Value::One(Role::Discriminator)).since(V3_0),
    field("nullable", Value::Flag).only(V3_0),
    field("readOnly", Value::Flag),
    field("writeOnly", Value::Flag).since(V3_0),
    field("deprecated", Value::Flag).since(V3_0),
    field("xml", Value::One(Role::Xml)),
    field("externalDocs", DOCS),
    field("example", Value::Any),
    field("examples", Value::Array).since(V3_1),
    field("const", Value::Any).since(V3_1),
    field("$schema", Value::Text).since(V3_1),
    field("$id", Value::Text).since(V3_1),
    field("$anchor", Value::Text).since(V3_1),
    field("$dynamicAnchor", Value::Text).since(V3_1),
    field("$dynamicRef", Value::Text).since(V3_1),
    field("$comment", Value::Text).since(V3_1),
    field("$vocabulary", Value::Object).since(V3_1),
    field("$defs", Value::Map(Role::Schema)).since(V3_1),
    field("definitions", Value::Map(Role::Schema)).since(V3_1),
    field("if", SCHEMA).since(V3_1),
    field("then", SCHEMA).since(V3_1),
    field("else", SCHEMA).since(V3_1),
    field("dependentSchemas", Value::Map(Role::Schema)).since(V3_1),
    field("dependentRequired", Value::TextsMap).since(V3_1),
    field("prefixItems", SCHEMAS).since(V3_1),
    field("contains", SCHEMA).since(V3_1),
    field("minContains", Value::Count).since(V3_1),
    field("maxContains", Value::Count).since(V3_1),
    field("patternProperties", Value::Map(Role::Schema)).since(V3_1),
    field("propertyNames", SCHEMA).since(V3_1),
    field("unevaluatedItems", SCHEMA).since(V3_1),
    field("unevaluatedProperties", SCHEMA).since(V3_1),
    field("contentEncoding", Value::Text).since(V3_1),
    field("contentMediaType", Value::Text).since(V3_1),
    field("contentSchema", SCHEMA).since(V3_1),
];
