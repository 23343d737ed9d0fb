//! What an audit gives.

use crate::policy::{Date, Notes, Policy};
use crate::rule::Rule;
use palisade_document::NodeId;
use palisade_finding::{Finding, Points, Severity, Summary};
use palisade_limits::Stop;
use serde::Serialize;
use std::collections::HashSet;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

/// Does two pieces of work side by side and comes back when both are done.
pub type SideBySide = fn(&mut (dyn FnMut() + Send), &mut (dyn FnMut() + Send));

/// How an audit runs.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Which findings are reported.
    pub profile: Profile,
    /// Whether text edits that mend findings are worked out: [`Finding::fixes`].
    pub fixes: bool,
    /// Whether the score of each operation is worked out: [`AuditReport::operations`].
    pub operations: bool,
    /// What the organisation says about findings.
    pub policy: Option<Arc<Policy>>,
    /// The day it is, for ignores that expire; without it none does.
    pub today: Option<Date>,
    /// Places that are known and not reported again, by their identity: see [`Notes::places`].
    pub baseline: Option<Arc<HashSet<String>>>,
    /// Whether [`Notes`] list every place and the tags of operations.
    pub details: bool,
    /// Whether the references that lead to a finding's place are worked out: [`Finding::related`]. For a contract in
    /// several files they always are.
    pub related: bool,
    /// How many findings are listed at most, the worst ones; the summary counts all of them.
    pub most: Option<usize>,
    /// For who waits for one contract, as an editor does: how two parts of the work are done at once. The report is the
    /// same without it.
    pub side_by_side: Option<SideBySide>,
    /// Lets the audit end early. The report of one that was stopped says nothing of the contract and is thrown away.
    pub stop: Stop,
}

/// Which findings are reported. Every rule names the quietest profile that reports it; the score is the same in each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Profile {
    /// Every finding.
    Strict,
    /// Quiet: without advice that most teams would switch off, and without limits of what no caller sends.
    #[default]
    Recommended,
    /// What an attacker can use, and what kept a part of the contract from being judged.
    Minimal,
}

impl Profile {
    /// Every profile, the strictest first.
    pub const ALL: [Profile; 3] = [Profile::Strict, Profile::Recommended, Profile::Minimal];

    /// The word used on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Profile::Strict => "strict",
            Profile::Recommended => "recommended",
            Profile::Minimal => "minimal",
        }
    }

    /// Whether findings of a rule are reported, other than where they weigh less than the rule's findings mostly do.
    pub fn reports(self, rule: &Rule) -> bool {
        self <= rule.profile
    }

    /// Whether findings of an organisation's own rule are reported, and findings that weigh less than their rule: the
    /// severity decides.
    pub(crate) fn reports_own(self, severity: Severity) -> bool {
        match self {
            Profile::Strict => true,
            Profile::Recommended => severity >= Severity::Low,
            Profile::Minimal => severity >= Severity::High,
        }
    }
}

/// The word given is no profile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownProfile(pub String);

impl fmt::Display for UnknownProfile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "unknown profile {:?}: use strict, recommended or minimal", self.0)
    }
}

impl std::error::Error for UnknownProfile {}

impl FromStr for Profile {
    type Err = UnknownProfile;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Profile::ALL.into_iter().find(|profile| profile.as_str() == text).ok_or_else(|| UnknownProfile(text.to_owned()))
    }
}

/// Whether the contract can be judged at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum State {
    /// Read and understood.
    Valid,
    /// Read and scored, but a part of it contradicts itself or its specification.
    SemanticInvalid,
    /// It could not be read as a contract, or not to its end; the score is 0.
    StructureInvalid,
}

/// Which contract was judged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ContractInfo {
    /// The file as the user named it.
    pub path: String,
    /// `info.title`, empty when there is none.
    pub title: String,
    /// `info.version`, as written.
    pub version: String,
    /// `OpenAPI 3.0.3` or `Swagger 2.0`: the declared specification; `unknown` when there is none.
    pub format: String,
    /// Number of operations.
    pub operations: usize,
}

/// 0 to 100, the sum of its two parts, each rounded to two decimals.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Default)]
pub struct Score {
    /// Both parts together.
    pub total: f64,
    /// Who may call, and over which transport: 0 to 30.
    pub security: f64,
    /// How tightly requests and responses are described: 0 to 70.
    pub data: f64,
}

/// The result of an audit, in the shape that is written as JSON.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AuditReport {
    /// Which contract.
    pub contract: ContractInfo,
    /// Whether it could be judged.
    pub state: State,
    /// How good it is.
    pub score: Score,
    /// What is wrong, the worst first, then by place; at most [`Options::most`].
    pub findings: Vec<Finding>,
    /// Findings by severity.
    pub summary: Summary,
    /// Every place where a rule fired, whatever the profile; only where fixes were asked for.
    #[serde(skip)]
    pub places: Vec<Place>,
    /// The score of each operation, where it was asked for. Not part of the JSON.
    #[serde(skip)]
    pub operations: Vec<OperationScore>,
    /// What else is known; no part of the JSON.
    #[serde(skip)]
    pub notes: Notes,
}

impl AuditReport {
    /// How many findings are counted and not listed: those beyond [`Options::most`].
    pub fn unlisted(&self) -> Summary {
        self.summary.minus(&Summary::of(&self.findings))
    }

    /// Its points, as a gate asks for them.
    pub fn points(&self) -> Points {
        Points { total: self.score.total, parts: Some((self.score.security, self.score.data)) }
    }

    /// Why the contract counts as invalid, where it does.
    pub fn invalid(&self) -> Option<&'static str> {
        match self.state {
            State::Valid => None,
            State::SemanticInvalid => Some("the contract is semantically invalid"),
            State::StructureInvalid => Some("the contract could not be read"),
        }
    }
}

/// What one operation scores.
#[derive(Debug, Clone, PartialEq)]
pub struct OperationScore {
    /// The operation, as `GET /path/{template}`.
    pub operation: String,
    /// The operation object in the document that was judged.
    pub node: NodeId,
    /// 0 to 100: what is left of the operation's points, in percent.
    pub score: f64,
    /// Points of the contract's score that the operation loses.
    pub lost: f64,
}

/// One place where a rule fired, before findings are folded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Identity: rule, pointer and value.
    pub key: u64,
    /// The rule's id.
    pub rule: &'static str,
    /// The file it lies in, by its number: 0 for the main one.
    pub file: usize,
    /// First byte, in the decoded text of the file.
    pub start: u32,
}
