//! What people set for the protection of an API: its settings, their versions, the lists they name.

use super::{EventEffect, Mode};
use palisade_guard::{Action, Check, PerSecond};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// What is done where a check fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum CheckAction {
    /// The check is not made.
    Disable,
    /// What fails it passes and leaves a count only.
    Allow,
    /// It passes and is told.
    Alert,
    /// It is refused.
    Prevent,
    /// It is refused, and so is everything its client sends until the ban ends.
    Ban,
}

impl From<Action> for CheckAction {
    fn from(action: Action) -> Self {
        match action {
            Action::Disable => CheckAction::Disable,
            Action::Allow => CheckAction::Allow,
            Action::Alert => CheckAction::Alert,
            Action::Prevent => CheckAction::Prevent,
            Action::Ban => CheckAction::Ban,
        }
    }
}

/// What can be checked, in the order of evaluation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CheckName {
    /// How the message is delimited.
    Framing,
    /// Sizes, counts and depths.
    Limits,
    /// Network lists.
    Network,
    /// Bans that run.
    Banned,
    /// Header rules.
    Headers,
    /// Who calls: the contract's security requirements, tokens.
    Identity,
    /// Rates.
    Rate,
    /// Paths the contract does not know.
    Path,
    /// Methods the contract does not know at a path.
    Method,
    /// Requests that servers read in more than one way.
    Ambiguity,
    /// Declared parameters.
    Parameters,
    /// Query parameters the contract does not declare.
    UndeclaredQuery,
    /// Header fields that neither the contract declares nor clients and proxies add by themselves.
    UndeclaredHeaders,
    /// A body where the contract declares none.
    UndeclaredBody,
    /// The media type of a request.
    MediaType,
    /// The content of a request.
    Body,
    /// The learned profile.
    Profile,
    /// The answer: status, media type, headers, content.
    Response,
}

impl From<Check> for CheckName {
    fn from(check: Check) -> Self {
        match check {
            Check::Framing => CheckName::Framing,
            Check::Limits => CheckName::Limits,
            Check::Network => CheckName::Network,
            Check::Banned => CheckName::Banned,
            Check::Headers => CheckName::Headers,
            Check::Identity => CheckName::Identity,
            Check::Rate => CheckName::Rate,
            Check::Path => CheckName::Path,
            Check::Method => CheckName::Method,
            Check::Ambiguity => CheckName::Ambiguity,
            Check::Parameters => CheckName::Parameters,
            Check::UndeclaredQuery => CheckName::UndeclaredQuery,
            Check::UndeclaredHeaders => CheckName::UndeclaredHeaders,
            Check::UndeclaredBody => CheckName::UndeclaredBody,
            Check::MediaType => CheckName::MediaType,
            Check::Body => CheckName::Body,
            Check::Profile => CheckName::Profile,
            Check::Response => CheckName::Response,
        }
    }
}

impl CheckName {
    /// The word in the store and in decisions.
    pub fn as_str(self) -> &'static str {
        Check::ALL.into_iter().find(|check| CheckName::from(*check) == self).map_or("", Check::as_str)
    }
}

/// What happens to a message that could not be judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ErrorPolicy {
    /// It passes, and says so.
    Open,
    /// It is refused with 503.
    Closed,
}

/// What a rate is counted by, and who is banned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum RateKey {
    /// The client's address (an IPv6 client by its /64).
    #[default]
    Client,
    /// The API key or token.
    Key,
    /// The verified principal, else the client.
    Principal,
}

/// Which network lists let in, and which keep out.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct NetworkRules {
    /// Names of lists: where there are any, only their members come in.
    #[schema(max_items = 50)]
    pub allow: Vec<String>,
    /// Names of lists whose members are kept out.
    #[schema(max_items = 50)]
    pub deny: Vec<String>,
}

/// A demand on a request's header field.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct HeaderRule {
    /// Field name, compared without case.
    #[schema(max_length = 100, pattern = "^[!#$%&'*+.^_`|~0-9A-Za-z-]*$")]
    pub name: String,
    /// It must be there.
    pub required: bool,
    /// Values that are let in, `*` standing for any text; empty: any.
    #[schema(max_items = 100)]
    pub allow: Vec<String>,
    /// Values that are kept out, `*` standing for any text.
    #[schema(max_items = 100)]
    pub deny: Vec<String>,
    /// In place of the effect of the check `headers`.
    pub effect: Option<CheckAction>,
}

