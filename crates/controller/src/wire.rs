//! What controllers and the control plane tell each other.

use palisade_finding::{Finding, Summary};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a job does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
pub enum JobType {
    /// Audits a contract.
    OasScoringJob,
    /// Grades a third-party API from its URL.
    ThirdPartyApiScoringJob,
    /// Fuzzes an API by its contract.
    FuzzingJob,
}

impl JobType {
    /// Every type.
    pub const ALL: [JobType; 3] = [JobType::OasScoringJob, JobType::ThirdPartyApiScoringJob, JobType::FuzzingJob];

    /// Its name.
    pub fn as_str(self) -> &'static str {
        match self {
            JobType::OasScoringJob => "OasScoringJob",
            JobType::ThirdPartyApiScoringJob => "ThirdPartyApiScoringJob",
            JobType::FuzzingJob => "FuzzingJob",
        }
    }

    /// The type of this name.
    pub fn parse(text: &str) -> Option<JobType> {
        JobType::ALL.into_iter().find(|one| one.as_str() == text)
    }
}

/// How long an API is fuzzed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[schema(as = FuzzingDepth)]
pub enum Depth {
    /// About 5 minutes.
    Quick,
    /// About 15 minutes.
    #[default]
    Default,
    /// About 30 minutes.
    Deep,
}

/// What an engine is told beside document and URL. Each is for the types it names.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct JobOptions {
    /// OasScoringJob: which findings are reported, `strict`, `recommended` (the default) or `minimal`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub profile: Option<String>,
    /// ThirdPartyApiScoringJob: whether open ports of databases and consoles are looked for.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub ports: bool,
    /// ThirdPartyApiScoringJob: selectors of DKIM keys beside the common ones, at most 10.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub dkim_selectors: Vec<String>,
    /// ThirdPartyApiScoringJob, FuzzingJob: whether a name may lead to an address of a private network, on a controller that
    /// may ask such addresses at all. A URL that itself names a private address says so by that.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub allow_private: bool,
}

/// What a job is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Asked {
    /// What it does.
    pub job_type: JobType,
    /// Name shown for the document.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub document_name: Option<String>,
    /// The API that is asked. Nothing else is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// How long it is fuzzed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fuzzing_depth: Option<Depth>,
    /// What else the engine is told.
    #[serde(default)]
    pub options: JobOptions,
    /// Rules that are told in every profile, by id: a gate asks for them.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub rules: Vec<String>,
}

/// What a controller says of itself when it starts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Hello {
    /// Name, 1 to 100 characters, unique in the project.
    #[schema(max_length = 100)]
    pub name: String,
    /// New with each start: jobs that an earlier instance of the same name held are given to others at once.
    #[schema(max_length = 64)]
    pub instance: String,
    /// Version of its program.
    #[schema(max_length = 64)]
    pub version: String,
    /// What it can do.
    #[schema(max_items = 16)]
    pub job_types: Vec<JobType>,
    /// Jobs that it runs at a time, 1 to 64.
    #[schema(minimum = 1, maximum = 64)]
    pub parallel: u32,
    /// Whether it asks hosts of private networks.
    pub allow_private: bool,
}

/// What a controller is told when it starts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Welcome {
    /// Its id: the same for the same name.
    pub controller_id: String,
    /// Seconds that a lease holds without a heartbeat.
    pub lease_seconds: u32,
    /// Seconds between two heartbeats.
    pub heartbeat_seconds: u32,
}

/// A job to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Task {
    /// The job.
    pub id: String,
    /// Number of the lease: it goes along with whatever is told of the job.
    pub fence: i64,
    /// Which attempt it is, from 1.
    pub attempt: u32,
    /// What is asked for.
    pub asked: Asked,
    /// Whether there is a document to fetch.
    pub document: bool,
}

/// A line of a log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Line {
    /// Counts the lines of the lease, from 0: a line that is sent twice is kept once.
    pub number: u32,
    /// Microseconds since 1970.
    pub time: i64,
    /// The text.
    pub text: String,
}

/// A sign of life.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Beat {
    /// Number of the lease.
    pub fence: i64,
    /// How far it is, 0 to 100.
    #[schema(maximum = 100)]
    pub progress: u8,
    /// What is being done.
    #[schema(max_length = 200)]
    pub text: String,
    /// New lines of the log.
    pub log: Vec<Line>,
}

/// What a heartbeat brings back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Heard {
    /// Go on.
    Go,
    /// Someone wants the job stopped.
    Stop,
}

/// A finding and which engine found it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Found {
    /// Which engine found it.
    pub source: String,
    /// Families, for lists over every engine.
    pub categories: Vec<String>,
    /// The finding.
    #[schema(value_type = Object)]
    pub finding: Finding,
}

/// What came of a job that was done.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Completed {
    /// Points of 100, where the engine gives any.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub score: Option<f64>,
    /// A letter, where the engine gives one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub grade: Option<String>,
    /// Findings by severity: of all, even where not all are listed.
    #[schema(value_type = Object)]
    pub summary: Summary,
    /// The findings, in the order of the engine.
    pub findings: Vec<Found>,
    /// What the engine says beside them.
    #[schema(value_type = Object)]
    pub report: serde_json::Value,
}

/// How a lease ends.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Outcome {
    /// It was done.
    Completed(Box<Completed>),
    /// It cannot be done.
    Failed {
        /// Why.
        reason: String,
        /// Whether another attempt may do it.
        again: bool,
    },
    /// It was stopped because that was asked for.
    Cancelled,
    /// The controller ends; the attempt does not count.
    GivenBack,
}

/// The end of a lease.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct End {
    /// Number of the lease.
    pub fence: i64,
    /// How it ends.
    #[serde(flatten)]
    pub outcome: Outcome,
    /// Lines of the log that were not sent before.
    pub log: Vec<Line>,
}
