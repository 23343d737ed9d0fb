//! What every JSON answer has in common: the members that `fields` asks for, an entity tag, and changes that are made only
//! of what was read.
//!
//! The members an answer has are those of its schema in the OpenAPI document, so that a list or an object that is added has
//! them without a word of its own.

use crate::app::App;
use crate::problem::ApiError;
use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use http_body_util::BodyExt;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::sync::Arc;
use tower::ServiceExt;
use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::path::{Operation, Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::response::ResponseBuilder;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::openapi::{Content, OpenApi, Ref, RefOr, Required};

/// Longest answer that is read to be tagged or cut; longer ones go out as they are.
const MAX_ANSWER: usize = 64 << 20;
/// Members asked for at once.
const MAX_FIELDS: usize = 100;
/// How deep schemas are looked into for the members of an answer.
const MAX_DEPTH: usize = 8;

/// Which members each answer has, by method and path as the OpenAPI document writes it.
#[derive(Debug, Default)]
pub struct Members(BTreeMap<(String, String), BTreeSet<String>>);

impl Members {
    /// Reads the members out of the OpenAPI document.
    pub fn of(document: &OpenApi) -> Self {
        let document = serde_json::to_value(document).unwrap_or_default();
        let mut members = BTreeMap::new();
        for (path, item) in document.get("paths").and_then(Value::as_object).into_iter().flatten() {
            for (method, operation) in item.as_object().into_iter().flatten() {
                let schema = ["200", "201", "202"].iter().find_map(|status| {
                    operation.get("responses")?.get(status)?.get("content")?.get("application/json")?.get("schema")
                });
                let Some(schema) = schema else { continue };
                let mut own = BTreeMap::new();
                properties(&document, schema, 0, &mut own);
                let items = own.get("items").and_then(|items| items.get("items")).filter(|_| own.contains_key("next"));
                if let Some(items) = items {
                    let mut of_items = BTreeMap::new();
                    properties(&document, items, 0, &mut of_items);
                    own = of_items;
                }
                if !own.is_empty() {
                    let names = own.into_keys().map(str::to_owned).collect();
                    members.insert((method.to_uppercase(), path.clone()), names);
                }
            }
        }
        Self(members)
    }

    fn of_answer(&self, method: &Method, path: &str) -> Option<&BTreeSet<String>> {
        self.0.get(&(method.as_str().to_owned(), path.to_owned()))
    }
}

/// The members that a schema says of an object, through references and what it is made of.
fn properties<'a>(document: &'a Value, schema: &'a Value, depth: usize, into: &mut BTreeMap<&'a str, &'a Value>) {
    if depth > MAX_DEPTH {
        return;
    }
    if let Some(target) = schema.get("$ref").and_then(Value::as_str)
        && let Some(schema) = target.strip_prefix('#').and_then(|pointer| document.pointer(pointer))
    {
        properties(document, schema, depth + 1, into);
    }
    for part in ["allOf", "oneOf", "anyOf"] {
        for schema in schema.get(part).and_then(Value::as_array).into_iter().flatten() {
            properties(document, schema, depth + 1, into);
        }
    }
    for (name, schema) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
        into.insert(name, schema);
    }
}

/// The members a request asks for; `None` for all of them.
fn asked(members: &Members, method: &Method, path: &str, query: &str) -> Result<Option<BTreeSet<String>>, ApiError> {
    let mut fields: Option<BTreeSet<String>> = None;
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        if name == "fields" {
            let names = value.split(',').map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned);
            fields.get_or_insert_default().extend(names);
        }
    }
    let Some(fields) = fields else { return Ok(None) };
    let wrong = |code: &str, message: String| Err(ApiError::bad_parameter("fields", code, message));
    let Some(known) = members.of_answer(method, path).or_else(|| members.of_answer(&Method::GET, path)) else {
        return wrong("unsupported", "the answer of this endpoint has no members to choose from".to_owned());
    };
    if fields.is_empty() || fields.len() > MAX_FIELDS || !fields.is_subset(known) {
        let known: Vec<&str> = known.iter().map(String::as_str).collect();
        return wrong("unknown_field", format!("fields takes, with commas between, {}", known.join(", ")));
    }
    Ok(Some(fields))
}

/// Leaves of an object, or of each item of a page, the members that were asked for.
fn cut(value: &mut Value, fields: &BTreeSet<String>) {
    let keep = |object: &mut Map<String, Value>| object.retain(|name, _| fields.contains(name));
    let Value::Object(object) = value else { return };
    match object.get_mut("items") {
        Some(Value::Array(items)) if !fields.contains("items") => {
            items.iter_mut().filter_map(Value::as_object_mut).for_each(keep);
        }
        _ => keep(object),
    }
}