/// Sizes, counts and depths of requests; null leaves the gateway's own limit.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct MessageLimits {
    /// Bytes of path and query.
    #[schema(minimum = 1, maximum = 4294967295_u32)]
    pub target_bytes: Option<u32>,
    /// Bytes of the query.
    #[schema(minimum = 1, maximum = 4294967295_u32)]
    pub query_bytes: Option<u32>,
    /// Query parameters.
    #[schema(minimum = 1, maximum = 4294967295_u32)]
    pub query_parameters: Option<u32>,
    /// Bytes of all header fields.
    #[schema(minimum = 1, maximum = 4294967295_u32)]
    pub header_bytes: Option<u32>,
    /// Header fields.
    #[schema(minimum = 1, maximum = 4294967295_u32)]
    pub header_fields: Option<u32>,
    /// Cookies.
    #[schema(minimum = 1, maximum = 4294967295_u32)]
    pub cookies: Option<u32>,
    /// Bytes of a body, before and after content decoding.
    #[schema(minimum = 1, maximum = 1099511627776_u64)]
    pub body_bytes: Option<u64>,
    /// Nesting of a JSON or XML body.
    #[schema(minimum = 1, maximum = 4294967295_u32)]
    pub body_depth: Option<u32>,
    /// Members of one object and items of one array of a body.
    #[schema(minimum = 1, maximum = 4294967295_u32)]
    pub body_members: Option<u32>,
    /// Parts of a multipart body.
    #[schema(minimum = 1, maximum = 4294967295_u32)]
    pub parts: Option<u32>,
}

/// A limit on how often requests come: burst is the mean over 5 s, average the mean over 120 s.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct RateRule {
    /// Its name, told in events.
    #[schema(max_length = 100)]
    pub name: String,
    /// What is counted apart.
    pub per: RateKey,
    /// Requests per second, mean over 5 s; fractions are of a thousandth.
    #[schema(value_type = Option<f64>, exclusive_minimum = 0, maximum = 1000000)]
    pub burst: Option<PerSecond>,
    /// Requests per second, mean over 120 s; fractions are of a thousandth.
    #[schema(value_type = Option<f64>, exclusive_minimum = 0, maximum = 1000000)]
    pub average: Option<PerSecond>,
    /// Only these methods; empty: all.
    #[schema(max_items = 20)]
    pub methods: Vec<String>,
    /// Only these path patterns (`*` within a segment, `**` across); empty: all.
    #[schema(max_items = 100)]
    pub paths: Vec<String>,
    /// Only requests answered with these statuses (`401`, `4xx`, `400-499`); empty: all.
    #[schema(max_items = 50)]
    pub statuses: Vec<String>,
    /// Lists whose members are not counted.
    #[schema(max_items = 50)]
    pub except: Vec<String>,
    /// In place of the effect of the check `rate`.
    pub effect: Option<CheckAction>,
}

/// How long a ban lasts, and whom it meets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct BanRule {
    /// Seconds from the last attack.
    #[schema(minimum = 1, maximum = 2592000)]
    pub seconds: u32,
    /// Who is banned.
    pub per: RateKey,
}

impl Default for BanRule {
    fn default() -> Self {
        BanRule { seconds: 300, per: RateKey::Client }
    }
}

/// Who is told how a rate limit stands for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum RateFields {
    /// Nobody.
    Never,
    /// Who is refused for it.
    #[default]
    Refused,
    /// Everybody a rule speaks of, with each answer of the API.
    Always,
}

/// What is done to answers on their way to the client.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ResponseRules {
    /// Adds the security header fields that are missing.
    pub security_headers: bool,
    /// Fields set on every answer.
    pub set: BTreeMap<String, String>,
    /// Takes out what names the software behind.
    pub remove_fingerprints: bool,
    /// `Secure`, `HttpOnly` and `SameSite` on cookies that lack them.
    pub harden_cookies: bool,
    /// Where the check `response` prevents: an answer of the wrong shape is cut to the contract in place of refused.
    pub scrub: bool,
    /// Who is told how its rate limits stand, by `RateLimit` and `RateLimit-Policy`.
    pub rate_limits: RateFields,
}

/// What differs for some operations.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct OperationRule {
    /// `METHOD /template`; `*` for the method or as a last segment stands for any.
    #[schema(max_length = 2000)]
    pub operation: String,
    /// In place of the API's mode.
    pub mode: Option<Mode>,
    /// In place of the API's effects, check by check.
    pub effects: BTreeMap<CheckName, CheckAction>,
    /// In place of the API's.
    pub on_error: Option<ErrorPolicy>,
    /// Rates of these operations alone, beside the API's.
    #[schema(max_items = 50)]
    pub rates: Vec<RateRule>,
}

