//! The shapes of the REST API. Times are RFC 3339 UTC with microseconds; ids of rows are UUIDv7.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// A slice of a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct Page<T> {
    /// The items.
    pub items: Vec<T>,
    /// Cursor of the next page; null at the end.
    pub next: Option<String>,
}

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

/// How many findings of each severity there are.
#[derive(Debug, Clone, Copy, Default, Serialize, ToSchema)]
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
        let list = |items: Vec<std::borrow::Cow<'static, str>>| items.into_iter().map(Into::into).collect();
        Self {
            rule: f.rule.into(),
            name: f.name.into(),
            severity: f.severity.into(),
            category: f.category.into(),
            message: f.message,
            file: f.file,
            pointer: f.pointer,
            line: f.line,
            column: f.column,
            operation: f.operation,
            evidence: f.evidence,
            fix: f.fix,
            loss: f.loss,
            count: f.count,
            fingerprint: f.fingerprint,
            owasp: list(f.owasp),
            cwe: list(f.cwe),
            attack: list(f.attack),
            aliases: list(f.aliases),
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

/// The signed-in caller and the installation.
#[derive(Debug, Serialize, ToSchema)]
pub struct Session {
    /// The caller's role.
    pub role: Role,
    /// When the credential ends; null when it does not.
    pub expires_at: Option<String>,
    /// Version of Palisade.
    pub version: String,
    /// True when the demo API runs behind the gateway.
    pub demo: bool,
    /// Where clients reach the APIs.
    pub gateway_url: String,
    /// Where this control plane is reached.
    pub control_url: String,
    /// The data directory.
    pub data_dir: String,
}

/// What a caller may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Everything.
    Admin,
    /// Read.
    Viewer,
    /// Fetch the snapshot, send exchanges.
    Gateway,
}

impl Role {
    /// The word in the store.
    pub fn as_str(self) -> &'static str {
        match self {
            Role::Admin => "admin",
            Role::Viewer => "viewer",
            Role::Gateway => "gateway",
        }
    }

    /// From the word in the store.
    pub fn parse(text: &str) -> Option<Self> {
        [Role::Admin, Role::Viewer, Role::Gateway].into_iter().find(|role| role.as_str() == text)
    }
}

/// A token to sign in with.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Login {
    /// The token's text.
    pub token: String,
}

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

/// Everything at a glance.
#[derive(Debug, Serialize, ToSchema)]
pub struct Overview {
    /// How many APIs there are.
    pub apis: u64,
    /// How many operations they have.
    pub operations: u64,
    /// Exchanges learned from or judged.
    pub exchanges: u64,
    /// Findings of every engine.
    pub findings: Summary,
    /// Exchanges that block mode would have refused, on traffic the contract was not learned from.
    pub would_block: u64,
    /// Exchanges that were refused.
    pub blocked: u64,
    /// Exchanges lost under load.
    pub dropped: u64,
    /// Exchanges that could not be judged in full.
    pub not_assessed: u64,
    /// What the owner most likely did not know.
    pub highlights: Vec<Highlight>,
    /// Operations by state.
    pub states: StateCounts,
    /// The last five minutes in 60 buckets of 5 seconds, oldest first.
    pub traffic: Vec<TrafficBucket>,
    /// The newest events, at most eight.
    pub recent_events: Vec<Event>,
}

/// Five seconds of traffic.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TrafficBucket {
    /// Start of the bucket.
    pub time: String,
    /// Exchanges.
    pub total: u64,
    /// Of these, answered with 5xx or not at all.
    pub errors: u64,
    /// Of these, refused.
    pub blocked: u64,
}

/// Kind of a highlight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum HighlightKind {
    /// An operation no contract knows.
    Shadow,
    /// A response that gives away more than it should.
    Leak,
    /// Sensitive data read without authentication.
    Unauthenticated,
    /// A deprecated operation still in use.
    Zombie,
}

/// One thing the owner most likely did not know, with proof.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Highlight {
    /// Kind.
    pub kind: HighlightKind,
    /// How bad it is.
    pub severity: SeverityName,
    /// What it is.
    pub title: String,
    /// Why it matters.
    pub why: String,
    /// The API.
    pub api_id: String,
    /// The API's name.
    pub api_name: String,
    /// The operation.
    pub operation_id: String,
    /// Its method.
    pub method: String,
    /// Its template.
    pub path: String,
    /// What was seen, redacted.
    pub evidence: String,
    /// How to mend it.
    pub fix: String,
    /// A command that proves it.
    pub curl: String,
    /// The finding it comes from.
    pub finding_fingerprint: String,
    /// What blocking would do to this operation.
    pub preview: HighlightPreview,
}

/// What blocking would do to one operation.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct HighlightPreview {
    /// Exchanges judged.
    pub observed: u64,
    /// Of these, refused in block mode.
    pub would_block: u64,
    /// The same in one sentence.
    pub text: String,
}

/// What a gateway does with what breaks the contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// Record, change nothing.
    Observe,
    /// Refuse.
    Block,
}

