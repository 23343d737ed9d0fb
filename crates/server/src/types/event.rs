//! Events, exceptions made from them, and problem documents.

use super::Finding;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// "Allow this".
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Exception {
    /// UUIDv7.
    pub id: String,
    /// `METHOD /template`, or method and path.
    pub operation: String,
    /// Code of the reason let through.
    pub code: String,
    /// Where.
    #[serde(rename = "in")]
    pub location: String,
    /// Parameter or header.
    pub name: String,
    /// Place inside the value.
    pub pointer: String,
    /// When it was made.
    pub created_at: String,
    /// By whom.
    pub created_by: String,
    /// The event it was made from.
    pub event_uuid: Option<String>,
}

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum EventEffect {
    /// It passed and was recorded.
    Alert,
    /// It was refused.
    Prevent,
}

impl EventEffect {
    /// The word in the store.
    pub fn as_str(self) -> &'static str {
        match self {
            EventEffect::Alert => "alert",
            EventEffect::Prevent => "prevent",
        }
    }

    /// From the word in the store.
    pub fn parse(text: &str) -> Self {
        if text == "prevent" { EventEffect::Prevent } else { EventEffect::Alert }
    }
}

/// One thing wrong at one place of a message.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct FieldError {
    /// Where.
    #[serde(rename = "in")]
    pub location: String,
    /// Parameter or header.
    pub name: String,
    /// Place inside the value.
    pub pointer: String,
    /// Code.
    pub code: String,
    /// In words, without the value.
    pub message: String,
}

/// One step of a decision.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Step {
    /// Name.
    pub step: String,
    /// `passed`, `failed`, `skipped` or `not-assessed`.
    pub outcome: String,
    /// In words.
    pub detail: String,
}

/// An exchange the guard spoke about; repeats are merged.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Event {
    /// Id; also the uuid of its first exchange.
    pub id: String,
    /// The uuid asked for, else the id.
    pub uuid: String,
    /// Exchanges merged, the first one included.
    pub uuids_merged: u64,
    /// First exchange.
    pub first_time: String,
    /// Newest exchange.
    pub last_time: String,
    /// Exchanges.
    pub count: u64,
    /// The API.
    pub api_id: String,
    /// The API's name.
    pub api_name: String,
    /// The operation, when known.
    pub operation_id: Option<String>,
    /// `METHOD /template`, when known.
    pub operation: Option<String>,
    /// Method.
    pub method: String,
    /// Path, redacted.
    pub path: String,
    /// Status the client got.
    pub status: u16,
    /// Status the upstream gave, when it was asked.
    pub upstream_status: Option<u16>,
    /// What was done.
    pub effect: EventEffect,
    /// What block mode does.
    pub would: EventEffect,
    /// Code of the main reason.
    pub code: String,
    /// Title of the main reason.
    pub title: String,
    /// What is wrong, field by field.
    pub errors: Vec<FieldError>,
    /// How the decision came about.
    pub steps: Vec<Step>,
    /// The caller.
    pub client: String,
    /// The exception that lets it through now.
    pub exception_id: Option<String>,
    /// True when "allow this" is on offer.
    pub allowable: bool,
}

/// RFC 9457.
#[derive(Debug, Serialize, ToSchema)]
pub struct Problem {
    /// `about:blank` or a URI of the kind of problem.
    #[serde(rename = "type")]
    pub kind: String,
    /// Kind of problem in words.
    pub title: String,
    /// Status.
    pub status: u16,
    /// What is wrong and what to do.
    pub detail: String,
    /// The path asked for.
    pub instance: String,
    /// Names this answer in the log.
    pub uuid: String,
    /// Field by field.
    pub errors: Vec<FieldError>,
    /// Findings that say why a contract was refused.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<Finding>,
}
