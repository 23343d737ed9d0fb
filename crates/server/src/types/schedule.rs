//! Schedules of jobs, their runs, and how runs differ.

use super::{NewJob, SeverityName, Summary};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What becomes of a run whose time came while no control plane ran.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Missed {
    /// It is made up for, once, however many were missed.
    #[default]
    Once,
    /// It is left out.
    Skip,
}

impl Missed {
    /// The word in the store.
    pub fn as_str(self) -> &'static str {
        match self {
            Missed::Once => "once",
            Missed::Skip => "skip",
        }
    }

    /// From the word in the store.
    pub fn of(word: &str) -> Self {
        if word == "skip" { Missed::Skip } else { Missed::Once }
    }
}

fn utc() -> String {
    "UTC".to_owned()
}

fn yes() -> bool {
    true
}

/// What a schedule is to be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ScheduleChange {
    /// Its name, unique: 1 to 100 letters, digits, `.`, `_` and `-`.
    #[schema(min_length = 1, max_length = 100, pattern = "^[A-Za-z0-9._-]+$")]
    pub name: String,
    /// Cron expression of five fields: minute, hour, day of the month, month, day of the week.
    #[schema(max_length = 100)]
    pub cron: String,
    /// Name of the time zone it is meant in, such as `Europe/Zurich`.
    #[serde(default = "utc")]
    #[schema(max_length = 100, default = "UTC")]
    pub time_zone: String,
    /// The job, as `POST /api/v1/jobs` takes it.
    #[schema(value_type = NewJob)]
    pub job: serde_json::Value,
    /// An API whose contract at the time of each run is the job's document: the one in force, else the learned one.
    #[serde(default)]
    #[schema(max_length = 64)]
    pub contract_of: Option<String>,
    /// What becomes of runs that are missed.
    #[serde(default)]
    pub missed: Missed,
    /// False: it is paused.
    #[serde(default = "yes")]
    #[schema(default = true)]
    pub enabled: bool,
}

/// A schedule.
#[derive(Debug, Serialize, ToSchema)]
pub struct JobSchedule {
    /// UUIDv7.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Cron expression.
    pub cron: String,
    /// The same in words.
    pub description: String,
    /// Name of the time zone it is meant in.
    pub time_zone: String,
    /// The job, without its document.
    #[schema(value_type = Object)]
    pub job: serde_json::Value,
    /// Bytes of the document of every run; null without one of its own.
    pub document_bytes: Option<u64>,
    /// The API whose contract is the document.
    pub contract_of: Option<String>,
    /// What becomes of runs that are missed.
    pub missed: Missed,
    /// False: it is paused.
    pub enabled: bool,
    /// The next times it runs, at most five; none while it is paused.
    pub next: Vec<String>,
    /// Its newest run.
    pub last_run: Option<ScheduleRun>,
    /// When it was made.
    pub created_at: String,
    /// When it was last changed.
    pub updated_at: String,
    /// By whom.
    pub updated_by: String,
}

/// Where a run is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub enum RunState {
    /// It waits for its job.
    Due,
    /// Its job waits or goes on.
    Started,
    /// It was left out: the one before it went on, or it was missed.
    Skipped,
    /// There could be no job.
    Refused,
    /// Its job was done.
    Completed,
    /// Its job could not be done, or is gone.
    Failed,
    /// Someone stopped its job.
    Cancelled,
}

impl RunState {
    /// From the word in the store.
    pub fn of(word: &str) -> Self {
        match word {
            "Due" => RunState::Due,
            "Started" => RunState::Started,
            "Skipped" => RunState::Skipped,
            "Refused" => RunState::Refused,
            "Completed" => RunState::Completed,
            "Cancelled" => RunState::Cancelled,
            _ => RunState::Failed,
        }
    }
}

/// A run of a schedule.
#[derive(Debug, Serialize, ToSchema)]
pub struct ScheduleRun {
    /// UUIDv7.
    pub id: String,
    /// The time it was for.
    pub due_at: String,
    /// When it was begun.
    pub begun_at: String,
    /// Seconds after its time.
    pub late_seconds: u64,
    /// Who asked for it without waiting for the clock.
    pub asked_by: Option<String>,
    /// Where it is.
    pub state: RunState,
    /// Why it was left out, refused, failed or cancelled.
    pub reason: Option<String>,
    /// Its job; after a week it is gone.
    pub job_id: Option<String>,
    /// When it ended.
    pub ended_at: Option<String>,
    /// Version of the application.
    pub application_version: Option<String>,
    /// Whether the conditions hold that the job is judged by.
    pub compliant: Option<bool>,
    /// Points of 100.
    pub score: Option<f64>,
    /// A letter.
    pub grade: Option<String>,
    /// Findings by severity.
    pub summary: Option<Summary>,
    /// How it differs from the completed run before it.
    pub comparison: Option<Comparison>,
}

/// How a run differs from an earlier one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Comparison {
    /// The earlier one.
    pub before: Compared,
    /// The later one.
    pub after: Compared,
    /// Operations; null where one of the two knows none.
    pub operations: Option<OperationChanges>,
    /// Findings.
    pub findings: FindingChanges,
    /// Points won; negative: lost.
    pub score_change: Option<f64>,
    /// Coverage won, of 1; negative: lost.
    pub coverage_change: Option<f64>,
    /// What changed in the contract; null without two contracts.
    pub contract: Option<ContractChanges>,
}

/// One of two that are compared.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Compared {
    /// The run, where it belongs to a schedule.
    pub run_id: Option<String>,
    /// The job.
    pub job_id: Option<String>,
    /// When it ended.
    pub ended_at: Option<String>,
    /// Version of the application.
    pub application_version: Option<String>,
    /// Points of 100.
    pub score: Option<f64>,
    /// A letter.
    pub grade: Option<String>,
}

/// Which operations came and went.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct OperationChanges {
    /// How many appeared: the features that crept in.
    pub added_count: u64,
    /// How many are gone.
    pub removed_count: u64,
    /// Those that appeared, `METHOD /path`, the first 500.
    pub added: Vec<String>,
    /// Those that are gone, the first 500.
    pub removed: Vec<String>,
}

/// Which findings came and went.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct FindingChanges {
    /// How many are new.
    pub new_count: u64,
    /// How many are gone.
    pub fixed_count: u64,
    /// How many both have.
    pub unchanged: u64,
    /// Those that are new, the worst first, the first 500.
    pub new: Vec<ComparedFinding>,
    /// Those that are gone, the worst first, the first 500.
    pub fixed: Vec<ComparedFinding>,
    /// False: one of the two has more findings than are kept, so that not all of this is known.
    pub complete: bool,
}

/// A finding of one of the two.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ComparedFinding {
    /// Identity.
    pub fingerprint: String,
    /// Rule.
    pub rule: String,
    /// How bad it is.
    pub severity: SeverityName,
    /// What is wrong.
    pub message: String,
    /// `METHOD /path`.
    pub operation: Option<String>,
}

/// What changed in a contract.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ContractChanges {
    /// Changes that break clients.
    pub breaking: u64,
    /// Changes that may.
    pub risky: u64,
    /// Changes that do not.
    pub compatible: u64,
    /// The first 100, the worst first.
    pub changes: Vec<ContractChange>,
}

/// One change of a contract.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ContractChange {
    /// What kind of change.
    pub id: String,
    /// `breaking`, `risky` or `compatible`.
    pub level: String,
    /// In words.
    pub message: String,
}