fn tag(body: &[u8]) -> HeaderValue {
    let digest = Sha256::digest(body);
    let text = format!("\"{}\"", URL_SAFE_NO_PAD.encode(digest.get(..18).unwrap_or_default()));
    HeaderValue::try_from(text).unwrap_or_else(|_| HeaderValue::from_static("\"\""))
}

/// True when a field of conditions names the tag; tags compare without the mark of a weak one where `weak`.
fn names(headers: &HeaderMap, name: header::HeaderName, tag: &HeaderValue, weak: bool) -> bool {
    let plain = |text: &str| if weak { text.strip_prefix("W/").unwrap_or(text).to_owned() } else { text.to_owned() };
    let tag = plain(tag.to_str().unwrap_or_default());
    headers
        .get_all(name)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .any(|value| value.split(',').map(str::trim).any(|one| one == "*" || plain(one) == tag))
}

/// Cuts JSON answers to the members that were asked for and gives those to GET an entity tag; answers 304 where the caller
/// has this very answer.
pub async fn shape(State(members): State<Arc<Members>>, request: Request, next: Next) -> Response {
    let path = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned()).unwrap_or_default();
    let method = request.method().clone();
    let fields = match asked(&members, &method, &path, request.uri().query().unwrap_or("")) {
        Ok(fields) => fields,
        Err(error) => return error.into_response(),
    };
    let conditions = request.headers().clone();
    let response = next.run(request).await;
    let json = response.headers().get(header::CONTENT_TYPE).is_some_and(|media| media == "application/json");
    let tagged = response.headers().contains_key(header::ETAG);
    let wanted = fields.is_some() || method == Method::GET && !tagged;
    let read = method == Method::GET && response.status() == StatusCode::OK;
    let gateways = path.starts_with("/api/v1/gateway/");
    if !response.status().is_success() || !json || gateways {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let mut body = body;
    if wanted {
        let small = http_body::Body::size_hint(&body).exact().is_some_and(|size| size <= MAX_ANSWER as u64);
        if !small {
            return Response::from_parts(parts, body);
        }
        let Ok(collected) = body.collect().await else {
            return ApiError::new(StatusCode::INTERNAL_SERVER_ERROR, "The answer could not be written.")
                .into_response();
        };
        let mut bytes = collected.to_bytes();
        if let Some(fields) = &fields
            && let Ok(mut value) = serde_json::from_slice::<Value>(&bytes)
        {
            cut(&mut value, fields);
            bytes = serde_json::to_vec(&value).unwrap_or_default().into();
            parts.headers.insert(header::CONTENT_LENGTH, HeaderValue::from(bytes.len()));
        }
        if read {
            parts.headers.insert(header::ETAG, tag(&bytes));
        } else {
            parts.headers.remove(header::ETAG);
        }
        body = Body::from(bytes);
    }
    match parts.headers.get(header::ETAG) {
        Some(tag) if read && names(&conditions, header::IF_NONE_MATCH, tag, true) => {
            parts.status = StatusCode::NOT_MODIFIED;
            parts.headers.remove(header::CONTENT_TYPE);
            parts.headers.remove(header::CONTENT_LENGTH);
            Response::from_parts(parts, Body::empty())
        }
        _ => Response::from_parts(parts, body),
    }
}

/// What [`conditional`] asks for the tag that stands now.
#[derive(Clone)]
pub struct Current {
    /// The endpoints, with all that stands before them.
    pub inner: Router<()>,
    /// Held while a change that names a tag is compared and made: of two that name the same one, the second is refused.
    pub changing: Arc<tokio::sync::Mutex<()>>,
}

impl Current {
    /// Around these endpoints.
    pub fn new(inner: Router<Arc<App>>, app: Arc<App>) -> Self {
        Self { inner: inner.with_state(app), changing: Arc::default() }
    }
}

