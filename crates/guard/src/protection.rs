//! What an API's owner wants to be done: the protection part of a policy, as data.
//!
//! The same shape stands in the gateway's file, in the control plane's REST API and in the snapshot a gateway pulls.

use crate::identity::Identity;
use crate::profile::Profile;
use crate::{Effect, Mode, PerSecond};
use ipnet::IpNet;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What is done where a check fails. Ordered by force.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Action {
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

impl Action {
    /// The effect on a message that fails the check; `None` where it is not made.
    pub fn effect(self) -> Option<Effect> {
        match self {
            Action::Disable => None,
            Action::Allow => Some(Effect::Allow),
            Action::Alert => Some(Effect::Alert),
            Action::Prevent => Some(Effect::Prevent),
            Action::Ban => Some(Effect::Ban),
        }
    }
}

/// What can be checked, in the order of evaluation. The default effect stands in brackets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Check {
    /// How the message is delimited (prevent).
    Framing,
    /// Sizes, counts and depths (prevent).
    Limits,
    /// Network lists (prevent).
    Network,
    /// Bans that run (prevent).
    Banned,
    /// Header rules (prevent).
    Headers,
    /// Who calls: the contract's security requirements, tokens (prevent).
    Identity,
    /// Rates (prevent).
    Rate,
    /// Paths the contract does not know (prevent).
    Path,
    /// Methods the contract does not know at a path (prevent).
    Method,
    /// Requests that servers read in more than one way (prevent).
    Ambiguity,
    /// Declared parameters (prevent).
    Parameters,
    /// Query parameters the contract does not declare (alert).
    UndeclaredQuery,
    /// Header fields and cookies that neither the contract declares nor clients and proxies add by themselves (alert).
    UndeclaredHeaders,
    /// A body where the contract declares none (alert).
    UndeclaredBody,
    /// The media type of a request (prevent).
    MediaType,
    /// The content of a request (prevent).
    Body,
    /// The learned profile (alert).
    Profile,
    /// The answer: status, media type, headers, content (alert).
    Response,
}

impl Check {
    /// All of them, in the order of evaluation.
    pub const ALL: [Check; 18] = [
        Check::Framing,
        Check::Limits,
        Check::Network,
        Check::Banned,
        Check::Headers,
        Check::Identity,
        Check::Rate,
        Check::Path,
        Check::Method,
        Check::Ambiguity,
        Check::Parameters,
        Check::UndeclaredQuery,
        Check::UndeclaredHeaders,
        Check::UndeclaredBody,
        Check::MediaType,
        Check::Body,
        Check::Profile,
        Check::Response,
    ];

    /// Its name in files and in the steps of a decision.
    pub fn as_str(self) -> &'static str {
        match self {
            Check::Framing => "framing",
            Check::Limits => "limits",
            Check::Network => "network",
            Check::Banned => "banned",
            Check::Headers => "headers",
            Check::Identity => "identity",
            Check::Rate => "rate",
            Check::Path => "path",
            Check::Method => "method",
            Check::Ambiguity => "ambiguity",
            Check::Parameters => "parameters",
            Check::UndeclaredQuery => "undeclared_query",
            Check::UndeclaredHeaders => "undeclared_headers",
            Check::UndeclaredBody => "undeclared_body",
            Check::MediaType => "media_type",
            Check::Body => "body",
            Check::Profile => "profile",
            Check::Response => "response",
        }
    }

    /// What is done where nobody says otherwise.
    pub fn default_action(self) -> Action {
        match self {
            Check::UndeclaredQuery
            | Check::UndeclaredHeaders
            | Check::UndeclaredBody
            | Check::Profile
            | Check::Response => Action::Alert,
            _ => Action::Prevent,
        }
    }
}

/// What happens to a message that could not be judged: a panic, an exceeded budget, a lookup without an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OnError {
    /// It passes, and says so.
    Open,
    /// It is refused with 503.
    Closed,
}

/// A named list of networks.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NetworkList {
    /// Its name.
    pub name: String,
    /// IPv4 and IPv6 networks in CIDR notation.
    #[serde(default)]
    pub networks: Vec<IpNet>,
}

/// Which lists let in, and which keep out.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NetworkRules {
    /// Names of lists: where there are any, only their members come in.
    pub allow: Vec<String>,
    /// Names of lists whose members are kept out.
    pub deny: Vec<String>,
}

/// A demand on a request's header field.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct HeaderRule {
    /// Field name, compared without case.
    pub name: String,
    /// It must be there.
    pub required: bool,
    /// Values that are let in, `*` standing for any text; empty: any.
    pub allow: Vec<String>,
    /// Values that are kept out, `*` standing for any text.
    pub deny: Vec<String>,
    /// In place of the effect of the check `headers`.
    pub effect: Option<Action>,
}