/// What people set for the protection of an API.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ProtectionSettings {
    /// What each check does; one that is not named does its default.
    pub effects: BTreeMap<CheckName, CheckAction>,
    /// Percentage of requests that block mode refuses; the others are told as in observe mode. Null: all.
    #[schema(minimum = 0, maximum = 100)]
    pub rollout: Option<u8>,
    /// What happens to what could not be judged; null: closed in block mode, open in observe mode.
    pub on_error: Option<ErrorPolicy>,
    /// Network lists.
    pub networks: NetworkRules,
    /// Header rules.
    #[schema(max_items = 100)]
    pub headers: Vec<HeaderRule>,
    /// Sizes, counts, depths.
    pub limits: MessageLimits,
    /// Rates.
    #[schema(max_items = 50)]
    pub rates: Vec<RateRule>,
    /// Bans.
    pub ban: BanRule,
    /// Answers.
    pub response: ResponseRules,
    /// Who may call, as the gateway's file has it.
    pub identity: Option<BTreeMap<String, Value>>,
    /// What was learned of the API beside its contract, as the gateway's file has it.
    pub profile: Option<BTreeMap<String, Value>>,
    /// Operations that differ; the first that fits speaks.
    #[schema(max_items = 500)]
    pub operations: Vec<OperationRule>,
}

/// One check, with what it does unless something else is set.
#[derive(Debug, Serialize, ToSchema)]
pub struct CheckDefault {
    /// The check.
    pub check: CheckName,
    /// What it does in block mode; observe mode never refuses.
    pub action: CheckAction,
}

impl CheckDefault {
    /// Every check, in the order of evaluation.
    pub fn all() -> Vec<CheckDefault> {
        let of = |check: Check| CheckDefault { check: check.into(), action: check.default_action().into() };
        Check::ALL.into_iter().map(of).collect()
    }
}

/// The protection of an API: what is set, which version, and whether the gateway has it in force.
#[derive(Debug, Serialize, ToSchema)]
pub struct ApiProtection {
    /// Counts every change; 0: nothing was set yet. Also the ETag.
    pub version: u64,
    /// Observe or block.
    pub mode: Mode,
    /// What is set.
    pub settings: ProtectionSettings,
    /// Every check in the order of evaluation, with its default.
    #[schema(max_items = 18)]
    pub checks: Vec<CheckDefault>,
    /// When it was set.
    pub changed_at: Option<String>,
    /// By whom.
    pub changed_by: Option<String>,
    /// True when a file manages the API: change it there.
    pub read_only: bool,
    /// Why the gateway of this process still serves the version before; null when it serves this one.
    pub problem: Option<String>,
}

/// A change of an API's protection, whole.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProtectionChange {
    /// The mode; left out: it stays.
    #[serde(default)]
    pub mode: Option<Mode>,
    /// All settings: what is left out goes back to its default.
    pub settings: ProtectionSettings,
}

/// One place that a version changed.
#[derive(Debug, Serialize, ToSchema)]
pub struct SettingChange {
    /// JSON pointer into mode and settings.
    #[schema(max_length = 4000)]
    pub pointer: String,
    /// What was there, as JSON; null: nothing.
    pub before: Option<Value>,
    /// What is there, as JSON; null: nothing.
    pub after: Option<Value>,
}

/// One version of an API's protection.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProtectionVersion {
    /// Counts from 1.
    pub version: u64,
    /// When it was made.
    pub made_at: String,
    /// By whom.
    pub made_by: String,
    /// The mode.
    pub mode: Mode,
    /// The settings.
    pub settings: ProtectionSettings,
    /// What it changed, against the version before, where that is kept; at most 200 places.
    #[schema(max_items = 200)]
    pub changes: Vec<SettingChange>,
}

/// Where a network list is named.
#[derive(Debug, Serialize, ToSchema)]
pub struct ListUse {
    /// The API.
    pub api_id: String,
    /// Its name.
    pub api_name: String,
    /// What for: `allow`, `deny`, or `except` and the rate's name.
    pub role: String,
}

/// A named list of networks that APIs share.
#[derive(Debug, Serialize, ToSchema)]
pub struct NetworkList {
    /// UUIDv7; the name where a file manages the list.
    pub id: String,
    /// What policies call it.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// IPv4 and IPv6 networks in CIDR notation, in order, each once.
    #[schema(max_items = 20000)]
    pub networks: Vec<String>,
    /// Who names it.
    #[schema(max_items = 1000)]
    pub used_by: Vec<ListUse>,
    /// When it was last changed.
    pub updated_at: Option<String>,
    /// By whom.
    pub updated_by: Option<String>,
    /// True when a file manages it: change it there.
    pub read_only: bool,
}

