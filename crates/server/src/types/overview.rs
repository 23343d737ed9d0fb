//! Everything at a glance.

use super::{Event, SeverityName, StateCounts, Summary};
use serde::Serialize;
use utoipa::ToSchema;

/// Everything at a glance.
#[derive(Debug, Serialize, ToSchema)]
pub struct Overview {
    /// How many APIs there are.
    pub apis: u64,
    /// How many operations they have.
    pub operations: u64,
    /// Exchanges learned from or judged.
    pub exchanges: u64,
    /// Findings of every engine that nobody accepted.
    pub findings: Summary,
    /// Exchanges that block mode would have refused, on traffic the contract was not learned from.
    pub would_block: u64,
    /// Exchanges that were refused.
    pub blocked: u64,
    /// Exchanges lost under load.
    pub dropped: u64,
    /// Exchanges that could not be judged in full.
    pub not_assessed: u64,
    /// What the owner most likely did not know.
    pub highlights: Vec<Highlight>,
    /// Operations by state.
    pub states: StateCounts,
    /// The last five minutes in 60 buckets of 5 seconds, oldest first.
    pub traffic: Vec<TrafficBucket>,
    /// The newest events, at most eight.
    pub recent_events: Vec<Event>,
}

/// Five seconds of traffic.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TrafficBucket {
    /// Start of the bucket.
    pub time: String,
    /// Exchanges.
    pub total: u64,
    /// Of these, answered with 5xx or not at all.
    pub errors: u64,
    /// Of these, refused.
    pub blocked: u64,
}

/// Kind of a highlight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum HighlightKind {
    /// An operation no contract knows.
    Shadow,
    /// A response that gives away more than it should.
    Leak,
    /// Sensitive data read without authentication.
    Unauthenticated,
    /// A deprecated operation still in use.
    Zombie,
}

/// One thing the owner most likely did not know, with proof.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Highlight {
    /// Kind.
    pub kind: HighlightKind,
    /// How bad it is.
    pub severity: SeverityName,
    /// What it is.
    pub title: String,
    /// Why it matters.
    pub why: String,
    /// The API.
    pub api_id: String,
    /// The API's name.
    pub api_name: String,
    /// The operation.
    pub operation_id: String,
    /// Its method.
    pub method: String,
    /// Its template.
    pub path: String,
    /// What was seen, redacted.
    pub evidence: String,
    /// How to mend it.
    pub fix: String,
    /// A command that proves it.
    pub curl: String,
    /// The finding it comes from.
    pub finding_fingerprint: String,
    /// What blocking would do to this operation.
    pub preview: HighlightPreview,
}

/// What blocking would do to one operation.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct HighlightPreview {
    /// Exchanges judged.
    pub observed: u64,
    /// Of these, refused in block mode.
    pub would_block: u64,
    /// The same in one sentence.
    pub text: String,
}
