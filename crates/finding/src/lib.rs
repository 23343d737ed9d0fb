//! The one finding type every engine gives: what is wrong, where, why, how to mend it, how to prove it.
//!
//! A [`Finding`] serialises into exactly the shape that reports, the REST API and the store carry.

mod fingerprint;
mod fix;
mod gate;
mod glob;
mod rare;
mod words;

pub use fingerprint::fingerprint;
pub use fix::{Edit, Fix, Related, Safety};
pub use gate::{Blocked, Forbidden, Gate, GateScope, Judged, Minimum, Points, worst_at_or_above};
pub use glob::{Glob, OperationGlob};
pub use rare::Rare;
pub use words::Words;

use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

/// How bad a finding is. Ordered: `Info < Low < Medium < High < Critical`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing; no weakness by itself.
    Info,
    /// Weakens a defence a little.
    Low,
    /// Opens a way that needs other conditions.
    Medium,
    /// Opens a way by itself.
    High,
    /// Opens a way to data or function without any condition.
    Critical,
}

impl Severity {
    /// Every severity, the worst first: the order reports list them in.
    pub const WORST_FIRST: [Severity; 5] =
        [Severity::Critical, Severity::High, Severity::Medium, Severity::Low, Severity::Info];

    /// The lower-case word used on the command line and in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Severity::Info => "info",
            Severity::Low => "low",
            Severity::Medium => "medium",
            Severity::High => "high",
            Severity::Critical => "critical",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// The word given is no severity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownSeverity(pub String);

impl fmt::Display for UnknownSeverity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "unknown severity {:?}: use critical, high, medium, low or info", self.0)
    }
}

impl std::error::Error for UnknownSeverity {}

impl FromStr for Severity {
    type Err = UnknownSeverity;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Severity::WORST_FIRST
            .into_iter()
            .find(|severity| severity.as_str() == text)
            .ok_or_else(|| UnknownSeverity(text.to_owned()))
    }
}

/// One thing wrong. Optional members are left out of JSON when they are not known.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// Rule id; once published it never changes meaning.
    pub rule: Cow<'static, str>,
    /// The rule's short name, named by the bad pattern.
    pub name: Cow<'static, str>,
    /// How bad it is.
    pub severity: Severity,
    /// The family the rule belongs to, for example `authentication` or `data-validation`.
    pub category: Cow<'static, str>,
    /// What is wrong here, in one sentence.
    pub message: String,
    /// File the place lies in, as the user named it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub file: Option<Arc<str>>,
    /// JSON pointer (RFC 6901) of the place, without a leading `#`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub pointer: Option<String>,
    /// Line of the place, from 1.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub line: Option<u32>,
    /// Column of the place, from 1, counted in Unicode scalar values.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub column: Option<u32>,
    /// The operation concerned, as `GET /path/{template}`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub operation: Option<Arc<str>>,
    /// What was seen, already redacted.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub evidence: Option<String>,
    /// How to mend it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub fix: Option<Cow<'static, str>>,
    /// Score points this finding costs: the score without it minus the score now.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub loss: Option<f64>,
    /// How many places or times this finding stands for.
    pub count: u64,
    /// Identity across runs: rule, semantic place and value; survives line moves.
    pub fingerprint: String,
    /// OWASP API Security Top 10 items, for example `API3:2023`.
    pub owasp: Words,
    /// CWE ids, for example `CWE-306`.
    pub cwe: Words,
    /// MITRE ATT&CK technique ids, for example `T1190`.
    pub attack: Words,
    /// The same rule in other tools' words.
    pub aliases: Words,
    /// Other places that belong to it. Not part of its JSON: reports that know places beside the finding's own,
    /// such as SARIF, write them.
    #[serde(skip)]
    pub related: Rare<Related>,
    /// Ways to mend it, worked out only where they were asked for. Not part of its JSON.
    #[serde(skip)]
    pub fixes: Rare<Fix>,
}

impl FromIterator<Severity> for Summary {
    fn from_iter<I: IntoIterator<Item = Severity>>(severities: I) -> Self {
        let mut summary = Summary::default();
        for severity in severities {
            *summary.slot(severity) += 1;
        }
        summary
    }
}

/// How many findings of each severity there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
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

impl Summary {
    /// Counts findings (not the places they stand for).
    pub fn of<'a>(findings: impl IntoIterator<Item = &'a Finding>) -> Self {
        findings.into_iter().map(|finding| finding.severity).collect()
    }

    /// How many there are of each severity, the worst first.
    pub fn counts(&self) -> [(Severity, u64); 5] {
        Severity::WORST_FIRST.map(|severity| (severity, self.of_severity(severity)))
    }

    /// What is left without the other ones.
    #[must_use]
    pub fn minus(&self, other: &Summary) -> Self {
        let mut rest = *self;
        for (severity, count) in other.counts() {
            let slot = rest.slot(severity);
            *slot = slot.saturating_sub(count);
        }
        rest
    }

    /// Both together.
    #[must_use]
    pub fn plus(&self, other: &Summary) -> Self {
        let mut sum = *self;
        for (severity, count) in other.counts() {
            *sum.slot(severity) += count;
        }
        sum
    }

    fn of_severity(&self, severity: Severity) -> u64 {
        match severity {
            Severity::Critical => self.critical,
            Severity::High => self.high,
            Severity::Medium => self.medium,
            Severity::Low => self.low,
            Severity::Info => self.info,
        }
    }

    fn slot(&mut self, severity: Severity) -> &mut u64 {
        match severity {
            Severity::Critical => &mut self.critical,
            Severity::High => &mut self.high,
            Severity::Medium => &mut self.medium,
            Severity::Low => &mut self.low,
            Severity::Info => &mut self.info,
        }
    }
}
