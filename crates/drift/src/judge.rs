//! What is wrong with one exchange of a known operation.

use crate::places::{Met, PlaceId};
use crate::sighting::{Direction, Kind};
use crate::terms::Terms;
use crate::tree::{self, Content};
use palisade_contract::validate::{self, BodyRule, CompiledOperation, Issue, matching_media};
use palisade_contract::{Location, Operation, Parameter, Style};
use palisade_document::NodeId;
use palisade_exchange::{Body, Exchange, Headers, Message, Response, Source, query_pairs};
use palisade_guard::Redactions;

/// Codes that say that something was not judged.
const UNJUDGED: [&str; 4] = ["work_limit", "depth_limit", "pattern_limit", "body_too_large"];

/// One thing wrong.
#[derive(Debug)]
pub(crate) struct Breach {
    pub(crate) kind: Kind,
    pub(crate) direction: Direction,
    pub(crate) status: u16,
    pub(crate) location: &'static str,
    pub(crate) name: String,
    pub(crate) pointer: String,
    pub(crate) code: &'static str,
    pub(crate) message: String,
    pub(crate) node: Option<NodeId>,
}

/// An object of a body: where it stands, the place of its schemas, and which declared properties it has.
pub(crate) struct Object {
    pub(crate) pointer: String,
    pub(crate) place: PlaceId,
    pub(crate) has: Vec<usize>,
}

/// What is said of a message.
#[derive(Debug, Default)]
pub(crate) struct Judged {
    pub(crate) breaches: Vec<Breach>,
    /// Some of it could not be judged.
    pub(crate) partial: bool,
}

/// An exchange and the operation it belongs to.
#[derive(Clone, Copy)]
pub(crate) struct Case<'c> {
    terms: &'c Terms,
    pub(crate) operation: &'c Operation,
    compiled: &'c CompiledOperation,
    exchange: &'c Exchange,
    response: &'c Response,
}

impl<'c> Case<'c> {
    pub(crate) fn new(terms: &'c Terms, index: usize, exchange: &'c Exchange, response: &'c Response) -> Option<Self> {
        let operation = terms.contract.operations.get(index)?;
        Some(Case { terms, operation, compiled: terms.compiled.operation(index)?, exchange, response })
    }

    /// Access logs have no header fields: that one is not there proves nothing.
    pub(crate) fn has_fields(&self) -> bool {
        self.exchange.source != Source::AccessLog
    }

    /// Parameters and body against their schemas.
    pub(crate) fn request(&self, path: &[(&str, &str)]) -> Judged {
        let mut judged = Judged::default();
        let fields = borrow(&self.exchange.request.headers);
        let mut issues = Vec::new();
        let query = self.exchange.query.as_deref();
        self.terms.compiled.check_parameters(self.compiled, path, query, &fields, &mut issues);
        if !self.has_fields() {
            issues.retain(|issue| !matches!(issue.location, "header" | "cookie"));
        }
        self.request_body(&mut issues, &mut judged);
        let redactions = Redactions::of(self.exchange);
        for issue in issues {
            if redactions.hide(issue.location, &issue.name, issue.code) || UNJUDGED.contains(&issue.code) {
                judged.partial = true;
                continue;
            }
            judged.breaches.push(self.of_request(issue));
        }
        judged
    }

