//! What was learned, as people and other rooms read it.

use palisade_sensitive::Kind;
use serde::Serialize;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// Version of OpenAPI to write.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum OpenApiVersion {
    /// OpenAPI 3.0.3.
    V30,
    /// OpenAPI 3.1.1.
    #[default]
    V31,
}

/// Whether callers show a credential.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Authenticated {
    /// Every successful call did.
    Always,
    /// Some successful calls did.
    Sometimes,
    /// No successful call did.
    Never,
    /// There was no successful call.
    Unknown,
}

impl Authenticated {
    /// The lower-case word.
    pub fn as_str(self) -> &'static str {
        match self {
            Authenticated::Always => "always",
            Authenticated::Sometimes => "sometimes",
            Authenticated::Never => "never",
            Authenticated::Unknown => "unknown",
        }
    }
}

/// Which way a message goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// From the caller.
    Request,
    /// To the caller.
    Response,
}

/// The part of a message that holds a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Part {
    /// The body.
    Body,
    /// The query.
    Query,
    /// A header field.
    Header,
    /// The path.
    Path,
}

impl Part {
    /// The lower-case word.
    pub fn as_str(self) -> &'static str {
        match self {
            Part::Body => "body",
            Part::Query => "query",
            Part::Header => "header",
            Part::Path => "path",
        }
    }
}

/// A field that holds sensitive data.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct SensitiveField {
    /// Request or response.
    #[serde(rename = "in")]
    pub direction: Direction,
    /// Part of the message.
    pub part: Part,
    /// Place in the body as a JSON pointer in which `*` stands for any item or any key; elsewhere the parameter's name.
    pub pointer: String,
    /// What kind of data.
    #[serde(serialize_with = "word")]
    pub kind: Kind,
    /// How often it was seen in successful exchanges.
    pub count: u64,
    /// How often it was seen in successful exchanges that showed no credential.
    pub unauthenticated: u64,
}

fn word<S: serde::Serializer>(kind: &Kind, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(kind.as_str())
}

/// A parameter of an operation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ParameterView {
    /// `path`, `query`, `header` or `cookie`.
    #[serde(rename = "in")]
    pub location: &'static str,
    /// Its name.
    pub name: String,
    /// JSON Schema type.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// Format, when all values share one.
    pub format: Option<&'static str>,
    /// The contract says so: path parameters always, others by evidence.
    pub required: bool,
    /// In how many successful exchanges it was seen.
    pub seen: u64,
    /// Why it is what it is, in a few words.
    pub evidence: String,
}

/// How well an operation is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Evidence {
    /// Successful exchanges learned from.
    pub successes: u64,
    /// Successful exchanges from which on the operation counts as known.
    pub needed: u64,
    /// True while there are fewer than needed.
    pub thin: bool,
}

/// Why a place in the traffic is no operation of the API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Noise {
    /// Never answered as if it existed: 404, 405 or a bare refusal only.
    Unproven,
    /// A file for a browser: page, script, style, picture, font.
    Asset,
    /// A browser's question before the real request.
    Preflight,
    /// A person said so.
    Ignored,
}

/// One operation as it was learned.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct OperationView {
    /// `METHOD /template`; with several hosts told apart, `METHOD host/template`.
    pub key: String,
    /// Host, when hosts are told apart.
    pub host: Option<String>,
    /// Method.
    pub method: String,
    /// Path template, for example `/users/{username}`.
    pub template: String,
    /// How many exchanges.
    pub hits: u64,
    /// Time of the first exchange, microseconds since the Unix epoch.
    pub first_observed: i64,
    /// Time of the last exchange, microseconds since the Unix epoch.
    pub last_observed: i64,
    /// How often each status was given.
    pub statuses: BTreeMap<u16, u64>,
    /// Distinct callers; above 64 an estimate.
    pub principals: u64,
    /// Whether callers show a credential.
    pub authenticated: Authenticated,
    /// Calls without a credential that were refused with 401 or 403.
    #[serde(skip_serializing_if = "crate::operation::none")]
    pub refused_without_credential: u64,
    /// Credentials seen, as words: `bearer`, `basic`, `header x-api-key`, `cookie sid`, `query token`.
    pub credentials: BTreeMap<String, u64>,
    /// Fields with sensitive data.
    pub sensitive: Vec<SensitiveField>,
    /// A path (perhaps with query) that was answered well, credentials and personal data taken out.
    pub sample_path: String,
    /// Parameters in path, query and headers.
    pub parameters: Vec<ParameterView>,
    /// Media types of request bodies.
    pub request_media: Vec<String>,
    /// Media types of response bodies.
    pub response_media: Vec<String>,
    /// How well it is known.
    pub evidence: Evidence,
    /// Why variable segments are variable, one sentence each; after them why others may be.
    pub reasons: Vec<String>,
    /// Segments of the template that stay as they were seen although they may be values.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ambiguous: Vec<String>,
    /// How likely the next exchange brings nothing new, from 0 to 1: Laplace's rule of succession over the
    /// successes, halved for every ambiguous segment.
    pub confidence: f64,
    /// Set when it is no operation of the API: shown, never in the contract.
    pub noise: Option<Noise>,
}

