//! Events, exceptions made from them, and problem documents.

use super::{CheckAction, Finding};
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
    /// It was refused, and so is everything its client sends until the ban ends.
    Ban,
}

impl EventEffect {
    /// The word in the store.
    pub fn as_str(self) -> &'static str {
        match self {
            EventEffect::Alert => "alert",
            EventEffect::Prevent => "prevent",
            EventEffect::Ban => "ban",
        }
    }

    /// From the word in the store.
    pub fn parse(text: &str) -> Self {
        match text {
            "prevent" => EventEffect::Prevent,
            "ban" => EventEffect::Ban,
            _ => EventEffect::Alert,
        }
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
    /// A check's name, `exception` or `engine`.
    pub step: String,
    /// `passed`, `failed`, `skipped` or `not-assessed`.
    pub outcome: String,
    /// What a failure leads to, before the mode caps it.
    #[serde(default)]
    pub effect: Option<CheckAction>,
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
    /// The check of the main reason, when known.
    pub check: Option<String>,
    /// Code of the main reason.
    pub code: String,
    /// Title of the main reason.
    pub title: String,
    /// What is wrong, field by field.
    pub errors: Vec<FieldError>,
    /// How the decision came about.
    pub steps: Vec<Step>,
    /// The caller: its address, else a hash that tells it from others.
    pub client: String,
    /// Who called, as far as the identity check vouches for it.
    pub principal: Option<String>,
    /// Who is banned by it: a network, or what a principal is called.
    pub banned: Option<String>,
    /// Until when.
    pub ban_until: Option<String>,
    /// Why it could not be judged as it should have been: a failure of the engine, a lookup without an answer.
    pub degraded: Option<String>,
    /// Why the exchange did not run to its end.
    pub fault: Option<String>,
    /// Parts that were not assessed.
    pub not_assessed: Vec<String>,
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

/// What events are grouped by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum EventGroupBy {
    /// The operation, `METHOD /template`.
    Operation,
    /// The code of the main reason.
    Reason,
    /// The check of the main reason.
    Check,
    /// The caller.
    Client,
    /// The effect.
    Effect,
    /// The API.
    Api,
}

impl From<EventGroupBy> for palisade_store::EventGroup {
    fn from(by: EventGroupBy) -> Self {
        match by {
            EventGroupBy::Operation => palisade_store::EventGroup::Operation,
            EventGroupBy::Reason => palisade_store::EventGroup::Reason,
            EventGroupBy::Check => palisade_store::EventGroup::Check,
            EventGroupBy::Client => palisade_store::EventGroup::Client,
            EventGroupBy::Effect => palisade_store::EventGroup::Effect,
            EventGroupBy::Api => palisade_store::EventGroup::Api,
        }
    }
}

/// Exchanges by what was done with them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct EffectCounts {
    /// Passed and recorded.
    pub alert: u64,
    /// Refused.
    pub prevent: u64,
    /// Refused, and a ban began or went on.
    pub ban: u64,
}

impl EffectCounts {
    /// Counts exchanges.
    pub fn add(&mut self, effect: EventEffect, count: u64) {
        *(match effect {
            EventEffect::Alert => &mut self.alert,
            EventEffect::Prevent => &mut self.prevent,
            EventEffect::Ban => &mut self.ban,
        }) += count;
    }
}

/// Exchanges of one stretch of time.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct EventBucket {
    /// Its begin.
    pub time: String,
    /// Exchanges.
    pub exchanges: EffectCounts,
}

/// What one group has in common.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct EventKey {
    /// Of which kind.
    pub by: EventGroupBy,
    /// What: also the value that the filter of the same name takes; empty for none.
    pub value: String,
    /// What it is called: the name of an API.
    pub name: String,
}

/// Events that have something in common.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct EventGroup {
    /// What, in the order asked for.
    #[schema(max_items = 2)]
    pub keys: Vec<EventKey>,
    /// Events.
    pub events: u64,
    /// Exchanges.
    pub count: u64,
    /// Exchanges by effect.
    pub exchanges: EffectCounts,
    /// First exchange.
    pub first_time: String,
    /// Newest exchange.
    pub last_time: String,
    /// Exchanges over time, a figure for each of the summary's buckets.
    #[schema(max_items = 120)]
    pub over_time: Vec<u64>,
}

/// Events that pass a filter, counted.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct EventSummary {
    /// Events.
    pub events: u64,
    /// Exchanges.
    pub count: u64,
    /// Exchanges by effect.
    pub exchanges: EffectCounts,
    /// Seconds of one bucket.
    pub bucket_seconds: u64,
    /// Exchanges over time. An event counts where it was last seen.
    #[schema(max_items = 120)]
    pub buckets: Vec<EventBucket>,
    /// Groups, the most frequent first, at most 200; none unless asked for.
    #[schema(max_items = 200)]
    pub groups: Vec<EventGroup>,
    /// Events that were dropped since start because the store has room for 50,000: the oldest go first.
    pub dropped: u64,
}
