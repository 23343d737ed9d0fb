//! Findings and the rules they come from.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = Severity)]
pub enum SeverityName {
    /// Opens a way without any condition.
    Critical,
    /// Opens a way by itself.
    High,
    /// Opens a way that needs other conditions.
    Medium,
    /// Weakens a defence a little.
    Low,
    /// Worth knowing.
    Info,
}

impl From<palisade_finding::Severity> for SeverityName {
    fn from(severity: palisade_finding::Severity) -> Self {
        use palisade_finding::Severity as S;
        match severity {
            S::Critical => Self::Critical,
            S::High => Self::High,
            S::Medium => Self::Medium,
            S::Low => Self::Low,
            S::Info => Self::Info,
        }
    }
}

impl From<SeverityName> for palisade_finding::Severity {
    fn from(severity: SeverityName) -> Self {
        match severity {
            SeverityName::Critical => Self::Critical,
            SeverityName::High => Self::High,
            SeverityName::Medium => Self::Medium,
            SeverityName::Low => Self::Low,
            SeverityName::Info => Self::Info,
        }
    }
}

/// How many findings of each severity there are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Summary {
    /// Critical findings.
    pub critical: u64,
    /// High findings.
    pub high: u64,
    /// Medium findings.
    pub medium: u64,
    /// Low findings.
    pub low: u64,
    /// Informational findings.
    pub info: u64,
}

impl From<palisade_finding::Summary> for Summary {
    fn from(s: palisade_finding::Summary) -> Self {
        Self { critical: s.critical, high: s.high, medium: s.medium, low: s.low, info: s.info }
    }
}

impl std::ops::AddAssign for Summary {
    fn add_assign(&mut self, other: Self) {
        self.critical += other.critical;
        self.high += other.high;
        self.medium += other.medium;
        self.low += other.low;
        self.info += other.info;
    }
}

/// One thing wrong.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Finding {
    /// Rule id.
    pub rule: String,
    /// The rule's short name.
    pub name: String,
    /// How bad it is.
    pub severity: SeverityName,
    /// Family of the rule.
    pub category: String,
    /// What is wrong here.
    pub message: String,
    /// File of the place.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// JSON pointer of the place.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pointer: Option<String>,
    /// Line, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    /// Column, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<u32>,
    /// `METHOD /template`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operation: Option<String>,
    /// What was seen, redacted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub evidence: Option<String>,
    /// How to mend it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fix: Option<String>,
    /// Score points it costs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub loss: Option<f64>,
    /// How many places or times it stands for.
    pub count: u64,
    /// Identity across runs.
    pub fingerprint: String,
    /// OWASP API Security Top 10 items.
    pub owasp: Vec<String>,
    /// CWE ids.
    pub cwe: Vec<String>,
    /// MITRE ATT&CK ids.
    pub attack: Vec<String>,
    /// The same rule in other tools' words.
    pub aliases: Vec<String>,
}

impl From<palisade_finding::Finding> for Finding {
    fn from(f: palisade_finding::Finding) -> Self {
        Self {
            rule: f.rule.into(),
            name: f.name.into(),
            severity: f.severity.into(),
            category: f.category.into(),
            message: f.message,
            file: f.file.map(|file| file.to_string()),
            pointer: f.pointer,
            line: f.line,
            column: f.column,
            operation: f.operation.as_deref().map(str::to_owned),
            evidence: f.evidence,
            fix: f.fix.map(Into::into),
            loss: f.loss,
            count: f.count,
            fingerprint: f.fingerprint,
            owasp: f.owasp.into(),
            cwe: f.cwe.into(),
            attack: f.attack.into(),
            aliases: f.aliases.into(),
        }
    }
}

/// A finding that is not reported.
#[derive(Debug, Serialize, ToSchema)]
pub struct SuppressedFinding {
    /// Why it is not.
    pub because: Because,
    /// What was seen, or the reason that was given.
    pub reason: String,
    /// The finding.
    #[serde(flatten)]
    pub finding: Finding,
}

/// Why a finding is not reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Because {
    /// The traffic shows that what it misses is enforced. It takes no points.
    Enforced,
    /// The contract says that the operation is public on purpose. It takes no points.
    Public,
    /// The contract says that it is accepted.
    Annotated,
    /// A configuration says that it is accepted.
    Ignored,
    /// A baseline has it.
    Known,
}

impl From<palisade_audit::policy::Silence> for Because {
    fn from(silence: palisade_audit::policy::Silence) -> Self {
        use palisade_audit::policy::Silence as S;
        match silence {
            S::Enforced => Self::Enforced,
            S::Public => Self::Public,
            S::Annotated => Self::Annotated,
            S::Ignored | S::Off => Self::Ignored,
            S::Known => Self::Known,
        }
    }
}

/// A finding as kept, with its times.
#[derive(Debug, Serialize, ToSchema)]
pub struct KeptFinding {
    /// UUIDv7.
    pub id: String,
    /// Who found it: in the contract (`audit`) or in traffic (`discover`).
    pub engine: Engine,
    /// When it was first found.
    pub first_observed: String,
    /// When it was last found.
    pub last_observed: String,
    /// The finding.
    #[serde(flatten)]
    pub finding: Finding,
}

/// Who gave a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Engine {
    /// From the contract.
    Audit,
    /// From traffic.
    Discover,
}

impl Engine {
    /// The word in the store.
    pub fn as_str(self) -> &'static str {
        match self {
            Engine::Audit => "audit",
            Engine::Discover => "discover",
        }
    }
}

/// A rule of an engine.
#[derive(Debug, Serialize, ToSchema)]
pub struct Rule {
    /// Rule id.
    pub id: String,
    /// Short name.
    pub name: String,
    /// Severity it gives.
    pub severity: SeverityName,
    /// Family.
    pub category: String,
    /// What it checks.
    pub what: String,
    /// Why it matters.
    pub why: String,
    /// How to mend it.
    pub fix: String,
    /// OWASP API Security Top 10 items.
    pub owasp: Vec<String>,
    /// CWE ids.
    pub cwe: Vec<String>,
}
