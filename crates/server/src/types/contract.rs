//! Contracts of an API and what an audit says of them.

use super::{Finding, Summary, SuppressedFinding};
use palisade_discover::{Overrides, Rename, Template};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The score of a contract.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AuditSummary {
    /// Score.
    pub score: Score,
    /// `valid`, `semanticInvalid` or `structureInvalid`.
    pub state: String,
    /// Findings by severity.
    pub summary: Summary,
    /// Which contract was judged.
    pub source: ContractSource,
}

/// Points of a contract.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
pub struct Score {
    /// 0 to 100.
    pub total: f64,
    /// 0 to 30.
    pub security: f64,
    /// 0 to 70.
    pub data: f64,
}

/// What a person knows better than discovery, for everything that was learned.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Corrections {
    /// Where the template has a variable, every segment is a value: `/shops/{shop}`.
    pub merge: Vec<String>,
    /// Words of these templates are names and never values: `/users/export`.
    pub split: Vec<String>,
    /// Templates as they are, and the same with other names for their variables.
    pub rename: std::collections::BTreeMap<String, String>,
    /// Operations that are none of the API: `/static/**`, `TRACE /**`, `GET /health`.
    pub ignore: Vec<String>,
}

impl From<&Overrides> for Corrections {
    fn from(overrides: &Overrides) -> Self {
        let texts = |templates: &[Template]| templates.iter().map(|template| template.0.clone()).collect();
        let names = |rename: &Rename| (rename.from.0.clone(), rename.to.0.clone());
        Corrections {
            merge: texts(&overrides.merge),
            split: texts(&overrides.split),
            rename: overrides.rename.iter().map(names).collect(),
            ignore: overrides.ignore.clone(),
        }
    }
}

/// Which contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ContractSource {
    /// Reconstructed from traffic.
    Learned,
    /// In force.
    Approved,
}

/// The contracts of an API.
#[derive(Debug, Serialize, ToSchema)]
pub struct Contracts {
    /// The one in force.
    pub approved: Option<ApprovedContract>,
    /// What traffic taught.
    pub learned: Option<LearnedContract>,
}

/// The contract in force.
#[derive(Debug, Serialize, ToSchema)]
pub struct ApprovedContract {
    /// From 1, growing.
    pub version: u64,
    /// When it was approved.
    pub approved_at: String,
    /// By whom.
    pub approved_by: String,
    /// Where it came from.
    pub source: Origin,
    /// Its operations.
    pub operations: u64,
    /// Changes with its text.
    pub etag: String,
}

/// Where an approved contract came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Origin {
    /// Learned, then approved.
    Learned,
    /// Uploaded by its owner.
    Uploaded,
}

/// What traffic taught.
#[derive(Debug, Serialize, ToSchema)]
pub struct LearnedContract {
    /// Its operations.
    pub operations: u64,
    /// The exchanges it was learned from.
    pub exchanges: u64,
}

/// What to approve.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Approve {
    /// The contract to put in force: `learned`.
    pub source: ContractSource,
}

/// The audit of one contract.
#[derive(Debug, Serialize, ToSchema)]
pub struct AuditReport {
    /// The contract.
    pub contract: AuditedContract,
    /// `valid`, `semanticInvalid` or `structureInvalid`.
    pub state: String,
    /// Score.
    pub score: Score,
    /// What is wrong.
    pub findings: Vec<Finding>,
    /// What would be wrong, and is closed or ignored.
    pub suppressed: Vec<SuppressedFinding>,
    /// Findings that only the strict profile reports.
    pub outside_profile: u64,
    /// Findings by severity.
    pub summary: Summary,
}

/// The contract an audit judged.
#[derive(Debug, Serialize, ToSchema)]
pub struct AuditedContract {
    /// Name of the text.
    pub path: String,
    /// Title.
    pub title: Option<String>,
    /// Its own version.
    pub version: Option<String>,
    /// Dialect, for example `openapi 3.1`.
    pub format: Option<String>,
    /// Operations.
    pub operations: u64,
}