/// A network list to add, or what it is to be.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NetworkListChange {
    /// 1 to 100 letters, digits, `.`, `_` and `-`.
    #[schema(max_length = 100, pattern = "^[A-Za-z0-9._-]+$")]
    pub name: String,
    /// What it is for.
    #[serde(default)]
    #[schema(max_length = 500)]
    pub description: String,
    /// IPv4 and IPv6 addresses and networks in CIDR notation.
    #[serde(default)]
    #[schema(max_items = 20000)]
    pub networks: Vec<String>,
}

/// Proxies whose word on the client's address is taken.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TrustedProxies {
    /// Their networks in CIDR notation.
    #[schema(max_items = 1000)]
    pub networks: Vec<String>,
}

/// What a change of a protection does to an exchange.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum TrialKind {
    /// It is refused and was not.
    Refused,
    /// It passes and was refused.
    Passed,
    /// It is told with more force and was told with less, or not at all.
    Told,
    /// It is not told any more.
    Silent,
}

/// An exchange that a change meets.
#[derive(Debug, Serialize, ToSchema)]
pub struct TrialExample {
    /// Its uuid.
    pub uuid: String,
    /// When it began.
    pub time: String,
    /// Method.
    pub method: String,
    /// Path, redacted.
    pub path: String,
    /// Status the client got.
    pub status: u16,
    /// The caller's address, when known.
    pub client: Option<String>,
    /// The event it belongs to, when there is one.
    pub event: Option<String>,
}

/// Exchanges of one operation that a change meets for one reason.
#[derive(Debug, Serialize, ToSchema)]
pub struct TrialChange {
    /// What the change does to them.
    pub kind: TrialKind,
    /// The operation, when known.
    pub operation_id: Option<String>,
    /// `METHOD /template`, when known.
    pub operation: Option<String>,
    /// The check.
    pub check: Option<CheckName>,
    /// Code of the reason.
    pub code: String,
    /// Where.
    #[serde(rename = "in")]
    pub location: String,
    /// Parameter or header.
    pub name: String,
    /// Place inside the value; `*` stands for any index.
    pub pointer: String,
    /// In words.
    pub message: String,
    /// What happens now; null: nothing.
    pub before: Option<EventEffect>,
    /// What would happen; null: nothing.
    pub after: Option<EventEffect>,
    /// How many.
    pub count: u64,
    /// Some of them.
    #[schema(max_items = 5)]
    pub examples: Vec<TrialExample>,
}

/// A part of exchanges that could not be assessed.
#[derive(Debug, Serialize, ToSchema)]
pub struct NotAssessedPart {
    /// What, in words.
    pub part: String,
    /// Of how many exchanges.
    pub count: u64,
}

/// What a change of a protection would have done to the newest exchanges.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProtectionTrial {
    /// Exchanges that were looked at.
    pub exchanges: u64,
    /// The oldest of them.
    pub since: Option<String>,
    /// The newest of them.
    pub until: Option<String>,
    /// The mode of the change.
    pub mode: Mode,
    /// Neither refuses anything, for both observe: what they would refuse in block mode is compared.
    pub supposed: bool,
    /// Percentage of requests that are refused where the figures say so; null: all.
    pub rollout: Option<u8>,
    /// Refused as it is now.
    pub refused_before: u64,
    /// Refused with the change.
    pub refused_after: u64,
    /// Refused with the change, and not now.
    pub newly_refused: u64,
    /// Refused now, and not with the change.
    pub newly_passed: u64,
    /// Told with more force with the change.
    pub newly_told: u64,
    /// Told now, and not with the change.
    pub no_longer_told: u64,
    /// Not refused with the change as far as they could be assessed, which is not in full.
    pub partly_assessed: u64,
    /// What could not be assessed.
    #[schema(max_items = 50)]
    pub not_assessed: Vec<NotAssessedPart>,
    /// By what is done, operation and reason; those that are refused first, the most frequent of each first.
    #[schema(max_items = 100)]
    pub changes: Vec<TrialChange>,
}

/// A ban that runs.
#[derive(Debug, Serialize, ToSchema)]
pub struct Ban {
    /// 32 hexadecimal digits: ends it by hand.
    #[schema(max_length = 32, pattern = "^[0-9a-f]{32}$")]
    pub id: String,
    /// Who: a network, or what a principal is called.
    pub who: String,
    /// The API it holds for, when it is known here.
    pub api_id: Option<String>,
    /// Its name.
    pub api_name: String,
    /// Code of the reason it began with.
    pub code: String,
    /// When it began.
    pub since: String,
    /// When it ends.
    pub until: String,
    /// Requests refused so far.
    pub refused: u64,
}
