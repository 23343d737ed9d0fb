//! One way in which traffic and contract differ, and how often it was seen.

use palisade_document::NodeId;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::sync::Arc;
use uuid::Uuid;

/// Examples kept of one sighting: the earliest.
const EXAMPLES: usize = 3;

/// An exchange by reference: its content is not kept.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Reference {
    /// When it began, UTC, microseconds since the Unix epoch.
    pub time: i64,
    /// The recording it was read from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recording: Option<Arc<str>>,
    /// Its place among the exchanges of the recording, from 1; 0 where there is no recording.
    #[serde(default)]
    pub number: u64,
    /// Id of the exchange.
    pub id: Uuid,
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.recording {
            Some(recording) => write!(f, "exchange {} of {recording}", self.number),
            None => write!(f, "exchange {}", self.id),
        }
    }
}

/// Which way a message goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// From the caller.
    Request,
    /// To the caller.
    Response,
}

impl Direction {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Direction::Request => "request",
            Direction::Response => "response",
        }
    }
}

/// What kind of difference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// The operation is deprecated and was called.
    Zombie,
    /// The operation was called after its end.
    Sunset,
    /// The operation says of itself that it is deprecated, and its contract does not.
    Deprecation,
    /// A parameter that is not declared.
    UndeclaredParameter,
    /// A deprecated parameter was sent.
    DeprecatedParameter,
    /// A parameter breaks the contract, and the request was accepted.
    RequestParameter,
    /// The body breaks the contract, and the request was accepted.
    RequestBody,
    /// A request body in a media type that is not declared was accepted.
    RequestMedia,
    /// A response body breaks its schema.
    ResponseBody,
    /// A response header is missing or breaks its schema.
    ResponseHeader,
    /// A status that is not declared.
    Status,
    /// A media type that is not declared for this status.
    ResponseMedia,
    /// A property that is not declared.
    UndeclaredProperty,
    /// A deprecated property was sent.
    DeprecatedProperty,
    /// Success without the credential that the contract demands.
    NoCredential,
    /// Success with another credential than the one that the contract demands.
    OtherCredential,
}

/// What was seen where. Two exchanges with equal spots are one sighting.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Spot {
    /// What kind of difference.
    pub kind: Kind,
    /// Index of the operation in the contract; `None` where it concerns the API as a whole.
    pub operation: Option<usize>,
    /// Which way the message goes.
    pub direction: Direction,
    /// The answer's status, where the kind depends on it; else 0.
    pub status: u16,
    /// `path`, `query`, `header`, `cookie`, `body`, `response-header` or `response-body`; empty for the whole.
    pub location: String,
    /// Name of a parameter, header, media type or credential.
    pub name: String,
    /// JSON pointer in the value; `*` stands for any item or any name of a map.
    pub pointer: String,
    /// What is broken: a keyword of JSON Schema or a code of the contract's validators.
    pub code: String,
}

/// How often something was seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sighting {
    /// How often.
    pub count: u64,
    /// Time of the first, microseconds since the Unix epoch.
    pub first: i64,
    /// Time of the last, microseconds since the Unix epoch.
    pub last: i64,
    /// The earliest exchanges.
    pub examples: Vec<Reference>,
    /// What is wrong, in terms of the contract: never a value.
    pub message: String,
    /// Index of the node of the contract that is broken, where one is known.
    pub node: Option<usize>,
}

impl Sighting {
    pub(crate) fn new(reference: &Reference, message: String, node: Option<NodeId>) -> Self {
        Sighting {
            count: 1,
            first: reference.time,
            last: reference.time,
            examples: vec![reference.clone()],
            message,
            node: node.map(NodeId::index),
        }
    }

    /// Seen once more.
    pub(crate) fn again(&mut self, reference: &Reference) {
        self.count += 1;
        self.first = self.first.min(reference.time);
        self.last = self.last.max(reference.time);
        self.example(reference);
    }

    fn example(&mut self, reference: &Reference) {
        if self.examples.len() < EXAMPLES || self.examples.last().is_some_and(|last| reference < last) {
            let at = self.examples.partition_point(|known| known < reference);
            self.examples.insert(at, reference.clone());
            self.examples.truncate(EXAMPLES);
        }
    }

    pub(crate) fn merge(&mut self, other: Sighting) {
        self.count += other.count;
        self.first = self.first.min(other.first);
        self.last = self.last.max(other.last);
        other.examples.iter().for_each(|reference| self.example(reference));
    }
}
