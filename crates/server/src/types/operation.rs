//! Operations of an API: what traffic and contract say of them.

use super::{Event, Finding, SeverityName};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// Operations by state.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct StateCounts {
    /// In the contract and in traffic.
    pub documented: u64,
    /// In traffic; no contract is approved.
    pub learned: u64,
    /// In traffic, not in the contract.
    pub shadow: u64,
    /// Deprecated, still in traffic.
    pub zombie: u64,
    /// In the contract, never in traffic.
    pub orphan: u64,
}

impl StateCounts {
    /// Counts one operation.
    pub fn add(&mut self, state: State) {
        *(match state {
            State::Documented => &mut self.documented,
            State::Learned => &mut self.learned,
            State::Shadow => &mut self.shadow,
            State::Zombie => &mut self.zombie,
            State::Orphan => &mut self.orphan,
        }) += 1;
    }
}

impl std::ops::AddAssign for StateCounts {
    fn add_assign(&mut self, other: Self) {
        self.documented += other.documented;
        self.learned += other.learned;
        self.shadow += other.shadow;
        self.zombie += other.zombie;
        self.orphan += other.orphan;
    }
}

/// What an operation is to the contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// In the contract and in traffic.
    Documented,
    /// In traffic; no contract is approved.
    Learned,
    /// In traffic, not in the contract.
    Shadow,
    /// Deprecated, still in traffic.
    Zombie,
    /// In the contract, never in traffic.
    Orphan,
}

/// Where in an exchange sensitive data was seen.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SensitiveField {
    /// `request` or `response`.
    #[serde(rename = "in")]
    pub location: String,
    /// Part of the message: `body`, `query`, `header` or `path`.
    pub part: String,
    /// JSON pointer of the field in a body, in which `*` stands for any item or key; elsewhere the parameter's name.
    pub pointer: String,
    /// What it is, for example `email`, or a word of the user's own rules.
    pub kind: String,
    /// What a leak costs: `credential`, `financial`, `identity`, `health`, `other`, `contact` or `personal`.
    pub class: String,
    /// How often it was seen in successful exchanges.
    pub count: u64,
    /// How often of these no credential was shown.
    pub unauthenticated: u64,
}

/// Whether callers show a credential.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Authenticated {
    /// Every caller did.
    Always,
    /// Some did.
    Sometimes,
    /// None did.
    Never,
    /// Nothing was seen.
    Unknown,
}

/// What the gateway does for an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Protection {
    /// Refuses what breaks the contract.
    Block,
    /// Records it.
    Observe,
    /// Records it, because too little traffic vouches for the learned contract.
    ThinEvidence,
    /// Nothing: no contract is approved.
    Off,
}

/// One operation of an API.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Operation {
    /// Stays the same as long as method and shape of the path do.
    pub id: String,
    /// Method.
    pub method: String,
    /// Template.
    pub path: String,
    /// Exchanges seen.
    pub hits: u64,
    /// First exchange.
    pub first_observed: Option<String>,
    /// Newest exchange.
    pub last_observed: Option<String>,
    /// What it is to the contract.
    pub state: State,
    /// True when the gateway refuses what breaks the contract here.
    pub protected: bool,
    /// What the gateway does.
    pub protection: Protection,
    /// The contract says so.
    pub deprecated: bool,
    /// Whether callers show a credential.
    pub authenticated: Authenticated,
    /// Exchanges by status.
    pub statuses: BTreeMap<String, u64>,
    /// Distinct callers.
    pub principals: u64,
    /// Sensitive data seen.
    pub sensitive: Vec<SensitiveField>,
    /// Findings about it.
    pub findings: u64,
    /// The worst of them.
    pub worst: Option<SeverityName>,
    /// One line about it.
    pub summary: Option<String>,
}

/// An operation of one of the APIs of a project, as it was last written to the store.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct KnownOperation {
    /// Stays the same as long as method and shape of the path do.
    pub id: String,
    /// The API.
    pub api_id: String,
    /// Method.
    pub method: String,
    /// Template.
    pub path: String,
    /// What it is to the contract: `documented`, `learned`, `shadow`, `zombie` or `orphan`.
    pub state: String,
    /// The contract says so.
    pub deprecated: bool,
    /// Whether callers show a credential: `always`, `sometimes`, `never` or `unknown`.
    pub authenticated: String,
    /// Fields with sensitive data.
    pub sensitive: i64,
    /// Exchanges seen.
    pub hits: i64,
    /// First exchange.
    pub first_observed: Option<String>,
    /// Newest exchange.
    pub last_observed: Option<String>,
    /// Findings about it.
    pub findings: i64,
    /// The worst of them: 0 (critical) to 4 (info), 5 without one.
    pub worst: i64,
}

/// A parameter of an operation.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Parameter {
    /// `path`, `query`, `header` or `cookie`.
    #[serde(rename = "in")]
    pub location: String,
    /// Name.
    pub name: String,
    /// JSON type.
    #[serde(rename = "type")]
    pub kind: String,
    /// Format.
    pub format: Option<String>,
    /// Always there.
    pub required: bool,
    /// Exchanges that carried it.
    pub seen: u64,
    /// What the type rests on.
    pub evidence: String,
}

/// An operation with everything known about it.
#[derive(Debug, Serialize, ToSchema)]
pub struct OperationDetail {
    /// The operation.
    #[serde(flatten)]
    pub operation: Operation,
    /// Its parameters.
    pub parameters: Vec<Parameter>,
    /// Media types of requests.
    pub request_media: Vec<String>,
    /// Media types of responses.
    pub response_media: Vec<String>,
    /// A path that was seen, nothing sensitive in it.
    pub sample_path: String,
    /// A command that calls it through the gateway.
    pub curl: String,
    /// The newest events about it.
    pub recent_events: Vec<Event>,
    /// Findings about it.
    pub findings_list: Vec<Finding>,
}

/// What a person wants for an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ChosenProtection {
    /// Evidence decides.
    Auto,
    /// Record only.
    Observe,
    /// Refuse, whatever the evidence.
    Block,
}

/// A change of an operation.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OperationPatch {
    /// What a person wants.
    pub protection: ChosenProtection,
}
