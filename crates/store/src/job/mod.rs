//! Jobs: asked for, leased, ended, dropped.
//!
//! A job is held by a lease: a controller, a fence and a time until which the controller must be heard of. Every statement
//! that changes a held job names the fence, so that who lost a lease changes nothing any more, and an end with everything
//! that belongs to it is one transaction.

mod keep;
mod lease;
mod read;

use crate::dialect::Flag;
use crate::query::{Column, Kind, List};

pub use lease::{Beat, Ended, Held, Lease, Leaser, Limits};

/// It waits for a controller.
pub const PENDING: &str = "Pending";
/// A controller runs it.
pub const IN_PROGRESS: &str = "InProgress";
/// It was done.
pub const COMPLETED: &str = "Completed";
/// It could not be done.
pub const FAILED: &str = "Failed";
/// Someone stopped it.
pub const CANCELLED: &str = "Cancelled";

/// The topic under which changes of jobs are told.
pub const TOPIC: &str = "jobs";

/// A job.
#[derive(Debug, Clone, PartialEq, sqlx::FromRow)]
pub struct JobRow {
    /// UUIDv7.
    pub id: String,
    /// The project it belongs to.
    pub project_id: String,
    /// What is to be done.
    pub job_type: String,
    /// One of the states above.
    pub state: String,
    /// Why it failed or was cancelled; of one that waits again, what went wrong the last time.
    pub reason: Option<String>,
    /// What was asked for, JSON.
    pub request: String,
    /// The controller that must run it; any that can where there is none.
    pub controller_id: Option<String>,
    /// The application it is about.
    pub application: Option<String>,
    /// Its version.
    pub application_version: Option<String>,
    /// Id of the principal that asked for it.
    pub creator: String,
    /// Its name.
    pub created_by: String,
    /// Key that tells a request that is sent twice.
    pub idempotency_key: Option<String>,
    /// SHA-256 of what was asked for, hexadecimal.
    pub request_hash: String,
    /// Microseconds.
    pub created_at: i64,
    /// Microseconds.
    pub updated_at: i64,
    /// It is not leased before; microseconds.
    pub not_before: i64,
    /// Microseconds.
    pub started_at: Option<i64>,
    /// Microseconds.
    pub ended_at: Option<i64>,
    /// When it is dropped; microseconds.
    pub expires_at: Option<i64>,
    /// From 0 to 100.
    pub progress: i64,
    /// What is being done.
    pub progress_text: String,
    /// Leases that counted as attempts.
    pub attempts: i64,
    /// Number of its last lease; it only grows.
    pub fence: i64,
    /// The fence its end was told with.
    pub ended_fence: Option<i64>,
    /// Whether someone wants it stopped.
    #[sqlx(try_from = "Flag")]
    pub cancel_asked: bool,
    /// The controller that runs it or ran it last.
    pub holder_id: Option<String>,
    /// Its name.
    pub holder_name: Option<String>,
    /// Whether the conditions that were asked for hold: 0 or 1.
    pub compliant: Option<i64>,
    /// From 0 to 100.
    pub score: Option<f64>,
    /// A letter, where the engine gives one.
    pub grade: Option<String>,
    /// Findings by severity, JSON.
    pub summary: Option<String>,
}

/// A finding of a job.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct JobFindingRow {
    /// UUIDv7.
    pub id: String,
    /// Its place in the order of the engine, from 0.
    pub position: i64,
    /// `critical`, `high`, `medium`, `low` or `info`.
    pub severity: String,
    /// Which engine found it.
    pub source: String,
    /// JSON list.
    pub categories: String,
    /// The finding, JSON.
    pub body: String,
    /// Microseconds.
    pub created_at: i64,
}

/// A line of a job's log.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct JobLogRow {
    /// Microseconds.
    pub time: i64,
    /// The lease it was written in.
    pub fence: i64,
    /// Counts the lines of the lease, from 0.
    pub number: i64,
    /// The text.
    pub line: String,
}

/// One lease of a job.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct AttemptRow {
    /// Number of the lease.
    pub fence: i64,
    /// The controller.
    pub controller_id: String,
    /// Its name.
    pub controller_name: String,
    /// Microseconds.
    pub started_at: i64,
    /// Microseconds.
    pub ended_at: Option<i64>,
    /// How it ended.
    pub outcome: Option<String>,
}

/// What may be asked of the list of jobs.
pub const JOBS: List = List {
    name: "jobs",
    columns: &[
        Column::new("created_at", Kind::Time, "created_at"),
        Column::new("updated_at", Kind::Time, "updated_at"),
        Column::new("started_at", Kind::Time, "started_at").optional(),
        Column::new("ended_at", Kind::Time, "ended_at").optional(),
        Column::new("state", Kind::Words(&[PENDING, IN_PROGRESS, COMPLETED, FAILED, CANCELLED]), "state"),
        Column::new("job_type", Kind::Text, "job_type"),
        Column::new("created_by", Kind::Text, "created_by"),
        Column::new("application", Kind::Text, "application").optional(),
        Column::new("application_version", Kind::Text, "application_version").optional(),
        Column::new("compliant", Kind::Truth, "compliant").optional(),
        Column::new("score", Kind::Number, "CAST(score AS BIGINT)").optional(),
        Column::new("grade", Kind::Text, "grade").optional(),
        Column::new("attempts", Kind::Number, "attempts"),
    ],
    sort: "-created_at",
    id: "id",
};

/// What may be asked of the findings of a job.
pub const JOB_FINDINGS: List = List {
    name: "job-findings",
    columns: &[
        Column::new("position", Kind::Number, "position"),
        Column::new("severity", Kind::Words(&["info", "low", "medium", "high", "critical"]), "severity"),
        Column::new("source", Kind::Text, "source"),
        Column::new("created_at", Kind::Time, "created_at"),
    ],
    sort: "position",
    id: "id",
};

macro_rules! job_columns {
    () => {
        "id, project_id, job_type, state, reason, request, controller_id, application, application_version, creator, \
         created_by, idempotency_key, request_hash, created_at, updated_at, not_before, started_at, ended_at, \
         expires_at, progress, progress_text, attempts, fence, ended_fence, cancel_asked, holder_id, holder_name, \
         compliant, score, grade, summary"
    };
}
pub(crate) use job_columns;

/// A statement that reads the columns of a job; what follows the table is given.
macro_rules! job {
    ($rest:literal) => {
        concat!("SELECT ", crate::job::job_columns!(), " FROM jobs ", $rest)
    };
}
pub(crate) use job;
