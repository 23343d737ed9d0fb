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

impl Summary {
    /// Counts more findings of a severity.
    pub fn add(&mut self, severity: palisade_finding::Severity, count: u64) {
        use palisade_finding::Severity as S;
        let slot = match severity {
            S::Critical => &mut self.critical,
            S::High => &mut self.high,
            S::Medium => &mut self.medium,
            S::Low => &mut self.low,
            S::Info => &mut self.info,
        };
        *slot += count;
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

/// Where a finding is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum FindingState {
    /// It is there.
    Open,
    /// It is there, and a person accepted it.
    Acknowledged,
    /// A later run that covers it did not find it.
    Fixed,
    /// It was fixed and is there again.
    Regressed,
}

impl From<palisade_store::FindingState> for FindingState {
    fn from(state: palisade_store::FindingState) -> Self {
        use palisade_store::FindingState as S;
        match state {
            S::Open => Self::Open,
            S::Acknowledged => Self::Acknowledged,
            S::Fixed => Self::Fixed,
            S::Regressed => Self::Regressed,
        }
    }
}

/// That a person accepted a finding.
#[derive(Debug, Serialize, ToSchema)]
pub struct Acknowledgement {
    /// Who.
    pub by: String,
    /// Why.
    pub reason: String,
    /// When.
    pub at: String,
    /// From when on the finding is open again; null: it is accepted for ever.
    pub until: Option<String>,
}

/// Something that happened to a finding.
#[derive(Debug, Serialize, ToSchema)]
pub struct FindingChange {
    /// When.
    pub time: String,
    /// What it became.
    pub state: FindingState,
    /// Who did it; null: an engine, or the end of an acknowledgement.
    pub by: Option<String>,
    /// Why.
    pub reason: Option<String>,
    /// End of the acknowledgement.
    pub until: Option<String>,
}

/// A finding with everything that happened to it.
#[derive(Debug, Serialize, ToSchema)]
pub struct FindingDetail {
    /// The finding.
    #[serde(flatten)]
    pub finding: KeptFinding,
    /// What happened to it, the oldest first: it begins when it was first found.
    pub history: Vec<FindingChange>,
}

/// Accepts a finding.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Acknowledge {
    /// Why, on one line of at most 1000 characters.
    #[schema(min_length = 1, max_length = 1000)]
    pub reason: String,
    /// From when on the finding is open again, RFC 3339; without it the finding is accepted for ever.
    #[schema(format = DateTime)]
    pub expires_at: Option<String>,
}

/// Accepts many findings.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AcknowledgeMany {
    /// Which ones: `field:operator:value`, all of which must hold, with the fields of the list of findings.
    #[schema(min_items = 1, max_items = 19)]
    pub filter: Vec<String>,
    /// Why, on one line of at most 1000 characters.
    #[schema(min_length = 1, max_length = 1000)]
    pub reason: String,
    /// From when on they are open again, RFC 3339; without it they are accepted for ever.
    #[schema(format = DateTime)]
    pub expires_at: Option<String>,
}

/// What came of accepting many findings.
#[derive(Debug, Serialize, ToSchema)]
pub struct AcknowledgedMany {
    /// Findings that are accepted now.
    pub acknowledged: u64,
    /// Findings that were left as they are, because their API has as many accepted ones as are kept.
    pub refused: u64,
    /// The filter names more: call again.
    pub more: bool,
}

/// What findings are counted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum FindingGroup {
    /// The API, by its id.
    Api,
    /// The engine.
    Engine,
    /// The severity.
    #[default]
    Severity,
    /// Where they are in their life.
    State,
    /// The rule.
    Rule,
    /// The category.
    Category,
    /// The operation.
    Operation,
}

impl From<FindingGroup> for palisade_store::FindingGroup {
    fn from(group: FindingGroup) -> Self {
        match group {
            FindingGroup::Api => Self::Api,
            FindingGroup::Engine => Self::Engine,
            FindingGroup::Severity => Self::Severity,
            FindingGroup::State => Self::State,
            FindingGroup::Rule => Self::Rule,
            FindingGroup::Category => Self::Category,
            FindingGroup::Operation => Self::Operation,
        }
    }
}

/// Findings in groups.
#[derive(Debug, Serialize, ToSchema)]
pub struct FindingGroups {
    /// The groups, the largest first.
    pub items: Vec<CountedFindings>,
}

/// Findings that have something in common, counted.
#[derive(Debug, Serialize, ToSchema)]
pub struct CountedFindings {
    /// What they have in common; empty where they have none of it.
    pub key: String,
    /// All of them.
    pub total: u64,
    /// By severity.
    pub severities: Summary,
    /// By state.
    pub states: FindingStateCounts,
}

/// How many findings are in each state.
#[derive(Debug, Serialize, ToSchema)]
pub struct FindingStateCounts {
    /// Open ones.
    pub open: u64,
    /// Acknowledged ones.
    pub acknowledged: u64,
    /// Fixed ones.
    pub fixed: u64,
    /// Regressed ones.
    pub regressed: u64,
}

impl From<palisade_store::FindingGroupRow> for CountedFindings {
    fn from(row: palisade_store::FindingGroupRow) -> Self {
        let count = |count| u64::try_from(count).unwrap_or(0);
        Self {
            key: row.group_key,
            total: count(row.total),
            severities: Summary {
                critical: count(row.critical),
                high: count(row.high),
                medium: count(row.medium),
                low: count(row.low),
                info: count(row.info),
            },
            states: FindingStateCounts {
                open: count(row.open),
                acknowledged: count(row.acknowledged),
                fixed: count(row.fixed),
                regressed: count(row.regressed),
            },
        }
    }
}

/// Takes the acceptance of a finding back.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Reopen {
    /// Why, on one line of at most 1000 characters.
    #[schema(max_length = 1000)]
    pub reason: Option<String>,
}

/// A finding as kept: its life and times.
#[derive(Debug, Serialize, ToSchema)]
pub struct KeptFinding {
    /// UUIDv7.
    pub id: String,
    /// The API.
    pub api_id: String,
    /// Who found it: in the contract (`audit`) or in traffic (`discover`).
    pub engine: Engine,
    /// Where it is in its life.
    pub state: FindingState,
    /// Since when.
    pub changed_at: String,
    /// The acceptance that stands. A fixed finding may have one: it is acknowledged again when it comes back.
    pub acknowledged: Option<Acknowledgement>,
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
    /// From the word in the store.
    pub fn of(word: &str) -> Self {
        if word == "audit" { Engine::Audit } else { Engine::Discover }
    }

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