/// Who defines an API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ManagedBy {
    /// People, here.
    Ui,
    /// A gateway file: read-only here.
    File,
    /// The command line.
    Flags,
    /// The demo.
    Demo,
}

impl ManagedBy {
    /// The word in the store.
    pub fn as_str(self) -> &'static str {
        match self {
            ManagedBy::Ui => "ui",
            ManagedBy::File => "file",
            ManagedBy::Flags => "flags",
            ManagedBy::Demo => "demo",
        }
    }

    /// From the word in the store.
    pub fn parse(text: &str) -> Self {
        [ManagedBy::File, ManagedBy::Flags, ManagedBy::Demo]
            .into_iter()
            .find(|by| by.as_str() == text)
            .unwrap_or(ManagedBy::Ui)
    }
}

/// One API behind the gateway.
#[derive(Debug, Serialize, ToSchema)]
pub struct Api {
    /// UUIDv7.
    pub id: String,
    /// Name.
    pub name: String,
    /// Host patterns; empty means every host.
    pub hosts: Vec<String>,
    /// Path prefix.
    pub base_path: String,
    /// Upstream URLs.
    pub upstreams: Vec<String>,
    /// Observe or block.
    pub mode: Mode,
    /// Who defines it.
    pub managed_by: ManagedBy,
    /// When it was added.
    pub created_at: String,
    /// When its newest exchange was seen.
    pub last_observed: Option<String>,
    /// Exchanges seen.
    pub exchanges: u64,
    /// Operations known.
    pub operations: u64,
    /// Operations by state.
    pub state_counts: StateCounts,
    /// The audit of its contract: the approved one, else the learned one.
    pub audit: Option<AuditSummary>,
    /// Its contracts.
    pub contract: Contracts,
    /// True when a file manages it.
    pub read_only: bool,
}

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

/// A change of an API.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ApiPatch {
    /// The new mode.
    pub mode: Mode,
}

/// Where in an exchange sensitive data was seen.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SensitiveField {
    /// `request` or `response`.
    #[serde(rename = "in")]
    pub location: String,
    /// JSON pointer or name of the field.
    pub pointer: String,
    /// What it is, for example `email`.
    pub kind: String,
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

/// What block mode would have done, on traffic the contract was not learned from.
#[derive(Debug, Serialize, ToSchema)]
pub struct Preview {
    /// Exchanges judged.
    pub judged: u64,
    /// Of these, refused in block mode.
    pub would_block: u64,
    /// Since when is counted.
    pub since: Option<String>,
    /// Which contract judged: the approved one, or a candidate frozen from the learned one.
    pub contract: Option<PreviewContract>,
    /// The same in one sentence.
    pub text: String,
    /// By operation.
    pub operations: Vec<PreviewOperation>,
}

/// Which contract a preview rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum PreviewContract {
    /// The one in force.
    Approved,
    /// The learned one, frozen.
    Candidate,
}

/// What block mode would have done to one operation.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PreviewOperation {
    /// The operation; empty for requests that belong to none.
    pub operation_id: String,
    /// Method; empty for requests that belong to no operation.
    pub method: String,
    /// Template; empty for requests that belong to no operation.
    pub path: String,
    /// Exchanges judged.
    pub judged: u64,
    /// Of these, refused in block mode.
    pub would_block: u64,
    /// Of these, not judged in full.
    pub not_assessed: u64,
    /// Too little evidence: stays in observe.
    pub thin: bool,
    /// Exchanges that still lack until evidence suffices.
    pub needed: u64,
    /// Why, most frequent first.
    pub reasons: Vec<Reason>,
}

/// One reason for which block mode refuses.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Reason {
    /// Code.
    pub code: String,
    /// Where.
    #[serde(rename = "in")]
    pub location: String,
    /// Parameter or header.
    pub name: String,
    /// Place inside the value.
    pub pointer: String,
    /// In words.
    pub message: String,
    /// How often.
    pub count: u64,
    /// An event that shows it.
    pub sample_event: Option<String>,
}

/// "Allow this".
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Exception {
    /// UUIDv7.
    pub id: String,
    /// `METHOD /template`, or method and path.
    pub operation: String,
    /// Code of the reason let through.
    pub code: String,
    /// Where.
    #[serde(rename = "in")]
    pub location: String,
    /// Parameter or header.
    pub name: String,
    /// Place inside the value.
    pub pointer: String,
    /// When it was made.
    pub created_at: String,
    /// By whom.
    pub created_by: String,
    /// The event it was made from.
    pub event_uuid: Option<String>,
}

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum EventEffect {
    /// It passed and was recorded.
    Alert,
    /// It was refused.
    Prevent,
}

impl EventEffect {
    /// The word in the store.
    pub fn as_str(self) -> &'static str {
        match self {
            EventEffect::Alert => "alert",
            EventEffect::Prevent => "prevent",
        }
    }

    /// From the word in the store.
    pub fn parse(text: &str) -> Self {
        if text == "prevent" { EventEffect::Prevent } else { EventEffect::Alert }
    }
}

