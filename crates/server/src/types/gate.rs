//! Gates: what must hold, and what they say of an API.

use super::{Finding, SeverityName};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// A gate with its conditions as they were read.
#[derive(Debug, Serialize, ToSchema)]
pub struct Gate {
    /// UUIDv7.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What it is for.
    pub description: Option<String>,
    /// The YAML that `palisade audit --gate FILE` reads too.
    pub definition: String,
    /// Whether it judges where no gate is named.
    pub default: bool,
    /// Points that must be reached.
    pub minimum: GateMinimum,
    /// The lowest severity that is rejected.
    pub reject_severity: Option<SeverityName>,
    /// The lowest severity that is rejected in a category.
    pub reject_categories: BTreeMap<String, SeverityName>,
    /// Whether a contract in an invalid state is rejected.
    pub reject_invalid: bool,
    /// Rules that may not fire.
    pub forbid: Vec<String>,
    /// Names of what it is about; empty for everything.
    pub files: Vec<String>,
    /// Operations it is about; empty for all.
    pub operations: Vec<String>,
    /// Tags of operations it is about; empty for all.
    pub tags: Vec<String>,
    /// When it was made.
    pub created_at: String,
    /// When it was last changed.
    pub updated_at: String,
    /// By whom.
    pub updated_by: String,
}

/// Points that must be reached.
#[derive(Debug, Serialize, ToSchema)]
pub struct GateMinimum {
    /// Of 100.
    pub total: Option<f64>,
    /// Of 30.
    pub security: Option<f64>,
    /// Of 70.
    pub data: Option<f64>,
}

/// A new gate.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewGate {
    /// Its name, for ever: 1 to 100 letters, digits, `.`, `_` and `-`.
    #[schema(min_length = 1, max_length = 100, pattern = "^[A-Za-z0-9._-]+$")]
    pub name: String,
    /// One gate as YAML; `gate`, where it is given, is the name.
    #[schema(max_length = 32768)]
    pub definition: String,
    /// Whether it judges where no gate is named, in place of the one that does now.
    #[serde(default)]
    pub default: bool,
}

/// What a gate is to be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GateChange {
    /// One gate as YAML; `gate`, where it is given, is the name.
    #[schema(max_length = 32768)]
    pub definition: String,
    /// Whether it judges where no gate is named.
    #[serde(default)]
    pub default: bool,
}

/// What a gate says of an API.
#[derive(Debug, Serialize, ToSchema)]
pub struct GateVerdict {
    /// The gate's name.
    pub gate: String,
    /// Whether every condition holds.
    pub compliant: bool,
    /// Conditions that do not hold.
    pub broken: Vec<BrokenCondition>,
    /// Findings that were judged.
    pub judged: u64,
    /// Findings that were left out because a person accepted them.
    pub acknowledged: u64,
}

/// A condition of a gate that does not hold.
#[derive(Debug, Serialize, ToSchema)]
pub struct BrokenCondition {
    /// As the gate's definition names it.
    pub condition: String,
    /// The figure and the limit.
    pub message: String,
    /// How many findings break it.
    pub count: u64,
    /// These findings, the first hundred.
    pub findings: Vec<JudgedFinding>,
}

/// A finding that breaks a condition.
#[derive(Debug, Serialize, ToSchema)]
pub struct JudgedFinding {
    /// UUIDv7; null where the finding is not kept, because only the gate asks for its rule.
    pub id: Option<String>,
    /// Who found it: `audit`, `discover`, or the source of a job's finding.
    pub engine: String,
    /// The finding.
    #[serde(flatten)]
    pub finding: Finding,
}