/// Sizes, counts and depths of requests; `None` leaves the gateway's own limit.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MessageLimits {
    /// Bytes of path and query.
    pub target_bytes: Option<u32>,
    /// Bytes of the query.
    pub query_bytes: Option<u32>,
    /// Query parameters.
    pub query_parameters: Option<u32>,
    /// Bytes of all header fields.
    pub header_bytes: Option<u32>,
    /// Header fields.
    pub header_fields: Option<u32>,
    /// Cookies.
    pub cookies: Option<u32>,
    /// Bytes of a body, before and after content decoding.
    pub body_bytes: Option<u64>,
    /// Nesting of a JSON or XML body.
    pub body_depth: Option<u32>,
    /// Members of one object and items of one array of a body.
    pub body_members: Option<u32>,
    /// Parts of a multipart body.
    pub parts: Option<u32>,
}

/// What a rate is counted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
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

/// A limit on how often requests come. Burst and average are told apart as in denial-of-service rules of the field:
/// burst is the mean over 5 s, average the mean over 120 s.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RateRule {
    /// Its name, told in events.
    pub name: String,
    /// What is counted apart.
    pub per: RateKey,
    /// Requests per second, mean over 5 s.
    pub burst: Option<PerSecond>,
    /// Requests per second, mean over 120 s.
    pub average: Option<PerSecond>,
    /// Only these methods; empty: all.
    pub methods: Vec<String>,
    /// Only these path patterns (`*` within a segment, `**` across); empty: all.
    pub paths: Vec<String>,
    /// Only requests answered with these statuses (`401`, `4xx`, `400-499`); empty: all.
    pub statuses: Vec<String>,
    /// Lists whose members are not counted.
    pub except: Vec<String>,
    /// In place of the effect of the check `rate`.
    pub effect: Option<Action>,
}

/// How long a ban lasts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct BanRule {
    /// Seconds from the last attack.
    pub seconds: u32,
    /// Who is banned.
    pub per: RateKey,
}

impl Default for BanRule {
    fn default() -> Self {
        BanRule { seconds: 300, per: RateKey::Client }
    }
}

/// Who is told how a rate limit stands for it, by the fields `RateLimit` and `RateLimit-Policy`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
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
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ResponseRules {
    /// Adds the security header fields that are missing (`X-Content-Type-Options`, `X-Frame-Options`, ...).
    pub security_headers: bool,
    /// Fields set on every answer.
    pub set: BTreeMap<String, String>,
    /// Takes out what names the software behind (`Server`, `X-Powered-By`, ...).
    pub remove_fingerprints: bool,
    /// `Secure`, `HttpOnly` and `SameSite` on cookies that lack them.
    pub harden_cookies: bool,
    /// Where the check `response` prevents: an answer of the wrong shape is cut to the contract in place of refused.
    pub scrub: bool,
    /// Who is told how its rate limits stand.
    pub rate_limits: RateFields,
}

/// What differs for some operations.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct OperationRule {
    /// `METHOD /template`; `*` as the method stands for any, as the last segment for whatever follows.
    pub operation: String,
    /// In place of the API's mode.
    pub mode: Option<Mode>,
    /// In place of the API's effects, check by check.
    pub effects: BTreeMap<Check, Action>,
    /// In place of the API's.
    pub on_error: Option<OnError>,
    /// Rates of these operations alone, beside the API's.
    pub rates: Vec<RateRule>,
}

/// The protection of one API.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Protection {
    /// What each check does; one that is not named does what its documentation says.
    pub effects: BTreeMap<Check, Action>,
    /// Percentage of requests that block mode refuses; the others are told as in observe mode. `None`: all.
    pub rollout: Option<u8>,
    /// What happens to what could not be judged; `None`: closed in block mode, open in observe mode.
    pub on_error: Option<OnError>,
    /// Network lists.
    pub networks: NetworkRules,
    /// Header rules.
    pub headers: Vec<HeaderRule>,
    /// Sizes, counts, depths.
    pub limits: MessageLimits,
    /// Rates.
    pub rates: Vec<RateRule>,
    /// Bans.
    pub ban: BanRule,
    /// Answers.
    pub response: ResponseRules,
    /// Who may call.
    pub identity: Option<Identity>,
    /// What was learned of the API beside its contract.
    pub profile: Option<Profile>,
    /// Operations that differ; the first that fits speaks.
    pub operations: Vec<OperationRule>,
}