/// Makes a change that names a tag by `If-Match` only while a GET of the same target has this tag: else 412.
pub async fn conditional(State(current): State<Current>, mut request: Request, next: Next) -> Response {
    let changes = matches!(*request.method(), Method::PUT | Method::PATCH | Method::DELETE);
    if !changes || !request.headers().contains_key(header::IF_MATCH) {
        return next.run(request).await;
    }
    let _changing = current.changing.lock().await;
    let mut read = Request::new(Body::empty());
    *read.uri_mut() = request.uri().clone();
    *read.headers_mut() = request.headers().clone();
    // Not the rest of them: they hold what this request was routed by.
    if let Some(from) = request.extensions().get::<ConnectInfo<SocketAddr>>() {
        read.extensions_mut().insert(*from);
    }
    for name in [
        header::IF_MATCH,
        header::IF_NONE_MATCH,
        header::CONTENT_LENGTH,
        header::CONTENT_TYPE,
        header::TRANSFER_ENCODING,
    ] {
        read.headers_mut().remove(name);
    }
    let answer = match current.inner.clone().oneshot(read).await {
        Ok(answer) => answer,
        Err(never) => match never {},
    };
    match answer.status() {
        StatusCode::OK => {
            let tag = answer.headers().get(header::ETAG).cloned();
            if !tag.is_some_and(|tag| names(request.headers(), header::IF_MATCH, &tag, false)) {
                return ApiError::stale().into_response();
            }
        }
        // The change itself says why it may not be made.
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN | StatusCode::NOT_FOUND | StatusCode::TOO_MANY_REQUESTS => {}
        _ => {
            let detail = "This has no entity tag of its own: send the change without If-Match.";
            return ApiError::new(StatusCode::PRECONDITION_FAILED, detail).into_response();
        }
    }
    if request.uri().query().is_some_and(|query| query.contains("fields=")) {
        // The tag was that of a part of what the endpoint knows.
        request.headers_mut().remove(header::IF_MATCH);
    }
    next.run(request).await
}

fn text_parameter(name: &str, within: ParameterIn, description: String, length: usize) -> Parameter {
    let schema = ObjectBuilder::new().schema_type(Type::String).max_length(Some(length)).build();
    ParameterBuilder::new()
        .name(name)
        .parameter_in(within)
        .required(Required::False)
        .description(Some(description))
        .schema(Some(RefOr::T(Schema::Object(schema))))
        .build()
}

/// Says in the OpenAPI document what every JSON answer has in common.
pub fn describe(document: &mut OpenApi) {
    let members = Members::of(document);
    for (path, item) in &mut document.paths.paths {
        if path.starts_with("/api/v1/gateway/") {
            continue;
        }
        let has_get = members.of_answer(&Method::GET, path).is_some() && item.get.is_some();
        let operations = [
            (Method::GET, &mut item.get),
            (Method::PUT, &mut item.put),
            (Method::POST, &mut item.post),
            (Method::PATCH, &mut item.patch),
            (Method::DELETE, &mut item.delete),
        ];
        for (method, operation) in operations {
            let Some(operation) = operation else { continue };
            if let Some(known) = members.of_answer(&method, path) {
                let known: Vec<&str> = known.iter().map(String::as_str).collect();
                let description = format!(
                    "Members to give of each item or of the object, with commas between: {}.",
                    known.join(", ")
                );
                add(operation, text_parameter("fields", ParameterIn::Query, description, 2000));
                if method == Method::GET {
                    tagged(operation);
                }
            }
            if has_get && matches!(method, Method::PUT | Method::PATCH | Method::DELETE) {
                guarded(operation);
            }
        }
    }
}

fn add(operation: &mut Operation, parameter: Parameter) {
    let parameters = operation.parameters.get_or_insert_default();
    let known = |one: &RefOr<Parameter>| matches!(one, RefOr::T(one) if one.name.eq_ignore_ascii_case(&parameter.name));
    if !parameters.iter().any(known) {
        parameters.push(RefOr::T(parameter));
    }
}

fn tagged(operation: &mut Operation) {
    let description = "Tags of answers the caller has: 304 where one of them is this.".to_owned();
    add(operation, text_parameter("if-none-match", ParameterIn::Header, description, 2000));
    if let Some(RefOr::T(good)) = operation.responses.responses.get_mut("200") {
        let schema = ObjectBuilder::new().schema_type(Type::String).build();
        let header = HeaderBuilder::new().schema(Some(schema)).description(Some("The tag of this answer.")).build();
        good.headers.entry("etag".to_owned()).or_insert(RefOr::T(header));
    }
    let unchanged = ResponseBuilder::new().description("The caller has this answer.").build();
    operation.responses.responses.entry("304".to_owned()).or_insert(RefOr::T(unchanged));
}

fn guarded(operation: &mut Operation) {
    let description =
        "The tag of what was read, with the same `fields`: the change is refused when it is another one now.";
    add(operation, text_parameter("if-match", ParameterIn::Header, description.to_owned(), 2000));
    let content = Content::new(Some(RefOr::Ref(Ref::from_schema_name("Problem"))));
    let stale = ResponseBuilder::new()
        .description("It was changed since it was read.")
        .content("application/problem+json", content)
        .build();
    operation.responses.responses.entry("412".to_owned()).or_insert(RefOr::T(stale));
}
