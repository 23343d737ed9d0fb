//! Third-party APIs: what people set for them, assessments, what changed between two, availability.

use super::{Finding, SeverityName, Summary};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// A third-party API and where it stands.
#[derive(Debug, Serialize, ToSchema)]
pub struct ThirdParty {
    /// UUIDv7.
    pub id: String,
    /// Name.
    pub name: String,
    /// Where it is.
    pub url: String,
    /// Its host.
    pub host: String,
    /// What people set.
    #[serde(flatten)]
    pub settings: ThirdPartySettings,
    /// When the schedule asks for the next assessment.
    pub next_at: Option<String>,
    /// When it was added.
    pub created_at: String,
    /// Who added it.
    pub created_by: String,
    /// The assessment that waits or runs.
    pub open: Option<Assessment>,
    /// The last assessment that ended, however it ended.
    pub last: Option<Assessment>,
    /// The last assessment that was completed.
    pub completed: Option<Assessment>,
    /// Where the score is going; null before the second completed assessment.
    pub trend: Option<Trend>,
    /// Whether the last completed assessment keeps the policy; null without a policy or an assessment.
    pub compliance: Option<Compliance>,
    /// How it answered in the last 30 days.
    pub availability: AvailabilityFigures,
}

/// What people set for a third-party API.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ThirdPartySettings {
    /// The API whose contract in force joins the score.
    pub contract_api_id: Option<String>,
    /// Selectors of its DKIM keys.
    pub selectors: Vec<String>,
    /// Whether a short list of risky ports is looked at.
    pub ports: bool,
    /// Whether it may lie on this machine or a private network.
    pub allow_private: bool,
    /// What is accepted of it.
    pub policy: ThirdPartyPolicy,
    /// When it is assessed again.
    pub schedule: Schedule,
    /// Minutes between two light requests that measure its availability; 0: none is made.
    pub probe_minutes: u32,
}

fn five() -> u32 {
    5
}

/// A third-party API to add.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewThirdParty {
    /// Name, 1 to 100 characters; without it the host.
    #[serde(default)]
    pub name: Option<String>,
    /// `https://` or `http://`, a host, perhaps a port and a path; no credentials.
    pub url: String,
    /// The API whose contract in force joins the score.
    #[serde(default)]
    pub contract_api_id: Option<String>,
    /// Selectors of its DKIM keys, at most 10.
    #[serde(default)]
    pub selectors: Vec<String>,
    /// Whether a short list of risky ports is looked at.
    #[serde(default)]
    pub ports: bool,
    /// Whether it may lie on this machine or a private network: refused unless the server was started to allow it.
    #[serde(default)]
    pub allow_private: bool,
    /// What is accepted of it.
    #[serde(default)]
    pub policy: ThirdPartyPolicy,
    /// When it is assessed again.
    #[serde(default)]
    pub schedule: Schedule,
    /// Minutes between two light requests that measure its availability, 1 to 1440; 0: none is made.
    #[serde(default = "five")]
    #[schema(default = 5)]
    pub probe_minutes: u32,
}

/// What is to be set otherwise; what is left out stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ThirdPartyChange {
    /// Name, 1 to 100 characters.
    pub name: Option<String>,
    /// The API whose contract in force joins the score; an empty text: none.
    pub contract_api_id: Option<String>,
    /// Selectors of its DKIM keys, at most 10.
    pub selectors: Option<Vec<String>>,
    /// Whether a short list of risky ports is looked at.
    pub ports: Option<bool>,
    /// Whether it may lie on this machine or a private network.
    pub allow_private: Option<bool>,
    /// What is accepted of it.
    pub policy: Option<ThirdPartyPolicy>,
    /// When it is assessed again.
    pub schedule: Option<Schedule>,
    /// Minutes between two light requests that measure its availability, 1 to 1440; 0: none is made.
    pub probe_minutes: Option<u32>,
}

