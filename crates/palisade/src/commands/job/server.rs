//! What the control plane says of jobs and controllers.

use palisade_client::{Client, Error, encoded};
use palisade_finding::{Finding, Summary};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// Rows asked for at once.
const PAGE: u32 = 500;
/// Findings of a job that are read.
const FINDINGS: u32 = 100_000;

/// A job.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Job {
    pub id: String,
    pub job_type: String,
    pub state: State,
    #[serde(default)]
    pub reason: Option<String>,
    #[serde(default)]
    pub progress: f64,
    #[serde(default)]
    pub progress_text: Option<String>,
    #[serde(default)]
    pub compliant: Option<bool>,
    pub created_at: String,
    pub updated_at: String,
    #[serde(default)]
    pub controller: Option<Named>,
    #[serde(default)]
    pub application: Option<String>,
    #[serde(default)]
    pub application_version: Option<String>,
    #[serde(default)]
    pub summary: Option<Summary>,
    #[serde(default)]
    pub score: Option<f64>,
    #[serde(default)]
    pub grade: Option<String>,
}

/// Where a job is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum State {
    Pending,
    InProgress,
    Completed,
    Failed,
    Cancelled,
}

impl State {
    pub fn as_str(self) -> &'static str {
        match self {
            State::Pending => "Pending",
            State::InProgress => "InProgress",
            State::Completed => "Completed",
            State::Failed => "Failed",
            State::Cancelled => "Cancelled",
        }
    }

    pub fn has_ended(self) -> bool {
        matches!(self, State::Completed | State::Failed | State::Cancelled)
    }
}

/// Something with an id and a name.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Named {
    pub id: String,
    #[serde(default)]
    pub name: String,
}

/// A controller.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Controller {
    pub id: String,
    pub name: String,
    #[serde(default)]
    pub state: Option<String>,
    #[serde(default)]
    pub version: Option<String>,
    #[serde(default)]
    pub last_seen: Option<String>,
    #[serde(default)]
    pub capabilities: Vec<String>,
}

/// One thing that a job found.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Found {
    #[serde(flatten)]
    pub finding: Finding,
    pub id: String,
    #[serde(default)]
    pub source: Option<String>,
    #[serde(default)]
    pub categories: Vec<String>,
    pub created_at: String,
}

/// What a gate says of a job.
#[derive(Debug, Deserialize)]
pub struct Verdict {
    pub gate: String,
    pub compliant: bool,
    #[serde(default)]
    pub broken: Vec<Broken>,
}

/// A condition of a gate that does not hold.
#[derive(Debug, Deserialize)]
pub struct Broken {
    pub message: String,
}

/// What a job is started with.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Request {
    pub job_type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub document: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub document_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fuzzing_depth: Option<super::args::Depth>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub controller_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_severity_allowed: Option<palisade_finding::Severity>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fail_on: Option<palisade_finding::Severity>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gate: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub application: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub application_version: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub options: Option<Options>,
}

/// What else a job is told.
#[derive(Debug, Clone, Serialize)]
pub struct Options {
    pub allow_private: bool,
}

#[derive(Debug, Deserialize)]
struct Page<T> {
    items: Vec<T>,
    #[serde(default)]
    next: Option<String>,
}

/// The path of a job.
pub fn path(id: &str) -> String {
    format!("/api/v1/jobs/{}", encoded(id))
}

/// One job.
pub async fn job(client: &Client, id: &str) -> Result<Job, Error> {
    client.get(&path(id)).await
}

/// The jobs by the time they were made.
pub async fn jobs(client: &Client, newest_first: bool, most: u32) -> Result<Vec<Job>, Error> {
    let sort = if newest_first { "-created_at" } else { "created_at" };
    all(client, &format!("/api/v1/jobs?sort={sort}"), most).await
}

/// The controllers.
pub async fn controllers(client: &Client) -> Result<Vec<Controller>, Error> {
    all(client, "/api/v1/controllers", FINDINGS).await
}

/// What a job found.
pub async fn findings(client: &Client, id: &str) -> Result<Vec<Found>, Error> {
    all(client, &format!("{}/findings", path(id)), FINDINGS).await
}

/// What a gate says of a job: the one that is named, else the one that the job was asked with.
pub async fn verdict(client: &Client, id: &str, gate: Option<&str>) -> Result<Verdict, Error> {
    let named = gate.map(|gate| format!("?gate={}", encoded(gate))).unwrap_or_default();
    client.get(&format!("{}/compliance{named}", path(id))).await
}

/// Every row of a list, page by page, up to a number.
async fn all<T: DeserializeOwned>(client: &Client, path: &str, most: u32) -> Result<Vec<T>, Error> {
    let mut rows = Vec::new();
    let mut cursor: Option<String> = None;
    let most = most as usize;
    while rows.len() < most {
        let mark = if path.contains('?') { '&' } else { '?' };
        let limit = PAGE.min(u32::try_from(most - rows.len()).unwrap_or(PAGE));
        let from = cursor.as_deref().map(|cursor| format!("&cursor={}", encoded(cursor))).unwrap_or_default();
        let page: Page<T> = client.get(&format!("{path}{mark}limit={limit}{from}")).await?;
        let empty = page.items.is_empty();
        rows.extend(page.items);
        match page.next {
            Some(next) if !empty && cursor.as_ref() != Some(&next) => cursor = Some(next),
            _ => break,
        }
    }
    rows.truncate(most);
    Ok(rows)
}