/// Everything that was learned, with overrides applied. Holds what writing a contract needs.
#[derive(Debug, Clone)]
pub struct Inventory {
    pub(crate) operations: Vec<Learned>,
    pub(crate) hosts: Vec<Site>,
    pub(crate) exchanges: u64,
}

/// One host with its tree of templates.
#[derive(Debug, Clone)]
pub(crate) struct Site {
    pub(crate) name: String,
    pub(crate) schemes: Vec<String>,
    pub(crate) tree: Place,
}

/// A place in the tree of templates.
#[derive(Debug, Clone, Default)]
pub(crate) struct Place {
    pub(crate) literals: BTreeMap<String, Place>,
    pub(crate) variables: BTreeMap<String, Place>,
    /// Index into the operations, by method.
    pub(crate) operations: BTreeMap<String, usize>,
}

/// An operation with all that is known of it.
#[derive(Debug, Clone)]
pub(crate) struct Learned {
    pub(crate) view: OperationView,
    pub(crate) known: crate::operation::Operation,
    pub(crate) variables: Vec<crate::induce::Variable>,
    pub(crate) literals: Vec<String>,
    /// Names of the matrix parameters in its path.
    pub(crate) matrix: Vec<String>,
    pub(crate) host: usize,
}

impl Inventory {
    /// Exchanges shown to the state this came from.
    pub fn exchanges(&self) -> u64 {
        self.exchanges
    }

    /// Every operation, by host, template and method; noise included (see [`OperationView::noise`]).
    pub fn operations(&self) -> impl Iterator<Item = &OperationView> {
        self.operations.iter().map(|learned| &learned.view)
    }

    /// The operations of the API, without noise.
    pub fn api_operations(&self) -> impl Iterator<Item = &OperationView> {
        self.operations().filter(|view| view.noise.is_none())
    }

    /// The key of the operation that a request belongs to. With several hosts, the first that has it.
    pub fn operation_of(&self, method: &str, path: &str) -> Option<&str> {
        let segments = palisade_exchange::segments(path);
        let segments = crate::trie::without_values(&segments);
        self.hosts.iter().find_map(|site| self.find(site, method, &segments)).map(|learned| learned.view.key.as_str())
    }

    /// As [`Inventory::operation_of`], on one host.
    pub fn operation_on(&self, host: &str, method: &str, path: &str) -> Option<&str> {
        let segments = palisade_exchange::segments(path);
        let segments = crate::trie::without_values(&segments);
        let site = self.hosts.iter().find(|site| site.name == host)?;
        self.find(site, method, &segments).map(|learned| learned.view.key.as_str())
    }

    fn find(&self, site: &Site, method: &str, segments: &[Cow<'_, str>]) -> Option<&Learned> {
        // Depth first, literals before variables; the number of segments bounds the work per level.
        let mut open: Vec<(&Place, usize)> = vec![(&site.tree, 0)];
        while let Some((place, depth)) = open.pop() {
            let Some(segment) = segments.get(depth) else {
                if let Some(learned) = place.operations.get(method).and_then(|index| self.operations.get(*index)) {
                    return Some(learned);
                }
                continue;
            };
            if let Some(below) = place.variables.get("") {
                open.push((below, depth + 1));
            }
            if let Some(below) = crate::trie::extension(segment).1.and_then(|end| place.variables.get(end)) {
                open.push((below, depth + 1));
            }
            if let Some(below) = place.literals.get(&**segment) {
                open.push((below, depth + 1));
            }
        }
        None
    }
}

impl Inventory {
    fn learned(&self, view: &OperationView) -> Option<&Learned> {
        self.operations.iter().find(|learned| learned.view.key == view.key)
    }

    /// Credentials that were sent over clear-text http, and how often.
    pub(crate) fn clear_credentials(&self, view: &OperationView) -> Vec<(String, u64)> {
        let shown = self.learned(view).map(|learned| learned.known.credentials.iter()).into_iter().flatten();
        let mut clear: Vec<(String, u64)> = shown
            .filter(|(_, shown)| shown.clear > 0)
            .map(|((_, word), shown)| (word.to_string(), shown.clear))
            .collect();
        clear.sort();
        clear
    }

    /// The structures of successful answers: status, media type, sketch.
    pub(crate) fn answers(&self, view: &OperationView) -> Vec<(u16, &str, &crate::sketch::Sketch)> {
        let answers = self.learned(view).map(|learned| learned.known.answers.iter()).into_iter().flatten();
        answers
            .filter(|(status, _)| (200..300).contains(*status))
            .flat_map(|(status, answers)| {
                answers.media.iter().map(|((_, media), known)| (*status, &**media, &known.sketch))
            })
            .collect()
    }
}