    fn request_body(&self, issues: &mut Vec<Issue>, judged: &mut Judged) {
        let message = &self.exchange.request;
        if !self.has_fields() {
            judged.partial |= self.compiled.has_body();
            return;
        }
        let media = message.header("content-type");
        let mut check = |content: validate::Content<'_>| {
            self.terms.compiled.check_body(self.compiled, media, None, content, issues);
        };
        if message.body == Body::Empty {
            return check(validate::Content::Bytes(&[]));
        }
        match self.compiled.body_rule(media) {
            BodyRule::WrongMedia => check(validate::Content::Unseen),
            BodyRule::Open | BodyRule::Unspecified => {}
            BodyRule::Judge => match (&message.body, tree::content(message)) {
                (Body::Shape(_), Some(Content::Structure(document))) => {
                    check(validate::Content::Structure(document.root()));
                    judged.partial = true;
                }
                (body, _) => match body.complete() {
                    Some(bytes) => check(validate::Content::Bytes(bytes)),
                    None => judged.partial = true,
                },
            },
        }
        if !self.compiled.declares_body() {
            judged.breaches.push(Breach {
                kind: Kind::RequestBody,
                direction: Direction::Request,
                status: 0,
                location: "body",
                name: String::new(),
                pointer: String::new(),
                code: "undeclared",
                message: "no body is declared".to_owned(),
                node: Some(self.operation.node),
            });
        }
    }

    fn of_request(&self, issue: Issue) -> Breach {
        let parameter = self.parameter(issue.location, &issue.name);
        let body = self.operation.request_body.as_ref();
        let (kind, name, node) = match (issue.location, issue.code) {
            ("body", "media_type") => {
                (Kind::RequestMedia, media_name(&self.exchange.request), body.map(|body| body.node))
            }
            ("body", _) => (Kind::RequestBody, String::new(), issue.schema.or(body.map(|body| body.node))),
            (_, "undeclared") => (Kind::UndeclaredParameter, issue.name, Some(self.operation.node)),
            _ => {
                let node = parameter.map_or(self.operation.node, |parameter| parameter.node);
                (Kind::RequestParameter, issue.name, Some(issue.schema.unwrap_or(node)))
            }
        };
        let place = if issue.location == "body" { self.request_place() } else { 0 };
        Breach {
            kind,
            direction: Direction::Request,
            status: 0,
            location: issue.location,
            name,
            pointer: self.terms.places.generalise(place, &issue.pointer),
            code: issue.code,
            message: issue.message,
            node,
        }
    }

    fn parameter(&self, location: &str, name: &str) -> Option<&'c Parameter> {
        self.operation.parameters.iter().find(|one| one.location.as_str() == location && one.name == *name)
    }

    /// The answer against what is declared for its status.
    pub(crate) fn response(&self) -> Judged {
        let mut judged = Judged::default();
        let message = &self.response.message;
        let status = self.response.status;
        let fields = borrow(&message.headers);
        let mut issues = Vec::new();
        let tree = matches!(message.body, Body::Shape(_)).then(|| tree::content(message)).flatten();
        let content = match (&message.body, &tree) {
            _ if self.exchange.method == "HEAD" => validate::Content::Bytes(&[]),
            (Body::Empty, _) => validate::Content::Bytes(&[]),
            (_, Some(Content::Structure(document))) => validate::Content::Structure(document.root()),
            (body, _) => body.complete().map_or(validate::Content::Unseen, |bytes| validate::Content::Bytes(bytes)),
        };
        judged.partial = !matches!(content, validate::Content::Bytes(_));
        self.terms.compiled.check_response(self.compiled, status, &fields, content, &mut issues);
        if !self.has_fields() {
            issues.retain(|issue| issue.location != "response-header");
        }
        let redactions = Redactions::of(self.exchange);
        let declared = self.operation.response(status);
        for issue in issues {
            if redactions.hide(issue.location, &issue.name, issue.code) || UNJUDGED.contains(&issue.code) {
                judged.partial = true;
                continue;
            }
            let response = declared.map(|response| response.node);
            let (kind, name, node) = match (issue.location, issue.code) {
                ("response-status", _) => (Kind::Status, String::new(), Some(self.responses())),
                ("response-header", "media_type") => (Kind::ResponseMedia, media_name(message), response),
                ("response-header", _) => {
                    let header = declared.and_then(|response| {
                        response.headers.iter().find(|header| header.name.eq_ignore_ascii_case(&issue.name))
                    });
                    (Kind::ResponseHeader, issue.name, header.map(|header| issue.schema.unwrap_or(header.node)))
                }
                _ => (Kind::ResponseBody, String::new(), issue.schema.or(response)),
            };
            judged.breaches.push(Breach {
                kind,
                direction: Direction::Response,
                status,
                location: if kind == Kind::Status { "" } else { issue.location },
                name,
                pointer: self.terms.places.generalise(self.response_place(), &issue.pointer),
                code: issue.code,
                message: issue.message,
                node,
            });
        }
        judged
    }

    fn responses(&self) -> NodeId {
        let operation = self.terms.contract.node(self.operation.node);
        operation.get("responses").map_or(self.operation.node, |responses| responses.id())
    }

    fn request_place(&self) -> PlaceId {
        let body = self.operation.request_body.as_ref();
        let media = body
            .and_then(|body| matching_media(&body.content, |media| &media.range, &media_type(&self.exchange.request)));
        media.and_then(|media| media.schema).map_or(0, |schema| self.terms.places.of(schema))
    }

    fn response_place(&self) -> PlaceId {
        let media = self.operation.response(self.response.status).and_then(|response| {
            matching_media(&response.content, |media| &media.range, &media_type(&self.response.message))
        });
        media.and_then(|media| media.schema).map_or(0, |schema| self.terms.places.of(schema))
    }

    /// The properties of a body along its schemas: what is wrong is added to `breaches`, objects are given back.
    pub(crate) fn properties(&self, direction: Direction, breaches: &mut Vec<Breach>) -> Vec<Object> {
        let (message, place) = match direction {
            Direction::Request => (&self.exchange.request, self.request_place()),
            Direction::Response if self.exchange.method == "HEAD" => return Vec::new(),
            Direction::Response => (&self.response.message, self.response_place()),
        };
        if place == 0 {
            return Vec::new();
        }
        let Some(content) = tree::content(message) else { return Vec::new() };
        let mut objects = Vec::new();
        let refused: Vec<String> = breaches
            .iter()
            .filter(|breach| matches!(breach.code, "additionalProperties" | "unevaluatedProperties"))
            .map(|breach| breach.pointer.clone())
            .collect();
        let body = match direction {
            Direction::Request => "body",
            Direction::Response => "response-body",
        };
        let mut push = |kind: Kind, code: &'static str, pointer: &str, message: &str, node: Option<NodeId>| {
            breaches.push(Breach {
                kind,
                direction,
                status: 0,
                location: body,
                name: String::new(),
                pointer: pointer.to_owned(),
                code,
                message: message.to_owned(),
                node,
            });
        };
        self.terms.places.walk(place, content.document().root(), &mut |met| match met {
            Met::Object { pointer, place, has } => {
                objects.push(Object { pointer: pointer.to_owned(), place, has: has.to_vec() });
            }
            Met::Deprecated { pointer, property } => {
                push(Kind::DeprecatedProperty, "deprecated", pointer, "is deprecated", Some(property.node));
            }
            Met::Undeclared { pointer, node } if !refused.iter().any(|known| known == pointer) => {
                push(Kind::UndeclaredProperty, "undeclared", pointer, "is not declared", node);
            }
            Met::Undeclared { .. } => {}
        });
        objects
    }

    /// Which of the declared parameters are sent, by their index; path parameters are left out.
    pub(crate) fn parameters_sent(&self) -> Vec<usize> {
        let names: Vec<String> = self
            .exchange
            .query
            .as_deref()
            .map(query_pairs)
            .unwrap_or_default()
            .into_iter()
            .map(|(name, _)| name.into_owned())
            .collect();
        let headers = &self.exchange.request.headers;
        let sent = |parameter: &Parameter| match parameter.location {
            Location::Query => names.iter().any(|name| {
                *name == parameter.name
                    || name.strip_prefix(parameter.name.as_str()).is_some_and(|rest| rest.starts_with('['))
            }),
            Location::Header => headers.iter().any(|(name, _)| name.eq_ignore_ascii_case(&parameter.name)),
            Location::Cookie => cookies(headers).any(|name| name == parameter.name),
            Location::Path | Location::QueryString => false,
        };
        let parameters = self.operation.parameters.iter().enumerate();
        parameters.filter(|(_, parameter)| sent(parameter)).map(|(index, _)| index).collect()
    }

    /// Header fields and cookies that are no part of HTTP, no credential, and not declared.
    pub(crate) fn undeclared_fields(&self) -> Vec<(&'static str, String)> {
        let headers = &self.exchange.request.headers;
        let schemes: Vec<&str> = self
            .terms
            .contract
            .security_schemes
            .iter()
            .filter_map(|scheme| match &scheme.kind {
                palisade_contract::SecurityKind::ApiKey { name, .. } => Some(name.as_str()),
                _ => None,
            })
            .collect();
        let declared = |location: Location, name: &str| {
            schemes.iter().any(|scheme| scheme.eq_ignore_ascii_case(name))
                || self
                    .operation
                    .parameters
                    .iter()
                    .any(|one| one.location == location && one.name.eq_ignore_ascii_case(name))
        };
        let mut found = Vec::new();
        for (name, _) in headers {
            let name = name.to_ascii_lowercase();
            if !transport(&name) && !palisade_sensitive::credential_name(&name) && !declared(Location::Header, &name) {
                found.push(("header", clip(&name)));
            }
        }
        for name in cookies(headers) {
            if !chance_cookie(name) && !declared(Location::Cookie, name) {
                found.push(("cookie", clip(name)));
            }
        }
        found.sort_unstable();
        found.dedup();
        found
    }
}