/// What is accepted of a third-party API: conditions, all of which must hold. Without any there is no policy.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ThirdPartyPolicy {
    /// The lowest grade that is accepted, `A+` to `F`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minimum_grade: Option<String>,
    /// The worst severity that is accepted anywhere: `critical` to `info`, or `none`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub highest_accepted_severity: Option<String>,
    /// The worst severity that is accepted in a category.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub categories: BTreeMap<String, String>,
    /// Countries that every address must lie in, codes of two letters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub countries: Option<Vec<String>>,
    /// Whether an address whose country is not known is accepted: `refuse` (as without it) or `accept`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unknown_country: Option<String>,
    /// Categories that must have been assessed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub must_be_assessed: Vec<String>,
    /// Whether a condition on a category that was not assessed is left open: `refuse` (as without it) or `accept`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_assessed: Option<String>,
}

/// When a third-party API is assessed again. Times are UTC.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "lowercase", deny_unknown_fields)]
pub enum Schedule {
    /// Only when somebody asks.
    #[default]
    Off,
    /// So many hours after the last time.
    Hours {
        /// Hours, 1 to 744.
        every: u32,
    },
    /// Every day.
    Daily {
        /// `HH:MM`.
        at: String,
    },
    /// Every week.
    Weekly {
        /// The day.
        day: Weekday,
        /// `HH:MM`.
        at: String,
    },
}

/// A day of the week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs, reason = "days have no more to say")]
pub enum Weekday {
    Monday,
    Tuesday,
    Wednesday,
    Thursday,
    Friday,
    Saturday,
    Sunday,
}

/// Where an assessment stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum AssessmentState {
    /// It waits for its turn.
    Pending,
    /// It runs.
    Running,
    /// It gave a result.
    Completed,
    /// It gave none; the reason says why.
    Failed,
    /// Somebody stopped it.
    Cancelled,
}

/// One assessment.
#[derive(Debug, Serialize, ToSchema)]
pub struct Assessment {
    /// UUIDv7.
    pub id: String,
    /// Where it stands.
    pub state: AssessmentState,
    /// Why it failed or was cancelled.
    pub reason: Option<String>,
    /// What it is doing, while it runs.
    pub progress: Option<String>,
    /// Whether the schedule asked for it.
    pub scheduled: bool,
    /// Who asked for it.
    pub asked_by: String,
    /// When it was asked for.
    pub created_at: String,
    /// When it began.
    pub started_at: Option<String>,
    /// When it ended.
    pub ended_at: Option<String>,
    /// From 0 to 100.
    pub score: Option<u8>,
    /// From `A+` to `F`.
    pub grade: Option<String>,
    /// Findings by severity.
    pub summary: Option<Summary>,
}

/// One assessment with its result.
#[derive(Debug, Serialize, ToSchema)]
pub struct AssessmentDetail {
    /// The assessment.
    #[serde(flatten)]
    pub assessment: Assessment,
    /// What was found; null when there is no result, or it is too old to be kept.
    pub result: Option<PostureResult>,
}

/// What an assessment found.
#[derive(Debug, Serialize, ToSchema)]
pub struct PostureResult {
    /// Addresses of the host at that time.
    pub addresses: Vec<String>,
    /// Why the grade cannot be better, the worst first.
    pub ceilings: Vec<GradeCeiling>,
    /// Every category; one that was not assessed has no score.
    pub categories: Vec<PostureCategory>,
    /// What was found, the worst first.
    pub findings: Vec<PostureFinding>,
    /// What was not assessed, and why.
    pub not_assessed: Vec<NotAssessed>,
    /// What was learned of TLS, HTTP, DNS and mail, as `palisade score --format json` gives it.
    #[schema(value_type = Object)]
    pub facts: serde_json::Value,
}

/// What keeps a grade down.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
pub struct GradeCeiling {
    /// The best grade that is left.
    pub grade: String,
    /// Why.
    pub reason: String,
}

/// One category of an assessment.
#[derive(Debug, Serialize, ToSchema)]
pub struct PostureCategory {
    /// `network`, `application`, `authentication`, `email`, `system` or `user`.
    pub category: String,
    /// From 0 to 100; null when it was not assessed.
    pub score: Option<u8>,
    /// From `A+` to `F`; null when it was not assessed.
    pub grade: Option<String>,
    /// Why it was not assessed.
    pub reason: Option<String>,
    /// Its findings by severity.
    pub summary: Summary,
}