/// One thing wrong at one place of a message.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct FieldError {
    /// Where.
    #[serde(rename = "in")]
    pub location: String,
    /// Parameter or header.
    pub name: String,
    /// Place inside the value.
    pub pointer: String,
    /// Code.
    pub code: String,
    /// In words, without the value.
    pub message: String,
}

/// One step of a decision.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Step {
    /// Name.
    pub step: String,
    /// `passed`, `failed`, `skipped` or `not-assessed`.
    pub outcome: String,
    /// In words.
    pub detail: String,
}

/// An exchange the guard spoke about; repeats are merged.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Event {
    /// Id; also the uuid of its first exchange.
    pub id: String,
    /// The uuid asked for, else the id.
    pub uuid: String,
    /// Exchanges merged, the first one included.
    pub uuids_merged: u64,
    /// First exchange.
    pub first_time: String,
    /// Newest exchange.
    pub last_time: String,
    /// Exchanges.
    pub count: u64,
    /// The API.
    pub api_id: String,
    /// The API's name.
    pub api_name: String,
    /// The operation, when known.
    pub operation_id: Option<String>,
    /// `METHOD /template`, when known.
    pub operation: Option<String>,
    /// Method.
    pub method: String,
    /// Path, redacted.
    pub path: String,
    /// Status the client got.
    pub status: u16,
    /// Status the upstream gave, when it was asked.
    pub upstream_status: Option<u16>,
    /// What was done.
    pub effect: EventEffect,
    /// What block mode does.
    pub would: EventEffect,
    /// Code of the main reason.
    pub code: String,
    /// Title of the main reason.
    pub title: String,
    /// What is wrong, field by field.
    pub errors: Vec<FieldError>,
    /// How the decision came about.
    pub steps: Vec<Step>,
    /// The caller.
    pub client: String,
    /// The exception that lets it through now.
    pub exception_id: Option<String>,
    /// True when "allow this" is on offer.
    pub allowable: bool,
}

/// A token without its text.
#[derive(Debug, Serialize, ToSchema)]
pub struct Token {
    /// UUIDv7.
    pub id: String,
    /// Name.
    pub name: String,
    /// Role.
    pub role: Role,
    /// When it was made.
    pub created_at: String,
    /// When it ends; null when it does not.
    pub expires_at: Option<String>,
    /// When it was last used.
    pub last_used_at: Option<String>,
}

/// A token to make.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewToken {
    /// Name, 1 to 100 characters.
    pub name: String,
    /// Role.
    pub role: Role,
    /// Days until it ends, 1 to 3650; null for never.
    #[serde(default)]
    pub expires_in_days: Option<u32>,
}

/// A token just made: its text is shown once.
#[derive(Debug, Serialize, ToSchema)]
pub struct MadeToken {
    /// The token.
    #[serde(flatten)]
    pub made: Token,
    /// Its text.
    pub token: String,
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

/// How many exchanges were taken.
#[derive(Debug, Serialize, ToSchema)]
pub struct Accepted {
    /// Taken.
    pub accepted: u64,
    /// Not read, not of a known API, or lost under load.
    pub rejected: u64,
}

/// A versioned set of APIs for gateways.
#[derive(Debug, Serialize, ToSchema)]
pub struct Snapshot {
    /// Grows with every change.
    pub version: u64,
    /// The APIs.
    pub apis: Vec<ApiPolicy>,
}

/// One API as gateways serve it.
#[derive(Debug, Serialize, ToSchema)]
pub struct ApiPolicy {
    /// UUIDv7.
    pub id: String,
    /// Name.
    pub name: String,
    /// Host patterns.
    pub hosts: Vec<String>,
    /// Path prefix.
    pub base_path: String,
    /// Upstream URLs.
    pub upstreams: Vec<String>,
    /// PEM bundle for https upstreams.
    pub upstream_ca: Option<String>,
    /// Observe or block.
    pub mode: Mode,
    /// OpenAPI text in force.
    pub contract: Option<String>,
    /// Operations that stay in observe.
    pub observe_operations: Vec<String>,
    /// What people allowed.
    pub exceptions: Vec<PolicyException>,
}

/// An exception as gateways see it.
#[derive(Debug, Serialize, ToSchema)]
pub struct PolicyException {
    /// UUIDv7.
    pub id: String,
    /// `METHOD /template`, or method and path.
    pub operation: String,
    /// Code let through.
    pub code: String,
    /// Where.
    #[serde(rename = "in")]
    pub location: String,
    /// Parameter or header.
    pub name: String,
    /// Place inside the value.
    pub pointer: String,
}

/// RFC 9457.
#[derive(Debug, Serialize, ToSchema)]
pub struct Problem {
    /// `about:blank` or a URI of the kind of problem.
    #[serde(rename = "type")]
    pub kind: String,
    /// Kind of problem in words.
    pub title: String,
    /// Status.
    pub status: u16,
    /// What is wrong and what to do.
    pub detail: String,
    /// The path asked for.
    pub instance: String,
    /// Names this answer in the log.
    pub uuid: String,
    /// Field by field.
    pub errors: Vec<FieldError>,
    /// Findings that say why a contract was refused.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<Finding>,
}
