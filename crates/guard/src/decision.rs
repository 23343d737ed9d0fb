//! What the guard says about one exchange.

use crate::{Check, CounterKey};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// What happens to an exchange. Ordered by force.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Effect {
    /// Nothing is wrong, or an exception says so.
    Allow,
    /// Something is wrong; it passes and is recorded.
    Alert,
    /// It is refused.
    Prevent,
    /// It is refused, and so is everything its client sends until the ban ends.
    Ban,
}

/// One thing wrong at one place of a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldError {
    /// `path`, `query`, `header`, `cookie`, `body`, `method`, `client`, `response-body`, `response-header` or `response-status`.
    #[serde(rename = "in")]
    pub location: String,
    /// Parameter or header name; empty for a body.
    pub name: String,
    /// JSON pointer inside the value; empty for the whole value.
    pub pointer: String,
    /// Stable code, for example `required`, `type`, `pattern`, `unknown_path`.
    pub code: String,
    /// What is wrong, without the offending value.
    pub message: String,
}

/// How a step of the evaluation ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// Nothing is wrong, or an exception says so.
    Passed,
    /// Something is wrong.
    Failed,
    /// There was nothing to look at, or the check is disabled.
    Skipped,
    /// It could not be judged.
    NotAssessed,
}

impl std::fmt::Display for Outcome {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(match self {
            Outcome::Passed => "passed",
            Outcome::Failed => "failed",
            Outcome::Skipped => "skipped",
            Outcome::NotAssessed => "not-assessed",
        })
    }
}

/// One step of the evaluation, so that order, effect and reason of a decision are visible.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// A check's name, `exception` or `engine`.
    pub step: Cow<'static, str>,
    /// How it ended.
    pub outcome: Outcome,
    /// What a failure leads to, before the mode caps it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effect: Option<Effect>,
    /// Why, in a few words.
    pub detail: Cow<'static, str>,
}

/// A ban that is to begin, or to last longer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BanOrder {
    /// Who: for the counters.
    pub key: CounterKey,
    /// Who, for people: a network, or what a principal is called.
    pub who: String,
    /// Its end, UTC microseconds.
    pub until: i64,
}

/// One rate limit as it stands for a caller.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RateState {
    /// The rule's name.
    pub name: String,
    /// Requests within the window that are let through.
    pub quota: u64,
    /// The window, in seconds.
    pub window: u32,
    /// Requests left in it.
    pub remaining: u64,
    /// Seconds until the rate is below the limit, when nothing more comes; at least 1.
    pub reset: u32,
}

/// The guard's word on one exchange.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// What to do.
    pub effect: Effect,
    /// The effect that block mode would have: tells "would have blocked" in observe mode.
    pub uncapped: Effect,
    /// The check of the main reason.
    #[serde(default)]
    pub check: Option<Check>,
    /// Status of the problem document when refused: 400, 401, 403, 404, 405, 413, 415, 429, 431, 502 or 503; 0 when
    /// nothing is wrong.
    pub status: u16,
    /// Stable code of the main reason, for example `unknown_path`; empty when allowed.
    pub code: String,
    /// Title of the main reason.
    pub title: String,
    /// `METHOD /template` of the operation, when one was found.
    pub operation: Option<String>,
    /// Who called, as far as the identity step vouches for it: a name without secrets.
    #[serde(default)]
    pub principal: Option<String>,
    /// Methods for the Allow header of a 405.
    pub allow: Vec<String>,
    /// Values of the WWW-Authenticate fields of a 401.
    #[serde(default)]
    pub challenges: Vec<String>,
    /// Seconds for the Retry-After field of a 429 or 503.
    #[serde(default)]
    pub retry_after: Option<u32>,
    /// The rate limits that a 429 tells: the fields `RateLimit` and `RateLimit-Policy`.
    #[serde(default)]
    pub rates: Vec<RateState>,
    /// Who is banned by this decision, and until when. Only where `effect` is [`Effect::Ban`].
    #[serde(default)]
    pub ban: Option<BanOrder>,
    /// What is wrong, field by field, bounded.
    pub errors: Vec<FieldError>,
    /// How the decision came about.
    pub steps: Vec<Step>,
    /// Parts that could not be judged, for example a body beyond the capture limit.
    pub not_assessed: Vec<String>,
    /// Why it could not be judged as it should have been: a failure of the engine, a lookup without an answer.
    #[serde(default)]
    pub degraded: Option<String>,
}

impl Decision {
    /// A decision that lets everything pass.
    pub fn allowed() -> Self {
        Decision {
            effect: Effect::Allow,
            uncapped: Effect::Allow,
            check: None,
            status: 0,
            code: String::new(),
            title: String::new(),
            operation: None,
            principal: None,
            allow: Vec::new(),
            challenges: Vec::new(),
            retry_after: None,
            rates: Vec::new(),
            ban: None,
            errors: Vec::new(),
            steps: Vec::new(),
            not_assessed: Vec::new(),
            degraded: None,
        }
    }

    /// True when the exchange is refused.
    pub fn refuses(&self) -> bool {
        self.effect >= Effect::Prevent
    }
}