/// True for a parameter whose absence can be told: an object in form style is written without its own name.
pub(crate) fn has_name_on_wire(terms: &Terms, parameter: &Parameter) -> bool {
    let spread = parameter.style == Style::Form && parameter.explode && parameter.location == Location::Query;
    let schema = parameter.schema.map(|schema| terms.contract.node(schema));
    let schema = schema.map(|schema| palisade_document::refs::follow(schema).unwrap_or(schema));
    let object = schema.is_some_and(|schema| schema.get("type").is_some_and(|word| word.as_str() == Some("object")));
    !(spread && object)
}

fn cookies(headers: &Headers) -> impl Iterator<Item = &str> {
    let lines = headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case("cookie"));
    let pairs = lines.flat_map(|(_, value)| value.split(';'));
    pairs.map(|pair| pair.split_once('=').map_or(pair, |(name, _)| name).trim()).filter(|name| !name.is_empty())
}

/// Header fields of HTTP, and those that proxies, browsers and tracing add.
pub(crate) fn transport(name: &str) -> bool {
    const OTHERS: [&str; 12] = [
        "b3",
        "baggage",
        "content-disposition",
        "content-md5",
        "if-match",
        "if-none-match",
        "if-range",
        "sentry-trace",
        "uber-trace-id",
        "x-correlation-id",
        "x-request-id",
        "x-trace-id",
    ];
    const FAMILIES: [&str; 10] = [
        "access-control-",
        "x-amz-cf-",
        "x-amzn-",
        "x-cloud-",
        "x-datadog-",
        "x-envoy-",
        "x-forwarded-",
        "x-goog-",
        "x-newrelic-",
        "x-original-",
    ];
    palisade_exchange::protocol_header(name)
        || OTHERS.contains(&name)
        || FAMILIES.iter().any(|family| name.starts_with(family))
}

/// Cookies that measurement, protection and sessions set: a browser sends them to whatever it calls.
fn chance_cookie(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name.starts_with('_')
        || ["cf_", "amp_", "ajs_", "optanon", "intercom-", "awsalb", "hubspot"].iter().any(|way| name.starts_with(way))
        || ["csrf", "xsrf", "consent"].iter().any(|word| name.contains(word))
        || palisade_exchange::SESSION_WORDS.iter().any(|word| name.contains(word))
}

fn media_type(message: &Message) -> String {
    message.media_type().unwrap_or_else(|| "application/octet-stream".to_owned())
}

/// A media type as it may be told: it came from outside.
fn media_name(message: &Message) -> String {
    let media = message.media_type().unwrap_or_else(|| "none".to_owned());
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$&^_.+-/*".contains(&byte);
    if media.len() <= 80 && media.bytes().all(plain) { media } else { "unreadable".to_owned() }
}

fn clip(name: &str) -> String {
    name.get(..name.floor_char_boundary(128)).unwrap_or_default().to_owned()
}

fn borrow(headers: &Headers) -> Vec<(&str, &[u8])> {
    headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes())).collect()
}
