//! Jobs and who runs them.

use super::{Finding, SeverityName, Summary};
use palisade_controller::{Depth, JobOptions, JobType};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A job to do.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewJob {
    /// What it does.
    pub job_type: JobType,
    /// OasScoringJob, FuzzingJob: the contract, YAML or JSON, at most 16 MiB.
    #[serde(default)]
    pub document: Option<String>,
    /// Name shown for the contract, at most 200 characters.
    #[serde(default)]
    #[schema(max_length = 200)]
    pub document_name: Option<String>,
    /// ThirdPartyApiScoringJob, FuzzingJob: the API. Nothing else is asked.
    #[serde(default)]
    #[schema(max_length = 2000)]
    pub url: Option<String>,
    /// FuzzingJob: how long it is fuzzed.
    #[serde(default)]
    pub fuzzing_depth: Option<Depth>,
    /// The controller that must run it; without one any that can.
    #[serde(default)]
    #[schema(max_length = 64)]
    pub controller_id: Option<String>,
    /// It is compliant while no finding is worse than this.
    #[serde(default)]
    pub max_severity_allowed: Option<SeverityName>,
    /// It is compliant while no finding is as bad as this or worse.
    #[serde(default)]
    pub fail_on: Option<SeverityName>,
    /// It is compliant while this gate holds.
    #[serde(default)]
    #[schema(max_length = 100)]
    pub gate: Option<String>,
    /// The application it is about, at most 200 characters.
    #[serde(default)]
    #[schema(max_length = 200)]
    pub application: Option<String>,
    /// Its version, at most 200 characters.
    #[serde(default)]
    #[schema(max_length = 200)]
    pub application_version: Option<String>,
    /// What else the engine is told.
    #[serde(default)]
    pub options: JobOptions,
}

/// Where a job is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub enum JobState {
    /// It waits for a controller.
    Pending,
    /// A controller runs it.
    InProgress,
    /// It was done.
    Completed,
    /// It could not be done.
    Failed,
    /// Someone stopped it.
    Cancelled,
}

impl JobState {
    /// The word in the store.
    pub fn as_str(self) -> &'static str {
        match self {
            JobState::Pending => palisade_store::job::PENDING,
            JobState::InProgress => palisade_store::job::IN_PROGRESS,
            JobState::Completed => palisade_store::job::COMPLETED,
            JobState::Failed => palisade_store::job::FAILED,
            JobState::Cancelled => palisade_store::job::CANCELLED,
        }
    }

    /// From the word in the store.
    pub fn of(word: &str) -> Self {
        use JobState as S;
        let all = [S::Pending, S::InProgress, S::Completed, S::Failed, S::Cancelled];
        all.into_iter().find(|state| state.as_str() == word).unwrap_or(S::Failed)
    }

    /// True when nothing of it goes on.
    pub fn has_ended(self) -> bool {
        !matches!(self, JobState::Pending | JobState::InProgress)
    }
}

/// Something with an id and a name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Named {
    /// UUIDv7.
    pub id: String,
    /// Name.
    pub name: String,
}

/// A job.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Job {
    /// UUIDv7.
    pub id: String,
    /// What it does.
    pub job_type: JobType,
    /// Where it is.
    pub state: JobState,
    /// Why it failed or was stopped; of one that waits again, what went wrong the last time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// From 0 to 100.
    pub progress: u8,
    /// What is being done.
    pub progress_text: String,
    /// Whether the conditions hold that it was asked to judge by; absent without any, and before its end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub compliant: Option<bool>,
    /// Name of the contract.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub document_name: Option<String>,
    /// The API that is asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// When it was asked for.
    pub created_at: String,
    /// When it began first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub started_at: Option<String>,
    /// When something about it changed last.
    pub updated_at: String,
    /// When it ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<String>,
    /// When it is deleted with everything that came of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<String>,
    /// Who asked for it.
    pub created_by: String,
    /// Who runs it or ran it last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub controller: Option<Named>,
    /// How often it was begun.
    pub attempts: u32,
    /// The application it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub application: Option<String>,
    /// Its version.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub application_version: Option<String>,
    /// Findings by severity, when it was completed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub summary: Option<Summary>,
    /// Points of 100, where the engine gives any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub score: Option<f64>,
    /// A letter, where the engine gives one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grade: Option<String>,
}

/// A finding of a job.
#[derive(Debug, Serialize, ToSchema)]
pub struct JobFinding {
    /// UUIDv7.
    pub id: String,
    /// Which engine found it: `oas-analyzer`, `api-posture`.
    pub source: String,
    /// Families, for lists over every engine.
    pub categories: Vec<String>,
    /// When it was found.
    pub created_at: String,
    /// Its place in the order of the engine, from 0.
    pub position: u32,
    /// The finding.
    #[serde(flatten)]
    pub finding: Finding,
}

/// Who runs jobs.
#[derive(Debug, Serialize, ToSchema)]
pub struct Controller {
    /// UUIDv7.
    pub id: String,
    /// Name, unique in the project.
    pub name: String,
    /// Whether it is there.
    pub state: ControllerState,
    /// Version of its program.
    pub version: String,
    /// When it was last heard of.
    pub last_seen: String,
    /// What it can do.
    pub capabilities: Vec<JobType>,
    /// Jobs that it runs at a time.
    pub parallel: u32,
    /// Whether it asks hosts of private networks.
    pub allow_private: bool,
    /// Whether it came with a control plane and serves every project.
    pub embedded: bool,
    /// Jobs of this project that it runs now.
    pub jobs: u32,
}

/// Whether a controller is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ControllerState {
    /// It was heard of within the last minute.
    Connected,
    /// It said that it ends.
    Stopped,
    /// Nothing was heard of it for a minute.
    Lost,
}

/// A wish for a job.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LeaseWish {
    /// The instance that asks.
    #[schema(max_length = 64)]
    pub instance: String,
    /// How long the answer may be held, 0 to 25 seconds.
    #[serde(default)]
    #[schema(maximum = 25)]
    pub wait_seconds: u32,
}

/// One start of a controller.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ControllerInstance {
    /// The instance.
    #[schema(max_length = 64)]
    pub instance: String,
}
