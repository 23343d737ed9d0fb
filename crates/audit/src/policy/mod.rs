//! What an organisation says about findings: severities, ignores with a reason, rules of its own, operations that are
//! public on purpose, what the gateway enforces.
//!
//! Everything here is pure: bytes of files, and the day it is, are handed in.

mod annotation;
mod config;
mod custom;
mod date;
mod evidence;
mod gates;
mod ignore;
mod names;
mod settle;
mod spectral;

pub use config::{Config, GateSource, Named};
pub use custom::Custom;
pub use date::{Date, NoDate};
pub use evidence::{Evidence, Facts};
pub(crate) use evidence::{Learned, bases};
pub use gates::{GateFile, read_gates};
pub use ignore::Ignore;
pub use names::rules_named;
pub use palisade_document::config::{Mistake, Origin};
pub use spectral::{Imported, import_spectral};

pub(crate) use annotation::annotated;
pub(crate) use custom::dress;
pub(crate) use settle::{Mark, settle, takes_single_hits};

use crate::rules::policy as rules;
use palisade_finding::{Finding, Severity, fingerprint};
use serde::Serialize;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// What an organisation says about findings.
#[derive(Debug, Clone, Default)]
pub struct Policy {
    /// What a rule's findings count as, by rule id.
    pub levels: HashMap<String, Level>,
    /// What is silenced, and why.
    pub ignores: Vec<Ignore>,
    /// Rules beside our own.
    pub custom: Vec<Arc<Custom>>,
    /// What the gateway enforces in front of the API.
    pub evidence: Evidence,
    /// Rules whose findings are reported in every profile, by id: somebody asks for them by name.
    pub asked: HashSet<String>,
    /// Words that stand for no rule, with their places.
    pub unknown: Vec<(String, Origin)>,
}

/// What a rule's findings count as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// Nothing: they are not reported.
    Off,
    /// This severity, in every profile.
    As(Severity),
}

/// Why a finding is not reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Silence {
    /// Its rule is switched off.
    Off,
    /// An ignore of the configuration.
    Ignored,
    /// An ignore in the contract itself.
    Annotated,
    /// It is known: the baseline has it.
    Known,
    /// The operation is public on purpose.
    Public,
    /// The gateway enforces it.
    Enforced,
}

impl Silence {
    /// Whether the finding takes no points either. What is true of the API closes a finding; what somebody decided
    /// about it does not.
    pub fn closes(self) -> bool {
        matches!(self, Silence::Public | Silence::Enforced)
    }

    /// In a few words.
    pub fn as_str(self) -> &'static str {
        match self {
            Silence::Off => "rule switched off",
            Silence::Ignored => "ignored by configuration",
            Silence::Annotated => "ignored in the contract",
            Silence::Known => "known from the baseline",
            Silence::Public => "public on purpose",
            Silence::Enforced => "enforced at the gateway",
        }
    }
}

/// A finding that is not reported. As JSON the members of the finding stand beside its own.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Suppressed {
    /// Why it is not reported.
    #[serde(rename = "because")]
    pub silence: Silence,
    /// The reason that was given, or what was seen.
    pub reason: String,
    /// The finding.
    #[serde(flatten)]
    pub finding: Finding,
}

/// What an audit knows beside its report.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Notes {
    /// Findings that are not reported; without those of rules that are switched off.
    pub suppressed: Vec<Suppressed>,
    /// How many places each ignore of the configuration silenced, or would have if it had not expired.
    pub used: Vec<u64>,
    /// Findings that the profile leaves out.
    pub outside_profile: u64,
    /// Every place that is reported, where [`Options::details`](crate::Options::details) asks for it.
    pub places: Vec<Place>,
    /// Fingerprints of the baseline whose places are still there.
    pub known: std::collections::BTreeSet<String>,
    /// Tags by operation, where [`Options::details`](crate::Options::details) asks for them.
    pub tags: std::collections::BTreeMap<String, Vec<String>>,
}

/// One place of a finding: what a baseline keeps.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// Rule.
    pub rule: String,
    /// Pointer, or `line:column` where there is none.
    pub at: String,
    /// Identity: rule, semantic place and value.
    pub fingerprint: String,
}

impl Policy {
    /// The severity that findings of a rule get; `None` when the policy does not say.
    pub fn severity(&self, rule: &str) -> Option<Severity> {
        match self.levels.get(rule) {
            Some(Level::As(severity)) => Some(*severity),
            _ => None,
        }
    }

    /// Findings about the policy itself: ignores that have expired or match nothing, words that stand for no rule.
    /// `used` says for each ignore how many places it met, all contracts added up.
    pub fn findings(&self, used: &[u64], today: Option<Date>) -> Vec<Finding> {
        let mut findings = Vec::new();
        for (at, ignore) in self.ignores.iter().enumerate() {
            let places = used.get(at).copied().unwrap_or(0);
            let word = ignore.word.as_str();
            let (rule, message) = match ignore.expires.filter(|_| ignore.is_over(today)) {
                Some(expires) => {
                    let again = if places == 1 { "1 finding is".to_owned() } else { format!("{places} findings are") };
                    (
                        &rules::expired_ignore::RULE,
                        format!("the ignore of {word} ended on {expires}: {again} reported again"),
                    )
                }
                None if places == 0 && !ignore.rules.is_empty() => {
                    (&rules::ignore_without_finding::RULE, format!("the ignore of {word} matches no finding"))
                }
                None => continue,
            };
            findings.push(about(rule, message, &ignore.origin, word));
        }
        for (word, origin) in &self.unknown {
            let message = format!(
                "{} is no rule: neither an id nor a name nor an id of another tool",
                palisade_document::quote(word)
            );
            findings.push(about(&rules::unknown_rule::RULE, message, origin, word));
        }
        for finding in &mut findings {
            finding.severity = self.severity(&finding.rule).unwrap_or(finding.severity);
        }
        findings.retain(|finding| self.levels.get(finding.rule.as_ref()) != Some(&Level::Off));
        findings.sort_by(|a, b| (b.severity, &a.file, a.line, a.column).cmp(&(a.severity, &b.file, b.line, b.column)));
        findings
    }
}

/// A finding about a file of ours.
fn about(rule: &'static crate::Rule, message: String, origin: &Origin, value: &str) -> Finding {
    let mut finding = rule.finding(message);
    finding.file = Some(origin.file.as_str().into());
    finding.line = Some(origin.line);
    finding.column = Some(origin.column);
    finding.fingerprint = fingerprint(rule.id, &origin.file, value);
    finding
}