/// A finding of an assessment.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PostureFinding {
    /// The finding; its `fix` is the provider's.
    #[serde(flatten)]
    pub finding: Finding,
    /// Why it is bad.
    pub why: String,
    /// How a consumer lives with it until it is mended.
    pub consumer: String,
}

/// A part that was not assessed.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
pub struct NotAssessed {
    /// `tls`, `http`, `dns`, `ports`, `reputation` or `contract`.
    pub part: String,
    /// Why.
    pub reason: String,
}

/// Where a score is going: the last one against the mean of up to five before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Trend {
    /// Up by three points or more.
    Improving,
    /// Within three points.
    Stable,
    /// Down by three points or more.
    Degrading,
}

/// Whether a policy is kept.
#[derive(Debug, Serialize, ToSchema)]
pub struct Compliance {
    /// Whether every condition holds.
    pub compliant: bool,
    /// Each condition that does not hold.
    pub reasons: Vec<String>,
    /// Conditions left open because something is not known.
    pub open: Vec<String>,
}

/// What changed between two assessments.
#[derive(Debug, Serialize, ToSchema)]
pub struct AssessmentChanges {
    /// The earlier one.
    pub from: Assessment,
    /// The later one.
    pub to: Assessment,
    /// Points gained or lost.
    pub score: i16,
    /// Points gained or lost by category; null where one of the two did not assess it.
    pub categories: Vec<CategoryChange>,
    /// Findings that are new.
    pub appeared: Vec<PostureFinding>,
    /// Findings that are gone.
    pub gone: Vec<PostureFinding>,
    /// Findings that are worse or less bad than before.
    pub changed: Vec<ChangedFinding>,
    /// Findings of parts that were not assessed again: whether they are gone is not known.
    pub unknown: Vec<PostureFinding>,
    /// Findings that are as before.
    pub unchanged: u64,
}

/// A category's score before and after.
#[derive(Debug, Serialize, ToSchema)]
pub struct CategoryChange {
    /// The category.
    pub category: String,
    /// Score before.
    pub before: Option<u8>,
    /// Score after.
    pub after: Option<u8>,
}

/// A finding whose severity changed.
#[derive(Debug, Serialize, ToSchema)]
pub struct ChangedFinding {
    /// Severity before.
    pub before: SeverityName,
    /// The finding as it is now.
    #[serde(flatten)]
    pub now: PostureFinding,
}

/// How a third-party API answered light requests.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
pub struct AvailabilityFigures {
    /// Requests made.
    pub checks: u64,
    /// Those without an answer.
    pub failures: u64,
    /// Those answered with a status from 500.
    pub errors: u64,
    /// Share of requests that were answered, 0 to 1; null without requests.
    pub availability: Option<f64>,
    /// Share of requests that failed or were answered with a status from 500, 0 to 1; null without requests.
    pub error_share: Option<f64>,
}

/// How a third-party API answered in the last 30 days.
#[derive(Debug, Serialize, ToSchema)]
pub struct Availability {
    /// All days together.
    pub total: AvailabilityFigures,
    /// Latency of the answers of all days.
    pub latency: LatencyFigures,
    /// Every day, the oldest first; one without requests was not assessed.
    pub days: Vec<AvailabilityDay>,
    /// The last request.
    pub last: Option<AvailabilitySample>,
}

/// One day, UTC.
#[derive(Debug, Serialize, ToSchema)]
pub struct AvailabilityDay {
    /// `YYYY-MM-DD`.
    pub day: String,
    /// Counts and shares.
    #[serde(flatten)]
    pub figures: AvailabilityFigures,
    /// Latency of the answers.
    #[serde(flatten)]
    pub latency: LatencyFigures,
}

/// From the connection to the head of the answer, milliseconds, by nearest rank; null without answers.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
pub struct LatencyFigures {
    /// Half of the answers came within this time.
    pub p50_ms: Option<f64>,
    /// 95 of 100 answers came within this time.
    pub p95_ms: Option<f64>,
}

/// One light request.
#[derive(Debug, Serialize, ToSchema)]
pub struct AvailabilitySample {
    /// When it was made.
    pub time: String,
    /// From the connection to the head of the answer, milliseconds.
    pub latency_ms: Option<f64>,
    /// Status of the answer.
    pub status: Option<u16>,
    /// Why there was no answer.
    pub failure: Option<String>,
}
